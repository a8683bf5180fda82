//! Namespaces that releases make themselves: what lies in one waits for it, and the release that holds the namespace of
//! its own record is removed as a whole.

use longshore_release::FaultPoint;
use serde_json::Value;

use crate::Stage;
use crate::killed::kill_at;

/// `ground` makes a namespace and a kind; `web` has objects of that namespace and that kind, and comes after it.
const GROUND: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: shop
    environments: {dev: {}}
    defaultEnvironment: dev
    releases:
      web: {chart: web, needs: [ground]}
      ground: {chart: ground}
    //- ground/Chart.yaml
    {apiVersion: v2, name: ground, version: 1.0.0}
    //- ground/templates/all.yaml
    {apiVersion: v1, kind: Namespace, metadata: {name: {{ .Release.Namespace }}-logs}}
    ---
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: {name: widgets.GROUP}
    spec:
      group: GROUP
      scope: Namespaced
      names: {kind: Widget, plural: widgets}
      versions:
        - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
    //- web/Chart.yaml
    {apiVersion: v2, name: web, version: 1.0.0}
    //- web/templates/all.yaml
    {apiVersion: v1, kind: ConfigMap, metadata: {name: here}}
    ---
    {apiVersion: v1, kind: ConfigMap, metadata: {name: there, namespace: {{ .Release.Namespace }}-logs}}
    ---
    {apiVersion: GROUP/v1, kind: Widget, metadata: {name: there, namespace: {{ .Release.Namespace }}-logs}}
    ";

/// `base` holds the namespace of its own record.
const OWN: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: shop
    environments: {dev: {}}
    defaultEnvironment: dev
    releases:
      data: {manifests: data.yaml}
      base: {chart: base, needs: [data]}
    //- data.yaml
    {apiVersion: v1, kind: ConfigMap, metadata: {name: data}}
    //- base/Chart.yaml
    {apiVersion: v2, name: base, version: 1.0.0}
    //- base/templates/all.yaml
    {apiVersion: v1, kind: Namespace, metadata: {name: {{ .Release.Namespace }}}}
    ---
    {apiVersion: v1, kind: ConfigMap, metadata: {name: base}}
    ";

async fn own(name: &str) -> Stage {
    Stage::new(name, OWN).await
}

/// The object at a path of the API.
pub(crate) async fn get(stage: &Stage, path: &str) -> Option<Value> {
    let client = stage.namespace.client().await.unwrap();
    let path = format!("/{path}").replace("{ns}", stage.namespace.name());
    match client.request::<Value>(http::Request::get(path).body(Vec::new()).unwrap()).await {
        Ok(object) => Some(object),
        Err(kube::Error::Api(status)) if status.code == 404 => None,
        Err(error) => panic!("{error}"),
    }
}

/// An object of a release of a plan, and what it waits for.
#[track_caller]
fn waits<'a>(plan: &'a Value, release: &str, kind: &str) -> &'a Value {
    let releases = plan["releases"].as_array().unwrap().iter();
    let mut objects = releases
        .filter(|plan| plan["release"] == release)
        .flat_map(|plan| plan["objects"].as_array().unwrap())
        .filter(|change| change["object"]["kind"] == kind && change["object"]["name"] == "there");
    &objects.next().unwrap_or_else(|| panic!("no {kind}/there in {plan:#}"))["verified"]
}

