//! A set of templates that know each other, as Go's associated templates.

mod ahead;
mod many;

use std::sync::Arc;

use longshore_go::{Str, Value, strconv};

use crate::code::Code;
use crate::exec::{Body, Budget, Vm};
use crate::func::{FuncTable, Functions};
use crate::lex::Delimiters;
use crate::names::Names;
use crate::node::{NodeId, Pools, Unit};
use crate::parse::Definition;
use crate::sources::Sources;
use crate::template::Template;
use crate::trace::Tracer;
use crate::{ExecError, ParseError, Problem, parse};
pub use ahead::Ahead;

/// What a field gives that a map does not have (Go's option `missingkey`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingKey {
    /// Nothing; it prints as `<no value>`, and a field of it is nothing again.
    #[default]
    Default,
    /// The zero value of the map's elements: nil for most, and a field of that is an error.
    Zero,
    /// An error.
    Error,
}

/// What a source comes to.
#[derive(Debug)]
struct Read {
    templates: Vec<Arc<Template>>,
    /// Whether it has a `define` of its own name: then it is another one under another name.
    defines_itself: bool,
}

/// Templates by name, parsed, with the functions that they may call.
///
/// Parse once, execute many times, also from several threads at a time: the set is `Send + Sync`.
///
/// ```
/// use longshore_go::{Map, Value};
/// use longshore_template::{Budget, Set};
///
/// let mut set = Set::default();
/// set.parse("greet.txt", "Hello {{ .name | printf \"%q\" }}!")?;
/// let data: Map = [("name", Value::from("world"))].into_iter().collect();
/// let mut out = Vec::new();
/// set.execute(b"greet.txt", data.into(), &(), &Budget::default(), &mut out)?;
/// assert_eq!(out, b"Hello \"world\"!");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Set {
    name: Str,
    functions: Arc<FuncTable>,
    missing_key: MissingKey,
    delimiters: Delimiters,
    templates: Names,
    sources: Arc<Sources>,
}

impl Set {
    /// An empty set. `name` is that of the template with which Go would have begun (`gotpl` in
    /// Helm); only the error about an unknown template shows it.
    pub fn new(name: &str, functions: Arc<FuncTable>) -> Self {
        Self { name: name.into(), functions, ..Self::default() }
    }

    /// The same set with another rule for missing keys.
    pub fn with_missing_key(mut self, missing_key: MissingKey) -> Self {
        self.missing_key = missing_key;
        self
    }

    /// The same set with other delimiters than `{{` and `}}` in what is parsed from now on; an empty one stands for
    /// the usual one.
    ///
    /// ```
    /// # use longshore_template::{Budget, Set};
    /// let mut set = Set::default().with_delimiters("<<", ">>");
    /// set.parse("x", "{{ << 1 >> }}")?;
    /// let mut out = Vec::new();
    /// set.execute(b"x", longshore_go::Value::Nil, &(), &Budget::default(), &mut out)?;
    /// assert_eq!(out, b"{{ 1 }}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_delimiters(mut self, left: &str, right: &str) -> Self {
        self.delimiters = Delimiters::new(left, right);
        self.sources = Arc::default();
        self
    }

    /// Parses a source as the template `name`, with whatever it defines besides.
    ///
    /// A later definition replaces an earlier one of the same name, unless the later is blank.
    ///
    /// # Errors
    /// Go's parse error; the set is as it was.
    pub fn parse(&mut self, name: &str, source: impl Into<Str>) -> Result<(), ParseError> {
        let templates = self.read(&name.into(), &source.into(), &mut Pools::default())?.templates;
        self.add(&templates);
        Ok(())
    }

    /// Whether a template of that name is defined.
    pub fn contains(&self, name: &[u8]) -> bool {
        self.templates.get(name).is_some()
    }

    /// The names of all templates, sorted.
    pub fn names(&self) -> impl Iterator<Item = &Str> {
        let mut names: Vec<&Str> = self.templates.iter().collect();
        names.sort_unstable();
        names.into_iter()
    }

    /// Executes the template called `name` with `data` as dot and `$`, and appends what it prints
    /// to `out`.
    ///
    /// # Errors
    /// The first thing that went wrong; `out` then holds what was printed before it.
    pub fn execute(
        &self,
        name: &[u8],
        data: Value,
        functions: &dyn Functions,
        budget: &Budget,
        out: &mut Vec<u8>,
    ) -> Result<(), ExecError> {
        self.execute_traced(name, data, functions, budget, out, &mut ())
    }

    /// The same, and tells `tracer` where each piece of the output comes from: see [`Trace`](crate::Trace).
    ///
    /// # Errors
    /// As [`Set::execute`].
    pub fn execute_traced<T: Tracer>(
        &self,
        name: &[u8],
        data: Value,
        functions: &dyn Functions,
        budget: &Budget,
        out: &mut Vec<u8>,
        tracer: &mut T,
    ) -> Result<(), ExecError> {
        let Some(code) = self.get(name) else {
            return Err(self.unknown(name));
        };
        let mut vm = Vm::new(self, functions, *budget, std::mem::take(out), tracer);
        let result = vm.start(Body::OfSet(code), data);
        *out = vm.finish();
        result.map_err(|error| *error)
    }

    pub(crate) fn get(&self, name: &[u8]) -> Option<&Code> {
        self.templates.get(name).map(|template| template.code())
    }

    /// The tree of a template, and the list in it that is the template's body.
    pub(crate) fn tree(&self, name: &[u8]) -> Option<(&Unit, NodeId)> {
        self.templates.get(name).map(|template| template.tree())
    }

    pub(crate) fn functions(&self) -> &FuncTable {
        &self.functions
    }

    /// The templates of a source that is executed on top of the set, parsed once.
    pub(crate) fn on_top(&self, name: &Str, source: &Str) -> Result<Arc<[Arc<Template>]>, ParseError> {
        self.sources.get(name, source, || Ok(self.read(name, source, &mut Pools::default())?.templates))
    }

    pub(crate) fn missing_key(&self) -> MissingKey {
        self.missing_key
    }

    /// Go's error about a name that no template has.
    pub(crate) fn unknown(&self, name: &[u8]) -> ExecError {
        let message = format!(
            "no template {} associated with template {}",
            strconv::quoted(name),
            strconv::quoted(&self.name),
        );
        ExecError { place: None, template: name.into(), problem: Problem::Template(message) }
    }

    /// Takes in what a source defines; blank definitions replace nothing.
    fn add(&mut self, templates: &[Arc<Template>]) {
        for template in templates {
            if !(template.blank && self.contains(&template.name)) {
                self.templates.insert(Arc::clone(template));
            }
        }
    }

    /// Parses a source: all the templates that it defines, itself included.
    fn read(&self, name: &Str, source: &Str, pools: &mut Pools) -> Result<Read, ParseError> {
        let parsed = parse::parse(name, source, &self.delimiters, &self.functions, pools)?;
        let unit = Arc::new(parsed.unit);
        let template = |def: Definition| Arc::new(Template::new(def, name, &unit, &self.functions));
        let templates = parsed.definitions.into_iter().map(template).collect();
        Ok(Read { templates, defines_itself: parsed.defines_itself })
    }
}
