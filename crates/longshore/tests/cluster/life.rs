//! Deploy, deploy again, change, roll back, history, status, destroy.

use serde_json::Value;

use crate::Stage;

const SHOP: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: shop
    environments: {dev: {namespace: shop, vars: {tag: v1}}, staging: {namespace: shop, vars: {tag: v2}}}
    defaultEnvironment: dev
    hosts: ['shop.${env.vars.tag}.example.com']
    releases:
      base:
        manifests: base.yaml
        generate: {shop-secret: {keys: {password: {length: 24}}, stringData: {user: shop}}}
      web:
        needs: base
        chart: chart
        set: {tag: v1}
    //- base.yaml
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: settings}
    data: {level: info}
    //- chart/Chart.yaml
    apiVersion: v2
    name: web
    version: 1.0.0
    appVersion: '7'
    //- chart/templates/NOTES.txt
    web runs {{ .Values.tag }}
    //- chart/templates/web.yaml
    {{- range list \"front\" \"back\" }}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: {{ . }}}
    spec:
      replicas: 2
      selector: {matchLabels: {app: {{ . }}}}
      template:
        metadata: {labels: {app: {{ . }}}}
        spec:
          containers:
            - name: {{ . }}
              image: example.com/{{ . }}:{{ if eq . \"front\" }}{{ $.Values.tag }}{{ else }}v1{{ end }}
              env:
                - {name: PASSWORD, valueFrom: {secretKeyRef: {name: shop-secret, key: password}}}
    {{- end }}
    ";

fn field<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

const IMAGE: &str = "/spec/template/spec/containers/0/image";
const REVISION: &str = "/metadata/annotations/deployment.kubernetes.io~1revision";

/// AL1, AL12: one command deploys; a second changes nothing; a change touches only what it must; rollback restores.
#[tokio::test(flavor = "multi_thread")]
async fn a_platform_lives_from_deploy_to_destroy() {
    let stage = Stage::new("life", SHOP).await;
    let before = stage.everything().await;

    let plan = stage.ok("plan");
    assert!(plan.stdout.contains("+ Deployment/front"), "{plan}");
    assert_eq!(stage.longshore("plan --detailed-exitcode").code, Some(2));
    assert_eq!(stage.everything().await, before, "planning writes nothing");

    let first = stage.ok("deploy");
    assert!(first.stdout.contains("web runs v1"), "notes are shown: {first}");
    let secret = stage.live("api/v1", "secrets", "shop-secret").await.unwrap();
    let password = field(&secret, "/data/password").to_owned();
    assert!(password.len() >= 32);
    for outcome in [&plan, &first] {
        assert!(!format!("{outcome}").contains(&password), "a secret was printed");
    }
    let status = stage.json("status");
    assert!(status["releases"].as_array().unwrap().iter().all(|release| release["status"] == "deployed"));
    assert!(stage.ok("status").stdout.contains("  <ingress-ip>  shop.v1.example.com\n"));

    // A second deploy changes nothing and says so.
    let versions = versions(&stage).await;
    let second = stage.ok("deploy");
    assert!(second.stdout.contains("nothing has changed"), "{second}");
    assert_eq!(versions, self::versions(&stage).await);
    assert_eq!(stage.longshore("plan --detailed-exitcode").code, Some(0));

    // An image change rolls only what it touches.
    let file = stage.project.read("longshore.yaml").unwrap();
    stage.project.write("longshore.yaml", &file.replace("set: {tag: v1}", "set: {tag: v2}")).unwrap();
    let plan = stage.ok("plan");
    assert!(
        plan.stdout.contains(
            "spec.template.spec.containers[front].image: example.com/front:v1 → example.com/front:v2"
        ),
        "{plan}"
    );
    assert!(!plan.stdout.contains("Deployment/back"), "{plan}");
    stage.ok("deploy");
    let (front, back) = deployments(&stage).await;
    assert_eq!(field(&front, IMAGE), "example.com/front:v2");
    assert_eq!((field(&front, REVISION), field(&back, REVISION)), ("2", "1"));
    let kept = stage.live("api/v1", "secrets", "shop-secret").await.unwrap();
    assert_eq!(field(&kept, "/data/password"), password, "passwords are kept over upgrades");

    // Rollback takes back what the last deploy changed, and nothing else.
    let rollback = stage.ok("rollback");
    assert!(!rollback.stdout.contains("base"), "{rollback}");
    assert_eq!(field(&deployments(&stage).await.0, IMAGE), "example.com/front:v1");
    let history = stage.json("history web");
    let told: Vec<(u64, &str, &str)> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["revision"].as_u64().unwrap(), field(r, "/status"), field(r, "/description")))
        .collect();
    assert_eq!(
        told,
        [
            (1, "superseded", "Install complete"),
            (2, "superseded", "Upgrade complete"),
            (3, "deployed", "Rollback to 1")
        ]
    );
    assert!(field(&history[2], "/by").starts_with("tester@"), "{history}");

    // Destroy spares data and names it; with --delete-data nothing is left.
    assert_eq!(stage.longshore("destroy").code, Some(1), "nobody to ask");
    assert!(!stage.everything().await.is_empty());
    let destroyed = stage.ok("destroy --yes");
    assert!(destroyed.stdout.contains("PersistentVolumeClaim/data"), "{destroyed}");
    assert_eq!(stage.everything().await, ["persistentvolumeclaims/data"]);
    stage.ok("destroy --yes --delete-data");
    assert_eq!(stage.everything().await, before);
}

/// Without a release, what goes back is what the last deploy changed: not what an earlier one did, nor what it installed.
#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_is_about_the_last_deploy_alone() {
    let files = "
        //- longshore.yaml
        apiVersion: longshore.dev/v1alpha1
        kind: Project
        name: shop
        environments: {dev: {namespace: shop}}
        defaultEnvironment: dev
        releases:
          web: {manifests: web.yaml}
          mail: {manifests: mail.yaml}
        ";
    let stage = Stage::new("lastalone", files).await;
    let write = |name: &str, level: &str| {
        let map = format!(
            "{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}}}, data: {{level: {level}}}}}"
        );
        stage.project.write(&format!("{name}.yaml"), &map).unwrap();
    };
    let level = async |name: &str| {
        let live = stage.live("api/v1", "configmaps", name).await.unwrap();
        field(&live, "/data/level").to_owned()
    };
    write("web", "one");
    write("mail", "one");
    stage.ok("deploy");
    write("mail", "two");
    stage.ok("deploy");
    write("web", "two");
    write("news", "one");
    let file = stage.project.read("longshore.yaml").unwrap();
    let more = file.replace("releases:\n", "releases:\n  news: {manifests: news.yaml}\n");
    stage.project.write("longshore.yaml", &more).unwrap();
    stage.ok("deploy");
    stage.ok("rollback");
    assert_eq!((level("web").await, level("mail").await), ("one".to_owned(), "two".to_owned()));
    assert_eq!(level("news").await, "one");
}

/// Both say that an object stays: the release's own files, whatever became of the mark, and somebody who marks it later.
#[tokio::test(flavor = "multi_thread")]
async fn what_asks_to_be_kept_stays_whoever_asks() {
    let files = "
        //- longshore.yaml
        apiVersion: longshore.dev/v1alpha1
        kind: Project
        name: shop
        environments: {dev: {namespace: shop}}
        defaultEnvironment: dev
        releases: {web: {manifests: web.yaml}}
        //- web.yaml
        {apiVersion: v1, kind: ConfigMap, metadata: {name: asks, annotations: {helm.sh/resource-policy: keep}}}
        ---
        {apiVersion: v1, kind: ConfigMap, metadata: {name: marked}}
        ---
        {apiVersion: v1, kind: ConfigMap, metadata: {name: goes}}
        ";
    let stage = Stage::new("keptby", files).await;
    stage.ok("deploy");
    for (name, mark) in [("asks", Value::Null), ("marked", "keep".into())] {
        let body = serde_json::json!({"metadata": {"annotations": {"helm.sh/resource-policy": mark}}});
        stage.patch(&format!("api/v1/namespaces/{{ns}}/configmaps/{name}"), "kubectl-edit", &body).await;
    }
    let gone = stage.json("destroy --yes");
    assert_eq!(gone["deleted"], serde_json::json!(["ConfigMap/goes"]), "{gone}");
    assert_eq!(stage.everything().await, ["configmaps/asks", "configmaps/marked"]);
}

/// A change by hand is reported by status and plan, and nothing is overwritten unless asked (design decision 3).
#[tokio::test(flavor = "multi_thread")]
async fn a_change_by_hand_is_reported_and_overwritten_only_when_asked() {
    let stage = Stage::new("byhand", SHOP).await;
    stage.ok("deploy");
    let client = stage.namespace.client().await.unwrap();
    let body = r#"{"spec":{"template":{"spec":{"containers":[{"name":"front","image":"example.com/front:hand"}]}}}}"#;
    let request = http::Request::patch(format!(
        "/apis/apps/v1/namespaces/{}/deployments/front?fieldManager=kubectl-set",
        stage.namespace.name()
    ))
    .header("content-type", "application/strategic-merge-patch+json")
    .body(body.as_bytes().to_vec())
    .unwrap();
    client.request::<Value>(request).await.unwrap();

    let status = stage.longshore("status");
    assert!(status.stdout.contains("changed by kubectl-set, by hand"), "{status}");
    let refused = stage.longshore("deploy");
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains("is owned by kubectl-set") && refused.stderr.contains("--overwrite"),
        "{refused}"
    );
    assert_eq!(field(&deployments(&stage).await.0, IMAGE), "example.com/front:hand");
    stage.ok("deploy --overwrite");
    assert_eq!(field(&deployments(&stage).await.0, IMAGE), "example.com/front:v1");
}

