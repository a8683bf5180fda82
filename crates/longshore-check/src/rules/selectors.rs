//! Services, budgets, network policies and autoscalers that do not fit to the pods of their namespace.

use longshore_diag::Diagnostic;
use longshore_object::Tree;

use super::Subject;
use crate::flows::{Labels, Selector};
use crate::path;

pub(super) fn find(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let (object, world) = (subject.object, subject.world);
    let mut found = world.wiring(object, subject.namespace);
    found.retain(|warning| match warning.code {
        // These are told of all names that are not there, whether one is like them or not.
        "wiring/no-backend" | "wiring/no-target" => false,
        "wiring/no-endpoints" => !has_others_pods(subject, "/spec/selector"),
        "wiring/no-pods" => !has_others_pods(subject, "/spec/podSelector/matchLabels"),
        "wiring/no-certificate" => !may_be_there(subject, "Secret", &["secretName", "name"]),
        _ => true,
    });
    found.extend(budget(subject));
    found
}

/// Whether a selector may choose pods that a controller makes.
fn has_others_pods(subject: &Subject<'_>, pointer: &str) -> bool {
    let labels = subject.object.get(pointer).and_then(Tree::as_map);
    labels
        .into_iter()
        .flatten()
        .any(|(key, value)| value.as_str().is_some_and(|value| subject.world.may_have_pods(key, value)))
}

/// Whether one of the names in an object is of something that may be there without us.
fn may_be_there(subject: &Subject<'_>, kind: &str, keys: &[&str]) -> bool {
    fn any(tree: &Tree, keys: &[&str], is_there: &dyn Fn(&str) -> bool) -> bool {
        let of_map = tree.as_map().into_iter().flatten().any(|(key, value)| {
            (keys.contains(&&**key) && value.as_str().is_some_and(is_there)) || any(value, keys, is_there)
        });
        of_map || tree.items().iter().any(|item| any(item, keys, is_there))
    }
    let spec = subject.object.get("/spec");
    spec.is_some_and(|spec| any(spec, keys, &|name| subject.world.may_be_there(kind, name)))
}

/// A budget for no pods at all.
fn budget(subject: &Subject<'_>) -> Option<Diagnostic> {
    let object = subject.object;
    if object.gvk().group != "policy" || object.kind() != "PodDisruptionBudget" {
        return None;
    }
    let selector = Selector::read(&object.get("/spec/selector")?.to_json());
    let is_chosen = |labels: &Labels| selector.matches(labels);
    let is_empty = selector.requirements.is_empty();
    if is_empty
        || has_others_pods(subject, "/spec/selector/matchLabels")
        || subject.world.pods(subject.namespace)?.iter().any(is_chosen)
    {
        return None;
    }
    let message = format!("{} selects no pod of any release", object.key());
    Some(
        Diagnostic::warning("references/no-pods", message)
            .at(path::place(object, "/spec/selector"))
            .hint("give it the labels of the pods that it is meant for"),
    )
}
