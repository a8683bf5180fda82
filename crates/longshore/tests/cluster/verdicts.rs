//! BC18: what goes wrong is told in one sentence with its chain, as soon as it is certain. On simulated pods, with
//! short graces; the same with real pods and the usual graces is `docs/verdicts.md`.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::Stage;

/// Graces that a simulated cluster wants.
const QUICK: &str = "--timeout 90s --grace restarts=2 --grace pull=2s --grace unschedulable=2s --grace volume=4s \
    --grace probe=2s --grace init=2s --grace other=2s";

/// A Deployment `web` with this pod template: labels, annotations and spec.
fn deployment(template: &str) -> String {
    format!(
        "
        //- longshore.yaml
        apiVersion: longshore.dev/v1alpha1
        kind: Project
        name: shop
        environments: {{dev: {{}}}}
        defaultEnvironment: dev
        releases: {{web: {{manifests: web.yaml}}}}
        //- web.yaml
        apiVersion: apps/v1
        kind: Deployment
        metadata: {{name: web}}
        spec:
          selector: {{matchLabels: {{app: web}}}}
          template: {template}
        ---
        {{apiVersion: v1, kind: Secret, metadata: {{name: database}}, stringData: {{password: x}}}}
        "
    )
}

/// A pod that plays something.
fn plays(play: &str, more: &str) -> String {
    deployment(&format!(
        "{{metadata: {{labels: {{app: web}}, annotations: {{longshore.dev/kwok: {play}{more}}}}}, spec: {{containers: [{{name: main, image: \"example.com/web:v2\"}}]}}}}"
    ))
}

/// A pod with this spec.
fn pod(spec: &str) -> String {
    deployment(&format!("{{metadata: {{labels: {{app: web}}}}, spec: {spec}}}"))
}

/// Deploys what must fail, and says how long it took.
#[track_caller]
fn fails(stage: &Stage, words: &[&str]) -> Duration {
    let began = Instant::now();
    let outcome = stage.longshore(&format!("deploy {QUICK}"));
    let took = began.elapsed();
    assert_eq!(outcome.code, Some(1), "{outcome}");
    for words in words {
        assert!(outcome.stderr.contains(words), "{words:?} is not in\n{outcome}");
    }
    assert!(!outcome.stderr.contains("timed out"), "{outcome}");
    assert!(took < Duration::from_mins(1), "{took:?}");
    took
}

