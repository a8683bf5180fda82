//! AL12: change an image, watch the rollout, undo it, undo to a revision; and what the files say afterwards.

use serde_json::Value;

use crate::Stage;

const CHART: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: shop
    environments: {dev: {namespace: shop}}
    defaultEnvironment: dev
    releases: {services: {chart: chart}}
    //- chart/Chart.yaml
    apiVersion: v2
    name: services
    version: 1.0.0
    //- chart/values.yaml
    tag: v1
    //- chart/templates/gateway.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: gateway}
    spec:
      selector: {matchLabels: {app: gateway}}
      template:
        metadata: {labels: {app: gateway}}
        spec:
          # The comment stays where it is.
          containers:
            - name: gateway
              image: \"example.com/gateway:{{ .Values.tag }}\"
    //- chart/templates/worker.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: worker}
    spec:
      selector: {matchLabels: {app: worker}}
      template:
        metadata: {labels: {app: worker}}
        spec: {containers: [{name: worker, image: 'example.com/worker:{{ .Values.tag }}'}]}
    ";

async fn image(stage: &Stage, name: &str) -> String {
    let live = stage.live("apis/apps/v1", "deployments", name).await.unwrap();
    live["spec"]["template"]["spec"]["containers"][0]["image"].as_str().unwrap().to_owned()
}

fn revisions(stage: &Stage) -> Vec<(u64, String)> {
    let history = stage.json("history services");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    history
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["revision"].as_u64().unwrap(), text(&r["status"])))
        .collect()
}

fn conflicts(plan: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = plan["releases"][0]["conflicts"].as_array().cloned().unwrap_or_default();
    all.iter().map(|conflict| (text(&conflict["field"]), text(&conflict["outcome"]))).collect()
}

/// The four steps of the platform's document, with ours instead of kubectl.
#[tokio::test(flavor = "multi_thread")]
async fn al12_an_image_is_changed_watched_undone_and_undone_to_a_revision() {
    let stage = Stage::new("al12", CHART).await;
    stage.ok("deploy");
    // Shown first; nothing happens.
    let shown = stage.ok("set image services gateway=example.com/gateway:v2 --dry-run");
    let line =
        "spec.template.spec.containers[gateway].image: example.com/gateway:v1 → example.com/gateway:v2";
    assert!(shown.stdout.contains(line) && shown.stdout.contains("1 to change, 1 unchanged"), "{shown}");
    assert_eq!(image(&stage, "gateway").await, "example.com/gateway:v1");
    // Changed, and waited for.
    let set = stage.ok("set image services gateway=example.com/gateway:v2");
    assert!(
        set.stderr.contains("Deployment/gateway configured") && set.stderr.contains("waiting for"),
        "{set}"
    );
    assert_eq!(image(&stage, "gateway").await, "example.com/gateway:v2");
    assert_eq!(image(&stage, "worker").await, "example.com/worker:v1");
    stage.ok("set image services/worker '*=example.com/worker:v3'".replace('\'', "").as_str());
    assert_eq!(image(&stage, "worker").await, "example.com/worker:v3");
    assert_eq!(stage.longshore("status").code, Some(0));
    assert_eq!(
        stage.longshore("status --drift --detailed-exitcode").code,
        Some(0),
        "the record says what runs"
    );
    // Undone.
    stage.ok("rollback services");
    assert_eq!(
        (image(&stage, "gateway").await, image(&stage, "worker").await),
        ("example.com/gateway:v2".to_owned(), "example.com/worker:v1".to_owned())
    );
    // Undone to a revision; the project has one release, so it need not be named.
    stage.ok("rollback --to 1");
    assert_eq!(image(&stage, "gateway").await, "example.com/gateway:v1");
    let statuses = ["superseded", "superseded", "superseded", "superseded", "deployed"];
    let expected: Vec<(u64, String)> = (1..).zip(statuses.map(str::to_owned)).collect();
    assert_eq!(revisions(&stage), expected);
    // Back at what the files say: nothing is left to be asked about.
    assert_eq!(stage.longshore("plan --detailed-exitcode").code, Some(0));
}

