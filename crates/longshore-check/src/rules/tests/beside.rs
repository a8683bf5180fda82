//! What is there although no object here is it: claims that sets make, Secrets that several fill, names that the project
//! says are of others.

use longshore_object::parse_manifests;

use super::{GOOD, told, told_with};
use crate::{Options, Release, check};

const NONE: [&str; 0] = [];

#[test]
fn a_claim_that_a_set_makes_for_a_pod_is_there() {
    let of = |claim: &str| {
        told(&format!(
            "{GOOD}---
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: db}}
spec:
  selector: {{matchLabels: {{app: db}}}}
  template: {{metadata: {{labels: {{app: db}}}}, spec: {{containers: [{{name: db, image: db}}]}}}}
  volumeClaimTemplates: [{{metadata: {{name: data}}, spec: {{accessModes: [ReadWriteOnce]}}}}]
---
apiVersion: v1
kind: Pod
metadata: {{name: backup}}
spec:
  volumes: [{{name: data, persistentVolumeClaim: {{claimName: {claim}}}}}]
  containers: [{{name: backup, image: backup}}]
"
        ))
    };
    assert_eq!(of("data-db-0"), NONE);
    for claim in ["data-db", "data-dc-0"] {
        let found = of(claim);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("Warning[references/no-claim]"), "{found:?}");
    }
}

#[test]
fn a_secret_that_others_fill_too_may_have_any_key() {
    let maker = "{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: shop}, spec: {target: {name: login}, data: [{secretKey: user, remoteRef: {key: a}}]}}";
    assert_eq!(told(&format!("{GOOD}---\n{maker}\n")), NONE);
}

#[test]
fn a_secret_that_is_made_everywhere_is_there_for_other_releases() {
    let maker = "{apiVersion: external-secrets.io/v1, kind: ClusterExternalSecret, metadata: {name: shop}, spec: {externalSecretSpec: {target: {name: login}, data: [{secretKey: password}]}}}";
    let secret =
        "{apiVersion: v1, kind: Secret, metadata: {name: login}, stringData: {password: hunter2-hunter2}}";
    let (makes, reads) = (
        parse_manifests(maker, "a.yaml").unwrap(),
        parse_manifests(&GOOD.replace(secret, ""), "b.yaml").unwrap(),
    );
    let releases = [
        Release { name: "base", namespace: "ops", objects: &makes },
        Release { name: "web", namespace: "shop", objects: &reads },
    ];
    let found = check(&releases, &Options { minors: vec![36], ..Options::default() });
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_service_that_is_another_name_has_any_port() {
    let more = "{apiVersion: v1, kind: Service, metadata: {name: far}, spec: {type: ExternalName, externalName: a.example.com, ports: [{port: 443}]}}
---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: far}, spec: {defaultBackend: {service: {name: far, port: {number: 80}}}}}
";
    assert_eq!(told(&format!("{GOOD}---\n{more}")), NONE);
}

#[test]
fn a_certificate_that_others_make_is_not_held_for_a_slip() {
    let more = "{apiVersion: v1, kind: Secret, type: kubernetes.io/tls, metadata: {name: shop-tls}, data: {tls.crt: '', tls.key: ''}}
---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: tls}, spec: {tls: [{hosts: [a.example.com], secretName: shop-tsl}], defaultBackend: {service: {name: web, port: {number: 80}}}}}
";
    let of = |external: &[&str]| {
        let external = external.iter().map(|name| (*name).to_owned()).collect();
        told_with(
            &format!("{GOOD}---\n{more}"),
            &Options { minors: vec![36], external, ..Options::default() },
        )
    };
    let found = of(&[]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("Warning[wiring/no-certificate]"), "{found:?}");
    assert_eq!(of(&["Secret/shop-tsl"]), NONE);
}
