//! Rendering without a cluster: what `longshore render` prints.

use longshore_diag::Diagnostic;
use longshore_object::Object;
use serde_json::{Value, json};

use crate::project::{Method, ReleaseSpec};
use crate::selection::Selection;
use crate::source::{Known, SystemRandom, named};
use crate::warn::{self, Found};
use crate::{charts, kustomize, manifests, side_by_side};

/// What charts are told of the cluster that is not there.
#[derive(Debug, Clone, Default)]
pub struct RenderOptions {
    /// Kubernetes version, `v1.29.3`; the compatibility level's default without it.
    pub kube_version: Option<String>,
    /// Further API versions, as `group/version` or `group/version/Kind`.
    pub api_versions: Vec<String>,
    /// Whether these are all that there are.
    pub only_api_versions: bool,
    /// Whether the keys that charts ask for may be of another size, and one for all: what is made with them is looked
    /// at, not used.
    pub throwaway_keys: bool,
    /// Whether [`Rendered::list`] is wanted: the text alone takes less time.
    pub list: bool,
}

/// Everything that was rendered.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// YAML, as `helm template` prints it: each release in the order of deploying.
    pub text: String,
    /// The same as one Kubernetes `List`, if it was asked for, hooks left out.
    pub list: Value,
    /// Worth knowing: what looks like a mistake, and what is different from what a deploy would apply.
    pub warnings: Vec<Diagnostic>,
}

/// Renders the selection.
///
/// # Errors
/// Something cannot be read or rendered.
pub fn render(selection: &Selection, options: &RenderOptions) -> Result<Rendered, Diagnostic> {
    let releases: Vec<_> = selection.releases().collect();
    let (mut text, mut items) = (String::new(), Vec::new());
    let (mut warnings, mut found) = (Vec::new(), Vec::new());
    let rendered = side_by_side::each(&releases, |release| one(selection, release, options));
    for (release, rendered) in releases.into_iter().zip(rendered) {
        let rendered = rendered.map_err(|error| named(error, release))?;
        let heading = selection.heading(&release.name).filter(|_| !rendered.text.is_empty());
        text.extend(heading.map(|heading| heading + "\n"));
        text.push_str(&rendered.text);
        items.extend(rendered.items);
        found.extend(rendered.found.map(|found| (release.name.clone(), found)));
        warnings.extend(rendered.warning);
    }
    warnings.extend(warn::told(selection, found));
    let list = json!({"apiVersion": "v1", "kind": "List", "items": items});
    Ok(Rendered { text, list, warnings })
}

/// What one release renders to.
struct One {
    text: String,
    items: Vec<Value>,
    found: Option<Found>,
    warning: Option<Diagnostic>,
}

fn one(selection: &Selection, release: &ReleaseSpec, options: &RenderOptions) -> Result<One, Diagnostic> {
    let (text, objects, found, warning) = match selection.method(release)? {
        Method::Manifests => {
            let candidate = manifests::candidate(selection, release, &Known::default(), &mut SystemRandom)?;
            (candidate.manifest, candidate.objects, None, drawn_anew(release))
        }
        Method::Kustomize => {
            let (candidate, found) = kustomize::offline(selection, release, options)?;
            (candidate.manifest, candidate.objects, Some(found), drawn_anew(release))
        }
        Method::Helm => {
            let (rendered, found) = charts::offline(selection, release, options)?;
            let objects =
                if options.list { charts::all_objects(&rendered, &release.name)? } else { Vec::new() };
            (rendered.helm_template_output(), objects, Some(found), None)
        }
    };
    let wanted = if options.list { objects.as_slice() } else { &[] };
    let namespace = selection.told_namespace(&release.name);
    let items = wanted.iter().map(|object| placed(object, namespace.as_deref())).collect();
    Ok(One { text, items, found, warning })
}

/// An object, which names its namespace where there are several: nothing else says to which it belongs.
fn placed(object: &Object, namespace: Option<&str>) -> Value {
    let mut json = object.to_json();
    let key = namespace.and_then(|namespace| object.key_in(namespace).namespace);
    if let (Some(key), Some(metadata)) = (key, json["metadata"].as_object_mut()) {
        metadata.insert("namespace".to_owned(), key.into());
    }
    json
}

/// A Secret that is another one in each render.
fn drawn_anew(release: &ReleaseSpec) -> Option<Diagnostic> {
    let secret = release.generate.first()?;
    let message = format!("Secret `{}` is drawn anew each time; a deploy keeps the live one", secret.name);
    Some(Diagnostic::remark("render/generated", message))
}
