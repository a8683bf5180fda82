//! CronJobs: why a schedule is refused, and how the last run ended.

use longshore_diag::counted;
use serde_json::Value as Json;

use super::Meaning;
use crate::live::{Condition, condition, text};
use crate::owners::{is_controlled_by, pods_of};
use crate::readiness::pod::problems;

/// The fields of a schedule, with what each may be.
const FIELDS: [(&str, &str); 5] = [
    ("minute", "0 to 59"),
    ("hour", "0 to 23"),
    ("day of the month", "1 to 31"),
    ("month", "1 to 12, or JAN to DEC"),
    ("day of the week", "0 to 6, 0 being Sunday, or SUN to SAT"),
];

/// What a server's words about the schedule or the time zone of a CronJob mean; nothing about other fields.
///
/// ```
/// use longshore_object::diagnosis::why_not_scheduled;
/// let words = r#"Invalid value: "0 24 * * *": end of range (24) above maximum (23): 24"#;
/// let meaning = why_not_scheduled("spec.schedule", words).unwrap();
/// assert_eq!(meaning.what, "`0 24 * * *` is no schedule: the hour is `24`");
/// ```
pub fn why_not_scheduled(field: &str, message: &str) -> Option<Meaning> {
    let (value, words) = quoted(message.strip_prefix("Invalid value: ")?)?;
    if field.ends_with("spec.timeZone") {
        return Some(Meaning::new(
            format!("the server knows no time zone `{value}`"),
            "write a name of the IANA database, such as `Europe/Berlin` or `Etc/UTC`: they have capitals, and no abbreviations",
        ));
    }
    if !field.ends_with("spec.schedule") {
        return None;
    }
    let all = || {
        let all: Vec<String> = FIELDS.iter().map(|(name, range)| format!("{name} ({range})")).collect();
        format!("a schedule has five fields: {}", all.join(", "))
    };
    if words.contains("TZ") && words.contains("timeZone") {
        return Some(Meaning::new(
            format!("`{value}` names a time zone in the schedule"),
            "write the zone into `spec.timeZone`, and only the five fields into `spec.schedule`",
        ));
    }
    if value.starts_with('@') {
        return Some(Meaning::new(
            format!("`{value}` is no schedule"),
            "there are @hourly, @daily, @weekly, @monthly and @yearly, and `@every 1h30m`; else the five fields",
        ));
    }
    let parts: Vec<&str> = value.split_whitespace().collect();
    if parts.len() != FIELDS.len() {
        let seconds = if parts.len() == 6 { "; there is none for seconds" } else { "" };
        return Some(Meaning::new(
            format!("`{value}` is no schedule: it has {}", counted(parts.len(), "field")),
            format!("{}{seconds}", all()),
        ));
    }
    // The part that is wrong stands at the end of the server's words.
    let wrong = words.rsplit(": ").next().unwrap_or_default().trim();
    let maximum = super::between(&words, "maximum (", ")");
    let is_below_one = words.contains("minimum (1)");
    let at = (0..FIELDS.len()).find(|at| {
        let is_there = parts[*at].split(',').any(|part| part == wrong);
        let counts_from_one = matches!(at, 2 | 3);
        is_there && maximum.is_none_or(|maximum| limit(*at) == maximum) && (counts_from_one || !is_below_one)
    });
    Some(match at {
        Some(at) => Meaning::new(
            format!("`{value}` is no schedule: the {} is `{wrong}`", FIELDS[at].0),
            format!("it goes from {}; {}", FIELDS[at].1, all()),
        ),
        None => Meaning::new(format!("`{value}` is no schedule: {}", words.trim()), all()),
    })
}

fn limit(at: usize) -> &'static str {
    ["59", "23", "31", "12", "6"][at]
}

/// The text in quotes at the start, and what comes after the colon.
fn quoted(text: &str) -> Option<(String, String)> {
    let rest = text.strip_prefix('"')?;
    let end = rest.find('"')?;
    let words = rest[end + 1..].trim_start_matches([':', ' ']);
    Some((rest[..end].to_owned(), words.to_owned()))
}

/// A run of a CronJob that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastRun {
    /// The Job.
    pub job: String,
    /// When it ended (RFC 3339); empty where that is not told.
    pub ended: String,
    /// What it failed of; `None` if it did its work.
    pub failure: Option<String>,
}

/// How the newest run of a CronJob that has ended did, from the live Jobs and pods of its namespace.
pub fn last_run(cron_job: &Json, jobs: &[Json], pods: &[Json]) -> Option<LastRun> {
    let uid = text(cron_job, "/metadata/uid");
    let ended = |job: &Json| {
        let is_true = |kind| condition(job, kind).is_some_and(|c| c.is_true());
        is_true("Complete") || is_true("Failed")
    };
    let job = jobs
        .iter()
        .filter(|job| is_controlled_by(job, uid) && ended(job))
        .max_by_key(|job| (text(job, "/metadata/creationTimestamp"), text(job, "/metadata/name")))?;
    let failed = condition(job, "Failed").filter(Condition::is_true);
    Some(LastRun {
        job: text(job, "/metadata/name").to_owned(),
        ended: when_ended(job),
        failure: failed.map(|failed| {
            // What the pod ended with says more than that it was tried often enough.
            let mut mine = pods_of(job, &[], pods);
            mine.sort_by_key(|pod| std::cmp::Reverse(text(pod, "/metadata/creationTimestamp")));
            let of_pod = mine.into_iter().find_map(|pod| problems(pod).into_iter().next());
            match of_pod {
                Some(problem) => problem.describe(),
                None => failed.words().to_owned(),
            }
        }),
    })
}

