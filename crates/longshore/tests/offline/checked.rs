//! `longshore check`: what it finds where, its forms of output, and its exit codes.

use longshore_testkit::{Outcome, Project};
use serde_json::Value;

use crate::longshore;

const HEAD: &str = "
        //- longshore.yaml
        apiVersion: longshore.dev/v1alpha1
        kind: Project
        name: shop
        environments: {dev: {namespace: shop}, live: {namespace: live}}
        defaultEnvironment: dev
";

/// A platform of a chart, manifests and a kustomization, with a mistake in each.
fn broken() -> Project {
    Project::new(&format!(
        "{HEAD}
        releases:
          web: {{chart: web, values: [values.yaml]}}
          db: {{manifests: db.yaml}}
          jobs: {{kustomize: jobs}}
        //- values.yaml
        replicas: '2'
        service: {{port: 80}}
        //- web/Chart.yaml
        {{apiVersion: v2, name: web, version: 1.0.0}}
        //- web/values.yaml
        replicas: 1
        service: {{port: 80}}
        //- web/templates/_helpers.tpl
        {{{{- define \"web.labels\" }}}}
        app: web
        {{{{- end }}}}
        //- web/templates/deployment.yaml
        apiVersion: apps/v1
        kind: Deployment
        metadata: {{name: web}}
        spec:
          replicas: {{{{ .Values.replicas | quote }}}}
          selector:
            matchLabels: {{{{- include \"web.labels\" . | nindent 6 }}}}
          template:
            metadata:
              labels: {{{{- include \"web.labels\" . | nindent 8 }}}}
            spec:
              containers:
              - name: web
                image: nginx
                imagePulPolicy: Always
                envFrom: [{{secretRef: {{name: db-login}}}}]
        //- web/templates/service.yaml
        apiVersion: v1
        kind: Service
        metadata: {{name: web}}
        spec: {{selector: {{app: web}}, ports: [{{port: {{{{ .Values.service.port }}}}}}]}}
        //- db.yaml
        apiVersion: v1
        kind: Secret
        metadata: {{name: db-login}}
        stringData: {{password: hunter2-hunter2}}
        ---
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: {{name: web}}
        spec:
          rules:
          - http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: web, port: {{number: 8080}}}}}}}}]}}
        //- jobs/kustomization.yaml
        resources: [job.yaml]
        //- jobs/job.yaml
        apiVersion: batch/v1
        kind: Job
        metadata: {{name: job}}
        spec:
          template:
            spec:
              restartPolicy: Never
              containers:
              - name: job
                image: busybox
                env: [{{name: API_TOKEN, value: s3cr3t-s3cr3t}}]
        "
    ))
    .unwrap()
}

/// A platform in which all is well but for what the manifest adds.
fn with(manifest: &str, more: &str) -> Project {
    Project::new(&format!(
        "{HEAD}{more}
        releases: {{web: {{manifests: web.yaml}}}}
        //- web.yaml
        {manifest}
        "
    ))
    .unwrap()
}

fn json(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.stdout).unwrap()
}

#[test]
fn mistakes_are_told_where_a_person_wrote_them() {
    let outcome = longshore(&broken(), "check");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(1), ""), "{outcome}");
    insta::assert_snapshot!(outcome.stdout);
}

#[test]
fn what_others_do_wrong_is_told_of_the_chosen_alone() {
    let outcome = longshore(&broken(), "check --only jobs");
    assert!(outcome.stdout.contains("secrets/plain"), "{outcome}");
    assert!(
        !outcome.stdout.contains("imagePulPolicy") && !outcome.stdout.contains("Ingress/web"),
        "{outcome}"
    );
}