/// A deploy with another method is an upgrade of the same release (design decision 1), and --only touches one.
#[tokio::test(flavor = "multi_thread")]
async fn only_one_release_and_another_method() {
    let stage = Stage::new("method", SHOP).await;
    stage.ok("deploy --only base");
    assert!(stage.live("apis/apps/v1", "deployments", "front").await.is_none());
    let file = stage.project.read("longshore.yaml").unwrap();
    let both = file.replace("manifests: base.yaml", "manifests: base.yaml\n    chart: basechart");
    stage.project.write("longshore.yaml", &both).unwrap();
    stage.project.write("basechart/Chart.yaml", "apiVersion: v2\nname: basechart\nversion: 2.0.0\n").unwrap();
    let base = stage.project.read("base.yaml").unwrap();
    stage.project.write("basechart/templates/all.yaml", &base.replace("level: info", "level: warn")).unwrap();
    // The Secret was Longshore's, and the chart has none: it would go, and that needs a yes.
    assert_eq!(stage.longshore("deploy --only base --method helm").code, Some(1));
    stage.ok("deploy --only base --method helm --yes");
    let settings = stage.live("api/v1", "configmaps", "settings").await.unwrap();
    assert_eq!(field(&settings, "/data/level"), "warn");
    assert!(stage.live("api/v1", "secrets", "shop-secret").await.is_none());
    assert_eq!(stage.json("history base").as_array().unwrap().len(), 2);
}

async fn deployments(stage: &Stage) -> (Value, Value) {
    let front = stage.live("apis/apps/v1", "deployments", "front").await.unwrap();
    (front, stage.live("apis/apps/v1", "deployments", "back").await.unwrap())
}

async fn versions(stage: &Stage) -> Vec<String> {
    let mut versions = Vec::new();
    for (group, plural, name) in [
        ("api/v1", "secrets", "shop-secret"),
        ("api/v1", "configmaps", "settings"),
        ("api/v1", "secrets", "sh.helm.release.v1.web.v1"),
        ("api/v1", "secrets", "sh.helm.release.v1.base.v1"),
    ] {
        let object = stage.live(group, plural, name).await.unwrap();
        versions.push(field(&object, "/metadata/resourceVersion").to_owned());
    }
    versions
}
