//! Fields that never change once their object exists: what they are, and what making the object anew would mean.

use longshore_cluster::{Error as ClusterError, InvalidField, Refusal};
use longshore_diag::Diagnostic;
use longshore_object::{Object, ObjectKey};

/// The fields that stand in the way, if all that the server says against the object is that they never change.
pub(super) fn fields(error: &ClusterError) -> Option<&[InvalidField]> {
    match error.refusal() {
        Some(Refusal::Invalid { fields }) if fields.iter().all(InvalidField::is_immutable) => Some(fields),
        _ => None,
    }
}

/// Explains why the object cannot be changed, and what there is to do.
pub(super) fn problem(key: &ObjectKey, object: &Object, fields: &[InvalidField]) -> Diagnostic {
    let message = format!("{key} cannot be changed in place: {}", named(fields));
    let place = fields.iter().find_map(|field| field.place.clone()).unwrap_or_else(|| object.place().clone());
    let mut diagnostic = Diagnostic::error("release/immutable", message).at(place);
    for field in fields {
        diagnostic = diagnostic.note(format!("{}: {}", field.field, words(&field.message)));
    }
    diagnostic.note(format!("deleted and made anew, {}", consequence(key))).hint(format!(
        "`--recreate {key}` does that; or take the change back, or give the object another name"
    ))
}

/// What happens when an object of this kind is deleted and made anew.
pub(super) fn consequence(key: &ObjectKey) -> &'static str {
    match (key.group.as_str(), key.kind.as_str()) {
        ("", "PersistentVolumeClaim") => "its data is lost, unless its volume is retained",
        ("", "PersistentVolume") => "claims lose their volume",
        ("", "Namespace") => "everything in it is lost",
        ("apiextensions.k8s.io", "CustomResourceDefinition") => "all objects of its kind are lost",
        ("batch", "Job") => "it runs again from its start",
        ("apps", "StatefulSet") => "its pods end and start again; its claims stay",
        ("apps", "Deployment" | "DaemonSet" | "ReplicaSet") | ("", "ReplicationController") => {
            "its pods all end before new ones start"
        }
        ("", "Pod") => "it ends and starts again",
        ("", "Service") => "it gets another address, and serves nobody in between",
        ("rbac.authorization.k8s.io", _) => "its subjects have none of its rights in between",
        _ => "it is missing in between",
    }
}

fn named(fields: &[InvalidField]) -> String {
    let names: Vec<&str> =
        fields.iter().map(|field| field.field.as_str()).filter(|field| !field.is_empty()).collect();
    match names.as_slice() {
        [] => "it never changes once it exists".to_owned(),
        [one] => format!("`{one}` never changes once it exists"),
        many => format!("`{}` never change once it exists", many.join("`, `")),
    }
}

/// The server's words without the value that it quotes, which may be a whole pod template and may be secret:
/// `Invalid value: {…}: field is immutable`.
fn words(message: &str) -> &str {
    match message.strip_prefix("Invalid value: ").and_then(|rest| rest.rsplit_once(": ")) {
        Some((_, words)) => words,
        None => message.strip_prefix("Forbidden: ").unwrap_or(message),
    }
}

#[cfg(test)]
mod tests {
    use longshore_cluster::InvalidField;
    use longshore_diag::Place;
    use longshore_object::Object;
    use serde_json::json;

    use super::problem;

    #[test]
    fn the_value_is_not_quoted_and_the_way_out_is_named() {
        let json = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "migrate"}});
        let job = Object::from_json(json, Place::new("job.yaml", 7, 0)).unwrap();
        let field = InvalidField {
            field: "spec.template".to_owned(),
            message: r#"Invalid value: {"spec":{"env":"hunter2"}}: field is immutable"#.to_owned(),
            place: None,
        };
        let told = problem(&job.key(), &job, &[field]);
        assert_eq!(
            told.message,
            "Job/migrate cannot be changed in place: `spec.template` never changes once it exists"
        );
        assert_eq!(
            told.notes,
            ["spec.template: field is immutable", "deleted and made anew, it runs again from its start",]
        );
        assert!(told.hint.as_deref().unwrap().contains("--recreate Job/migrate"));
        assert!(!format!("{told:?}").contains("hunter2"));
    }
}
