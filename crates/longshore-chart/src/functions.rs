//! What templates can call beside Go's builtins: sprig's functions and Helm's own.
//!
//! Each family has a file. A function is a row: its name, the types of its parameters and its result
//! (the executor counts and checks arguments by them, in Go's words), and a body. Bodies are pure,
//! except for those that ask the [`Services`] for the time, randomness, or the cluster, and those that
//! execute templates (`include`, `tpl`).
//!
//! sprig's quirks are kept one and all: `default` takes `0` and `false` for unset, `merge` takes them
//! for unset too, `int "08"` is 0, `quote` skips nil, `trunc` counts bytes. Where Go's runtime panics,
//! the template engine turns that into an error; the bodies return the same text.
//!
//! A function that is not in the table does not exist: the parser says `function "x" not defined`.

#![expect(clippy::unnecessary_wraps, reason = "the bodies of the table share one signature")]

use longshore_go::Value;
use longshore_template::{Executor, FuncDef, FuncError, FuncTable, Functions, Return};

mod args;
mod case;
mod certificates;
mod cost;
mod crypto;
mod dates;
mod defaults;
mod dicts;
mod durations;
mod encode;
mod helm;
mod jsons;
mod keys;
mod lists;
mod math;
mod merge;
mod paths;
mod random;
mod reflect;
mod regex;
mod semver;
mod services;
mod strings;
#[cfg(test)]
mod tests;
mod tomls;
mod urls;
mod words;
mod yamls;

pub use helm::{WARN_END, WARN_START};
pub use keys::{KeyKind, Keys};
pub use services::{GaveUp, Services};

/// What a body gives back: Go's `(value, error)`.
type Outcome = Result<Value, FuncError>;

/// How a function does its work.
#[derive(Clone, Copy)]
enum Body {
    /// From its arguments alone.
    Pure(fn(&mut [Value]) -> Outcome),
    /// With the services or the execution around it.
    Scoped(fn(&mut Scope<'_>, &mut [Value]) -> Result<Return, FuncError>),
}

/// What surrounds a call.
struct Scope<'a> {
    exec: &'a mut dyn Executor,
    services: &'a dyn Services,
}

/// One row of the table.
struct Function {
    def: FuncDef,
    body: Body,
}

impl Function {
    const fn pure(def: FuncDef, body: fn(&mut [Value]) -> Outcome) -> Self {
        Self { def, body: Body::Pure(body) }
    }

    const fn scoped(
        def: FuncDef,
        body: fn(&mut Scope<'_>, &mut [Value]) -> Result<Return, FuncError>,
    ) -> Self {
        Self { def, body: Body::Scoped(body) }
    }
}

/// Every family, in no order that matters.
static FAMILIES: &[&[Function]] = &[
    case::FUNCTIONS,
    certificates::FUNCTIONS,
    crypto::FUNCTIONS,
    dates::FUNCTIONS,
    defaults::FUNCTIONS,
    dicts::FUNCTIONS,
    durations::FUNCTIONS,
    encode::FUNCTIONS,
    helm::FUNCTIONS,
    jsons::FUNCTIONS,
    lists::FUNCTIONS,
    math::FUNCTIONS,
    math::decimal::FUNCTIONS,
    paths::FUNCTIONS,
    random::FUNCTIONS,
    reflect::FUNCTIONS,
    regex::FUNCTIONS,
    semver::FUNCTIONS,
    strings::FUNCTIONS,
    tomls::FUNCTIONS,
    urls::FUNCTIONS,
    words::FUNCTIONS,
    yamls::FUNCTIONS,
];

/// The functions that exist, and their bodies.
///
/// Built once and used for every template and every render: [`Library::table`] is what the parser
/// needs, [`Library::with`] what an execution needs.
pub struct Library {
    functions: Vec<&'static Function>,
    table: FuncTable,
}

impl Library {
    /// All functions for whose name `exists` is true. Compatibility levels leave some out.
    pub fn new(exists: impl Fn(&str) -> bool) -> Self {
        let all = FAMILIES.iter().flat_map(|family| family.iter());
        let functions: Vec<&Function> = all.filter(|function| exists(function.def.name)).collect();
        let table = FuncTable::new(functions.iter().map(|function| function.def));
        Self { functions, table }
    }

    /// Names and signatures, for the parser.
    pub fn table(&self) -> &FuncTable {
        &self.table
    }

    /// The implementations for one execution, which asks `services` for all that is not pure.
    pub fn with<'a>(&'a self, services: &'a dyn Services) -> Calls<'a> {
        Calls { library: self, services }
    }
}

/// The implementations behind a [`Library`]'s table, bound to the services of one execution.
pub struct Calls<'a> {
    library: &'a Library,
    services: &'a dyn Services,
}

impl Functions for Calls<'_> {
    fn call(
        &self,
        exec: &mut dyn Executor,
        index: usize,
        args: &mut Vec<Value>,
    ) -> Result<Return, FuncError> {
        let Some(function) = self.library.functions.get(index) else {
            return Err(FuncError::new(format!("no function has index {index}")));
        };
        exec.charge(cost::of_call(function.def.name, args))?;
        let made = match function.body {
            Body::Pure(body) => Return::Value(body(args)?),
            Body::Scoped(body) => body(&mut Scope { exec, services: self.services }, args)?,
        };
        if let Return::Value(value) = &made {
            exec.charge(cost::of_result(value))?;
        }
        Ok(made)
    }
}
