//! Outputs of releases: planned as unverified until they are there, read when it is the turn of who uses them, waited for,
//! and kept out of what is shown where they are secrets.

use serde_json::{Value, json};

use crate::Stage;

const SHOP: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: outputs
    environments: {dev: {}}
    defaultEnvironment: dev
    releases:
      web:
        chart: chart
        set: {host: 'db.${release.db.address}', port: '${release.db.port}', password: '${release.db.password}'}
      db:
        manifests: db.yaml
        generate: {db-secret: {keys: {password: {length: 20}}}}
        outputs:
          address: {object: Service/db, path: .spec.clusterIP}
          port: {object: Service/db, path: '.spec.ports[0].port'}
          password: {object: Secret/db-secret, key: password}
        hooks:
          postDeploy: [{command: [sh, -c, 'echo $A > got; echo said $P'], env: {A: '${release.db.address}', P: '${release.db.password}'}}]
    //- db.yaml
    {apiVersion: v1, kind: Service, metadata: {name: db}, spec: {ports: [{port: 5432}]}}
    //- chart/Chart.yaml
    {apiVersion: v2, name: web, version: 1.0.0}
    //- chart/templates/web.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: web}
    data: {host: {{ .Values.host }}, port: {{ .Values.port | quote }}, kind: {{ kindOf .Values.port }}}
    ---
    {apiVersion: v1, kind: Secret, metadata: {name: web}, data: {url: {{ .Values.password | b64enc }}}}
    ---
    {apiVersion: v1, kind: ConfigMap, metadata: {name: other}}
    ";

async fn data(stage: &Stage, name: &str) -> Value {
    stage.live("api/v1", "configmaps", name).await.map_or(Value::Null, |object| object["data"].clone())
}

/// Design decision 4: what cannot be tried is *unverified*, with what it waits for, and checked when its turn comes.
#[tokio::test(flavor = "multi_thread")]
async fn what_comes_with_a_release_reaches_the_next_one() {
    let stage = Stage::new("outputs", SHOP).await;
    let plan = stage.ok("plan");
    let waits = "output `address` of release `db` and output `port` of release `db` and output `password` of release `db`";
    for part in
        [format!("  waits for {waits}: not tried"), format!("+ ConfigMap/web (not tried: waits for {waits})")]
    {
        assert!(plan.stdout.contains(&part), "no {part} in\n{plan}");
    }
    assert!(plan.stdout.contains("+ Secret/web (not tried: waits for "), "it is seen behind base64\n{plan}");
    assert!(plan.stdout.contains("+ ConfigMap/other\n"), "what has no part of it is tried\n{plan}");
    assert_eq!(stage.json("plan")["releases"][1]["waitsFor"][0], "output `address` of release `db`");
    let frozen = stage.longshore("plan -o out.plan --no-hooks");
    assert_eq!(frozen.code, Some(1), "{frozen}");
    assert!(frozen.stderr.contains("and a frozen plan holds only what is known"), "{frozen}");
    assert!(!stage.project.file("out.plan").exists());
    let alone = stage.longshore("plan --only web");
    assert_eq!(alone.code, Some(1), "{alone}");
    let never = "output `address` of release `db` is not there, and `db` is not part of this plan: Service/db is not there";
    assert!(alone.stderr.contains(never) && alone.stderr.contains("longshore.yaml:9:"), "{alone}");

    let done = stage.ok("deploy");
    let service = stage.live("api/v1", "services", "db").await.unwrap();
    let address = service["spec"]["clusterIP"].as_str().unwrap();
    let host = format!("db.{address}");
    assert_eq!(data(&stage, "web").await, json!({"host": host, "port": "5432", "kind": "float64"}));
    assert_eq!(stage.project.read("got").unwrap().trim(), address, "its own output, after it was deployed");
    let secret =
        |name: &'static str| async { stage.live("api/v1", "secrets", name).await.unwrap()["data"].clone() };
    let password = secret("db-secret").await["password"].clone();
    assert_eq!(secret("web").await["url"], password);
    // Known and unchanged: everything is tried, and there is nothing to do.
    let again = stage.ok("plan --detailed-exitcode");
    assert!(!again.stdout.contains("waits for"), "{again}");
    let plain = decoded(&password);
    for outcome in [&plan, &done, &again] {
        assert!(!outcome.to_string().contains(&plain), "a secret is shown");
    }
    assert!(done.stderr.contains("said <hidden>"), "{done}");
}

fn decoded(base64: &Value) -> String {
    use base64::Engine;
    let bytes = base64::engine::general_purpose::STANDARD.decode(base64.as_str().unwrap()).unwrap();
    String::from_utf8(bytes).unwrap()
}

