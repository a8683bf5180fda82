//! Where each rendered line comes from: what `longshore render --trace` prints.

use longshore_chart::{Origin, Origins};
use longshore_diag::{Diagnostic, Place};
use longshore_release::Candidate;
use serde::Serialize;

use crate::charts::Opened;
use crate::places::ValuesPlaces;
use crate::project::{Method, ReleaseSpec};
use crate::render::RenderOptions;
use crate::selection::Selection;
use crate::source::{Known, SystemRandom, named};
use crate::{kustomize, manifests};

/// A line of what `longshore render` prints, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TracedLine {
    /// The line, without its end.
    pub text: String,
    /// The release that it is of.
    pub release: String,
    /// What wrote it; nothing for lines that no template wrote, and for releases that come from no chart.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub origin: Option<LineOrigin>,
    /// The object that it is part of, in a release that was made from a kustomization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<LineObject>,
}

/// An object that a kustomization makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineObject {
    /// The file that it was read from, or the entry that generated it.
    pub place: Place,
    /// `Deployment/web`
    pub name: String,
    /// The kustomization, as the project file names it.
    pub kustomization: String,
}

/// What wrote a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineOrigin {
    /// The place in a template.
    pub template: Place,
    /// The actions that wrote to the line, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<LineAction>,
    /// The calls that led to the template, the outermost first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<Place>,
}

/// An action that wrote to a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineAction {
    /// Its text, without the delimiters.
    pub text: String,
    /// Where it is.
    pub place: Place,
    /// The values that it names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<LineValue>,
}

/// A value that an action names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineValue {
    /// Its path below `.Values`, as the chart of the template sees it.
    pub path: String,
    /// Where it was last set; nothing if no file sets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// Renders the selection and tells where each line comes from.
///
/// # Errors
/// Something cannot be read or rendered.
pub fn trace(selection: &Selection, options: &RenderOptions) -> Result<Vec<TracedLine>, Diagnostic> {
    let mut lines = Vec::new();
    for spec in selection.releases() {
        let before = lines.len();
        match selection.method(spec)? {
            Method::Manifests => {
                let candidate = manifests::candidate(selection, spec, &Known::default(), &mut SystemRandom)
                    .map_err(|error| named(error, spec))?;
                lines.extend(candidate.manifest.lines().map(|line| TracedLine::new(spec, line, None)));
            }
            Method::Kustomize => {
                let (candidate, _) =
                    kustomize::offline(selection, spec, options).map_err(|error| named(error, spec))?;
                lines.extend(kustomization(spec, &candidate));
            }
            Method::Helm => {
                let traced = chart(selection, spec, options).map_err(|error| named(error, spec))?;
                lines.extend(traced);
            }
        }
        if let Some(heading) = selection.heading(&spec.name).filter(|_| lines.len() > before) {
            lines.insert(before, TracedLine::new(spec, &heading, None));
        }
    }
    Ok(lines)
}

impl TracedLine {
    fn new(spec: &ReleaseSpec, text: &str, origin: Option<LineOrigin>) -> Self {
        let text = text.trim_end_matches(['\r', '\n']).to_owned();
        Self { text, release: spec.name.clone(), origin, object: None }
    }
}

/// The lines of what a kustomization makes. Each object is one document.
fn kustomization(spec: &ReleaseSpec, candidate: &Candidate) -> Vec<TracedLine> {
    let mut objects = candidate.objects.iter();
    let (mut object, mut source) = (None, String::new());
    let line = |text: &str| {
        if text == "---" {
            object = objects.next();
        } else if let Some(named) = text.strip_prefix("# Source: ") {
            named.clone_into(&mut source);
        }
        let part = object.map(|object| LineObject {
            place: object.place().clone(),
            name: object.key().to_string(),
            kustomization: source.clone(),
        });
        let is_comment = text == "---" || text.starts_with("# Source: ");
        TracedLine { object: part.filter(|_| !is_comment), ..TracedLine::new(spec, text, None) }
    };
    candidate.manifest.lines().map(line).collect()
}

/// The lines of a chart release, as [`longshore_chart::Rendered::helm_template_output`] has them.
fn chart(
    selection: &Selection,
    spec: &ReleaseSpec,
    options: &RenderOptions,
) -> Result<Vec<TracedLine>, Diagnostic> {
    let opened = Opened::new(selection, spec)?;
    let (rendered, origins) = opened.traced(selection, spec, options)?;
    let sources = ValuesPlaces::new(spec, &opened, &rendered.chart);
    let tracer = Tracer { opened: &opened, origins, sources };
    let mut lines = Vec::new();
    let add = |lines: &mut Vec<TracedLine>, path: &str, content: &str| {
        lines.push(TracedLine::new(spec, "---", None));
        lines.push(TracedLine::new(spec, &format!("# Source: {path}"), None));
        let origins = tracer.origins.of(path, content).into_iter().chain(std::iter::repeat(None));
        let with_end = format!("{content}\n");
        for (line, origin) in with_end.split_inclusive('\n').zip(origins) {
            lines.push(TracedLine::new(spec, line, origin.map(|origin| tracer.line(path, origin))));
        }
    };
    for manifest in &rendered.manifests {
        add(&mut lines, &manifest.path, &manifest.content);
    }
    // The manifest ends where its text does.
    while lines.pop_if(|line| line.text.trim().is_empty()).is_some() {}
    if let Some(last) = lines.last_mut() {
        last.text.truncate(last.text.trim_end().len());
    }
    for hook in &rendered.hooks {
        add(&mut lines, &hook.path, &hook.manifest);
    }
    Ok(lines)
}

struct Tracer<'a> {
    opened: &'a Opened,
    origins: Origins,
    sources: ValuesPlaces,
}

impl Tracer<'_> {
    fn line(&self, path: &str, origin: Origin) -> LineOrigin {
        let openable = |mut place: Place| {
            self.opened.openable(&mut place);
            place
        };
        let actions = origin.actions.into_iter().map(|action| {
            let value = |keys: Vec<&str>| LineValue {
                path: keys.join("."),
                place: self.sources.find(path, &keys).map(openable),
            };
            let values = action.values().into_iter().map(value).collect();
            LineAction { values, text: action.text, place: openable(action.place) }
        });
        LineOrigin {
            actions: actions.collect(),
            template: openable(origin.place),
            calls: origin.calls.into_iter().map(openable).collect(),
        }
    }
}
