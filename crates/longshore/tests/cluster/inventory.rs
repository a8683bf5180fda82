//! What the project file does not name any more: left alone, removed where asked for, or gone over to another name.

use serde_json::{Value, json};

use crate::Stage;

const SHOP: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: shop
    environments: {dev: {namespace: shop, vars: {mail: true}}}
    defaultEnvironment: dev
    releases:
      web: {manifests: web.yaml}
      mail: {manifests: mail.yaml, enabled: '${env.vars.mail}'}
    //- web.yaml
    {apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {a: b}}
    //- mail.yaml
    {apiVersion: v1, kind: ConfigMap, metadata: {name: mail}, data: {a: b}}
    ---
    {apiVersion: v1, kind: ConfigMap, metadata: {name: extra}, data: {a: b}}
    ---
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: mails}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
    ";

fn edit(stage: &Stage, from: &str, to: &str) {
    let text = stage.project.read("longshore.yaml").unwrap();
    assert!(text.contains(from), "no `{from}`");
    stage.project.write("longshore.yaml", &text.replace(from, to)).unwrap();
}

async fn exists(stage: &Stage, plural: &str, name: &str) -> bool {
    stage.live("api/v1", plural, name).await.is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_file_no_longer_wants_is_removed_only_where_asked_for() {
    let stage = Stage::new("pruned", SHOP).await;
    stage.ok("deploy");
    edit(&stage, "mail: true", "mail: false");

    let plan = stage.json("plan");
    assert_eq!(plan["unlisted"][0]["release"], "mail");
    assert_eq!(plan["unlisted"][0]["removed"], false);
    let plan = stage.ok("plan --detailed-exitcode");
    assert!(plan.stdout.contains("mail: deployed, but switched off; it is left alone (--prune removes it, with 2 objects; PersistentVolumeClaim/mails would stay)"), "{plan}");
    stage.ok("deploy");
    assert!(exists(&stage, "configmaps", "mail").await);

    let plan = stage.longshore("plan --prune --detailed-exitcode");
    assert_eq!(plan.code, Some(2), "{plan}");
    for line in ["- ConfigMap/mail", "- ConfigMap/extra", "= PersistentVolumeClaim/mails", "2 to delete"] {
        assert!(plan.stdout.contains(line), "no `{line}` in {plan}");
    }
    let markdown = stage.ok("plan --prune -o markdown");
    assert!(markdown.stdout.contains("- `ConfigMap/mail` is deleted"), "{markdown}");
    let frozen = stage.longshore("plan --prune -o out.plan");
    assert_eq!(frozen.code, Some(1), "{frozen}");
    assert!(frozen.stderr.contains("a frozen plan removes no releases"), "{frozen}");
    // Nobody is there to be asked.
    let asked = stage.longshore("deploy --prune");
    assert!(asked.stderr.contains("deletes 2 objects, and there is nobody to ask"), "{asked}");
    assert!(exists(&stage, "configmaps", "mail").await);

    let done = stage.ok("deploy --prune --yes");
    assert!(done.stdout.contains("removed mail"), "{done}");
    assert!(!exists(&stage, "configmaps", "mail").await);
    assert!(exists(&stage, "persistentvolumeclaims", "mails").await, "data outlives its release");
    assert!(exists(&stage, "configmaps", "web").await);
    stage.ok("plan --prune --detailed-exitcode");
    let only = stage.longshore("deploy --prune --only web");
    assert_eq!(only.code, Some(64), "{only}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_was_renamed_keeps_its_objects() {
    let stage = Stage::new("moved", SHOP).await;
    stage.ok("deploy");
    let uid = |object: Option<Value>| object.unwrap()["metadata"]["uid"].clone();
    let before = uid(stage.live("api/v1", "configmaps", "mail").await);

    // Without `moved` the objects are another release's.
    edit(&stage, "mail: {manifests", "post: {manifests");
    let refused = stage.longshore("deploy --yes");
    assert!(refused.stderr.contains("belongs to release `mail`"), "{refused}");
    assert!(refused.stderr.contains("say so by `moved: [{from: mail, to: post}]`"), "{refused}");

    edit(&stage, "releases:\n", "moved: [{from: mail, to: post}]\nreleases:\n");
    let mail = stage.project.read("mail.yaml").unwrap();
    stage.project.write("mail.yaml", &mail.replace("name: extra", "name: other")).unwrap();
    let plan = stage.ok("plan");
    assert!(plan.stdout.contains("mail: moved to post; what is left of it is removed"), "{plan}");
    assert!(plan.stdout.contains("- ConfigMap/extra"), "{plan}");
    assert!(!plan.stdout.contains("- ConfigMap/mail"), "{plan}");
    let part = stage.json("plan --only web");
    assert_eq!(part["unlisted"], Value::Null, "what it has become is no part of this deploy");
    stage.ok("deploy --yes");

    let now = stage.live("api/v1", "configmaps", "mail").await;
    assert_eq!(now.as_ref().unwrap()["metadata"]["annotations"]["meta.helm.sh/release-name"], "post");
    assert_eq!(uid(now), before, "it is the same object");
    assert!(!exists(&stage, "configmaps", "extra").await);
    assert!(exists(&stage, "persistentvolumeclaims", "mails").await);
    let releases = stage.json("history");
    let names: Vec<&Value> = releases.as_array().unwrap().iter().map(|one| &one["release"]).collect();
    assert_eq!(names, [&json!("web"), &json!("post")]);
    let old = stage.everything().await.into_iter().find(|name| name.contains("sh.helm.release.v1.mail"));
    assert_eq!(old, None, "the records of the old name are gone");
    assert!(stage.ok("deploy").stdout.contains("nothing has changed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_platforms_and_two_environments_in_one_namespace_leave_each_other_alone() {
    let stage = Stage::new("neighbours", SHOP).await;
    let blog = SHOP
        .replace("name: shop\n", "name: blog\n")
        .replace("      web: {manifests: web.yaml}\n", "      posts: {manifests: posts.yaml}\n")
        .replace("      mail: {manifests: mail.yaml, enabled: '${env.vars.mail}'}\n", "")
        .replace("//- web.yaml\n", "//- posts.yaml\n")
        .replace("name: web}", "name: posts}");
    let blog = longshore_testkit::Project::new(&blog).unwrap();
    let in_blog = |arguments: &str, code: i32| {
        let file = blog.path().display().to_string();
        let outcome = stage.longshore(&format!("{arguments} -f {file}"));
        assert_eq!(outcome.code, Some(code), "{arguments}\n{outcome}");
        outcome
    };
    stage.ok("deploy");
    in_blog("deploy", 0);
    // What the one does not know of is the other's, and no leftover.
    let plan = in_blog("plan --prune --detailed-exitcode", 0);
    assert!(!plan.stdout.contains("web") && !plan.stdout.contains("mail"), "{plan}");
    stage.ok("plan --prune --detailed-exitcode");
    // Another environment of the same platform, too.
    edit(&stage, "environments: {dev:", "environments: {test: {namespace: shop, vars: {mail: false}}, dev:");
    let other = stage.longshore("plan -e test --prune -o json");
    let other: Value = serde_json::from_str(&other.stdout).unwrap();
    assert_eq!(other["unlisted"], Value::Null, "what `dev` has deployed is no leftover of `test`");
    in_blog("destroy --yes", 0);
    assert!(!exists(&stage, "configmaps", "posts").await);
    for name in ["web", "mail", "extra"] {
        assert!(exists(&stage, "configmaps", name).await, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hooks_that_end_a_release_run_when_it_goes_and_not_when_it_is_renamed() {
    let stage = Stage::new(
        "farewell",
        "
        //- longshore.yaml
        apiVersion: longshore.dev/v1alpha1
        kind: Project
        name: shop
        environments: {dev: {namespace: shop}}
        defaultEnvironment: dev
        releases:
          api: {chart: chart}
          web: {manifests: web.yaml}
        //- web.yaml
        {apiVersion: v1, kind: ConfigMap, metadata: {name: web}}
        //- chart/Chart.yaml
        {apiVersion: v2, name: api, version: 1.0.0}
        //- chart/templates/api.yaml
        {apiVersion: v1, kind: ConfigMap, metadata: {name: api}}
        ---
        {apiVersion: v1, kind: ConfigMap, metadata: {name: farewell, annotations: {helm.sh/hook: pre-delete}}}
        ",
    )
    .await;
    stage.ok("deploy");
    edit(&stage, "api: {chart: chart}", "gateway: {chart: chart}");
    edit(&stage, "releases:\n", "moved: [{from: api, to: gateway}]\nreleases:\n");
    stage.ok("deploy --yes");
    assert!(exists(&stage, "configmaps", "api").await);
    assert!(!exists(&stage, "configmaps", "farewell").await, "it goes on, so that nothing ends it");
    edit(&stage, "moved: [{from: api, to: gateway}]\n", "");
    edit(&stage, "  gateway: {chart: chart}\n", "");
    stage.ok("deploy --prune --yes");
    assert!(!exists(&stage, "configmaps", "api").await);
    assert!(exists(&stage, "configmaps", "farewell").await, "its hook has run");
}
