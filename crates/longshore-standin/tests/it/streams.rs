//! WebSockets and event streams: every event once, and a word when the service ends.

use longshore_standin::ask::listen;
use longshore_standin::outgoing;

use crate::Running;

fn options(url: String) -> listen::Options {
    listen::Options {
        url,
        host: None,
        way: outgoing::Reach::default(),
        streams: 3,
        events: None,
        seconds: 60.0,
    }
}

/// Both kinds of streams of a service, with the word that they end by.
fn kinds(running: &Running) -> [(String, &'static str); 2] {
    [
        (format!("ws://{}/ws/prices?x=1", running.address), "closed by the server: 1001 ending"),
        (running.url("/sse/"), "the events ended"),
    ]
}

#[tokio::test]
async fn every_event_comes_once() {
    let running = Running::start(&[("STANDIN_STREAM_INTERVAL", "0.02")]).await;
    for (url, _) in kinds(&running) {
        let mut options = options(url);
        options.seconds = 1.0;
        let reports = listen::run(&options, std::future::pending()).await.unwrap();
        assert_eq!(reports.len(), 3);
        assert!(reports.iter().all(listen::Report::is_whole), "{reports:?}");
        assert!(reports.iter().all(|report| (3..=51).contains(&report.events)), "{reports:?}");
    }
}

#[tokio::test]
async fn streams_are_told_that_the_service_ends() {
    for kind in 0..2 {
        let mut running = Running::start(&[("STANDIN_STREAM_INTERVAL", "0.02")]).await;
        let (url, word) = kinds(&running)[kind].clone();
        let listening = tokio::spawn(async move { listen::run(&options(url), std::future::pending()).await });
        let patience = std::time::Duration::from_secs(10);
        longshore_testkit::eventually("three streams are open", patience, async || {
            let (_, metrics) = running.get("/metrics").await;
            Ok(metrics
                .lines()
                .any(|line| line.starts_with("open_streams") && line.ends_with(" 3"))
                .then_some(()))
        })
        .await
        .unwrap();
        running.stop();
        assert_eq!(running.life.await.unwrap(), 0);
        let reports = listening.await.unwrap().unwrap();
        assert!(reports.iter().all(|report| report.ended.as_deref() == Some(word)), "{reports:?}");
    }
}
