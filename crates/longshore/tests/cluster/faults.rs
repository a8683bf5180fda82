//! An API server that fails, is busy, loses answers or goes away; a process that is frozen for too long; records that
//! real Helm left.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use longshore_testkit::{Between, Deal, Request, TestCluster, eventually};
use serde_json::Value;

use crate::Stage;

const PROJECT: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: faulty
    environments: {dev: {namespace: faulty}}
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
        spec: {containers: [{name: web, image: 'example.com/web:v1', envFrom: [{configMapRef: {name: settings}}]}]}
    ---
    {apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {version: v1}}
    ---
    {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 80}]}}
    ";

fn write_version(stage: &Stage, version: &str) {
    let text = stage.project.read("web.yaml").unwrap();
    stage.project.write("web.yaml", &text.replace("v1}}", &format!("{version}}}}}"))).unwrap();
}

/// Which requests.
type Chosen = fn(&Request) -> bool;

/// Does `deal` to each request when it comes for the first time.
fn at_first(deal: Deal, chosen: Chosen) -> impl Fn(&Request) -> Deal + Send + Sync {
    let seen = Mutex::new(BTreeSet::new());
    move |request| {
        let is_new = seen.lock().unwrap().insert((request.method.clone(), request.target.clone()));
        if is_new && chosen(request) { deal.clone() } else { Deal::Pass }
    }
}

/// A deploy and an upgrade through each fault, done to every request once, end as without.
#[tokio::test(flavor = "multi_thread")]
async fn faults_of_the_api_server_change_nothing_but_the_time() {
    const RACE: &str = "Operation cannot be fulfilled: the object has been modified; please apply your changes to the latest version";
    let any = |_: &Request| true;
    let no_watch = |request: &Request| !request.is_watch();
    let is_write = |request: &Request| request.is_write();
    let is_watch = |request: &Request| request.is_watch();
    let faults: [(&str, Deal, Chosen); 7] = [
        ("500", Deal::Answer(500, "InternalError", "etcdserver: request timed out", &[]), no_watch),
        ("429", Deal::Answer(429, "TooManyRequests", "too many requests", &[("retry-after", "1")]), no_watch),
        ("503", Deal::Answer(503, "ServiceUnavailable", "apiserver is shutting down", &[]), any),
        ("409", Deal::Answer(409, "Conflict", RACE, &[]), is_write),
        ("closed", Deal::Close, no_watch),
        ("lost", Deal::LoseAnswer, is_write),
        ("cut", Deal::Cut(0), is_watch),
    ];
    for (name, deal, chosen) in faults {
        let mut stage = Stage::new("api-faults", PROJECT).await;
        let direct = stage.namespace.kubeconfig();
        let between = Between::before(&direct, at_first(deal, chosen)).await.unwrap();
        stage.kubeconfig = Some(between.kubeconfig());
        let first = stage.longshore("deploy");
        assert_eq!(first.code, Some(0), "{name}: {first}");
        write_version(&stage, "v2");
        let second = stage.longshore("deploy");
        assert_eq!(second.code, Some(0), "{name}: {second}");
        let live = stage.live("api/v1", "configmaps", "settings").await.unwrap();
        assert_eq!(live["data"]["version"], "v2", "{name}");
        let history = stage.json("history");
        let statuses: Vec<&Value> =
            history.as_array().unwrap().iter().map(|revision| &revision["status"]).collect();
        assert_eq!(statuses, ["superseded", "deployed"], "{name}");
    }
}

