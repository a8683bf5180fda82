//! Secrets with certificates against what is served with them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use longshore_object::{Object, parse_manifests};
use serde_json::{Value as Json, json};

use super::{Served, of_gateway, of_ingress, of_secret};

fn object(text: &str) -> Object {
    parse_manifests(text, "a.yaml").unwrap().remove(0)
}

fn shown(served: impl Iterator<Item = Served<'static>>) -> Vec<String> {
    served.map(|s| format!("{} {} {}", s.secret, s.hosts.join(","), s.field)).collect()
}

fn kept(text: &str) -> &'static Object {
    Box::leak(Box::new(object(text)))
}

#[test]
fn which_secret_serves_which_hosts() {
    let ingress = kept(
        "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i}, spec: {
            tls: [{secretName: a, hosts: [a.example, b.example]}, {secretName: rest}, {hosts: [c.example]}],
            rules: [{host: a.example}, {host: d.example}, {}]}}",
    );
    assert_eq!(
        shown(of_ingress(ingress)),
        ["a a.example,b.example /spec/tls/0/secretName", "rest d.example /spec/tls/1/secretName"]
    );
    let gateway = kept(
        "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: g}, spec: {listeners: [
            {hostname: '*.example', tls: {certificateRefs: [{name: a}, {name: b, kind: Secret}, {name: c, kind: Other}]}},
            {tls: {certificateRefs: [{name: d, namespace: edge}]}}, {}]}}",
    );
    let found: Vec<_> = of_gateway(gateway).collect();
    assert_eq!(found[2].namespace_in("shop"), "edge");
    assert_eq!(found[0].namespace_in("shop"), "shop");
    assert_eq!(
        shown(found.into_iter()),
        [
            "a *.example /spec/listeners/0/tls/certificateRefs/0/name",
            "b  /spec/listeners/0/tls/certificateRefs/1/name",
            "d  /spec/listeners/1/tls/certificateRefs/0/name"
        ]
    );
    assert!(of_gateway(ingress).next().is_none() && of_ingress(gateway).next().is_none());
}

fn said(secret: &Json) -> Vec<String> {
    let ingress = object(
        "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: web}, spec: {tls: [{secretName: t, hosts: [a.example]}]}}",
    );
    let served = of_ingress(&ingress).next().unwrap();
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    of_secret(&served, secret, now).iter().map(ToString::to_string).collect()
}

/// Neither what is in a Secret nor what it was taken for is told.
#[test]
fn secrets_that_hold_no_certificate() {
    let secret = |kind: &str, data: &Json| said(&json!({"type": kind, "data": data}));
    let hidden = STANDARD.encode("hunter2");
    let all = [
        secret("Opaque", &json!({"tls.crt": hidden, "tls.key": hidden})),
        secret("kubernetes.io/tls", &json!({"tls.crt": hidden})),
        secret("kubernetes.io/tls", &json!({})),
        secret("kubernetes.io/tls", &json!({"tls.crt": "no base64 hunter2!", "tls.key": hidden})),
        secret(
            "kubernetes.io/tls",
            &json!({"tls.crt": STANDARD.encode("-----BEGIN hunter2\nhunter2"), "tls.key": hidden}),
        ),
    ];
    let named = "a.yaml:1:100: Secret/t, in which Ingress/web has its certificate, ";
    for (found, expected) in all.iter().zip([
        &["is of type Opaque, not kubernetes.io/tls", "has no certificate in `tls.crt`"][..],
        &["has no `tls.key`"],
        &["has no `tls.crt` and `tls.key`"],
        &["has no `tls.crt`"],
        &["has no certificate in `tls.crt`"],
    ]) {
        assert_eq!(found.len(), expected.len(), "{found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(&format!("{named}{expected}")), "{found}");
            assert!(!found.contains("hunter2"), "{found}");
        }
    }
}