/// BC18.
#[tokio::test(flavor = "multi_thread")]
async fn images_containers_and_probes() {
    for (name, files, words) in [
        ("vname", plays("invalid-image", ""), &["`example.com/web:v2` is no name of an image"][..]),
        (
            "vpull",
            plays("image-pull", ""),
            &[
                "container main cannot pull its image: the registry has no `example.com/web:v2`",
                "Deployment/web ← ReplicaSet/web-",
                " ← Pod/web-",
                " ← container main ← ",
            ],
        ),
        (
            "vcrash",
            plays("crash-loop", ", longshore.dev/kwok-exit-code: '127', longshore.dev/kwok-backoff: 50ms"),
            &["keeps crashing (", "with exit code 127: the command was not found in the image"],
        ),
        (
            "vprobe",
            plays("never-ready", ""),
            &[
                "runs and does not become ready: Readiness probe failed: HTTP probe failed with statuscode: 503",
            ],
        ),
        (
            "voom",
            plays("oom", ", longshore.dev/kwok-backoff: 50ms"),
            &["container main was killed for its memory", "raise the container's memory limit"],
        ),
        (
            "vkey",
            plays(
                "config-error",
                ", longshore.dev/kwok-message: \"couldn't find key pasword in Secret shop/database\"",
            ),
            &["Secret/database has no key `pasword`; did you mean `password`?"],
        ),
        (
            "vsecret",
            plays("config-error", ", longshore.dev/kwok-message: 'secret \"databse\" not found'"),
            &["Secret/databse does not exist and is not in this release; did you mean `database`?"],
        ),
        (
            "vinit",
            pod(
                "{initContainers: [{name: wait, image: \"example.com/wait:kwok-never-ready\"}], containers: [{name: main, image: x}]}",
            ),
            &["container wait does not end, and nothing starts before it has", "web.yaml:1"],
        ),
    ] {
        fails(&Stage::new(name, &files).await, words);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_ports_and_volumes() {
    for (name, files, words) in [
        ("vcpu", pod("{containers: [{name: main, image: x, resources: {requests: {cpu: 9999}}}]}"), &["the pod fits no node", "Insufficient cpu", "ask for less"][..]),
        (
            "vport",
            // More than there are nodes, and none in reserve.
            deployment("{metadata: {labels: {app: web}}, spec: {containers: [{name: main, image: x, ports: [{containerPort: 81, hostPort: 18081}]}]}}")
                .replace("selector:", "replicas: 20\n          selector:"),
            &["the pod fits no node", "didn't have free ports", "the host port is taken on every node"],
        ),
        (
            "vclaim",
            pod("{containers: [{name: main, image: x}], volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]}")
                + "---\n        {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}, spec: {storageClassName: fast, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}\n        ",
            &["PersistentVolumeClaim/data has no volume: there is no StorageClass `fast`"],
        ),
    ] {
        fails(&Stage::new(name, &files).await, words);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_jobs_and_mounts() {
    let stage = Stage::new("vquota", &plays("ready", "")).await;
    let quota = json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "small"}, "spec": {"hard": {"pods": "0"}}});
    stage.make("api/v1/namespaces/{ns}/resourcequotas", &quota).await;
    fails(&stage, &["ResourceQuota/small is full: pods=1 more with pods=0 used is over pods=0"]);

    let stage = Stage::new("vadmit", &plays("ready", "")).await;
    let labels = json!({"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}});
    stage.patch("api/v1/namespaces/{ns}", "test", &labels).await;
    fails(&stage, &["the namespace's pod security level forbids it: \"restricted:latest\""]);

    // It exists by no other name: the release has one that is nearly called so.
    let account = pod("{serviceAccountName: opertor, containers: [{name: main, image: x}]}")
        + "---\n        {apiVersion: v1, kind: ServiceAccount, metadata: {name: operator}}\n        ";
    let words =
        ["ServiceAccount/opertor does not exist and is not in this release; did you mean `operator`?"];
    fails(&Stage::new("vaccount", &account).await, &words);

    let job = deployment("{}").split("//- web.yaml").next().unwrap().to_owned()
        + "//- web.yaml
        {apiVersion: batch/v1, kind: Job, metadata: {name: migrate}, spec: {backoffLimit: 0, template: {metadata: {annotations: {longshore.dev/kwok: fail, longshore.dev/kwok-exit-code: '3'}}, spec: {restartPolicy: Never, containers: [{name: main, image: x}]}}}}
        ";
    let stage = Stage::new("vjob", &job).await;
    fails(
        &stage,
        &["Job/migrate: the Job failed: container main ended with exit code 3", "Job/migrate ← Pod/migrate-"],
    );

    // A Secret that is mounted: the kubelet tells it by an event, and the pod stays as it is.
    let stage = Stage::new("vmount", &plays("hang", "")).await;
    let deploy = stage.start(&format!("deploy {QUICK}"));
    let pod = longshore_testkit::eventually("the pod", Duration::from_secs(30), async || {
        let client = stage.namespace.client().await?;
        let path = format!("/api/v1/namespaces/{}/pods", stage.namespace.name());
        let list: serde_json::Value = client.request(http::Request::get(path).body(Vec::new())?).await?;
        Ok(list["items"].get(0).filter(|pod| pod["status"]["startTime"].is_string()).cloned())
    })
    .await
    .unwrap();
    let message = "MountVolume.SetUp failed for volume \"tls\" : secret \"web-tls\" not found";
    let event = json!({"apiVersion": "v1", "kind": "Event", "metadata": {"name": "mount"}, "type": "Warning", "reason": "FailedMount",
        "message": message, "involvedObject": {"apiVersion": "v1", "kind": "Pod", "name": pod["metadata"]["name"],
            "namespace": stage.namespace.name(), "uid": pod["metadata"]["uid"]},
        "lastTimestamp": "2026-01-01T00:00:00Z"});
    stage.make("api/v1/namespaces/{ns}/events", &event).await;
    let outcome = deploy.finish().unwrap();
    assert_eq!(outcome.code, Some(1), "{outcome}");
    let sentence = "the pod cannot be set up: Secret/web-tls does not exist and is not in this release";
    assert!(outcome.stderr.contains(sentence), "{outcome}");
}

/// What only lasts is waited for; what does not get on at all is not, and says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_in_which_nothing_gets_on_ends_before_its_time() {
    let stage = Stage::new("vidle", &plays("hang", "")).await;
    let outcome = stage.longshore("deploy --timeout 80s --idle-timeout 2s");
    assert_eq!(outcome.code, Some(1), "{outcome}");
    assert!(outcome.stderr.contains("nothing got on for 2 s, 0 of 1 ready: Deployment/web"), "{outcome}");
    assert!(outcome.stderr.contains("--idle-timeout"), "{outcome}");
}

/// Rules of the project file and of annotations, and kinds without any.
#[tokio::test(flavor = "multi_thread")]
async fn custom_rules_decide() {
    let files = "
        //- longshore.yaml
        apiVersion: longshore.dev/v1alpha1
        kind: Project
        name: shop
        environments: {dev: {}}
        defaultEnvironment: dev
        wait:
          timeout: 20s
          readiness: [{kind: ConfigMap, path: .data.phase, ready: Up, failed: [Down], message: .data.why}]
        releases: {web: {manifests: web.yaml}}
        //- web.yaml
        {apiVersion: v1, kind: ConfigMap, metadata: {name: state}, data: {phase: Up}}
        ";
    let stage = Stage::new("vrules", files).await;
    stage.ok("deploy");
    stage
        .project
        .write(
            "web.yaml",
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: state}, data: {phase: Down, why: no disk}}\n",
        )
        .unwrap();
    let outcome = stage.longshore("deploy");
    assert_eq!(outcome.code, Some(1), "{outcome}");
    assert!(outcome.stderr.contains("ConfigMap/state: .data.phase is Down: no disk"), "{outcome}");
    assert!(outcome.stderr.contains("web.yaml:1"), "{outcome}");
    let wrong = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: state\n  annotations:\n    longshore.dev/ready-path: .data[\n    longshore.dev/ready-values: Up\ndata: {phase: Up}\n";
    stage.project.write("web.yaml", wrong).unwrap();
    let outcome = stage.longshore("deploy");
    assert!(
        outcome.stderr.contains("web.yaml:6:") && outcome.stderr.contains("nothing was changed"),
        "{outcome}"
    );
}

/// What does not fit together is told after a deploy that succeeded.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_selects_nothing_is_warned_of() {
    let files = plays("ready", "")
        + "---\n        {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: wbe}, ports: [{port: 80}]}}\n        ";
    let stage = Stage::new("vwiring", &files).await;
    let outcome = stage.ok("deploy");
    assert!(outcome.stderr.contains("Service/web selects no pod: app=wbe"), "{outcome}");
    assert!(outcome.stderr.contains("pods of Deployment/web have app=web"), "{outcome}");
}

/// BC18: a pod that is ready because it runs has to go on running, unless it has done so since before.
#[tokio::test(flavor = "multi_thread")]
async fn a_container_without_a_probe_has_to_prove_itself() {
    let stage = Stage::new("vunproved", &plays("ready", "")).await;
    let words = "Deployment/web: runs, and has to go on for 1s, as container main has no readiness probe";
    let first = stage.ok("deploy --grace settle=1s");
    assert!(first.stderr.contains(words), "{first}");
    let after = stage.ok("deploy --grace settle=1ms");
    assert!(!after.stderr.contains("has to go on"), "{after}");
}
