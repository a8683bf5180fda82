//! BC18: when the cluster's DNS is down, it is the cause, and not the name that a container cannot look up.

use std::time::Duration;

use longshore_testkit::eventually;
use serde_json::{Value, json};

use crate::Stage;

const PATIENCE: Duration = Duration::from_mins(5);

const WEB: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: shop
    environments: {dev: {}}
    defaultEnvironment: dev
    releases: {web: {manifests: web.yaml}}
    //- web.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          terminationGracePeriodSeconds: 0
          containers:
            - name: main
              image: longshore.test/busybox:1
              command: [wget, -q, -O, '-', 'http://redis-mastr/']
    ---
    {apiVersion: v1, kind: Service, metadata: {name: redis-master}, spec: {selector: {app: redis}, ports: [{port: 80}]}}
    ";

/// BC18.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real node: cargo xtask e2e"]
async fn a_dns_that_is_down_is_the_cause() {
    let _alone = crate::alone().await;
    let stage = Stage::new("dns-down", WEB).await;
    let down = scale(&stage, 0).await;
    // A look-up that nobody answers takes longer on a busy machine than a container is looked at usually.
    let outcome = stage.longshore("deploy --timeout 3m --grace restarts=1 --grace settle=2m");
    // Whatever was said, the others want it back.
    scale(&stage, 1).await.unwrap();
    down.unwrap();
    assert_eq!(outcome.code, Some(1), "{outcome}");
    for words in [
        "the cluster's DNS does not answer: Service kube-system/kube-dns has no ready endpoint, Deployment/coredns is scaled to 0",
        " ← container main ← the name `redis-mastr` does not resolve ← Service kube-system/kube-dns has no ready endpoint ← Deployment/coredns is scaled to 0",
        "the names are not to blame",
    ] {
        assert!(outcome.stderr.contains(words), "{words:?} is not in\n{outcome}");
    }
}

/// Has CoreDNS run so many pods, and waits until as many answer.
async fn scale(stage: &Stage, replicas: usize) -> anyhow::Result<()> {
    let client = stage.namespace.client().await?;
    let path = "/apis/apps/v1/namespaces/kube-system/deployments/coredns/scale";
    let body = json!({"spec": {"replicas": replicas}}).to_string().into_bytes();
    let request =
        http::Request::patch(path).header("content-type", "application/merge-patch+json").body(body)?;
    client.request::<Value>(request).await?;
    let slices = "/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices?labelSelector=kubernetes.io/service-name=kube-dns";
    eventually("CoreDNS is scaled", PATIENCE, async || {
        let list: Value = client.request(http::Request::get(slices).body(Vec::new())?).await?;
        let slices = list["items"].as_array().into_iter().flatten();
        let endpoints = slices.flat_map(|slice| slice["endpoints"].as_array().into_iter().flatten());
        let ready = endpoints.filter(|endpoint| endpoint["conditions"]["ready"] != false).count();
        Ok((ready == replicas).then_some(()))
    })
    .await
}
