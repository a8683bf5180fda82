//! What custom resources name from which Secrets are made: stores, and how one logs in to Vault.

use super::{Collector, Relation, list};
use crate::{Object, Tree};

pub(super) const EXTERNAL: &str = "external-secrets.io";
pub(super) const VAULT: &str = "secrets.hashicorp.com";

/// The stores that an object of External Secrets asks.
pub(super) fn stores(object: &Object, out: &mut Collector) {
    let spec = match object.kind() {
        "ExternalSecret" => "/spec",
        "ClusterExternalSecret" => "/spec/externalSecretSpec",
        "PushSecret" => {
            for (i, store) in list(object, "/spec/secretStoreRefs").iter().enumerate() {
                one(Some(store), &format!("/spec/secretStoreRefs/{i}"), out);
            }
            return;
        }
        _ => return,
    };
    let pointer = format!("{spec}/secretStoreRef");
    one(object.get(&pointer), &pointer, out);
    for source in ["data", "dataFrom"] {
        let all = format!("{spec}/{source}");
        for (i, item) in list(object, &all).iter().enumerate() {
            one(item.get("/sourceRef/storeRef"), &format!("{all}/{i}/sourceRef/storeRef"), out);
        }
    }
}

fn one(store: Option<&Tree>, field: &str, out: &mut Collector) {
    let Some(store) = store else { return };
    let kind = match store.child("kind").and_then(Tree::as_str) {
        Some("ClusterSecretStore") => "ClusterSecretStore",
        _ => "SecretStore",
    };
    out.add(Relation::Attaches, EXTERNAL, kind, store.child("name"), format!("{field}/name"));
}

/// How an object of Vault's operator logs in, and where.
pub(super) fn vault(object: &Object, out: &mut Collector) {
    for (field, kind) in
        [("/spec/vaultAuthRef", "VaultAuth"), ("/spec/vaultConnectionRef", "VaultConnection")]
    {
        let name = object.get(field);
        // One of another namespace is written `namespace/name`.
        if name.and_then(Tree::as_str).is_some_and(|name| !name.contains('/')) {
            out.add(Relation::Attaches, VAULT, kind, name, field.to_owned());
        }
    }
}