#[test]
fn exit_codes_say_how_bad_it_is() {
    let warning = "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {selector: {app: x}, ports: [{port: 1}]}}";
    let project = with(warning, "");
    let code = |arguments: &str| longshore(&project, arguments).code;
    assert_eq!(code("check"), Some(0));
    assert_eq!(code("check --strict"), Some(1));
    assert_eq!(code("check --strict --disable wiring/no-endpoints"), Some(0));
    assert_eq!(code("check --disable wiring/no-endpoint"), Some(64));
    assert_eq!(code("check --kube-version 1.12"), Some(64));
    assert_eq!(code("check -o markdown"), Some(64));
    let in_file = with(warning, "        check: {disable: [wiring/no-endpoints]}");
    assert_eq!(longshore(&in_file, "check --strict").code, Some(0));
}

#[test]
fn the_project_file_says_what_is_there_and_what_is_not_looked_for() {
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: a, image: x, envFrom: [{secretRef: {name: made-by-hand}}]}]}}";
    let found = |more: &str| json(&longshore(&with(pod, more), "check -o json"))["warnings"].clone();
    assert_eq!(found(""), 1);
    assert_eq!(found("        check: {external: Secret/made-by-hand}"), 0);
    assert_eq!(found("        check: {external: ['Secret/made-*']}"), 0);
    assert_eq!(found("        check: {external: [ConfigMap/made-by-hand]}"), 1);
    for (more, expected) in [
        ("        check: {external: [made-by-hand]}", "names no object"),
        ("        check: {disable: [references/no-secrets]}", "did you mean `references/no-secret`?"),
        ("        check: {disabled: []}", "did you mean `disable`?"),
    ] {
        let outcome = longshore(&with(pod, more), "check");
        assert_eq!(outcome.code, Some(1), "{outcome}");
        assert!(
            outcome.stdout.contains("longshore.yaml:6") && outcome.stdout.contains(expected),
            "{outcome}"
        );
    }
}

#[test]
fn findings_of_some_versions_and_environments_say_which() {
    let budget = "{apiVersion: policy/v1beta1, kind: PodDisruptionBudget, metadata: {name: b}}";
    let outcome = longshore(&with(budget, ""), "check --all --kube-version 1.24,1.25");
    assert_eq!(outcome.code, Some(1), "{outcome}");
    for part in [
        "warning[api/deprecated]",
        "only for environment `dev` with Kubernetes 1.24, environment `live` with Kubernetes 1.24",
        "error[api/removed]",
        "web.yaml:1:14",
        "hint: use policy/v1 PodDisruptionBudget",
        "1 error, 1 warning in 2 objects of 2 releases (Kubernetes 1.24, 1.25)",
    ] {
        assert!(outcome.stdout.contains(part), "{part}\n{outcome}");
    }
}

#[test]
fn a_file_with_a_password_in_plain_text_is_not_quoted() {
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: a, imagee: x, env: [{name: API_TOKEN, value: s3cr3t-s3cr3t}]}]}}";
    for format in ["text", "json", "sarif", "junit"] {
        let outcome = longshore(&with(pod, ""), &format!("check -o {format}"));
        assert!(outcome.stdout.contains("secrets/plain") && outcome.stdout.contains("imagee"), "{outcome}");
        assert!(!outcome.stdout.contains("s3cr3t"), "{outcome}");
    }
}

#[test]
fn secrets_are_not_read_and_their_programs_not_run() {
    let project = Project::new(&format!(
        "{HEAD}
        secrets: {{db: {{env: NOBODY_HAS_THIS}}, token: {{command: [touch, run-after-all]}}}}
        releases:
          web: {{chart: web, set: {{password: '${{secret.db}}', apiToken: '${{secret.token}}'}}}}
        //- web/Chart.yaml
        {{apiVersion: v2, name: web, version: 1.0.0}}
        //- web/templates/secret.yaml
        apiVersion: v1
        kind: Secret
        metadata: {{name: web}}
        {{{{- if eq .Values.password .Values.apiToken }}}}{{{{ fail `one secret for two` }}}}{{{{ end }}}}
        data: {{password: {{{{ .Values.password | b64enc }}}}, token: {{{{ .Values.apiToken | b64enc }}}}}}
        "
    ))
    .unwrap();
    let outcome = longshore(&project, "check --strict");
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert!(!project.file("run-after-all").exists());
    assert_eq!(longshore(&project, "render").code, Some(1));
}

