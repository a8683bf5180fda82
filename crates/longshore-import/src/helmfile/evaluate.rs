//! Executing a helmfile's templates.

use std::cell::RefCell;
use std::collections::BTreeSet;

use longshore_diag::{Diagnostic, Place};
use longshore_go::{Map, Value};
use longshore_template::{Budget, ExecError, MissingKey, Problem, Set};

use super::functions::{Calling, Table};
use crate::files::Reader;
use crate::left::Left;

/// What templates are executed with.
pub(super) struct Engine<'a> {
    table: Table,
    pub(super) reader: &'a Reader<'a>,
    pub(super) left: RefCell<BTreeSet<Left>>,
}

/// What templates see.
#[derive(Clone)]
pub(super) struct Scope {
    /// The environment's name.
    pub(super) environment: String,
    /// Its context of the kubeconfig.
    pub(super) context: String,
    /// Its values.
    pub(super) values: Map,
}

/// What templates of a release see beside that.
#[derive(Clone, Default)]
pub(super) struct OfRelease {
    pub(super) name: String,
    pub(super) namespace: String,
    pub(super) chart: String,
    pub(super) labels: Vec<(String, String)>,
}

impl<'a> Engine<'a> {
    pub(super) fn new(reader: &'a Reader<'a>) -> Self {
        Self { table: Table::new(), reader, left: RefCell::new(BTreeSet::new()) }
    }

    /// What a template prints. `folder` is what its paths are relative to.
    ///
    /// # Errors
    /// It does not parse or fails: in Go's words, at the line.
    pub(super) fn text(
        &self,
        file: &str,
        folder: &str,
        source: &str,
        scope: &Scope,
        release: Option<&OfRelease>,
    ) -> Result<String, Diagnostic> {
        if !source.contains("{{") {
            return Ok(source.to_owned());
        }
        let mut set = Set::new("stringTemplate", self.table.table()).with_missing_key(MissingKey::Error);
        set.parse(file, source).map_err(|error| {
            let message = format!("the template does not parse: {}", error.message);
            Diagnostic::error("import/template", message).at(Place::new(file, error.line, 0))
        })?;
        let calling = Calling::new(&self.table, self.reader, folder, file, &self.left);
        let mut out = Vec::new();
        set.execute(file.as_bytes(), data(scope, release), &calling, &Budget::default(), &mut out)
            .map_err(|error| failed(file, &error))?;
        Ok(String::from_utf8_lossy(&out).into_owned())
    }
}

fn data(scope: &Scope, release: Option<&OfRelease>) -> Value {
    let values = Value::Map(scope.values.clone());
    let environment: Map = [
        ("Name", Value::str(&*scope.environment)),
        ("KubeContext", Value::str(&*scope.context)),
        ("Values", values.clone()),
    ]
    .into_iter()
    .collect();
    let mut all = vec![
        ("Environment", Value::Map(environment)),
        ("Values", values.clone()),
        ("StateValues", values),
        ("Namespace", Value::str("")),
        ("KubeContext", Value::str(&*scope.context)),
        ("HelmfileCommand", Value::str("template")),
    ];
    if let Some(release) = release {
        let labels: Map =
            release.labels.iter().map(|(key, value)| (key.as_str(), Value::str(&**value))).collect();
        let about: Map = [
            ("Name", Value::str(&*release.name)),
            ("Namespace", Value::str(&*release.namespace)),
            ("Chart", Value::str(&*release.chart)),
            ("KubeContext", Value::str(&*scope.context)),
            ("Labels", Value::Map(labels)),
        ]
        .into_iter()
        .collect();
        all.push(("Release", Value::Map(about)));
    }
    Value::Map(all.into_iter().collect())
}

fn failed(file: &str, error: &ExecError) -> Diagnostic {
    let place =
        error.place.as_ref().map_or_else(|| Place::file(file), |at| Place::new(file, at.line, at.column + 1));
    let text = match &error.problem {
        Problem::Template(text) => text.clone(),
        _ => error.to_string(),
    };
    let node = error.place.as_ref().map(|at| format!(" at `{}`", at.node)).unwrap_or_default();
    Diagnostic::error("import/template", format!("the template fails{node}: {text}"))
        .at(place)
        .hint("`helmfile template` would say the same; values that only some environments have may be asked for with `get`")
}
