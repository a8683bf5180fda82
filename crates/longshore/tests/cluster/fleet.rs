//! One environment on several clusters: placement, values and order across them, one that cannot be reached, one that
//! fails midway, the lock, going back, and removing.

mod failing;
mod frozen;
mod hooked;
mod left;
mod outputs;
mod spaces;
mod three;

use longshore_testkit::{Outcome, Program, Project, TestCluster, TestNamespace};
use serde_json::{Value, json};

const FILES: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: PLATFORM
    clusters:
      eu: {kubeconfig: EU_CONFIG, vars: {namespace: EU_NAMESPACE, zone: eu-1}}
      us:
        kubeconfig: US_CONFIG
        vars: {namespace: US_NAMESPACE, zone: us-1}
        releases: {web: {set: {replicas: 2}}}
    environments:
      prod: {clusters: [eu, us], namespace: '${cluster.vars.namespace}', vars: {mail: true}}
      waves: {extends: prod, clusterWaves: [[us], [eu]], clustersAtOnce: 1, vars: {mail: false}}
    defaultEnvironment: prod
    wait: {grace: {settle: 0s, unschedulable: 1s}}
    releases:
      db: {manifests: db.yaml, clusters: [eu]}
      web: {chart: chart, needs: [db], set: {zone: '${cluster.vars.zone}'}}
      mail: {manifests: mail.yaml, clusters: [us], enabled: '${env.vars.mail}'}
    //- db.yaml
    {apiVersion: v1, kind: ConfigMap, metadata: {name: db}, data: {a: b}}
    //- mail.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: mail}
    spec:
      selector: {matchLabels: {app: mail}}
      template:
        metadata: {labels: {app: mail}}
        spec: {nodeSelector: {}, containers: [{name: mail, image: mail:1}]}
    //- chart/Chart.yaml
    {apiVersion: v2, name: web, version: 1.0.0}
    //- chart/values.yaml
    {replicas: 1, zone: none, level: info}
    //- chart/templates/web.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: web}
    data: {zone: {{ .Values.zone }}, replicas: {{ .Values.replicas | quote }}, level: {{ .Values.level }}}
    ";

/// Short, so that no test waits for long; long enough for a machine that has much else to do.
const HOLD: &str = "10";

/// A project on two clusters.
struct Two {
    project: Project,
    /// Its name is its own: what was left behind is looked for over whole clusters.
    platform: String,
    eu: TestNamespace,
    us: TestNamespace,
}

impl Two {
    async fn new(eu: &TestCluster, us: &TestCluster, name: &str) -> Self {
        let (eu, us) = (eu.namespace(name).await.unwrap(), us.namespace(name).await.unwrap());
        let platform = format!("shop-{}", eu.name());
        let files = FILES
            .replace("PLATFORM", &platform)
            .replace("EU_CONFIG", &eu.kubeconfig().display().to_string())
            .replace("US_CONFIG", &us.kubeconfig().display().to_string())
            .replace("EU_NAMESPACE", eu.name())
            .replace("US_NAMESPACE", us.name());
        Self { project: Project::new(&files).unwrap(), platform, eu, us }
    }

    /// The name of its lock.
    fn lock(&self) -> String {
        format!("longshore-{}-prod", self.platform)
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.project.read(file).unwrap();
        assert!(text.contains(from), "{file} has no `{from}`");
        self.project.write(file, &text.replace(from, to)).unwrap();
    }

    fn run(&self, arguments: &str) -> Outcome {
        run(&self.project, arguments)
    }

    #[track_caller]
    fn ends(&self, arguments: &str, code: i32) -> Outcome {
        let outcome = self.run(arguments);
        assert_eq!(outcome.code, Some(code), "longshore {arguments}\n{outcome}");
        outcome
    }
}

/// Runs a command in a project's folder.
fn run(project: &Project, arguments: &str) -> Outcome {
    Program::new(env!("CARGO_BIN_EXE_longshore"))
        .unwrap()
        .args(arguments.split_whitespace())
        .env("USER", "tester")
        .env("LONGSHORE_HOLD_SECONDS", HOLD)
        .folder(project.path())
        .run()
        .unwrap()
}

/// The data of a ConfigMap.
async fn data(namespace: &TestNamespace, name: &str) -> Value {
    object(namespace, "api/v1", "configmaps", name).await["data"].clone()
}