#[test]
fn charts_see_the_version_that_is_asked_for() {
    let project = Project::new(&format!(
        "{HEAD}
        releases: {{web: {{chart: web}}}}
        //- web/Chart.yaml
        {{apiVersion: v2, name: web, version: 1.0.0}}
        //- web/templates/budget.yaml
        apiVersion: {{{{ .Capabilities.APIVersions.Has \"policy/v1\" | ternary \"policy/v1\" \"policy/v1beta1\" }}}}
        kind: PodDisruptionBudget
        metadata: {{name: b}}
        "
    ))
    .unwrap();
    let outcome = longshore(&project, "check --kube-version 1.20,1.30 --strict");
    assert_eq!(outcome.code, Some(0), "{outcome}");
}

#[test]
fn what_cannot_be_rendered_is_a_finding() {
    let project = with("{apiVersion: v1, kind: [", "");
    let outcome = longshore(&project, "check");
    assert_eq!(outcome.code, Some(1), "{outcome}");
    assert!(
        outcome.stdout.contains("error[yaml/syntax]") && outcome.stdout.contains("--> web.yaml:"),
        "{outcome}"
    );
    assert!(outcome.stdout.contains("in release `web`"), "{outcome}");
}

#[test]
fn sarif_has_what_the_standard_requires() {
    let outcome = longshore(&broken(), "check -o sarif");
    assert_eq!(outcome.code, Some(1), "{outcome}");
    let log = json(&outcome);
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "longshore");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 4, "{outcome}");
    for result in results {
        let rule = &rules[result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(!rule["shortDescription"]["text"].as_str().unwrap().is_empty());
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(!uri.starts_with('/') && !uri.contains(' '), "{uri}");
        if let Some(region) = place.get("region") {
            assert!(region["startLine"].as_u64().unwrap() > 0);
        }
    }
    assert!(!outcome.stdout.contains("s3cr3t") && !outcome.stdout.contains("hunter2"));
}

#[test]
fn junit_is_xml_with_a_test_for_each_finding() {
    let outcome = longshore(&broken(), "check -o junit");
    assert_eq!(outcome.code, Some(1), "{outcome}");
    let elements = elements(&outcome.stdout);
    let of = |name: &str| elements.iter().filter(|element| element.as_str() == name).count();
    assert_eq!((of("testsuites"), of("testsuite"), of("testcase"), of("failure")), (1, 1, 4, 3), "{outcome}");
    assert!(outcome.stdout.contains("tests=\"4\" failures=\"3\""), "{outcome}");
    let strict = longshore(&broken(), "check -o junit --strict");
    assert!(strict.stdout.contains("tests=\"4\" failures=\"4\""), "{strict}");
    let good =
        longshore(&with("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}", ""), "check -o junit");
    assert_eq!(good.code, Some(0), "{good}");
    assert!(good.stdout.contains("tests=\"1\" failures=\"0\""), "{good}");
}

/// The names of all elements of an XML document, which must be well formed.
fn elements(xml: &str) -> Vec<String> {
    let body = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").unwrap();
    let (mut found, mut open): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for part in body.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap();
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
        } else {
            let name = tag.split([' ', '/']).next().unwrap().to_owned();
            assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
            if !tag.ends_with('/') {
                open.push(name.clone());
            }
            found.push(name);
        }
        for entity in tag.split('&').skip(1).chain(text.split('&').skip(1)) {
            let (name, _) = entity.split_once(';').unwrap();
            assert!(["amp", "lt", "gt", "quot", "#10"].contains(&name), "{name}");
        }
        assert!(!text.contains('>'), "{text}");
    }
    assert!(open.is_empty(), "{open:?}");
    found
}
