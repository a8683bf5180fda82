//! Applying: how few requests it takes, in which order, definitions that change, and fields that cannot.

use std::collections::BTreeMap;

use longshore_testkit::{Between, Deal, Program, TestCluster};
use serde_json::Value;

use crate::Stage;

fn project(manifests: &str) -> String {
    let lines = manifests.lines().filter(|line| !line.trim().is_empty());
    let indent = lines.clone().map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    let manifests: String = lines.map(|line| format!("{}\n", &line[indent..])).collect();
    let head = "//- longshore.yaml\napiVersion: longshore.dev/v1alpha1\nkind: Project\nname: applied\n\
        environments: {dev: {namespace: applied}}\ndefaultEnvironment: dev\nreleases: {all: {manifests: all.yaml}}\n\
        //- all.yaml\n";
    format!("{head}{manifests}")
}

/// Objects of two kinds, so many of each; `number` is a value in the first.
fn many(each: usize, number: usize) -> String {
    let one = |i: usize| {
        let value = if i == 0 { number } else { 0 };
        format!(
            "---\n{{apiVersion: v1, kind: ConfigMap, metadata: {{name: c{i}}}, data: {{number: '{value}'}}}}\n\
             ---\n{{apiVersion: v1, kind: Service, metadata: {{name: s{i}}}, spec: {{selector: {{app: a{i}}}, ports: [{{port: 80}}]}}}}\n"
        )
    };
    (0..each).map(one).collect()
}

/// How often each object was named in a request of its own, and how many requests there were in all.
fn count(between: &Between) -> (BTreeMap<String, usize>, usize) {
    let asked = between.asked();
    let mut objects = BTreeMap::new();
    for request in &asked {
        let path = request.path();
        let Some((_, name)) = path.split_once("/configmaps/").or_else(|| path.split_once("/services/"))
        else {
            continue;
        };
        *objects.entry(name.to_owned()).or_default() += 1;
    }
    between.forget();
    (objects, asked.len())
}

/// Two requests for an object that changes, one for most that are new, none for one that does not, and some for the release as a whole.
#[tokio::test(flavor = "multi_thread")]
async fn few_requests_are_sent() {
    const EACH: usize = 40;
    let mut stage = Stage::new("requests", &project(&many(EACH, 0))).await;
    let between = Between::before(&stage.namespace.kubeconfig(), |_| Deal::Pass).await.unwrap();
    stage.kubeconfig = Some(between.kubeconfig());

    stage.ok("deploy");
    let (objects, all) = count(&between);
    assert_eq!(objects.len(), 2 * EACH);
    // One of each kind is tried for all that are like it.
    let twice = objects.values().filter(|requests| **requests == 2).count();
    assert!(twice == 2 && objects.values().all(|requests| *requests <= 2), "{objects:?}");
    assert!(all <= 2 * EACH + 25, "{all} requests for an install");

    assert!(stage.ok("deploy").stdout.contains("nothing has changed"));
    let (objects, all) = count(&between);
    assert_eq!(objects, BTreeMap::new());
    assert!(all <= 12, "{all} requests for no change");

    stage.project.write("all.yaml", &many(EACH, 1)).unwrap();
    stage.ok("deploy");
    let (objects, all) = count(&between);
    assert_eq!(objects, BTreeMap::from([("c0".to_owned(), 2)]));
    assert!(all <= 25, "{all} requests for one field");
    let live = stage.live("api/v1", "configmaps", "c0").await.unwrap();
    assert_eq!(live["data"]["number"], "1");
}

