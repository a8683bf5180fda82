//! What keeps an object that is being deleted: finalizers and whose they are, and what a namespace says of itself.
//!
//! A finalizer is an agreement with whoever set it, to clean something up first. It is never taken away here: only who
//! set it knows what would be left behind.

use serde_json::Value as Json;

use super::Meaning;
use crate::kinds::project_of;
use crate::live::{condition, items, text};

/// An API that does not answer, by the name of its `APIService`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered {
    /// `v1beta1.metrics.k8s.io`.
    pub name: String,
    /// Why, in its own words; empty where that is not known.
    pub why: String,
}

/// Whether a live object is a namespace that cannot be emptied, because what is in it cannot be found out.
pub fn is_namespace_blind(live: &Json) -> bool {
    let failed = |kind| condition(live, kind).is_some_and(|c| c.is_true());
    text(live, "/kind") == "Namespace"
        && ["NamespaceDeletionDiscoveryFailure", "NamespaceDeletionGroupVersionParsingFailure"]
            .into_iter()
            .any(failed)
}

/// Whether what keeps a live object is in the usual course of things, as far as it tells: what it owns goes first, its
/// containers end. That takes a while, and another's finalizer may stay for ever.
pub fn is_held_as_usual(live: &Json) -> bool {
    if text(live, "/kind") == "Namespace" {
        let stuck = ["NamespaceFinalizersRemaining", "NamespaceDeletionContentFailure"];
        let failed = |kind| condition(live, kind).is_some_and(|c| c.is_true());
        return !is_namespace_blind(live) && !stuck.into_iter().any(failed);
    }
    let mut finalizers = items(live, "/metadata/finalizers").iter().filter_map(Json::as_str);
    finalizers.all(|name| OWN.iter().any(|(own, ..)| *own == name))
}

/// What keeps a live object that is being deleted, in words and with what to do; nothing for one that is not.
///
/// `seconds` is how long it has been going, and `unanswered` are APIs that are known not to answer, which only matter
/// to namespaces.
///
/// ```
/// use longshore_object::diagnosis::why_held;
/// let live = serde_json::json!({"kind": "Ingress", "metadata": {
///     "deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["ingress.k8s.aws/resources"]}});
/// let held = why_held(&live, Some(90), &[]).unwrap();
/// assert!(held.what.contains("AWS Load Balancer Controller"));
/// ```
pub fn why_held(live: &Json, seconds: Option<u64>, unanswered: &[Unanswered]) -> Option<Meaning> {
    if text(live, "/metadata/deletionTimestamp").is_empty() {
        return None;
    }
    let going = match seconds {
        Some(seconds) => format!("being deleted for {}", lasting(seconds)),
        None => "being deleted".to_owned(),
    };
    if let Some(meaning) = of_namespace(live, &going, unanswered) {
        return Some(meaning);
    }
    let finalizers: Vec<&str> = items(live, "/metadata/finalizers").iter().filter_map(Json::as_str).collect();
    if finalizers.is_empty() {
        return Some(Meaning::new(
            format!("{going}: what it owns, or its containers, are still ending"),
            "a pod that does not end may be on a node that does not answer",
        ));
    }
    Some(by_finalizers(&going, &finalizers, "held by"))
}

fn by_finalizers(going: &str, finalizers: &[&str], how: &str) -> Meaning {
    let plural = if finalizers.len() == 1 { "finalizer" } else { "finalizers" };
    let whose: Vec<String> =
        finalizers.iter().map(|name| format!("{name} ({})", Holder::of(name).who)).collect();
    let hint = match finalizers.iter().find_map(|name| Holder::of(name).hint) {
        Some(hint) => hint.to_owned(),
        None => "whoever set it must take it away, so look whether that controller still runs and what its log says; by hand only when it is gone for good, and what it was to clean up then stays".to_owned(),
    };
    Meaning::new(format!("{going}, {how} {plural} {}", whose.join(", ")), hint)
}