const LATE: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: late
    environments: {dev: {}}
    defaultEnvironment: dev
    releases:
      web: {chart: chart, set: {address: '${release.edge.address}'}}
      edge: {manifests: edge.yaml, outputs: {address: {object: Service/edge, path: '.metadata.annotations.address'}}}
    //- edge.yaml
    {apiVersion: v1, kind: Service, metadata: {name: edge}, spec: {ports: [{port: 80}]}}
    //- chart/Chart.yaml
    {apiVersion: v2, name: web, version: 1.0.0}
    //- chart/templates/web.yaml
    {apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {address: {{ .Values.address }}}}
    ";

async fn give(stage: &Stage, address: &str) {
    let given = json!({"metadata": {"annotations": {"address": address}}});
    stage.patch("api/v1/namespaces/{ns}/services/edge", "cloud", &given).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_output_that_is_late_is_waited_for() {
    let stage = Stage::new("late", LATE).await;
    let failed = stage.longshore("deploy --timeout 2s");
    assert_eq!(failed.code, Some(1), "{failed}");
    for part in [
        "output `address` of release `edge` did not come within 2 s: Service/edge has nothing at .metadata.annotations.address",
        "longshore.yaml:8:",
        "it is asked for here",
    ] {
        assert!(failed.stderr.contains(part), "no {part} in\n{failed}");
    }
    assert!(stage.live("api/v1", "services", "edge").await.is_some(), "what it needs was deployed");
    assert_eq!(data(&stage, "web").await, Value::Null);

    let mut deploy = stage.start("deploy");
    deploy.wait_for("unchanged at revision 1").unwrap();
    give(&stage, "10.0.0.7").await;
    let ended = deploy.finish().unwrap();
    assert_eq!(ended.code, Some(0), "{ended}");
    assert_eq!(data(&stage, "web").await["address"], "10.0.0.7");

    // Another value is a change, which can be frozen: it is known.
    give(&stage, "10.0.0.8").await;
    let plan = stage.ok("plan -o out.plan");
    assert!(plan.stdout.contains("data.address: 10.0.0.7 → 10.0.0.8"), "{plan}");
    stage.ok("deploy out.plan");
    assert_eq!(data(&stage, "web").await["address"], "10.0.0.8");
}

const LESS: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: less
    environments: {dev: {}}
    defaultEnvironment: dev
    releases:
      web: {chart: chart, set: {size: '${release.db.size}'}}
      db: {manifests: db.yaml, outputs: {size: {object: ConfigMap/db, key: size}}}
    //- db.yaml
    {apiVersion: v1, kind: ConfigMap, metadata: {name: db}, data: {size: large}}
    //- chart/Chart.yaml
    {apiVersion: v2, name: web, version: 1.0.0}
    //- chart/templates/web.yaml
    {apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {size: {{ .Values.size }}}}
    {{- if eq .Values.size \"large\" }}
    ---
    {apiVersion: v1, kind: ConfigMap, metadata: {name: more}}
    {{- end }}
    ";

/// What a plan did not show is not deleted: an output becomes another in the deploy that the plan is of.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_deleted_that_was_not_planned() {
    let stage = Stage::new("less", LESS).await;
    stage.ok("deploy");
    let db = stage.project.read("db.yaml").unwrap();
    stage.project.write("db.yaml", &db.replace("large", "small")).unwrap();
    let refused = stage.longshore("deploy --yes");
    assert_eq!(refused.code, Some(1), "{refused}");
    for part in
        ["release `web` would delete more than was planned", "ConfigMap/more", "look at the plan again"]
    {
        assert!(refused.stderr.contains(part), "no {part} in\n{refused}");
    }
    assert_eq!(data(&stage, "web").await["size"], "large");
    assert!(stage.live("api/v1", "configmaps", "more").await.is_some());
    stage.ok("deploy --yes");
    assert_eq!(data(&stage, "web").await["size"], "small");
    assert!(stage.live("api/v1", "configmaps", "more").await.is_none());
    // Whatever it comes from, a text that only stands in for an output is not deployed.
    stage.project.write("db.yaml", &db.replace("large", "longshore-stand-in-for-size-of-db")).unwrap();
    let refused = stage.longshore("deploy --only db");
    assert_eq!(refused.code, Some(1), "{refused}");
    assert!(refused.stderr.contains("with a text that only stands in for an output"), "{refused}");
    assert_eq!(data(&stage, "db").await["size"], "small");
}
