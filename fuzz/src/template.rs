//! Targets of `longshore-template`: parsing alone, and execution under a budget.

use std::sync::Arc;

use longshore_go::{Map, Str, Value, fmt, types};
use longshore_template::{
    Budget, Executor, FuncDef, FuncError, FuncTable, Functions, Return, Set, SourceError,
};

use super::replay::Check;

/// All of them, by name.
pub const TARGETS: &[(&str, Check)] = &[("template_parse", parse), ("template_exec", execute)];

static SIGNATURES: [FuncDef; 7] = [
    FuncDef::new("upper", &[&types::STRING]).returning(&types::STRING),
    FuncDef::variadic("sum", &[&types::INT, &types::INT]).returning(&types::INT),
    FuncDef::new("same", &[&types::ANY]),
    FuncDef::variadic("list", &[&types::ANY]),
    FuncDef::new("fail", &[&types::STRING]).returning(&types::STRING),
    FuncDef::new("include", &[&types::STRING, &types::ANY]).returning(&types::STRING),
    FuncDef::new("tpl", &[&types::STRING, &types::ANY]).returning(&types::STRING),
];

struct Small;

impl Functions for Small {
    fn call(
        &self,
        exec: &mut dyn Executor,
        index: usize,
        args: &mut Vec<Value>,
    ) -> Result<Return, FuncError> {
        let value = match (SIGNATURES[index].name, args.as_slice()) {
            ("upper", [Value::Str(text)]) => Value::str(text.to_ascii_uppercase()),
            ("sum", all) => Value::int(
                all.iter()
                    .map(|arg| if let Value::Int(int) = arg { int.value } else { 0 })
                    .fold(0, i64::wrapping_add),
            ),
            ("list", all) => Value::list(all.to_vec()),
            ("fail", all) => return Err(FuncError::new(String::from_utf8_lossy(&fmt::sprint(all)))),
            ("include", [Value::Str(name), data]) => {
                return Ok(Return::Template { name: name.clone(), data: data.clone() });
            }
            ("tpl", [Value::Str(source), data]) => {
                match exec.execute_source(&Str::from("tpl"), source, data.clone()) {
                    Ok(output) => Value::str(output),
                    Err(SourceError::Parse(error)) => {
                        return Err(FuncError::Parse { before: String::new(), source: Box::new(error) });
                    }
                    Err(SourceError::Exec(error)) => {
                        return Err(FuncError::Exec { before: String::new(), source: Box::new(error) });
                    }
                }
            }
            _ => args.first().cloned().unwrap_or(Value::Nil),
        };
        Ok(value.into())
    }
}

fn set_of(input: &[u8]) -> Option<Set> {
    let mut set = Set::new("root", Arc::new(FuncTable::new(SIGNATURES)));
    match set.parse("t", Str::from(input)) {
        Ok(()) => Some(set),
        Err(error) => {
            assert!(!error.to_string().is_empty());
            None
        }
    }
}

/// Any text as a template.
pub fn parse(input: &[u8]) {
    set_of(input);
}

/// Any text as a template, executed with data of all kinds.
pub fn execute(input: &[u8]) {
    let Some(set) = set_of(input) else { return };
    let map: Map = [
        ("int", Value::int(3)),
        ("float", Value::from(2.5)),
        ("text", Value::from("some <text>")),
        ("list", Value::list(vec![Value::int(1), Value::from("x"), Value::Nil])),
        ("yes", Value::from(true)),
        ("nil", Value::Nil),
    ]
    .into_iter()
    .collect();
    map.insert("map", Value::Map([("a", Value::int(1)), ("b", Value::Nil)].into_iter().collect()));
    let budget = Budget { steps: 50_000, output: 1 << 20, ..Budget::default() };
    let mut out = Vec::new();
    match set.execute(b"t", Value::Map(map), &Small, &budget, &mut out) {
        Ok(()) => assert!(out.len() <= budget.output),
        // What was too much is part of the output.
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
