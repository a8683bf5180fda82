//! Namespaces: one that an environment has left, one that was chosen, one of another platform; and what is switched off.

use longshore_testkit::TestCluster;
use longshore_testkit::cluster::Validity;
use serde_json::{Value, json};

use super::{Yard, says};

const FILES: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: PLATFORM
    environments: {dev: {namespace: NS0, createNamespace: true, vars: {mail: true}}}
    defaultEnvironment: dev
    releases:
      web: {manifests: web.yaml}
      mail: {manifests: mail.yaml, enabled: '${env.vars.mail}', needs: [web]}
      news: {manifests: news.yaml}
    //- web.yaml
    {apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {a: b}}
    //- news.yaml
    {apiVersion: v1, kind: ConfigMap, metadata: {name: news}, data: {a: b}}
    //- mail.yaml
    {apiVersion: v1, kind: ConfigMap, metadata: {name: mail}, data: {a: b}}
    ---
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: mails}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
    ";

#[tokio::test(flavor = "multi_thread")]
async fn destroy_takes_along_what_is_switched_off_or_taken_out() {
    // The namespace is made by the deploy, and goes with the data.
    let made = format!("left-made-{}", std::process::id());
    let yard =
        Yard::new("left-off", 1, &FILES.replace("namespace: NS0", &format!("namespace: {made}"))).await;
    yard.ends("deploy", 0);
    yard.edit("mail: true", "mail: false");
    yard.edit("  news: {manifests: news.yaml}\n", "");
    // A part of it takes nothing else along.
    let part = yard.json("destroy --only web --dry-run");
    assert_eq!((&part["releases"], &part["unlisted"]), (&json!(["web"]), &Value::Null));
    let shown = yard.ends("destroy --dry-run", 0);
    says(
        &shown,
        &["mail (the project file does not want it there any more)", "news (the project file does not"],
    );
    let removed = yard.json("destroy --yes");
    assert_eq!(removed["releases"], json!(["news", "mail", "web"]), "what needs another goes before it");
    assert_eq!(removed["unlisted"], json!(["news", "mail"]));
    assert_eq!(removed["kept"], json!(["PersistentVolumeClaim/mails"]));
    assert_eq!(removed["namespaceDeleted"], false);

    yard.edit("mail: false", "mail: true");
    yard.ends("deploy", 0);
    yard.edit("mail: true", "mail: false");
    let gone = yard.ends("destroy --yes --delete-data", 0);
    says(&gone, &[&format!("deleted namespace {made}")]);
}

/// A namespace that a deploy has made goes with the data of that platform as a whole, and only if nobody else has put
/// anything into it.
#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_that_was_made_goes_only_where_nothing_of_others_is_in_it() {
    let made = format!("left-shared-{}", std::process::id());
    let yard =
        Yard::new("left-shared", 1, &FILES.replace("namespace: NS0", &format!("namespace: {made}"))).await;
    yard.ends("deploy --only web", 0);
    let part = yard.json("destroy --only web --delete-data --yes");
    assert_eq!((&part["releases"], &part["namespaceDeleted"]), (&json!(["web"]), &json!(false)));
    // Another platform in it has nothing to remove.
    yard.edit(&yard.platform, "another");
    says(&yard.ends("destroy --delete-data --yes", 0), &["nothing of this platform is in namespace"]);
    yard.edit("name: another", &format!("name: {}", yard.platform));

    let client = yard.namespaces[0].client().await.unwrap();
    let path = format!("/api/v1/namespaces/{made}/configmaps");
    let body = json!({"metadata": {"name": "others"}}).to_string().into_bytes();
    let request = http::Request::post(&path).header("content-type", "application/json").body(body);
    client.request::<Value>(request.unwrap()).await.unwrap();
    assert_eq!(yard.json("destroy --delete-data --yes")["namespaceDeleted"], false);
    let request = http::Request::delete(format!("{path}/others")).body(Vec::new()).unwrap();
    client.request::<Value>(request).await.unwrap();
    assert_eq!(yard.json("destroy --delete-data --yes")["namespaceDeleted"], true);
}

const SET: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: PLATFORM
    environments: {dev: {namespace: NS0}}
    defaultEnvironment: dev
    releases: {db: {manifests: db.yaml}}
    //- db.yaml
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: db}
    spec:
      serviceName: db
      selector: {matchLabels: {app: db}}
      template:
        metadata: {labels: {app: db}}
        spec: {containers: [{name: main, image: example.com/db, readinessProbe: {tcpSocket: {port: 1}}}]}
      volumeClaimTemplates:
        - {metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}}
    ";

