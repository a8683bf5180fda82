//! Entries of lists that the API merges by a key, with the same key twice: server-side apply refuses the whole object,
//! and where an object is created one of the two counts for nothing. And ports of one name, which the server refuses.

use longshore_diag::Diagnostic;
use longshore_object::references::pod_spec;
use longshore_object::{Data, Tree};

use super::Subject;
use crate::path;

/// Lists of pods and of containers with the fields that make their keys.
const OF_PODS: [(&str, &[&str]); 4] = [
    ("containers", &["name"]),
    ("initContainers", &["name"]),
    ("volumes", &["name"]),
    ("imagePullSecrets", &["name"]),
];
const OF_CONTAINERS: [(&str, &[&str]); 4] = [
    ("env", &["name"]),
    ("ports", &["containerPort", "protocol"]),
    ("volumeMounts", &["mountPath"]),
    ("volumeDevices", &["devicePath"]),
];

const BOTH: &str = "take one of the two out: server-side apply refuses both";
const ONE_NAME: &str =
    "give one of the two another name: what names a port would not know which, and the server refuses both";

pub(super) fn find(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let object = subject.object;
    let mut look = |tree: &Tree, base: &str, list: &str, keys: &[&str], why: &str| {
        let items = tree.child(list).map_or(&[][..], Tree::items);
        let mut seen: Vec<Vec<String>> = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let Some(key) = key(item, keys) else { continue };
            if seen.contains(&key) {
                let what = key.join("/");
                let field = path::shown(&format!("{base}/{list}"));
                let message = format!("{}: `{field}` has `{what}` twice", object.key());
                let at = path::place(object, &format!("{base}/{list}/{index}/{}", keys[0]));
                found.push(Diagnostic::error("pods/repeated", message).at(at).hint(why));
            }
            seen.push(key);
        }
    };
    if let Some((spec, base)) = pod_spec(object) {
        for (list, keys) in OF_PODS {
            look(spec, &base, list, keys, BOTH);
        }
        for list in ["containers", "initContainers"] {
            for (index, container) in spec.child(list).map_or(&[][..], Tree::items).iter().enumerate() {
                for (inner, keys) in OF_CONTAINERS {
                    look(container, &format!("{base}/{list}/{index}"), inner, keys, BOTH);
                }
                look(container, &format!("{base}/{list}/{index}"), "ports", &["name"], ONE_NAME);
            }
        }
    }
    if object.gvk().group.is_empty()
        && object.kind() == "Service"
        && let Some(spec) = object.get("/spec")
    {
        look(spec, "/spec", "ports", &["port", "protocol"], BOTH);
        look(spec, "/spec", "ports", &["name"], ONE_NAME);
    }
    found
}

/// The key of an entry; a protocol that is left out is TCP.
fn key(item: &Tree, keys: &[&str]) -> Option<Vec<String>> {
    keys.iter()
        .map(|key| match item.child(key).map(|tree| &tree.data) {
            Some(Data::String(text)) if !text.is_empty() => Some(text.clone()),
            Some(Data::Number(number)) => Some(number.to_string()),
            None if *key == "protocol" => Some("TCP".to_owned()),
            _ => None,
        })
        .collect()
}
