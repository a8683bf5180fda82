//! Who serves a release's routes and with what: classes, gateways, certificates, and why one is not issued.

use std::time::Duration;

use serde_json::{Value, json};

use crate::Stage;

/// A project of one release, a chart with these templates.
fn chart(template: &str) -> String {
    format!(
        "
        //- longshore.yaml
        apiVersion: longshore.dev/v1alpha1
        kind: Project
        name: shop
        environments: {{dev: {{}}}}
        defaultEnvironment: dev
        releases: {{web: {{chart: web}}}}
        //- web/Chart.yaml
        {{apiVersion: v2, name: web, version: 1.0.0}}
        //- web/templates/all.yaml
        {}
        ",
        template.trim().replace('\n', "\n        ")
    )
}

pub(crate) fn warned(stderr: &str, words: &[&str]) {
    for words in words {
        assert!(stderr.contains(words), "{words}\nis not in\n{stderr}");
    }
}

/// An Ingress of a class that is not there, and Secrets that are not what they should be. None of their data is told.
#[tokio::test(flavor = "multi_thread")]
async fn ingresses_that_nobody_serves_and_certificates_that_do_not_do() {
    let stage = Stage::new("wtls", &chart(
        "
{{- $short := genSelfSignedCert \"a\" nil (list \"other.example\") 10 }}
{{- $long := genSelfSignedCert \"a\" nil (list \"*.good.example\") 100 }}
{apiVersion: v1, kind: Secret, metadata: {name: short}, type: kubernetes.io/tls, data: {tls.crt: {{ $short.Cert | b64enc }}, tls.key: {{ $short.Key | b64enc }}}}
---
{apiVersion: v1, kind: Secret, metadata: {name: mixed}, type: kubernetes.io/tls, data: {tls.crt: {{ $long.Cert | b64enc }}, tls.key: {{ $short.Key | b64enc }}}}
---
{apiVersion: v1, kind: Secret, metadata: {name: good}, type: kubernetes.io/tls, data: {tls.crt: {{ $long.Cert | b64enc }}, tls.key: {{ $long.Key | b64enc }}}}
---
{apiVersion: v1, kind: Secret, metadata: {name: opaque}, stringData: {tls.crt: hunter2-in-a-file, tls.key: hunter2-in-a-file}}
---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: web}, spec: {ingressClassName: nowhere-to-be-found, defaultBackend: {service: {name: x, port: {number: 80}}},
  tls: [{secretName: short, hosts: [web.example]}, {secretName: mixed, hosts: [a.good.example]}, {secretName: good, hosts: [b.good.example]}, {secretName: opaque}, {secretName: nobody-made-it}]}}
---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: old, annotations: {kubernetes.io/ingress.class: any}}, spec: {defaultBackend: {service: {name: x, port: {number: 80}}}}}
",
    )).await;
    let outcome = stage.ok("deploy");
    warned(
        &outcome.stderr,
        &[
            "Ingress/web is of class `nowhere-to-be-found`, which does not exist: nobody serves it",
            "Secret/short, in which Ingress/web has its certificate, runs out in 9 days, at ",
            "Secret/short, in which Ingress/web has its certificate, is not for web.example",
            "Secret/mixed, in which Ingress/web has its certificate, has a key that is not its certificate's",
            "Secret/opaque, in which Ingress/web has its certificate, is of type Opaque, not kubernetes.io/tls",
            "Secret/opaque, in which Ingress/web has its certificate, has no certificate in `tls.crt`",
            "Secret/nobody-made-it, in which Ingress/web has its certificate, does not exist",
            "kubectl create secret tls nobody-made-it --cert=FILE --key=FILE -n ",
        ],
    );
    for never in ["Secret/good, in", "Ingress/old is", "Ingress/old names", "other.example", "hunter2", "MII"]
    {
        assert!(!outcome.stderr.contains(never), "{never}: {outcome}");
    }
}