/// What is taken for certain of new objects, at the limits of what is: the server takes it.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_certain_of_new_objects_is_so() {
    let long = "a".repeat(63);
    let odd = ["a.b-c_d", "_a", "A", "-a", "a..b", ".a"];
    let data: String = odd.iter().map(|key| format!("{key}: '{}'", "é\\u0001".repeat(9)) + ", ").collect();
    let ports = "[{name: '1', port: 1, targetPort: 65535}, {name: u, port: 1, protocol: UDP}, \
                 {name: 2-a, port: 65535, targetPort: abcdefghijkl-n1, protocol: SCTP}]";
    let one = |i: usize| {
        let (short, name) = (&long[..40], format!("{i}-{}.{long}", &long[..40]));
        format!(
            "---\n{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}, labels: {{{long}: {long}, x.{long}/A.b_c: ''}}, \
             annotations: {{example.com/A: 'x'}}}}, data: {{{data}}}, immutable: true}}\n\
             ---\n{{apiVersion: v1, kind: Secret, metadata: {{name: {name}}}, type: Opaque, data: {{a.-: 'eA=='}}, stringData: {{a: b}}}}\n\
             ---\n{{apiVersion: v1, kind: Service, metadata: {{name: s{i}-{short}}}, spec: {{ports: {ports}, clusterIP: None, \
             type: ClusterIP, sessionAffinity: None, publishNotReadyAddresses: true, selector: {{a/B: ''}}}}}}\n"
        )
    };
    let manifests: String = (0..12).map(one).collect();
    let mut stage = Stage::new("certain", &project(&manifests)).await;
    let between = Between::before(&stage.namespace.kubeconfig(), |_| Deal::Pass).await.unwrap();
    stage.kubeconfig = Some(between.kubeconfig());
    let deployed = stage.ok("deploy");
    assert!(deployed.stderr.contains("deployed revision 1"), "{deployed}");
    let tried = between.asked().iter().filter(|request| request.target.contains("dryRun=All")).count();
    assert_eq!(tried, 3, "one of each kind");
}

/// Where somebody else has a say in them, every new object is tried.
#[tokio::test(flavor = "multi_thread")]
async fn a_policy_has_its_say_in_every_new_object() {
    // Policies concern everybody on a cluster: one of its own.
    let cluster = TestCluster::start("policy").await.unwrap();
    let mut stage = Stage::on(&cluster, "policy", &project(&many(12, 1))).await;
    let client = stage.namespace.client().await.unwrap();
    let name = stage.namespace.name();
    let policies = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
    let policy = serde_json::json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name}, "spec": {
            "matchConstraints": {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}, "resourceRules": [
                {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]}]},
            "validations": [{"expression": "object.metadata.name != 'c7'", "message": "seven is taken"}]}});
    let binding = serde_json::json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name}, "spec": {"policyName": name, "validationActions": ["Deny"]}});
    let bindings = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings";
    for (path, body) in [(policies, policy), (bindings, binding)] {
        let request = http::Request::post(path)
            .header("content-type", "application/json")
            .body(body.to_string().into_bytes());
        client.request::<Value>(request.unwrap()).await.unwrap();
    }
    let between = Between::before(&stage.namespace.kubeconfig(), |_| Deal::Pass).await.unwrap();
    stage.kubeconfig = Some(between.kubeconfig());
    // The server takes a moment to act on a new policy.
    let refused =
        longshore_testkit::eventually("a refusal", std::time::Duration::from_secs(20), async || {
            between.forget();
            let plan = stage.longshore("plan");
            Ok(plan.stderr.contains("seven is taken").then_some(plan))
        })
        .await
        .unwrap();
    assert_eq!(refused.code, Some(1), "{refused}");
    let tried = between.asked().iter().filter(|request| request.target.contains("dryRun=All")).count();
    assert_eq!(tried, 12 + 1, "every ConfigMap, and one Service for all");
}

/// A field that somebody took away comes back, though the manifest is as it was.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_for_unchanged_is_unchanged() {
    let stage = Stage::new("untouched", &project(&many(4, 0))).await;
    stage.ok("deploy");
    let client = stage.namespace.client().await.unwrap();
    let path = format!("/api/v1/namespaces/{}/configmaps/c1", stage.namespace.name());
    let request = http::Request::patch(path)
        .header("content-type", "application/merge-patch+json")
        .body(br#"{"data":{"number":null}}"#.to_vec())
        .unwrap();
    client.request::<Value>(request).await.unwrap();
    let deployed = stage.ok("deploy");
    assert!(deployed.stderr.contains("ConfigMap/c1 configured"), "{deployed}");
    assert_eq!(stage.live("api/v1", "configmaps", "c1").await.unwrap()["data"]["number"], "0");
}

