//! The template engine as Helm sets it up: all templates of a chart and its subcharts in one set.

mod error;
mod trace;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use longshore_go::{Map, Str, Value};
use longshore_template::{Ahead, Budget, MissingKey, Set, Trace};

use crate::builtins::{self, Source};
use crate::compat::Level;
use crate::functions::Library;
use crate::origin::Origins;
use crate::render::RenderInput;
use crate::schema::Checks;
use crate::{Chart, Error};

/// What Go prints for a value that is not there, and Helm deletes wherever it finds it.
pub(crate) const NO_VALUE: &[u8] = b"<no value>";

/// Most operations that one template file may take: a hundred times what the largest charts do.
const MAX_STEPS: u64 = 60_000_000;
/// Most bytes that one template file may print.
const MAX_OUTPUT: usize = 64 << 20;

/// What templates printed, by their paths, with U+FFFD for what is no UTF-8; and the bytes where there was such.
pub(crate) type Executed = (BTreeMap<String, String>, BTreeMap<String, Vec<u8>>);

/// Renders charts at one level, and keeps the templates of the last chart parsed.
///
/// An engine is `Send + Sync`; share one between threads and between renders.
pub struct Engine {
    level: Level,
    library: Library,
    table: Arc<longshore_template::FuncTable>,
    last: Mutex<Option<Arc<Parsed>>>,
    /// Templates that are being parsed for the next chart.
    ahead: Mutex<Option<Ahead>>,
}

/// Parsed templates, and what they were parsed from.
#[derive(Debug)]
struct Parsed {
    missing_key: MissingKey,
    sources: Vec<(Str, Str)>,
    set: Set,
}

impl Parsed {
    fn is_of(&self, missing_key: MissingKey, sources: &[Source<'_>]) -> bool {
        self.missing_key == missing_key
            && self.sources.len() == sources.len()
            && self
                .sources
                .iter()
                .zip(sources)
                .all(|((name, text), source)| *name == *source.name && text == source.text)
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("level", &self.level).finish_non_exhaustive()
    }
}

impl Engine {
    /// An engine with the functions of a level.
    pub fn new(level: Level) -> Self {
        let rules = level.rules();
        let library = Library::new(|name| rules.has_function(name));
        let table = Arc::new(library.table().clone());
        Self { level, library, table, last: Mutex::new(None), ahead: Mutex::new(None) }
    }

    /// The level that it renders at.
    pub fn level(&self) -> Level {
        self.level
    }

    /// The names of all functions that templates may call beside Go's own.
    pub fn function_names(&self) -> Vec<&'static str> {
        self.table.iter().map(|function| function.name).collect()
    }

    /// Begins to parse a file, if it is a template of a chart that is about to be read and rendered, or of a chart in it:
    /// that is a good part of a render's time. `name` is what the chart is probably called, and `path` the file's
    /// path in it.
    ///
    /// Nothing depends on it: a chart that turns out to be another one is rendered all the same.
    pub fn expect(&self, name: &str, path: &str, text: &Str) {
        if is_template(path) {
            let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
            let ahead = ahead.get_or_insert_with(|| self.empty_set(MissingKey::Zero).ahead());
            ahead.add(format!("{name}/{path}").as_str().into(), text.clone());
        }
    }

    fn empty_set(&self, missing_key: MissingKey) -> Set {
        Set::new("gotpl", Arc::clone(&self.table)).with_missing_key(missing_key)
    }

