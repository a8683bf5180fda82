//! Who serves the routes of a release: Ingresses whose class nobody has, routes that a Gateway has not taken.

use longshore_cluster::Selector;
use longshore_diag::Diagnostic;
use longshore_object::{Gvk, Object};
use serde_json::Value as Json;

use crate::Context;

const GROUP: &str = "networking.k8s.io";
const GATEWAY: &str = "gateway.networking.k8s.io";
/// Names a class as Ingresses did before they had a field for it.
const OLD_CLASS: &str = "kubernetes.io/ingress.class";
const DEFAULT_CLASS: &str = "/metadata/annotations/ingressclass.kubernetes.io~1is-default-class";

/// What is wrong with the Ingresses, routes and Gateways among these objects.
pub(super) async fn remarks(context: &Context, objects: &[Object]) -> Vec<Diagnostic> {
    let mut found = of_ingresses(context, objects).await;
    let of_gateways = objects.iter().filter(|object| object.gvk().group == GATEWAY);
    for object in of_gateways {
        let key = object.key_in(&context.namespace);
        if let Some(trouble) = context.cluster.trouble(object.gvk(), &key).await {
            let warning = Diagnostic::warning("wiring/not-served", format!("{key}: {}", trouble.what));
            found.push(warning.at(object.place().clone()).hint(trouble.hint));
        }
    }
    found
}

async fn of_ingresses(context: &Context, objects: &[Object]) -> Vec<Diagnostic> {
    let is_ingress = |object: &&Object| object.gvk().group == GROUP && object.kind() == "Ingress";
    let ingresses: Vec<&Object> = objects.iter().filter(is_ingress).collect();
    if ingresses.is_empty() {
        return Vec::new();
    }
    let gvk = Gvk::new(&format!("{GROUP}/v1"), "IngressClass");
    // Who may not see classes is told nothing of them.
    let Ok(classes) = context.cluster.list(&gvk, None, &Selector::default()).await else {
        return Vec::new();
    };
    ingresses.into_iter().filter_map(|ingress| of_class(ingress, &classes.items)).collect()
}

/// What is wrong with the class of an Ingress, where these are there.
fn of_class(ingress: &Object, classes: &[Json]) -> Option<Diagnostic> {
    let names: Vec<&str> =
        classes.iter().filter_map(|class| class.pointer("/metadata/name").and_then(Json::as_str)).collect();
    let there = match names.len() {
        0 => "the cluster has no IngressClass".to_owned(),
        _ => format!("the cluster has {}", names.join(", ")),
    };
    let field = "/spec/ingressClassName";
    if let Some(class) = ingress.str_at(field).filter(|class| !class.is_empty()) {
        if names.contains(&class) {
            return None;
        }
        let message =
            format!("{} is of class `{class}`, which does not exist: nobody serves it", ingress.key());
        let place = ingress.place_of(field).unwrap_or_else(|| ingress.place().clone());
        let near = longshore_diag::nearest(class, names.iter().copied());
        let hint = near.map_or(there, |near| format!("did you mean `{near}`?"));
        return Some(Diagnostic::warning("wiring/no-class", message).at(place).hint(hint));
    }
    // Those who read the annotation need no IngressClass.
    let is_default = |class: &Json| class.pointer(DEFAULT_CLASS).and_then(Json::as_str) == Some("true");
    if ingress.annotation(OLD_CLASS).is_some() || classes.iter().any(is_default) {
        return None;
    }
    let message = format!("{} names no class, and the cluster has no default one", ingress.key());
    let hint = format!(
        "set `ingressClassName` ({there}); without it only a controller that takes every Ingress serves it"
    );
    Some(Diagnostic::warning("wiring/no-class", message).at(ingress.place().clone()).hint(hint))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::of_class;

    #[test]
    fn classes_of_ingresses() {
        let class = |name: &str, default: &str| json!({"metadata": {"name": name, "annotations": {"ingressclass.kubernetes.io/is-default-class": default}}});
        let (nginx, traefik) = (class("nginx", "false"), class("traefik", "true"));
        for (spec, annotations, classes, expected) in [
            ("{ingressClassName: nginx}", "{}", vec![nginx.clone()], None),
            (
                "{ingressClassName: ngnix}",
                "{}",
                vec![nginx.clone()],
                Some(
                    "a.yaml:1:116: Ingress/web is of class `ngnix`, which does not exist: nobody serves it (did you mean `nginx`?)",
                ),
            ),
            (
                "{ingressClassName: haproxy}",
                "{}",
                vec![nginx.clone(), traefik.clone()],
                Some("nobody serves it (the cluster has nginx, traefik)"),
            ),
            ("{ingressClassName: haproxy}", "{}", vec![], Some("(the cluster has no IngressClass)")),
            ("{}", "{}", vec![nginx.clone(), traefik], None),
            (
                "{}",
                "{}",
                vec![nginx.clone()],
                Some(
                    "Ingress/web names no class, and the cluster has no default one (set `ingressClassName` (the cluster has nginx)",
                ),
            ),
            ("{}", "{kubernetes.io/ingress.class: odd}", vec![nginx], None),
        ] {
            let text = format!(
                "{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: web, annotations: {annotations}}}, spec: {spec}}}"
            );
            let object = &longshore_object::parse_manifests(&text, "a.yaml").unwrap()[0];
            let found = of_class(object, &classes).map(|warning| warning.to_string());
            match (&found, expected) {
                (None, None) => {}
                (Some(found), Some(expected)) if found.contains(expected) => {}
                _ => panic!("{spec}: {found:?}"),
            }
        }
    }
}
