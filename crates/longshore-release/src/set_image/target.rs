//! Which container is meant: by its name, in the objects of a release that have pods.

use longshore_diag::Diagnostic;
use longshore_object::{Object, Tree};

/// The objects in which containers are looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageTarget {
    /// The kind, in the words of kubectl: `Deployment`, `deployments`, `deploy`.
    pub kind: Option<String>,
    /// The name.
    pub name: Option<String>,
}

/// Kinds that have pods, other words for them, and where their pods are described.
const KINDS: [(&str, &str, &str, &[&str]); 7] = [
    ("", "Pod", "/spec", &["pod", "pods", "po"]),
    (
        "",
        "ReplicationController",
        "/spec/template/spec",
        &["replicationcontroller", "replicationcontrollers", "rc"],
    ),
    ("apps", "Deployment", "/spec/template/spec", &["deployment", "deployments", "deploy"]),
    ("apps", "StatefulSet", "/spec/template/spec", &["statefulset", "statefulsets", "sts"]),
    ("apps", "DaemonSet", "/spec/template/spec", &["daemonset", "daemonsets", "ds"]),
    ("apps", "ReplicaSet", "/spec/template/spec", &["replicaset", "replicasets", "rs"]),
    ("batch", "CronJob", "/spec/jobTemplate/spec/template/spec", &["cronjob", "cronjobs", "cj"]),
];

/// A container of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Container {
    /// The object's place in the list.
    pub(super) object: usize,
    /// The container's name.
    pub(super) name: String,
    /// Its image.
    pub(super) image: String,
    /// Where that stands.
    pub(super) pointer: String,
    /// The same as the API server names it.
    pub(super) field: String,
}

/// Every container that has an image, in order.
pub(super) fn containers(objects: &[Object]) -> Vec<Container> {
    let mut found = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        let Some((_, _, spec, _)) = kind_of(object) else { continue };
        for list in ["containers", "initContainers"] {
            let pointer = format!("{spec}/{list}");
            for (at, container) in object.get(&pointer).map_or(&[][..], Tree::items).iter().enumerate() {
                let text = |key: &str| container.child(key).and_then(Tree::as_str).map(str::to_owned);
                let (Some(name), Some(image)) = (text("name"), text("image")) else { continue };
                let path = pointer.trim_start_matches('/').replace('/', ".");
                let field = format!("{path}[name=\"{name}\"].image");
                found.push(Container {
                    object: index,
                    name,
                    image,
                    pointer: format!("{pointer}/{at}/image"),
                    field,
                });
            }
        }
    }
    found
}

/// The containers that are meant.
///
/// # Errors
/// There are none, or in several objects and none was named.
pub(super) fn find(
    objects: &[Object],
    release: &str,
    target: &ImageTarget,
    container: &str,
) -> Result<Vec<Container>, Diagnostic> {
    let all: Vec<Container> =
        containers(objects).into_iter().filter(|found| target.is(&objects[found.object])).collect();
    let meant: Vec<Container> =
        all.iter().filter(|found| container == "*" || found.name == container).cloned().collect();
    let told = |list: &[Container]| -> Vec<String> {
        list.iter().map(|found| format!("{}: {}", objects[found.object].key(), found.name)).collect()
    };
    let Some(first) = meant.first() else {
        let message = match target.shown() {
            Some(object) if all.is_empty() => {
                format!("release `{release}` has no `{object}` with containers")
            }
            Some(object) => format!("`{object}` of release `{release}` has no container `{container}`"),
            None => format!("release `{release}` has no container `{container}`"),
        };
        let error = Diagnostic::error("release/no-container", message);
        let known = if all.is_empty() { containers(objects) } else { all };
        let names = known.iter().map(|found| found.name.as_str());
        return Err(match longshore_diag::nearest(container, names) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => told(&known).into_iter().fold(error, Diagnostic::note).hint("these are there"),
        });
    };
    if meant.iter().any(|found| found.object != first.object) {
        let message = format!("container `{container}` is in several objects of release `{release}`");
        let error = Diagnostic::error("release/several-containers", message);
        let object = objects[first.object].key();
        return Err(told(&meant)
            .into_iter()
            .fold(error, Diagnostic::note)
            .hint(format!("name the object, as in `{release}/{object}`")));
    }
    Ok(meant)
}

impl ImageTarget {
    fn is(&self, object: &Object) -> bool {
        let is_kind = |wanted: &String| {
            let wanted = wanted.to_ascii_lowercase();
            kind_of(object).is_some_and(|(_, _, _, words)| words.contains(&wanted.as_str()))
        };
        self.kind.as_ref().is_none_or(is_kind) && self.name.as_ref().is_none_or(|name| name == object.name())
    }

    fn shown(&self) -> Option<String> {
        match (&self.kind, &self.name) {
            (Some(kind), Some(name)) => Some(format!("{kind}/{name}")),
            (None, Some(name)) => Some(name.clone()),
            (Some(kind), None) => Some(kind.clone()),
            (None, None) => None,
        }
    }
}

fn kind_of(
    object: &Object,
) -> Option<&'static (&'static str, &'static str, &'static str, &'static [&'static str])> {
    let gvk = object.gvk();
    KINDS.iter().find(|(group, kind, ..)| *group == gvk.group && *kind == gvk.kind)
}
