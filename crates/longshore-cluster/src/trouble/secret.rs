//! A Secret that a controller is to make and that does not come: what makes it, the store that it asks, and what the
//! controller says of both.

use longshore_object::diagnosis::{secret_hint, why_not_made};
use longshore_object::{Gvk, ObjectKey, makes_secrets, secrets_made};
use serde_json::Value as Json;

use super::{Trouble, text};
use crate::cluster::Cluster;
use crate::objects::Selector;
use crate::wait::newest_warning;

const EXTERNAL: &str = "external-secrets.io";
const VAULT: &str = "secrets.hashicorp.com";

/// The kinds that make Secrets, the likeliest first.
const MAKERS: [(&str, &str); 7] = [
    (EXTERNAL, "ExternalSecret"),
    ("bitnami.com", "SealedSecret"),
    ("cert-manager.io", "Certificate"),
    (VAULT, "VaultStaticSecret"),
    (VAULT, "VaultDynamicSecret"),
    (VAULT, "VaultPKISecret"),
    ("secrets-store.csi.x-k8s.io", "SecretProviderClass"),
];
/// How many objects of a kind are looked through.
const MOST: usize = 500;

/// Whether objects of a kind have to do with Secrets that are made.
pub(super) fn is_known(gvk: &Gvk) -> bool {
    makes_secrets(&gvk.group, &gvk.kind)
        || (gvk.group == EXTERNAL
            && matches!(&*gvk.kind, "SecretStore" | "ClusterSecretStore" | "PushSecret"))
}

impl Cluster {
    /// The object in a namespace for which a Secret of this name is made.
    pub(crate) async fn maker_of_secret(&self, namespace: &str, name: &str) -> Option<(Gvk, ObjectKey)> {
        let discovery = self.discovery().await.ok()?;
        for (group, kind) in MAKERS {
            // What the server does not have needs no question.
            let Some(gvk) = discovery.preferred(group, kind).map(|found| found.gvk.clone()) else { continue };
            let found = self.list_at_most(&gvk, Some(namespace), &Selector::default(), MOST).await;
            let Ok(Some(found)) = found else { continue };
            let makes = |item: &&Json| {
                // Items of a list do not say what they are.
                let mut item = (*item).clone();
                item["apiVersion"] = gvk.api_version().into();
                item["kind"] = kind.into();
                secrets_made(&item).iter().any(|made| made.name == name)
            };
            if let Some(maker) = found.items.iter().find(makes) {
                let key = ObjectKey {
                    group: group.to_owned(),
                    kind: kind.to_owned(),
                    namespace: Some(namespace.to_owned()),
                    name: text(maker, "/metadata/name").to_owned(),
                };
                return Some((gvk, key));
            }
        }
        None
    }

    /// Why a live object that Secrets are made of, or a store, is not ready; `None` if it is.
    pub(super) async fn of_secret(&self, live: &Json) -> Option<Trouble> {
        // A store that is not there, or not ready, is the cause of whatever is said.
        if let Some(trouble) = self.of_store(live).await {
            return Some(trouble);
        }
        let said = why_not_made(live)?;
        let (namespace, uid) = (text(live, "/metadata/namespace"), text(live, "/metadata/uid"));
        // External Secrets says in conditions that it failed, and of what in events.
        let warned = match uid {
            "" => None,
            uid => newest_warning(self, namespace, uid).await,
        };
        let words = warned.unwrap_or(said);
        let meaning = secret_hint(live, &words);
        Some(Trouble::new(meaning.what, meaning.hint))
    }

    /// What is wrong with the store that an ExternalSecret names.
    async fn of_store(&self, external: &Json) -> Option<Trouble> {
        let spec = match text(external, "/kind") {
            "ExternalSecret" => "/spec",
            "ClusterExternalSecret" => "/spec/externalSecretSpec",
            _ => return None,
        };
        why_not_made(external)?;
        let name = text(external, &format!("{spec}/secretStoreRef/name"));
        let kind = match text(external, &format!("{spec}/secretStoreRef/kind")) {
            "ClusterSecretStore" => "ClusterSecretStore",
            // In which namespaces the copies of a ClusterExternalSecret are, they know themselves.
            _ if text(external, "/kind") == "ClusterExternalSecret" => return None,
            _ => "SecretStore",
        };
        if name.is_empty() {
            return None;
        }
        let named = format!("{kind}/{name}");
        let gvk = self.discovery().await.ok()?.preferred(EXTERNAL, kind)?.gvk.clone();
        let namespace = (kind == "SecretStore").then(|| text(external, "/metadata/namespace"));
        let Some(store) = self.get(&gvk, namespace, name).await.ok()? else {
            let near = self.nearest(&gvk, namespace, name).await;
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let hint = "correct `secretStoreRef`, or make the store; one of all namespaces is of kind ClusterSecretStore";
            return Some(Trouble::new(format!("{named} does not exist{near}"), hint));
        };
        let words = why_not_made(&store)?;
        let meaning = secret_hint(&store, &words);
        Some(Trouble::new(format!("{named} is not ready: {}", meaning.what), meaning.hint).behind(named))
    }
}
