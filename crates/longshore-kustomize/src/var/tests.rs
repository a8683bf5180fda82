//! Tables of variables.

use std::collections::BTreeMap;

use longshore_yaml::{Dialect, EmitOptions, Limits, Node, emit, parse_first};

use super::{Value, Variables};

fn variables() -> Variables {
    let values = [
        ("T", Value::Text(String::from("text"))),
        ("I", Value::Int(5)),
        ("F", Value::Float(1e21)),
        ("B", Value::Bool(true)),
        ("C", Value::Collection(String::from("type=T val=v"))),
        ("", Value::Text(String::from("empty"))),
    ];
    Variables::new(
        values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<BTreeMap<_, _>>(),
    )
}

#[test]
fn texts() {
    let table = [
        ("", ""),
        ("plain", "plain"),
        ("a$(T)b$(T)", "atextbtext"),
        ("$(I)$(B)", "5true"),
        ("x$(F)", "x1e+21"),
        ("$$(T)", "$(T)"),
        ("$$$(T)", "$text"),
        ("$$$$", "$$"),
        ("$", "$"),
        ("a$", "a$"),
        ("$x$(T)", "$xtext"),
        ("$(T", "$(T"),
        ("$(T$(T)", "$(T$(T)"),
        ("$(U)", "$(U)"),
        ("$(C)", "$(C)"),
        ("x$()", "xempty"),
        ("$é$(T)", "$étext"),
    ];
    for (text, expected) in table {
        assert_eq!(variables().expand(text), Value::Text(expected.to_owned()), "{text}");
    }
    assert_eq!(variables().expand("$(I)"), Value::Int(5));
    assert_eq!(variables().expand("$(B)"), Value::Bool(true));
}

fn read(text: &str) -> Node {
    let mut document =
        parse_first(text.as_bytes(), Dialect::V3, &Limits::default()).expect("YAML").expect("a document");
    document.content.swap_remove(0)
}

#[test]
fn fields() {
    let expanded = |text: &str| {
        let mut node = read(text);
        match variables().expand_in(&mut node) {
            Ok(()) => {
                String::from_utf8(emit([&node], &EmitOptions::v3())).expect("UTF-8").trim_end().to_owned()
            }
            Err(error) => format!("error: {error}"),
        }
    };
    let table = [
        ("$(I)", "5"),
        ("'$(I)'", "5"),
        ("'5'", "\"5\""),
        ("[a, $(B), x$(I)]", "[a, true, x5]"),
        ("{a: $(T), b: 1, c: [$(T)]}", "{a: text, b: 1, c: [$(T)]}"),
        ("[1]", "error: invalid value type expect a string"),
        ("{1: a}", "error: invalid map key: value='1', tag='!!int'"),
    ];
    for (text, expected) in table {
        assert_eq!(expanded(text), expected, "{text}");
    }
}

#[test]
fn values_of_fields() {
    let object = read("{spec: {ports: [{port: 80}], on: true, f: 1.5, s: '5', l: [1], n: }}");
    let table = [
        ("spec.ports[0].port", Ok(Value::Int(80))),
        ("spec.on", Ok(Value::Bool(true))),
        ("spec.f", Ok(Value::Float(1.5))),
        ("spec.s", Ok(Value::Text(String::from("5")))),
        ("spec.l", Ok(Value::Collection(String::from("type=[]interface {} val=[1]")))),
        ("spec.n", Ok(Value::Text(String::new()))),
        ("spec.x", Err("no field named 'spec.x'")),
    ];
    for (path, expected) in table {
        let found = Value::of(&object, path).map_err(|error| error.to_string());
        assert_eq!(found, expected.map_err(str::to_owned), "{path}");
    }
}

#[test]
fn unused() {
    let mut variables = variables();
    variables.expand("$(T)$(B)");
    assert_eq!(variables.unused().collect::<Vec<_>>(), ["", "C", "F", "I"]);
}
