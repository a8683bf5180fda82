//! What each refusal is taken for, and what people read.

use std::sync::Arc;

use longshore_diag::{Diagnostic, Place};
use longshore_object::{Gvk, Object};
use serde_json::{Value as Json, json};

use super::{Error, Refusal, Subject, Unauthorized};
use crate::endpoint::{Credential, Endpoint};
use crate::status::Status;
use crate::transport::{ConnectError, ConnectProblem, Failure};

fn endpoint() -> Arc<Endpoint> {
    Arc::new(Endpoint {
        context: Some("staging".to_owned()),
        file: Some("/home/jane/.kube/config".into()),
        user: Some("jane".to_owned()),
        ..Endpoint::bare("https://10.0.0.1:6443")
    })
}

fn object() -> Object {
    let json = json!({"apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "a"}, "spec": {"replicas": 1}});
    Object::from_json(json, Place::new("web.yaml", 12, 1)).unwrap()
}

/// The error for a status on applying the object.
fn refused(code: u16, reason: &str, message: &str, details: &Json) -> Error {
    let body =
        json!({"kind": "Status", "code": code, "reason": reason, "message": message, "details": details});
    let status = Status::of_body(code, body.to_string().as_bytes());
    let failure = Failure::Status { status: Box::new(status), attempts: 1, after_doubt: false };
    let object = object();
    let at = Subject::object("apply", object.key()).at(object.place().clone());
    Error::of(failure, at, &endpoint(), Some(&object))
}

#[test]
fn what_the_server_cannot_decode_is_the_objects_fault() {
    let message = "failed to convert new object (a/web; apps/v1, Kind=Deployment) to proper version: unable to convert \
        unstructured object to apps/v1, Kind=Deployment: quantities must match the regular expression '^([+-]?[0-9.]+)$'";
    let diagnostic = refused(500, "", message, &json!({})).diagnostic();
    assert_eq!(diagnostic.code, "cluster/invalid");
    let note = diagnostic.notes.first().map(String::as_str).unwrap_or_default();
    assert!(
        note.ends_with(": object: quantities must match the regular expression '^([+-]?[0-9.]+)$'"),
        "{note}"
    );
}

#[test]
fn forbidden_is_many_things() {
    let check = |message: &str, told: &str, code: &str| {
        let diagnostic = refused(403, "Forbidden", message, &json!({})).diagnostic();
        assert_eq!((diagnostic.message.as_str(), diagnostic.code), (told, code));
        assert_eq!(diagnostic.place.as_ref().map(|place| place.line), Some(12));
    };
    check(
        r#"deployments.apps "web" is forbidden: User "jane" cannot patch resource "deployments" in API group "apps" in the namespace "a""#,
        "apply Deployment/web in a: user `jane` may not patch deployments.apps in namespace `a`",
        "cluster/forbidden",
    );
    check(
        r#"nodes is forbidden: User "system:serviceaccount:a:b" cannot list resource "nodes" in API group "" at the cluster scope"#,
        "apply Deployment/web in a: user `system:serviceaccount:a:b` may not list nodes in the whole cluster",
        "cluster/forbidden",
    );
    check(
        r#"pods "a" is forbidden: User "jane" cannot get resource "pods/log" in API group "metrics.k8s.io" in the namespace "a""#,
        "apply Deployment/web in a: user `jane` may not get pods.metrics.k8s.io/log in namespace `a`",
        "cluster/forbidden",
    );
    check(
        r#"pods "web-1" is forbidden: exceeded quota: small, requested: pods=1, used: pods=3, limited: pods=3"#,
        "apply Deployment/web in a: quota `small` exceeded: requested: pods=1, used: pods=3, limited: pods=3",
        "cluster/quota",
    );
    check(
        r#"admission webhook "policy.example.com" denied the request: no `latest` tags"#,
        "apply Deployment/web in a: refused by admission webhook `policy.example.com`: no `latest` tags",
        "cluster/denied",
    );
    check(
        r#"pods "x" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true"#,
        r#"apply Deployment/web in a: refused by Pod Security: violates PodSecurity "restricted:latest": runAsNonRoot != true"#,
        "cluster/denied",
    );
    check(
        r#"pods "x" is forbidden: maximum cpu usage per Container is 1, but limit is 2"#,
        r#"apply Deployment/web in a: refused by an admission check: pods "x" is forbidden: maximum cpu usage per Container is 1, but limit is 2"#,
        "cluster/denied",
    );
}

#[test]
fn a_policy_of_the_server_and_a_webhook_that_is_down_are_told_apart() {
    let error = refused(
        422,
        "Invalid",
        r#"deployments.apps "web" is forbidden: ValidatingAdmissionPolicy 'replicas' with binding 'all' denied request: too few"#,
        &json!({}),
    );
    let by = Refusal::Denied {
        by: Some("ValidatingAdmissionPolicy `replicas`".to_owned()),
        message: "too few".to_owned(),
    };
    assert_eq!(error.refusal(), Some(&by));
    let error = refused(
        500,
        "InternalError",
        r#"Internal error occurred: failed calling webhook "w.example.com": failed to call webhook: Post "https://w.a.svc:443/": connection refused"#,
        &json!({}),
    );
    assert_eq!(
        error.to_string(),
        "apply Deployment/web in a: admission webhook `w.example.com` cannot be called"
    );
}

#[test]
fn a_conflict_names_field_owner_and_line() {
    let cause = |field: &str, message: &str| json!({"reason": "FieldManagerConflict", "field": field, "message": message});
    let details = json!({"causes": [
        cause(".spec.replicas", r#"conflict with "kube-controller-manager" with subresource "scale" using apps/v1 at 2026-01-01T00:00:00Z"#),
        cause(".spec.paused", r#"conflict with "flux""#),
    ]});
    let error = refused(409, "Conflict", "Apply failed with 2 conflicts", &details);
    let found: Vec<_> = error
        .conflicts()
        .iter()
        .map(|c| (&*c.field, &*c.manager, &*c.operation, c.subresource.as_deref()))
        .collect();
    let expected = [
        ("spec.replicas", "kube-controller-manager", "Update", Some("scale")),
        ("spec.paused", "flux", "Apply", None),
    ];
    assert_eq!(found, expected);
    let told = error.diagnostic();
    assert_eq!(told.message, "apply Deployment/web in a: 2 fields are owned by others");
    assert_eq!(told.notes[0], "spec.replicas: owned by kube-controller-manager (through `scale`)");
}

#[test]
fn reasons_and_codes_are_told_apart() {
    let check = |code, reason: &str, details: Json, expected: Refusal| {
        let error = refused(code, reason, "words", &details);
        assert_eq!(error.refusal(), Some(&expected), "{code} {reason}");
    };
    check(404, "NotFound", json!({"kind": "deployments"}), Refusal::NotFound);
    let namespace = "a".to_owned();
    let missing = Refusal::NamespaceMissing { namespace: namespace.clone() };
    check(404, "NotFound", json!({"kind": "namespaces", "name": "a"}), missing);
    let terminating = json!({"causes": [{"reason": "NamespaceTerminating"}]});
    check(403, "Forbidden", terminating, Refusal::NamespaceTerminating { namespace });
    check(409, "AlreadyExists", json!({}), Refusal::AlreadyExists);
    check(409, "Conflict", json!({}), Refusal::Stale);
    check(413, "RequestEntityTooLarge", json!({}), Refusal::TooLarge);
    check(429, "TooManyRequests", json!({}), Refusal::Busy);
    check(504, "Timeout", json!({}), Refusal::ServerFailed { code: 504 });
    check(405, "MethodNotAllowed", json!({}), Refusal::Other { code: 405 });
    let error = refused(500, "", "etcdserver: request is too large", &json!({}));
    assert_eq!(error.refusal(), Some(&Refusal::TooLarge));
}

#[test]
fn a_strict_server_names_its_fields() {
    let error = refused(
        400,
        "BadRequest",
        r#"Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: duplicate field "spec.replicas", unknown field "spec.foo""#,
        &json!({}),
    );
    let Some(Refusal::Invalid { fields }) = error.refusal() else { panic!("{error:?}") };
    let found: Vec<_> = fields.iter().map(|f| (f.field.as_str(), f.message.as_str())).collect();
    assert_eq!(found, [("spec.replicas", "field given twice"), ("spec.foo", "unknown field")]);
}

#[test]
fn a_401_is_explained_by_the_credential() {
    let now: jiff::Timestamp = "2026-06-01T00:00:00Z".parse().unwrap();
    let year = |year: i16| format!("{year}-01-01T00:00:00Z").parse::<jiff::Timestamp>().unwrap();
    let certificate = |from, until| Credential::Certificate {
        subject: "CN=jane".to_owned(),
        validity: (year(from), year(until)),
    };
    let check = |credential: &Credential, why: Unauthorized| {
        assert_eq!(Unauthorized::of(credential, now), why);
    };
    check(&certificate(2020, 2025), Unauthorized::Expired { since: year(2025) });
    check(&certificate(2027, 2030), Unauthorized::Early { from: year(2027) });
    check(&certificate(2020, 2030), Unauthorized::Rejected);
    check(&Credential::Token { expires: Some(year(2025)) }, Unauthorized::Expired { since: year(2025) });
    check(&Credential::Token { expires: None }, Unauthorized::Rejected);
    check(&Credential::None, Unauthorized::Missing);
}

#[test]
fn every_way_not_to_connect_has_a_code_and_a_next_step() {
    let message = || "words".to_owned();
    let told = |problem: ConnectProblem| -> Diagnostic {
        let error = Box::new(ConnectError { problem, attempts: 1 });
        Error::Connection { endpoint: endpoint(), error }.into()
    };
    let mut codes = std::collections::BTreeSet::new();
    for problem in [
        ConnectProblem::Refused,
        ConnectProblem::ConnectTimeout,
        ConnectProblem::UnknownHost { message: message() },
        ConnectProblem::Unreachable { message: message() },
        ConnectProblem::Untrusted { message: message() },
        ConnectProblem::Tls { message: message() },
        ConnectProblem::Reset,
        ConnectProblem::NoAnswer { after: std::time::Duration::from_secs(9) },
        ConnectProblem::Plugin { message: message(), missing: true },
        ConnectProblem::Credentials { message: message() },
        ConnectProblem::Proxy { message: message() },
        ConnectProblem::Other { message: message() },
    ] {
        let told = told(problem);
        assert!(told.hint.is_some(), "{told}");
        assert!(codes.insert(told.code), "{told}");
        let facts =
            ["server: https://10.0.0.1:6443", "context: staging", "kubeconfig: /home/jane/.kube/config"];
        assert_eq!(told.notes, facts);
    }
}

#[test]
fn an_unknown_kind_says_where_it_is() {
    let gvk = Gvk::new("extensions/v1beta1", "Ingress");
    let unknown = super::UnknownKind {
        at: Subject::many("look up", &gvk, None),
        gvk,
        elsewhere: vec!["networking.k8s.io/v1".to_owned()],
        nearest: None,
        unavailable: Vec::new(),
    };
    let told = Error::UnknownKind(Box::new(unknown)).diagnostic();
    assert_eq!(told.message, "look up: the cluster has no kind `Ingress` in `extensions/v1beta1`");
    assert_eq!(told.hint.as_deref(), Some("the cluster has `Ingress` in networking.k8s.io/v1"));
}
