//! Functions that data may hold, for `call` and `range`.

use std::rc::Rc;

use longshore_go::types::{self, Kind};
use longshore_go::{Func, MethodError, TypeInfo, Value, fmt};

use super::objects::POINTER;

macro_rules! types {
    ($($name:ident = $text:literal;)*) => { $(static $name: TypeInfo = TypeInfo::plain($text, Kind::Func);)* };
}

types! {
    JOIN = "func(string, string) string";
    CAT = "func(...string) string";
    TALLY = "func(int, ...string) string";
    ZERO = "func() string";
    ERR = "func() (string, error)";
    TINY = "func(uint8) uint8";
    SAME = "func(interface {}) interface {}";
    UNSET = "func(*main.Point) bool";
    COUNT = "func(map[string]interface {}) int";
    BIG = "func(int64, float64, bool) string";
    NONE = "func()";
    PAIR = "func() (string, bool)";
    TRIO = "func() (string, error, int)";
    MAKER = "func() func(string, string) string";
    ONE = "func(string) string";
    SEQ2 = "iter.Seq2[string,int]";
}

static SEQ: TypeInfo = TypeInfo::of("iter.Seq[int]", Kind::Func, &types::INT);
static ANYS: TypeInfo = TypeInfo::of("iter.Seq[interface {}]", Kind::Func, &types::ANY);

static STRINGS: [&TypeInfo; 2] = [&types::STRING, &types::STRING];
static TEXTS: [&TypeInfo; 1] = [&types::STRING];
static INT_TEXTS: [&TypeInfo; 2] = [&types::INT, &types::STRING];
static SMALL: [&TypeInfo; 1] = [&types::UINT8];
static ANY: [&TypeInfo; 1] = [&types::ANY];
static POINTER_ONLY: [&TypeInfo; 1] = [&POINTER];
static MAP: [&TypeInfo; 1] = [&types::MAP_ANY];
static MIXED: [&TypeInfo; 3] = [&types::INT64, &types::FLOAT64, &types::BOOL];

/// The strings with something between them; their bytes need not be UTF-8.
fn joined(values: &[Value], between: &[u8]) -> Vec<u8> {
    let texts: Vec<&[u8]> =
        values.iter().map(|value| &value.as_str().expect("checked to be a string")[..]).collect();
    texts.join(between)
}

/// The function of that name, as `values` in `tools/oracle-template/types.go` has it; nil if there is none.
pub(crate) fn function(name: &str) -> Value {
    let refuse = |ty, why: &'static str| Func::new(ty, &[], false, move |_| Err(MethodError(why.to_owned())));
    let func = match name {
        "join" => Func::new(&JOIN, &STRINGS, false, |args| Ok(Value::str(joined(args, b"&")))),
        "cat" => Func::new(&CAT, &TEXTS, true, |args| {
            Ok(Value::str([b"<", &joined(args, b"+")[..], b">"].concat()))
        }),
        "tally" => Func::new(&TALLY, &INT_TEXTS, true, |args| {
            let tally = [args[0].clone(), "=".into(), Value::int(args.len() as i64 - 1)];
            Ok(Value::str(fmt::sprint(&tally)))
        }),
        "zero" => Func::new(&ZERO, &[], false, |_| Ok("zero".into())),
        "err" => refuse(&ERR, "the function says no"),
        "boom" => refuse(&ZERO, "kaboom"),
        "burst" => refuse(&ZERO, "an error for a panic"),
        "tiny" => Func::new(&TINY, &SMALL, false, |args| Ok(args[0].clone())),
        "any" => Func::new(&SAME, &ANY, false, |args| Ok(args[0].clone())),
        "unset" => Func::new(&UNSET, &POINTER_ONLY, false, |args| Ok(Value::Bool(!args[0].truth()))),
        "count" => Func::new(&COUNT, &MAP, false, |args| {
            Ok(Value::int(args[0].as_map().map_or(0, longshore_go::Map::len) as i64))
        }),
        "big" => Func::new(&BIG, &MIXED, false, |args| Ok(Value::str(fmt::sprint(args)))),
        "none" => refuse(&NONE, "not reached"),
        "pair" => refuse(&PAIR, "not reached"),
        "trio" => refuse(&TRIO, "not reached"),
        "maker" => Func::new(&MAKER, &[], false, |_| {
            Ok(Value::Func(Rc::new(Func::new(&JOIN, &STRINGS, false, |args| {
                Ok(Value::str(joined(&[args[1].clone(), args[0].clone()], b"")))
            }))))
        }),
        "nil" => Func::nil(&ONE).taking(&TEXTS, false),
        "seq" => Func::sequence(&SEQ, false, || (0..3).map(|n| (Value::Missing, Value::int(n)))),
        "seq0" => Func::sequence(&SEQ, false, std::iter::empty),
        "anys" => Func::sequence(&ANYS, false, || {
            ["x".into(), Value::Nil, Value::Float(2.5)].map(|item| (Value::Missing, item)).into_iter()
        }),
        "seq2" => Func::sequence(&SEQ2, true, || {
            [("a".into(), Value::int(1)), ("b".into(), Value::int(2))].into_iter()
        }),
        "seq20" => Func::sequence(&SEQ2, true, std::iter::empty),
        _ => return Value::Nil,
    };
    Value::Func(Rc::new(func))
}
