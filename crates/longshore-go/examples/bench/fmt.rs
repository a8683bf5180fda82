//! The cases of `fmt`, as in `tools/oracle-go/internal/fmt/bench.go`.

use std::hint::black_box;

use longshore_go::{Duration, Map, Value, fmt};

use super::Case;

pub(crate) const CASES: &[Case] = &[
    ("fmt-floats", || {
        printing("%v %v %v %v", [0.1, 1234.5678, 1e21, 6.022_140_76e23].map(Value::from).to_vec())
    }),
    ("fmt-fixed", || printing("%.2f %8.3f %e", [1234.5678, -0.5, 1e100].map(Value::from).to_vec())),
    ("fmt-integers", || {
        printing("%d %5d %x %v", [42, -123_456_789, 48_879, 1 << 40].map(Value::int).to_vec())
    }),
    ("fmt-text", || {
        let args = ["release", "chart", "a \"quoted\" value", "padded"];
        printing("%s-%s:%q %-10s|", args.map(Value::from).to_vec())
    }),
    ("fmt-values", || {
        let inner = Map::from_iter([("c", "d".into())]);
        let list = vec![Value::int(1), "two".into(), 3.5.into(), Value::Nil, true.into()];
        let map = Map::from_iter([("a", Value::list(list)), ("b", inner.into())]);
        printing("%v", vec![map.into()])
    }),
    ("fmt-mistakes", || {
        let minute = Value::Duration(Duration(60_000_000_000));
        printing("%d %s %!", vec!["text".into(), Value::int(12), Value::error("extra"), minute])
    }),
    ("fmt-print", || {
        let values = ["name".into(), Value::int(1), Value::int(2), true.into(), 3.5.into(), "end".into()];
        Box::new(move || drop(black_box(fmt::sprint(&values))))
    }),
];

fn printing(format: &'static str, args: Vec<Value>) -> Box<dyn FnMut()> {
    Box::new(move || drop(black_box(fmt::sprintf(format.as_bytes(), &args))))
}
