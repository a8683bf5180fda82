//! A small project on the node: deployed, reached by name and from outside, changed, destroyed.

use std::time::Duration;

use k8s_openapi::api::core::v1::{PersistentVolumeClaim, Pod};
use kube::Api;
use kube::api::ListParams;
use longshore_testkit::{eventually, exec};

use crate::Stage;

const PATIENCE: Duration = Duration::from_mins(3);

const HELLO: &str = r#"
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: hello
    environments: {dev: {namespace: hello, vars: {text: one}}}
    defaultEnvironment: dev
    releases:
      data: {manifests: data.yaml}
      web:
        needs: data
        chart: chart
        set: {text: "${env.vars.text}"}
    //- data.yaml
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
    //- chart/Chart.yaml
    apiVersion: v2
    name: web
    version: 1.0.0
    //- chart/templates/web.yaml
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: web}
    spec:
      ingressClassName: traefik
      rules:
        - host: {{ .Release.Namespace }}.example.com
          http:
            paths:
              - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 2
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          terminationGracePeriodSeconds: 2
          volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
          containers:
            - name: web
              image: longshore.test/busybox:1
              command: [sh, -c]
              args:
                - |
                  mkdir /tmp/www && echo {{ .Values.text }} >/tmp/www/index.html
                  echo {{ .Values.text }} >>/data/all
                  exec httpd -f -p 8080 -h /tmp/www
              ports: [{name: http, containerPort: 8080}]
              readinessProbe: {httpGet: {path: /, port: http}, periodSeconds: 1}
              volumeMounts: [{name: data, mountPath: /data}]
    "#;

#[tokio::test]
#[ignore = "needs the real node: cargo xtask e2e"]
async fn a_project_is_deployed_changed_and_destroyed() {
    let _together = crate::together().await;
    let stage = Stage::new("hello", HELLO).await;
    let client = stage.namespace.client().await.unwrap();
    let pods: Api<Pod> = Api::default_namespaced(client.clone());

    stage.ok("deploy");
    answers(&pods, "one\n").await;
    assert_eq!(stage.longshore("status").code, Some(0));

    stage.ok("deploy --var text=two");
    answers(&pods, "two\n").await;
    let pod = one_of(&pods).await;
    let written = exec(&pods, &pod, &["sort", "-u", "/data/all"]).await.unwrap();
    assert_eq!(written.stdout, "one\ntwo\n", "the volume is the same for old and new pods");

    stage.ok("destroy --yes");
    eventually("the end of the pods", PATIENCE, async || {
        Ok(pods.list(&ListParams::default()).await?.items.is_empty().then_some(()))
    })
    .await
    .unwrap();
    let claims: Api<PersistentVolumeClaim> = Api::default_namespaced(client);
    assert!(claims.get_opt("data").await.unwrap().is_some(), "data outlives what used it");
}

#[tokio::test]
#[ignore = "needs the real node: cargo xtask e2e"]
async fn it_is_reached_from_outside_through_the_ingress() {
    let _together = crate::together().await;
    let stage = Stage::new("ingress", HELLO).await;
    stage.ok("deploy");
    let host = format!("{}.example.com", stage.namespace.name());
    // Traefik hears of the Ingress a moment after it is there.
    eventually("the answer through the ingress", PATIENCE, async || {
        let (status, answer) = stage.ask("GET", &host, "/", "")?;
        Ok((status == 200 && answer == "one\n").then_some(()))
    })
    .await
    .unwrap();
}

/// Waits until the Service answers so to one of its own pods: kube-proxy hears of those that are ready, and of those that
/// are not any more, a moment after the API server does.
async fn answers(pods: &Api<Pod>, text: &str) {
    eventually(text, PATIENCE, async || {
        let answer = exec(pods, &one_of(pods).await, &["wget", "-q", "-O", "-", "http://web"]).await?;
        anyhow::ensure!(answer.stdout == text, "{answer}");
        Ok(Some(()))
    })
    .await
    .unwrap();
}

/// The name of a pod of the web that stays.
async fn one_of(pods: &Api<Pod>) -> String {
    let list = pods.list(&ListParams::default().labels("app=web")).await.unwrap();
    let mut stay = list.items.into_iter().filter(|pod| pod.metadata.deletion_timestamp.is_none());
    stay.next().unwrap().metadata.name.unwrap()
}