/// A definition without a schema, as minimal as the server takes it.
pub(crate) async fn define(stage: &Stage, group: &str, version: &str, kind: &str, scope: &str) {
    let plural = if kind.ends_with('s') {
        format!("{}es", kind.to_lowercase())
    } else {
        format!("{}s", kind.to_lowercase())
    };
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.{group}"),
            "annotations": {"api-approved.kubernetes.io": "unapproved, for a test"}},
        "spec": {"group": group, "scope": scope,
            "names": {"kind": kind, "plural": plural, "singular": kind.to_lowercase()},
            "versions": [{"name": version, "served": true, "storage": true, "subresources": {"status": {}},
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}]},
    });
    let client = stage.namespace.client().await.unwrap();
    let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    let request = http::Request::post(path).header("content-type", "application/json");
    // On a cluster that has run this before it is there.
    let _ = client.request::<Value>(request.body(definition.to_string().into_bytes()).unwrap()).await;
    longshore_testkit::eventually("the kind", Duration::from_secs(30), async || {
        let path = format!("/apis/{group}/{version}/{plural}");
        let found = client.request::<Value>(http::Request::get(path).body(Vec::new())?).await;
        Ok(found.ok().map(drop))
    })
    .await
    .unwrap();
}

/// Sets the status of an object, as its controller would.
pub(crate) async fn says(stage: &Stage, path: &str, status: &Value) {
    let client = stage.namespace.client().await.unwrap();
    let path = format!("/apis/{path}/status").replace("{ns}", stage.namespace.name());
    let request = http::Request::patch(path).header("content-type", "application/merge-patch+json");
    let body = json!({"status": status}).to_string().into_bytes();
    client.request::<Value>(request.body(body).unwrap()).await.unwrap();
}

const GATEWAY: &str = "gateway.networking.k8s.io";

/// A route that waits in vain tells the Gateway or the class that is not there; one that is served by one parent of two
/// is told after the deploy.
#[tokio::test(flavor = "multi_thread")]
async fn routes_whose_gateways_do_not_serve_them() {
    let stage = Stage::new("wgate", &chart(
        "
{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: public}, spec: {gatewayClassName: no-such-class, listeners: []}}
---
{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: web}, spec: {parentRefs: [{name: public}, {name: pubic}]}}
",
    )).await;
    for (kind, scope) in [("GatewayClass", "Cluster"), ("Gateway", "Namespaced"), ("HTTPRoute", "Namespaced")]
    {
        define(&stage, GATEWAY, "v1", kind, scope).await;
    }
    let outcome = stage.longshore("deploy --timeout 3s");
    assert_eq!(outcome.code, Some(1), "{outcome}");
    warned(
        &outcome.stderr,
        &[
            "0 of 2 ready after 3 s: Gateway/public: GatewayClass/no-such-class does not exist",
            "name a class that exists (`kubectl get gatewayclass`)",
            "HTTPRoute/web: Gateway/public does not serve it: GatewayClass/no-such-class does not exist",
        ],
    );
    // Its controller comes, and serves one parent.
    let base = format!("{GATEWAY}/v1/namespaces/{{ns}}");
    let accepted = |kind: &str, status: &str, reason: &str| json!({"type": kind, "status": status, "reason": reason, "message": "", "observedGeneration": 1});
    let fine =
        json!([accepted("Accepted", "True", "Accepted"), accepted("Programmed", "True", "Programmed")]);
    says(&stage, &format!("{base}/gateways/public"), &json!({"conditions": fine})).await;
    let class = json!({"apiVersion": format!("{GATEWAY}/v1"), "kind": "GatewayClass", "metadata": {"name": stage.namespace.name()},
        "spec": {"controllerName": "x.io/c"}});
    stage.make(&format!("apis/{GATEWAY}/v1/gatewayclasses"), &class).await;
    let spec = |parents: &Value| json!({"parents": parents});
    let taken = json!([{"parentRef": {"name": "public"}, "controllerName": "x.io/c", "conditions": [accepted("Accepted", "True", "Accepted")]}]);
    says(&stage, &format!("{base}/httproutes/web"), &spec(&taken)).await;
    let template = stage.project.read("web/templates/all.yaml").unwrap();
    let template = template.replace("no-such-class", stage.namespace.name());
    stage.project.write("web/templates/all.yaml", &template).unwrap();
    // The generation has moved on, which a controller would note.
    let deploy = stage.start("deploy --timeout 60s");
    let seen = longshore_testkit::eventually("the change", Duration::from_secs(30), async || {
        let client = stage.namespace.client().await?;
        let path = format!("/apis/{base}/gateways/public").replace("{ns}", stage.namespace.name());
        let live: Value = client.request(http::Request::get(path).body(Vec::new())?).await?;
        Ok((live["metadata"]["generation"] == 2).then_some(live))
    });
    seen.await.unwrap();
    let mut newer = fine.clone();
    for condition in newer.as_array_mut().unwrap() {
        condition["observedGeneration"] = json!(2);
    }
    says(&stage, &format!("{base}/gateways/public"), &json!({"conditions": newer})).await;
    let outcome = deploy.finish().unwrap();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    warned(
        &outcome.stderr,
        &[
            "HTTPRoute/web: Gateway/pubic does not exist; did you mean `public`?",
            &format!(
                "Gateway/public: GatewayClass/{}: no controller `x.io/c` has taken it",
                stage.namespace.name()
            ),
        ],
    );
}

