//! One release of a helmfile, in one environment.

use longshore_diag::{Diagnostic, Place};
use longshore_go::Value;
use longshore_yaml::Node;

use super::evaluate::{Engine, OfRelease, Scope};
use super::hooks::{self, Hook};
use super::load::Settings;
use super::values::{self, Item};
use crate::draft::Switch;
use crate::left::Left;
use crate::tree::{is_true, scalar, texts};

/// A release, everything of it evaluated.
#[derive(Debug, Clone)]
pub(super) struct Release {
    pub(super) name: String,
    /// The namespace; none: that of whoever deploys.
    pub(super) namespace: Option<String>,
    /// Whether a missing namespace is made.
    pub(super) create_namespace: bool,
    pub(super) chart: String,
    pub(super) version: Option<String>,
    pub(super) needs: Vec<String>,
    pub(super) wanted: Switch,
    pub(super) values: Vec<Item>,
    pub(super) hooks: Vec<Hook>,
    /// The helmfile that has it, and the folder that its paths are relative to.
    pub(super) file: String,
    pub(super) home: String,
    pub(super) place: Place,
}

/// Keys that say nothing that a deploy would do otherwise.
const SILENT: [&str; 37] = [
    "hooks",
    "name",
    "namespace",
    "chart",
    "version",
    "needs",
    "installed",
    "installedTemplate",
    "condition",
    "conditionTemplate",
    "values",
    "valuesTemplate",
    "set",
    "setTemplate",
    "setString",
    "labels",
    "inherit",
    "wait",
    "waitForJobs",
    "timeout",
    "atomic",
    "createNamespace",
    "cleanupOnFail",
    "recreatePods",
    "force",
    "historyMax",
    "missingFileHandler",
    "verify",
    "skipDeps",
    "devel",
    "disableValidation",
    "disableOpenAPIValidation",
    "disableValidationOnInstall",
    "<<",
    "skipSchemaValidation",
    "suppressDiff",
    "reuseValues",
];

/// Reads a release, and tells of what has no counterpart.
///
/// # Errors
/// A template of it fails, or a values file is no mapping.
pub(super) fn read(
    engine: &Engine<'_>,
    (file, home): (&str, &str),
    text: &str,
    node: &Node,
    scope: &Scope,
    settings: &Settings,
) -> Result<Release, Diagnostic> {
    let node = &inherited(node, settings);
    let raw = |key: &str| node.get(key).and_then(scalar).unwrap_or_default();
    let place = Place::new(file, line_of(text, raw("name")), 0);
    let mut about = OfRelease {
        name: raw("name").to_owned(),
        namespace: node
            .get("namespace")
            .and_then(scalar)
            .map_or_else(|| settings.namespace.clone().unwrap_or_default(), str::to_owned),
        chart: raw("chart").to_owned(),
        labels: Vec::new(),
    };
    for labels in [settings.labels.as_ref(), node.get("labels")].into_iter().flatten() {
        about.labels.extend(
            labels
                .entries()
                .filter_map(|(key, value)| Some((key.value.to_string(), scalar(value)?.to_owned()))),
        );
    }
    let fill = |text: &str, about: &OfRelease| {
        let filled = engine.text(file, home, text, scope, Some(about));
        filled.map(|text| text.trim().to_owned()).map_err(|error| at(error, &place))
    };
    about.name = fill(&about.name.clone(), &about)?;
    about.chart = fill(&about.chart.clone(), &about)?;
    about.namespace = fill(&about.namespace.clone(), &about)?;
    let name = about.name.clone();
    let say = |what: String, advice: &str| {
        engine.left.borrow_mut().insert(Left::new(place.clone(), what, advice));
    };
    if name.is_empty() || about.chart.is_empty() {
        let message = "a release must have a `name` and a `chart`";
        return Err(Diagnostic::error("import/release", message).at(Place::new(
            file,
            node.line,
            node.column,
        )));
    }
    for (key, value) in
        node.entries().filter(|(key, value)| !SILENT.contains(&key.value.as_str()) && !value.is_null())
    {
        let key = key.value.as_str();
        let is_empty = value.content.is_empty() && !value.kind.eq(&longshore_yaml::Kind::Scalar);
        if !is_empty {
            say(format!("`{key}` of release `{name}`"), left_out(key));
        }
    }
    let wanted = wanted(node, scope, |text| fill(text, &about))?;
    let version = Some(fill(raw("version"), &about)?).filter(|version| !version.is_empty());
    let needs: Result<Vec<String>, Diagnostic> =
        texts(node.get("needs")).iter().map(|need| fill(need, &about)).collect();
    // What is switched off may name files that are not there.
    let (mut values, mut hooks) = (Vec::new(), Vec::new());
    if wanted != Switch::Is(false) {
        values = values::read(engine, (file, home), node, scope, &about, &place, settings)?;
        if let Some(node) = node.get("hooks") {
            let told = |what: String, advice: &str| say(format!("{what} of release `{name}`"), advice);
            hooks = hooks::read(node, |text| fill(text, &about), told);
        }
    }
    let defaults = settings.defaults.as_ref();
    let create = [Some(node), defaults].into_iter().flatten().find_map(|from| from.get("createNamespace"));
    Ok(Release {
        create_namespace: create.is_none_or(|create| is_true(Some(create))),
        namespace: Some(about.namespace).filter(|namespace| !namespace.is_empty()),
        chart: about.chart,
        version,
        needs: needs?,
        wanted,
        values,
        hooks,
        file: file.to_owned(),
        home: home.to_owned(),
        place,
        name,
    })
}

