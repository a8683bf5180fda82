//! Secrets stay where they belong: whatever is planned, refused, frozen, deployed, compared or logged, their values are
//! nowhere but in Secrets and in what is sealed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use longshore_secrets::Identity;
use longshore_testkit::Outcome;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::Stage;

/// A secret of the project file, given in values, written into a Secret, an annotation, a ConfigMap and a hook.
const FROM_VALUES: &str = "corrupt-horse-battery";
/// Written plainly into a manifest.
const FROM_FILE: &str = "Tr0ub4dor-and-3";
/// What an update changes them to.
const CHANGED: [&str; 2] = ["another-horse-battery", "Tr0ub4dor-and-4"];

const SHOP: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: shop
    secrets: {db: {file: db.secret}}
    environments: {dev: {namespace: shop, recipients: [RECIPIENT]}}
    defaultEnvironment: dev
    releases:
      base: {manifests: base.yaml, generate: {drawn: {keys: {token: {length: 40}}}}}
      web: {chart: chart, needs: base, set: {db: {password: '${secret.db}'}}}
    //- db.secret
    corrupt-horse-battery
    //- base.yaml
    apiVersion: v1
    kind: Secret
    metadata: {name: base}
    stringData: {admin: Tr0ub4dor-and-3}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: base}
    data: {url: 'https://admin:Tr0ub4dor-and-3@example.com', size: '1'}
    //- chart/Chart.yaml
    {apiVersion: v2, name: web, version: 1.0.0}
    //- chart/templates/web.yaml
    apiVersion: v1
    kind: Secret
    metadata: {name: web}
    data: {password: {{ .Values.db.password | b64enc }}}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: web, annotations: {shown: {{ .Values.db.password | quote }}}}
    data: {dsn: 'postgres://u:{{ .Values.db.password }}@db', size: '1'}
    //- chart/templates/hook.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: hook, annotations: {helm.sh/hook: 'pre-install,pre-upgrade'}}
    data: {dsn: 'postgres://u:{{ .Values.db.password }}@db'}
    ";

/// Every form in which the test's secrets could show.
fn secrets(stage: &[Option<Value>]) -> Vec<String> {
    let mut plain: Vec<String> =
        [FROM_VALUES, FROM_FILE].into_iter().chain(CHANGED).map(str::to_owned).collect();
    for token in stage.iter().flatten().filter_map(|secret| secret["data"]["token"].as_str()) {
        plain.push(String::from_utf8(STANDARD.decode(token).unwrap()).unwrap());
    }
    let encoded: Vec<String> = plain.iter().map(|secret| STANDARD.encode(secret)).collect();
    plain.into_iter().chain(encoded).collect()
}

#[track_caller]
fn clean(what: &str, text: &str, secrets: &[String]) {
    for secret in secrets {
        assert!(!text.contains(secret.as_str()), "{what} shows {secret}:\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_plan_record_or_log_shows_a_secret() {
    let identity = Identity::generate();
    let stage = Stage::new("noleak", &SHOP.replace("RECIPIENT", &identity.recipient().to_string())).await;
    stage.project.write("key", identity.secret().expose_secret()).unwrap();
    let mut said: Vec<(String, Outcome)> = Vec::new();
    let mut run = |arguments: &str, code: i32| {
        let outcome = stage.longshore(arguments);
        assert_eq!(outcome.code, Some(code), "{arguments}\n{outcome}");
        said.push((arguments.to_owned(), outcome));
    };
    run("plan -vv", 0);
    run("deploy -vv --only base", 0);
    run("plan -o first.plan -vv", 0);
    run("deploy first.plan --identity key -vv", 0);
    for (old, new) in [(FROM_VALUES, CHANGED[0]), (FROM_FILE, CHANGED[1])] {
        for file in ["db.secret", "base.yaml"] {
            let text = stage.project.read(file).unwrap();
            stage.project.write(file, &text.replace(old, new)).unwrap();
        }
    }
    for format in ["text", "json", "yaml", "markdown"] {
        run(&format!("plan -o {format} -vv"), 0);
    }
    run("plan -o second.plan -o json", 0);
    // Another manager on a field with a secret: the conflict is told, with neither value.
    let hand = json!({"data": {"dsn": format!("postgres://u:{FROM_VALUES}@elsewhere")}});
    stage.patch("api/v1/namespaces/{ns}/configmaps/web", "kubectl-edit", &hand).await;
    run("deploy second.plan --identity key", 1);
    run("deploy -vv", 1);
    run("status", 0);
    run("plan --overwrite -o markdown", 0);
    run("deploy --overwrite -vv", 0);
    // The server refuses a field whose value is a secret, and quotes it.
    let chart = stage.project.read("chart/templates/web.yaml").unwrap();
    let bad = format!(
        "{chart}---\napiVersion: v1\nkind: Service\nmetadata: {{name: web}}\nspec: {{ports: [{{port: 80}}], externalName: 'x {{{{ .Values.db.password }}}}', type: ExternalName}}\n"
    );
    stage.project.write("chart/templates/web.yaml", &bad).unwrap();
    run("plan -vv", 1);
    run("plan -o json", 1);
    run("deploy -o json", 1);
    stage.project.write("chart/templates/web.yaml", &chart).unwrap();
    run("history", 0);
    run("history base --diff 1 2", 0);
    run("history web --diff 1 2 -o json", 0);
    run("history web --diff 1 2 -o markdown", 0);
    run("rollback --dry-run -o json", 0);

    let known = secrets(&[stage.live("api/v1", "secrets", "drawn").await]);
    assert_eq!(known.len(), 10, "the drawn one too");
    for (arguments, outcome) in &said {
        clean(arguments, &outcome.stdout, &known);
        clean(arguments, &outcome.stderr, &known);
    }
    let refused = said.iter().find(|(arguments, _)| arguments == "deploy -o json").unwrap();
    assert!(
        refused.1.stderr.contains("externalName") && refused.1.stderr.contains("(hidden)"),
        "{}",
        refused.1
    );
    for file in ["first.plan", "second.plan"] {
        clean(file, &stage.project.read(file).unwrap(), &known);
    }
    records(&stage, &known).await;
}

/// A record is a Secret, and its manifest, values, hooks and chart hold what Helm needs of it. All around them is shown by
/// `helm list`, `history` and `status`, or stands in the labels and annotations.
async fn records(stage: &Stage, known: &[String]) {
    use std::io::Read;
    for (release, revisions) in [("base", 1..=2), ("web", 1..=2)] {
        for revision in revisions {
            let name = format!("sh.helm.release.v1.{release}.v{revision}");
            let Some(mut record) = stage.live("api/v1", "secrets", &name).await else {
                panic!("{name} is not there")
            };
            let data = STANDARD.decode(record["data"]["release"].as_str().unwrap()).unwrap();
            record["data"] = Value::Null;
            clean(&name, &record.to_string(), known);
            let mut json = Vec::new();
            flate2::read::GzDecoder::new(STANDARD.decode(data).unwrap().as_slice())
                .read_to_end(&mut json)
                .unwrap();
            let mut release: Value = serde_json::from_slice(&json).unwrap();
            for sealed in ["manifest", "config", "hooks", "chart"] {
                release[sealed] = Value::Null;
            }
            clean(&name, &release.to_string(), known);
        }
    }
}
