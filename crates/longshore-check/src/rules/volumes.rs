//! Mounts of volumes that a pod does not have.

use std::collections::BTreeSet;

use longshore_diag::{Diagnostic, nearest};
use longshore_object::Tree;
use longshore_object::references::pod_spec;

use super::Subject;
use crate::path;

pub(super) fn find(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let object = subject.object;
    let Some((spec, base)) = pod_spec(object) else { return Vec::new() };
    let volumes = spec.child("volumes").map_or(&[][..], Tree::items);
    let mut known: BTreeSet<&str> =
        volumes.iter().filter_map(|volume| volume.child("name")?.as_str()).collect();
    // Claims of a StatefulSet are volumes of its pods.
    let claims = object.get("/spec/volumeClaimTemplates").map_or(&[][..], Tree::items);
    known.extend(claims.iter().filter_map(|claim| claim.get("/metadata/name")?.as_str()));
    let mut found = Vec::new();
    for list in ["initContainers", "containers"] {
        for (i, container) in spec.child(list).map_or(&[][..], Tree::items).iter().enumerate() {
            for key in ["volumeMounts", "volumeDevices"] {
                for (j, mount) in container.child(key).map_or(&[][..], Tree::items).iter().enumerate() {
                    let Some(name) = mount.child("name").and_then(Tree::as_str) else { continue };
                    if known.contains(name) {
                        continue;
                    }
                    let container = container.child("name").and_then(Tree::as_str).unwrap_or_default();
                    let message = format!(
                        "{}: container `{container}` mounts volume `{name}`, which the pod does not have",
                        object.key()
                    );
                    let error = Diagnostic::error("pods/no-volume", message)
                        .at(path::place(object, &format!("{base}/{list}/{i}/{key}/{j}/name")));
                    found.push(match nearest(name, known.iter().copied()) {
                        Some(near) => error.hint(format!("did you mean `{near}`?")),
                        None => error.hint("add it to `volumes` of the pod"),
                    });
                }
            }
        }
    }
    found
}
