//! Why an API server refuses an object: quota, limits, pod security, webhooks, a service account.

use super::{Meaning, between, missing};

/// Whether a message is a refusal that repeating does not change.
pub fn is_refusal(message: &str) -> bool {
    // A webhook that does not answer may be on its way.
    !message.contains("failed calling webhook")
        && ["exceeded quota", "violates PodSecurity", "denied the request", "is forbidden", "is invalid"]
            .iter()
            .any(|words| message.contains(words))
}

/// What the message of a refusal means.
pub fn why_refused(message: &str) -> Option<Meaning> {
    if let Some(rest) = message.split_once("exceeded quota: ").map(|(_, rest)| rest) {
        let name = rest.split(',').next().unwrap_or_default();
        let part = |from: &str, to: &str| between(rest, from, to).unwrap_or_default().trim_end_matches(", ");
        let (asked, used) = (part("requested: ", "used: "), part("used: ", "limited: "));
        let hard = rest.split_once("limited: ").map(|(_, hard)| hard.trim()).unwrap_or_default();
        return Some(Meaning::new(
            format!("ResourceQuota/{name} is full: {asked} more with {used} used is over {hard}"),
            "ask for less, remove something, or have the ResourceQuota raised",
        ));
    }
    if let Some(rest) = message.split_once("failed quota: ").map(|(_, rest)| rest) {
        let (name, must) = rest.split_once(": ").unwrap_or((rest, ""));
        return Some(Meaning::new(
            format!("ResourceQuota/{name} counts what the pod does not say: {must}"),
            "give every container the requests and limits that the quota counts, or a LimitRange with defaults",
        ));
    }
    if let Some(rest) = message.split_once("violates PodSecurity ").map(|(_, rest)| rest) {
        return Some(Meaning::new(
            format!("the namespace's pod security level forbids it: {rest}"),
            "set the security context that the message names, or another pod-security.kubernetes.io/enforce label",
        ));
    }
    if let Some(name) =
        between(message, "admission webhook \"", "\"").filter(|_| message.contains("denied the request"))
    {
        let why =
            message.split_once("denied the request").map_or("", |(_, why)| why.trim_start_matches(": "));
        return Some(Meaning::new(
            format!("the admission webhook {name} refuses it: {why}"),
            "change what it objects to; `kubectl get validatingwebhookconfigurations` names its rules",
        ));
    }
    if let Some(name) = between(message, "failed calling webhook \"", "\"") {
        return Some(Meaning::new(
            format!("the admission webhook {name} does not answer"),
            "look at the webhook's Service, its pods and its CA bundle; its failurePolicy decides whether it is needed",
        ));
    }
    if let Some(rest) = message.split_once("ValidatingAdmissionPolicy '").map(|(_, rest)| rest) {
        let name = rest.split('\'').next().unwrap_or_default();
        let why = rest.split_once("denied request: ").map_or("", |(_, why)| why);
        return Some(Meaning::new(
            format!("ValidatingAdmissionPolicy/{name} refuses it: {why}"),
            "change what the policy objects to",
        ));
    }
    for words in ["maximum ", "minimum "] {
        if message.contains(" usage per ") && message.contains(words) {
            let at = message.find(words)?;
            return Some(Meaning::new(
                format!("a LimitRange of the namespace forbids it: {}", &message[at..]),
                "change the container's requests and limits, or the LimitRange",
            ));
        }
    }
    let gone = missing(message).filter(|missing| missing.kind == "ServiceAccount")?;
    Some(Meaning::new(
        format!("ServiceAccount/{} does not exist", gone.name),
        "add the ServiceAccount to the release, or correct `serviceAccountName`",
    ))
}

#[cfg(test)]
mod tests {
    use super::{is_refusal, why_refused};

    #[test]
    fn refusals_name_who_refuses() {
        for (message, expected) in [
            (
                "pods \"web-1\" is forbidden: exceeded quota: small, requested: pods=1,cpu=500m, used: pods=2,cpu=1, limited: pods=2,cpu=1",
                "ResourceQuota/small is full: pods=1,cpu=500m more with pods=2,cpu=1 used is over pods=2,cpu=1",
            ),
            (
                "pods \"w\" is forbidden: failed quota: small: must specify cpu for: main",
                "ResourceQuota/small counts what the pod does not say: must specify cpu for: main",
            ),
            (
                "pods \"w\" is forbidden: violates PodSecurity \"restricted:latest\": runAsNonRoot != true",
                "the namespace's pod security level forbids it: \"restricted:latest\": runAsNonRoot != true",
            ),
            (
                "admission webhook \"policy.example.com\" denied the request: no latest tag",
                "the admission webhook policy.example.com refuses it: no latest tag",
            ),
            (
                "Internal error occurred: failed calling webhook \"inject.example.com\": failed to call webhook: no endpoints",
                "the admission webhook inject.example.com does not answer",
            ),
            (
                "pods \"w\" is forbidden: maximum cpu usage per Container is 500m, but limit is 1",
                "a LimitRange of the namespace forbids it: maximum cpu usage per Container is 500m, but limit is 1",
            ),
            (
                "pods \"w-\" is forbidden: error looking up service account a/app: serviceaccount \"app\" not found",
                "ServiceAccount/app does not exist",
            ),
        ] {
            assert_eq!(why_refused(message).map(|m| m.what).as_deref(), Some(expected), "{message}");
        }
        assert!(is_refusal("pods \"x\" is forbidden: exceeded quota: q"));
        assert!(!is_refusal("failed calling webhook \"x\": is forbidden"));
        assert_eq!(why_refused("timed out"), None);
    }
}
