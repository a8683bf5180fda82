//! What goes before what, and that the order is total and stable.

use longshore_diag::Place;
use serde_json::{Value as Json, json};

use super::{Graph, NEEDS, mistaken_needs, waves};
use crate::Object;

fn objects(all: &[Json]) -> Vec<Object> {
    all.iter().map(|json| Object::from_json(json.clone(), Place::file("t.yaml")).unwrap()).collect()
}

fn simple(api_version: &str, kind: &str, name: &str) -> Json {
    json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name}})
}

/// The waves as text, one line each.
fn shown(all: &[Json]) -> Vec<String> {
    let objects = objects(all);
    waves(&objects, "app")
        .iter()
        .map(|wave| {
            let keys: Vec<String> = wave.iter().map(|i| objects[*i].key().to_string()).collect();
            keys.join(" ")
        })
        .collect()
}

fn platform() -> Vec<Json> {
    vec![
        json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration", "metadata": {"name": "hook"}}),
        json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "edge"},
               "spec": {"defaultBackend": {"service": {"name": "web"}}}}),
        json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"},
               "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}}}),
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
               "spec": {"template": {"spec": {"serviceAccountName": "runner",
                   "containers": [{"envFrom": [{"configMapRef": {"name": "conf"}}, {"secretRef": {"name": "elsewhere"}}]}]}}}}),
        simple("v1", "Service", "web"),
        simple("v1", "ConfigMap", "conf"),
        simple("v1", "ServiceAccount", "runner"),
        json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": "bind"},
               "roleRef": {"kind": "Role", "name": "role"}, "subjects": [{"kind": "ServiceAccount", "name": "runner"}]}),
        simple("rbac.authorization.k8s.io/v1", "Role", "role"),
        json!({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}}),
        json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "widgets.example.com"},
               "spec": {"group": "example.com", "names": {"kind": "Widget"}}}),
        simple("v1", "Namespace", "app"),
        simple("networking.k8s.io/v1", "NetworkPolicy", "deny"),
    ]
}

#[test]
fn needs_come_first() {
    assert_eq!(
        shown(&platform()),
        [
            "Namespace/app CustomResourceDefinition/widgets.example.com",
            "NetworkPolicy/deny ServiceAccount/runner ConfigMap/conf Role/role Service/web Widget/w",
            "RoleBinding/bind Ingress/edge",
            "Deployment/web",
            "HorizontalPodAutoscaler/web",
            "ValidatingWebhookConfiguration/hook",
        ]
    );
}

#[test]
fn the_order_of_the_set_does_not_matter() {
    let mut turned = platform();
    let straight = shown(&turned);
    for _ in 0..turned.len() {
        turned.rotate_left(1);
        assert_eq!(shown(&turned), straight);
    }
}

#[test]
fn a_circle_is_entered_and_left() {
    let circle = [
        json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "ARoute", "metadata": {"name": "a"},
               "spec": {"parentRefs": [{"kind": "BRoute", "name": "b"}]}}),
        json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "BRoute", "metadata": {"name": "b"},
               "spec": {"parentRefs": [{"kind": "ARoute", "name": "a"}]}}),
        simple("v1", "Service", "s"),
    ];
    assert_eq!(shown(&circle), ["Service/s", "ARoute/a", "BRoute/b"]);
    assert_eq!(shown(&[]), Vec::<String>::new());
}

#[test]
fn an_annotation_makes_an_order_and_a_wait() {
    let all = objects(&[
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "last", "annotations": {NEEDS: "Service/first"}}}),
        simple("v1", "Service", "first"),
        simple("v1", "Secret", "any"),
    ]);
    assert_eq!(mistaken_needs(&all, "app"), []);
    let mut graph = Graph::of(&all, "app");
    assert_eq!(graph.first(), [2, 1]);
    assert!(graph.is_awaited(1) && !graph.is_awaited(2));
    assert_eq!(graph.done(2), [0; 0]);
    assert_eq!(graph.done(1), [0]);

    let wrong = objects(&[
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "annotations": {NEEDS: "Service/none"}}}),
    ]);
    assert_eq!(mistaken_needs(&wrong, "app").len(), 1);
    assert_eq!(waves(&wrong, "app"), [[0]]);
}

#[test]
fn a_graph_gives_everything_once_even_in_a_circle() {
    let needing = |name: &str, needs: &str| json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "annotations": {NEEDS: needs}}});
    let all = objects(&[
        needing("a", "Secret/b"),
        needing("b", "Secret/c"),
        needing("c", "Secret/a"),
        needing("d", "Secret/c"),
    ]);
    let mut graph = Graph::of(&all, "app");
    let (mut given, mut open) = (Vec::new(), graph.first());
    // A circle has no first object: it is entered where the waves enter it.
    while let Some(next) = open.pop() {
        given.push(next);
        open.extend(graph.done(next));
    }
    given.sort_unstable();
    assert_eq!(given, [0, 1, 2, 3]);
}

/// What makes a Secret goes before who reads it, and after the store that it names.
#[test]
fn makers_of_secrets_go_before_their_readers() {
    let reader = |name: &str, secret: &str| {
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name},
            "spec": {"containers": [{"envFrom": [{"secretRef": {"name": secret}}]}]}})
    };
    let external = json!({"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": {"name": "login"},
        "spec": {"secretStoreRef": {"name": "vault", "kind": "SecretStore"}, "target": {"name": "db"}}});
    let shared = json!({"apiVersion": "external-secrets.io/v1", "kind": "ClusterExternalSecret", "metadata": {"name": "shared"},
        "spec": {"externalSecretSpec": {"secretStoreRef": {"name": "all", "kind": "ClusterSecretStore"}}}});
    let class = json!({"apiVersion": "secrets-store.csi.x-k8s.io/v1", "kind": "SecretProviderClass", "metadata": {"name": "akv"},
        "spec": {"secretObjects": []}});
    let mounted = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "mounts"},
        "spec": {"volumes": [{"csi": {"driver": "secrets-store.csi.k8s.io", "volumeAttributes": {"secretProviderClass": "akv"}}}]}});
    let all = [
        reader("a", "db"),
        reader("b", "sealed"),
        reader("c", "shared"),
        reader("d", "login"),
        external,
        shared,
        class,
        mounted,
        simple("bitnami.com/v1alpha1", "SealedSecret", "sealed"),
        simple("external-secrets.io/v1", "SecretStore", "vault"),
        simple("external-secrets.io/v1", "ClusterSecretStore", "all"),
    ];
    assert_eq!(
        shown(&all),
        [
            "Pod/d SealedSecret/sealed ClusterSecretStore/all SecretStore/vault SecretProviderClass/akv",
            "Pod/b Pod/mounts ClusterExternalSecret/shared ExternalSecret/login",
            "Pod/a Pod/c",
        ]
    );
}