/// Every watch stalls: the connection is open and dead. What happens is noticed when the watch is given up, and lists say
/// what was missed.
#[tokio::test(flavor = "multi_thread")]
async fn watches_that_stall_cost_time_and_nothing_else() {
    let mut stage = Stage::new("stalled", PROJECT).await;
    let text = stage.project.read("web.yaml").unwrap();
    let slow = "metadata: {labels: {app: web}, annotations: {longshore.dev/kwok-delay: 2s}}";
    stage.project.write("web.yaml", &text.replace("metadata: {labels: {app: web}}", slow)).unwrap();
    let between = Between::before(&stage.namespace.kubeconfig(), |request| {
        if request.is_watch() { Deal::Stall } else { Deal::Pass }
    })
    .await
    .unwrap();
    stage.kubeconfig = Some(between.kubeconfig());
    stage.environment.push(("LONGSHORE_WATCH_SECONDS".to_owned(), "2".to_owned()));
    let deployed = stage.longshore("deploy --timeout 60s");
    assert_eq!(deployed.code, Some(0), "{deployed}");
    let list = |request: &&Request| !request.is_watch() && request.path().ends_with("/deployments");
    let lists = between.asked().iter().filter(list).count();
    assert!(lists >= 2, "a list told what a stalled watch did not: {:#?}", between.asked());
    // Deleting waits on a watch, too.
    let destroyed = stage.longshore("destroy --yes --timeout 60s");
    assert_eq!(destroyed.code, Some(0), "{destroyed}");
    assert_eq!(stage.everything().await, Vec::<String>::new());
}

/// A server that fails for good ends the deploy with its words, and the next deploy goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_refuses_one_object_for_good_ends_the_deploy() {
    let mut stage = Stage::new("for-good", PROJECT).await;
    let between = Between::before(&stage.namespace.kubeconfig(), |request| {
        let is_it = request.is_write() && request.path().ends_with("/services/web");
        if is_it { Deal::Answer(403, "Forbidden", "services \"web\" is forbidden: exceeded quota: small, requested: services=1, used: services=1, limited: services=1", &[]) } else { Deal::Pass }
    })
    .await
    .unwrap();
    stage.kubeconfig = Some(between.kubeconfig());
    let failed = stage.longshore("deploy");
    assert_eq!(failed.code, Some(1), "{failed}");
    assert!(failed.stderr.contains("quota `small` exceeded"), "{failed}");
    stage.kubeconfig = None;
    assert_eq!(stage.json("history")[0]["status"], "failed");
    stage.ok("deploy");
    assert_eq!(stage.json("history")[1]["status"], "deployed");
}

/// Frozen past its term, overtaken, and woken: it writes nothing any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_was_frozen_too_long_stops_writing() {
    let mut stage = Stage::new("frozen", PROJECT).await;
    stage.environment.push(("LONGSHORE_HOLD_SECONDS".to_owned(), "2".to_owned()));
    let between = Between::before(&stage.namespace.kubeconfig(), |request| {
        // The first one's last object takes for ever: its answer never comes.
        if request.is_write() && request.path().ends_with("/deployments/web") {
            Deal::Stall
        } else {
            Deal::Pass
        }
    })
    .await
    .unwrap();
    stage.kubeconfig = Some(between.kubeconfig());
    let mut frozen = stage.start("deploy");
    frozen.wait_for("ConfigMap/settings created").unwrap();
    frozen.freeze().unwrap();
    let kubeconfig = stage.kubeconfig.take();
    write_version(&stage, "v2");
    let overtaking = stage.ok("deploy --yes");
    assert!(overtaking.stderr.contains("was left pending-install"), "{overtaking}");
    let writes = between.asked().into_iter().filter(Request::is_write).count();
    frozen.thaw().unwrap();
    let outcome = frozen.finish().unwrap();
    assert_eq!(outcome.code, Some(1), "{outcome}");
    assert!(outcome.stderr.contains("was taken over by"), "{outcome}");
    drop(kubeconfig);
    // Its attempt to renew is all that it wrote, and that was refused.
    let late: Vec<Request> = between.asked().into_iter().filter(Request::is_write).skip(writes).collect();
    assert!(
        late.iter().all(|request| request.path().contains("/secrets/sh.helm.release.v1.web.v1")),
        "{late:?}"
    );
    let live = stage.live("api/v1", "configmaps", "settings").await.unwrap();
    assert_eq!(live["data"]["version"], "v2");
    let history = stage.json("history");
    assert_eq!((&history[0]["status"], &history[1]["status"]), (&"failed".into(), &"deployed".into()));
}