/// What the files say of an image that was set: it is asked about, kept, or taken back.
#[tokio::test(flavor = "multi_thread")]
async fn the_next_deploy_asks_about_an_image_that_was_set() {
    let stage = Stage::new("set-then-deploy", CHART).await;
    stage.ok("deploy");
    stage.ok("set image services gateway=example.com/gateway:v2");
    let field = r#"spec.template.spec.containers[name="gateway"].image"#.to_owned();
    let of = |outcome: &str| vec![(field.clone(), outcome.to_owned())];
    assert_eq!(conflicts(&stage.json("plan")), of("open"));
    let refused = stage.longshore("deploy");
    assert_eq!(refused.code, Some(1), "{refused}");
    for part in ["longshore set image by tester@", "--adopt", "--overwrite", "nothing was changed"] {
        assert!(refused.stderr.contains(part), "{part}: {refused}");
    }
    // Kept, beside another change of the files; and it goes on being known.
    let worker = stage.project.read("chart/templates/worker.yaml").unwrap();
    stage
        .project
        .write("chart/templates/worker.yaml", &worker.replace("worker:{{ .Values.tag }}", "worker:v9"))
        .unwrap();
    stage.ok("deploy --adopt");
    assert_eq!(
        (image(&stage, "gateway").await, image(&stage, "worker").await),
        ("example.com/gateway:v2".to_owned(), "example.com/worker:v9".to_owned())
    );
    assert_eq!(stage.longshore("status --drift --detailed-exitcode").code, Some(0));
    assert_eq!(conflicts(&stage.json("plan")), of("open"));
    // A rollback to a revision in which it was set knows it too.
    stage.ok("rollback services --to 2");
    assert_eq!(conflicts(&stage.json("plan")), of("open"));
    // Taken back.
    stage.ok("deploy --overwrite");
    assert_eq!(image(&stage, "gateway").await, "example.com/gateway:v1");
    assert_eq!(stage.longshore("plan --detailed-exitcode").code, Some(0));
    // The files come to say the same: nobody is asked.
    stage.ok("set image services gateway=example.com/gateway:v2");
    let gateway = stage.project.read("chart/templates/gateway.yaml").unwrap();
    stage.project.write("chart/templates/gateway.yaml", &gateway.replace("{{ .Values.tag }}", "v2")).unwrap();
    assert_eq!(conflicts(&stage.json("plan")), []);
    stage.ok("deploy");
}

/// What makes no sense is told, and changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_cannot_be_set_is_told() {
    let stage = Stage::new("set-wrong", CHART).await;
    let early = stage.longshore("set image services gateway=x");
    assert!(early.stderr.contains("there is no release `services`"), "{early}");
    stage.ok("deploy");
    for (arguments, code, part) in [
        ("set image services gatewy=x", 1, "did you mean `gateway`?"),
        ("set image services *=x", 1, "is in several objects"),
        ("set image services/sts/gateway gateway=x", 1, "has no `sts/gateway` with containers"),
        ("set image servces gateway=x", 1, "did you mean `services`?"),
        ("set image services gateway", 64, "CONTAINER=IMAGE"),
        ("set image services//x gateway=x", 64, "names no release"),
        ("set image services", 64, "CONTAINER=IMAGE"),
    ] {
        let outcome = stage.longshore(arguments);
        assert_eq!(outcome.code, Some(code), "{arguments}: {outcome}");
        assert!(outcome.stderr.contains(part), "{arguments}: {outcome}");
    }
    assert_eq!(revisions(&stage).len(), 1);
}

/// BC4: an update that would lose requests says so before it happens; one that would not says nothing.
#[tokio::test(flavor = "multi_thread")]
async fn bc4_an_update_that_loses_requests_is_told_in_the_plan() {
    let stage = Stage::new("bc4-warned", CHART).await;
    let probe = "readinessProbe: {tcpSocket: {port: 80}}";
    let careful = stage.project.read("chart/templates/gateway.yaml").unwrap();
    let image = "image: \"example.com/gateway:{{ .Values.tag }}\"";
    let careful = careful.replace(image, &format!("{image}\n          {probe}"));
    assert!(careful.contains(probe));
    let service = "---\n{apiVersion: v1, kind: Service, metadata: {name: gateway}, spec: {selector: {app: gateway}, ports: [{port: 80}]}}\n";
    let write = |text: &str| {
        stage.project.write("chart/templates/gateway.yaml", &format!("{text}{service}")).unwrap();
    };
    write(&careful);
    stage.ok("deploy");
    let planned = |tag: &str| {
        let set =
            stage.json(&format!("set image services/gateway gateway=example.com/gateway:{tag} --dry-run"));
        set["releases"][0]["warnings"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(planned("v2"), 0);
    write(&careful.replace(probe, "workingDir: /").replace(
        "metadata: {name: gateway}\nspec:",
        "metadata: {name: gateway}\nspec:\n  strategy: {rollingUpdate: {maxUnavailable: 100%}}",
    ));
    let plan = stage.ok("plan");
    let told = "warning: Deployment/gateway: this update loses requests: all of its 1 pods may be away";
    assert!(plan.stdout.contains(told) && plan.stdout.contains("no readiness probe"), "{plan}");
    stage.ok("deploy");
    assert_eq!(planned("v2"), 1);
    assert!(!stage.ok("plan").stdout.contains("loses requests"), "no pods are replaced");
}
