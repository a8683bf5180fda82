//! Watches that are cut, fall silent, grow old, or were never allowed.

use std::io::ErrorKind;
use std::time::Duration;

use futures::StreamExt as _;
use longshore_object::Gvk;
use serde_json::{Value as Json, json};
use tokio::time::Instant;

use super::Change;
use crate::Selector;
use crate::testing::{Answer, End, Log, cluster, status};

fn pod(name: &str, version: &str) -> Json {
    json!({"metadata": {"name": name, "resourceVersion": version}})
}

fn line(kind: &str, object: &Json) -> String {
    format!("{}\n", json!({"type": kind, "object": object}))
}

fn list(version: &str, items: &[Json]) -> Answer {
    Answer::Json(200, json!({"metadata": {"resourceVersion": version}, "items": items}))
}

/// Watches until `wanted` changes were told, or "put b", or an error, each in a word; and what was asked for it.
async fn told(
    wanted: usize,
    answer: impl FnMut(&crate::testing::Seen) -> Answer + Send + 'static,
) -> (Vec<String>, Log) {
    let (cluster, log) = cluster(answer);
    let pods = Gvk::new("v1", "Pod");
    let changes = cluster.watch(&pods, Some("a"), &Selector::default());
    let words = changes.map(|change| match change {
        Ok(Change::All(all)) => format!("all {}", all.len()),
        Ok(Change::Put(live)) => format!("put {}", live["metadata"]["name"].as_str().unwrap()),
        Ok(Change::Gone(live)) => format!("gone {}", live["metadata"]["name"].as_str().unwrap()),
        Ok(Change::Trouble(message)) => format!("trouble: {message}"),
        Err(error) => format!("error: {}", error.diagnostic().code),
    });
    let mut words = std::pin::pin!(words);
    let mut told = Vec::new();
    while told.len() < wanted
        && told.last().is_none_or(|word| word != "put b")
        && let Some(word) = words.next().await
    {
        told.push(word);
    }
    (told, log)
}

/// The versions that watches were started from.
fn versions(log: &Log) -> Vec<String> {
    let lines = log.lines();
    let watches = lines.iter().filter_map(|line| line.split_once("&resourceVersion="));
    watches.map(|(_, version)| version.to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_is_cut_goes_on_where_it_was() {
    let mut watches = 0;
    let (told, log) = told(4, move |seen| {
        if !seen.line.contains("watch=true") {
            return list("10", &[pod("a", "9")]);
        }
        watches += 1;
        match watches {
            1 => Answer::Lines(
                vec![line("MODIFIED", &pod("a", "11")), "{\"type\":\"ADD".to_owned()],
                End::Broken,
            ),
            2 => Answer::Lines(vec![line("BOOKMARK", &pod("", "15"))], End::Clean),
            3 => Answer::Fail(ErrorKind::ConnectionReset),
            _ => Answer::Lines(vec![line("DELETED", &pod("a", "16"))], End::Never),
        }
    })
    .await;
    assert_eq!(told, ["all 1", "put a", "trouble: the connection to https://test.example broke", "gone a"]);
    assert_eq!(versions(&log), ["10", "11", "15", "15"]);
    assert!(log.lines()[1].contains("allowWatchBookmarks=true&timeoutSeconds=60"), "{:?}", log.lines());
}

#[tokio::test(start_paused = true)]
async fn a_version_that_is_too_old_means_a_new_list() {
    for expired in [0, 1] {
        let mut watches = 0;
        let mut lists = 0;
        let (told, log) = told(3, move |seen| {
            if !seen.line.contains("watch=true") {
                lists += 1;
                return list(if lists == 1 { "10" } else { "20" }, &[]);
            }
            watches += 1;
            let gone = json!({"kind": "Status", "code": 410, "reason": "Expired", "message": "too old"});
            match (watches, expired) {
                (1, 0) => Answer::Lines(vec![line("ERROR", &gone)], End::Clean),
                (1, _) => Answer::Json(410, gone),
                _ => Answer::Lines(vec![line("ADDED", &pod("b", "21"))], End::Never),
            }
        })
        .await;
        assert_eq!(told, ["all 0", "all 0", "put b"]);
        assert_eq!(versions(&log), ["10", "20"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_falls_silent_is_opened_anew_behind_a_list() {
    let start = Instant::now();
    let mut watches = 0;
    let (told, log) = told(3, move |seen| {
        if !seen.line.contains("watch=true") {
            return list(if watches == 0 { "10" } else { "11" }, &[]);
        }
        watches += 1;
        match watches {
            1 => Answer::Lines(Vec::new(), End::Never),
            _ => Answer::Lines(vec![line("ADDED", &pod("a", "11"))], End::Never),
        }
    })
    .await;
    assert_eq!(told, ["all 0", "all 0", "put a"]);
    assert_eq!(versions(&log), ["10", "11"]);
    assert_eq!(start.elapsed().as_secs(), 75);
}

#[tokio::test(start_paused = true)]
async fn an_api_server_that_comes_back_is_watched_again() {
    let start = Instant::now();
    let mut watches = 0;
    let (told, log) = told(usize::MAX, move |seen| {
        if !seen.line.contains("watch=true") {
            return list("10", &[]);
        }
        watches += 1;
        match watches {
            1 => Answer::Lines(vec![line("ADDED", &pod("a", "11"))], End::Broken),
            _ if start.elapsed() < Duration::from_secs(40) => Answer::Fail(ErrorKind::ConnectionRefused),
            _ => Answer::Lines(vec![line("ADDED", &pod("b", "12"))], End::Never),
        }
    })
    .await;
    let down = "trouble: no cluster answers at https://test.example: connection refused";
    assert_eq!(told[..2], ["all 0", "put a"]);
    assert!(told[2..told.len() - 1].iter().all(|word| word == down), "{told:?}");
    assert_eq!(told.last().map(String::as_str), Some("put b"));
    assert_eq!(versions(&log).last().map(String::as_str), Some("11"));
    assert!((40..46).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn what_is_not_allowed_ends_the_watch() {
    let message =
        r#"pods is forbidden: User "jane" cannot watch resource "pods" in API group "" in the namespace "a""#;
    let (told, _) = told(9, move |seen| {
        if seen.line.contains("watch=true") {
            return status(403, "Forbidden", message);
        }
        list("10", &[])
    })
    .await;
    assert_eq!(told, ["all 0", "error: cluster/forbidden"]);
}

#[tokio::test(start_paused = true)]
async fn gone_is_gone_also_between_two_watches() {
    let (cluster, log) =
        cluster(
            move |seen| {
                if seen.line.contains('?') { list("10", &[]) } else { Answer::Json(200, pod("one", "9")) }
            },
        );
    let pods = Gvk::new("v1", "Pod");
    let waited = cluster.wait_gone(&pods, Some("a"), "one", None, Duration::from_secs(5)).await;
    waited.unwrap();
    assert_eq!(log.lines().len(), 2, "got, and gone from the watch's list: {:?}", log.lines());
}
