//! The functions that every template has.

use longshore_go::{Str, TypeInfo, Value, fmt, types};

use crate::code::REFLECT_VALUE;

mod call;
mod compare;
mod escape;
mod index;
mod pointer;

pub(crate) use pointer::{followed, pointed_to};

/// A predefined function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Builtin {
    And,
    Call,
    Html,
    Index,
    Slice,
    Js,
    Len,
    Not,
    Or,
    Print,
    Printf,
    Println,
    Urlquery,
    Eq,
    Ge,
    Gt,
    Le,
    Lt,
    Ne,
}

static ONE: [&TypeInfo; 1] = [&REFLECT_VALUE];
static TWO: [&TypeInfo; 2] = [&REFLECT_VALUE, &REFLECT_VALUE];
static ANY: [&TypeInfo; 1] = [&types::ANY];
static FORMAT: [&TypeInfo; 2] = [&types::STRING, &types::ANY];

impl Builtin {
    pub(crate) fn find(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"and" => Self::And,
            b"call" => Self::Call,
            b"html" => Self::Html,
            b"index" => Self::Index,
            b"slice" => Self::Slice,
            b"js" => Self::Js,
            b"len" => Self::Len,
            b"not" => Self::Not,
            b"or" => Self::Or,
            b"print" => Self::Print,
            b"printf" => Self::Printf,
            b"println" => Self::Println,
            b"urlquery" => Self::Urlquery,
            b"eq" => Self::Eq,
            b"ge" => Self::Ge,
            b"gt" => Self::Gt,
            b"le" => Self::Le,
            b"lt" => Self::Lt,
            b"ne" => Self::Ne,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::And => "and",
            Self::Call => "call",
            Self::Html => "html",
            Self::Index => "index",
            Self::Slice => "slice",
            Self::Js => "js",
            Self::Len => "len",
            Self::Not => "not",
            Self::Or => "or",
            Self::Print => "print",
            Self::Printf => "printf",
            Self::Println => "println",
            Self::Urlquery => "urlquery",
            Self::Eq => "eq",
            Self::Ge => "ge",
            Self::Gt => "gt",
            Self::Le => "le",
            Self::Lt => "lt",
            Self::Ne => "ne",
        }
    }

    /// Parameters, and whether the last takes any number.
    pub(crate) fn signature(self) -> (&'static [&'static TypeInfo], bool) {
        match self {
            Self::And | Self::Or | Self::Call | Self::Index | Self::Slice | Self::Eq => (&TWO, true),
            Self::Html | Self::Js | Self::Urlquery | Self::Print | Self::Println => (&ANY, true),
            Self::Printf => (&FORMAT, true),
            Self::Len | Self::Not => (&ONE, false),
            Self::Ge | Self::Gt | Self::Le | Self::Lt | Self::Ne => (&TWO, false),
        }
    }

    /// The call, with arguments that are counted and checked. `callee` is how the first argument of
    /// `call` reads in the template.
    pub(crate) fn call(self, args: &[Value], callee: impl FnOnce() -> String) -> Result<Value, String> {
        match self {
            // The executor never gets here: these two it does itself.
            Self::And | Self::Or => Ok(args.last().cloned().unwrap_or_default()),
            Self::Call => call::call(&args[0], &args[1..], &callee()),
            Self::Html => Ok(text(escape::html(&printed(args)))),
            Self::Js => Ok(text(escape::js(&printed(args)))),
            Self::Urlquery => Ok(text(escape::query(&printed(args)))),
            Self::Index => index::index(args),
            Self::Slice => index::slice(args),
            Self::Len => index::len(&args[0]),
            Self::Not => Ok(Value::Bool(!args[0].truth())),
            Self::Print => Ok(text(fmt::sprint(args))),
            Self::Println => Ok(text(fmt::sprintln(args))),
            Self::Printf => Ok(text(match args {
                [Value::Str(format), rest @ ..] => fmt::sprintf(format, rest),
                _ => Vec::new(), // not reached: the first is checked to be a string
            })),
            Self::Eq => compare::eq(args).map(Value::Bool),
            Self::Ne => compare::eq(args).map(|equal| Value::Bool(!equal)),
            Self::Lt => compare::lt(&args[0], &args[1]).map(Value::Bool),
            Self::Le => compare::le(args).map(Value::Bool),
            Self::Gt => compare::le(args).map(|less| Value::Bool(!less)),
            Self::Ge => compare::lt(&args[0], &args[1]).map(|less| Value::Bool(!less)),
        }
    }
}

fn text(bytes: Vec<u8>) -> Value {
    Value::Str(Str::from(bytes))
}

/// `evalArgs`: the arguments of an escaper as one text.
fn printed(args: &[Value]) -> Vec<u8> {
    if let [Value::Str(only)] = args {
        return only.to_vec();
    }
    let printable = |arg: &Value| match arg {
        Value::Missing | Value::Nil => Value::from("<no value>"),
        arg => pointed_to(arg.clone()),
    };
    fmt::sprint(&args.iter().map(printable).collect::<Vec<_>>())
}
