//! The functions of the recorded cases.

use std::sync::Arc;

use longshore_go::types::{self, Kind};
use longshore_go::{Map, Method, Str, TypeInfo, Value, fmt};
use longshore_template::{Executor, FuncDef, FuncError, FuncTable, Functions, Return, SourceError};

use super::boxes::nil_dereference;
use super::objects::{POINT, POINTER, Point, VALUES};
use super::values;

/// `fmt.Stringer`
static STRINGER: TypeInfo = TypeInfo {
    name: "fmt.Stringer",
    kind: Kind::Interface,
    elem: None,
    methods: &[Method {
        name: "String",
        params: &[],
        variadic: false,
        call: |this, _| Ok(Value::str(fmt::sprint(std::slice::from_ref(this)))),
    }],
};

static SIGNATURES: [FuncDef; 36] = [
    FuncDef::new("upper", &[&types::STRING]).returning(&types::STRING),
    FuncDef::new("add", &[&types::INT, &types::INT]).returning(&types::INT),
    FuncDef::variadic("sum", &[&types::INT, &types::INT]).returning(&types::INT),
    FuncDef::variadic("joined", &[&types::STRING, &types::STRING]).returning(&types::STRING),
    FuncDef::new("same", &[&types::ANY]),
    FuncDef::variadic("count", &[&types::ANY]).returning(&types::INT),
    FuncDef::new("typeOf", &[&types::ANY]).returning(&types::STRING),
    FuncDef::new("nothing", &[]),
    FuncDef::new("three", &[]).returning(&types::INT),
    FuncDef::new("point", &[]),
    FuncDef::new("asInt64", &[&types::INT64]).returning(&types::INT64),
    FuncDef::new("asUint8", &[&types::UINT8]).returning(&types::UINT8),
    FuncDef::new("asUint", &[&types::UINT]).returning(&types::UINT),
    FuncDef::new("asFloat", &[&types::FLOAT64]).returning(&types::FLOAT64),
    FuncDef::new("asBool", &[&types::BOOL]).returning(&types::BOOL),
    FuncDef::new("asMap", &[&types::MAP_ANY]).returning(&types::MAP_ANY),
    FuncDef::new("asList", &[&types::SLICE_ANY]).returning(&types::SLICE_ANY),
    FuncDef::new("asStrs", &[&types::SLICE_STRING]).returning(&types::SLICE_STRING),
    FuncDef::new("duration", &[&types::DURATION]).returning(&types::DURATION),
    FuncDef::new("asComplex", &[&types::COMPLEX128]).returning(&types::COMPLEX128),
    FuncDef::new("asInt16", &[&types::INT16]).returning(&types::INT16),
    FuncDef::new("asPoint", &[&POINTER]).returning(&POINTER),
    FuncDef::new("flat", &[&POINT]).returning(&types::INT),
    FuncDef::new("asErr", &[&types::ERROR]).returning(&types::STRING),
    FuncDef::new("shown", &[&STRINGER]).returning(&types::STRING),
    FuncDef::new("oneOf", &[&types::INT]),
    FuncDef::new("give", &[&types::STRING]),
    FuncDef::new("maybe", &[&types::BOOL]).returning(&types::STRING),
    FuncDef::new("panics", &[&types::STRING]).returning(&types::STRING),
    FuncDef::new("bursts", &[&types::STRING]).returning(&types::STRING),
    FuncDef::new("nilMap", &[]).returning(&types::MAP_ANY),
    FuncDef::new("nilList", &[]).returning(&types::SLICE_STRING),
    FuncDef::new("fail", &[&types::STRING]).returning(&types::STRING),
    FuncDef::new("include", &[&types::STRING, &types::ANY]).returning(&types::STRING),
    FuncDef::new("tpl", &[&types::STRING, &types::ANY]).returning(&types::STRING),
    FuncDef::new("reenter", &[&types::STRING, &types::ANY]).returning(&types::STRING),
];

/// Their signatures.
pub(crate) fn table() -> Arc<FuncTable> {
    Arc::new(FuncTable::new(SIGNATURES))
}

