//! `outputs` of a release: what others may use of it as `${release.NAME.OUTPUT}`.
//!
//! An output is a value that stands in the project file, or one of an object that is there when the release is deployed.
//! Who uses an output needs the release: that is implied, and a circle is told as one of `needs`.

mod bounded;

use longshore_diag::{Diagnostic, Place};
use longshore_object::readiness::JsonPath;
use longshore_release::Moment;
use longshore_yaml::{Kind, Node};

use super::fields::{Fields, expected, place};
use super::hooks::HookRuns;
use super::{HookSpec, Placed, Project, ReleaseSpec, names, suggest};

const OUTPUT_KEYS: [&str; 3] = ["object", "path", "key"];

/// One output.
#[derive(Debug, Clone)]
pub struct OutputSpec {
    /// Its name.
    pub name: Placed<String>,
    /// What it is.
    pub from: OutputFrom,
}

/// Where an output comes from.
#[derive(Debug, Clone)]
pub enum OutputFrom {
    /// It stands in the project file; it may have variables.
    Value(Node),
    /// It is read from an object.
    Object(ObjectOutput),
}

/// An output that is read from an object when its release is deployed.
#[derive(Debug, Clone)]
pub struct ObjectOutput {
    /// The kind, as it is written: `Service`, `Certificate.cert-manager.io`.
    pub kind: String,
    /// The object's name, which may have variables.
    pub name: Placed<String>,
    /// What of it.
    pub read: OutputRead,
}

/// What of an object is an output.
#[derive(Debug, Clone)]
pub enum OutputRead {
    /// The value at a JSON path.
    Path(JsonPath),
    /// A key of a ConfigMap or a Secret.
    Key(String),
}

impl ObjectOutput {
    /// Whether it must not be shown: everything of a Secret.
    pub fn is_secret(&self) -> bool {
        self.kind == "Secret"
    }

    /// `.status.address of Service/db`
    pub fn described(&self) -> String {
        let what = match &self.read {
            OutputRead::Path(path) => path.to_string(),
            OutputRead::Key(key) => format!("key `{key}`"),
        };
        format!("{what} of {}/{}", self.kind, self.name.value)
    }
}

/// An output that a text asks for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Asked {
    /// The release.
    pub(crate) release: String,
    /// Its output.
    pub(crate) output: String,
}

impl Asked {
    /// What `${NAME}` asks for, behind `release.`: names of releases have no dots.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let (release, output) = name.strip_prefix("release.")?.split_once('.')?;
        Some(Self { release: release.to_owned(), output: output.to_owned() })
    }

    /// ``output `address` of release `db` ``
    pub(crate) fn told(&self) -> String {
        format!("output `{}` of release `{}`", self.output, self.release)
    }

    /// All that a text asks for. What is wrong with the text itself is told when it is filled.
    pub(crate) fn all(text: &str) -> impl Iterator<Item = Self> + '_ {
        let mut rest = text;
        std::iter::from_fn(move || {
            loop {
                let start = rest.find("${")?;
                let is_literal = rest[..start].ends_with('$');
                rest = &rest[start + 2..];
                let name = rest.split('}').next().unwrap_or_default().trim();
                if let Some(asked) = Self::of(name).filter(|_| !is_literal) {
                    return Some(asked);
                }
            }
        })
    }
}

/// Everything that the texts below a node ask for, each where it stands.
pub(crate) fn asked_by_node(file: &str, node: &Node) -> Vec<Placed<Asked>> {
    let mut found = Vec::new();
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        if node.kind == Kind::Scalar {
            found.extend(
                Asked::all(node.value.as_str()).map(|value| Placed { value, place: place(file, node) }),
            );
        }
        open.extend(node.content.iter().rev());
    }
    found
}

fn asked_by_text(text: &str, at: &Place) -> impl Iterator<Item = Placed<Asked>> {
    Asked::all(text).map(|value| Placed { value, place: at.clone() })
}

/// What a release asks for to be rendered: in what its layers set, in Secrets that it generates, in its own outputs.
pub(crate) fn asked_to_render(release: &ReleaseSpec) -> Vec<Placed<Asked>> {
    let sets = release.layers.iter().filter_map(|layer| Some((&layer.place.file, layer.set.as_ref()?)));
    let mut found: Vec<Placed<Asked>> = sets.flat_map(|(file, set)| asked_by_node(file, set)).collect();
    for secret in &release.generate {
        found.extend(secret.string_data.values().flat_map(|text| asked_by_text(text, &secret.place)));
    }
    found
}

/// What a hook asks for.
pub(crate) fn asked_by_hook(hook: &HookSpec) -> Vec<Placed<Asked>> {
    let HookRuns::Command { words, env } = &hook.runs else { return Vec::new() };
    words.iter().chain(env.values()).flat_map(|placed| asked_by_text(&placed.value, &placed.place)).collect()
}

/// What the outputs of a release that stand in the project file ask for.
fn asked_by_outputs(release: &ReleaseSpec) -> impl Iterator<Item = Placed<Asked>> + '_ {
    release.outputs.iter().flat_map(|output| match &output.from {
        OutputFrom::Value(node) => asked_by_node(&output.name.place.file, node),
        OutputFrom::Object(_) => Vec::new(),
    })
}

impl ReleaseSpec {
    /// Adds the releases to `needs` whose outputs it asks for.
    pub(crate) fn need_what_it_asks(&mut self) {
        let mut asked = asked_to_render(self);
        asked.extend(self.hooks.values().flatten().flat_map(asked_by_hook));
        asked.extend(asked_by_outputs(self));
        for Placed { value, place } in asked {
            if value.release != self.name && self.needs.iter().all(|need| need.value != value.release) {
                self.needs.push(Placed { value: value.release, place });
            }
        }
    }
}