/// What a namespace tells in its conditions, that which keeps all else first.
fn of_namespace(live: &Json, going: &str, unanswered: &[Unanswered]) -> Option<Meaning> {
    let told = |kind| {
        condition(live, kind).filter(|c| c.is_true() && text(live, "/kind") == "Namespace").map(|c| c.message)
    };
    if let Some(message) = told("NamespaceDeletionDiscoveryFailure")
        .or_else(|| told("NamespaceDeletionGroupVersionParsingFailure"))
    {
        let mut silent = unanswered.to_vec();
        if silent.is_empty() {
            silent = apis_in(message);
        }
        let names: Vec<String> = silent
            .iter()
            .map(|api| match api.why.as_str() {
                "" => format!("APIService/{}", api.name),
                why => format!("APIService/{} ({why})", api.name),
            })
            .collect();
        if names.is_empty() {
            return Some(Meaning::new(format!("{going}: {message}"), "look at `kubectl get apiservices`"));
        }
        return Some(Meaning::new(
            format!("{going}, and cannot be emptied while an API does not answer: {}", names.join(", ")),
            "bring the server behind that API back, or delete the APIService if it is gone for good",
        ));
    }
    if let Some(message) = told("NamespaceFinalizersRemaining") {
        // `Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances`
        let listed = message.split_once("remaining: ").map_or(message, |(_, listed)| listed);
        let names: Vec<&str> = listed
            .split(", ")
            .filter_map(|part| part.split_once(" in "))
            .map(|(name, _)| name.trim())
            .collect();
        if !names.is_empty() {
            let what = match told("NamespaceContentRemaining").and_then(|all| all.split_once("remaining: ")) {
                Some((_, left)) => format!("{going}, and still there: {}", left.trim()),
                None => going.to_owned(),
            };
            return Some(by_finalizers(&what, &names, "held by"));
        }
    }
    for kind in ["NamespaceDeletionContentFailure", "NamespaceContentRemaining"] {
        if let Some(message) = told(kind) {
            return Some(Meaning::new(
                format!("{going}: {message}"),
                "what is left in it must go first: look at its objects and their finalizers",
            ));
        }
    }
    None
}

/// The APIs that a namespace says it could not ask: `metrics.k8s.io/v1beta1: the server is currently unable …`.
fn apis_in(message: &str) -> Vec<Unanswered> {
    let mut found: Vec<Unanswered> = Vec::new();
    for word in message.split([' ', ',']) {
        let word = word.trim_end_matches([':', ';', '.']);
        let Some((group, version)) = word.split_once('/') else { continue };
        let is_version =
            version.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let name = format!("{version}.{group}");
        if is_version && group.contains('.') && found.iter().all(|api| api.name != name) {
            found.push(Unanswered { name, why: String::new() });
        }
    }
    found
}

/// Whose a finalizer is.
struct Holder {
    who: String,
    hint: Option<&'static str>,
}

/// Finalizers of Kubernetes' own, and what each waits for.
const OWN: &[(&str, &str, &str)] = &[
    (
        "foregroundDeletion",
        "the garbage collector, for what it owns",
        "what it owns goes first: look at its pods and at finalizers of theirs",
    ),
    ("orphan", "the garbage collector", "look whether the kube-controller-manager runs"),
    (
        "kubernetes.io/pvc-protection",
        "a pod still uses the claim",
        "delete the pods that mount the claim, or wait until they end",
    ),
    ("kubernetes.io/pv-protection", "a claim is still bound to the volume", "delete the claim first"),
    (
        "customresourcecleanup.apiextensions.k8s.io",
        "objects of the kind are left",
        "its objects go first: look at them and their finalizers",
    ),
    (
        "service.kubernetes.io/load-balancer-cleanup",
        "the cloud's load balancer controller",
        "look at the log of the cloud controller manager: it must release the load balancer",
    ),
    (
        "batch.kubernetes.io/job-tracking",
        "the Job controller",
        "look whether the kube-controller-manager runs",
    ),
    (
        "gateway-exists-finalizer.gateway.networking.k8s.io",
        "Gateways of the class are left",
        "delete the Gateways of that class first",
    ),
];

/// Domains in finalizers that are no API group of a project ([`project_of`]), and who uses them.
const KNOWN: &[(&str, &str)] = &[
    ("ingress.k8s.aws", "the AWS Load Balancer Controller"),
    ("service.k8s.aws", "the AWS Load Balancer Controller"),
    ("snapshot.storage.kubernetes.io", "the CSI snapshot controller"),
    ("external-provisioner.volume.kubernetes.io", "the CSI provisioner"),
    ("external-attacher", "the CSI attacher"),
];

impl Holder {
    fn of(finalizer: &str) -> Self {
        if let Some((_, who, hint)) = OWN.iter().find(|(name, ..)| *name == finalizer) {
            return Self { who: (*who).to_owned(), hint: Some(hint) };
        }
        let domain = finalizer.split('/').next().unwrap_or(finalizer);
        let is_of = |known: &str| domain == known || domain.ends_with(&format!(".{known}"));
        let known = KNOWN.iter().find(|(known, _)| is_of(known)).map(|(_, who)| *who);
        if let Some(who) = known.or_else(|| project_of(domain)) {
            return Self { who: who.to_owned(), hint: None };
        }
        // `finalizer.example.com`, `finalizers.example.com`
        let domain = ["finalizer.", "finalizers."]
            .into_iter()
            .find_map(|prefix| domain.strip_prefix(prefix))
            .unwrap_or(domain);
        let who = if domain.contains('.') {
            format!("likely the controller of {domain}")
        } else {
            "nothing in its name tells whose it is".to_owned()
        };
        Self { who, hint: None }
    }
}

