//! Custom resources that many platforms have and whose conditions are not kstatus' conventions.
//!
//! Without a rule each of them would be ready as soon as it exists, before its controller has looked at it.

use serde_json::Value as Json;

use super::{Readiness, unobserved};
use crate::live::{Condition, condition, number};

/// The rule for a kind that is known here, if it is.
pub(super) fn verdict(group: &str, kind: &str, live: &Json) -> Option<Readiness> {
    match (group, kind) {
        ("cert-manager.io", "Certificate") => Some(certificate(live)),
        ("cert-manager.io", "Issuer" | "ClusterIssuer")
        | (
            "external-secrets.io",
            "ExternalSecret" | "ClusterExternalSecret" | "SecretStore" | "ClusterSecretStore" | "PushSecret",
        ) => Some(controlled(live, "Ready", "not ready")),
        ("bitnami.com", "SealedSecret") => Some(controlled(live, "Synced", "not unsealed")),
        (
            "secrets.hashicorp.com",
            "VaultStaticSecret" | "VaultDynamicSecret" | "VaultPKISecret" | "HCPVaultSecretsApp",
        ) => Some(synced(live)),
        _ => None,
    }
}

/// `Ready`; while it is not, `Issuing` says whether an attempt has failed, after which another follows.
fn certificate(live: &Json) -> Readiness {
    if let Some(failed) =
        condition(live, "Issuing").filter(|issuing| issuing.is_false() && issuing.reason == "Failed")
    {
        return Readiness::failed(format!("the certificate was not issued: {}", failed.words()), false);
    }
    if let Some(waiting) = unobserved(live) {
        return waiting;
    }
    match condition(live, "Ready") {
        Some(ready) if ready.is_true() => Readiness::Ready,
        Some(ready) => Readiness::progressing(format!("not issued yet: {}", ready.words())),
        None => Readiness::progressing("not seen by its controller yet"),
    }
}

/// `SecretSynced`, which newer operators of Vault write; older ones only note the generation that they have come to.
fn synced(live: &Json) -> Readiness {
    let has_conditions =
        live.pointer("/status/conditions").and_then(Json::as_array).is_some_and(|all| !all.is_empty());
    let seen = number(live, "/status/lastGeneration").filter(|seen| *seen > 0);
    match seen {
        Some(seen) if !has_conditions => match number(live, "/metadata/generation") {
            Some(generation) if seen < generation => {
                Readiness::progressing("the newest change is not seen by its controller yet")
            }
            _ => Readiness::Ready,
        },
        _ => controlled(live, "SecretSynced", "not synced"),
    }
}

/// One condition: true is ready, false is failing (the controller tries again), none is not looked at yet.
fn controlled(live: &Json, kind: &str, not: &str) -> Readiness {
    if let Some(waiting) = unobserved(live) {
        return waiting;
    }
    match condition(live, kind) {
        Some(found) if found.is_true() => Readiness::Ready,
        Some(found) if Condition::is_false(&found) => {
            Readiness::failed(format!("{not}: {}", found.words()), false)
        }
        Some(found) => Readiness::progressing(format!("{not} yet: {}", found.words())),
        None => Readiness::progressing("not seen by its controller yet"),
    }
}
