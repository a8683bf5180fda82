//! An autoscaler, a person with kubectl and another program on the fields of a release: nothing is fought over, each is
//! named, and `--adopt` and `--overwrite` do what they say (design decision 3).

use std::time::Duration;

use longshore_testkit::eventually;
use serde_json::{Value, json};

use crate::Stage;

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
        spec: {containers: [{name: web, image: 'example.com/web:v1'}]}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: settings}
    data: {level: info}
    ";

const DEPLOYMENT: &str = "apis/apps/v1/namespaces/{ns}/deployments/web";

async fn web(stage: &Stage) -> (i64, String) {
    let web = stage.live("apis/apps/v1", "deployments", "web").await.unwrap();
    let image = web["spec"]["template"]["spec"]["containers"][0]["image"].as_str().unwrap();
    (web["spec"]["replicas"].as_i64().unwrap(), image.to_owned())
}

/// What the autoscaler of the control plane does: it writes the subresource `scale`, under its own name.
async fn scaled(stage: &Stage, replicas: i64) {
    let body = json!({"spec": {"replicas": replicas}});
    stage.patch(&format!("{DEPLOYMENT}/scale"), "kube-controller-manager", &body).await;
}

fn conflicts(plan: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let conflicts = plan["releases"][0]["conflicts"].as_array().cloned().unwrap_or_default();
    conflicts.iter().map(|c| (text(&c["field"]), text(&c["manager"]), text(&c["outcome"]))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_field_of_others_is_named_and_none_is_fought_over() {
    let stage = Stage::new("contested", SHOP).await;
    stage.ok("deploy");
    scaled(&stage, 4).await;
    let image = json!({"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "example.com/web:hand"}]}}}});
    stage.patch(DEPLOYMENT, "kubectl-set", &image).await;
    let config = "api/v1/namespaces/{ns}/configmaps/settings";
    stage.patch(config, "settings-operator", &json!({"data": {"level": "debug"}})).await;

    let field = r#"spec.template.spec.containers[name="web"].image"#;
    let of = |hand: &str| {
        let mut all = vec![
            ("spec.replicas".to_owned(), "kube-controller-manager".to_owned(), "left".to_owned()),
            (field.to_owned(), "kubectl-set".to_owned(), hand.to_owned()),
            ("data.level".to_owned(), "settings-operator".to_owned(), hand.to_owned()),
        ];
        all.sort();
        all
    };
    let seen = |arguments: &str| {
        let mut seen = conflicts(&stage.json(arguments));
        seen.sort();
        seen
    };
    assert_eq!(seen("plan"), of("open"));
    assert_eq!(seen("plan --adopt"), of("adopted"));
    assert_eq!(seen("plan --overwrite"), of("overwritten"));
    let refused = stage.longshore("deploy");
    assert_eq!(refused.code, Some(1));
    for part in [field, "kubectl-set", "settings-operator", "--adopt", "--overwrite"] {
        assert!(refused.stderr.contains(part), "{part}: {refused}");
    }
    assert!(!refused.stderr.contains("kube-controller-manager"), "the autoscaler is no problem: {refused}");
    let status = stage.longshore("status").stdout;
    assert!(
        status.contains("changed by kubectl-set") && status.contains("changed by settings-operator"),
        "{status}"
    );
    assert!(!status.contains("kube-controller-manager"), "{status}");
    let plan = stage.longshore("plan").stdout;
    assert!(plan.contains("= Deployment/web spec.replicas stays 4"), "{plan}");

    // With another change beside them, what others have set stays, and the change is made.
    let manifest = stage.project.read("web.yaml").unwrap();
    stage.project.write("web.yaml", &manifest.replace("team: shop", "team: cart")).unwrap();
    stage.ok("deploy --adopt");
    assert_eq!(web(&stage).await, (4, "example.com/web:hand".to_owned()));
    let live = stage.live("apis/apps/v1", "deployments", "web").await.unwrap();
    assert_eq!(live["metadata"]["annotations"]["team"], "cart");
    let settings = stage.live("api/v1", "configmaps", "settings").await.unwrap();
    assert_eq!(settings["data"]["level"], "debug");
    let owner = |live: &Value, manager: &str| {
        live["metadata"]["managedFields"].as_array().unwrap().iter().any(|entry| entry["manager"] == manager)
    };
    assert!(
        owner(&live, "kubectl-set") && owner(&live, "kube-controller-manager"),
        "their owners are the same"
    );

    // Overwriting is for what people and programs have set by hand; an autoscaler would write it back.
    stage.ok("deploy --overwrite");
    assert_eq!(web(&stage).await, (4, "example.com/web:v1".to_owned()));
    let settings = stage.live("api/v1", "configmaps", "settings").await.unwrap();
    assert_eq!(settings["data"]["level"], "info");
    stage.ok("deploy");
    assert_eq!(stage.longshore("plan --detailed-exitcode").code, Some(0));
}

/// The real autoscaler: with fewer replicas than its least it scales without any metrics.
#[tokio::test(flavor = "multi_thread")]
async fn the_control_planes_own_autoscaler_is_given_way_to() {
    let stage = Stage::new("autoscaled", SHOP).await;
    let manifest = stage.project.read("web.yaml").unwrap();
    let scaler = "
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, minReplicas: 4, maxReplicas: 6}
";
    stage.project.write("web.yaml", &format!("{manifest}---{scaler}")).unwrap();
    stage.ok("deploy");
    let scaled = async || Ok((web(&stage).await.0 == 4).then_some(()));
    eventually("the autoscaler", Duration::from_mins(2), scaled).await.unwrap();
    let seen = conflicts(&stage.json("plan"));
    assert_eq!(seen, [("spec.replicas".to_owned(), "kube-controller-manager".to_owned(), "left".to_owned())]);
    assert_eq!(stage.longshore("plan --detailed-exitcode").code, Some(0), "that is no change");
    let changed = format!("{}---{scaler}", manifest.replace("web:v1", "web:v2"));
    stage.project.write("web.yaml", &changed).unwrap();
    for arguments in ["deploy", "deploy --overwrite"] {
        stage.ok(arguments);
        assert_eq!(web(&stage).await, (4, "example.com/web:v2".to_owned()));
    }
    assert!(!stage.ok("status").stdout.contains("changed by"));
}

/// Who scales by hand is a person, and is asked about.
#[tokio::test(flavor = "multi_thread")]
async fn kubectl_scale_is_a_person() {
    let stage = Stage::new("byscale", SHOP).await;
    stage.ok("deploy");
    stage.patch(&format!("{DEPLOYMENT}/scale"), "kubectl-scale", &json!({"spec": {"replicas": 5}})).await;
    let plan = stage.json("plan");
    assert_eq!(
        conflicts(&plan),
        [("spec.replicas".to_owned(), "kubectl-scale".to_owned(), "open".to_owned())]
    );
    assert_eq!(stage.longshore("deploy").code, Some(1));
    stage.ok("deploy --overwrite");
    assert_eq!(web(&stage).await.0, 2);
}

/// A release that hands `replicas` over keeps the number until the autoscaler owns it, and then lets go.
#[tokio::test(flavor = "multi_thread")]
async fn replicas_are_handed_over_without_a_reset() {
    let stage = Stage::new("handover", SHOP).await;
    stage.ok("deploy");
    let manifest = stage.project.read("web.yaml").unwrap();
    let without = manifest.replace("  replicas: 2\n", "");
    assert_ne!(manifest, without);
    stage.project.write("web.yaml", &without).unwrap();
    let plan = stage.longshore("plan");
    assert!(plan.stdout.contains("spec.replicas stays at 2"), "{plan}");
    stage.ok("deploy");
    assert_eq!(web(&stage).await.0, 2, "not reset to 1");
    scaled(&stage, 3).await;
    stage.project.write("web.yaml", &without.replace("team: shop", "team: cart")).unwrap();
    stage.ok("deploy");
    assert_eq!(web(&stage).await.0, 3);
    let live = stage.live("apis/apps/v1", "deployments", "web").await.unwrap();
    let entries = live["metadata"]["managedFields"].as_array().unwrap();
    let ours = entries.iter().find(|entry| entry["manager"] == "helm").unwrap();
    assert!(ours["fieldsV1"]["f:spec"]["f:replicas"].is_null(), "{ours}");
}

/// Each field that would change says whose it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_field_names_its_owner() {
    let stage = Stage::new("owners", SHOP).await;
    let body = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"level": "debug"}});
    stage.make("api/v1/namespaces/{ns}/configmaps?fieldManager=settings-operator", &body).await;
    let refused = stage.longshore("deploy");
    assert!(refused.stderr.contains("does not belong to release `web`"), "{refused}");
    let plan = stage.json("plan --adopt --overwrite");
    let objects = plan["releases"][0]["objects"].as_array().unwrap();
    let settings = objects.iter().find(|change| change["object"]["name"] == "settings").unwrap();
    let level = settings["fields"].as_array().unwrap().iter().find(|f| f["path"] == "data.level").unwrap();
    assert_eq!(level["owners"], json!(["settings-operator"]));
    let shown = stage.longshore("plan --adopt --overwrite").stdout;
    assert!(shown.contains("data.level: debug → info (owned by settings-operator)"), "{shown}");
    stage.ok("deploy --adopt --overwrite");
    let settings = stage.live("api/v1", "configmaps", "settings").await.unwrap();
    assert_eq!(settings["data"]["level"], "info");
}