/// Reads `outputs`.
///
/// # Errors
/// An output has no source or several, a kind or a path is none.
pub(super) fn outputs(file: &str, fields: &Fields<'_>) -> Result<Vec<OutputSpec>, Diagnostic> {
    let Some(node) = fields.get("outputs") else { return Ok(Vec::new()) };
    let inner = Fields::any(file, fields.path("outputs"), node)?;
    let mut outputs = Vec::new();
    for (name, at, node) in inner.entries() {
        names::OUTPUT.check("an output", &name, &at)?;
        let what = inner.path(&name);
        let from = match node.kind {
            Kind::Mapping => OutputFrom::Object(object(file, &what, node)?),
            Kind::Scalar if !node.is_null() => OutputFrom::Value(node.clone()),
            _ => {
                return Err(expected(&what, "a value, or what it is read from", node, file)
                    .hint("as in `{object: Service/db, path: .status.loadBalancer.ingress[0].ip}` or `{object: Secret/db, key: password}`"));
            }
        };
        outputs.push(OutputSpec { name: Placed { value: name, place: at }, from });
    }
    Ok(outputs)
}

fn object(file: &str, what: &str, node: &Node) -> Result<ObjectOutput, Diagnostic> {
    let fields = Fields::read(file, what, node, &OUTPUT_KEYS)?;
    let object = fields.required_string("object")?;
    let wrong = |message: String, at: &Place| Diagnostic::error("project/output", message).at(at.clone());
    let is_kind = |kind: &str| kind.starts_with(|c: char| c.is_ascii_uppercase());
    let (kind, name) = match object.value.split_once('/') {
        Some((kind, name)) if is_kind(kind) && !name.is_empty() => (kind.to_owned(), name.to_owned()),
        _ => {
            let message = format!("{} names no object: `{}`", fields.path("object"), object.value);
            return Err(wrong(message, &object.place)
                .hint("write `Kind/name` or `Kind.group/name`, as in `Service/db` or `Certificate.cert-manager.io/web`"));
        }
    };
    let read = match (fields.string("path")?, fields.string("key")?) {
        (Some(path), None) => OutputRead::Path(
            path.value
                .parse()
                .map_err(|error| wrong(format!("{}: {error}", fields.path("path")), &path.place))?,
        ),
        (None, Some(key)) if ["Secret", "ConfigMap"].contains(&kind.as_str()) => OutputRead::Key(key.value),
        (None, Some(key)) => {
            let message =
                format!("{} is for a Secret or a ConfigMap, and not for a {kind}", fields.path("key"));
            return Err(
                wrong(message, &key.place).hint("`path` names a value of any object, as in `.status.phase`")
            );
        }
        (both, _) => {
            let how = if both.is_some() { "both `path` and `key`" } else { "neither `path` nor `key`" };
            return Err(wrong(format!("{what} has {how}"), &fields.place())
                .hint("`path` names a value of the object, as in `.status.phase`, `key` one of a Secret or ConfigMap"));
        }
    };
    Ok(ObjectOutput { kind, name: Placed { value: name, place: object.place }, read })
}

/// Checks that what is asked for is there, anywhere in the project file.
///
/// # Errors
/// A release or an output is not, with the nearest one; a release asks for what comes of itself.
pub(super) fn are_known(project: &Project) -> Result<(), Diagnostic> {
    for release in &project.releases {
        for asked in asked_to_render(release) {
            is_known(project, &asked)?;
            is_of_another(release, &asked)?;
        }
        for asked in asked_by_outputs(release) {
            is_known(project, &asked)?;
        }
        for (moment, hook) in
            release.hooks.iter().flat_map(|(moment, hooks)| hooks.iter().map(move |hook| (moment, hook)))
        {
            for asked in asked_by_hook(hook) {
                is_known(project, &asked)?;
                // Before a deploy it is not there yet, and after the end not any more.
                if matches!(moment, Moment::PreDeploy | Moment::PostDestroy) {
                    is_of_another(release, &asked)?;
                }
            }
        }
    }
    let of_environments = project.environments.iter().flat_map(|environment| &environment.releases);
    let of_clusters = project.clusters.iter().flat_map(|cluster| &cluster.releases);
    for Placed { value: (name, layer), .. } in of_environments.chain(of_clusters) {
        let Some(set) = &layer.set else { continue };
        for asked in asked_by_node(&layer.place.file, set) {
            is_known(project, &asked)?;
            is_of_another(project.release(name)?, &asked)?;
        }
    }
    bounded::all(project)
}

fn is_known(project: &Project, asked: &Placed<Asked>) -> Result<(), Diagnostic> {
    let Asked { release, output } = &asked.value;
    let spec = project.release(release).map_err(|error| error.at(asked.place.clone()))?;
    let known: Vec<&str> = spec.outputs.iter().map(|output| output.name.value.as_str()).collect();
    if known.contains(&output.as_str()) {
        return Ok(());
    }
    let error =
        Diagnostic::error("project/unknown-output", format!("release `{release}` has no output `{output}`"))
            .at(asked.place.clone());
    Err(if known.is_empty() {
        error.hint(format!("it has none; name what it is below `outputs` of release `{release}`"))
    } else {
        suggest(error, output, &known)
    })
}

fn is_of_another(release: &ReleaseSpec, asked: &Placed<Asked>) -> Result<(), Diagnostic> {
    if asked.value.release != release.name {
        return Ok(());
    }
    let message =
        format!("release `{}` asks for its own output, which comes only when it is deployed", release.name);
    Err(Diagnostic::error("project/own-output", message)
        .at(asked.place.clone())
        .hint("only its hooks that run afterwards, like `postDeploy`, may use it"))
}

#[cfg(test)]
mod tests;
