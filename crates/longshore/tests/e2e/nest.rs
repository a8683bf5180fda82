//! Nest's `staging` with a PostgreSQL and a Redis of its own, real servers both, and the stand-in for the application: NE2,
//! NE3, NE4, NE5, NE9, NE10, NE15.

use std::collections::BTreeSet;

use longshore_testkit::eventually;
use longshore_testkit::image::nest;

use crate::Stage;
use crate::platforms::{self, PATIENCE};

const SERVICE: &str = "nest:8000";

const CLAIMS: [&str; 2] =
    ["persistentvolumeclaims/data-nest-postgresql-0", "persistentvolumeclaims/data-nest-redis-0"];

/// NE2 to NE5, NE9, NE10, NE15: from nothing to nothing but data, and back; NE2, NE10: under the restricted standard.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real node: cargo xtask e2e"]
async fn ne4_ne5_ne15_nest_is_connected_to_its_own_servers_and_finds_its_data_again() {
    let _one = platforms::one_at_a_time().await;
    let _together = crate::together().await;
    let stage = platforms::stage("nest", "nest", nest).await;
    stage.restrict().await;
    let before = stage.everything().await;
    stage.ok("deploy -e staging-alone --timeout 5m");
    is_ready_and_connected(&stage).await;
    for store in ["postgres", "redis"] {
        put(&stage, store).await;
    }

    stage.ok("set image nest nest=penguintech/nest:v1.0.1 -e staging-alone --timeout 5m");
    only_version(&stage, "v1.0.1").await;
    stage.ok("rollback nest -e staging-alone --timeout 5m");
    only_version(&stage, "v1.0.0").await;
    is_ready_and_connected(&stage).await;
    stage.ok("helm test nest");

    // NE3: what is left is data, and it is named.
    let gone = stage.ok("destroy -e staging-alone --yes");
    for claim in CLAIMS {
        let name = claim.rsplit('/').next().unwrap();
        assert!(gone.stdout.contains(name), "{name}\n{gone}");
    }
    let mut left = before;
    left.extend(CLAIMS.map(str::to_owned));
    eventually("the end of all but data", PATIENCE, async || {
        Ok((stage.everything().await == left).then_some(()))
    })
    .await
    .unwrap();

    // The Secret is another one now: the old data must open with the new passwords.
    stage.ok("deploy -e staging-alone --timeout 5m");
    is_ready_and_connected(&stage).await;
    for store in ["postgres", "redis"] {
        let path = format!("/data/{store}/kept");
        let kept = eventually(store, PATIENCE, async || {
            let answer = stage.through("GET", SERVICE, &path, "").await;
            // It answers, and has it not: no patience brings that back.
            assert!(
                !answer.as_ref().is_err_and(|error| format!("{error:#}").contains("no such key")),
                "{store} has lost it"
            );
            answer.map(Some)
        });
        assert_eq!(kept.await.unwrap(), "as it was", "{store}");
    }
}

/// NE2, NE4, NE5, NE9: every pod is ready, the autoscaler's two as well, and the application is in both servers as whom
/// the values say.
async fn is_ready_and_connected(stage: &Stage) {
    let wanted = [("nest", 2), ("nest-postgresql", 1), ("nest-redis", 1)];
    eventually("every pod of Nest ready", PATIENCE, async || {
        let found = stage.readiness().await;
        let enough = wanted.iter().all(|(name, least)| {
            found.iter().any(|(found, ready, of)| found == name && ready >= of && ready >= least)
        });
        anyhow::ensure!(enough, "{found:?}");
        Ok((found.len() == wanted.len()).then_some(()))
    })
    .await
    .unwrap();
    for (server, expected) in [("postgres", ", user nest_user, database nest_staging"), ("redis", "Redis ")] {
        let told = eventually(server, PATIENCE, async || stage.connection(SERVICE, server).await.map(Some));
        let told = told.await.unwrap();
        assert!(told.contains(expected), "{server}: {told}");
    }
}

async fn put(stage: &Stage, store: &str) {
    let path = format!("/data/{store}/kept");
    let told = eventually(store, PATIENCE, async || {
        stage.through("PUT", SERVICE, &path, "as it was").await.map(Some)
    });
    told.await.unwrap();
}

/// Waits until each pod that answers is of this version.
async fn only_version(stage: &Stage, version: &str) {
    let pods = stage.pods().await;
    eventually(version, PATIENCE, async || {
        let list = pods.list(&kube::api::ListParams::default().labels("app.kubernetes.io/name=nest")).await?;
        let images: BTreeSet<String> = list
            .items
            .iter()
            .flat_map(|pod| pod.spec.iter().flat_map(|spec| &spec.containers))
            .filter_map(|container| container.image.clone())
            .filter(|image| image.contains("penguintech/"))
            .collect();
        anyhow::ensure!(images == BTreeSet::from([format!("penguintech/nest:{version}")]), "{images:?}");
        let answer = stage.through("GET", SERVICE, "/", "").await?;
        Ok(answer.contains(&format!(r#""version":"{version}""#)).then_some(()))
    })
    .await
    .unwrap();
}
