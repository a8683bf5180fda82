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

/// `web` and `mail` have namespaces of their own; what `web` needs lies in the environment's.
const SPREAD: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: SHOP
    environments:
      dev: {createNamespace: {labels: {tier: '${env.name}', pod-security.kubernetes.io/enforce: restricted}, annotations: {team: a b}}}
    defaultEnvironment: dev
    wait: {grace: {settle: 0s, unschedulable: 1s}}
    releases:
      db: {manifests: db.yaml, generate: {login: {keys: {password: {length: 16}}}}}
      web: {chart: chart, namespace: '${env.namespace}-web', needs: [db], set: {level: info}}
      mail: {manifests: mail.yaml, namespace: '${env.namespace}-mail', needs: [web]}
    //- db.yaml
    {apiVersion: v1, kind: ConfigMap, metadata: {name: db}}
    //- mail.yaml
    {apiVersion: v1, kind: ConfigMap, metadata: {name: mail}, data: {a: b}}
    //- chart/Chart.yaml
    {apiVersion: v2, name: web, version: 1.0.0}
    //- chart/templates/web.yaml
    {apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {namespace: {{ .Release.Namespace }}, level: {{ .Values.level }}}}
    ";

async fn spread(name: &str) -> Stage {
    let stage = Stage::new(name, SPREAD).await;
    let file = stage.project.read("longshore.yaml").unwrap();
    stage.project.write("longshore.yaml", &file.replace("SHOP", stage.namespace.name())).unwrap();
    stage
}

fn edit(stage: &Stage, file: &str, from: &str, to: &str) {
    let text = stage.project.read(file).unwrap();
    assert!(text.contains(from), "{file} has no {from:?}");
    stage.project.write(file, &text.replace(from, to)).unwrap();
}

/// Three namespaces on one cluster, from the first plan to the removal.
#[tokio::test(flavor = "multi_thread")]
async fn releases_in_namespaces_of_their_own() {
    let stage = spread("spread").await;
    let home = stage.namespace.name();
    let planned = stage.ok("plan");
    let told = &planned.stdout;
    assert!(told.contains(&format!("namespaces {home}, {home}-web, {home}-mail, cluster")), "{planned}");
    assert!(told.contains(&format!("+ Namespace/{home}-mail")), "{planned}");
    assert!(told.contains(&format!("{home}-web/web: install")), "{planned}");
    assert!(told.contains("label `tier` is not there, where `createNamespace` has `dev`"), "{planned}");
    assert!(told.contains("team='a b'` sets it"), "{planned}");

    let done = stage.ok("deploy");
    let at = |what: &str| done.stderr.find(what).unwrap_or_else(|| panic!("no {what} in\n{done}"));
    assert!(at(&format!("{home}/db deployed")) < at(&format!("{home}-web/web installing")), "{done}");
    assert!(at(&format!("{home}-web/web deployed")) < at(&format!("{home}-mail/mail installing")), "{done}");
    let web = get(&stage, "api/v1/namespaces/{ns}-web").await.unwrap();
    assert_eq!(web["metadata"]["labels"]["pod-security.kubernetes.io/enforce"], "restricted");
    assert_eq!(web["metadata"]["labels"]["name"], format!("{home}-web"), "policies choose namespaces by it");
    assert_eq!(web["metadata"]["annotations"]["team"], "a b");
    let data = get(&stage, "api/v1/namespaces/{ns}-web/configmaps/web").await.unwrap()["data"].clone();
    assert_eq!(data["namespace"], format!("{home}-web"));
    // The record lies beside the objects, as Helm has it.
    assert!(get(&stage, "api/v1/namespaces/{ns}-mail/secrets/sh.helm.release.v1.mail.v1").await.is_some());
    assert!(get(&stage, "api/v1/namespaces/{ns}/secrets/sh.helm.release.v1.mail.v1").await.is_none());
    assert!(stage.ok("deploy").stdout.contains("nothing has changed"));
    let secret = get(&stage, "api/v1/namespaces/{ns}/secrets/login").await.unwrap()["data"].clone();

    let status = stage.ok("status");
    assert!(status.stdout.contains(&format!("{home}-mail/mail")), "{status}");
    assert_eq!(stage.json("status")["releases"][1]["namespace"], format!("{home}-web"));
    stage.ok("status --drift --detailed-exitcode");
    let logs = stage.longshore("logs");
    assert!(logs.stderr.contains("and this is about one"), "{logs}");
    assert!(logs.stderr.contains("db|web|mail"), "{logs}");

    // A change of one is rolled back in its namespace.
    edit(&stage, "longshore.yaml", "set: {level: info}", "set: {level: debug}");
    stage.ok("deploy");
    let history = stage.json("history web");
    assert_eq!(
        (history.as_array().unwrap().len(), &history[1]["namespace"]),
        (2, &format!("{home}-web").into())
    );
    stage.ok("history web --diff 1 2");
    stage.ok("rollback");
    let data = get(&stage, "api/v1/namespaces/{ns}-web/configmaps/web").await.unwrap()["data"].clone();
    assert_eq!(data["level"], "info");

    // A release that goes to another namespace is left behind in the old one until it is pruned.
    edit(&stage, "longshore.yaml", "${env.namespace}-mail'", "${env.namespace}-web'");
    stage.ok("deploy");
    assert!(get(&stage, "api/v1/namespaces/{ns}-web/configmaps/mail").await.is_some());
    edit(
        &stage,
        "longshore.yaml",
        "mail: {manifests: mail.yaml, namespace: '${env.namespace}-web', needs: [web]}",
        "post: {manifests: mail.yaml, namespace: '${env.namespace}-web', needs: [web]}\nmoved: [{from: mail, to: post}]",
    );
    stage.ok("deploy --yes");
    assert!(get(&stage, "api/v1/namespaces/{ns}-web/configmaps/mail").await.is_some(), "it went over");
    assert!(get(&stage, "api/v1/namespaces/{ns}-web/secrets/sh.helm.release.v1.mail.v1").await.is_none());
    assert_eq!(
        get(&stage, "api/v1/namespaces/{ns}/secrets/login").await.unwrap()["data"],
        secret,
        "it is kept"
    );

    let gone = stage.ok("destroy --yes --delete-data");
    let at = |what: &str| gone.stderr.find(what).unwrap_or_else(|| panic!("no {what} in\n{gone}"));
    assert!(at(&format!("{home}-web/web uninstalled")) < at(&format!("{home}/db uninstalling")), "{gone}");
    assert!(get(&stage, "api/v1/namespaces/{ns}-web").await.is_none(), "{gone}");
    assert!(get(&stage, "api/v1/namespaces/{ns}").await.is_some(), "it was there before: {gone}");
    drop_namespace(&stage, "{ns}-mail").await;
}

