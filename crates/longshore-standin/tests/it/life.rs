//! Health, orders, crashes, and an end without a lost answer.

use std::net::TcpListener;
use std::time::Duration;

use http::Method;
use longshore_standin::ask::load;
use longshore_standin::outgoing;
use longshore_testkit::{Program, Started, eventually};

use crate::{Running, ask};

/// The program itself on a port that was free a moment ago.
fn program(variables: &[(&str, &str)]) -> (Started, String) {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let mut program = Program::new(env!("CARGO_BIN_EXE_longshore-standin")).unwrap();
    for (name, value) in variables {
        program = program.env(name, *value);
    }
    let mut started = program.env("STANDIN_LISTEN", &address).start().unwrap();
    started.wait_for("listens on").unwrap();
    (started, format!("http://{address}"))
}

fn options(url: String) -> load::Options {
    let method = Method::GET;
    load::Options {
        url,
        host: None,
        method,
        workers: 4,
        rate: Some(400.0),
        reconnect: false,
        headers: Vec::new(),
        token: None,
        way: outgoing::Reach::default(),
        requests: None,
        seconds: 60.0,
    }
}

#[tokio::test]
async fn health_is_liveness_and_readiness_which_are_apart() {
    let running =
        Running::start(&[("STANDIN_READY_DELAY", "3600"), ("STANDIN_HEALTH_PATHS", "/health,/api/health")])
            .await;
    assert_eq!(running.get("/livez").await.0, 200);
    for path in ["/readyz", "/health", "/api/health"] {
        let (status, body) = running.get(path).await;
        assert_eq!(status, 503, "{path}");
        assert!(body.contains("starting, for 3600 s"), "{body}");
    }
    assert_eq!(running.order(Method::PATCH, r#"{"readyDelay": 0, "live": false}"#).await.0, 200);
    assert_eq!(running.get("/readyz").await.0, 200);
    assert_eq!(running.get("/livez").await.0, 503);
    assert_eq!(running.get("/health").await.0, 503);
    assert_eq!(running.order(Method::PUT, "{}").await.0, 200);
    assert_eq!(running.get("/health").await.0, 200);
}

#[tokio::test]
async fn settings_are_shown_without_secrets() {
    let running = Running::start(&[("ACCESS_LOG_LEVEL", "warn"), ("POSTGRES_PASSWORD", "hunter2")]).await;
    let (_, body) = running.get("/settings").await;
    assert!(body.contains(r#""ACCESS_LOG_LEVEL":"warn""#), "{body}");
    assert!(!body.contains("hunter2"), "{body}");
}

#[tokio::test]
async fn errors_come_at_the_rate_and_pages_stay_well() {
    let running = Running::start(&[("STANDIN_ERROR_RATE", "0.25")]).await;
    let mut statuses = Vec::new();
    for _ in 0..8 {
        statuses.push(running.get("/orders").await.0);
        assert_eq!(running.get("/health").await.0, 200);
    }
    assert_eq!(statuses, [200, 200, 200, 500, 200, 200, 200, 500]);
    let (_, metrics) = running.get("/metrics").await;
    assert!(
        metrics.contains(r#"http_requests_total{method="GET",route="other",status="500"} 2"#),
        "{metrics}"
    );
    let (status, body) = running.order(Method::PATCH, r#"{"errorRate": 7}"#).await;
    assert_eq!((status, body.contains("expected a number from 0 to 1")), (400, true), "{body}");
}

#[tokio::test]
async fn a_crash_ends_it_with_its_code() {
    let variables = [("STANDIN_CRASH_AFTER_REQUESTS", "3"), ("STANDIN_EXIT_CODE", "42")];
    let (started, url) = program(&variables);
    for _ in 0..3 {
        // The last may or may not be answered.
        let _ = ask(Method::GET, &url, "").await;
    }
    let outcome = started.finish().unwrap();
    assert_eq!(outcome.code, Some(42), "{outcome}");
}

#[tokio::test]
async fn a_missing_setting_ends_it_at_once() {
    let program = Program::new(env!("CARGO_BIN_EXE_longshore-standin")).unwrap();
    let outcome = program.env("STANDIN_REDIS_URL_FROM", "ACCESS_REDIS_URL").run().unwrap();
    assert_eq!(outcome.code, Some(1));
    assert_eq!(outcome.stderr, "error: STANDIN_REDIS_URL_FROM names ACCESS_REDIS_URL, which is not set\n");
}

/// BC4: what was begun is answered, and then it is gone.
#[tokio::test]
async fn an_end_answers_what_was_begun() {
    let (mut started, url) = program(&[("STANDIN_LATENCY", "1"), ("STANDIN_SHUTDOWN_DELAY", "0.5")]);
    let begun = tokio::spawn({
        let url = url.clone();
        async move { ask(Method::GET, &url, "").await }
    });
    // Counted once it is answered only, so its beginning is seen by the connection that is open.
    eventually("the request is under way", Duration::from_secs(10), async || {
        let port = url.rsplit(':').next().unwrap();
        let port = format!("{:04X}", port.parse::<u16>().unwrap());
        let table = std::fs::read_to_string("/proc/self/net/tcp")?;
        let open = |line: &&str| {
            line.split_whitespace().nth(1).is_some_and(|at| at.ends_with(&port)) && line.contains(" 01 ")
        };
        Ok(table.lines().find(open).map(|_| ()))
    })
    .await
    .unwrap();
    // Another one that is answered: by then the first has been read.
    assert_eq!(ask(Method::GET, &format!("{url}/health"), "").await.unwrap().0, 200);
    started.terminate().unwrap();
    assert_eq!(begun.await.unwrap().unwrap().0, 200);
    assert!(ask(Method::GET, &url, "").await.is_err(), "it takes nothing more");
    let outcome = started.finish().unwrap();
    assert_eq!(outcome.code, Some(0), "{outcome}");
}

#[tokio::test]
async fn load_counts_every_answer_and_every_failure() {
    let running = Running::start(&[
        ("STANDIN_INSTANCE", "a-1"),
        ("STANDIN_VERSION", "2"),
        ("STANDIN_ERROR_RATE", "0.5"),
    ])
    .await;
    let mut options = options(running.url("/"));
    options.seconds = 1.0;
    let report = load::run(&options, std::future::pending()).await.unwrap();
    assert!(report.answered > 5, "{report:?}");
    assert!(report.answered.abs_diff(report.failed) <= 1, "{report:?}");
    assert_eq!(report.by_instance.get("a-1"), Some(&report.answered));
    assert_eq!(report.by_version.get("2"), Some(&report.answered));
    assert!(report.failures[0].contains("status 500"), "{report:?}");
}

#[tokio::test]
async fn load_sees_a_service_that_goes_away() {
    let mut running = Running::start(&[]).await;
    let mut options = options(running.url("/"));
    options.seconds = 2.0;
    let load = tokio::spawn(async move { load::run(&options, std::future::pending()).await });
    eventually("some were answered", Duration::from_secs(10), async || {
        let (_, metrics) = running.get("/metrics").await;
        Ok(metrics.contains(r#"route="other",status="200"#).then_some(()))
    })
    .await
    .unwrap();
    running.stop();
    assert_eq!(running.life.await.unwrap(), 0);
    let report = load.await.unwrap().unwrap();
    assert!(report.answered > 0 && report.failed > 0, "{report:?}");
}
