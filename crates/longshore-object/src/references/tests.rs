//! References read from each kind that names others.

use longshore_diag::Place;
use serde_json::{Value as Json, json};

use super::{Relation, keys_read, references};
use crate::Object;

fn object(json: Json) -> Object {
    Object::from_json(json, Place::file("t.yaml")).unwrap()
}

/// `relation target field` of each reference; optional ones with a `?`.
fn shown(json: Json) -> Vec<String> {
    references(&object(json))
        .iter()
        .map(|r| {
            let mark = if r.optional { "?" } else { "" };
            format!("{:?} {:#}{mark} {}", r.relation, r.target, r.field)
        })
        .collect()
}

#[test]
fn a_pod_names_what_it_reads() {
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"},
        "spec": {"template": {"spec": {
            "serviceAccountName": "runner",
            "priorityClassName": "high",
            "imagePullSecrets": [{"name": "pull"}],
            "volumes": [
                {"name": "a", "configMap": {"name": "conf"}},
                {"name": "b", "secret": {"secretName": "cert", "optional": true}},
                {"name": "c", "persistentVolumeClaim": {"claimName": "data"}},
                {"name": "d", "projected": {"sources": [{"secret": {"name": "p"}}]}},
                {"name": "e", "emptyDir": {}},
            ],
            "initContainers": [{"name": "i", "envFrom": [{"configMapRef": {"name": "init"}}]}],
            "containers": [{"name": "c", "env": [
                {"name": "A", "value": "x"},
                {"name": "B", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}},
            ]}],
        }}},
    });
    let base = "/spec/template/spec";
    assert_eq!(
        shown(deployment.clone()),
        [
            format!("RunsAs ServiceAccount/runner {base}/serviceAccountName"),
            format!("Class PriorityClass/high {base}/priorityClassName"),
            format!("Mounts Secret/pull {base}/imagePullSecrets/0/name"),
            format!("Mounts ConfigMap/conf {base}/volumes/0/configMap/name"),
            format!("Mounts Secret/cert? {base}/volumes/1/secret/secretName"),
            format!("Mounts PersistentVolumeClaim/data {base}/volumes/2/persistentVolumeClaim/claimName"),
            format!("Mounts Secret/p {base}/volumes/3/projected/sources/0/secret/name"),
            format!("Mounts ConfigMap/init {base}/initContainers/0/envFrom/0/configMapRef/name"),
            format!("Mounts Secret/db {base}/containers/0/env/1/valueFrom/secretKeyRef/name"),
        ]
    );
    assert_eq!(
        keys_read(&object(deployment)),
        [(
            "Secret",
            "db".to_owned(),
            "password".to_owned(),
            format!("{base}/containers/0/env/1/valueFrom/secretKeyRef/key")
        )]
    );
}

#[test]
fn routes_name_their_backends_in_every_version() {
    let new = json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "i"},
        "spec": {"ingressClassName": "nginx", "tls": [{"secretName": "t"}], "rules": [{"http": {"paths": [
            {"backend": {"service": {"name": "web"}}}]}}]},
    });
    assert_eq!(
        shown(new),
        [
            "Class IngressClass/nginx /spec/ingressClassName",
            "Certificate Secret/t /spec/tls/0/secretName",
            "Backend Service/web /spec/rules/0/http/paths/0/backend/service/name",
        ]
    );
    let old = json!({
        "apiVersion": "networking.k8s.io/v1beta1", "kind": "Ingress", "metadata": {"name": "i"},
        "spec": {"backend": {"serviceName": "web"}},
    });
    assert_eq!(shown(old), ["Backend Service/web /spec/backend/serviceName"]);
    let route = json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "r"},
        "spec": {"parentRefs": [{"name": "gw", "namespace": "edge"}],
                 "rules": [{"backendRefs": [{"name": "web"}, {"name": "x", "kind": "Bucket", "group": "g.io"}]}]},
    });
    assert_eq!(
        shown(route),
        [
            "Attaches Gateway/gw in edge /spec/parentRefs/0/name",
            "Backend Service/web /spec/rules/0/backendRefs/0/name",
            "Backend Bucket/x /spec/rules/0/backendRefs/1/name",
        ]
    );
}

#[test]
fn bindings_scalers_and_webhooks_name_theirs() {
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": "b"},
        "roleRef": {"kind": "ClusterRole", "name": "view"},
        "subjects": [{"kind": "User", "name": "u"}, {"kind": "ServiceAccount", "name": "s", "namespace": "n"}],
    });
    assert_eq!(
        shown(binding),
        ["Grants ClusterRole/view /roleRef/name", "Subject ServiceAccount/s in n /subjects/1/name"]
    );
    let hpa = json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h"},
        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "db"}},
    });
    let found = references(&object(hpa));
    assert_eq!((found[0].relation, found[0].target.group.as_str()), (Relation::Scales, "apps"));
    let hook = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "w"},
        "webhooks": [{"clientConfig": {"service": {"name": "s", "namespace": "n"}}}, {"clientConfig": {"url": "x"}}],
    });
    assert_eq!(shown(hook), ["Backend Service/s in n /webhooks/0/clientConfig/service/name"]);
}

#[test]
fn odd_shapes_name_nothing() {
    for spec in [json!(null), json!("x"), json!({"template": {"spec": {"containers": "x", "volumes": [1]}}})]
    {
        let odd =
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": spec});
        assert_eq!(shown(odd), Vec::<String>::new());
    }
}
