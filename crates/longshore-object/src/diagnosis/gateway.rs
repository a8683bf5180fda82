//! What routes and gateways of the [Gateway API](https://gateway-api.sigs.k8s.io/reference/spec/) say about themselves:
//! which parents have taken a route, and why not.

use serde_json::Value as Json;

use super::Meaning;
use crate::live::{Condition, items, text};

/// A parent that a route wants to be attached to, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parent {
    /// Its kind: mostly `Gateway`.
    pub kind: String,
    /// Its namespace, if it is not the route's own.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// What its controller says.
    pub state: Attachment,
}

/// What a parent has made of a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attachment {
    /// It serves it.
    Taken,
    /// Nobody has said anything of it.
    Unknown,
    /// It does not serve it, or not all of it.
    Refused(Meaning),
}

/// The parents of a live route, in the order in which it names them.
pub fn parents(route: &Json) -> Vec<Parent> {
    let own = text(route, "/metadata/namespace");
    let identity = |reference: &Json| {
        let namespace = Some(text(reference, "/namespace")).filter(|name| !name.is_empty());
        (
            text(reference, "/name").to_owned(),
            namespace.unwrap_or(own).to_owned(),
            text(reference, "/sectionName").to_owned(),
            reference.get("port").cloned(),
        )
    };
    let told = items(route, "/status/parents");
    let of = |wanted: &Json| {
        let mine = told.iter().filter(|parent| {
            parent.get("parentRef").is_some_and(|reference| identity(reference) == identity(wanted))
        });
        let mut state = Attachment::Unknown;
        for parent in mine {
            match attachment(parent) {
                refused @ Attachment::Refused(_) => return refused,
                found => state = found,
            }
        }
        state
    };
    let one = |wanted: &Json| {
        let kind = Some(text(wanted, "/kind")).filter(|kind| !kind.is_empty()).unwrap_or("Gateway");
        let namespace = text(wanted, "/namespace");
        Parent {
            kind: kind.to_owned(),
            namespace: (!namespace.is_empty() && namespace != own).then(|| namespace.to_owned()),
            name: text(wanted, "/name").to_owned(),
            state: of(wanted),
        }
    };
    items(route, "/spec/parentRefs").iter().map(one).collect()
}

/// What one entry of `status.parents` says.
fn attachment(parent: &Json) -> Attachment {
    let mut taken = Attachment::Unknown;
    for wanted in ["Accepted", "ResolvedRefs"] {
        let Some(found) = condition_in(items(parent, "/conditions"), wanted) else { continue };
        if found.is_false() {
            return Attachment::Refused(refusal(wanted, &found));
        }
        if found.is_true() && wanted == "Accepted" {
            taken = Attachment::Taken;
        }
    }
    taken
}

/// The reasons that the specification has for a route, and what to do.
fn refusal(kind: &str, found: &Condition<'_>) -> Meaning {
    let (what, hint) = match found.reason {
        "NotAllowedByListeners" => (
            "no listener allows routes of its namespace",
            "set `allowedRoutes` of the listener, or attach another one",
        ),
        "NoMatchingListenerHostname" => (
            "its hostnames and those of the listeners have nothing in common",
            "compare `hostnames` of the route with `hostname` of the listeners",
        ),
        "NoMatchingParent" => (
            "no listener has the name or port that it asks for",
            "compare `sectionName` and `port` of its parentRef with the listeners",
        ),
        "BackendNotFound" => {
            ("a backend of it does not exist", "correct the name or the port of its backendRef")
        }
        "RefNotPermitted" => (
            "a backend of it is in another namespace, which does not permit that",
            "add a ReferenceGrant to that namespace",
        ),
        "InvalidKind" => ("a backend of it is of a kind that the controller does not know", "use a Service"),
        "UnsupportedProtocol" => (
            "the protocol of a backend of it is not supported",
            "look at `appProtocol` of the Service's port",
        ),
        _ if kind == "Accepted" => ("it is not accepted", "look at what the controller says of it"),
        _ => ("what it refers to is not resolved", "look at what the controller says of it"),
    };
    let words = found.words();
    Meaning::new(if words.is_empty() { what.to_owned() } else { format!("{what}: {words}") }, hint)
}

/// What is wrong with a live Gateway, if its controller says so: the Gateway as a whole, or one of its listeners.
pub fn why_not_programmed(gateway: &Json) -> Option<String> {
    let of = |conditions: &[Json], kinds: &[&str]| {
        kinds.iter().find_map(|kind| {
            let found = condition_in(conditions, kind)?;
            // `Pending` is what the API server writes before any controller has looked.
            (found.is_false() && found.reason != "Pending").then(|| found.words().to_owned())
        })
    };
    // What is wrong with a listener is nearer to the cause than that the Gateway is not valid.
    let listeners = items(gateway, "/status/listeners").iter().find_map(|listener| {
        let words = of(items(listener, "/conditions"), &["ResolvedRefs", "Accepted", "Programmed"])?;
        Some(format!("listener {}: {words}", text(listener, "/name")))
    });
    listeners.or_else(|| of(items(gateway, "/status/conditions"), &["Accepted", "Programmed"]))
}

/// Why no controller serves Gateways of this live class.
pub fn why_no_controller(class: &Json) -> Option<String> {
    let controller = text(class, "/spec/controllerName");
    match condition_in(items(class, "/status/conditions"), "Accepted") {
        Some(found) if found.is_true() => None,
        Some(found) if found.is_false() => Some(format!("it is not accepted: {}", found.words())),
        _ => Some(format!("no controller `{controller}` has taken it")),
    }
}

