//! Regular expressions. Those without `must` panic on a bad pattern, which shows the longer text.

use std::rc::Rc;

use longshore_go::regexp::{Regexp, quote_meta};
use longshore_go::{List, TypeInfo, Value, types};
use longshore_template::{FuncDef, FuncError};

use super::args::{BOOL, INT, STRING, check_size, int, text};
use super::{Function, Outcome};

const STRINGS: &TypeInfo = &types::SLICE_STRING;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::pure(FuncDef::new("regexMatch", &[STRING, STRING]).returning(BOOL), |args| {
        // The one that takes a bad pattern for one that matches nothing.
        Ok(Regexp::cached(text(args, 0)).is_ok_and(|pattern| pattern.is_match(text(args, 1))).into())
    }),
    Function::pure(FuncDef::new("mustRegexMatch", &[STRING, STRING]).returning(BOOL), |args| {
        Ok(compile(args)?.is_match(text(args, 1)).into())
    }),
    Function::pure(FuncDef::new("regexFind", &[STRING, STRING]).returning(STRING), |args| {
        Ok(find(&*must_compile(args)?, args))
    }),
    Function::pure(FuncDef::new("mustRegexFind", &[STRING, STRING]).returning(STRING), |args| {
        Ok(find(&*compile(args)?, args))
    }),
    Function::pure(FuncDef::new("regexFindAll", &[STRING, STRING, INT]).returning(STRINGS), |args| {
        Ok(find_all(&*must_compile(args)?, args))
    }),
    Function::pure(FuncDef::new("mustRegexFindAll", &[STRING, STRING, INT]).returning(STRINGS), |args| {
        Ok(find_all(&*compile(args)?, args))
    }),
    Function::pure(FuncDef::new("regexReplaceAll", &[STRING, STRING, STRING]).returning(STRING), |args| {
        replaced(must_compile(args)?.replace_all(text(args, 1), text(args, 2)))
    }),
    Function::pure(
        FuncDef::new("mustRegexReplaceAll", &[STRING, STRING, STRING]).returning(STRING),
        |args| replaced(compile(args)?.replace_all(text(args, 1), text(args, 2))),
    ),
    Function::pure(
        FuncDef::new("regexReplaceAllLiteral", &[STRING, STRING, STRING]).returning(STRING),
        |args| replaced(must_compile(args)?.replace_all_literal(text(args, 1), text(args, 2))),
    ),
    Function::pure(
        FuncDef::new("mustRegexReplaceAllLiteral", &[STRING, STRING, STRING]).returning(STRING),
        |args| replaced(compile(args)?.replace_all_literal(text(args, 1), text(args, 2))),
    ),
    Function::pure(FuncDef::new("regexSplit", &[STRING, STRING, INT]).returning(STRINGS), |args| {
        Ok(split(&*must_compile(args)?, args))
    }),
    Function::pure(FuncDef::new("mustRegexSplit", &[STRING, STRING, INT]).returning(STRINGS), |args| {
        Ok(split(&*compile(args)?, args))
    }),
    Function::pure(FuncDef::new("regexQuoteMeta", &[STRING]).returning(STRING), |args| {
        Ok(Value::str(quote_meta(text(args, 0))))
    }),
];

fn compile(args: &[Value]) -> Result<Rc<Regexp>, FuncError> {
    Regexp::cached(text(args, 0)).map_err(|error| FuncError::new(error.to_string()))
}

fn must_compile(args: &[Value]) -> Result<Rc<Regexp>, FuncError> {
    let pattern = text(args, 0);
    Regexp::cached(pattern).map_err(|error| FuncError::new(Regexp::panic_text(pattern, &error)))
}

fn find(pattern: &Regexp, args: &[Value]) -> Value {
    Value::str(pattern.find(text(args, 1)).unwrap_or_default())
}

/// A negative limit is none.
fn limit(args: &[Value]) -> Option<usize> {
    usize::try_from(int(args, 2)).ok()
}

fn find_all(pattern: &Regexp, args: &[Value]) -> Value {
    strings_or_nil(pattern.find_all(text(args, 1), limit(args)))
}

fn split(pattern: &Regexp, args: &[Value]) -> Value {
    let parts = pattern.split(text(args, 1), limit(args));
    if limit(args) == Some(0) { strings_or_nil(parts) } else { List::strings(parts).into() }
}

fn strings_or_nil(parts: Vec<&[u8]>) -> Value {
    if parts.is_empty() { List::nil(STRINGS).into() } else { List::strings(parts).into() }
}

fn replaced(text: Vec<u8>) -> Outcome {
    check_size(Some(text.len()))?;
    Ok(Value::str(text))
}
