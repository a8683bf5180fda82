//! What is not as it was deployed: each field with who wrote it and when, people told from controllers and from our
//! own rollout, objects that are gone and objects that were added; nothing of Secrets; at the cost of few requests.

use longshore_release::FaultPoint;
use longshore_testkit::{Between, Deal, Request};
use serde_json::{Value, json};

use crate::Stage;
use crate::killed::kill_at;

const SHOP: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: shop
    environments: {dev: {namespace: shop}}
    defaultEnvironment: dev
    releases: {web: {manifests: web.yaml}}
    //- web.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, annotations: {team: shop}}
    spec:
      replicas: 2
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          containers:
            - {name: side, image: 'example.com/side:v1'}
            - {name: web, image: 'example.com/web:v1', resources: {requests: {cpu: 1000m}}}
    ---
    {apiVersion: v1, kind: ConfigMap, metadata: {name: settings, annotations: {team: day}}, data: {level: info, size: '1'}}
    ---
    {apiVersion: v1, kind: ConfigMap, metadata: {name: lost}, data: {a: b}}
    ---
    {apiVersion: v1, kind: Secret, metadata: {name: keys}, stringData: {password: first-secret-word}}
    ---
    {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 80}]}}
    ";

const DEPLOYMENT: &str = "apis/apps/v1/namespaces/{ns}/deployments/web";

async fn delete(stage: &Stage, path: &str) {
    let client = stage.namespace.client().await.unwrap();
    let path = format!("/{path}").replace("{ns}", stage.namespace.name());
    client.request::<Value>(http::Request::delete(path).body(Vec::new()).unwrap()).await.unwrap();
}

/// What a person, a controller and a script do to a release.
async fn tamper(stage: &Stage) {
    let image = json!({"spec": {"template": {"spec": {"containers": [
        {"name": "web", "image": "example.com/web:hand", "env": [{"name": "DEBUG", "value": "1"}]}]}}}});
    stage.patch(DEPLOYMENT, "kubectl-edit", &image).await;
    stage
        .patch(&format!("{DEPLOYMENT}/scale"), "kube-controller-manager", &json!({"spec": {"replicas": 4}}))
        .await;
    let config = "api/v1/namespaces/{ns}/configmaps/settings";
    stage.patch(config, "settings-operator", &json!({"data": {"level": "debug"}})).await;
    stage.patch(config, "nightly", &json!({"data": {"size": null}})).await;
    stage.patch(config, "nightly", &json!({"metadata": {"annotations": {"team": "night"}}})).await;
    let secret = "api/v1/namespaces/{ns}/secrets/keys";
    stage.patch(secret, "k9s", &json!({"stringData": {"password": "second-secret-word"}})).await;
    delete(stage, "api/v1/namespaces/{ns}/configmaps/lost").await;
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "rogue", "labels": {"app": "web"}},
        "spec": {"containers": [{"name": "web", "image": "example.com/rogue"}]}});
    stage.make("api/v1/namespaces/{ns}/pods?fieldManager=kubectl-run", &pod).await;
    let copy = json!({"apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "copy", "labels": {"app.kubernetes.io/instance": "web"}}});
    stage.make("api/v1/namespaces/{ns}/configmaps?fieldManager=kubectl-create", &copy).await;
    // Neither of these is of the release: another instance's, and what a controller makes.
    for (name, instance, manager) in
        [("other", "other", "kubectl-create"), ("made", "web", "some-controller")]
    {
        let object = json!({"apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": name, "labels": {"app.kubernetes.io/instance": instance}}});
        stage.make(&format!("api/v1/namespaces/{{ns}}/configmaps?fieldManager={manager}"), &object).await;
    }
}