/// An error of a template within the release, at the release.
fn at(mut error: Diagnostic, place: &Place) -> Diagnostic {
    error.place = Some(place.clone());
    error
}

/// A release with what it takes from `templates`.
fn inherited(node: &Node, settings: &Settings) -> Node {
    let mut all = Node::mapping();
    all.line = node.line;
    all.column = node.column;
    for item in node.get("inherit").into_iter().flat_map(Node::items) {
        let template =
            item.get("template").and_then(scalar).and_then(|name| settings.templates.as_ref()?.get(name));
        let except = texts(item.get("except"));
        for (key, value) in template
            .into_iter()
            .flat_map(Node::entries)
            .filter(|(key, _)| !except.iter().any(|name| name == key.value.as_str()))
        {
            all.set(key.value.as_str(), value.clone());
        }
    }
    node.entries().for_each(|(key, value)| all.set(key.value.as_str(), value.clone()));
    all
}

/// Whether it is to be installed: `installed` and `condition`.
fn wanted(
    node: &Node,
    scope: &Scope,
    fill: impl Fn(&str) -> Result<String, Diagnostic>,
) -> Result<Switch, Diagnostic> {
    for key in ["condition", "conditionTemplate"] {
        let Some(path) = node.get(key).and_then(scalar) else { continue };
        let path = fill(path)?;
        let mut here = Some(Value::Map(scope.values.clone()));
        for part in path.split('.') {
            here = here.and_then(|value| value.as_map()?.get(part.as_bytes()));
        }
        match here {
            Some(value)
                if value.as_str().is_some_and(|text| super::markers::is_one(&text.to_str_lossy())) =>
            {
                return Ok(Switch::Asks(
                    value.as_str().map(|text| text.to_str_lossy().into_owned()).unwrap_or_default(),
                ));
            }
            Some(value) if value.truth() => {}
            _ => return Ok(Switch::Is(false)),
        }
    }
    for key in ["installed", "installedTemplate"] {
        let Some(text) = node.get(key).and_then(scalar) else { continue };
        let text = fill(text)?;
        if super::markers::is_one(&text) {
            return Ok(Switch::Asks(text));
        }
        if text.eq_ignore_ascii_case("false") || text.is_empty() {
            return Ok(Switch::Is(false));
        }
    }
    Ok(Switch::Is(!is_true(node.get("disabled"))))
}

/// What to do about a key that has no counterpart.
fn left_out(key: &str) -> &'static str {
    match key {
        "secrets" => {
            "sealed, and not opened: values from it are missing; name them under `secrets` of the project file"
        }
        "jsonPatches" | "strategicMergePatches" | "transformers" => {
            "left out; a kustomization that inflates the chart can patch its objects"
        }
        "dependencies" => "left out; list them in the chart's Chart.yaml",
        "kubeContext" => "left out; an environment names its `context`, or its clusters",
        "postRenderer" | "postRendererArgs" => {
            "left out; a kustomization that inflates the chart can change its objects"
        }
        "adopt" => "left out; `longshore deploy --adopt` takes objects over",
        "tillerNamespace" | "tillerless" | "tls" => "left out; it is of Helm 2",
        _ => "left out",
    }
}

/// The line of a release in a file that may be a template; 0 if it is not found.
fn line_of(text: &str, name: &str) -> u32 {
    let is_it = |line: &str| {
        let line = line.trim().trim_start_matches("- ").trim();
        line.strip_prefix("name:").is_some_and(|rest| rest.trim().trim_matches(['"', '\'']) == name)
    };
    text.lines().position(is_it).map_or(0, |line| line as u32 + 1)
}
