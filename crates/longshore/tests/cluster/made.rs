//! Secrets that controllers make: what makes them is waited for, goes first, and is told when they do not come.

use serde_json::{Value, json};

use crate::Stage;
use crate::routed::{define, says, warned};

const SHOP: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: shop
    environments: {dev: {}}
    defaultEnvironment: dev
    wait: {grace: {settle: 0s, other: 1s}}
    releases:
      base: {manifests: base.yaml}
      web: {manifests: web.yaml, needs: base}
    //- base.yaml
    apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata: {name: login}
    spec:
      secretStoreRef: {name: vault, kind: SecretStore}
      target: {name: db}
      data: [{secretKey: password, remoteRef: {key: shop/db}}]
    //- web.yaml
    {apiVersion: v1, kind: ConfigMap, metadata: {name: web}}
    ";

const EXTERNAL: &str = "external-secrets.io/v1/namespaces/{ns}";

async fn external_secrets(stage: &Stage) {
    for kind in ["ExternalSecret", "SecretStore"] {
        define(stage, "external-secrets.io", "v1", kind, "Namespaced").await;
    }
}

fn ready(status: &str, message: &str) -> Value {
    json!({"conditions": [{"type": "Ready", "status": status, "reason": "R", "message": message}]})
}

/// A store that is not there, one that nobody looks at, one that does not answer, and a key that it does not have: each
/// is told where the ExternalSecret alone would say that it is not ready. What comes after it is not deployed.
#[tokio::test(flavor = "multi_thread")]
async fn an_external_secret_tells_what_it_hangs_on() {
    let stage = Stage::new("made", SHOP).await;
    external_secrets(&stage).await;
    let store = |name: &str| json!({"apiVersion": "external-secrets.io/v1", "kind": "SecretStore", "metadata": {"name": name}, "spec": {}});
    stage.make(&format!("apis/{EXTERNAL}/secretstores"), &store("vualt")).await;
    let failed = |expected: &[&str]| {
        let outcome = stage.longshore("deploy --timeout 3s");
        assert_eq!(outcome.code, Some(1), "{outcome}");
        warned(&outcome.stderr, expected);
        assert!(!outcome.stdout.contains("ConfigMap/web"), "{outcome}");
    };
    failed(&[
        "ExternalSecret/login: SecretStore/vault does not exist; did you mean `vualt`?",
        "correct `secretStoreRef`",
    ]);
    stage.make(&format!("apis/{EXTERNAL}/secretstores"), &store("vault")).await;
    failed(&[
        "ExternalSecret/login: SecretStore/vault is not ready: External Secrets has not looked at it",
        "kubectl get pods -A -l app.kubernetes.io/name=external-secrets",
        "ExternalSecret/login ← SecretStore/vault",
    ]);
    says(
        &stage,
        &format!("{EXTERNAL}/secretstores/vault"),
        &ready("False", "could not validate provider: 503"),
    )
    .await;
    failed(&["SecretStore/vault is not ready: could not validate provider: 503", "look at its provider"]);
    says(&stage, &format!("{EXTERNAL}/secretstores/vault"), &ready("True", "store validated")).await;
    failed(&["ExternalSecret/login: External Secrets has not looked at it"]);
    let generic = "could not get secret data from provider";
    says(&stage, &format!("{EXTERNAL}/externalsecrets/login"), &ready("False", generic)).await;
    failed(&[&format!("ExternalSecret/login: {generic}"), "look at its events"]);
    let live = stage.live("apis/external-secrets.io/v1", "externalsecrets", "login").await.unwrap();
    let words = "error processing spec.data[0] (key: shop/db), err: Secret does not exist";
    let event = json!({"apiVersion": "v1", "kind": "Event", "type": "Warning", "reason": "UpdateFailed", "message": words,
        "metadata": {"name": "login.1"}, "lastTimestamp": "2026-01-01T00:00:00Z",
        "involvedObject": {"kind": "ExternalSecret", "name": "login", "namespace": stage.namespace.name(), "uid": live["metadata"]["uid"]}});
    stage.make("api/v1/namespaces/{ns}/events", &event).await;
    failed(&[
        &format!("ExternalSecret/login: {words}"),
        "put `shop/db` into the store, or correct its name here",
    ]);
    says(&stage, &format!("{EXTERNAL}/externalsecrets/login"), &ready("True", "secret synced")).await;
    stage.ok("deploy --timeout 60s");
    assert!(stage.live("api/v1", "configmaps", "web").await.is_some());
}

