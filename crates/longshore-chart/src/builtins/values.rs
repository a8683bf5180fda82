//! The type of `.Values`, `.Template` and the whole context: a map with methods of its own, which come before keys of
//! the same name. Charts call them: Cilium's asks `dig` about `.Values.AsMap`.
//!
//! Rules: <https://github.com/helm/helm/blob/v4.3.1/pkg/chart/common/values.go>.

#![expect(clippy::unnecessary_wraps, reason = "methods of templates share one signature")]

use longshore_go::{Kind, Map, Method, MethodError, TypeInfo, Value, strconv, types};
use longshore_yaml::sigs;

use crate::compat::Rules;
use crate::values::table::{path_value, table};

/// `common.Values`, or `chartutil.Values` up to 3.x.
pub(super) fn values_type(rules: &Rules) -> &'static TypeInfo {
    if rules.packages.values == "common" { &COMMON } else { &CHARTUTIL }
}

static COMMON: TypeInfo = named("common.Values", &COMMON_METHODS);
static CHARTUTIL: TypeInfo = named("chartutil.Values", &CHARTUTIL_METHODS);

static COMMON_METHODS: [Method; 5] = methods(|values, path| found_table(values, path, &COMMON));
static CHARTUTIL_METHODS: [Method; 5] = methods(|values, path| found_table(values, path, &CHARTUTIL));

/// What no template has, so that `Encode` cannot be called.
static WRITER: TypeInfo = TypeInfo::plain("io.Writer", Kind::Interface);

static A_PATH: [&TypeInfo; 1] = [&types::STRING];
static A_WRITER: [&TypeInfo; 1] = [&WRITER];

const fn named(name: &'static str, methods: &'static [Method]) -> TypeInfo {
    TypeInfo { name, kind: Kind::Map, elem: Some(&types::ANY), methods }
}

type Call = fn(&Value, &[Value]) -> Result<Value, MethodError>;

const fn methods(table: Call) -> [Method; 5] {
    [
        Method { name: "AsMap", params: &[], variadic: false, call: as_map },
        Method { name: "Encode", params: &A_WRITER, variadic: false, call: encode },
        Method { name: "PathValue", params: &A_PATH, variadic: false, call: value_at },
        Method { name: "Table", params: &A_PATH, variadic: false, call: table },
        Method { name: "YAML", params: &[], variadic: false, call: yaml },
    ]
}

fn map_of(receiver: &Value) -> Map {
    match receiver {
        Value::Map(map) => map.clone(),
        _ => Map::new(),
    }
}

fn path_of(arguments: &[Value]) -> String {
    match arguments.first() {
        Some(Value::Str(path)) => String::from_utf8_lossy(path).into_owned(),
        _ => String::new(),
    }
}

/// The same map without the name; an empty one is made anew.
fn as_map(receiver: &Value, _: &[Value]) -> Result<Value, MethodError> {
    let map = map_of(receiver);
    Ok(Value::Map(if map.is_empty() { Map::new() } else { map.retyped(&types::MAP_ANY) }))
}

/// Nothing that a template has is a writer, but nil passes for one.
fn encode(_: &Value, _: &[Value]) -> Result<Value, MethodError> {
    Err(MethodError(String::from("runtime error: invalid memory address or nil pointer dereference")))
}

fn found_table(receiver: &Value, arguments: &[Value], ty: &'static TypeInfo) -> Result<Value, MethodError> {
    let found = table(&map_of(receiver), &path_of(arguments)).map_err(MethodError)?;
    Ok(Value::Map(found.retyped(ty)))
}

fn value_at(receiver: &Value, arguments: &[Value]) -> Result<Value, MethodError> {
    let path = path_of(arguments);
    if path.is_empty() {
        return Err(MethodError(String::from("YAML path cannot be empty")));
    }
    path_value(&map_of(receiver), &path).ok_or_else(|| {
        let key = path.rsplit('.').next().unwrap_or_default();
        let key = strconv::quoted(key);
        MethodError(format!("{key} is not a value"))
    })
}

fn yaml(receiver: &Value, _: &[Value]) -> Result<Value, MethodError> {
    sigs::marshal(receiver).map(Value::str).map_err(|error| MethodError(error.to_string()))
}
