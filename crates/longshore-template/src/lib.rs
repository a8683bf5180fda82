//! Go's `text/template`: lexer, parser, compiler, execution, errors in Go's words and positions.
//!
//! A [`Set`] holds parsed templates that know each other by name; it is compiled once and may be
//! executed many times, from several threads. What a template prints, and what it says when it fails,
//! is what Go 1.26's `text/template` prints and says, to the byte.
//!
//! What a template printed can be followed back to where it is written ([`Set::execute_traced`]).
//!
//! Functions come in two halves. A [`FuncTable`] of signatures is there when parsing, since an unknown
//! function is a parse error; an implementation of [`Functions`] is there when executing, since it
//! holds what belongs to one execution. A function may call back through [`Executor`].
//!
//! ```
//! use std::sync::Arc;
//! use longshore_go::{Str, Value, types};
//! use longshore_template::*;
//!
//! struct Mine;
//! impl Functions for Mine {
//!     fn call(&self, _: &mut dyn Executor, index: usize, args: &mut Vec<Value>)
//!         -> Result<Return, FuncError> {
//!         match (index, args.as_slice()) {
//!             (0, [Value::Str(text)]) => Ok(Value::str(text.to_ascii_uppercase()).into()),
//!             (1, [Value::Str(name), data]) =>
//!                 Ok(Return::Template { name: name.clone(), data: data.clone() }),
//!             _ => Err("no such function".into()),
//!         }
//!     }
//! }
//!
//! static SIGNATURES: [FuncDef; 2] = [
//!     FuncDef::new("upper", &[&types::STRING]).returning(&types::STRING),
//!     FuncDef::new("include", &[&types::STRING, &types::ANY]).returning(&types::STRING),
//! ];
//!
//! let table = FuncTable::new(SIGNATURES);
//! let mut set = Set::new("gotpl", Arc::new(table)).with_missing_key(MissingKey::Zero);
//! set.parse("_helpers.tpl", r#"{{ define "name" }}app-{{ . }}{{ end }}"#)?;
//! set.parse("x.yaml", r#"name: {{ include "name" .x | upper }}"#)?;
//!
//! let data = Value::Map([("x", Value::from("web"))].into_iter().collect());
//! let mut out = Vec::new();
//! set.execute(b"x.yaml", data, &Mine, &Budget::default(), &mut out)?;
//! assert_eq!(out, b"name: APP-WEB");
//!
//! let error = set.execute(b"x.yaml", Value::Nil, &(), &Budget::default(), &mut out).unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     r#"template: x.yaml:1:9: executing "x.yaml" at <include "name" .x>: error calling include: no function has index 1"#,
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod builtin;
mod code;
mod compile;
mod error;
mod exec;
mod func;
mod index;
mod lex;
mod names;
mod node;
mod number;
mod parse;
mod set;
mod shares;
mod sources;
pub mod syntax;
mod template;
mod trace;
mod types;
mod unicode;

pub use error::{ExecError, ExecPlace, FuncError, ParseError, Problem};
pub use exec::Budget;
pub use func::{Executor, FuncDef, FuncTable, Functions, Return, SourceError};
pub use set::{Ahead, MissingKey, Set};
pub use shares::in_shares;
pub use trace::{Capture, Piece, Position, Trace, Tracer, Written};
