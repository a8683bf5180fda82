//! Why cert-manager has not issued a certificate: what its Certificate, CertificateRequest, Order and Challenge say.

use serde_json::Value as Json;

use super::Meaning;
use crate::live::{Condition, condition, text};

/// What an object on the way to a certificate says; `None` if it says nothing that would explain anything.
pub fn why_not_issued(live: &Json) -> Option<String> {
    let words = match text(live, "/kind") {
        // An attempt that failed says more than that there is no certificate.
        "Certificate" => {
            let failed =
                condition(live, "Issuing").filter(|found| found.is_false() && found.reason == "Failed");
            failed.or_else(|| condition(live, "Ready").filter(|found| !found.is_true()))?.words().to_owned()
        }
        "CertificateRequest" => {
            let denied = condition(live, "Denied").filter(Condition::is_true);
            let invalid = || condition(live, "InvalidRequest").filter(Condition::is_true);
            let ready = || condition(live, "Ready").filter(|found| !found.is_true());
            denied.or_else(invalid).or_else(ready)?.words().to_owned()
        }
        "Issuer" | "ClusterIssuer" => {
            condition(live, "Ready").filter(|found| !found.is_true())?.words().to_owned()
        }
        // Orders and Challenges.
        _ => {
            let (state, reason) = (text(live, "/status/state"), text(live, "/status/reason"));
            match (state, reason) {
                ("valid" | "ready", _) | ("", "") => return None,
                (state, "") => state.to_owned(),
                ("" | "pending", reason) => reason.to_owned(),
                (state, reason) => format!("{state}: {reason}"),
            }
        }
    };
    Some(words).filter(|words| !words.is_empty())
}

/// What to do about the last of them.
pub fn issuing_hint(live: &Json, words: &str) -> Meaning {
    let lower = words.to_lowercase();
    let host = text(live, "/spec/dnsName");
    let hint = if lower.contains("ratelimited") || lower.contains("too many") {
        "the issuer's limit is reached: wait until it is over, or use its staging server".to_owned()
    } else if text(live, "/kind") == "Challenge" && text(live, "/spec/type") == "HTTP-01" {
        format!(
            "`http://{host}/.well-known/acme-challenge/` must lead here from outside: look at the name's DNS record, and at who routes it"
        )
    } else if text(live, "/kind") == "Challenge" {
        format!("look at the zone of {host}, and at the credentials of its provider in the issuer")
    } else if lower.contains("not found") && lower.contains("issuer") {
        "correct `issuerRef` of the Certificate, or make the issuer".to_owned()
    } else {
        "look at the issuer and at the log of cert-manager".to_owned()
    };
    Meaning::new(words, hint)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::{issuing_hint, why_not_issued};

    fn conditions(kind: &str, all: &[(&str, &str, &str, &str)]) -> Json {
        let all: Vec<Json> = all
            .iter()
            .map(|(of, status, reason, message)| json!({"type": of, "status": status, "reason": reason, "message": message}))
            .collect();
        json!({"kind": kind, "status": {"conditions": all}})
    }

    #[test]
    fn each_step_in_its_own_words() {
        for (live, expected) in [
            (conditions("Certificate", &[("Ready", "True", "Ready", "up to date")]), None),
            (
                conditions("Certificate", &[("Ready", "False", "DoesNotExist", "no Secret yet")]),
                Some("no Secret yet"),
            ),
            (
                conditions(
                    "Certificate",
                    &[
                        ("Ready", "False", "DoesNotExist", "no Secret yet"),
                        ("Issuing", "False", "Failed", "denied"),
                    ],
                ),
                Some("denied"),
            ),
            (conditions("Certificate", &[]), None),
            (
                conditions("CertificateRequest", &[("Ready", "False", "Pending", "waiting for order")]),
                Some("waiting for order"),
            ),
            (
                conditions(
                    "CertificateRequest",
                    &[("Ready", "False", "Denied", "x"), ("Denied", "True", "p", "by policy")],
                ),
                Some("by policy"),
            ),
            (
                conditions("ClusterIssuer", &[("Ready", "False", "ErrRegisterACMEAccount", "no account")]),
                Some("no account"),
            ),
            (json!({"kind": "Order", "status": {"state": "pending"}}), Some("pending")),
            (json!({"kind": "Order", "status": {"state": "errored", "reason": "429"}}), Some("errored: 429")),
            (json!({"kind": "Order", "status": {"state": "valid"}}), None),
            (
                json!({"kind": "Challenge", "status": {"state": "pending", "reason": "self check failed"}}),
                Some("self check failed"),
            ),
            (json!({"kind": "Challenge", "status": {}}), None),
        ] {
            assert_eq!(why_not_issued(&live).as_deref(), expected, "{live}");
        }
    }

    #[test]
    fn what_to_do() {
        let challenge =
            |kind: &str| json!({"kind": "Challenge", "spec": {"type": kind, "dnsName": "a.example"}});
        for (live, words, expected) in [
            (challenge("HTTP-01"), "self check failed", "`http://a.example/.well-known/acme-challenge/`"),
            (challenge("DNS-01"), "no zone", "the zone of a.example"),
            (challenge("HTTP-01"), "429 urn:ietf:params:acme:error:rateLimited", "the issuer's limit"),
            (json!({"kind": "CertificateRequest"}), "Referenced \"Issuer\" not found", "correct `issuerRef`"),
            (json!({"kind": "Order"}), "pending", "look at the issuer"),
        ] {
            let meaning = issuing_hint(&live, words);
            assert!(meaning.hint.contains(expected), "{words}: {}", meaning.hint);
        }
    }
}
