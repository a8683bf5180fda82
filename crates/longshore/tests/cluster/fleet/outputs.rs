//! An output of a release on one cluster that is used on another.

use super::{Two, data};

pub(super) async fn reach_the_other_cluster(two: &Two) {
    two.edit(
        "longshore.yaml",
        "{manifests: db.yaml, clusters: [eu]}",
        "{manifests: db.yaml, clusters: [eu], outputs: {letter: {object: ConfigMap/db, key: a}}}",
    );
    two.edit(
        "longshore.yaml",
        "zone: '${cluster.vars.zone}'}}",
        "zone: '${cluster.vars.zone}', level: '${release.db.letter}'}}",
    );
    two.edit("longshore.yaml", "needs: [db], ", "");
    let plan = two.ends("plan --only web --only db", 0);
    let waits = "waits for output `letter` of release `db`: not tried before that is there";
    assert_eq!(plan.stdout.matches(waits).count(), 2, "{plan}");
    let alone = two.ends("plan --cluster us --only web", 1);
    assert!(
        alone
            .stderr
            .contains("output `letter` of release `db` is on cluster `eu`, which this command is not about"),
        "{alone}"
    );
    two.ends("deploy --only web --only db", 0);
    assert_eq!(data(&two.eu, "web").await["level"], "b");
    assert_eq!(data(&two.us, "web").await["level"], "b");
    // It is read again: what `db` gives changes in the deploy that changes `db`.
    two.edit("db.yaml", "{a: b}", "{a: c}");
    two.ends("deploy --only web --only db", 0);
    assert_eq!(data(&two.us, "web").await["level"], "c");
}