/// What real Helm left pending blocks for a while, unless it is taken over.
#[tokio::test(flavor = "multi_thread")]
async fn what_helm_left_pending_is_taken_over_when_asked() {
    let mut stage = Stage::new("helm-left", PROJECT).await;
    stage.environment.push(("LONGSHORE_FAULT".to_owned(), "object-applied".to_owned()));
    let mut deploy = stage.start("deploy");
    deploy.wait_for("stopped at object-applied").unwrap();
    deploy.kill().unwrap();
    deploy.finish().unwrap();
    stage.environment.clear();
    // Helm writes no annotations.
    let client = stage.namespace.client().await.unwrap();
    let path = format!("/api/v1/namespaces/{}/secrets/sh.helm.release.v1.web.v1", stage.namespace.name());
    let request = http::Request::patch(path)
        .header("content-type", "application/merge-patch+json")
        .body(br#"{"metadata":{"annotations":null}}"#.to_vec())
        .unwrap();
    client.request::<Value>(request).await.unwrap();
    let refused = stage.longshore("deploy");
    assert_eq!(refused.code, Some(1), "{refused}");
    assert!(refused.stderr.contains("begun by Helm") && refused.stderr.contains("--adopt"), "{refused}");
    stage.ok("deploy --adopt");
    let history = stage.json("history");
    assert_eq!((&history[0]["status"], &history[1]["status"]), (&"failed".into(), &"deployed".into()));
}

/// The API server of a cluster of one's own, to be killed and started again as it was.
pub(crate) struct Server {
    arguments: Vec<String>,
    folder: PathBuf,
    id: String,
    child: Option<std::process::Child>,
}

impl Server {
    /// Finds the program that serves at `address`, by its port.
    pub(crate) fn of(address: &str) -> Self {
        let port = format!("--secure-port={}", address.rsplit(':').next().unwrap());
        let processes = std::fs::read_dir("/proc").unwrap();
        for entry in processes.map(Result::unwrap) {
            let Ok(command) = std::fs::read(entry.path().join("cmdline")) else { continue };
            let arguments: Vec<String> = command
                .split(|byte| *byte == 0)
                .map(|part| String::from_utf8_lossy(part).into_owned())
                .collect();
            if arguments[0].contains("kube-apiserver") && arguments.contains(&port) {
                let folder = std::fs::read_link(entry.path().join("cwd")).unwrap();
                let id = entry.file_name().to_string_lossy().into_owned();
                let arguments = arguments.into_iter().filter(|argument| !argument.is_empty()).collect();
                return Self { arguments, folder, id, child: None };
            }
        }
        panic!("nobody serves at {address}");
    }

    pub(crate) fn kill(&self) {
        assert!(Command::new("kill").args(["-9", &self.id]).status().unwrap().success());
    }

    pub(crate) fn start(&mut self) {
        let mut command = Command::new(&self.arguments[0]);
        command.args(&self.arguments[1..]).current_dir(&self.folder);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        self.child = Some(child);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The API server is killed in the middle of a deploy and comes back after some seconds: the deploy goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_outlives_an_api_server_that_is_killed() {
    let cluster = TestCluster::start("apikill").await.unwrap();
    let mut stage = Stage::on(&cluster, "outlived", PROJECT).await;
    let text = stage.project.read("web.yaml").unwrap();
    let slow = "metadata: {labels: {app: web}, annotations: {longshore.dev/kwok-delay: 8s}}";
    stage.project.write("web.yaml", &text.replace("metadata: {labels: {app: web}}", slow)).unwrap();
    stage.environment.push(("LONGSHORE_HOLD_SECONDS".to_owned(), "4".to_owned()));
    let mut server = Server::of(cluster.server());
    let mut deploy = stage.start("deploy");
    deploy.wait_for("waiting for").unwrap();
    server.kill();
    // Longer than half a term: the holder may not write until it has renewed.
    tokio::time::sleep(Duration::from_secs(3)).await;
    server.start();
    let outcome = deploy.finish().unwrap();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    eventually("an answer", Duration::from_secs(20), async || {
        Ok((stage.longshore("status").code == Some(0)).then_some(()))
    })
    .await
    .unwrap();
    assert_eq!(stage.json("history")[0]["status"], "deployed");
}