/// A time in the unit that says enough.
fn lasting(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::{Unanswered, is_held_as_usual, is_namespace_blind, why_held};

    fn held(finalizers: &[&str]) -> Json {
        json!({"kind": "Widget", "metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": finalizers}})
    }

    fn namespace(conditions: &[(&str, &str)]) -> Json {
        let conditions: Vec<Json> = conditions
            .iter()
            .map(|(kind, message)| json!({"type": kind, "status": "True", "message": message}))
            .collect();
        json!({"kind": "Namespace", "metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"},
            "spec": {"finalizers": ["kubernetes"]}, "status": {"conditions": conditions}})
    }

    #[test]
    fn finalizers_tell_whose_they_are() {
        for (finalizers, seconds, what, hint) in [
            (
                &["example.com/hold"][..],
                90,
                "being deleted for 90 s, held by finalizer example.com/hold (likely the controller of example.com)",
                "look whether that controller still runs",
            ),
            (
                &["finalizer.keda.sh"],
                600,
                "being deleted for 10 min, held by finalizer finalizer.keda.sh (KEDA)",
                "look whether",
            ),
            (
                &["resources-finalizer.argocd.argoproj.io"],
                7_200,
                "being deleted for 2 h, held by finalizer resources-finalizer.argocd.argoproj.io (Argo CD)",
                "look whether",
            ),
            (
                &["kubernetes.io/pvc-protection"],
                400_000,
                "being deleted for 4 days, held by finalizer kubernetes.io/pvc-protection (a pod still uses the claim)",
                "delete the pods that mount the claim",
            ),
            (
                &["foregroundDeletion", "mine"],
                3,
                "being deleted for 3 s, held by finalizers foregroundDeletion (the garbage collector, for what it owns), mine (nothing in its name tells whose it is)",
                "what it owns goes first",
            ),
            (
                &["finalizers.example.org/x"],
                1,
                "being deleted for 1 s, held by finalizer finalizers.example.org/x (likely the controller of example.org)",
                "by hand only when it is gone for good",
            ),
            (&[], 5, "being deleted for 5 s: what it owns, or its containers, are still ending", "a node"),
        ] {
            let told = why_held(&held(finalizers), Some(seconds), &[]).unwrap();
            assert_eq!(told.what, what);
            assert!(told.hint.contains(hint), "{}", told.hint);
        }
        assert_eq!(why_held(&json!({"metadata": {"finalizers": ["a.b/c"]}}), None, &[]), None);
        assert!(is_held_as_usual(&held(&["foregroundDeletion", "kubernetes.io/pvc-protection"])));
        assert!(is_held_as_usual(&held(&[])));
        assert!(!is_held_as_usual(&held(&["foregroundDeletion", "example.com/hold"])));
    }

    #[test]
    fn namespaces_tell_what_is_left_and_which_api_does_not_answer() {
        let discovery = "Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: metrics.k8s.io/v1beta1: stale GroupVersion discovery: metrics.k8s.io/v1beta1";
        let blind = namespace(&[("NamespaceDeletionDiscoveryFailure", discovery)]);
        assert!(is_namespace_blind(&blind));
        let told = why_held(&blind, Some(30), &[]).unwrap();
        assert_eq!(
            told.what,
            "being deleted for 30 s, and cannot be emptied while an API does not answer: APIService/v1beta1.metrics.k8s.io"
        );
        let api = Unanswered { name: "v1beta1.metrics.k8s.io".to_owned(), why: "no endpoints".to_owned() };
        let told = why_held(&blind, None, &[api]).unwrap();
        assert!(told.what.ends_with("APIService/v1beta1.metrics.k8s.io (no endpoints)"), "{}", told.what);
        let content = "Some resources are remaining: widgets.example.com has 1 resource instances";
        let finalizers = "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances";
        let left = namespace(&[
            ("NamespaceContentRemaining", content),
            ("NamespaceFinalizersRemaining", finalizers),
        ]);
        assert!(!is_namespace_blind(&left) && !is_held_as_usual(&left) && !is_held_as_usual(&blind));
        assert!(is_held_as_usual(&namespace(&[("NamespaceContentRemaining", content)])));
        assert_eq!(
            why_held(&left, Some(8), &[]).unwrap().what,
            "being deleted for 8 s, and still there: widgets.example.com has 1 resource instances, held by finalizer example.com/hold (likely the controller of example.com)"
        );
        let failed = namespace(&[(
            "NamespaceDeletionContentFailure",
            "Failed to delete all resource types, 1 remaining: no",
        )]);
        assert_eq!(
            why_held(&failed, Some(8), &[]).unwrap().what,
            "being deleted for 8 s: Failed to delete all resource types, 1 remaining: no"
        );
    }
}
