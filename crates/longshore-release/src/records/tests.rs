//! The rules above the drivers, on records in memory.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;

use super::{Memory, Records, RecordsError};
use crate::Clock;
use crate::record::Release;

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

fn release(name: &str, revision: u32, status: &str) -> Release {
    serde_json::from_value(json!({
        "name": name, "version": revision, "namespace": "shop", "info": {"status": status},
    }))
    .unwrap()
}

fn records(releases: Vec<Release>) -> Records {
    Records::memory(Memory::with(releases).unwrap(), "shop", Arc::new(Noon))
}

async fn revisions(records: &Records, name: &str) -> Vec<u32> {
    records.history(name).await.unwrap().iter().map(|release| release.revision).collect()
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let records = records(vec![release("web", 1, "failed")]);
    assert_eq!(records.last("db").await, Err(RecordsError::NotFound));
    assert_eq!(records.get("web", 2).await, Err(RecordsError::NotFound));
    assert_eq!(records.get("a.v1", 2).await, Err(RecordsError::InvalidKey));
    let error = records.deployed("web").await.unwrap_err();
    assert_eq!(error.to_string(), "\"web\" has no deployed releases");
    assert_eq!(records.create(&release("web", 1, "failed")).await, Err(RecordsError::Exists));
}

#[tokio::test]
async fn the_newest_revision_of_each_release_is_listed() {
    let records = records(vec![
        release("web", 10, "deployed"),
        release("web", 9, "superseded"),
        release("db", 1, "deployed"),
    ]);
    let newest = records.newest().await.unwrap();
    let newest: Vec<_> = newest.iter().map(|release| (release.name.as_str(), release.revision)).collect();
    assert_eq!(newest, [("db", 1), ("web", 10)]);
    assert_eq!(records.last("web").await.unwrap().revision, 10);
}

#[tokio::test]
async fn old_revisions_go_but_the_deployed_one() {
    let records = records(vec![
        release("web", 1, "deployed"),
        release("web", 2, "failed"),
        release("web", 3, "failed"),
        release("web", 4, "failed"),
    ]);
    let records = records.keeping(3);
    records.create(&release("web", 5, "pending-upgrade")).await.unwrap();
    assert_eq!(revisions(&records, "web").await, [1, 4, 5]);
}
