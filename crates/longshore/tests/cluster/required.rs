//! Kinds that a release's objects are of, and that the cluster does not have: told before anything is written, unless a
//! release before brings them.

use longshore_testkit::{Outcome, Project, TestCluster};
use serde_json::Value;

use crate::Stage;

/// `operator` defines a kind in a group of the test's own, `web` has an object of it.
const FILES: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: shop
    environments: {dev: {namespace: shop, createNamespace: true}}
    defaultEnvironment: dev
    releases:
      web: {manifests: web.yaml, needs: [operator]}
      seen: {chart: seen, needs: [operator], requires: [GROUP/v1/Widget]}
      operator: {chart: operator}
    //- web.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: web}
    ---
    apiVersion: GROUP/v1
    kind: Widget
    metadata: {name: first}
    spec: {size: 3}
    ---
    apiVersion: GROUP/v1
    kind: Widget
    metadata: {name: second}
    //- operator/Chart.yaml
    {apiVersion: v2, name: operator, version: 1.0.0}
    //- operator/crds/widgets.yaml
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: {name: widgets.GROUP}
    spec:
      group: GROUP
      scope: Namespaced
      names: {kind: Widget, plural: widgets}
      versions:
        - name: v1
          served: true
          storage: true
          schema:
            openAPIV3Schema:
              type: object
              properties: {spec: {type: object, properties: {size: {type: integer}}}}
    //- operator/templates/config.yaml
    {apiVersion: v1, kind: ConfigMap, metadata: {name: operator}}
    //- seen/Chart.yaml
    {apiVersion: v2, name: seen, version: 1.0.0}
    //- seen/templates/seen.yaml
    {{- if .Capabilities.APIVersions.Has \"GROUP/v1/Widget\" }}
    apiVersion: GROUP/v1
    kind: Widget
    metadata: {name: seen}
    {{- end }}
    ";

async fn stage(name: &str, change: impl FnOnce(String) -> String) -> Stage {
    let group = format!("{name}{}.example.com", std::process::id());
    Stage::new(name, &change(FILES.replace("GROUP", &group))).await
}

#[track_caller]
fn refused(outcome: &Outcome, parts: &[&str]) {
    assert_eq!(outcome.code, Some(1), "{outcome}");
    for part in parts {
        assert!(outcome.stderr.contains(part), "no {part:?} in\n{outcome}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_that_nobody_brings_is_told_before_the_namespace_is_made() {
    let stage = stage("nobody", |files| {
        let files = files.replace("  seen: {", "  #seen: {").replace(", needs: [operator]", "");
        files.replace("  operator: {", "  #operator: {")
    })
    .await;
    let certificates = "
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: tls}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: more}
";
    stage.project.write("web.yaml", certificates).unwrap();
    let missing = format!("{}-missing", stage.namespace.name());
    let outcome = longshore_testkit::Program::new(env!("CARGO_BIN_EXE_longshore"))
        .unwrap()
        .args(["deploy", "-n", &missing])
        .env("KUBECONFIG", stage.namespace.kubeconfig())
        .folder(stage.project.path())
        .run()
        .unwrap();
    refused(
        &outcome,
        &[
            "no kind `Certificate` in `cert-manager.io/v1`, and nothing that is deployed before release `web` brings it",
            "--> web.yaml:2",
            "needed by Certificate/tls (web.yaml:2), Certificate/more (web.yaml:6)",
            "cert-manager usually brings it: install it first, or add it as a release and name that in `needs` of `web`",
            "nothing was changed",
        ],
    );
    assert_eq!(outcome.stderr.matches("no kind `Certificate`").count(), 1, "told once: {outcome}");
    let client = stage.namespace.client().await.unwrap();
    let request = http::Request::get(format!("/api/v1/namespaces/{missing}")).body(Vec::new()).unwrap();
    assert!(client.request::<Value>(request).await.is_err(), "the namespace was made");
    refused(&stage.longshore("plan"), &["no kind `Certificate`"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_before_may_bring_it_and_charts_are_told() {
    let stage = stage("before", |files| files).await;
    let plan = stage.json("plan");
    let releases = plan["releases"].as_array().unwrap();
    for name in ["web", "seen"] {
        let release = releases.iter().find(|release| release["release"] == name).unwrap();
        let waits = release["objects"].to_string();
        assert!(waits.contains("widgets."), "{waits}");
        assert!(waits.contains("of release `operator`"), "{waits}");
    }
    stage.ok("deploy");
    let group = format!("apis/before{}.example.com/v1", std::process::id());
    for name in ["first", "second", "seen"] {
        assert!(stage.live(&group, "widgets", name).await.is_some(), "{name}");
    }
    let again = stage.json("plan --detailed-exitcode");
    let actions = again["releases"].as_array().unwrap().iter().map(|release| release["action"].clone());
    assert!(actions.clone().all(|action| action == "nothing"), "{:?}", actions.collect::<Vec<_>>());
    // A version that the definition does not have, and a release before it changes that.
    let operator = stage.project.read("operator/crds/widgets.yaml").unwrap();
    let v2 = operator.replace(
        "versions:\n",
        "versions:\n    - {name: v2, served: true, storage: false, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}\n",
    );
    let web = stage.project.read("web.yaml").unwrap().replace("com/v1", "com/v2");
    stage.project.write("web.yaml", &web).unwrap();
    refused(&stage.longshore("deploy"), &["no kind `Widget` in `before", "com/v1", "nothing was changed"]);
    stage.project.write("operator/crds/widgets.yaml", &v2).unwrap();
    stage.ok("deploy --yes");
    stage.ok("destroy --yes --delete-data");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_comes_too_late_is_named() {
    let stage = stage("late", |files| files.replace("web.yaml, needs: [operator]", "web.yaml")).await;
    let outcome = stage.longshore("deploy");
    refused(
        &outcome,
        &[
            "no kind `Widget`",
            "add `needs: [operator]` to release `web`",
            "web.yaml:5",
            "nothing was changed",
        ],
    );
    assert!(!outcome.stderr.contains("`seen` requires"), "{outcome}");
    assert!(stage.everything().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_release_requires_and_what_its_hooks_are_of_is_looked_for() {
    let stage = stage("requires", |files| {
        files.replace("  operator: {chart: operator}", "").replace(", needs: [operator]", "")
    })
    .await;
    stage.project.write("web.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: web}}").unwrap();
    refused(
        &stage.longshore("deploy"),
        &["release `seen` requires `requires", "longshore.yaml:8:", "nothing was changed"],
    );
    let hook = "apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata: {name: hook, annotations: {helm.sh/hook: post-install}}
";
    stage.project.write("seen/templates/seen.yaml", hook).unwrap();
    let file = stage.project.read("longshore.yaml").unwrap();
    let without = file.lines().map(|line| line.split(", requires").next().unwrap_or_default().to_owned());
    let without = without.map(|line| if line.contains("seen: {") { format!("{line}}}") } else { line });
    stage.project.write("longshore.yaml", &without.collect::<Vec<_>>().join("\n")).unwrap();
    refused(
        &stage.longshore("deploy"),
        &["no kind `PodMonitor`", "seen/templates/seen.yaml", "the Prometheus Operator usually brings it"],
    );
    assert!(stage.everything().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_that_one_of_two_clusters_lacks_stops_both() {
    let (eu, us) = (TestCluster::get().await.unwrap(), TestCluster::start("required-us").await.unwrap());
    let (eu, us) = (eu.namespace("lacks").await.unwrap(), us.namespace("lacks").await.unwrap());
    let group = format!("lacks{}.example.com", std::process::id());
    let files = FILES
        .replace("GROUP", &group)
        .replace("  seen: {", "  #seen: {")
        .replace("    environments:", "    clusters:\n      eu: {kubeconfig: EU, vars: {ns: EN}}\n      us: {kubeconfig: US, vars: {ns: UN}}\n    environments:")
        .replace("{namespace: shop, createNamespace: true}", "{clusters: [eu, us], namespace: '${cluster.vars.ns}'}")
        .replace("operator: {chart: operator}", "operator: {chart: operator, clusters: [eu]}")
        .replace("EU,", &format!("{},", eu.kubeconfig().display()))
        .replace("US,", &format!("{},", us.kubeconfig().display()))
        .replace("EN}", &format!("{}}}", eu.name()))
        .replace("UN}", &format!("{}}}", us.name()));
    let project = Project::new(&files).unwrap();
    let outcome = longshore_testkit::Program::new(env!("CARGO_BIN_EXE_longshore"))
        .unwrap()
        .args(["deploy", "--yes"])
        .folder(project.path())
        .run()
        .unwrap();
    refused(&outcome, &["no kind `Widget`", "on cluster `us`", "nothing was changed"]);
    assert!(!outcome.stderr.contains("on cluster `eu`"), "{outcome}");
    for namespace in [&eu, &us] {
        let path = format!("/api/v1/namespaces/{}/configmaps/web", namespace.name());
        let request = http::Request::get(path).body(Vec::new()).unwrap();
        assert!(namespace.client().await.unwrap().request::<Value>(request).await.is_err());
    }
}
