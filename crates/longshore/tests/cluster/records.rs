//! `longshore helm list`, `status`, `history` and `get` on what `longshore deploy` wrote, in Secrets and ConfigMaps. What is
//! said was compared with the real binaries of both levels, command line by command line.

use std::fmt::Write as _;
use std::sync::Arc;

use longshore_cluster::{Cluster, ClusterOptions};
use longshore_release::{Records, RecordsError, SystemClock};
use serde_json::json;

use crate::{Program, Stage};

const SHOP: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: shop
    environments: {dev: {namespace: shop}}
    defaultEnvironment: dev
    releases:
      web: {chart: chart, set: {tag: v1}}
      db: {chart: chart, set: {tag: v1}}
    //- chart/Chart.yaml
    apiVersion: v2
    name: web
    version: 1.2.3
    appVersion: '7'
    //- chart/values.yaml
    tag: v0
    replicas: 1
    //- chart/templates/NOTES.txt
    web runs {{ .Values.tag }}
    //- chart/templates/web.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: {{ .Release.Name }}}
    spec:
      selector: {matchLabels: {app: {{ .Release.Name }}}}
      template:
        metadata: {labels: {app: {{ .Release.Name }}}}
        spec: {containers: [{name: web, image: 'example.com/web:{{ .Values.tag }}'}]}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: {{ .Release.Name }}}
    data: {tag: {{ .Values.tag }}}
    ";

/// Two releases, `web` with two revisions.
async fn stage(name: &str) -> Stage {
    let stage = Stage::new(name, SHOP).await;
    stage.ok("deploy");
    let file = stage.project.read("longshore.yaml").unwrap();
    stage.project.write("longshore.yaml", &file.replacen("tag: v1", "tag: v2", 1)).unwrap();
    stage.ok("deploy --only web");
    stage
}