    /// Holds values against the schemas, asks `between` whether to go on, and executes the templates of a chart whose
    /// dependencies are resolved; gives what each printed, and if asked where each piece of that comes from.
    pub(crate) fn execute(
        &self,
        chart: &Chart,
        values: &Map,
        input: &RenderInput<'_>,
        between: impl FnOnce() -> Result<(), Error>,
        mut origins: Option<&mut Origins>,
    ) -> Result<Executed, Error> {
        let options = input.options;
        let missing_key = if options.strict { MissingKey::Error } else { MissingKey::Zero };
        let checks = if options.skip_schema { Checks::default() } else { Checks::of(chart, values) };
        let sources = builtins::sources(chart);
        if !checks.is_empty() {
            self.begin(missing_key, &sources);
            checks.run()?;
        }
        between()?;
        let parsed = self.parse(missing_key, &sources)?;
        if let Some(origins) = &mut origins {
            **origins = Origins::new(&parsed.sources);
        }
        let rules = self.level.rules();
        let contexts = builtins::contexts(chart, values, input, rules);
        let calls = self.library.with(input.services);
        let budget = Budget { steps: MAX_STEPS, output: MAX_OUTPUT, ..Budget::default() };
        let (mut files, mut broken) = Executed::default();
        for source in sources.iter().filter(|source| !source.is_partial()) {
            let context = &contexts[source.context];
            context.insert("Template", builtins::template(source, rules));
            let (name, data) = (source.name.as_bytes(), Value::Map(context.clone()));
            let (mut out, mut trace) = (Vec::new(), Trace::default());
            let result = match origins {
                None => parsed.set.execute(name, data, &calls, &budget, &mut out),
                Some(_) => parsed.set.execute_traced(name, data, &calls, &budget, &mut out, &mut trace),
            };
            result.map_err(|error| error::execution(&error, rules, &parsed.sources))?;
            let printed = origins.is_some().then(|| out.clone());
            let text = String::from_utf8(without_no_value(out)).unwrap_or_else(|error| {
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                broken.insert(source.name.clone(), error.into_bytes());
                text
            });
            if let (Some(origins), Some(printed)) = (&mut origins, printed) {
                origins.add(&source.name, &printed, text.clone(), &trace);
            }
            files.insert(source.name.clone(), text);
        }
        Ok((files, broken))
    }

    /// Hands out the parsed templates of a chart whose dependencies are resolved.
    pub(crate) fn with_templates<T>(&self, chart: &Chart, look: impl FnOnce(&Set) -> T) -> Result<T, Error> {
        let sources = builtins::sources(chart);
        // Only executing tells a strict set from another: one that is here will do.
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match last.filter(|parsed| parsed.is_of(parsed.missing_key, &sources)) {
            Some(parsed) => Ok(look(&parsed.set)),
            None => Ok(look(&self.parse(MissingKey::Zero, &sources)?.set)),
        }
    }

    /// Begins to parse templates, unless they are being parsed or were.
    fn begin(&self, missing_key: MissingKey, sources: &[Source<'_>]) {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.as_ref().is_some_and(|parsed| parsed.is_of(missing_key, sources)) {
            return;
        }
        let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        if ahead.is_none() {
            let mut begun = self.empty_set(missing_key).ahead();
            for (name, text) in named(sources) {
                begun.add(name, text);
            }
            *ahead = Some(begun);
        }
    }

    fn parse(&self, missing_key: MissingKey, sources: &[Source<'_>]) -> Result<Arc<Parsed>, Error> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(parsed) = last.as_ref().filter(|parsed| parsed.is_of(missing_key, sources)) {
            return Ok(Arc::clone(parsed));
        }
        let ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut set = self.empty_set(missing_key);
        let sources = named(sources);
        set.parse_all(&sources, ahead.as_ref()).map_err(|error| error::parsing(&error))?;
        let parsed = Arc::new(Parsed { missing_key, sources, set });
        *last = Some(Arc::clone(&parsed));
        Ok(parsed)
    }
}

/// The names and texts of templates.
fn named(sources: &[Source<'_>]) -> Vec<(Str, Str)> {
    sources.iter().map(|source| (source.name.as_str().into(), source.text.clone())).collect()
}

/// Whether a file of a chart is a template of it or of a chart in it.
fn is_template(mut path: &str) -> bool {
    while let Some((_, below)) = path.strip_prefix("charts/").and_then(|below| below.split_once('/')) {
        path = below;
    }
    path.starts_with("templates/")
}

/// The text with every `<no value>` deleted.
pub(crate) fn without_no_value(text: Vec<u8>) -> Vec<u8> {
    let finder = memchr::memmem::Finder::new(NO_VALUE);
    let find = |text: &[u8]| finder.find(text);
    let Some(mut at) = find(&text) else { return text };
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_slice();
    loop {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + NO_VALUE.len()..];
        match find(rest) {
            Some(next) => at = next,
            None => break,
        }
    }
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::without_no_value;

    #[test]
    fn no_value_is_deleted_everywhere() {
        assert_eq!(without_no_value(b"a <no value> b<no value>".to_vec()), b"a  b");
        assert_eq!(without_no_value(b"<no <no value>value>".to_vec()), b"<no value>");
        assert_eq!(without_no_value(b"<no valu".to_vec()), b"<no valu");
    }
}