/// What `destroy` names as kept goes by the command that it names.
#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_a_set_has_made_is_found_when_the_set_is_gone() {
    let yard = Yard::new("left-set", 1, SET).await;
    yard.ends("deploy", 0);
    let claim = json!(["PersistentVolumeClaim/data-db-0"]);
    let removed = yard.json("destroy --yes");
    assert_eq!(removed["kept"], claim);
    assert!(yard.get(0, "persistentvolumeclaims", "data-db-0").await.is_some());
    // That of another set, whose name begins in the same way, is not its own.
    let path = format!("/api/v1/namespaces/{}/persistentvolumeclaims", yard.ns(0));
    let spec = json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}});
    let other = json!({"metadata": {"name": "data-db-copy-0"}, "spec": spec}).to_string().into_bytes();
    let request = http::Request::post(path).header("content-type", "application/json").body(other);
    yard.namespaces[0].client().await.unwrap().request::<Value>(request.unwrap()).await.unwrap();
    // It is taken on by the next deploy, and named again.
    yard.ends("deploy", 0);
    assert_eq!(yard.json("destroy --yes")["kept"], claim);
    let gone = yard.json("destroy --yes --delete-data");
    assert_eq!((&gone["releases"], &gone["deleted"]), (&json!(["db"]), &claim));
    assert!(yard.get(0, "persistentvolumeclaims", "data-db-0").await.is_none());
    assert!(yard.get(0, "persistentvolumeclaims", "data-db-copy-0").await.is_some());
    says(&yard.ends("destroy --yes --delete-data", 0), &["nothing of this platform is in namespace"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_in_a_namespace_that_was_left_is_found_and_removed() {
    let yard = Yard::new("left-space", 3, FILES).await;
    let (old, new, chosen) = (yard.ns(0).to_owned(), yard.ns(1).to_owned(), yard.ns(2).to_owned());
    // That of the file is not chosen, also where somebody says it again.
    yard.ends(&format!("deploy -n {old}"), 0);
    // A namespace that was chosen is one beside the environment's, and no leftover.
    yard.ends(&format!("deploy -n {chosen}"), 0);
    assert_eq!(yard.json("plan --prune")["unlisted"], Value::Null);
    yard.edit(&format!("namespace: {old}"), &format!("namespace: {new}"));
    yard.edit("  news: {manifests: news.yaml}\n", "");

    let plan = yard.ends("plan", 0);
    says(
        &plan,
        &[
            &format!(
                "web in namespace {old}: deployed, but wanted in namespace {new} now (objects cannot move there"
            ),
            "PersistentVolumeClaim/mails would stay",
            &format!("news in namespace {old}: deployed, but not in the project file (any more)"),
            "web: install",
        ],
    );
    let plan = yard.json("plan");
    let reasons: Vec<(&Value, &Value)> =
        plan["unlisted"].as_array().unwrap().iter().map(|one| (&one["release"], &one["reason"])).collect();
    let (taken, changed) = (json!("takenOut"), json!("namespaceChanged"));
    assert_eq!(reasons, [(&json!("news"), &taken), (&json!("mail"), &changed), (&json!("web"), &changed)]);

    yard.ends("deploy", 0);
    assert_eq!(yard.has(0, &["web", "mail", "news"]).await, [true, true, true], "left alone");
    assert_eq!(yard.has(1, &["web", "mail", "news"]).await, [true, true, false]);
    let asked = yard.ends("deploy --prune", 1);
    says(&asked, &[&format!("web: ConfigMap/web in {old}")]);
    let done = yard.ends("deploy --prune --yes", 0);
    says(&done, &[&format!("removed mail from namespace {old}"), "kept, because it holds data"]);
    assert_eq!(yard.has(0, &["web", "mail", "news"]).await, [false, false, false]);
    assert!(yard.get(0, "persistentvolumeclaims", "mails").await.is_some(), "data stays");
    assert_eq!(yard.records(0).await, []);
    assert_eq!(yard.has(1, &["web", "mail"]).await, [true, true]);
    assert_eq!(yard.has(2, &["web", "mail", "news"]).await, [true, true, true], "chosen, and no leftover");
    assert!(yard.ends("deploy --prune", 0).stdout.contains("nothing has changed"));

    // Destroying takes along what lies in a namespace that was left, and not what lies in a chosen one.
    yard.edit(&format!("namespace: {new}"), &format!("namespace: {old}"));
    let removed = yard.json("destroy --yes");
    assert_eq!(removed["releases"], json!([format!("mail in {new}"), format!("web in {new}")]));
    assert_eq!(yard.has(2, &["web"]).await, [true]);
    // In a chosen namespace a plan is about that one alone.
    let there = yard.json(&format!("destroy -n {chosen} --yes"));
    assert_eq!(there["releases"], json!(["news", "mail", "web"]));
    assert_eq!(there["unlisted"], json!(["news"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_platforms_in_one_cluster_leave_each_other_alone_wherever_they_lie() {
    let shop = Yard::new("left-shop", 2, FILES).await;
    let blog = Yard::new("left-blog", 1, &FILES.replace("NS0", shop.ns(1))).await;
    shop.ends("deploy", 0);
    blog.ends("deploy", 0);
    // The same names in the same environment; the namespace of the one becomes that of the other.
    shop.edit(&format!("namespace: {}", shop.ns(0)), &format!("namespace: {}", shop.ns(1)));
    let refused = shop.ends("deploy --prune --yes", 1);
    says(&refused, &[&format!("deployed by platform `{}`", blog.platform)]);
    assert_eq!(shop.has(0, &["web", "mail", "news"]).await, [true, true, true], "nothing was changed");
    let removed = shop.ends("destroy --yes", 0);
    says(&removed, &["release `web` is left alone", &format!("web in {}", shop.ns(0))]);
    assert_eq!(shop.has(0, &["web", "mail", "news"]).await, [false, false, false]);
    assert_eq!(shop.has(1, &["web", "mail", "news"]).await, [true, true, true], "the blog's");
    assert_eq!(blog.json("plan --prune")["unlisted"], Value::Null);
    blog.ends("destroy --yes", 0);
    assert_eq!(shop.has(1, &["web", "mail", "news"]).await, [false, false, false]);
}

/// A namespace that a variable of the command line is in is chosen, too: `preview-41` is no leftover of `preview-42`.
#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_by_a_variable_that_was_given_is_no_leftover() {
    let files = FILES.replace("{namespace: NS0, ", "{namespace: '${env.vars.place}', ");
    let yard = Yard::new("left-preview", 2, &files.replace("vars: {", "vars: {place: NS0, ")).await;
    yard.ends(&format!("deploy --only web --var place={}", yard.ns(1)), 0);
    yard.ends("deploy --only web", 0);
    assert_eq!(yard.json("plan --only web")["unlisted"], Value::Null);
}

/// What another platform has taken over is its own, though the older records say otherwise.
#[tokio::test(flavor = "multi_thread")]
async fn what_another_platform_has_taken_over_is_no_leftover() {
    let shop = Yard::new("left-given", 1, FILES).await;
    let blog = Yard::new("left-taken-on", 1, &FILES.replace("NS0", shop.ns(0))).await;
    blog.edit("  web: {manifests: web.yaml}\n", "");
    blog.edit("  mail: {manifests: mail.yaml, enabled: '${env.vars.mail}', needs: [web]}\n", "");
    shop.ends("deploy", 0);
    blog.ends("deploy --adopt", 0);
    shop.edit("  news: {manifests: news.yaml}\n", "");
    assert_eq!(shop.json("plan --prune")["unlisted"], Value::Null);
    shop.ends("deploy --prune --yes", 0);
    assert_eq!(shop.has(0, &["web", "news"]).await, [true, true]);
}

/// Objects cannot go over to another namespace, under whatever name: what lies in the old one is not removed unasked.
#[tokio::test(flavor = "multi_thread")]
async fn a_release_with_another_name_in_another_namespace_leaves_the_old_one_behind() {
    let yard = Yard::new("left-renamed-away", 2, FILES).await;
    yard.ends("deploy --only news", 0);
    let (old, new) = (yard.ns(0).to_owned(), yard.ns(1).to_owned());
    yard.edit(
        "news: {manifests: news.yaml}\n",
        &format!("papers: {{manifests: news.yaml, namespace: {new}}}\nmoved: [{{from: news, to: papers}}]\n"),
    );
    let plan = yard.json("plan");
    let left = &plan["unlisted"][0];
    assert_eq!((&left["reason"], &left["wanted"]), (&json!("namespaceChanged"), &json!([new])), "{plan}");
    assert_eq!((&left["namespace"], &left["removed"]), (&json!(old), &json!(false)), "{plan}");
    yard.ends("deploy --yes", 0);
    assert_eq!((yard.has(0, &["news"]).await, yard.has(1, &["news"]).await), (vec![true], vec![true]));
    yard.ends("deploy --prune --yes", 0);
    assert_eq!((yard.has(0, &["news"]).await, yard.has(1, &["news"]).await), (vec![false], vec![true]));
}

/// Who may not list the records of all namespaces hears that, and works in the environment's own.
#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_look_everywhere_is_told() {
    let mut yard = Yard::new("left-limited", 1, FILES).await;
    yard.edit(", createNamespace: true", "");
    yard.ends("deploy", 0);
    let user = format!("{}-ann", yard.ns(0));
    let rules = json!([{"apiGroups": [""], "resources": ["*"], "verbs": ["*"]}]);
    let role = json!({"metadata": {"name": "limited"}, "rules": rules});
    yard.make("roles", &role).await;
    let binding = json!({
        "metadata": {"name": "limited"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "limited"},
        "subjects": [{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": user}],
    });
    yard.make("rolebindings", &binding).await;
    let config = yard.project.file("limited-kubeconfig");
    let cluster = TestCluster::get().await.unwrap();
    cluster.write_kubeconfig_as(&config, &user, None, Validity::Long).unwrap();
    yard.kubeconfig = Some(config);
    yard.edit("  news: {manifests: news.yaml}\n", "");
    let plan = yard.ends("plan --prune", 0);
    let words = format!(
        "Secrets of all namespaces may not be listed: what the project file no longer names was looked for in {} alone",
        yard.ns(0)
    );
    says(&plan, &[&words, "news: not in the project file (any more), and removed"]);
    let none = yard.ends("destroy -e gone --yes", 1);
    says(
        &none,
        &["Secrets of all namespaces may not be listed", "name a namespace with -n", "no environment `gone`"],
    );
    says(&yard.ends("destroy --yes", 0), &["is removed from", "alone", "removed news, mail, web"]);
}
