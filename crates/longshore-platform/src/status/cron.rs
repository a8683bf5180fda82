//! CronJobs: when they run, whether they are suspended, and how the last run ended.

use longshore_object::ObjectKey;
use longshore_object::diagnosis::last_run;
use longshore_release::Mask;
use serde::Serialize;
use serde_json::Value;

/// A CronJob. How its runs end does not decide whether a release is healthy: the next one may do better.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CronJobStatus {
    /// Its name.
    pub cron_job: String,
    /// Its five fields: `0 3 * * *`.
    pub schedule: String,
    /// Where its hours are counted, if it says so: `Europe/Berlin`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Whether it starts no Jobs for now.
    pub suspended: bool,
    /// How many of its Jobs run now.
    pub active: usize,
    /// The newest of its Jobs that has ended and is still there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_job: Option<LastJob>,
}

/// A Job of a CronJob that has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LastJob {
    /// Its name.
    pub job: String,
    /// When it ended (RFC 3339).
    pub ended: String,
    /// Whether it has done its work.
    pub succeeded: bool,
    /// What it failed of: `container main ended: exit code 4`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// A live CronJob, with what is told of it.
pub(super) fn cron_job_status(
    key: &ObjectKey,
    live: &Value,
    jobs: &[Value],
    pods: &[Value],
    mask: &Mask,
) -> CronJobStatus {
    let text = |field: &str| live["spec"][field].as_str().map(str::to_owned);
    let last_job = last_run(live, jobs, pods).map(|run| LastJob {
        job: run.job,
        ended: run.ended,
        succeeded: run.failure.is_none(),
        message: run.failure.map(|words| mask.text(&words).into_owned()),
    });
    CronJobStatus {
        cron_job: key.name.clone(),
        schedule: text("schedule").unwrap_or_default(),
        time_zone: text("timeZone"),
        suspended: live["spec"]["suspend"] == true,
        active: live["status"]["active"].as_array().map_or(0, Vec::len),
        last_job,
    }
}
