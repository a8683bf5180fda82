//! Servers that are busy, broken, gone, and that forget who we are.

use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::time::Instant;

use crate::testing::{Answer, cluster, status};
use crate::{Cluster, ClusterOptions, ConnectProblem, Error, Refusal};
use longshore_object::Gvk;

fn secret() -> Json {
    json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "one", "namespace": "a"},
        "data": {"k": "dg=="}})
}

/// Gets a ConfigMap that the server has.
async fn get(cluster: &Cluster) -> Result<Option<Json>, Error> {
    cluster.get(&Gvk::new("v1", "ConfigMap"), Some("a"), "one").await
}

fn found() -> Answer {
    Answer::Json(200, json!({"metadata": {"name": "one"}}))
}

#[tokio::test(start_paused = true)]
async fn a_busy_server_is_asked_again_when_it_says() {
    let mut asked = 0;
    let (cluster, log) = cluster(move |_| {
        asked += 1;
        if asked < 3 { Answer::With(429, "retry-after", "3", json!({})) } else { found() }
    });
    let start = Instant::now();
    assert!(get(&cluster).await.unwrap().is_some());
    let waits: Vec<_> = log.seen().iter().map(|seen| (seen.at - start).as_secs()).collect();
    assert_eq!(waits, [0, 3, 6]);
    assert_eq!(cluster.requests(), 3);
}

#[tokio::test(start_paused = true)]
async fn patience_ends_and_says_how_often() {
    let (cluster, _) = cluster(|_| status(503, "ServiceUnavailable", "etcd has no leader"));
    let start = Instant::now();
    let error = get(&cluster).await.unwrap_err();
    assert!(matches!(error.refusal(), Some(Refusal::ServerFailed { code: 503 })), "{error:?}");
    assert!(start.elapsed() <= Duration::from_secs(30));
    let told = error.diagnostic();
    assert_eq!(told.notes[..2], ["tried 10 times", "the server says: etcd has no leader"]);
}

