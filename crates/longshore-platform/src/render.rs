//! Rendering without a cluster: what `longshore render` prints.

use longshore_diag::Diagnostic;
use serde_json::{Value, json};

use crate::project::{Method, ReleaseSpec};
use crate::selection::Selection;
use crate::source::{Known, SystemRandom, named};
use crate::{charts, kustomize, manifests, warn};

/// What charts are told of the cluster that is not there.
#[derive(Debug, Clone, Default)]
pub struct RenderOptions {
    /// Kubernetes version, `v1.29.3`; the compatibility level's default without it.
    pub kube_version: Option<String>,
    /// Further API versions, as `group/version` or `group/version/Kind`.
    pub api_versions: Vec<String>,
    /// Whether these are all that there are.
    pub only_api_versions: bool,
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
    let mut text = String::new();
    let mut items = Vec::new();
    let (mut warnings, mut found) = (Vec::new(), Vec::new());
    for release in selection.releases() {
        let objects = match selection.method(release)? {
            Method::Manifests => {
                warnings.extend(drawn_anew(release));
                let candidate =
                    manifests::candidate(selection, release, &Known::default(), &mut SystemRandom)
                        .map_err(|error| named(error, release))?;
                text.push_str(&candidate.manifest);
                candidate.objects
            }
            Method::Kustomize => {
                warnings.extend(drawn_anew(release));
                let (candidate, warned) =
                    kustomize::offline(selection, release, options).map_err(|error| named(error, release))?;
                text.push_str(&candidate.manifest);
                found.push((release.name.clone(), warned));
                candidate.objects
            }
            Method::Helm => {
                let (rendered, warned) =
                    charts::offline(selection, release, options).map_err(|error| named(error, release))?;
                text.push_str(&rendered.helm_template_output());
                found.push((release.name.clone(), warned));
                if options.list {
                    charts::all_objects(&rendered, &release.name).map_err(|error| named(error, release))?
                } else {
                    Vec::new()
                }
            }
        };
        if options.list {
            items.extend(objects.iter().map(longshore_object::Object::to_json));
        }
    }
    warnings.extend(warn::told(selection, found));
    let list = json!({"apiVersion": "v1", "kind": "List", "items": items});
    Ok(Rendered { text, list, warnings })
}

/// A Secret that is another one in each render.
fn drawn_anew(release: &ReleaseSpec) -> Option<Diagnostic> {
    let secret = release.generate.first()?;
    let message = format!("Secret `{}` is drawn anew each time; a deploy keeps the live one", secret.name);
    Some(Diagnostic::remark("render/generated", message))
}
