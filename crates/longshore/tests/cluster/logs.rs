//! `logs`: every line once, whatever happens to containers, pods and connections.
//!
//! The API server, the pods' states and the watch are real; the node's daemon is the testkit's, whose containers write
//! numbered lines at a rate.

use std::collections::BTreeMap;
use std::time::Duration;

use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::DeleteParams;
use longshore_testkit::{Program, TestKubelet, eventually};
use serde_json::{Value, json};

use crate::Stage;

/// A release whose pods a test makes itself: its workload asks for none.
pub(crate) const SHOP: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: shop
    environments: {dev: {namespace: shop}}
    defaultEnvironment: dev
    releases:
      web: {manifests: web.yaml}
      other: {manifests: other.yaml}
    //- web.yaml
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: web}
    spec:
      replicas: 0
      serviceName: web
      # It is not to take the pods that a test makes for its own.
      selector: {matchLabels: {app: web, by: set}}
      template:
        metadata: {labels: {app: web, by: set}}
        spec: {containers: [{name: app, image: example.com/app}]}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: front}
    spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: web}, {name: here, port: 81, targetPort: 9}]}
    //- other.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: other}
    data: {a: b}
    ";

/// A deployed project, a node of our own making, and its pods.
pub(crate) struct Field {
    pub(crate) stage: Stage,
    pub(crate) kubelet: TestKubelet,
    pub(crate) client: kube::Client,
    node: String,
}

impl Field {
    pub(crate) async fn new(name: &str) -> Self {
        let stage = Stage::new(name, SHOP).await;
        stage.ok("deploy --timeout 1m");
        let kubelet = TestKubelet::start().await.unwrap();
        let client = stage.namespace.client().await.unwrap();
        let node = format!("node-{}", stage.namespace.name());
        kubelet.register(&client, &node).await.unwrap();
        Self { stage, kubelet, client, node }
    }

    /// A pod that is the release's by its label.
    pub(crate) async fn pod(&self, name: &str) {
        let labels = json!({"app": "web", "app.kubernetes.io/instance": "web"});
        let pod = json!({"metadata": {"name": name, "labels": labels}});
        self.kubelet.pod(&self.client, &self.node, pod).await.unwrap();
    }

    pub(crate) async fn delete(&self, name: &str) {
        let pods: Api<Pod> = Api::default_namespaced(self.client.clone());
        pods.delete(name, &DeleteParams::default().grace_period(0)).await.unwrap();
    }
}

impl Drop for Field {
    fn drop(&mut self) {
        let (client, node) = (self.client.clone(), self.node.clone());
        // On a thread of its own, as the test's runtime may be ending.
        let _ = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let nodes: Api<k8s_openapi::api::core::v1::Node> = Api::all(client);
            runtime.block_on(async { nodes.delete(&node, &DeleteParams::default()).await.map(drop) })?;
            anyhow::Ok(())
        })
        .join();
    }
}

/// The numbers of each pod's lines, in the order in which they came.
fn numbers(output: &str) -> BTreeMap<String, Vec<u64>> {
    let mut numbers: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    // The last line may not be whole yet.
    for line in output.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let text = line["message"].as_str().unwrap();
        let number = text.split(' ').next().unwrap().parse().unwrap();
        numbers.entry(line["pod"].as_str().unwrap().to_owned()).or_default().push(number);
    }
    numbers
}

/// That these are all numbers below `end`, each once and in order.
#[track_caller]
fn whole(pod: &str, numbers: &[u64], end: u64) {
    for (index, number) in numbers.iter().enumerate() {
        assert_eq!(*number, index as u64, "{pod}: line {index} of {end}");
    }
    assert_eq!(numbers.len() as u64, end, "{pod}");
}