#[tokio::test(start_paused = true)]
async fn nobody_listening_is_final_only_at_first() {
    let (cluster_, log) = cluster(|_| Answer::Fail(ErrorKind::ConnectionRefused));
    let error = get(&cluster_).await.unwrap_err();
    assert!(matches!(&error, Error::Connection { error, .. } if error.problem == ConnectProblem::Refused));
    assert_eq!(log.lines().len(), 1);

    let mut asked = 0;
    let (cluster_, log) = cluster(move |_| {
        asked += 1;
        if (2..=4).contains(&asked) { Answer::Fail(ErrorKind::ConnectionRefused) } else { found() }
    });
    get(&cluster_).await.unwrap();
    get(&cluster_).await.unwrap();
    assert_eq!(log.lines().len(), 5, "the API server was restarted in between");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_is_given_up() {
    let (cluster, log) = cluster(|_| Answer::Hang);
    let error = get(&cluster).await.unwrap_err();
    let told = error.diagnostic();
    assert_eq!(told.code, "cluster/no-answer");
    assert_eq!(told.message, "https://test.example did not answer within 60 s");
    assert!(log.lines().len() > 1, "a read is tried again");
}

#[tokio::test(start_paused = true)]
async fn a_creation_in_doubt_is_looked_up() {
    let live = |value: &str| {
        json!({"apiVersion": "v1", "kind": "Secret", "data": {"k": value},
            "metadata": {"name": "one", "namespace": "a", "uid": "u", "resourceVersion": "7"}})
    };
    for (value, ours) in [("dg==", true), ("eA==", false)] {
        let live = live(value);
        let mut posts = 0;
        let (cluster, log) = cluster(move |seen| match seen.line.split(' ').next() {
            Some("POST") => {
                posts += 1;
                match posts {
                    1 => Answer::Fail(ErrorKind::ConnectionReset),
                    _ => status(409, "AlreadyExists", "secrets \"one\" already exists"),
                }
            }
            _ => Answer::Json(200, live.clone()),
        });
        let created = cluster.create(&secret()).await;
        assert_eq!(created.is_ok(), ours, "{created:?}");
        assert!(ours || created.unwrap_err().is_already_exists());
        let verbs: Vec<_> = log.lines().iter().map(|line| line[..4].to_owned()).collect();
        assert_eq!(verbs, ["POST", "POST", "GET "]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_creation_without_a_name_is_not_repeated_in_doubt() {
    let (cluster, log) = cluster(|_| Answer::Fail(ErrorKind::ConnectionReset));
    let mut nameless = secret();
    nameless["metadata"] = json!({"generateName": "one-", "namespace": "a"});
    cluster.create(&nameless).await.unwrap_err();
    assert_eq!(log.lines().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_replacement_in_doubt_that_met_its_own_result_has_succeeded() {
    let mut puts = 0;
    let mut sent = secret();
    sent["metadata"]["resourceVersion"] = json!("6");
    let mut live = sent.clone();
    live["metadata"]["resourceVersion"] = json!("7");
    let expected = live.clone();
    let (cluster, _) = cluster(move |seen| {
        if seen.line.starts_with("GET") {
            return Answer::Json(200, live.clone());
        }
        puts += 1;
        match puts {
            1 => status(500, "InternalError", "etcdserver: request timed out"),
            _ => status(409, "Conflict", "the object has been modified; please apply your changes"),
        }
    });
    assert_eq!(cluster.replace(&sent).await.unwrap(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_conflict_is_not_repeated_where_a_version_was_named_and_is_where_not() {
    let race = || status(409, "Conflict", "the object has been modified; please apply your changes");
    let (fenced, log) = cluster(move |_| race());
    let mut sent = secret();
    sent["metadata"]["resourceVersion"] = json!("6");
    assert!(fenced.replace(&sent).await.unwrap_err().is_stale());
    assert_eq!(log.lines().len(), 1);

    let mut asked = 0;
    let (free, log) = cluster(move |_| {
        asked += 1;
        if asked == 1 { race() } else { found() }
    });
    free.replace(&secret()).await.unwrap();
    assert_eq!(log.lines().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn no_more_requests_are_on_their_way_than_allowed() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (running, highest) = (Arc::clone(&now), Arc::clone(&most));
    let service = tower::service_fn(move |_: http::Request<kube::client::Body>| {
        let (running, highest) = (Arc::clone(&running), Arc::clone(&highest));
        async move {
            let n = running.fetch_add(1, Ordering::SeqCst) + 1;
            highest.fetch_max(n, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(10)).await;
            running.fetch_sub(1, Ordering::SeqCst);
            let body = http_body_util::Full::new(bytes::Bytes::from_static(b"{}"));
            Ok::<_, std::convert::Infallible>(http::Response::new(body))
        }
    });
    let client = kube::Client::new(service, "default");
    let endpoint = crate::Endpoint::bare("https://test.example");
    let cluster = Cluster::from_client(client, endpoint, crate::RetryPolicy::default());
    futures::future::join_all((0..100).map(|_| get(&cluster))).await;
    assert_eq!(most.load(Ordering::SeqCst), ClusterOptions::default().concurrency);
    assert_eq!(now.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_request_gives_its_place_back() {
    let mut asked = 0;
    let (cluster, _) = cluster(move |_| {
        asked += 1;
        if asked <= 32 { Answer::Hang } else { found() }
    });
    for _ in 0..32 {
        let dropped = tokio::time::timeout(Duration::from_millis(1), get(&cluster)).await;
        assert!(dropped.is_err());
    }
    assert!(get(&cluster).await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn warnings_are_read_from_their_headers() {
    let warning = r#"299 - "v1 \"Old\" is deprecated, really" "Sat, 01 Jan 2022""#;
    let (cluster, _) = cluster(move |seen| {
        if seen.line.starts_with("GET") {
            return status(404, "NotFound", "not there");
        }
        Answer::With(201, "warning", warning, json!({"metadata": {"name": "one"}}))
    });
    let place = longshore_diag::Place::new("a.yaml", 1, 0);
    let object = longshore_object::Object::from_json(secret(), place).unwrap();
    let applied = cluster.apply(&object, &crate::ApplyOptions::new("test")).await.unwrap();
    assert_eq!(applied.warnings, [r#"v1 "Old" is deprecated, really"#]);
}
