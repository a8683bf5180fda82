//! Services, budgets, network policies and autoscalers that do not fit to the pods of their namespace.

use longshore_diag::Diagnostic;
use longshore_object::Tree;

use super::Subject;
use crate::flows::{Labels, Selector, is_given};
use crate::path;

pub(super) fn find(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let (object, world) = (subject.object, subject.world);
    let mut found = world.wiring(object, subject.namespace);
    found.retain(|warning| match warning.code {
        // These are told of all names that are not there, whether one is like them or not.
        "wiring/no-backend" | "wiring/no-target" => false,
        "wiring/no-endpoints" => !has_others_pods(subject, "/spec/selector"),
        "wiring/no-certificate" => !may_be_there(subject, "Secret", &["secretName", "name"]),
        _ => true,
    });
    found.extend(budget(subject));
    found
}

/// Labels that people write, and no program at run time.
const WRITTEN: [&str; 10] =
    ["app", "name", "tier", "component", "k8s-app", "release", "chart", "instance", "version", "service"];

/// Whether a selector may choose pods that a controller makes, or that are labelled while they run (`role: leader`).
fn has_others_pods(subject: &Subject<'_>, pointer: &str) -> bool {
    let wanted = labels(subject, pointer);
    if wanted.iter().any(|(key, value)| subject.world.may_have_pods(key, value)) {
        return true;
    }
    let is_written = |key: &str| {
        WRITTEN.contains(&key) || key.starts_with("app.kubernetes.io/") || key.starts_with("helm.sh/")
    };
    let pods = subject.world.pods(subject.namespace).unwrap_or_default();
    pods.iter().any(|pod| {
        let mut of_template = 0;
        let fits = wanted.iter().all(|(key, value)| match pod.get(key) {
            Some(known) => {
                of_template += 1;
                known == value
            }
            None => is_given(key) || !is_written(key),
        });
        fits && of_template > 0
    })
}

fn labels(subject: &Subject<'_>, pointer: &str) -> Labels {
    let labels = subject.object.get(pointer).and_then(Tree::as_map).into_iter().flatten();
    labels.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
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