/// An annotation makes an object wait until another one is ready.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_object_needs_is_ready_before_it_is_applied() {
    let stage = Stage::new(
        "needs",
        &project(
            "
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: after, annotations: {longshore.dev/needs: Deployment/db}}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: db}
            spec:
              selector: {matchLabels: {app: db}}
              template:
                metadata: {labels: {app: db}, annotations: {longshore.dev/kwok: never-ready}}
                spec: {containers: [{name: db, image: 'example.com/db:v1'}]}
            ",
        ),
    )
    .await;
    let mut deploy = stage.start("deploy");
    deploy.wait_for("waiting for 1 object to").unwrap();
    assert!(stage.live("apis/apps/v1", "deployments", "db").await.is_some());
    assert!(stage.live("api/v1", "configmaps", "after").await.is_none());
    deploy.interrupt().unwrap();
    deploy.finish().unwrap();
    let text = stage.project.read("all.yaml").unwrap();
    stage.project.write("all.yaml", &text.replace("never-ready", "ready")).unwrap();
    stage.ok("deploy");
    assert!(stage.live("api/v1", "configmaps", "after").await.is_some());

    stage.project.write("all.yaml", &text.replace("Deployment/db", "Deployment/dd")).unwrap();
    let refused = stage.longshore("deploy");
    assert_eq!(refused.code, Some(1), "{refused}");
    assert!(refused.stderr.contains("no object of this release is `Deployment/dd`"), "{refused}");
}

/// A Job's template never changes: the plan explains it, and only `--recreate` makes it anew.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_change_is_explained_and_made_anew_when_asked() {
    let job = "
        apiVersion: batch/v1
        kind: Job
        metadata: {name: once}
        spec:
          template:
            spec: {restartPolicy: Never, containers: [{name: main, image: 'example.com/once:v1', env: [{name: P, value: hunter2}]}]}
        ";
    let stage = Stage::new("immutable", &project(job)).await;
    stage.ok("deploy");
    let before = stage.live("apis/batch/v1", "jobs", "once").await.unwrap();
    stage.project.write("all.yaml", &stage.project.read("all.yaml").unwrap().replace(":v1", ":v2")).unwrap();
    let refused = stage.longshore("deploy");
    assert_eq!(refused.code, Some(1), "{refused}");
    assert!(refused.stderr.contains("Job/once cannot be changed in place: `spec.template`"), "{refused}");
    assert!(refused.stderr.contains("--recreate Job/once"), "{refused}");
    assert!(!refused.to_string().contains("hunter2"), "{refused}");
    assert_eq!(stage.json("history").as_array().unwrap().len(), 1, "nothing was begun");

    let plan = stage.ok("plan --recreate Job/once");
    assert!(plan.stdout.contains("± Job/once"), "{plan}");
    assert!(
        plan.stdout.contains("containers[main].image: example.com/once:v1 → example.com/once:v2"),
        "{plan}"
    );
    let unasked = stage.longshore("deploy --recreate Job/once");
    assert!(unasked.stderr.contains("there is nobody to ask"), "{unasked}");
    stage.ok("deploy --recreate Job/once --yes");
    let after = stage.live("apis/batch/v1", "jobs", "once").await.unwrap();
    assert_ne!(before["metadata"]["uid"], after["metadata"]["uid"]);
    assert_eq!(after["spec"]["template"]["spec"]["containers"][0]["image"], "example.com/once:v2");

    let mistyped = stage.longshore("deploy --recreate Job/onec");
    assert!(mistyped.stderr.contains("did you mean `Job/once`?"), "{mistyped}");
}

const DEFINITION: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: defined
    environments: {dev: {namespace: defined}}
    defaultEnvironment: dev
    releases: {app: {chart: chart}}
    //- chart/Chart.yaml
    apiVersion: v2
    name: app
    version: 1.0.0
    //- chart/templates/one.yaml
    {apiVersion: SUFFIX/v1alpha1, kind: Widget, metadata: {name: one}, spec: {size: 1}}
    //- chart/crds/definition.yaml
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: {name: widgets.SUFFIX}
    spec:
      group: SUFFIX
      scope: Namespaced
      names: {kind: Widget, plural: widgets}
      versions:
        - name: v1alpha1
          served: true
          storage: true
          schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}
    ";

