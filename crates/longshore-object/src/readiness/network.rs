//! Services, Ingresses and Gateway API objects.

use serde_json::Value as Json;

use super::{Readiness, Rules, unobserved};
use crate::live::{condition, items, text};

pub(super) fn service(live: &Json, rules: &Rules) -> Readiness {
    if text(live, "/spec/type") != "LoadBalancer" {
        return Readiness::Ready;
    }
    if text(live, "/spec/clusterIP").is_empty() {
        return Readiness::progressing("no cluster IP yet");
    }
    if rules.load_balancer_address && items(live, "/status/loadBalancer/ingress").is_empty() {
        return Readiness::progressing("no load balancer address yet");
    }
    Readiness::Ready
}

pub(super) fn ingress(live: &Json, rules: &Rules) -> Readiness {
    if rules.ingress_address && items(live, "/status/loadBalancer/ingress").is_empty() {
        return Readiness::progressing("no address yet");
    }
    Readiness::Ready
}

/// A Gateway counts when its controller has accepted and programmed it.
pub(super) fn gateway(live: &Json) -> Readiness {
    if let Some(waiting) = unobserved(live) {
        return waiting;
    }
    for kind in ["Accepted", "Programmed"] {
        match condition(live, kind) {
            Some(found) if found.is_true() => {}
            // The API server's defaults say `Unknown`, reason `Pending`, before any controller has looked.
            Some(found) if found.is_false() && found.reason != "Pending" => {
                return Readiness::failed(format!("not {}: {}", kind.to_lowercase(), found.words()), false);
            }
            Some(found) => {
                return Readiness::progressing(format!("not {} yet: {}", kind.to_lowercase(), found.words()));
            }
            None => return Readiness::progressing("no gateway controller has taken it yet"),
        }
    }
    Readiness::Ready
}

/// A route counts when every parent that reports on it has accepted it and found its backends.
pub(super) fn route(live: &Json) -> Readiness {
    let parents = items(live, "/status/parents");
    if parents.is_empty() {
        if items(live, "/spec/parentRefs").is_empty() {
            return Readiness::Ready;
        }
        return Readiness::progressing("no gateway controller has taken it yet");
    }
    for parent in parents {
        let name = text(parent, "/parentRef/name");
        for wanted in ["Accepted", "ResolvedRefs"] {
            let found =
                items(parent, "/conditions").iter().find(|condition| text(condition, "/type") == wanted);
            match found.map(|condition| text(condition, "/status")) {
                Some("True") | None => {}
                Some("False") => {
                    let message = found.map_or("", |condition| text(condition, "/message"));
                    let what =
                        if wanted == "Accepted" { "not accepted by" } else { "unresolved references at" };
                    return Readiness::failed(format!("{what} {name}: {message}"), false);
                }
                Some(_) => return Readiness::progressing(format!("not accepted by {name} yet")),
            }
        }
    }
    Readiness::Ready
}
