//! What is wrong around pods: network policies in the way of what a release declares, classes, gateways and
//! certificates that are not there, told after a deploy and as the cause of one that fails.

use crate::Stage;

/// A project of one release of these manifests.
fn project(manifests: &str) -> String {
    format!(
        "
        //- longshore.yaml
        apiVersion: longshore.dev/v1alpha1
        kind: Project
        name: shop
        environments: {{dev: {{}}}}
        defaultEnvironment: dev
        releases: {{web: {{manifests: web.yaml}}}}
        //- web.yaml
        {}
        ",
        manifests.trim().replace('\n', "\n        ")
    )
}

/// A web server that names a database, both behind Services, the first behind an Ingress.
fn shop(play: &str, policies: &str) -> String {
    project(&format!(
        "
{{apiVersion: v1, kind: Service, metadata: {{name: db}}, spec: {{selector: {{app: db}}, ports: [{{port: 5432}}]}}}}
---
{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: db}}, spec: {{selector: {{matchLabels: {{app: db}}}}, template: {{metadata: {{labels: {{app: db}}}}, spec: {{containers: [{{name: main, image: x}}]}}}}}}}}
---
{{apiVersion: v1, kind: Service, metadata: {{name: web}}, spec: {{selector: {{app: web}}, ports: [{{port: 80, targetPort: 8080}}]}}}}
---
{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web}}, spec: {{selector: {{matchLabels: {{app: web}}}}, template: {{metadata: {{labels: {{app: web}}, annotations: {{longshore.dev/kwok: {play}}}}}, spec: {{containers: [{{name: main, image: x, env: [{{name: DATABASE, value: 'postgres://db/shop'}}]}}]}}}}}}}}
---
{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: web, annotations: {{kubernetes.io/ingress.class: any}}}}, spec: {{rules: [{{host: web.example.com, http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: web, port: {{number: 80}}}}}}}}]}}}}]}}}}
{policies}"
    ))
}

/// A policy of the release.
fn policy(name: &str, spec: &str) -> String {
    format!(
        "---\n{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: {name}}}, spec: {spec}}}\n"
    )
}

/// Network policies that close what the release declares are told with the rule that is missing, and no longer once it
/// is there.
#[tokio::test(flavor = "multi_thread")]
async fn connections_that_policies_close_are_warned_of() {
    let closed = policy(
        "db",
        "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: wbe}}}]}]}",
    ) + &policy(
        "web",
        "{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels: {app: db}}}]}], policyTypes: [Ingress, Egress]}",
    );
    let stage = Stage::new("wflow", &shop("ready", &closed)).await;
    let outcome = stage.ok("deploy");
    for words in [
        "Deployment/web cannot reach Service/db:5432: NetworkPolicy/web does not let it out to TCP 5432, and NetworkPolicy/db does not let it in to Deployment/db at TCP 5432",
        "add to `egress` of NetworkPolicy/web: `- {to: [{podSelector: {matchLabels: {app: db}}}], ports: [{protocol: TCP, port: 5432}]}`",
        "Deployment/web cannot ask the cluster's DNS for names: NetworkPolicy/web does not let it out to UDP 53",
        "Ingress/web: nobody outside of the namespace can reach Service/web:80, to which it sends: NetworkPolicy/web does not let it in to Deployment/web at TCP 8080",
    ] {
        assert!(outcome.stderr.contains(words), "{words}\nis not in\n{outcome}");
    }
    let open = policy(
        "db",
        "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}",
    ) + &policy(
        "web",
        "{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{namespaceSelector: {}}], ports: [{port: 8080}]}], egress: [{to: [{podSelector: {}}]}, {ports: [{port: 53}, {port: 53, protocol: UDP}]}], policyTypes: [Ingress, Egress]}",
    );
    let files = shop("ready", &open);
    let manifests = files.split_once("//- web.yaml\n").unwrap().1;
    stage.project.write("web.yaml", &manifests.replace("\n        ", "\n")).unwrap();
    let outcome = stage.ok("deploy");
    assert!(
        outcome.stderr.contains("deployed revision 2") && !outcome.stderr.contains("cannot"),
        "{outcome}"
    );
    assert!(!outcome.stderr.contains("nobody outside"), "{outcome}");
}