fn when_ended(job: &Json) -> String {
    let completed = text(job, "/status/completionTime");
    if !completed.is_empty() {
        return completed.to_owned();
    }
    let conditions = crate::live::items(job, "/status/conditions").iter();
    let failed = conditions.filter(|condition| text(condition, "/type") == "Failed");
    failed.map(|condition| text(condition, "/lastTransitionTime")).next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::{LastRun, last_run, why_not_scheduled};

    #[test]
    fn refusals_name_the_field_of_the_schedule() {
        for (field, message, what, hint) in [
            (
                "spec.schedule",
                r#"Invalid value: "61 * * * *": end of range (61) above maximum (59): 61"#,
                "`61 * * * *` is no schedule: the minute is `61`",
                "it goes from 0 to 59; a schedule has five fields: minute",
            ),
            (
                "spec.schedule",
                r#"Invalid value: "0 0 0 * *": beginning of range (0) below minimum (1): 0"#,
                "`0 0 0 * *` is no schedule: the day of the month is `0`",
                "it goes from 1 to 31",
            ),
            (
                "spec.schedule",
                r#"Invalid value: "0 3 * 1,13 *": end of range (13) above maximum (12): 13"#,
                "`0 3 * 1,13 *` is no schedule: the month is `13`",
                "it goes from 1 to 12",
            ),
            (
                "spec.schedule",
                r#"Invalid value: "0 3 * * 7": end of range (7) above maximum (6): 7"#,
                "`0 3 * * 7` is no schedule: the day of the week is `7`",
                "0 being Sunday",
            ),
            (
                "spec.schedule",
                r#"Invalid value: "* * * * * *": expected exactly 5 fields, found 6: [* * * * * *]"#,
                "`* * * * * *` is no schedule: it has 6 fields",
                "there is none for seconds",
            ),
            (
                "spec.schedule",
                r#"Invalid value: "daily": expected exactly 5 fields, found 1: [daily]"#,
                "`daily` is no schedule: it has 1 field",
                "a schedule has five fields",
            ),
            (
                "spec.schedule",
                r#"Invalid value: "@nightly": unrecognized descriptor: @nightly"#,
                "`@nightly` is no schedule",
                "@daily",
            ),
            (
                "spec.schedule",
                r#"Invalid value: "TZ=UTC 0 * * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead"#,
                "`TZ=UTC 0 * * * *` names a time zone in the schedule",
                "spec.timeZone",
            ),
            (
                "spec.timeZone",
                r#"Invalid value: "Mars/Base": unknown time zone Mars/Base"#,
                "the server knows no time zone `Mars/Base`",
                "Europe/Berlin",
            ),
        ] {
            let meaning = why_not_scheduled(field, message).unwrap();
            assert_eq!(meaning.what, what, "{message}");
            assert!(meaning.hint.contains(hint), "{}", meaning.hint);
        }
        assert_eq!(why_not_scheduled("spec.suspend", "Invalid value: \"x\": no"), None);
        assert_eq!(why_not_scheduled("spec.schedule", "Required value"), None);
    }

    fn job(name: &str, of: &str, created: &str, condition: &str) -> Json {
        json!({"metadata": {"name": name, "uid": name, "creationTimestamp": created,
            "ownerReferences": [{"uid": of, "controller": true}]},
            "status": {"conditions": [{"type": condition, "status": "True", "reason": "BackoffLimitExceeded",
                "message": "Job has reached the specified backoff limit", "lastTransitionTime": "2026-01-03T00:00:09Z"}]}})
    }

    #[test]
    fn the_newest_run_that_ended_counts() {
        let cron = json!({"metadata": {"name": "tick", "uid": "c"}});
        let jobs = [
            job("tick-1", "c", "2026-01-01T00:00:00Z", "Complete"),
            job("tick-3", "c", "2026-01-03T00:00:00Z", "Failed"),
            job("tick-4", "c", "2026-01-04T00:00:00Z", "Suspended"),
            job("tock-9", "x", "2026-01-09T00:00:00Z", "Failed"),
        ];
        let pod = json!({"metadata": {"name": "tick-3-a", "ownerReferences": [{"uid": "tick-3", "controller": true}]},
            "status": {"phase": "Failed", "containerStatuses": [
                {"name": "main", "state": {"terminated": {"exitCode": 4, "reason": "Error"}}}]}});
        let run = |failure: &str| {
            let (job, ended) = ("tick-3".to_owned(), "2026-01-03T00:00:09Z".to_owned());
            Some(LastRun { job, ended, failure: Some(failure.to_owned()) })
        };
        assert_eq!(last_run(&cron, &jobs, &[pod]), run("container main ended: exit code 4"));
        assert_eq!(last_run(&cron, &jobs, &[]), run("Job has reached the specified backoff limit"));
        assert_eq!(last_run(&cron, &jobs[..1], &[]).unwrap().failure, None);
        assert_eq!(last_run(&cron, &jobs[2..], &[]), None);
    }
}
