//! Types and kinds: `typeOf`, `kindOf`, and tests of them.

use longshore_go::{Value, deep_equal};
use longshore_template::FuncDef;

use super::Function;
use super::args::{ANY, BOOL, STRING, text};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::pure(FuncDef::new("typeOf", &[ANY]).returning(STRING), |args| Ok(type_of(&args[0]).into())),
    Function::pure(FuncDef::new("typeIs", &[STRING, ANY]).returning(BOOL), |args| {
        Ok((text(args, 0) == type_of(&args[1]).as_bytes()).into())
    }),
    Function::pure(FuncDef::new("typeIsLike", &[STRING, ANY]).returning(BOOL), |args| {
        let (wanted, found) = (text(args, 0), type_of(&args[1]).as_bytes());
        Ok((wanted == found || found.strip_prefix(b"*") == Some(wanted)).into())
    }),
    Function::pure(FuncDef::new("kindOf", &[ANY]).returning(STRING), |args| Ok(args[0].kind().name().into())),
    Function::pure(FuncDef::new("kindIs", &[STRING, ANY]).returning(BOOL), |args| {
        Ok((text(args, 0) == args[1].kind().name().as_bytes()).into())
    }),
    Function::pure(FuncDef::new("deepEqual", &[ANY, ANY]).returning(BOOL), |args| {
        Ok(deep_equal(&args[0], &args[1]).into())
    }),
];

/// What `%T` prints.
fn type_of(value: &Value) -> &'static str {
    if value.is_nil() { "<nil>" } else { value.type_info().name }
}