/// A policy that somebody else has made counts as well, and is the root cause of a pod that never becomes ready.
#[tokio::test(flavor = "multi_thread")]
async fn a_policy_in_the_way_is_the_root_cause() {
    let stage = Stage::new("wroot", &shop("never-ready", "")).await;
    let policy = serde_json::json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "metadata": {"name": "default-deny"}, "spec": {"podSelector": {}, "policyTypes": ["Ingress"]}});
    stage.make("apis/networking.k8s.io/v1/namespaces/{ns}/networkpolicies", &policy).await;
    let outcome = stage.longshore("deploy --timeout 90s --grace probe=2s");
    assert_eq!(outcome.code, Some(1), "{outcome}");
    for words in [
        "does not become ready: it cannot reach Service/db:5432: NetworkPolicy/default-deny does not let it in to Deployment/db at TCP 5432",
        " ← container main ← Service/db ← NetworkPolicy/default-deny does not let it in",
        "event: Unhealthy",
        "add to `ingress` of NetworkPolicy/default-deny: `- {from: [{podSelector: {matchLabels: {app: web}}}], ports: [{protocol: TCP, port: 5432}]}`",
    ] {
        assert!(outcome.stderr.contains(words), "{words}\nis not in\n{outcome}");
    }
}

/// What is said of selectors after a release knows the pods of the releases that come after it, those of their tests
/// too, and keeps quiet where an object says that it is meant so. What a server or a chart's object is told by names the
/// template, and no line of the rendered stream.
#[tokio::test(flavor = "multi_thread")]
async fn selectors_are_told_with_the_whole_deploy_in_mind() {
    let lets_in = |name: &str, app: &str, annotations: &str| {
        format!(
            "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: {name}, annotations: {{{annotations}}}}}, spec: {{podSelector: {{matchLabels: {{app: db}}}}, ingress: [{{from: [{{podSelector: {{matchLabels: {{app: {app}}}}}}}]}}]}}}}"
        )
    };
    let stage = Stage::new(
        "wcome",
        &format!(
            "
            //- longshore.yaml
            apiVersion: longshore.dev/v1alpha1
            kind: Project
            name: shop
            environments: {{dev: {{}}}}
            defaultEnvironment: dev
            releases: {{data: {{chart: data}}, web: {{manifests: web.yaml, needs: [data]}}}}
            //- data/Chart.yaml
            {{apiVersion: v2, name: data, version: 1.0.0}}
            //- data/templates/a.yaml
            {{apiVersion: apps/v1, kind: Deployment, metadata: {{name: db}}, spec: {{selector: {{matchLabels: {{app: db}}}}, template: {{metadata: {{labels: {{app: db}}}}, spec: {{containers: [{{name: main, image: x}}]}}}}}}}}
            //- data/templates/b.yaml
            {}
            ---
            {}
            ---
            {}
            //- web.yaml
            {{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web}}, spec: {{selector: {{matchLabels: {{app: web}}}}, template: {{metadata: {{labels: {{app: web}}}}, spec: {{containers: [{{name: main, image: x}}]}}}}}}}}
            ",
            lets_in("later", "web", ""),
            lets_in("nobody", "nobody", ""),
            lets_in("meant", "guests", "ignore-check.longshore.dev/wiring.no-pods: of another platform"),
        ),
    )
    .await;
    let outcome = stage.ok("deploy");
    let told: Vec<&str> = outcome.stderr.lines().filter(|line| line.contains("lets in no pod")).collect();
    assert_eq!(told.len(), 1, "{outcome}");
    assert!(told[0].contains("NetworkPolicy/nobody lets in no pod: app=nobody"), "{outcome}");
    assert!(outcome.stderr.contains("data/templates/b.yaml\n"), "{outcome}");
}
