//! PostgreSQL loses its primary in three ways while a client writes, and no row of which the client was told that it is
//! committed is missing afterwards.

use std::collections::BTreeSet;

use k8s_openapi::api::apps::v1::StatefulSet;
use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use k8s_openapi::jiff::Timestamp;
use kube::Api;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams};
use longshore_testkit::{Outcome, eventually, exec};
use serde_json::json;

use super::writer::Writer;
use crate::Stage;
use crate::platforms::PATIENCE;

/// Both servers, one of them the primary.
const SERVERS: [&str; 2] = ["postgres-0", "postgres-replica-0"];

/// BC1.
pub(super) async fn outlives_its_primary(stage: &Stage) {
    let field = Field::new(stage).await;
    let writer = Writer::start(stage).await;

    // The pod is killed; its StatefulSet makes another in its place.
    let (primary, _) = field.roles().await;
    let since = Timestamp::now();
    field.kill(&primary).await;
    field.tell("its pod is killed", &writer, since).await;

    // The server's process is killed, and Patroni finds it dead.
    let (primary, _) = field.roles().await;
    let since = Timestamp::now();
    let killed =
        field.shell(&primary, "kill -9 \"$(head -n 1 \"$PGDATA_OF\"/postmaster.pid)\"").await.unwrap();
    assert_eq!(killed.code, Some(0), "{killed}");
    field.tell("its process is killed", &writer, since).await;

    // It is gone for good when the replica has not got the last rows yet: these must not have been told as committed.
    let (primary, replica) = field.roles().await;
    let receiver = field.sql(&replica, "SELECT pid FROM pg_stat_wal_receiver").await.unwrap();
    let before = writer.said().await.unwrap().committed.len();
    field.shell(&replica, &format!("kill -STOP {receiver}")).await.unwrap();
    eventually("a commit that waits for the replica, or one that does not", PATIENCE, async || {
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
        let waits = field.sql(&primary, waiting).await?.parse::<u32>()? > 0;
        Ok((waits || writer.said().await?.committed.len() > before + 10).then_some(()))
    })
    .await
    .unwrap();
    let since = Timestamp::now();
    let set = primary.rsplit_once('-').unwrap().0;
    field.scale(set, 0).await;
    field.kill(&primary).await;
    eventually("the end of the primary", PATIENCE, async || {
        Ok(field.pods.get_opt(&primary).await?.is_none().then_some(()))
    })
    .await
    .unwrap();
    // What it had sent and the receiver had not read is lost with the receiver.
    field.shell(&replica, &format!("kill -9 {receiver}")).await.unwrap();
    field.becomes_primary(&replica).await;
    writer.goes_on(20).await;
    field.scale(set, 1).await;
    field.tell("it is gone for good", &writer, since).await;
    assert_eq!(field.roles().await, (replica, primary), "the lost one is a replica now");

    let said = writer.finish().await;
    let (primary, _) = field.roles().await;
    let rows = field.sql(&primary, "SELECT number FROM b2connect.public.written").await.unwrap();
    let rows: BTreeSet<u64> = rows.lines().map(|row| row.parse().unwrap()).collect();
    let lost: Vec<u64> = said.numbers().difference(&rows).copied().collect();
    say(&format!(
        "{} rows told as committed, {} writes failed, {} rows there, {} lost",
        said.committed.len(),
        said.failed,
        rows.len(),
        lost.len()
    ));
    assert!(lost.is_empty(), "told as committed and not there: {lost:?}");
}

struct Field {
    pods: Api<Pod>,
    sets: Api<StatefulSet>,
    maps: Api<ConfigMap>,
}

impl Field {
    async fn new(stage: &Stage) -> Self {
        let client = stage.namespace.client().await.unwrap();
        Self {
            pods: Api::default_namespaced(client.clone()),
            sets: Api::default_namespaced(client.clone()),
            maps: Api::default_namespaced(client),
        }
    }

    /// The primary and the replica, once the replica is one that commits wait for.
    async fn roles(&self) -> (String, String) {
        eventually("a primary with a replica in step", PATIENCE, async || {
            let list = self.pods.list(&ListParams::default().labels("app=postgres,role=master")).await?;
            let names: Vec<String> = list.items.into_iter().filter_map(|pod| pod.metadata.name).collect();
            let [primary] = names.as_slice() else { anyhow::bail!("primaries: {names:?}") };
            let replica = SERVERS.into_iter().find(|server| server != primary).unwrap_or_default();
            let state = self.maps.get("b2connect-sync").await?.metadata.annotations.unwrap_or_default();
            anyhow::ensure!(state.get("sync_standby").is_some_and(|name| name == replica), "{state:?}");
            // Patroni may not have noticed yet that a server is gone.
            let streams = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
            anyhow::ensure!(self.sql(primary, streams).await? == "1", "no replica in step");
            Ok(Some((primary.clone(), replica.to_owned())))
        })
        .await
        .unwrap()
    }

    async fn becomes_primary(&self, server: &str) {
        eventually("the replica as primary", PATIENCE, async || {
            let pod = self.pods.get(server).await?;
            Ok((pod.metadata.labels.unwrap_or_default().get("role").is_some_and(|role| role == "master"))
                .then_some(()))
        })
        .await
        .unwrap();
    }

    /// Without any grace.
    async fn kill(&self, pod: &str) {
        self.pods.delete(pod, &DeleteParams::default().grace_period(0)).await.unwrap();
    }

    async fn scale(&self, set: &str, replicas: u32) {
        let patch = json!({"spec": {"replicas": replicas}});
        self.sets.patch(set, &PatchParams::default(), &Patch::Merge(&patch)).await.unwrap();
    }

    async fn shell(&self, server: &str, script: &str) -> anyhow::Result<Outcome> {
        let script = format!("PGDATA_OF=/var/lib/postgresql/data/pgdata; {script}");
        exec(&self.pods, server, &["sh", "-c", &script]).await
    }

    /// What a query of the superuser gives, without headings.
    async fn sql(&self, server: &str, query: &str) -> anyhow::Result<String> {
        let script = format!(
            "PGPASSWORD=$PATRONI_SUPERUSER_PASSWORD psql -h 127.0.0.1 -U postgres -d b2connect -Atc \"{query}\""
        );
        let outcome = self.shell(server, &script).await?;
        anyhow::ensure!(outcome.code == Some(0), "{outcome}");
        Ok(outcome.stdout.trim().to_owned())
    }

    /// Waits until rows are written again and both servers are in step, and tells how long none was.
    async fn tell(&self, what: &str, writer: &Writer, since: Timestamp) {
        writer.goes_on(20).await;
        let (primary, _) = self.roles().await;
        let said = writer.said().await.unwrap();
        let gap = said.longest_gap(since).as_secs_f64();
        say(&format!("{what}: no commit for {gap:.1} s, {} failed so far, {primary} leads", said.failed));
    }
}

#[expect(clippy::print_stdout, reason = "a figure that no test holds to, for whoever runs it")]
fn say(text: &str) {
    println!("PostgreSQL: {text}");
}
