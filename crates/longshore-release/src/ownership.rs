//! Whose object is it? Helm's label and annotations, and ours.
//!
//! Helm marks what it applies with a label and two annotations, and refuses objects that carry none or
//! somebody else's ([`pkg/action/validate.go`](https://github.com/helm/helm/blob/v4.3.1/pkg/action/validate.go)).
//! The marks are put on at apply time and are no part of the stored manifest.

use longshore_diag::Diagnostic;
use longshore_object::{Object, ObjectKey};
use serde_json::{Value, json};

/// The label that says who manages an object.
pub(crate) const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// The annotation that names the release.
pub(crate) const RELEASE_NAME: &str = "meta.helm.sh/release-name";
/// The annotation that names the release's namespace.
pub(crate) const RELEASE_NAMESPACE: &str = "meta.helm.sh/release-namespace";
/// The annotation that says what may be done to an object when its release goes.
pub(crate) const RESOURCE_POLICY: &str = "helm.sh/resource-policy";
/// The label's value, for Helm and for us: a release is a Helm release.
pub(crate) const HELM: &str = "Helm";

/// Marks an object as the release's.
pub(crate) fn mark(object: &mut Object, release: &str, namespace: &str) {
    object.set_label(MANAGED_BY, HELM);
    object.set_annotation(RELEASE_NAME, release);
    object.set_annotation(RELEASE_NAMESPACE, namespace);
}

/// The same as a merge patch for an object that is there.
pub(crate) fn marks(release: &str, namespace: &str) -> Value {
    json!({"metadata": {
        "labels": {MANAGED_BY: HELM},
        "annotations": {RELEASE_NAME: release, RELEASE_NAMESPACE: namespace},
    }})
}

/// Whether a live object is the release's.
pub(crate) fn owns(live: &Value, release: &str, namespace: &str) -> bool {
    owner_mistakes(live, release, namespace).is_empty()
}

/// The release whose marks a live object carries, if that is another one.
pub(crate) fn other_owner<'l>(live: &'l Value, release: &str, namespace: &str) -> Option<&'l str> {
    let annotations = &live["metadata"]["annotations"];
    let owner = annotations[RELEASE_NAME].as_str()?;
    let is_ours = owner == release && annotations[RELEASE_NAMESPACE].as_str() == Some(namespace);
    (!is_ours).then_some(owner)
}

/// Whether the object's own annotation asks to be kept when its release goes. For Helm any value but
/// the empty one means that.
pub(crate) fn is_kept(object: &Value) -> bool {
    object["metadata"]["annotations"][RESOURCE_POLICY]
        .as_str()
        .is_some_and(|policy| !policy.trim().is_empty())
}

/// Checks that a live object may be taken into the release.
///
/// # Errors
/// It belongs to nobody, or to another release; the message says what it carries.
pub(crate) fn check(
    key: &ObjectKey,
    object: &Object,
    live: &Value,
    release: &str,
    namespace: &str,
) -> Result<(), Diagnostic> {
    let mistakes = owner_mistakes(live, release, namespace);
    if mistakes.is_empty() {
        return Ok(());
    }
    let owner = live["metadata"]["annotations"][RELEASE_NAME].as_str();
    let (message, renamed) = match owner {
        Some(owner) if owner != release => (
            format!("{key:#} exists and belongs to release `{owner}`"),
            format!(
                "; if `{owner}` has become `{release}`, say so by `moved: [{{from: {owner}, to: {release}}}]`"
            ),
        ),
        _ => (format!("{key:#} exists and does not belong to release `{release}`"), String::new()),
    };
    Err(mistakes
        .into_iter()
        .fold(Diagnostic::error("release/not-owned", message).at(object.place().clone()), Diagnostic::note)
        .hint(format!("rename the object, or take it over with --adopt{renamed}")))
}

fn owner_mistakes(live: &Value, release: &str, namespace: &str) -> Vec<String> {
    let metadata = &live["metadata"];
    [
        ("label", &metadata["labels"], MANAGED_BY, HELM),
        ("annotation", &metadata["annotations"], RELEASE_NAME, release),
        ("annotation", &metadata["annotations"], RELEASE_NAMESPACE, namespace),
    ]
    .into_iter()
    .filter_map(|(what, pairs, key, wanted)| match pairs[key].as_str() {
        Some(found) if found == wanted => None,
        Some(found) => Some(format!("its {what} `{key}` is `{found}`, not `{wanted}`")),
        None => Some(format!("it has no {what} `{key}`, which would be `{wanted}`")),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use longshore_diag::Place;
    use longshore_object::Object;
    use serde_json::json;

    use super::{check, is_kept, mark, other_owner, owns};

    fn config_map() -> Object {
        let json = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}});
        Object::from_json(json, Place::new("a.yaml", 3, 0)).unwrap()
    }

    #[test]
    fn what_we_marked_is_ours_and_nobody_elses() {
        let mut object = config_map();
        mark(&mut object, "web", "shop");
        assert!(owns(&object.to_json(), "web", "shop"));
        assert!(!owns(&object.to_json(), "web", "other"));
        for (release, namespace, other) in
            [("web", "shop", None), ("web", "other", Some("web")), ("api", "shop", Some("web"))]
        {
            assert_eq!(other_owner(&object.to_json(), release, namespace), other);
        }
        assert_eq!(other_owner(&config_map().to_json(), "web", "shop"), None);
        let error = check(&object.key(), &object, &object.to_json(), "api", "shop").unwrap_err();
        assert_eq!(error.message, "ConfigMap/c exists and belongs to release `web`");
        assert_eq!(error.place.as_ref().unwrap().line, 3);
    }

    #[test]
    fn an_unmarked_object_is_refused_with_what_it_lacks() {
        let object = config_map();
        let error = check(&object.key(), &object, &object.to_json(), "web", "shop").unwrap_err();
        assert_eq!(error.message, "ConfigMap/c exists and does not belong to release `web`");
        assert_eq!(error.notes.len(), 3);
    }

    #[test]
    fn any_policy_keeps() {
        assert!(is_kept(&json!({"metadata": {"annotations": {"helm.sh/resource-policy": "keep"}}})));
        assert!(!is_kept(&json!({"metadata": {"annotations": {"helm.sh/resource-policy": " "}}})));
        assert!(!is_kept(&json!({"metadata": {}})));
    }
}
