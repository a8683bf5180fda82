//! Environments: two in one namespace, one that was renamed, one that the file does not name any more.

use serde_json::{Value, json};

use super::{Yard, says};

const FILES: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: PLATFORM
    environments:
      dev: {namespace: NS0}
      test: {namespace: NS0}
    releases:
      web: {manifests: web.yaml}
      mail: {manifests: mail.yaml}
    //- web.yaml
    {apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {a: b}}
    //- mail.yaml
    {apiVersion: v1, kind: ConfigMap, metadata: {name: mail}, data: {a: b}}
    ---
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: mails}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
    ";

#[tokio::test(flavor = "multi_thread")]
async fn environments_in_one_namespace_do_not_take_each_others_releases() {
    let yard = Yard::new("left-taken", 1, FILES).await;
    yard.ends("deploy -e dev", 0);
    let refused = yard.ends("deploy -e test --yes", 1);
    let deployed_by = format!("deployed by environment `dev` of this platform (`{}`)", yard.platform);
    says(&refused, &[&deployed_by, "longshore destroy -e dev", "{environment: dev, to: test}", "--adopt"]);
    says(&refused, &["nothing was changed"]);
    assert_eq!(yard.ends("plan -e test", 1).stderr.matches("release/name-taken").count(), 2);
    says(&yard.ends("rollback web -e test --to 1", 1), &[&deployed_by]);

    // It is not removed either, and what removes it is named.
    let spared = yard.ends("destroy -e test --yes", 0);
    says(&spared, &["release `web` is left alone", &deployed_by, "longshore destroy -e dev"]);
    assert_eq!(yard.has(0, &["web", "mail"]).await, [true, true]);

    yard.ends("deploy -e test --adopt", 0);
    assert_eq!(yard.json("history web -e test").as_array().unwrap().len(), 2);
    // What once was `dev`'s is no leftover of it: the newest record counts.
    says(&yard.ends("plan -e dev --prune", 1), &["deployed by environment `test`"]);
    assert_eq!(yard.ends("destroy -e dev --yes", 0).stderr.matches("is left alone").count(), 2);
    yard.ends("destroy -e test --yes", 0);
    assert_eq!(yard.has(0, &["web", "mail"]).await, [false, false]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_environment_goes_on_with_what_it_has() {
    let yard = Yard::new("left-renamed", 1, FILES).await;
    yard.ends("deploy -e dev", 0);
    let uid = |object: Option<Value>| object.unwrap()["metadata"]["uid"].clone();
    let before = uid(yard.get(0, "configmaps", "web").await);
    yard.edit("dev: {namespace", "development: {namespace");
    says(&yard.ends("deploy -e development", 1), &["moved: [{environment: dev, to: development}]"]);

    yard.edit("releases:\n", "moved: [{environment: dev, to: development}]\nreleases:\n");
    // What was taken out before the new name was deployed is still its own.
    yard.edit("  mail: {manifests: mail.yaml}\n", "");
    let plan = yard.json("plan -e development");
    assert_eq!(plan["releases"][0]["action"], "upgrade", "the record gets the new name");
    assert_eq!(plan["unlisted"][0]["release"], "mail");
    assert_eq!(plan["goneEnvironments"], Value::Null, "it is the same environment");
    says(&yard.ends("deploy -e test", 1), &["deployed by environment `dev`"]);
    yard.ends("plan -e development -o out.plan", 0);
    yard.ends("deploy out.plan", 0);
    assert_eq!(uid(yard.get(0, "configmaps", "web").await), before);
    let labels: Vec<String> = yard.records(0).await.into_iter().map(|(_, label)| label).collect();
    assert_eq!(labels, ["dev", "dev", "development"]);
    assert!(yard.ends("deploy -e development", 0).stdout.contains("nothing has changed"));

    says(&yard.ends("destroy -e dev --yes", 1), &["it is called `development` now"]);
    let removed = yard.json("destroy -e development --yes");
    assert_eq!(removed["releases"], json!(["mail", "web"]));
    assert_eq!(removed["unlisted"], json!(["mail"]));
    assert_eq!(removed["kept"], json!(["PersistentVolumeClaim/mails"]));
    assert_eq!(yard.records(0).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn records_without_our_labels_are_somebody_elses() {
    let yard = Yard::new("left-legacy", 1, FILES).await;
    yard.project.write("chart/Chart.yaml", "{apiVersion: v2, name: web, version: 1.0.0}").unwrap();
    let web = yard.project.read("web.yaml").unwrap();
    yard.project.write("chart/templates/web.yaml", &web).unwrap();
    let namespace = yard.ns(0);
    yard.ends(&format!("helm install web ./chart -n {namespace}"), 0);
    says(&yard.ends("deploy -e dev", 1), &["deployed by somebody who does not use Longshore"]);
    says(&yard.ends("destroy -e dev --yes", 0), &["is left alone", "longshore helm uninstall web"]);
    assert_eq!(yard.has(0, &["web"]).await, [true]);
    yard.ends(&format!("helm uninstall web -n {namespace}"), 0);
    // A record of the platform that names no environment is nobody else's.
    let labels = format!("longshore.dev/platform={}", yard.platform);
    yard.ends(&format!("helm install web ./chart -n {namespace} --labels {labels}"), 0);
    yard.ends("deploy -e dev", 0);
    assert_eq!(yard.records(0).await.last().unwrap().1, "dev");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_that_the_file_does_not_name_is_found_and_destroyed_by_its_labels() {
    let yard =
        Yard::new("left-gone", 3, &FILES.replace("test: {namespace: NS0}", "test: {namespace: NS1}")).await;
    yard.ends("deploy -e dev", 0);
    yard.ends("deploy -e test", 0);
    // And in a namespace that was chosen.
    let third = yard.ns(2).to_owned();
    yard.ends(&format!("deploy -e test -n {third}"), 0);
    yard.edit(&format!("  test: {{namespace: {}}}\n", yard.ns(1)), "");

    let plan = yard.ends("plan -e dev --prune", 0);
    says(
        &plan,
        &["environment test, which is not in the project file (any more)", "longshore destroy -e test"],
    );
    assert!(plan.stdout.contains("no changes"), "{plan}");
    let gone = yard.json("plan -e dev");
    assert_eq!(gone["goneEnvironments"][0]["releases"][yard.ns(1)], json!(["mail", "web"]));
    yard.ends("deploy -e dev --prune --yes", 0);
    assert_eq!(yard.has(1, &["web", "mail"]).await, [true, true], "it is not `dev`'s to remove");

    // A mistyped name finds nothing, and is told.
    let typo = yard.ends("destroy -e dve --yes", 1);
    says(
        &typo,
        &[
            "there is no environment `dve`",
            "did you mean `dev`?",
            "nothing is deployed for an environment `dve`",
        ],
    );
    says(&yard.ends("destroy -e test --only web", 1), &["goes as a whole, without `--only web`"]);
    says(&yard.ends("plan -e test", 1), &["there is no environment `test` in the project"]);

    let shown = yard.ends("destroy -e test --dry-run", 0);
    says(&shown, &[&format!("mail in namespace {}", yard.ns(1)), &format!("web in namespace {third}")]);
    assert_eq!(yard.has(1, &["web"]).await, [true]);
    says(&yard.ends("destroy -e test", 1), &["destroy removes 4 releases, and there is nobody to ask"]);
    let chosen = yard.json(&format!("destroy -e test -n {third} --yes"));
    assert_eq!(chosen["releases"], json!(["mail", "web"]), "that namespace alone");
    let done = yard.ends("destroy -e test --yes", 0);
    says(&done, &["PersistentVolumeClaim/mails in", "with kubectl"]);
    assert_eq!(yard.has(1, &["web", "mail"]).await, [false, false]);
    assert!(yard.get(1, "persistentvolumeclaims", "mails").await.is_some(), "data stays");
    assert_eq!(yard.has(0, &["web", "mail"]).await, [true, true], "what is another's stays");
    says(&yard.ends("destroy -e test --yes", 1), &["there is no environment `test`"]);
}
