//! A client that writes numbered rows through the Service of the primary for as long as it lives, each over a connection of
//! its own, and says of each whether it was told that the row is committed.

use std::collections::BTreeSet;
use std::time::Duration;

use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::jiff::Timestamp;
use kube::Api;
use kube::api::{DeleteParams, LogParams, PostParams};
use longshore_testkit::eventually;
use serde_json::json;

use crate::Stage;
use crate::platforms::PATIENCE;

const NAME: &str = "writer";

/// A number is used once, whatever became of it. A connection that hangs is given up: whether its row is there is open.
const SCRIPT: &str = r#"
until psql -q -c 'CREATE TABLE IF NOT EXISTS written (number bigint PRIMARY KEY)'; do sleep 1; done
number=0
while true; do
  number=$((number + 1))
  if timeout 10 psql -q -v ON_ERROR_STOP=1 -c "INSERT INTO written VALUES ($number)" 2>/tmp/error; then
    echo "committed $number"
  else
    echo "failed $number: $(head -n 1 /tmp/error)"
    sleep 0.2
  fi
done
"#;

/// The client, which ends with the test's namespace if not before.
pub(super) struct Writer {
    pods: Api<Pod>,
}

/// What it said so far.
#[derive(Debug)]
pub(super) struct Said {
    /// Rows that it was told are committed, and when it said so.
    pub(super) committed: Vec<(u64, Timestamp)>,
    pub(super) failed: usize,
}

impl Said {
    pub(super) fn numbers(&self) -> BTreeSet<u64> {
        self.committed.iter().map(|(number, _)| *number).collect()
    }

    /// The longest time between two commits of which the later came after `since`.
    pub(super) fn longest_gap(&self, since: Timestamp) -> Duration {
        let pairs = self.committed.windows(2).filter(|pair| pair[1].1 > since);
        pairs.map(|pair| pair[1].1.duration_since(pair[0].1).unsigned_abs()).max().unwrap_or_default()
    }
}

impl Writer {
    /// Starts it, and waits for its first rows.
    pub(super) async fn start(stage: &Stage) -> Self {
        let pods = stage.pods().await;
        let pod = json!({
            "metadata": {"name": NAME},
            "spec": {
                "restartPolicy": "Never",
                "terminationGracePeriodSeconds": 0,
                "automountServiceAccountToken": false,
                "securityContext": {
                    "runAsNonRoot": true, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"},
                },
                "containers": [{
                    "name": NAME,
                    "image": "ghcr.io/b2connect/postgres-patroni:15-3.0",
                    "command": ["sh", "-c", SCRIPT],
                    "securityContext": {
                        "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]},
                    },
                    "env": [
                        {"name": "PGHOST", "value": "postgres"},
                        {"name": "PGUSER", "value": "b2connect"},
                        {"name": "PGDATABASE", "value": "b2connect"},
                        {"name": "PGCONNECT_TIMEOUT", "value": "3"},
                        {"name": "PGPASSWORD", "valueFrom": {
                            "secretKeyRef": {"name": "db-secrets", "key": "postgres-password"},
                        }},
                    ],
                    "resources": {"limits": {"cpu": "200m", "memory": "64Mi"}, "requests": {"cpu": "25m"}},
                }],
            },
        });
        pods.create(&PostParams::default(), &serde_json::from_value(pod).unwrap()).await.unwrap();
        let writer = Self { pods };
        writer.goes_on(20).await;
        writer
    }

    /// All that it said.
    pub(super) async fn said(&self) -> anyhow::Result<Said> {
        let how = LogParams { timestamps: true, ..LogParams::default() };
        let mut said = Said { committed: Vec::new(), failed: 0 };
        for line in self.pods.logs(NAME, &how).await?.lines() {
            let mut words = line.split(' ');
            match (words.next(), words.next(), words.next()) {
                (Some(time), Some("committed"), Some(number)) => {
                    said.committed.push((number.parse()?, time.parse()?));
                }
                (_, Some("failed"), _) => said.failed += 1,
                _ => {}
            }
        }
        Ok(said)
    }

    /// Waits until it has written so many rows more.
    pub(super) async fn goes_on(&self, more: usize) {
        let mut enough = None;
        eventually("rows that are committed", PATIENCE, async || {
            let said = self.said().await?;
            let count = said.committed.len();
            let enough = *enough.get_or_insert(count + more);
            anyhow::ensure!(count >= enough, "{count} rows of {enough}, {} failed", said.failed);
            Ok(Some(()))
        })
        .await
        .unwrap();
    }

    /// Ends it, after having taken down what it said to its last row.
    pub(super) async fn finish(self) -> Said {
        // What it writes after this is not counted, so that the table may have more, never less.
        let said = self.said().await.unwrap();
        self.pods.delete(NAME, &DeleteParams::default()).await.unwrap();
        said
    }
}
