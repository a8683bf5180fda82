//! The functions that templates may call: their signatures, known when parsing, and the trait that
//! performs them, known when executing.

use longshore_go::{Str, TypeInfo, Value, types};

use crate::index::Index;
use crate::{ExecError, FuncError, ParseError};

/// The signature of one template function.
///
/// Arguments are counted and checked against it exactly as Go does by reflection, so that an
/// implementation finds what its signature promises: a parameter of type `string` holds a
/// [`Value::Str`]. Parameters of a nillable type (`interface {}`, slices, maps) may hold
/// [`Value::Nil`], as Go's may hold nil; [`Value::Missing`] never gets through.
#[derive(Clone, Copy, Debug)]
pub struct FuncDef {
    /// The name in templates.
    pub name: &'static str,
    /// Types of the parameters; for a variadic function the last is the type of one element.
    pub params: &'static [&'static TypeInfo],
    /// Whether the last parameter takes any number of values.
    pub variadic: bool,
    /// The type of the result. It decides what an error about a field of the result names as type,
    /// and that a [`Value::Nil`] returned for a map, slice or function has that type.
    pub result: &'static TypeInfo,
}

impl FuncDef {
    /// A function of fixed parameters that returns an `interface {}`.
    pub const fn new(name: &'static str, params: &'static [&'static TypeInfo]) -> Self {
        Self { name, params, variadic: false, result: &types::ANY }
    }

    /// The same, variadic in the last parameter.
    pub const fn variadic(name: &'static str, params: &'static [&'static TypeInfo]) -> Self {
        Self { name, params, variadic: true, result: &types::ANY }
    }

    /// The same with a result of the given type.
    pub const fn returning(mut self, result: &'static TypeInfo) -> Self {
        self.result = result;
        self
    }
}

/// The functions that a set of templates knows beside the builtins, by name.
///
/// A function here hides a builtin of the same name, as Helm's `slice` does.
#[derive(Clone, Debug, Default)]
pub struct FuncTable {
    defs: Vec<FuncDef>,
    by_name: Index,
}

impl FuncTable {
    /// A table of the given functions. The index of a function in `defs` is what
    /// [`Functions::call`] gets; of two with one name the first counts.
    pub fn new(defs: impl IntoIterator<Item = FuncDef>) -> Self {
        let mut table = Self::default();
        for def in defs {
            table.defs.push(def);
            table.by_name.push(table.defs.len() - 1, |place| table.defs[place].name.as_bytes());
        }
        table
    }

    /// The index of the function called `name`.
    pub fn index(&self, name: &[u8]) -> Option<usize> {
        self.by_name.find(name, |place| self.defs[place].name.as_bytes())
    }

    /// The function at `index`, as given to [`FuncTable::new`].
    pub fn get(&self, index: usize) -> Option<&FuncDef> {
        self.defs.get(index)
    }

    /// All functions in the order given.
    pub fn iter(&self) -> impl Iterator<Item = &FuncDef> {
        self.defs.iter()
    }
}

/// What a call gives back.
#[derive(Debug, Clone)]
pub enum Return {
    /// The result.
    Value(Value),
    /// The result is the text that the named template prints for `data`, as a string: what `include`
    /// does. The executor runs it without using the native stack, so recursion is bounded by
    /// [`crate::Budget::depth`] alone. If it fails, the error is wrapped as Go's would be:
    /// `error calling include: template: …`.
    Template {
        /// The template's name.
        name: Str,
        /// Its dot and `$`.
        data: Value,
    },
}

impl From<Value> for Return {
    fn from(value: Value) -> Self {
        Self::Value(value)
    }
}

/// The implementations behind a [`FuncTable`], given anew to each execution.
pub trait Functions {
    /// Calls the function at `index` of the table.
    ///
    /// `args` are checked against the signature and are the function's to take.
    fn call(&self, exec: &mut dyn Executor, index: usize, args: &mut Vec<Value>)
    -> Result<Return, FuncError>;
}

/// No functions beside the builtins.
impl Functions for () {
    fn call(&self, _: &mut dyn Executor, index: usize, _: &mut Vec<Value>) -> Result<Return, FuncError> {
        Err(FuncError::new(format!("no function has index {index}")))
    }
}

/// What a function may do with the execution that calls it.
///
/// What is executed through it shares budgets with the execution around it, but not variables.
pub trait Executor {
    /// Executes the template called `name` with `data` as dot; gives what it printed.
    ///
    /// This uses the native stack, and so is bounded by [`crate::Budget::reentry`]; if the printed
    /// text is all that the function wants, return [`Return::Template`] instead.
    fn execute(&mut self, name: &[u8], data: Value) -> Result<Vec<u8>, ExecError>;

    /// Parses `source` as a template called `name` on top of those that are visible here, and
    /// executes it with `data` as dot; gives what it printed. This is the heart of Helm's `tpl`:
    /// what the source defines hides what the set has under the same names, in everything that is
    /// executed below, and is gone afterwards.
    fn execute_source(&mut self, name: &Str, source: &Str, data: Value) -> Result<Vec<u8>, SourceError>;

    /// Whether a template of that name is visible here.
    fn has_template(&self, name: &[u8]) -> bool;

    /// How many executions of `name` that [`Return::Template`] or [`Executor::execute`] started are
    /// under way: what Helm's `include` limits to 1000.
    fn active(&self, name: &[u8]) -> usize;

    /// Takes `steps` from the budget, for a function whose work depends on its arguments.
    fn charge(&mut self, steps: u64) -> Result<(), FuncError>;
}

/// Why [`Executor::execute_source`] failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The source does not parse.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// The source parses, but its execution failed.
    #[error(transparent)]
    Exec(#[from] ExecError),
}
