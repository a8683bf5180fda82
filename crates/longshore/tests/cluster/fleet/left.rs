//! Clusters that an environment has left, releases that go to another one, environments and clusters that the file does
//! not name any more.

use serde_json::{Value, json};

use super::{Two, data, object, position};

/// `prod` alone, without the environment that orders its clusters.
fn without_waves(two: &Two) {
    let text = two.project.read("longshore.yaml").unwrap();
    let text: Vec<&str> = text.lines().filter(|line| !line.contains("clusterWaves")).collect();
    two.project.write("longshore.yaml", &format!("{}\n", text.join("\n"))).unwrap();
}

async fn mail(two: &Two) -> (bool, bool) {
    let there = |object: Value| object != Value::Null;
    let on_eu = there(object(&two.eu, "apis/apps/v1", "deployments", "mail").await);
    (on_eu, there(object(&two.us, "apis/apps/v1", "deployments", "mail").await))
}

/// An environment is on one cluster less: what it has there goes with `--prune`, or by itself.
pub(super) async fn is_removed_where_it_is_not_wanted(two: &Two) {
    without_waves(two);
    two.ends("deploy", 0);
    two.edit("longshore.yaml", "clusters: [eu, us], namespace", "clusters: [eu], namespace");
    // Without the flag the others are not asked.
    let plan = two.ends("plan", 0);
    assert!(!plan.stdout.contains("mail"), "{plan}");
    let plan = two.ends("plan --prune --detailed-exitcode", 2);
    assert!(
        plan.stdout.contains("mail in namespace")
            && plan.stdout.contains("the environment is not on this cluster (any more), and removed"),
        "{plan}"
    );
    let asked = two.ends("deploy --prune", 1);
    assert!(asked.stderr.contains("us/mail: Deployment/mail in"), "{asked}");
    // One that does not answer is told, and stops nothing.
    let good = two.us.kubeconfig().display().to_string();
    two.edit("longshore.yaml", &good, "away.yaml");
    let away = two.ends("plan --prune", 0);
    assert!(away.stderr.contains("cluster `us` cannot be looked at for what was left behind"), "{away}");
    two.edit("longshore.yaml", "away.yaml", &good);
    let done = two.ends("deploy --prune --yes", 0);
    assert!(done.stdout.contains("removed mail"), "{done}");
    assert_eq!(mail(two).await, (false, false));
    assert_eq!(data(&two.us, "web").await, Value::Null);
    assert_eq!(data(&two.eu, "web").await["zone"], "eu-1");
    two.ends("plan --prune --detailed-exitcode", 0);
}

/// A release is placed on another cluster: it goes only when it is there.
pub(super) async fn moves_to_another_cluster(two: &Two) {
    two.ends("deploy", 0);
    assert_eq!(mail(two).await, (false, true));
    two.edit(
        "longshore.yaml",
        "manifests: mail.yaml, clusters: [us]",
        "manifests: mail.yaml, clusters: [eu]",
    );
    let plan = two.ends("plan", 0);
    assert!(plan.stdout.contains("mail: deployed, but placed on eu now; it is left alone"), "{plan}");
    two.edit("mail.yaml", "nodeSelector: {}", "nodeSelector: {disk: golden}");
    let failed = two.ends("deploy --prune --yes", 1);
    assert!(failed.stderr.contains("release `mail` stays: cluster `eu` is to have it instead"), "{failed}");
    assert_eq!(mail(two).await, (true, true));
    two.edit("mail.yaml", "nodeSelector: {disk: golden}", "nodeSelector: {}");
    let done = two.ends("deploy --prune --yes", 0);
    assert!(position(&done, "eu/mail deployed revision") < position(&done, "us/mail uninstalling"), "{done}");
    assert_eq!(mail(two).await, (true, false));
}

/// Environments and clusters that the file does not name any more.
pub(super) async fn goes_as_a_whole(two: &Two) {
    without_waves(two);
    two.ends("deploy", 0);
    // A cluster that the environment is not on: by its name.
    two.edit("longshore.yaml", "clusters: [eu, us], namespace", "clusters: [eu], namespace");
    let shown = two.ends("destroy --cluster us --dry-run", 0);
    assert!(shown.stdout.contains("mail in namespace"), "{shown}");
    // One that the file does not name: by a context.
    let text = two.project.read("longshore.yaml").unwrap();
    let start = text.find("  us:\n").unwrap();
    let end = text.find("environments:").unwrap();
    two.project.write("longshore.yaml", &format!("{}{}", &text[..start], &text[end..])).unwrap();
    two.edit("longshore.yaml", "mail.yaml, clusters: [us]", "mail.yaml, clusters: [eu]");
    let told = two.ends("destroy --cluster us --yes", 1);
    assert!(told.stderr.contains("reached with `--cluster NAME --context CONTEXT`"), "{told}");
    let config = two.us.kubeconfig();
    let access = format!("--context longshore --kubeconfig {}", config.display());
    let gone = two.ends(&format!("destroy -e prod --cluster us {access} --yes"), 0);
    assert!(gone.stdout.contains("removed"), "{gone}");
    assert_eq!(mail(two).await, (false, false));
    assert_eq!(data(&two.us, "web").await, Value::Null);
    assert_eq!(data(&two.eu, "web").await["zone"], "eu-1");

    // An environment that the file does not name, on the clusters that it does.
    two.ends("deploy", 0);
    two.edit("longshore.yaml", "  prod: {", "  live: {");
    two.edit("longshore.yaml", "defaultEnvironment: prod", "defaultEnvironment: live");
    two.ends("destroy -e prod --yes", 0);
    assert_eq!(data(&two.eu, "web").await, Value::Null);
    assert_eq!(mail(two).await, (false, false));
}

/// Two of the project's clusters are one, with a namespace each: neither is the other's leftover.
pub(super) async fn one_cluster_of_two_names(two: &Two) {
    without_waves(two);
    two.ends("deploy", 0);
    two.ends("plan --prune --detailed-exitcode", 0);
    let only = two.ends("plan --prune --cluster eu -o json", 0);
    let only: Value = serde_json::from_str(&only.stdout).unwrap();
    assert_eq!(only["unlisted"], Value::Null, "{only}");
    let removed = two.ends("destroy --cluster eu --dry-run -o json", 0);
    let removed: Value = serde_json::from_str(&removed.stdout).unwrap();
    assert_eq!(removed["releases"], json!(["web", "db"]));
    // What the environment had under a name that it has left is a leftover in another namespace.
    two.edit("longshore.yaml", "clusters: [eu, us], namespace", "clusters: [us], namespace");
    two.edit("longshore.yaml", "db.yaml, clusters: [eu]", "db.yaml, clusters: [us]");
    two.ends("deploy --prune --yes", 0);
    assert_eq!(data(&two.eu, "web").await, Value::Null);
    assert_eq!(data(&two.us, "web").await["zone"], "us-1");
    assert_eq!(mail(two).await, (false, true));
}
