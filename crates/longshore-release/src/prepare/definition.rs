//! Definitions of kinds (CustomResourceDefinitions) that a release brings, and the change of those that exist.
//!
//! Helm never changes a definition in `crds/` once it exists. Longshore upgrades it in place, where that leaves every
//! stored object readable: the server stores each object in one version and remembers which versions it ever used
//! (`status.storedVersions`); a version in that list must stay, or its objects could be read no more.
//! The rules: <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/>.

use std::collections::BTreeSet;

use longshore_diag::Diagnostic;
use longshore_object::{Object, ObjectKey};
use serde_json::Value;

/// Whether an object is a definition.
pub(super) fn is_definition(object: &Object) -> bool {
    object.kind() == "CustomResourceDefinition" && object.gvk().group == "apiextensions.k8s.io"
}

/// What a definition's change means for the objects that are stored.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// Why it must not be made.
    pub(super) problem: Option<Diagnostic>,
    /// What comes with it.
    pub(super) warnings: Vec<String>,
}

/// Compares a written definition with the live one.
pub(super) fn judge(key: &ObjectKey, object: &Object, live: &Value) -> Verdict {
    let new = object.to_json();
    let mut verdict = Verdict::default();
    let names = |json: &Value, chosen: fn(&Value) -> bool| -> BTreeSet<String> {
        let versions = json["spec"]["versions"].as_array().into_iter().flatten();
        versions
            .filter(|version| chosen(version))
            .filter_map(|v| Some(v["name"].as_str()?.to_owned()))
            .collect()
    };
    let any = |_: &Value| true;
    let served = |version: &Value| version["served"] == true;
    let stored = |version: &Value| version["storage"] == true;
    let has = names(&new, any);
    let ever_stored: Vec<&str> =
        live["status"]["storedVersions"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let lost: Vec<&str> = ever_stored.iter().copied().filter(|version| !has.contains(*version)).collect();
    if !lost.is_empty() {
        let message = format!(
            "{key} cannot be upgraded: objects may be stored as {}, which the new definition does not have",
            lost.join(", ")
        );
        let place = object.place_of("/spec/versions").unwrap_or_else(|| object.place().clone());
        verdict.problem = Some(
            Diagnostic::error("release/stored-version", message)
                .at(place)
                .note(format!("versions that objects were stored in: {}", ever_stored.join(", ")))
                .note(format!("versions of the new definition: {}", comma(&has)))
                .hint("keep the version with `served: false`, write every object again in the new one, take the old one out of `status.storedVersions`, then drop it; or leave the definition alone with --skip-crds"),
        );
    }
    for (field, what) in [("scope", "scope"), ("group", "group")] {
        let (old, new) = (&live["spec"][field], &new["spec"][field]);
        if verdict.problem.is_none() && old.is_string() && old != new {
            let message =
                format!("{key} cannot be upgraded: its {what} is {old}, and would have to be {new}");
            verdict.problem = Some(
                Diagnostic::error("release/definition", message)
                    .at(object.place().clone())
                    .hint("a definition keeps its scope for ever: give the new one another name"),
            );
        }
    }
    let gone: Vec<String> = names(live, served).difference(&names(&new, served)).cloned().collect();
    if !gone.is_empty() {
        verdict.warnings.push(format!("{key}: version {} is no longer served", gone.join(", ")));
    }
    let (before, after) = (names(live, stored), names(&new, stored));
    if before != after && !after.is_empty() {
        verdict.warnings.push(format!(
            "{key}: objects are stored as {} from now on; those stored as {} stay so until they are written again",
            comma(&after),
            comma(&before)
        ));
    }
    verdict
}

fn comma(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use longshore_diag::Place;
    use longshore_object::Object;
    use serde_json::{Value, json};

    use super::judge;

    /// `v1 +served *stored`: a definition with these versions.
    fn definition(scope: &str, versions: &[&str]) -> Value {
        let versions: Vec<Value> = versions
            .iter()
            .map(|text| {
                let name = text.trim_end_matches(['+', '*']);
                json!({"name": name, "served": text.contains('+'), "storage": text.contains('*')})
            })
            .collect();
        json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": "widgets.example.com"},
            "spec": {"group": "example.com", "scope": scope, "versions": versions}})
    }

    fn check(old: &[&str], stored: &[&str], new: &[&str]) -> (Option<String>, Vec<String>) {
        let mut live = definition("Namespaced", old);
        live["status"] = json!({"storedVersions": stored});
        let object = Object::from_json(definition("Namespaced", new), Place::file("crd.yaml")).unwrap();
        let verdict = judge(&object.key(), &object, &live);
        (verdict.problem.map(|problem| problem.message.clone()), verdict.warnings)
    }

    #[test]
    fn a_version_in_which_objects_are_stored_must_stay() {
        let (problem, _) = check(&["v1alpha1+", "v1+*"], &["v1alpha1", "v1"], &["v1+*"]);
        assert!(problem.unwrap().contains("stored as v1alpha1,"));
        assert_eq!(check(&["v1alpha1+", "v1+*"], &["v1"], &["v1+*"]).0, None);
    }

    #[test]
    fn what_changes_for_clients_and_in_the_store_is_told() {
        let (problem, warnings) = check(&["v1+*"], &["v1"], &["v1", "v2+*"]);
        assert_eq!(problem, None);
        assert!(warnings[0].ends_with("version v1 is no longer served"), "{warnings:?}");
        assert!(warnings[1].contains("stored as v2 from now on; those stored as v1 stay"), "{warnings:?}");
        assert_eq!(check(&["v1+*"], &["v1"], &["v1+*", "v2+"]), (None, Vec::new()));
    }

    #[test]
    fn a_scope_is_for_ever() {
        let object = Object::from_json(definition("Cluster", &["v1+*"]), Place::file("crd.yaml")).unwrap();
        let verdict = judge(&object.key(), &object, &definition("Namespaced", &["v1+*"]));
        assert!(verdict.problem.unwrap().message.contains("its scope is \"Namespaced\""));
    }
}