/// Each difference as `object state field cause manager`.
fn told(report: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let mut told = Vec::new();
    for object in report["releases"][0]["drift"].as_array().unwrap() {
        let (name, state) = (text(&object["object"]), text(&object["state"]));
        if state != "changed" {
            let (cause, by) = (text(&object["cause"]), text(&object["by"]["manager"]));
            told.push(format!("{name} {state} {cause} {by}"));
        }
        for field in object["fields"].as_array().into_iter().flatten() {
            let (path, cause) = (text(&field["path"]), text(&field["cause"]));
            let is_guess = field["by"]["guessed"] == true;
            let by = if is_guess { "?".to_owned() } else { text(&field["by"]["manager"]) };
            told.push(format!("{name} {path} {cause} {by}"));
        }
    }
    told.sort();
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn each_difference_is_told_with_who_and_when() {
    let stage = Stage::new("drift", SHOP).await;
    stage.ok("deploy");
    let none = stage.ok("status --drift --detailed-exitcode");
    assert!(none.stdout.contains("everything is as it was deployed"), "{none}");
    tamper(&stage).await;
    let found = stage.longshore("status --drift --detailed-exitcode -o json");
    assert_eq!(found.code, Some(2), "{found}");
    let report: Value = serde_json::from_str(&found.stdout).unwrap();
    let expected = [
        "ConfigMap/copy added human kubectl-create",
        "ConfigMap/lost missing unknown -",
        "ConfigMap/settings data.level controller settings-operator",
        "ConfigMap/settings data.size unknown ?",
        "ConfigMap/settings metadata.annotations.team program nightly",
        "Deployment/web spec.replicas autoscaler kube-controller-manager",
        "Deployment/web spec.template.spec.containers[web].env[DEBUG] human kubectl-edit",
        "Deployment/web spec.template.spec.containers[web].image human kubectl-edit",
        "Pod/rogue added human kubectl-run",
        "Secret/keys data.password human k9s",
    ];
    let told = told(&report);
    assert_eq!(told, expected, "{report:#}");
    // When: not before the deploy, to the second.
    let live = stage.live("apis/apps/v1", "deployments", "web").await.unwrap();
    let entries = live["metadata"]["managedFields"].as_array().unwrap();
    let edited = entries.iter().find(|entry| entry["manager"] == "kubectl-edit").unwrap();
    let web = report["releases"][0]["drift"].as_array().unwrap().iter();
    let web = web.clone().find(|object| object["object"] == "Deployment/web").unwrap();
    let image = web["fields"]
        .as_array()
        .unwrap()
        .iter()
        .find(|field| field["path"].as_str().unwrap().ends_with("image"));
    let image = image.unwrap();
    assert_eq!(image["by"]["time"], edited["time"], "{image}");
    assert_eq!(
        (&image["deployed"], &image["live"]),
        (&json!("example.com/web:v1"), &json!("example.com/web:hand"))
    );
    // What was taken away has no owner.
    assert!(found.stdout.contains("\"guessed\": true"), "{found}");

    let shown = stage.longshore("status --drift");
    assert_eq!(shown.code, Some(0), "{shown}");
    for part in [
        "spec.template.spec.containers[web].image: example.com/web:v1 → example.com/web:hand",
        "changed by kubectl-edit, by hand, at 20",
        "changed by settings-operator, a controller, at 20",
        "data.size: 1 → nothing",
        "gone, perhaps taken away by",
        "scaled by kube-controller-manager (scale)",
        "ConfigMap/lost is gone",
        "Pod/rogue carries its labels and is no part of it: made by kubectl-run, by hand",
        "data.password: (hidden) → (hidden)",
        "6 objects are not as they were deployed",
    ] {
        assert!(shown.stdout.contains(part), "{part}: {shown}");
    }
    // Values of Secrets are nowhere, neither those that were deployed nor those that stand there now.
    for outcome in
        [&found, &shown, &stage.longshore("status"), &stage.longshore("plan"), &stage.longshore("deploy")]
    {
        for word in ["first-secret-word", "second-secret-word", "Zmlyc3Qtc2Vj", "c2Vjb25kLXNlY"] {
            assert!(!outcome.stdout.contains(word) && !outcome.stderr.contains(word), "{outcome}");
        }
    }

    // What is known of is no drift.
    let rules = "
drift:
  ignore:
    - {kind: ConfigMap}
    - {kind: Secret, name: keys, pointers: [/data]}
    - {kind: Deployment, release: web, group: apps, pointers: [/spec/template/spec/containers/web/env, /spec/template/spec/containers/1/image]}
";
    let project = stage.project.read("longshore.yaml").unwrap();
    stage.project.write("longshore.yaml", &format!("{project}{rules}")).unwrap();
    assert_eq!(stage.longshore("status --drift --detailed-exitcode").code, Some(2), "the pod is left");
    let quiet = stage.ok("status --drift --detailed-exitcode --ignore Pod/rogue");
    assert!(quiet.stdout.contains("nothing is other than it should be"), "{quiet}");
    stage.project.write("longshore.yaml", &project).unwrap();
    // And it goes with a deploy.
    stage.ok("deploy --overwrite");
    assert_eq!(
        stage.longshore("status --drift --detailed-exitcode").code,
        Some(2),
        "what was added is still there"
    );
    for added in ["api/v1/namespaces/{ns}/pods/rogue", "api/v1/namespaces/{ns}/configmaps/copy"] {
        delete(&stage, added).await;
    }
    let left = stage.ok("status --drift --ignore Deployment:/spec/template/spec/containers/*/env");
    assert!(left.stdout.contains("nothing is other than it should be"), "{left}");
}

/// A deploy that was cut off leaves differences that are nobody's doing.
#[tokio::test(flavor = "multi_thread")]
async fn our_own_rollout_is_no_drift() {
    let stage = Stage::new("drift-rollout", SHOP).await;
    stage.ok("deploy");
    let text = stage.project.read("web.yaml").unwrap();
    stage
        .project
        .write("web.yaml", &text.replace(":v1'", ":v2'").replace("level: info", "level: warn"))
        .unwrap();
    kill_at(&stage, "deploy", FaultPoint::PendingWritten);
    stage
        .patch(DEPLOYMENT, "kubectl-annotate", &json!({"metadata": {"annotations": {"team": "mine"}}}))
        .await;
    let report = stage.json("status --drift");
    let web = "Deployment/web spec.template.spec.containers";
    let expected = [
        "ConfigMap/settings data.level rollout helm".to_owned(),
        "Deployment/web metadata.annotations.team human kubectl-annotate".to_owned(),
        format!("{web}[side].image rollout helm"),
        format!("{web}[web].image rollout helm"),
    ];
    assert_eq!(told(&report), expected, "{report:#}");
    assert!(report["releases"][0]["holder"].is_string());
}

/// Who may only read is told the same.
#[tokio::test(flavor = "multi_thread")]
async fn who_may_only_read_sees_the_same() {
    let mut stage = Stage::new("drift-reader", SHOP).await;
    stage.ok("deploy");
    tamper(&stage).await;
    let whole = told(&stage.json("status --drift"));
    let between = Between::before(&stage.namespace.kubeconfig(), |request| {
        let writes = request.method == "PATCH";
        if writes { Deal::Answer(403, "Forbidden", "you may only read", &[]) } else { Deal::Pass }
    })
    .await
    .unwrap();
    stage.kubeconfig = Some(between.kubeconfig());
    assert_eq!(told(&stage.json("status --drift")), whole);
}

/// 500 objects that are as they were deployed cost lists, not requests for each.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_changed_costs_few_requests() {
    let one = |i: usize| {
        format!(
            "---\n{{apiVersion: v1, kind: ConfigMap, metadata: {{name: c{i}}}, data: {{number: '{i}'}}}}\n\
             ---\n{{apiVersion: v1, kind: Service, metadata: {{name: s{i}}}, spec: {{selector: {{app: a{i}}}, ports: [{{port: 80}}]}}}}\n"
        )
    };
    let mut stage = Stage::new("drift-cheap", SHOP).await;
    stage.project.write("web.yaml", &(0..250).map(one).collect::<String>()).unwrap();
    stage.ok("deploy");
    let between = Between::before(&stage.namespace.kubeconfig(), |_| Deal::Pass).await.unwrap();
    stage.kubeconfig = Some(between.kubeconfig());
    stage.ok("status --drift --detailed-exitcode");
    let asked = between.asked();
    assert!(asked.len() <= 25, "{} requests: {asked:#?}", asked.len());
    assert!(asked.iter().all(|request: &Request| request.method == "GET"), "{asked:#?}");
    between.forget();
    stage.ok("status");
    assert!(between.asked().len() <= 20, "{:#?}", between.asked());
}
