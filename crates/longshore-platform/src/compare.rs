//! What is different between two revisions of a release, as they were recorded.

use std::collections::{BTreeMap, BTreeSet};

use longshore_diag::Diagnostic;
use longshore_object::{Object, ObjectKey, parse_manifests};
use longshore_release::record::{Hook, Release};
use longshore_release::{FieldChange, Mask, ReleaseError, diff, objects};
use serde::Serialize;
use serde_json::Value;

use crate::history::{Revision, revision};
use crate::session::Session;

/// Two revisions of a release, and their difference.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// The release.
    pub release: String,
    /// The one revision.
    pub from: Revision,
    /// The other.
    pub to: Revision,
    /// The user's values that differ.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<FieldChange>,
    /// The objects that differ.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<ObjectDifference>,
    /// The hooks that differ.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<ObjectDifference>,
}

/// An object that is not the same in two revisions.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectDifference {
    /// `Deployment/web`.
    pub object: String,
    /// In which of the two it is.
    pub presence: ObjectPresence,
    /// The fields that differ, where it is in both.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
}

/// In which of two revisions an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectPresence {
    /// Only in the second.
    Added,
    /// Only in the first.
    Removed,
    /// In both.
    Changed,
}

/// Compares two revisions of a release, whoever deployed them. Values of Secrets, and whatever else has the same
/// values, are hidden.
///
/// # Errors
/// There is no such release or revision.
pub async fn compare(
    session: &Session,
    release: &str,
    from: u32,
    to: u32,
) -> Result<Comparison, ReleaseError> {
    let history = session.store_of(release).history(release).await?;
    let find = |number: u32| {
        history.iter().find(|stored| stored.release.revision == number).ok_or_else(|| {
            let numbers: Vec<String> =
                history.iter().map(|stored| stored.release.revision.to_string()).collect();
            let message = format!("release `{release}` has no revision {number}");
            let error = Diagnostic::error("release/no-revision", message);
            match numbers.as_slice() {
                [] => error.hint("nothing is recorded of it; `longshore status` lists what is"),
                numbers => error.hint(format!("its revisions are {}", numbers.join(", "))),
            }
        })
    };
    let (first, second) = (find(from)?, find(to)?);
    Ok(difference(&first.release, &second.release, revision(first), revision(second)))
}

fn difference(first: &Release, second: &Release, from: Revision, to: Revision) -> Comparison {
    let (old, new) = (objects(first), objects(second));
    let mask = Mask::of_releases([(first, old.as_slice()), (second, new.as_slice())]);
    let config = |release: &Release| Value::Object(release.config.clone());
    let nothing =
        ObjectKey { group: String::new(), kind: String::new(), namespace: None, name: String::new() };
    let mut values = diff(&nothing, &config(first), &config(second));
    cover(&mut values, &mask);
    let namespace = &first.namespace;
    let keyed = |objects: Vec<Object>| -> BTreeMap<ObjectKey, Value> {
        objects.into_iter().map(|object| (object.key_in(namespace), object.to_json())).collect()
    };
    let hooks = |release: &Release| keyed(release.hooks.iter().flat_map(hook_objects).collect());
    Comparison {
        release: first.name.clone(),
        from,
        to,
        values,
        objects: differences(&keyed(old), &keyed(new), &mask),
        hooks: differences(&hooks(first), &hooks(second), &mask),
    }
}

fn hook_objects(hook: &Hook) -> Vec<Object> {
    parse_manifests(&hook.manifest, &hook.path).unwrap_or_default()
}

fn differences(
    old: &BTreeMap<ObjectKey, Value>,
    new: &BTreeMap<ObjectKey, Value>,
    mask: &Mask,
) -> Vec<ObjectDifference> {
    let keys: BTreeSet<&ObjectKey> = old.keys().chain(new.keys()).collect();
    let one = |key: &ObjectKey| {
        let (presence, mut fields) = match (old.get(key), new.get(key)) {
            (None, _) => (ObjectPresence::Added, Vec::new()),
            (_, None) => (ObjectPresence::Removed, Vec::new()),
            (Some(old), Some(new)) => (ObjectPresence::Changed, diff(key, old, new)),
        };
        cover(&mut fields, mask);
        let is_same = presence == ObjectPresence::Changed && fields.is_empty();
        (!is_same).then(|| ObjectDifference { object: key.to_string(), presence, fields })
    };
    keys.into_iter().filter_map(one).collect()
}

fn cover(changes: &mut [FieldChange], mask: &Mask) {
    for value in changes.iter_mut().flat_map(|change| change.old.iter_mut().chain(&mut change.new)) {
        mask.value(value);
    }
}

#[cfg(test)]
mod tests {
    use longshore_release::record::Release;
    use serde_json::{Value, json};

    use super::{ObjectPresence, difference};
    use crate::history::Revision;

    fn release(values: &Value, manifest: &str) -> Release {
        serde_json::from_value(json!({"name": "web", "version": 1, "namespace": "shop", "config": values,
            "manifest": manifest}))
        .unwrap()
    }

    fn nothing() -> Revision {
        Revision {
            namespace: None,
            release: "web".into(),
            revision: 1,
            updated: String::new(),
            status: String::new(),
            chart: String::new(),
            app_version: String::new(),
            description: String::new(),
            by: None,
            commit: None,
            pipeline_run: None,
            plan: None,
            planned_by: None,
            vars: None,
            deploy: None,
        }
    }

    #[test]
    fn two_revisions_are_compared_and_secrets_stay_covered() {
        let config = |level: &str| {
            format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata: {{level: {level}}}\n")
        };
        let secret = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hunter2-hunter2}\n";
        let first = release(&json!({"password": "hunter2-hunter2", "a": 1}), &config("info"));
        let second =
            release(&json!({"password": "another-one-3", "a": 2}), &format!("{}{secret}", config("warn")));
        let found = difference(&first, &second, nothing(), nothing());
        assert_eq!(found.objects.len(), 2);
        assert_eq!(found.objects[0].fields[0].path, "data.level");
        assert_eq!(found.objects[1].presence, ObjectPresence::Added);
        assert_eq!(
            found.values.iter().map(|change| change.path.as_str()).collect::<Vec<_>>(),
            ["a", "password"]
        );
        let text = serde_json::to_string(&found).unwrap();
        assert!(!text.contains("hunter2") && !text.contains("another-one"), "{text}");
        assert!(difference(&first, &first, nothing(), nothing()).objects.is_empty());
    }
}