async fn object(namespace: &TestNamespace, group: &str, plural: &str, name: &str) -> Value {
    let path = format!("/{group}/namespaces/{}/{plural}/{name}", namespace.name());
    let request = http::Request::get(path).body(Vec::new()).unwrap();
    match namespace.client().await.unwrap().request::<Value>(request).await {
        Ok(object) => object,
        Err(kube::Error::Api(status)) if status.code == 404 => Value::Null,
        Err(error) => panic!("{error}"),
    }
}

async fn send(namespace: &TestNamespace, method: http::Method, name: &str, body: &Value) {
    let path = format!("/apis/coordination.k8s.io/v1/namespaces/{}/leases{name}", namespace.name());
    let kind =
        if method == http::Method::PATCH { "application/merge-patch+json" } else { "application/json" };
    let request = http::Request::builder().method(method).uri(path).header("content-type", kind);
    let request = request.body(body.to_string().into_bytes()).unwrap();
    namespace.client().await.unwrap().request::<Value>(request).await.unwrap();
}

/// Where a line of the progress stands.
#[track_caller]
fn position(outcome: &Outcome, line: &str) -> usize {
    outcome.stderr.find(line).unwrap_or_else(|| panic!("no `{line}` in\n{outcome}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_on_two_clusters() {
    let eu = TestCluster::get().await.unwrap();
    let us = &TestCluster::start("fleet-us").await.unwrap();
    frozen::is_carried_out_later(&Two::new(eu, us, "fleet-frozen").await).await;
    outputs::reach_the_other_cluster(&Two::new(eu, us, "fleet-outputs").await).await;
    lives(&Two::new(eu, us, "fleet-lives").await).await;
    spaces::are_several(&Two::new(eu, us, "fleet-spaces").await).await;
    cannot_be_reached(&Two::new(eu, us, "fleet-away").await).await;
    fails_midway(&Two::new(eu, us, "fleet-fails").await).await;
    goes_in_waves(&Two::new(eu, us, "fleet-waves").await).await;
    is_interrupted(&Two::new(eu, us, "fleet-stopped").await).await;
    is_locked(&Two::new(eu, us, "fleet-locked").await).await;
    failing::stays_where_it_is_needed(&Two::new(eu, us, "fleet-stays").await).await;
    failing::goes_back_on_one(&Two::new(eu, us, "fleet-back").await).await;
    left::is_removed_where_it_is_not_wanted(&Two::new(eu, us, "fleet-left").await).await;
    left::moves_to_another_cluster(&Two::new(eu, us, "fleet-moves").await).await;
    left::goes_as_a_whole(&Two::new(eu, us, "fleet-gone").await).await;
    left::one_cluster_of_two_names(&Two::new(eu, eu, "fleet-same").await).await;
    hooked::runs_them_on_each(&Two::new(eu, us, "fleet-hooked").await).await;
    failing::dies_midway(&Two::new(eu, us, "fleet-dies").await, us).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_releases_over_three_clusters() {
    let eu = TestCluster::get().await.unwrap();
    let (us, ap) = tokio::join!(TestCluster::start("fleet-three-us"), TestCluster::start("fleet-three-ap"));
    three::thirty_releases([eu, &us.unwrap(), &ap.unwrap()]).await;
}

/// From the first plan to the removal.
async fn lives(two: &Two) {
    let planned = two.ends("plan --detailed-exitcode -o json", 2);
    let planned: Value = serde_json::from_str(&planned.stdout).unwrap();
    let releases = |at: usize| -> Vec<&str> {
        let releases = planned["clusters"][at]["releases"].as_array().unwrap().iter();
        releases.map(|release| release["release"].as_str().unwrap()).collect()
    };
    assert_eq!((&planned["clusters"][0]["cluster"], releases(0)), (&json!("eu"), vec!["db", "web"]));
    assert_eq!((&planned["clusters"][1]["cluster"], releases(1)), (&json!("us"), vec!["mail", "web"]));

    let done = two.ends("deploy", 0);
    // What `web` needs is on the other cluster.
    assert!(position(&done, "eu/db deployed revision") < position(&done, "us/web installing"), "{done}");
    assert_eq!(data(&two.eu, "web").await, json!({"zone": "eu-1", "replicas": "1", "level": "info"}));
    assert_eq!(data(&two.us, "web").await, json!({"zone": "us-1", "replicas": "2", "level": "info"}));
    assert_eq!(data(&two.us, "db").await, Value::Null);
    let leases = object(&two.eu, "apis/coordination.k8s.io/v1", "leases", &two.lock()).await;
    assert_eq!(leases, Value::Null, "the lock is given back");
    two.ends("plan --detailed-exitcode", 0);
    assert!(two.ends("deploy", 0).stdout.contains("nothing has changed"));

    // One cluster alone, where a command is about one, or one is chosen.
    let asked = two.ends("logs", 1);
    assert!(asked.stderr.contains("choose one with `--cluster eu|us`"), "{asked}");
    assert!(!two.ends("status --cluster us", 0).stdout.contains("eu"));

    // What somebody has changed on one of them.
    let body = json!({"data": {"level": "debug"}});
    let path = format!("/api/v1/namespaces/{}/configmaps/web?fieldManager=kubectl-edit", two.us.name());
    let request = http::Request::patch(path).header("content-type", "application/merge-patch+json");
    let request = request.body(body.to_string().into_bytes()).unwrap();
    two.us.client().await.unwrap().request::<Value>(request).await.unwrap();
    let drift = two.ends("status --drift --detailed-exitcode -o json", 2);
    let drift: Value = serde_json::from_str(&drift.stdout).unwrap();
    let drifted: Vec<&Value> =
        drift["clusters"].as_array().unwrap().iter().map(|cluster| &cluster["drifted"]).collect();
    assert_eq!(drifted, [&json!(false), &json!(true)]);
    two.ends("deploy --overwrite", 0);
    two.ends("status --drift --detailed-exitcode", 0);

    // The last deploy changed one cluster; that one goes back.
    two.edit("longshore.yaml", "set: {replicas: 2}", "set: {replicas: 3}");
    two.ends("deploy", 0);
    assert_eq!(data(&two.us, "web").await["replicas"], "3");
    two.ends("rollback", 0);
    assert_eq!(data(&two.us, "web").await["replicas"], "2");
    let history: Value = serde_json::from_str(&two.ends("history web -o json", 0).stdout).unwrap();
    let counts: Vec<usize> = history["clusters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["revisions"].as_array().unwrap().len())
        .collect();
    assert_eq!(counts, [1, 4]);
    // One that has changed both goes back on both.
    two.edit(
        "longshore.yaml",
        "set: {zone: '${cluster.vars.zone}'}",
        "set: {zone: '${cluster.vars.zone}', level: warn}",
    );
    two.ends("deploy", 0);
    two.ends("rollback", 0);
    let levels = (data(&two.eu, "web").await["level"].clone(), data(&two.us, "web").await["level"].clone());
    assert_eq!(levels, (json!("info"), json!("info")));

    let removed = two.ends("destroy --yes", 0);
    assert!(position(&removed, "us/web") < position(&removed, "eu/db"), "{removed}");
    assert_eq!(data(&two.eu, "web").await, Value::Null);
    let nothing = two.ends("destroy --yes", 0);
    assert!(nothing.stderr.contains("nothing of this platform is on any of its clusters"), "{nothing}");
}

/// Nothing is written anywhere.
async fn cannot_be_reached(two: &Two) {
    let config = two.project.file("away.yaml");
    let text = std::fs::read_to_string(two.us.kubeconfig()).unwrap();
    let (before, server) = text.split_once("https://").unwrap();
    let end = server.find(|c: char| c == '"' || c.is_whitespace()).unwrap();
    std::fs::write(&config, format!("{before}https://127.0.0.1:1{}", &server[end..])).unwrap();
    let good = two.us.kubeconfig().display().to_string();
    two.edit("longshore.yaml", &good, "away.yaml");
    let failed = two.ends("deploy", 1);
    assert!(failed.stderr.contains("on cluster `us`"), "{failed}");
    assert!(failed.stderr.contains("nothing was changed on any cluster"), "{failed}");
    assert_eq!(data(&two.eu, "db").await, Value::Null);
    // The others can be worked with by themselves.
    two.ends("deploy --cluster eu", 0);
    assert_eq!(data(&two.eu, "web").await["zone"], "eu-1");
}

/// The others are as planned, and the next deploy completes.
async fn fails_midway(two: &Two) {
    two.edit("mail.yaml", "nodeSelector: {}", "nodeSelector: {disk: golden}");
    let failed = two.ends("deploy -o json", 1);
    let result: Value = serde_json::from_str(&failed.stdout).unwrap();
    assert_eq!(result["clusters"][0]["deployed"]["releases"][1]["release"], "web", "{failed}");
    assert!(result["clusters"][1]["error"]["message"].is_string(), "{failed}");
    assert!(failed.stderr.contains("not begun: web"), "{failed}");
    assert_eq!(data(&two.eu, "web").await["zone"], "eu-1");
    assert_eq!(data(&two.us, "web").await, Value::Null);
    two.edit("mail.yaml", "nodeSelector: {disk: golden}", "nodeSelector: {}");
    two.ends("deploy", 0);
    assert_eq!(data(&two.us, "web").await["zone"], "us-1");
}

/// A wave of clusters begins when the one before has succeeded.
async fn goes_in_waves(two: &Two) {
    let refused = two.ends("plan -e waves", 1);
    assert!(
        refused.stderr.contains(
            "release `web` needs `db`, which on cluster `eu` comes in a later wave than cluster `us`"
        ),
        "{refused}"
    );
    two.edit("longshore.yaml", "clusterWaves: [[us], [eu]]", "clusterWaves: [[eu], [us]]");
    let file = two.project.read("chart/templates/web.yaml").unwrap();
    let hooked = format!(
        "{file}---\n{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: slow}}, spec: {{selector: {{matchLabels: {{a: b}}}}, template: {{metadata: {{labels: {{a: b}}}}, spec: {{nodeSelector: {{disk: golden}}, containers: [{{name: c, image: c}}]}}}}}}}}\n"
    );
    two.project.write("chart/templates/web.yaml", &hooked).unwrap();
    let failed = two.ends("deploy -e waves", 1);
    assert!(failed.stderr.contains("`web` on cluster `eu` comes first, and was not deployed"), "{failed}");
    assert_eq!(data(&two.us, "web").await, Value::Null);
    two.project.write("chart/templates/web.yaml", &file).unwrap();
    let done = two.ends("deploy -e waves --yes", 0);
    assert!(position(&done, "eu/web deployed revision") < position(&done, "us/web installing"), "{done}");
    assert_eq!(
        object(&two.us, "apis/apps/v1", "deployments", "mail").await,
        Value::Null,
        "mail is not wanted in this environment"
    );
}

/// Ctrl-C: what is worked on is told, the lock is given back, and the next command goes on.
async fn is_interrupted(two: &Two) {
    two.edit("longshore.yaml", "unschedulable: 1s", "unschedulable: 10m");
    two.edit("mail.yaml", "nodeSelector: {}", "nodeSelector: {disk: golden}");
    let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap();
    let mut deploying = program.args(["deploy"]).folder(two.project.path()).start().unwrap();
    deploying.wait_for("us/mail waiting for").unwrap();
    deploying.interrupt().unwrap();
    let stopped = deploying.finish().unwrap();
    assert_eq!(stopped.code, Some(130), "{stopped}");
    let told = stopped.stderr.lines().find(|line| line.starts_with("interrupted while working on"));
    assert!(told.is_some_and(|line| line.contains("us/mail")), "{stopped}");
    two.edit("mail.yaml", "nodeSelector: {disk: golden}", "nodeSelector: {}");
    two.ends("deploy", 0);
    assert_eq!(data(&two.us, "web").await["zone"], "us-1");
}

/// Who is at work is named; who has died is followed.
async fn is_locked(two: &Two) {
    let renewed =
        |second: u32| json!({"spec": {"renewTime": format!("2026-01-01T00:00:{second:02}.000000Z")}});
    let mut lease = json!({
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": two.lock()},
        "spec": {"holderIdentity": "ann@laptop", "leaseDurationSeconds": 2},
    });
    lease["spec"]["renewTime"] = renewed(0)["spec"]["renewTime"].clone();
    send(&two.eu, http::Method::POST, "", &lease).await;
    // A dead one: its term passes, and it is followed.
    two.ends("deploy", 0);
    send(&two.eu, http::Method::POST, "", &lease).await;
    let renewing = async {
        for second in 1.. {
            send(&two.eu, http::Method::PATCH, &format!("/{}", two.lock()), &renewed(second % 60)).await;
            tokio::task::yield_now().await;
        }
    };
    let deploying = tokio::task::block_in_place(|| {
        let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap();
        program
            .args(["deploy"])
            .env("LONGSHORE_HOLD_SECONDS", "60")
            .folder(two.project.path())
            .start()
            .unwrap()
    });
    let refused = tokio::select! {
        () = renewing => unreachable!("it renews for ever"),
        refused = tokio::task::spawn_blocking(move || deploying.finish().unwrap()) => refused.unwrap(),
    };
    assert_eq!(refused.code, Some(1), "{refused}");
    let words = format!(
        "ann@laptop is deploying environment `prod` of platform `{}` (the lock lies on cluster `eu`)",
        two.platform
    );
    assert!(refused.stderr.contains(&words), "{refused}");
}