/// AL14, BC18: every line once, through restarts, broken connections, and a pod that goes and one that comes.
#[tokio::test(flavor = "multi_thread")]
async fn following_loses_and_repeats_no_line() {
    let field = Field::new("logs").await;
    for pod in ["web-0", "web-1", "web-2"] {
        field.kubelet.write_log(pod, "app", 200);
        field.pod(pod).await;
    }
    let mut following = field.stage.start("logs web -f --tail 1000000 -o json");
    for pod in ["web-0", "web-1", "web-2"] {
        following.wait_for(&format!("\"pod\":\"{pod}\"")).unwrap();
    }
    let mut tick = tokio::time::interval(Duration::from_millis(400));
    for restarts in 1..=3 {
        tick.tick().await;
        tick.tick().await;
        // The restart is there before the API server knows of it, as on a real node.
        field.kubelet.restart("web-0", "app");
        tick.tick().await;
        field.kubelet.report(&field.client, "web-0", restarts).await.unwrap();
        field.kubelet.cut();
    }
    // A pod that comes has written before anybody could look.
    field.kubelet.write_log("web-3", "app", 200);
    tick.tick().await;
    field.pod("web-3").await;
    let mut ends = BTreeMap::new();
    ends.insert("web-1", field.kubelet.stop("web-1", "app"));
    tick.tick().await;
    field.delete("web-1").await;
    for _ in 0..4 {
        tick.tick().await;
    }
    for pod in ["web-0", "web-2", "web-3"] {
        ends.insert(pod, field.kubelet.stop(pod, "app"));
    }
    assert!(ends.values().all(|end| *end > 100), "{ends:?}");
    eventually("the last lines", Duration::from_mins(1), async || {
        let found = numbers(&following.stdout_so_far());
        let whole =
            |(pod, end): (&&str, &u64)| found.get(*pod).is_some_and(|lines| lines.len() as u64 >= *end);
        Ok(ends.iter().all(whole).then_some(()))
    })
    .await
    .unwrap();
    following.interrupt().unwrap();
    let outcome = following.finish().unwrap();
    assert_eq!(outcome.code, Some(130), "{}", outcome.stderr);
    let found = numbers(&outcome.stdout);
    for (pod, end) in ends {
        whole(pod, &found[pod], end);
    }
    assert_eq!(outcome.stderr, "", "nothing was missing, and nothing is said to be");
}

/// A container that is started again between the openings of its two logs: both readings are of one run.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_read_twice_is_told_once() {
    let field = Field::new("twice").await;
    field.kubelet.write_log("web-0", "app", 200);
    field.pod("web-0").await;
    let mut following = field.stage.start("logs web -f --tail 1000000 -o json");
    following.wait_for("\"0000000100 ").unwrap();
    field.kubelet.restart_before_previous("web-0", "app");
    field.kubelet.cut();
    following.wait_for("\"0000000500 ").unwrap();
    let end = field.kubelet.stop("web-0", "app");
    following.wait_for(&format!("\"{:010} ", end - 1)).unwrap();
    following.interrupt().unwrap();
    let outcome = following.finish().unwrap();
    whole("web-0", &numbers(&outcome.stdout)["web-0"], end);
    assert_eq!(outcome.stderr, "");
}

/// A log that was rotated while nobody could read it has lost lines, and that is said once.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_rotation_took_is_told() {
    let field = Field::new("rotated").await;
    field.kubelet.write_log("web-0", "app", 200);
    field.pod("web-0").await;
    let mut following = field.stage.start("logs web -f -o json");
    following.wait_for("web-0").unwrap();
    // What is written while nobody is connected is gone with the file.
    field.kubelet.rotate("web-0", "app", 50);
    field.kubelet.cut();
    following.wait_for("lines of web-0/app may be missing").unwrap();
    field.kubelet.rotate("web-0", "app", 50);
    field.kubelet.cut();
    let last = |output: &str| numbers(output)["web-0"].last().copied().unwrap();
    let before = last(&following.stdout_so_far());
    eventually("more lines", Duration::from_mins(1), async || {
        Ok((last(&following.stdout_so_far()) > before + 100).then_some(()))
    })
    .await
    .unwrap();
    following.interrupt().unwrap();
    let outcome = following.finish().unwrap();
    assert_eq!(outcome.stderr.matches("may be missing").count(), 1, "{}", outcome.stderr);
    let found = &numbers(&outcome.stdout)["web-0"];
    assert!(found.is_sorted_by(|a, b| a < b), "nothing comes twice: {found:?}");
}

