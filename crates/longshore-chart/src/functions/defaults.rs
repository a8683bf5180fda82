//! What to take when something is missing: `default`, `empty`, `coalesce`, `ternary`, `all`, `any`.

use longshore_go::Value;
use longshore_template::FuncDef;

use super::Function;
use super::args::{ANY, BOOL, take};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::pure(FuncDef::variadic("default", &[ANY, ANY]), |args| {
        let given = args.get(1).is_some_and(|given| !is_empty(given));
        Ok(take(args, usize::from(given)))
    }),
    Function::pure(FuncDef::new("empty", &[ANY]).returning(BOOL), |args| Ok(is_empty(&args[0]).into())),
    Function::pure(FuncDef::variadic("coalesce", &[ANY]), |args| {
        let found = args.iter().position(|value| !is_empty(value));
        Ok(found.map_or(Value::Nil, |index| take(args, index)))
    }),
    Function::pure(FuncDef::variadic("all", &[ANY]).returning(BOOL), |args| {
        Ok((!args.iter().any(is_empty)).into())
    }),
    Function::pure(FuncDef::variadic("any", &[ANY]).returning(BOOL), |args| {
        Ok((!args.iter().all(is_empty)).into())
    }),
    Function::pure(FuncDef::new("ternary", &[ANY, ANY, BOOL]), |args| {
        let yes = args[2].as_bool().unwrap_or(false);
        Ok(take(args, usize::from(!yes)))
    }),
];

/// What sprig takes for unset: nil, false, zero, and what has no length. A struct never is.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(_) => false,
        other => !other.truth(),
    }
}
