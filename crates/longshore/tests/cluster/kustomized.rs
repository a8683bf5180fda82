//! A kustomization as a release, from deploy to destroy.

use serde_json::Value;

use crate::Stage;

const SHOP: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: shop
    environments: {dev: {namespace: shop}}
    defaultEnvironment: dev
    releases:
      web:
        kustomize: overlays/${env.name}
        generate: {login: {keys: {password: {length: 24}}}}
    //- base/kustomization.yaml
    resources: [web.yaml, extra.yaml]
    configMapGenerator: [{name: settings, literals: [level=info]}]
    //- base/web.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 2
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          containers: [{name: web, image: 'example.com/web', envFrom: [{configMapRef: {name: settings}}]}]
    //- base/extra.yaml
    apiVersion: v1
    kind: Service
    metadata: {name: extra}
    spec: {selector: {app: web}, ports: [{port: 80}]}
    //- overlays/dev/kustomization.yaml
    resources: [../../base]
    namePrefix: dev-
    ";

const OVERLAY: &str = "overlays/dev/kustomization.yaml";

/// The names of the generated ConfigMaps that are there.
async fn settings(stage: &Stage) -> Vec<String> {
    let all = stage.everything().await;
    all.into_iter().filter(|object| object.starts_with("configmaps/dev-settings-")).collect()
}

/// Decision 1: it is a Helm release with a synthetic chart; what an overlay no longer makes is deleted, and a rollback
/// brings it back.
#[tokio::test(flavor = "multi_thread")]
async fn a_kustomization_lives_from_deploy_to_destroy() {
    let stage = Stage::new("kustomized", SHOP).await;
    let before = stage.everything().await;
    let plan = stage.ok("plan");
    assert!(plan.stdout.contains("+ Deployment/dev-web") && plan.stdout.contains("+ Secret/login"), "{plan}");
    assert_eq!(stage.everything().await, before, "planning writes nothing");

    stage.ok("deploy");
    let secret = stage.live("api/v1", "secrets", "login").await.unwrap();
    let first = settings(&stage).await;
    assert_eq!(first.len(), 1, "{first:?}");
    let again = stage.ok("deploy");
    assert!(again.stdout.contains("nothing has changed"), "{again}");
    assert_eq!(stage.longshore("plan --detailed-exitcode").code, Some(0));
    let history = stage.json("history web");
    let chart = history[0]["chart"].as_str().unwrap().to_owned();
    let digest = chart.strip_prefix("web-0.0.0+").unwrap();
    assert!(digest.len() == 12 && digest.chars().all(|c| c.is_ascii_hexdigit()), "{chart}");

    // Another setting is another ConfigMap, and a Service goes: both are deletions, which need a yes.
    let changed = "
resources: [../../base]
namePrefix: dev-
configMapGenerator: [{name: settings, behavior: merge, literals: [level=debug]}]
images: [{name: example.com/web, newTag: v2}]
patches: [{patch: '{apiVersion: v1, kind: Service, metadata: {name: extra}, $patch: delete}'}]
";
    stage.project.write(OVERLAY, changed).unwrap();
    let plan = stage.ok("plan");
    for line in ["- Service/dev-extra", "- ConfigMap/dev-settings-", "+ ConfigMap/dev-settings-"] {
        assert!(plan.stdout.contains(line), "no {line} in {plan}");
    }
    assert!(plan.stdout.contains("example.com/web → example.com/web:v2"), "{plan}");
    assert_eq!(stage.longshore("deploy").code, Some(1), "nobody to ask");
    assert_eq!(settings(&stage).await, first);
    stage.ok("deploy --yes");
    let second = settings(&stage).await;
    assert!(second.len() == 1 && second != first, "{second:?}");
    assert!(stage.live("api/v1", "services", "dev-extra").await.is_none());
    let web = stage.live("apis/apps/v1", "deployments", "dev-web").await.unwrap();
    let container = &web["spec"]["template"]["spec"]["containers"][0];
    let reference = container["envFrom"][0]["configMapRef"]["name"].as_str().unwrap();
    assert_eq!(format!("configmaps/{reference}"), second[0]);
    let kept = stage.live("api/v1", "secrets", "login").await.unwrap();
    assert_eq!(kept["data"], secret["data"], "a generated Secret keeps its value");
    assert_ne!(stage.json("history web")[1]["chart"], Value::String(chart));

    stage.ok("rollback --yes");
    assert_eq!(settings(&stage).await, first);
    assert!(stage.live("api/v1", "services", "dev-extra").await.is_some());
    let status = stage.json("status");
    assert_eq!(status["releases"][0]["status"], "deployed");
    stage.ok("destroy --yes --delete-data");
    assert_eq!(stage.everything().await, before);
}