/// Without --follow, lines of all pods stand in the order of their times; filters, tails and forms.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_is_shown_in_the_order_of_its_times() {
    let field = Field::new("merged").await;
    for pod in ["web-0", "web-1"] {
        field.kubelet.write_log(pod, "app", 100);
        field.pod(pod).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let ends: Vec<u64> = ["web-0", "web-1"].iter().map(|pod| field.kubelet.stop(pod, "app")).collect();
    let shown = field.stage.ok("logs -t");
    let lines: Vec<Vec<&str>> = shown.stdout.lines().map(|line| line.split(' ').collect()).collect();
    assert_eq!(lines.len() as u64, ends.iter().sum::<u64>());
    assert!(lines.iter().is_sorted_by_key(|line| line[1]), "{shown}");
    assert_eq!(lines[0][0], "web-0/app");
    let few = field.stage.ok("logs web/web-1 --tail 3 --grep 0$|- --exclude 0000000000 --no-prefix");
    assert_eq!(few.stdout.lines().count(), 3, "{few}");
    assert!(few.stdout.starts_with("00000"), "{few}");
    assert_eq!(field.stage.ok("logs web --container side").stdout, "");
    assert_eq!(
        field.stage.ok("logs web --previous").stderr,
        "there are no logs: no container was started again\n"
    );

    field.kubelet.restart("web-1", "app");
    field.kubelet.report(&field.client, "web-1", 1).await.unwrap();
    let before = field.stage.ok("logs web --previous -o json");
    whole("web-1", &numbers(&before.stdout)["web-1"], ends[1]);

    for (arguments, message) in [
        ("logs nobody", "release"),
        ("logs web/deploy/web", "release `web` has no Deployment `web`"),
        ("logs web/typo", "`typo` has no pods in namespace"),
        ("logs web --include (", "`(` is no regular expression: unclosed group"),
        ("logs web -o yaml", "logs are printed as text or JSON"),
    ] {
        let outcome = field.stage.longshore(arguments);
        assert!(outcome.code.is_some_and(|code| code != 0) && outcome.stderr.contains(message), "{outcome}");
    }
}

/// 20 pods of 1,000 lines a second each, started again now and then, connections broken now and then: every line once,
/// and memory stays what it is.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a minute of the whole machine: cargo xtask soak"]
async fn twenty_pods_at_a_thousand_lines_a_second() {
    const PODS: u32 = 20;
    const SECONDS: u32 = 40;
    let field = Field::new("many").await;
    for pod in 0..PODS {
        field.pod(&format!("web-{pod}")).await;
    }
    // Into a file: it is much.
    let file = field.stage.project.path().join("lines");
    let line = format!(
        "exec {} logs web -f --tail 1000000 -o json -n {} > lines",
        env!("CARGO_BIN_EXE_longshore"),
        field.stage.namespace.name()
    );
    let program = Program::new("/bin/sh").unwrap().args(["-c", &line]).folder(field.stage.project.path());
    let mut following = program.env("KUBECONFIG", field.stage.namespace.kubeconfig()).start().unwrap();
    for pod in 0..PODS {
        field.kubelet.write_log(&format!("web-{pod}"), "app", 1_000);
    }
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    // A run that ended before anybody followed it would not be told.
    while numbers(&std::fs::read_to_string(&file).unwrap_or_default()).len() < PODS as usize {
        tick.tick().await;
    }
    let mut restarts = vec![0; PODS as usize];
    let mut memory = Vec::new();
    for second in 0..SECONDS {
        tick.tick().await;
        memory.push(resident(following.id()));
        let pod = second % PODS;
        let name = format!("web-{pod}");
        field.kubelet.restart(&name, "app");
        restarts[pod as usize] += 1;
        field.kubelet.report(&field.client, &name, restarts[pod as usize]).await.unwrap();
        if second % 10 == 7 {
            field.kubelet.cut();
        }
    }
    let ends: BTreeMap<String, u64> = (0..PODS)
        .map(|pod| format!("web-{pod}"))
        .map(|pod| (pod.clone(), field.kubelet.stop(&pod, "app")))
        .collect();
    // It is done when nothing has come for some seconds.
    let mut size = 0;
    loop {
        for _ in 0..5 {
            tick.tick().await;
        }
        let now = std::fs::metadata(&file).unwrap().len();
        if now == size {
            break;
        }
        size = now;
    }
    memory.push(resident(following.id()));
    following.interrupt().unwrap();
    let outcome = following.finish().unwrap();
    assert_eq!(outcome.stderr, "", "nothing was missing");
    let found = numbers(&std::fs::read_to_string(&file).unwrap());
    for (pod, end) in &ends {
        whole(pod, &found[pod], *end);
    }
    let written: u64 = ends.values().sum();
    let (early, last) = (memory[memory.len() / 3], *memory.iter().max().unwrap());
    let restarts: u32 = restarts.iter().sum();
    println!(
        "{written} lines of {PODS} pods, {restarts} restarts: each once; memory by seconds, KiB: {memory:?}"
    );
    assert!(last < early + early / 2, "memory grows: {memory:?}");
}

/// The resident memory of a process, in KiB.
fn resident(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
