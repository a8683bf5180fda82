//! What an object says itself that it needs: the annotation `longshore.dev/needs`.
//!
//! `longshore.dev/needs: StatefulSet/db, Job/migrate` on an object means that it is applied when those are
//! there *and ready*. Objects are written `Kind/name`; `Kind.group/name` where kinds of several groups have that
//! name, `Kind/namespace/name` for one in another namespace. Only objects of the same set can be meant.

use longshore_diag::Diagnostic;

use crate::{Object, ObjectKey};

/// The annotation.
pub const NEEDS: &str = "longshore.dev/needs";

/// One object that another one asks to wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Need<'a> {
    text: &'a str,
    kind: &'a str,
    group: Option<&'a str>,
    namespace: Option<&'a str>,
    name: &'a str,
}

impl Need<'_> {
    fn means(&self, key: &ObjectKey, own: Option<&str>) -> bool {
        let is_there = match (self.namespace, key.namespace.as_deref()) {
            (Some(wanted), Some(namespace)) => wanted == namespace,
            (Some(_), None) => false,
            (None, Some(namespace)) => own.is_none_or(|own| own == namespace),
            (None, None) => true,
        };
        self.kind == key.kind
            && self.name == key.name
            && self.group.is_none_or(|group| group == key.group)
            && is_there
    }
}

fn parse(text: &str) -> Option<Need<'_>> {
    let mut parts = text.split('/');
    let (kind, second, third) = (parts.next()?, parts.next()?, parts.next());
    let (kind, group) = match kind.split_once('.') {
        Some((kind, group)) => (kind, Some(group)),
        None => (kind, None),
    };
    let (namespace, name) = match third {
        Some(name) => (Some(second), name),
        None => (None, second),
    };
    let is_whole = parts.next().is_none() && !kind.is_empty() && !name.is_empty() && namespace != Some("");
    is_whole.then_some(Need { text, kind, group, namespace, name })
}

/// Where in the set the objects are that `object` asks to wait for.
///
/// # Errors
/// An entry that cannot be read, or that no object of the set (or more than one) is meant by.
pub(super) fn targets(
    object: &Object,
    own: &ObjectKey,
    keys: &[ObjectKey],
) -> Result<Vec<usize>, Diagnostic> {
    let Some(annotation) = object.annotation(NEEDS) else { return Ok(Vec::new()) };
    let wrong = |message: String, hint: &str| {
        let place = object.place_of("/metadata/annotations").unwrap_or_else(|| object.place().clone());
        Diagnostic::error("object/needs", format!("{own}: `{NEEDS}`: {message}")).at(place).hint(hint)
    };
    let mut found = Vec::new();
    for text in annotation.split(',').map(str::trim).filter(|text| !text.is_empty()) {
        let Some(need) = parse(text) else {
            return Err(wrong(
                format!("`{text}` names no object"),
                "write `Kind/name`, or several with commas",
            ));
        };
        let mut meant = keys.iter().enumerate().filter(|(_, key)| need.means(key, own.namespace.as_deref()));
        match (meant.next(), meant.next()) {
            (Some((one, _)), None) => found.push(one),
            (Some((_, one)), Some((_, other))) => {
                let message =
                    format!("`{}` may be {} {one} or {} {other}", need.text, one.group, other.group);
                return Err(wrong(message, "add the group: `Kind.group/name`"));
            }
            (None, _) => {
                let message = format!("no object of this release is `{}`", need.text);
                return Err(wrong(message, "only objects of the same release can be waited for"));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use longshore_diag::Place;
    use serde_json::json;

    use super::{NEEDS, targets};
    use crate::{Object, ObjectKey};

    fn check(annotation: &str, expected: Result<&[usize], &str>) {
        let key = |group: &str, kind: &str, namespace: &str, name: &str| ObjectKey {
            group: group.into(),
            kind: kind.into(),
            namespace: Some(namespace.to_owned()).filter(|namespace| !namespace.is_empty()),
            name: name.into(),
        };
        let keys = [
            key("apps", "StatefulSet", "a", "db"),
            key("batch", "Job", "a", "migrate"),
            key("example.com", "Job", "a", "migrate"),
            key("", "Service", "b", "db"),
            key("", "PersistentVolume", "", "disk"),
            key("", "Service", "a", "web"),
        ];
        let json = json!({"apiVersion": "v1", "kind": "Service",
            "metadata": {"name": "web", "annotations": {NEEDS: annotation}}});
        let object = Object::from_json(json, Place::file("t.yaml")).unwrap();
        match (targets(&object, &keys[5], &keys), expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{annotation}"),
            (Err(error), Err(words)) => assert!(error.message.contains(words), "{}", error.message),
            (found, _) => panic!("{annotation}: {found:?}"),
        }
    }

    #[test]
    fn objects_are_named_as_far_as_they_must_be() {
        check("", Ok(&[]));
        check("StatefulSet/db", Ok(&[0]));
        check(" StatefulSet.apps/db , Job.batch/migrate,", Ok(&[0, 1]));
        check("Service/b/db", Ok(&[3]));
        check("PersistentVolume/disk", Ok(&[4]));
        check("Service/db", Err("no object of this release is `Service/db`"));
        check("Job/migrate", Err("may be batch"));
        check("db", Err("`db` names no object"));
        check("A/b/c/d", Err("names no object"));
    }
}