async fn drop_namespace(stage: &Stage, name: &str) {
    let client = stage.namespace.client().await.unwrap();
    let path = format!("/api/v1/namespaces/{name}").replace("{ns}", stage.namespace.name());
    // It may be gone already.
    let _ = client.request::<Value>(http::Request::delete(path).body(Vec::new()).unwrap()).await;
}

/// What fails in one namespace takes the whole deploy back, those that it has created included.
#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_over_namespaces_goes_back_as_a_whole() {
    let stage = spread("spread-back").await;
    let never = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: mail}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {nodeSelector: {disk: golden}, containers: [{name: c, image: c}]}}}\n";
    stage.project.write("mail.yaml", never).unwrap();
    edit(&stage, "longshore.yaml", "restricted}", "privileged}");
    let failed = stage.longshore("deploy --rollback-on-failure");
    assert_eq!(failed.code, Some(1), "{failed}");
    for space in ["{ns}-web", "{ns}-mail"] {
        assert!(get(&stage, &format!("api/v1/namespaces/{space}")).await.is_none(), "{space}: {failed}");
    }
    assert!(get(&stage, "api/v1/namespaces/{ns}/configmaps/db").await.is_none(), "{failed}");
}

/// A namespace that a release brings is not made before it, and what lies there waits for it; one that nobody brings and
/// that may not be created is refused.
#[tokio::test(flavor = "multi_thread")]
async fn the_namespace_of_a_release_may_be_brought_by_another() {
    let stage = spread("spread-brought").await;
    let home = stage.namespace.name();
    edit(&stage, "longshore.yaml", "  dev: {createNamespace", "  dev: {} #");
    let refused = stage.longshore("plan");
    assert!(refused.stderr.contains(&format!("namespace `{home}-mail` does not exist")), "{refused}");
    let spaces = format!(
        "---\n{{apiVersion: v1, kind: Namespace, metadata: {{name: {home}-web}}}}\n---\n{{apiVersion: v1, kind: Namespace, metadata: {{name: {home}-mail}}}}\n"
    );
    let db = stage.project.read("db.yaml").unwrap();
    stage.project.write("db.yaml", &format!("{db}{spaces}")).unwrap();
    edit(&stage, "longshore.yaml", ", generate: {login: {keys: {password: {length: 16}}}}", "");
    let planned = stage.ok("plan -o plan.json");
    assert!(
        planned
            .stdout
            .contains(&format!("ConfigMap/web (not tried: waits for Namespace/{home}-web of release `db`)")),
        "{planned}"
    );
    stage.ok("deploy plan.json");
    assert!(get(&stage, "api/v1/namespaces/{ns}-mail/configmaps/mail").await.is_some());
    stage.ok("plan --detailed-exitcode");
    stage.ok("destroy --yes --delete-data");
    assert!(get(&stage, "api/v1/namespaces/{ns}-mail").await.is_none());

    // Who does not wait for it is told before anything is written.
    edit(&stage, "longshore.yaml", "web', needs: [db]", "web'");
    let late = stage.longshore("deploy");
    assert_eq!(late.code, Some(1), "{late}");
    assert!(late.stderr.contains("add `needs: [db]` to release `web`"), "{late}");
    assert!(get(&stage, "api/v1/namespaces/{ns}-web").await.is_none(), "{late}");
}
