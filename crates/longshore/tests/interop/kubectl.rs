//! Real kubectl on what Longshore deployed: what a person changes by hand is named in `plan` and `status --drift` under
//! kubectl's own names, `--adopt` and `--overwrite` do what they say (issue 7, AL12).

use std::path::{Path, PathBuf};

use longshore_testkit::tools::Tool;
use serde_json::Value;

use crate::Pair;

/// kubectl, if it is built.
fn kubectl(name: &str) -> Option<PathBuf> {
    match Tool::named("kubectl").unwrap().built() {
        Ok(kubectl) => Some(kubectl),
        #[expect(clippy::print_stderr, reason = "a skipped test says so")]
        Err(reason) => {
            eprintln!("SKIPPED {name}: {reason:#}");
            None
        }
    }
}

/// The result of one of our commands as JSON, whatever its exit code.
fn json(pair: &Pair, arguments: &str) -> Value {
    let outcome = pair.said(Path::new(env!("CARGO_BIN_EXE_longshore")), &format!("{arguments} -o json"));
    serde_json::from_str(&outcome.stdout).unwrap_or_else(|error| panic!("{error}: {outcome}"))
}

/// Each conflict of a plan as `field manager outcome`.
fn conflicts(pair: &Pair, arguments: &str) -> Vec<String> {
    let plan = json(pair, arguments);
    let all = plan["releases"][0]["conflicts"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut told: Vec<String> = all
        .iter()
        .map(|conflict| {
            format!(
                "{} {} {}",
                text(&conflict["field"]),
                text(&conflict["manager"]),
                text(&conflict["outcome"])
            )
        })
        .collect();
    told.sort();
    told
}

/// Each difference as `object field-or-state cause manager`.
fn drift(pair: &Pair) -> Vec<String> {
    let report = json(pair, "status --drift");
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let mut told = Vec::new();
    for object in report["releases"][0]["drift"].as_array().unwrap() {
        let name = text(&object["object"]);
        if object["state"] != "changed" {
            let by = text(&object["by"]["manager"]);
            told.push(format!("{name} {} {} {by}", text(&object["state"]), text(&object["cause"])));
        }
        for field in object["fields"].as_array().into_iter().flatten() {
            let by = text(&field["by"]["manager"]);
            told.push(format!("{name} {} {} {by}", text(&field["path"]), text(&field["cause"])));
        }
    }
    told.sort();
    told
}

/// AL12: what a person does by hand meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn what_kubectl_changes_is_named_kept_and_taken_back() {
    let Some(kubectl) = kubectl("kubectl") else { return };
    let Some(pair) = Pair::new("kubectl").await else { return };
    let template = pair.project.read("chart/templates/web.yaml").unwrap();
    let template = template.replace("  selector: {matchLabels", "  replicas: 2\n  selector: {matchLabels");
    pair.project.write("chart/templates/web.yaml", &template).unwrap();
    pair.longshore("deploy");
    pair.run(&kubectl, "set image deployment/web web=example.com/web:hand");
    pair.run(&kubectl, "scale deployment/web --replicas=3");
    pair.run(&kubectl, "set env deployment/web DEBUG=1");
    pair.run(&kubectl, "annotate deployment/web note=by-hand");
    pair.run(&kubectl, "rollout restart deployment/web");
    pair.run(&kubectl, "run rogue --image=example.com/rogue --labels=app=web");
    pair.run(&kubectl, "delete service web");

    let image = r#"spec.template.spec.containers[name="web"].image kubectl-set"#;
    let replicas = "spec.replicas kubectl";
    for (arguments, outcome) in
        [("plan", "open"), ("plan --adopt", "adopted"), ("plan --overwrite", "overwritten")]
    {
        let expected = [format!("{replicas} {outcome}"), format!("{image} {outcome}")];
        assert_eq!(conflicts(&pair, arguments), expected, "{arguments}");
    }
    let expected = [
        "Deployment/web metadata.annotations.note human kubectl-annotate",
        "Deployment/web spec.replicas human kubectl",
        "Deployment/web spec.template.spec.containers[web].env[DEBUG] human kubectl-set",
        "Deployment/web spec.template.spec.containers[web].image human kubectl-set",
        "Pod/rogue added human kubectl-run",
        "Service/web missing unknown -",
    ];
    assert_eq!(drift(&pair), expected);
    let refused = pair.said(Path::new(env!("CARGO_BIN_EXE_longshore")), "deploy");
    assert_eq!(refused.code, Some(1), "{refused}");
    assert!(refused.stderr.contains("kubectl-set") && refused.stderr.contains("--adopt"), "{refused}");

    let live = |path: &str| {
        let found = pair.run(&kubectl, &format!("get deployment web -o jsonpath={{{path}}}"));
        found.stdout
    };
    pair.longshore("deploy --adopt");
    assert_eq!(
        (live(".spec.replicas"), live(".spec.template.spec.containers[0].image")),
        ("3".into(), "example.com/web:hand".into())
    );
    pair.longshore("deploy --overwrite");
    assert_eq!(
        (live(".spec.replicas"), live(".spec.template.spec.containers[0].image")),
        ("2".into(), "example.com/web:v1".into())
    );
    assert_eq!(live(".metadata.annotations.note"), "by-hand", "what was added is nobody else's");

    // Undone by kubectl, which is a change by hand as well.
    pair.tag("tag: v1", "tag: v2");
    pair.longshore("deploy");
    pair.run(&kubectl, "rollout undo deployment/web");
    let undone = drift(&pair);
    // It does so under its plain name.
    let line = "Deployment/web spec.template.spec.containers[web].image human kubectl";
    assert!(undone.iter().any(|told| told == line), "{undone:?}");
    pair.longshore("deploy --overwrite");
    assert_eq!(live(".spec.template.spec.containers[0].image"), "example.com/web:v2");
}
