//! Ingresses, routes of the Gateway API, webhooks and aggregated APIs that lead to a Service or port that is not there.

use longshore_diag::{Diagnostic, nearest};
use longshore_object::references::{Reference, Relation, references};
use longshore_object::{Data, Object, Tree};

use super::Subject;
use crate::path;

/// The load balancer controller of AWS takes this for an annotation's name.
const NOT_A_PORT: &str = "use-annotation";

pub(super) fn find(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let named = references(subject.object).into_iter();
    let backends = named.filter(|reference| {
        reference.relation == Relation::Backend
            && reference.target.kind == "Service"
            && reference.target.group.is_empty()
    });
    backends.filter_map(|reference| look(subject, &reference)).collect()
}

fn look(subject: &Subject<'_>, reference: &Reference) -> Option<Diagnostic> {
    let (object, world, target) = (subject.object, subject.world, &reference.target);
    let namespace = target.namespace.as_deref().unwrap_or(subject.namespace);
    let port = port(object, &reference.field);
    if matches!(&port, Some((port, _)) if port.as_str() == Some(NOT_A_PORT)) {
        return None;
    }
    let Some(service) = world.find("", "Service", namespace, &target.name) else {
        if world.may_be_there("Service", &target.name) {
            return None;
        }
        let message = format!("{} sends to {target}, which nothing here makes", object.key());
        let warning =
            Diagnostic::warning("references/no-service", message).at(path::place(object, &reference.field));
        return Some(match nearest(&target.name, world.names("", "Service", namespace)) {
            Some(near) => warning.hint(format!("did you mean `{near}`?")),
            None => warning.hint(format!(
                "if it is made elsewhere, name `{target}` under `check: external:` of the project"
            )),
        });
    };
    let (port, field) = port?;
    let ports = service.get("/spec/ports").map_or(&[][..], Tree::items);
    // A Service that only gives another name needs no ports, and a quantity of them may come with a merge.
    if ports.is_empty() || service.str_at("/spec/type") == Some("ExternalName") {
        return None;
    }
    let is_it = |known: &Tree| match &port.data {
        Data::String(name) => known.child("name").and_then(Tree::as_str) == Some(name),
        _ => known.child("port").and_then(Tree::as_i64) == port.as_i64(),
    };
    if ports.iter().any(is_it) {
        return None;
    }
    let shown = |tree: &Tree| match &tree.data {
        Data::String(text) => text.clone(),
        _ => tree.as_i64().map_or_else(String::new, |number| number.to_string()),
    };
    let message =
        format!("{} sends to port `{}` of {target}, which has none of that", object.key(), shown(port));
    let known: Vec<String> = ports
        .iter()
        .map(|known| match (known.child("port"), known.child("name")) {
            (Some(port), Some(name)) => format!("{} ({})", shown(port), shown(name)),
            (port, _) => port.map_or_else(String::new, shown),
        })
        .collect();
    Some(
        Diagnostic::error("references/no-port", message)
            .at(path::place(object, &field))
            .hint(format!("its ports are {}", known.join(", "))),
    )
}

/// The port that goes with the field that names a Service, and its pointer.
fn port<'a>(object: &'a Object, field: &str) -> Option<(&'a Tree, String)> {
    let (parent, last) = field.rsplit_once('/')?;
    let candidates = if last == "serviceName" {
        vec![format!("{parent}/servicePort")]
    } else {
        vec![format!("{parent}/port/name"), format!("{parent}/port/number"), format!("{parent}/port")]
    };
    candidates.into_iter().find_map(|pointer| {
        let tree = object.get(&pointer)?;
        matches!(tree.data, Data::String(_) | Data::Number(_)).then_some((tree, pointer))
    })
}