/// Definitions are upgraded in place, as far as what is stored stays readable.
#[tokio::test(flavor = "multi_thread")]
async fn definitions_are_upgraded_in_place() {
    let stage = Stage::new("defined", DEFINITION).await;
    let suffix = format!("{}.example.com", stage.namespace.name());
    let write = |file: &str, change: &dyn Fn(String) -> String| {
        let text = stage.project.read(file).unwrap().replace("SUFFIX", &suffix);
        stage.project.write(file, &change(text)).unwrap();
    };
    write("chart/templates/one.yaml", &|text| text);
    write("chart/crds/definition.yaml", &|text| text);
    stage.ok("deploy");
    assert!(stage.ok("deploy").stdout.contains("nothing has changed"));

    // The definition and an object that needs the new one, in one step.
    write("chart/crds/definition.yaml", &|text| {
        text.replace("size: {type: integer}", "size: {type: integer}, colour: {type: string}")
    });
    write("chart/templates/one.yaml", &|text| text.replace("size: 1", "size: 1, colour: red"));
    let skipped = stage.longshore("plan --skip-crds");
    assert_eq!(skipped.code, Some(1), "{skipped}");
    let plan = stage.ok("plan");
    assert!(plan.stdout.contains(&format!("~ CustomResourceDefinition/widgets.{suffix}")), "{plan}");
    stage.ok("deploy");
    let group = format!("apis/{suffix}/v1alpha1");
    assert_eq!(stage.live(&group, "widgets", "one").await.unwrap()["spec"]["colour"], "red");

    // Objects are stored as v1alpha1: that version may not go.
    write("chart/crds/definition.yaml", &|text| text.replace("name: v1alpha1", "name: v1"));
    write("chart/templates/one.yaml", &|text| text.replace("v1alpha1", "v1"));
    let refused = stage.longshore("deploy");
    assert_eq!(refused.code, Some(1), "{refused}");
    assert!(
        refused.stderr.contains("objects may be stored as v1alpha1, which the new definition does not have"),
        "{refused}"
    );
    assert!(refused.stderr.contains("--skip-crds"), "{refused}");
    let client = stage.namespace.client().await.unwrap();
    let path = format!("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.{suffix}");
    client.request::<Value>(http::Request::delete(path).body(Vec::new()).unwrap()).await.unwrap();
}

/// Of two deploys at once one is told who was quicker.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_deploys_at_once_one_is_refused_by_name() {
    let mut stage = Stage::new("two", &project(&many(20, 0))).await;
    stage.environment.push(("LONGSHORE_HOLD_SECONDS".to_owned(), "2".to_owned()));
    let programs: Vec<Program> = (0..2).map(|_| stage.program("deploy")).collect();
    let running: Vec<_> = programs.into_iter().map(|program| program.start().unwrap()).collect();
    let outcomes: Vec<_> = running.into_iter().map(|running| running.finish().unwrap()).collect();
    let lost: Vec<_> = outcomes.iter().filter(|outcome| outcome.code != Some(0)).collect();
    assert!(lost.len() <= 1, "{outcomes:#?}");
    for outcome in lost {
        assert!(
            outcome.stderr.contains("is working on release `all`") && outcome.stderr.contains("tester@"),
            "{outcome}"
        );
    }
    let history = stage.json("history");
    let deployed = history.as_array().unwrap().iter().filter(|revision| revision["status"] == "deployed");
    assert_eq!(deployed.count(), 1, "{history:#}");
    assert!(stage.ok("deploy").stdout.contains("nothing has changed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strategy_that_becomes_recreate_is_told_what_is_in_its_way() {
    let deployment = "
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          strategy: {type: RollingUpdate}
          selector: {matchLabels: {app: web}}
          template: {metadata: {labels: {app: web}}, spec: {containers: [{name: main, image: 'example.com/web:v1'}]}}
        ";
    let stage = Stage::new("recreate", &project(deployment)).await;
    stage.ok("deploy");
    let text = stage.project.read("all.yaml").unwrap();
    stage.project.write("all.yaml", &text.replace("type: RollingUpdate", "type: Recreate")).unwrap();
    let refused = stage.longshore("deploy");
    assert_eq!(refused.code, Some(1), "{refused}");
    let patch = r#"{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}"#;
    assert!(refused.stderr.contains(&format!("--type merge -p '{patch}'")), "{refused}");
    assert!(refused.stderr.contains("nothing was changed"), "{refused}");
    // What the hint says helps.
    let patch = serde_json::from_str(patch).unwrap();
    stage.patch("apis/apps/v1/namespaces/{ns}/deployments/web", "kubectl-patch", &patch).await;
    stage.ok("deploy");
    let web = stage.live("apis/apps/v1", "deployments", "web").await.unwrap();
    assert_eq!(web["spec"]["strategy"], serde_json::json!({"type": "Recreate"}));
}
