//! A Certificate that is not issued: its newest request, the order that was made of it, and the challenge of that.

use longshore_object::Gvk;
use longshore_object::diagnosis::{issuing_hint, why_not_issued};
use serde_json::Value as Json;

use super::{Trouble, text};
use crate::cluster::Cluster;
use crate::objects::Selector;

/// The steps of cert-manager, each made by the one before.
const STEPS: [(&str, &str); 3] = [
    ("cert-manager.io", "CertificateRequest"),
    ("acme.cert-manager.io", "Order"),
    ("acme.cert-manager.io", "Challenge"),
];

impl Cluster {
    /// Why a live Certificate is not ready: what the last step that was begun says of itself.
    pub(super) async fn of_certificate(&self, certificate: Json) -> Option<Trouble> {
        let conditions = certificate.pointer("/status/conditions").and_then(Json::as_array);
        let unseen =
            conditions.is_none_or(Vec::is_empty).then(|| "cert-manager has not looked at it".to_owned());
        let mut words = unseen.or_else(|| why_not_issued(&certificate))?;
        let namespace = text(&certificate, "/metadata/namespace").to_owned();
        let mut chain = Vec::new();
        // Without its issuer nothing begins.
        if let Some(trouble) = self.of_issuer(&certificate, &namespace).await {
            return Some(trouble);
        }
        let mut last = certificate;
        for (group, kind) in STEPS {
            let Some(step) = self.made_by(&last, group, kind, &namespace).await else { break };
            let Some(said) = why_not_issued(&step) else { break };
            chain.push(format!("{kind}/{}", text(&step, "/metadata/name")));
            (words, last) = (said, step);
        }
        let meaning = issuing_hint(&last, &words);
        Some(Trouble { what: format!("the certificate is not issued: {words}"), chain, hint: meaning.hint })
    }

    async fn of_issuer(&self, certificate: &Json, namespace: &str) -> Option<Trouble> {
        // Issuers of other groups are other programs', which say what they like.
        let group = text(certificate, "/spec/issuerRef/group");
        let name = text(certificate, "/spec/issuerRef/name");
        if name.is_empty() || !matches!(group, "" | "cert-manager.io") {
            return None;
        }
        let kind = match text(certificate, "/spec/issuerRef/kind") {
            "ClusterIssuer" => "ClusterIssuer",
            _ => "Issuer",
        };
        let named = format!("{kind}/{name}");
        let gvk = Gvk::new("cert-manager.io/v1", kind);
        let scope = (kind == "Issuer").then_some(namespace);
        let Some(issuer) = self.get(&gvk, scope, name).await.ok()? else {
            let near = self.nearest(&gvk, scope, name).await;
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let what = format!("the certificate is not issued: {named} does not exist{near}");
            return Some(Trouble::new(what, "correct `issuerRef` of the Certificate, or make the issuer"));
        };
        let words = why_not_issued(&issuer)?;
        let what = format!("the certificate is not issued: {named} is not ready: {words}");
        Some(
            Trouble::new(what, "look at the issuer's account, its server and the log of cert-manager")
                .behind(named),
        )
    }

    /// The newest object of a kind that another one controls.
    async fn made_by(&self, owner: &Json, group: &str, kind: &str, namespace: &str) -> Option<Json> {
        let uid = text(owner, "/metadata/uid");
        let gvk = Gvk::new(&format!("{group}/v1"), kind);
        let found = self.list(&gvk, Some(namespace), &Selector::default()).await.ok()?;
        let is_mine = |item: &Json| {
            let owners = item.pointer("/metadata/ownerReferences").and_then(Json::as_array);
            !uid.is_empty() && owners.into_iter().flatten().any(|owner| text(owner, "/uid") == uid)
        };
        let mine = found.items.into_iter().filter(is_mine);
        // One that has something to say goes before one that is done.
        mine.max_by_key(|item| {
            let created = text(item, "/metadata/creationTimestamp").to_owned();
            (why_not_issued(item).is_some(), created, text(item, "/metadata/name").to_owned())
        })
    }
}