#[tokio::test(flavor = "multi_thread")]
async fn releases_are_listed_and_told_of() {
    let stage = stage("records").await;
    let list = stage.json("helm list");
    let told: Vec<_> = list.as_array().unwrap().iter().map(|row| (&row["name"], &row["revision"])).collect();
    assert_eq!(told, [(&json!("db"), &json!("1")), (&json!("web"), &json!("2"))]);
    assert_eq!(stage.ok("helm ls -q -f ^w").stdout, "web\n");
    assert_eq!(stage.ok("helm list -q -l name=db").stdout, "db\n");
    assert_eq!(stage.ok("helm list -q --superseded").stdout, "web\n");

    let history = stage.json("helm history web");
    let statuses: Vec<_> =
        history.as_array().unwrap().iter().map(|row| row["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["superseded", "deployed"]);
    assert_eq!(stage.ok("helm get values web").stdout, "USER-SUPPLIED VALUES:\ntag: v2\n");
    assert_eq!(stage.ok("helm get values web -a -o json").stdout, "{\"replicas\":1,\"tag\":\"v2\"}\n");
    assert_eq!(stage.ok("helm get notes web --revision 1").stdout, "NOTES:\nweb runs v1\n\n");
    let manifest = stage.ok("helm get manifest web").stdout;
    assert!(
        manifest.contains("# Source: web/templates/web.yaml") && manifest.contains("web:v2"),
        "{manifest}"
    );

    let nope = stage.longshore("helm status nope");
    assert_eq!((nope.code, nope.stderr.as_str()), (Some(1), "Error: release: not found\n"));
    let names = offered(&stage, "status w");
    assert!(names.contains("web\tweb-1.2.3 -> deployed\n") && names.ends_with(":4\n"), "{names}");
    let revisions = offered(&stage, "get values web --revision x");
    assert!(revisions.contains("1\tApp: 7, Chart: web-1.2.3\n2\t"), "{revisions}");
}

/// What a shell may offer for the last of these words.
fn offered(stage: &Stage, words: &str) -> String {
    let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap();
    let program = program.env("KUBECONFIG", stage.namespace.kubeconfig());
    let program = program.env("HELM_NAMESPACE", stage.namespace.name());
    program.args(["helm", "__complete"]).args(words.split_whitespace()).run().unwrap().stdout
}

/// Objects are shown in the server's own columns, and pods as what they belong to leads to them.
#[tokio::test(flavor = "multi_thread")]
async fn the_status_shows_objects() {
    let stage = stage("recordsstatus").await;
    let status = stage.ok("helm status web").stdout;
    assert!(status.contains("==> v1/ConfigMap\nNAME   DATA   AGE\nweb    1      "), "{status}");
    assert!(
        status.contains("==> v1/Deployment\nNAME   READY   UP-TO-DATE   AVAILABLE   AGE\nweb    1/1     1"),
        "{status}"
    );
    assert!(status.contains("==> v1/Pod(related)\nNAME "), "{status}");
    assert!(status.ends_with("TEST SUITE: None\nNOTES:\nweb runs v2\n"), "{status}");
    let status = stage.json("helm status web");
    let resources = &status["info"]["resources"];
    assert_eq!(resources["v1/ConfigMap"][0]["data"]["tag"], "v2");
    assert_eq!(resources["v1/Pod(related)"][0]["kind"], "PodList");
}

/// The same records in ConfigMaps, where Helm keeps them if it is told to.
#[tokio::test(flavor = "multi_thread")]
async fn config_maps_hold_records_too() {
    let stage = stage("recordsmaps").await;
    let options =
        ClusterOptions { kubeconfig: Some(stage.namespace.kubeconfig()), ..ClusterOptions::default() };
    let cluster = Cluster::connect(options).await.unwrap();
    let (namespace, clock) = (stage.namespace.name(), Arc::new(SystemClock));
    let secrets = Records::secrets(cluster.clone(), namespace, clock.clone());
    let maps = Records::config_maps(cluster, namespace, clock);
    for release in secrets.history("web").await.unwrap() {
        maps.create(&release).await.unwrap();
        assert_eq!(maps.create(&release).await, Err(RecordsError::Exists));
    }
    let run =
        |arguments: &str, driver: &str| stage.program(arguments).env("HELM_DRIVER", driver).run().unwrap();
    assert_eq!(run("helm list -q", "configmap").stdout, "web\n");
    assert_eq!(run("helm list -q", "secret").stdout, "db\nweb\n");
    assert_eq!(run("helm history web", "configmaps").stdout, run("helm history web", "").stdout);
    assert_eq!(run("helm list", "bogus").stderr, "level=INFO msg=\"unknown driver \\\"bogus\\\"\"\n");
}

/// A record over the limit of Secrets leaves out what no rollback needs (design decision 1).
#[tokio::test(flavor = "multi_thread")]
async fn a_large_chart_is_recorded_without_its_files() {
    let stage = Stage::new("recordslarge", SHOP).await;
    stage.project.write("chart/large.txt", &noise(3 << 20)).unwrap();
    stage.ok("deploy --only web");
    assert_eq!(stage.ok("helm list -q").stdout, "web\n");
    assert_eq!(stage.ok("helm get values web -a -o json").stdout, "{\"replicas\":1,\"tag\":\"v1\"}\n");
    assert!(stage.ok("helm get manifest web").stdout.contains("web:v1"));
}

/// What must be recorded is never left out: then nothing is written at all.
#[tokio::test(flavor = "multi_thread")]
async fn values_that_no_record_can_hold_are_refused() {
    let stage = Stage::new("recordshuge", SHOP).await;
    stage.project.write("chart/values.yaml", &format!("tag: v0\nlarge: {}\n", noise(3 << 20))).unwrap();
    let before = stage.everything().await;
    let refused = stage.longshore("deploy --only web");
    assert_eq!(refused.code, Some(1), "{refused}");
    assert!(
        refused.stderr.contains("KiB without its chart's files, and a Secret holds 1024 KiB"),
        "{refused}"
    );
    assert_eq!(stage.everything().await, before);
}

/// Text that does not get smaller when it is packed: digits of a simple generator.
fn noise(length: usize) -> String {
    let mut state = 1_u64;
    let mut text = String::with_capacity(length + 16);
    while text.len() < length {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let _ = write!(text, "{:08x}", state >> 32);
    }
    text
}