/// Design decision 4: unverified, with what it waits for; and all of it is deployed by one command.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_needed_release_brings_is_waited_for() {
    let group = format!("ground{}.example.com", std::process::id());
    let stage = Stage::new("ground", &GROUND.replace("GROUP", &group)).await;
    let logs = format!("{}-logs", stage.namespace.name());
    let plan = stage.json("plan");
    assert_eq!(
        waits(&plan, "web", "ConfigMap"),
        &serde_json::json!({"waits-for": format!("Namespace/{logs} of release `ground`")}),
        "{plan:#}"
    );
    let kind = waits(&plan, "web", "Widget").to_string();
    assert!(kind.contains("of release `ground`"), "{kind}");

    // A release that does not wait for it is told to.
    let file = stage.project.read("longshore.yaml").unwrap();
    stage.project.write("longshore.yaml", &file.replace("needs: [ground]", "needs: []")).unwrap();
    let late = stage.longshore("plan");
    assert_eq!(late.code, Some(1), "{late}");
    let hint = "release `ground` brings it, but does not come first: add `needs: [ground]` to release `web`";
    assert_eq!(late.stderr.matches(hint).count(), 2, "for the namespace and for the kind: {late}");
    assert!(late.stderr.contains(&format!("namespace `{logs}` does not exist")), "{late}");
    stage.project.write("longshore.yaml", &file).unwrap();

    // A kind that nobody brings is told although the namespace is not there yet.
    let web = stage.project.read("web/templates/all.yaml").unwrap();
    let gadget = web.replace("kind: Widget", "kind: Gadget");
    stage.project.write("web/templates/all.yaml", &gadget).unwrap();
    let unknown = stage.longshore("deploy");
    assert_eq!(unknown.code, Some(1), "{unknown}");
    assert!(unknown.stderr.contains("no kind `Gadget`"), "{unknown}");
    assert!(unknown.stderr.contains("nothing was changed"), "{unknown}");
    assert!(get(&stage, "api/v1/namespaces/{ns}-logs").await.is_none());
    stage.project.write("web/templates/all.yaml", &web).unwrap();

    stage.ok("deploy");
    assert!(get(&stage, "api/v1/namespaces/{ns}-logs/configmaps/there").await.is_some());
    assert!(get(&stage, &format!("apis/{group}/v1/namespaces/{{ns}}-logs/widgets/there")).await.is_some());
    stage.ok("plan --detailed-exitcode");
    stage.ok("destroy --yes --delete-data");
    assert!(get(&stage, "api/v1/namespaces/{ns}-logs").await.is_none());
}

/// The same carried out from a frozen plan.
#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_plan_waits_for_it_too() {
    let group = format!("thaw{}.example.com", std::process::id());
    let stage = Stage::new("thaw", &GROUND.replace("GROUP", &group)).await;
    stage.ok("plan -o plan.json");
    stage.ok("deploy plan.json");
    assert!(get(&stage, "api/v1/namespaces/{ns}-logs/configmaps/there").await.is_some());
    stage.ok("destroy --yes --delete-data");
}

/// The record of `base` lies in the namespace that it holds, and so do those of the others: they go before it, it goes
/// with the namespace.
#[tokio::test(flavor = "multi_thread")]
async fn a_release_goes_with_the_namespace_that_it_holds() {
    let stage = own("own").await;
    stage.ok("deploy --adopt");
    let kept = stage.json("destroy --yes");
    assert_eq!(kept["kept"][0], format!("Namespace/{}", stage.namespace.name()), "{kept}");
    stage.ok("deploy");
    let gone = stage.ok("destroy --yes --delete-data");
    // `data` has a record that says how it ended; its removal comes first, though `base` needs it.
    let at = |what: &str| gone.stderr.find(what).unwrap_or_else(|| panic!("no {what} in\n{gone}"));
    assert!(at("data uninstalled") < at("base uninstalling"), "{gone}");
    assert!(get(&stage, "api/v1/namespaces/{ns}").await.is_none(), "{gone}");
    let nothing = stage.ok("destroy --yes --delete-data");
    assert!(nothing.stderr.contains("nothing of this platform"), "{nothing}");
}

/// Killed anywhere in it, another removal leaves nothing behind: what was begun in a namespace that is going is not
/// written to any more.
#[tokio::test(flavor = "multi_thread")]
async fn its_removal_is_gone_on_with_wherever_it_was_killed() {
    let points = [
        FaultPoint::Planned,
        FaultPoint::Settled,
        FaultPoint::PendingWritten,
        FaultPoint::ObjectDeleted,
        FaultPoint::Ended,
    ];
    for point in points {
        let mut stage = own("own-killed").await;
        stage.environment.push(("LONGSHORE_HOLD_SECONDS".to_owned(), "2".to_owned()));
        stage.ok("deploy --adopt");
        kill_at(&stage, "destroy --yes --delete-data", point);
        stage.ok("destroy --yes --delete-data");
        assert!(get(&stage, "api/v1/namespaces/{ns}").await.is_none(), "{point}");
    }
}