/// What cert-manager says of the last step that it has come to is the cause, with the way there.
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_not_issued_tells_its_challenge() {
    let stage = Stage::new("wissue", &chart(
        "
{apiVersion: cert-manager.io/v1, kind: Certificate, metadata: {name: web}, spec: {secretName: web-tls, dnsNames: [web.example], issuerRef: {name: letsencrypt}}}
",
    )).await;
    for (group, kind) in [
        ("cert-manager.io", "Issuer"),
        ("cert-manager.io", "Certificate"),
        ("cert-manager.io", "CertificateRequest"),
        ("acme.cert-manager.io", "Order"),
        ("acme.cert-manager.io", "Challenge"),
    ] {
        define(&stage, group, "v1", kind, "Namespaced").await;
    }
    let outcome = stage.longshore("deploy --timeout 3s");
    warned(
        &outcome.stderr,
        &["Certificate/web: the certificate is not issued: Issuer/letsencrypt does not exist"],
    );
    // The issuer comes, and cert-manager goes on as far as the challenge.
    let base = "cert-manager.io/v1/namespaces/{ns}";
    let made = |api: &str, kind: &str, name: &str, owner: Option<&Value>, spec: &Value| {
        let owners = owner.map(|owner| {
            json!([{"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": owner["metadata"]["name"],
                "uid": owner["metadata"]["uid"], "controller": true}])
        });
        json!({"apiVersion": format!("{api}/v1"), "kind": kind, "metadata": {"name": name, "ownerReferences": owners}, "spec": spec})
    };
    let none = json!({});
    stage
        .make(&format!("apis/{base}/issuers"), &made("cert-manager.io", "Issuer", "letsencrypt", None, &none))
        .await;
    let ready = |status: &str, message: &str| json!({"conditions": [{"type": "Ready", "status": status, "reason": "R", "message": message}]});
    says(&stage, &format!("{base}/issuers/letsencrypt"), &ready("True", "")).await;
    says(
        &stage,
        &format!("{base}/certificates/web"),
        &ready("False", "Issuing certificate as Secret does not exist"),
    )
    .await;
    let client = stage.namespace.client().await.unwrap();
    let path = format!("/apis/{base}/certificates/web").replace("{ns}", stage.namespace.name());
    let certificate: Value =
        client.request(http::Request::get(path).body(Vec::new()).unwrap()).await.unwrap();
    let request = made("cert-manager.io", "CertificateRequest", "web-1", Some(&certificate), &none);
    let request = stage.make(&format!("apis/{base}/certificaterequests"), &request).await;
    says(&stage, &format!("{base}/certificaterequests/web-1"), &ready("False", "Waiting on order")).await;
    let acme = "acme.cert-manager.io/v1/namespaces/{ns}";
    let order = made("acme.cert-manager.io", "Order", "web-1-7", Some(&request), &none);
    let order = stage.make(&format!("apis/{acme}/orders"), &order).await;
    says(&stage, &format!("{acme}/orders/web-1-7"), &json!({"state": "pending"})).await;
    let spec = json!({"type": "HTTP-01", "dnsName": "web.example"});
    let challenge = made("acme.cert-manager.io", "Challenge", "web-1-7-9", Some(&order), &spec);
    stage.make(&format!("apis/{acme}/challenges"), &challenge).await;
    let reason = "Waiting for HTTP-01 challenge propagation: wrong status code '404', expected '200'";
    says(&stage, &format!("{acme}/challenges/web-1-7-9"), &json!({"state": "pending", "reason": reason}))
        .await;
    let outcome = stage.longshore("deploy --timeout 3s");
    assert_eq!(outcome.code, Some(1), "{outcome}");
    warned(
        &outcome.stderr,
        &[
            &format!("Certificate/web: the certificate is not issued: {reason}"),
            "Certificate/web ← CertificateRequest/web-1 ← Order/web-1-7 ← Challenge/web-1-7-9",
            "`http://web.example/.well-known/acme-challenge/` must lead here from outside",
        ],
    );
}
