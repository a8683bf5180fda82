//! What several services stand on: volumes that they share.

use longshore_yaml::Node;

use super::{Context, volumes};
use crate::draft::{Draft, DraftFile, DraftRelease, Source};
use crate::left::Left;
use crate::names::name_of;
use crate::tree::{is_true, map, place, text};

/// Objects of no single service.
#[derive(Default)]
pub(super) struct Shared {
    claims: Vec<Node>,
    external: Vec<String>,
}

impl Shared {
    /// Claims for the volumes that several services have.
    pub(super) fn volumes(&mut self, context: &Context<'_>, left: &mut Vec<Left>) {
        let all = context.root.get("volumes").into_iter().flat_map(Node::entries);
        for (key, about) in all {
            let name = name_of(key.value.as_str(), "data");
            if is_true(about.get("external")) {
                self.external.push(format!("PersistentVolumeClaim/{name}"));
                left.push(Left::new(
                    place(context.file, key),
                    format!("volume `{}`", key.value),
                    "external: a claim of that name must be there",
                ));
                continue;
            }
            if about.get("driver_opts").is_some() {
                let advice = "its driver's options have no meaning on a cluster; choose a storage class";
                left.push(Left::new(place(context.file, key), format!("volume `{}`", key.value), advice));
            }
        }
        for volume in &context.shared {
            let key = context.root.get("volumes").and_then(|all| all.key(volume));
            let at =
                key.map_or_else(|| longshore_diag::Place::file(context.file), |key| place(context.file, key));
            let is_external = is_true(context.root.at(&["volumes", volume, "external"]));
            if is_external {
                continue;
            }
            let mut claim =
                map([("apiVersion", Node::string("v1")), ("kind", Node::string("PersistentVolumeClaim"))]);
            let made = volumes::claim(&name_of(volume, "data"), "ReadWriteMany");
            made.entries().for_each(|(key, value)| claim.set(key.value.as_str(), value.clone()));
            self.claims.push(claim);
            let advice = "several services have it: one claim (1Gi, ReadWriteMany), which needs a storage class for that; say how much it is to hold";
            left.push(Left::new(at, format!("volume `{volume}`"), advice));
        }
    }

    /// Names an object that must be there.
    pub(super) fn expect(&mut self, object: String) {
        self.external.push(object);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.claims.is_empty()
    }

    /// The name of the release that holds them.
    pub(super) fn release(&self, context: &Context<'_>) -> String {
        let is_taken = context.names.values().any(|name| name == "volumes");
        if is_taken { "shared-volumes".to_owned() } else { "volumes".to_owned() }
    }

    /// Adds the release, first.
    pub(super) fn finish(self, context: &Context<'_>, draft: &mut Draft) {
        let name = self.release(context);
        draft.external = self.external;
        draft.external.sort();
        draft.external.dedup();
        if self.claims.is_empty() {
            return;
        }
        let path = format!("manifests/{name}.yaml");
        let release = DraftRelease::new(name, Source::Manifests(vec![path.clone()]));
        draft.releases.insert(0, release);
        let all: Vec<String> = self.claims.iter().map(text).collect();
        draft.files.insert(0, DraftFile { path, text: all.join("---\n") });
    }
}