/// Their implementations.
pub(crate) struct Mine;

fn int(value: &Value) -> i64 {
    match value {
        Value::Int(int) => int.value,
        other => panic!("not checked to be an int: {other:?}"),
    }
}

fn text(value: &Value) -> &Str {
    value.as_str().expect("checked to be a string")
}

impl Functions for Mine {
    fn call(
        &self,
        exec: &mut dyn Executor,
        index: usize,
        args: &mut Vec<Value>,
    ) -> Result<Return, FuncError> {
        let value = match SIGNATURES[index].name {
            "upper" => Value::from(text(&args[0]).to_str_lossy().to_uppercase()),
            "add" => Value::int(int(&args[0]).wrapping_add(int(&args[1]))),
            "sum" => Value::int(args.iter().map(int).fold(0, i64::wrapping_add)),
            "joined" => {
                let items: Vec<&[u8]> = args[1..].iter().map(|arg| &**text(arg)).collect();
                Value::str(items.join(&**text(&args[0])))
            }
            "count" => Value::int(args.len() as i64),
            "typeOf" => Value::str(fmt::sprintf(b"%T", args)),
            "nothing" | "nilMap" | "nilList" => Value::Nil,
            "asPoint" if args[0].is_nil() => Point::nil(),
            "flat" => match &args[0] {
                Value::Object(point) => point.field("X").unwrap_or_default(),
                other => panic!("not checked to be a point: {other:?}"),
            },
            "asErr" => Value::from(format!("error {}", method(&args[0], "Error")?)),
            "shown" => Value::from(format!("string {}", method(&args[0], "String")?)),
            "oneOf" => one_of(int(&args[0]))?,
            "give" => values::function(&text(&args[0]).to_string()),
            "maybe" if args[0].truth() => Value::from("value"),
            "maybe" => return Err("not this time".into()),
            "three" => Value::int(3),
            "point" => Point::value(false, 1, "p", Value::Nil),
            "fail" | "panics" | "bursts" => return Err(FuncError::new(text(&args[0]).to_string())),
            "include" => {
                return Ok(Return::Template { name: text(&args[0]).clone(), data: args[1].clone() });
            }
            "reenter" => Value::str(exec.execute(text(&args[0]), args[1].clone())?),
            "tpl" => tpl(exec, text(&args[0]), args[1].clone())?,
            _ => args.swap_remove(0),
        };
        Ok(value.into())
    }
}

/// What a method without arguments returns, as text; of nil there is none.
fn method(value: &Value, name: &str) -> Result<String, FuncError> {
    let method = value.type_info().method(name).ok_or_else(|| nil_dereference().to_string())?;
    let result = (method.call)(value, &[]).map_err(|error| error.to_string())?;
    Ok(text(&result).to_string())
}

fn one_of(index: i64) -> Result<Value, FuncError> {
    let values = [
        Value::Nil,
        Value::int(1),
        "s".into(),
        Value::Float(2.5),
        true.into(),
        Value::Map([("k", Value::from("v"))].into_iter().collect::<Map>().retyped(&VALUES)),
    ];
    let at = usize::try_from(index).ok().and_then(|at| values.get(at)).cloned();
    let range = if index < 0 { String::new() } else { format!(" with length {}", values.len()) };
    at.ok_or_else(|| format!("runtime error: index out of range [{index}]{range}").into())
}

/// What Helm's function of that name does.
fn tpl(exec: &mut dyn Executor, source: &Str, data: Value) -> Result<Value, FuncError> {
    let quoted = longshore_go::strconv::quote(source);
    let quoted = String::from_utf8_lossy(&quoted);
    match exec.execute_source(&Str::from("root"), source, data) {
        Ok(output) => Ok(Value::str(output)),
        Err(SourceError::Parse(error)) => Err(FuncError::Parse {
            before: format!("cannot parse template {quoted}: "),
            source: Box::new(error),
        }),
        Err(SourceError::Exec(error)) => Err(FuncError::Exec {
            before: format!("error during tpl function execution for {quoted}: "),
            source: Box::new(error),
        }),
    }
}