/// Decision 1: another method is an upgrade of the same release.
#[tokio::test(flavor = "multi_thread")]
async fn from_manifests_to_a_kustomization() {
    let stage = Stage::new("methods", SHOP).await;
    let file = stage.project.read("longshore.yaml").unwrap();
    let both = file.replace("    generate:", "    manifests: [base/web.yaml, settings.yaml]\n    generate:");
    assert_ne!(both, file);
    stage.project.write("longshore.yaml", &both).unwrap();
    let settings = "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {level: info}}\n";
    stage.project.write("settings.yaml", settings).unwrap();
    stage.project.write(OVERLAY, "resources: [../../base]\n").unwrap();
    stage.ok("deploy --method manifests");
    let before = stage.live("apis/apps/v1", "deployments", "web").await.unwrap();
    let login = stage.live("api/v1", "secrets", "login").await.unwrap();
    stage.ok("deploy --method kustomize --yes");
    let after = stage.live("apis/apps/v1", "deployments", "web").await.unwrap();
    assert_eq!(before["metadata"]["uid"], after["metadata"]["uid"], "the same Deployment goes on");
    assert_eq!(stage.live("api/v1", "secrets", "login").await.unwrap()["data"], login["data"]);
    assert!(stage.live("api/v1", "services", "extra").await.is_some());
    assert_eq!(stage.json("history web").as_array().unwrap().len(), 2);
}

/// What the server refuses is told before anything is written.
#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_the_server_refuses_is_told_with_its_file() {
    let stage = Stage::new("overlay", SHOP).await;
    let bad = "resources: [../../base]\nnamePrefix: dev-\nreplicas: [{name: web, count: -1}]\n";
    stage.project.write(OVERLAY, bad).unwrap();
    let outcome = stage.longshore("deploy");
    assert_eq!(outcome.code, Some(1), "{outcome}");
    for part in ["--> base/web.yaml", "spec.replicas", "in release `web`", "nothing was changed"] {
        assert!(outcome.stderr.contains(part), "no {part:?} in\n{outcome}");
    }
    assert!(stage.everything().await.is_empty());
}

/// The pods of the last revision keep their settings until those of the next one are ready; a revision that never gets
/// there leaves them alone, and the next one takes away what both left.
#[tokio::test(flavor = "multi_thread")]
async fn settings_stay_until_the_new_pods_are_ready() {
    let stage = Stage::new("settings", SHOP).await;
    stage.ok("deploy");
    let first = settings(&stage).await;
    let overlay = |level: &str, readiness: &str| {
        let text = format!(
            "resources: [../../base]
namePrefix: dev-
configMapGenerator: [{{name: settings, behavior: merge, literals: [level={level}]}}]
patches:
- target: {{kind: Deployment}}
  patch: '{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web}}, spec: {{template: {{metadata: {{annotations: {{longshore.dev/kwok: {readiness}}}}}}}}}}}'
"
        );
        stage.project.write(OVERLAY, &text).unwrap();
    };
    overlay("debug", "never-ready");
    let failed = stage.longshore("deploy --yes --timeout 3s");
    assert_eq!(failed.code, Some(1), "{failed}");
    let both = settings(&stage).await;
    assert!(both.len() == 2 && both.contains(&first[0]), "{both:?}\n{failed}");
    overlay("warn", "ready");
    stage.ok("deploy --yes");
    let last = settings(&stage).await;
    assert!(last.len() == 1 && !both.contains(&last[0]), "{last:?}");
}