/// A Secret that does not come is not "forgotten": the pod that reads it is a consequence of what makes it, in the same
/// release and in another one.
#[tokio::test(flavor = "multi_thread")]
async fn a_pod_without_its_secret_tells_what_makes_it() {
    let stage = Stage::new("mademiss", SHOP).await;
    external_secrets(&stage).await;
    define(&stage, "bitnami.com", "v1alpha1", "SealedSecret", "Namespaced").await;
    let sealed = "bitnami.com/v1alpha1/namespaces/{ns}";
    let pod = |secret: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec:\n  selector: {{matchLabels: {{app: web}}}}\n  template:\n    metadata: {{labels: {{app: web}}, annotations: {{longshore.dev/kwok: config-error, longshore.dev/kwok-message: 'secret \"{secret}\" not found'}}}}\n    spec: {{containers: [{{name: main, image: example.com/web:v1, envFrom: [{{secretRef: {{name: {secret}}}}}]}}]}}\n"
        )
    };
    let maker = "---\n{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, metadata: {name: token}, spec: {encryptedData: {token: AgB}}}\n";
    stage.project.write("web.yaml", &format!("{}{maker}", pod("token"))).unwrap();
    // It needs nothing that is not ready.
    let text = stage.project.read("longshore.yaml").unwrap().replace(", needs: base", "");
    stage.project.write("longshore.yaml", &text).unwrap();
    let failed = |expected: &[&str]| {
        let outcome = stage.longshore("deploy --only web --yes --timeout 20s");
        assert_eq!(outcome.code, Some(1), "{outcome}");
        warned(&outcome.stderr, expected);
        assert!(!outcome.stderr.contains("is not in this release"), "{outcome}");
    };
    failed(&[
        "the controller of Sealed Secrets has not looked at it",
        "kubectl get pods -A -l app.kubernetes.io/name=sealed-secrets",
        "SealedSecret/token",
    ]);
    let broken = json!({"observedGeneration": 1, "conditions": [{"type": "Synced", "status": "False", "message": "no key could decrypt secret (token)"}]});
    says(&stage, &format!("{sealed}/sealedsecrets/token"), &broken).await;
    failed(&["no key could decrypt secret (token)", "seal it again with `kubeseal`", "Deployment/web"]);
    // The same of a release that is not deployed now.
    let done = json!({"observedGeneration": 1, "conditions": [{"type": "Synced", "status": "True"}]});
    says(&stage, &format!("{sealed}/sealedsecrets/token"), &done).await;
    let external = json!({"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": {"name": "login"},
        "spec": {"secretStoreRef": {"name": "vault", "kind": "SecretStore"}, "target": {"name": "db"}}});
    stage.make(&format!("apis/{EXTERNAL}/externalsecrets"), &external).await;
    stage.project.write("web.yaml", &format!("{}{maker}", pod("db"))).unwrap();
    failed(&[
        "Secret/db does not exist: ExternalSecret/login, of which it is made: SecretStore/vault does not exist",
        "Secret/db ← ExternalSecret/login",
        "correct `secretStoreRef`",
    ]);
}

/// Kinds of a program that is not installed.
#[tokio::test(flavor = "multi_thread")]
async fn a_kind_that_is_not_there_names_its_program() {
    let shop = SHOP
        .replace("external-secrets.io/v1", "secrets.hashicorp.com/v1beta1")
        .replace("kind: ExternalSecret", "kind: VaultStaticSecret");
    let stage = Stage::new("madeno", &shop).await;
    let outcome = stage.longshore("deploy --timeout 3s");
    assert_eq!(outcome.code, Some(1), "{outcome}");
    warned(&outcome.stderr, &["VaultStaticSecret", "the Vault Secrets Operator usually brings it"]);
    assert!(stage.live("api/v1", "configmaps", "web").await.is_none());
}
