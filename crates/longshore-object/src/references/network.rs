//! Routes and their backends: Ingress, Gateway API, webhooks, aggregated APIs.

use super::{Collector, Relation, list, member};
use crate::{Object, Tree};

const GATEWAY: &str = "gateway.networking.k8s.io";

/// Adds what a network object names.
pub(super) fn collect(object: &Object, out: &mut Collector) {
    let gvk = object.gvk();
    match (gvk.group.as_str(), gvk.kind.as_str()) {
        ("networking.k8s.io" | "extensions", "Ingress") => ingress(object, out),
        (GATEWAY, "Gateway") => gateway(object, out),
        (GATEWAY, kind) if kind.ends_with("Route") => route(object, out),
        ("admissionregistration.k8s.io", kind) if kind.ends_with("WebhookConfiguration") => {
            for (i, hook) in list(object, "/webhooks").iter().enumerate() {
                if let Some(service) = hook.get("/clientConfig/service") {
                    let field = format!("/webhooks/{i}/clientConfig/service/name");
                    service_of(service, field, out);
                }
            }
        }
        ("admissionregistration.k8s.io", kind) if kind.ends_with("PolicyBinding") => {
            let policy = kind.trim_end_matches("Binding");
            let field = "/spec/policyName";
            let name = object.get(field);
            out.add(Relation::Attaches, &gvk.group, policy, name, field.to_owned());
        }
        ("apiregistration.k8s.io", "APIService") => {
            if let Some(service) = object.get("/spec/service") {
                service_of(service, "/spec/service/name".to_owned(), out);
            }
        }
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            let pointer = "/spec/conversion/webhook/clientConfig/service";
            if let Some(service) = object.get(pointer) {
                service_of(service, format!("{pointer}/name"), out);
            }
        }
        _ => {}
    }
}

fn service_of(service: &Tree, field: String, out: &mut Collector) {
    let namespace = member(service, "namespace");
    let name = service.child("name");
    out.add_in(Relation::Backend, "", "Service", namespace, name, field, false);
}

fn ingress(object: &Object, out: &mut Collector) {
    let class = "/spec/ingressClassName";
    let group = "networking.k8s.io";
    out.add(Relation::Class, group, "IngressClass", object.get(class), class.to_owned());
    for (i, tls) in list(object, "/spec/tls").iter().enumerate() {
        let field = format!("/spec/tls/{i}/secretName");
        out.add(Relation::Certificate, "", "Secret", tls.child("secretName"), field);
    }
    // `backend` and `serviceName` are of the versions before v1.
    for pointer in ["/spec/defaultBackend", "/spec/backend"] {
        if let Some(tree) = object.get(pointer) {
            backend(tree, pointer, out);
        }
    }
    for (i, rule) in list(object, "/spec/rules").iter().enumerate() {
        let paths = rule.get("/http/paths").map_or(&[][..], Tree::items);
        for (j, path) in paths.iter().enumerate() {
            if let Some(tree) = path.child("backend") {
                backend(tree, &format!("/spec/rules/{i}/http/paths/{j}/backend"), out);
            }
        }
    }
}

fn backend(tree: &Tree, base: &str, out: &mut Collector) {
    let (name, field) = match tree.get("/service/name") {
        Some(name) => (Some(name), format!("{base}/service/name")),
        None => (tree.child("serviceName"), format!("{base}/serviceName")),
    };
    out.add(Relation::Backend, "", "Service", name, field);
}

fn gateway(object: &Object, out: &mut Collector) {
    let class = "/spec/gatewayClassName";
    out.add(Relation::Class, GATEWAY, "GatewayClass", object.get(class), class.to_owned());
    for (i, listener) in list(object, "/spec/listeners").iter().enumerate() {
        let certificates = listener.get("/tls/certificateRefs").map_or(&[][..], Tree::items);
        for (j, certificate) in certificates.iter().enumerate() {
            let field = format!("/spec/listeners/{i}/tls/certificateRefs/{j}/name");
            let namespace = member(certificate, "namespace");
            let kind = member(certificate, "kind").unwrap_or("Secret");
            let group = member(certificate, "group").unwrap_or("");
            let name = certificate.child("name");
            out.add_in(Relation::Certificate, group, kind, namespace, name, field, false);
        }
    }
}

fn route(object: &Object, out: &mut Collector) {
    for (i, parent) in list(object, "/spec/parentRefs").iter().enumerate() {
        let group = member(parent, "group").unwrap_or(GATEWAY);
        let kind = member(parent, "kind").unwrap_or("Gateway");
        let namespace = member(parent, "namespace");
        let field = format!("/spec/parentRefs/{i}/name");
        out.add_in(Relation::Attaches, group, kind, namespace, parent.child("name"), field, false);
    }
    for (i, rule) in list(object, "/spec/rules").iter().enumerate() {
        let backends = rule.child("backendRefs").map_or(&[][..], Tree::items);
        for (j, backend) in backends.iter().enumerate() {
            let group = member(backend, "group").unwrap_or("");
            let kind = member(backend, "kind").unwrap_or("Service");
            let namespace = member(backend, "namespace");
            let field = format!("/spec/rules/{i}/backendRefs/{j}/name");
            out.add_in(Relation::Backend, group, kind, namespace, backend.child("name"), field, false);
        }
    }
}