fn condition_in<'a>(conditions: &'a [Json], kind: &str) -> Option<Condition<'a>> {
    let found = conditions.iter().find(|condition| text(condition, "/type") == kind)?;
    Some(Condition {
        status: text(found, "/status"),
        reason: text(found, "/reason"),
        message: text(found, "/message"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::{Attachment, parents, why_no_controller, why_not_programmed};

    fn says(kind: &str, status: &str, reason: &str, message: &str) -> Json {
        json!({"type": kind, "status": status, "reason": reason, "message": message})
    }

    /// A route with two parents, and what is said of them.
    fn route(status: &Json) -> Vec<String> {
        let route = json!({"metadata": {"namespace": "shop"}, "spec": {"parentRefs": [
            {"name": "gw", "namespace": "edge", "sectionName": "web"}, {"name": "own"}]},
            "status": {"parents": status}});
        let shown = parents(&route).into_iter().map(|parent| match parent.state {
            Attachment::Taken => format!("{} taken", parent.name),
            Attachment::Unknown => format!("{} unknown", parent.name),
            Attachment::Refused(meaning) => format!("{} {} ({})", parent.name, meaning.what, meaning.hint),
        });
        shown.collect()
    }

    #[test]
    fn each_parent_speaks_for_itself() {
        let (yes, no) = (says("Accepted", "True", "Accepted", ""), "gw unknown".to_owned());
        assert_eq!(route(&json!(null)), ["gw unknown", "own unknown"]);
        let gateway = json!({"name": "gw", "namespace": "edge", "sectionName": "web"});
        assert_eq!(route(&json!([{"parentRef": gateway, "conditions": [yes]}])), ["gw taken", "own unknown"]);
        // Of another section, of another namespace.
        let other = json!({"name": "gw", "namespace": "edge", "sectionName": "x"});
        assert_eq!(route(&json!([{"parentRef": other, "conditions": [yes]}]))[0], no);
        assert_eq!(
            route(&json!([{"parentRef": {"name": "gw", "sectionName": "web"}, "conditions": [yes]}]))[0],
            no
        );
        // The route's own namespace may be written out, and need not.
        let own = json!([{"parentRef": {"name": "own", "namespace": "shop"}, "conditions": [yes]}]);
        assert_eq!(route(&own)[1], "own taken");
        // Of two controllers one refuses.
        let resolved = says("ResolvedRefs", "False", "BackendNotFound", "service \"web\" not found");
        let refuses = json!({"parentRef": gateway, "conditions": [yes, resolved]});
        let takes = json!({"parentRef": gateway, "conditions": [yes]});
        let words = "gw a backend of it does not exist: service \"web\" not found (correct the name or the port of its backendRef)";
        for both in [json!([takes, refuses]), json!([refuses, takes])] {
            assert_eq!(route(&both)[0], words);
        }
    }

    #[test]
    fn reasons_of_the_specification() {
        for (kind, reason, message, expected) in [
            (
                "Accepted",
                "NotAllowedByListeners",
                "m",
                "own no listener allows routes of its namespace: m (set",
            ),
            (
                "Accepted",
                "NoMatchingListenerHostname",
                "",
                "own its hostnames and those of the listeners have nothing in common: NoMatchingListenerHostname (",
            ),
            ("Accepted", "NoMatchingParent", "m", "own no listener has the name or port"),
            (
                "ResolvedRefs",
                "RefNotPermitted",
                "m",
                "own a backend of it is in another namespace, which does not permit that: m (add a ReferenceGrant",
            ),
            ("ResolvedRefs", "InvalidKind", "m", "own a backend of it is of a kind"),
            ("ResolvedRefs", "Odd", "m", "own what it refers to is not resolved: m ("),
            ("Accepted", "Odd", "m", "own it is not accepted: m ("),
        ] {
            let found = route(
                &json!([{"parentRef": {"name": "own"}, "conditions": [says(kind, "False", reason, message)]}]),
            );
            assert!(found[1].starts_with(expected), "{reason}: {}", found[1]);
        }
    }

    #[test]
    fn gateways_and_classes_in_their_own_words() {
        let gateway = |conditions: Json, listener: Json| {
            why_not_programmed(&json!({"status": {"conditions": [conditions],
                "listeners": [{"name": "tls", "conditions": [listener]}]}}))
        };
        let fine = says("Programmed", "True", "Programmed", "");
        let invalid = says("Accepted", "False", "ListenersNotValid", "no listener is valid");
        let secret = says("ResolvedRefs", "False", "InvalidCertificateRef", "secret not found");
        assert_eq!(gateway(fine.clone(), fine.clone()), None);
        assert_eq!(gateway(invalid.clone(), fine.clone()).unwrap(), "no listener is valid");
        assert_eq!(gateway(invalid, secret).unwrap(), "listener tls: secret not found");
        assert_eq!(gateway(says("Programmed", "False", "Pending", "waiting"), fine.clone()), None);
        let class = |conditions: Json| {
            why_no_controller(
                &json!({"spec": {"controllerName": "x.io/c"}, "status": {"conditions": conditions}}),
            )
        };
        assert_eq!(class(json!([says("Accepted", "True", "Accepted", "")])), None);
        assert_eq!(class(json!([])).unwrap(), "no controller `x.io/c` has taken it");
        let pending = says("Accepted", "Unknown", "Pending", "Waiting for controller");
        assert_eq!(class(json!([pending])).unwrap(), "no controller `x.io/c` has taken it");
        let refused = says("Accepted", "False", "InvalidParameters", "bad");
        assert_eq!(class(json!([refused])).unwrap(), "it is not accepted: bad");
    }
}
