//! Load: several workers ask one after the other, each over a connection that it keeps, until a time has passed or
//! somebody says stop. Nothing is asked twice behind the count's back, so that a lost request is seen.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Args;
use http::header::{self, HeaderName, HeaderValue};
use http::{Method, Request, Uri};
use http_body_util::{BodyExt as _, Full};
use serde::Serialize;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};

use super::{PATIENCE, parse};
use crate::http::{INSTANCE, VERSION};
use crate::outgoing::{self, HttpClient};

/// So many failures are told one by one.
const TOLD: usize = 20;

/// What is asked, how often and for how long.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// What is asked for
    #[arg(long)]
    pub url: String,
    /// The name in the `Host` header, where it is not the URL's
    #[arg(long)]
    pub host: Option<String>,
    /// GET, POST, …
    #[arg(long, default_value = "GET")]
    pub method: Method,
    /// How many ask at a time
    #[arg(long, default_value_t = 8)]
    pub workers: usize,
    /// Requests a second of all workers together; as many as are answered, if not set
    #[arg(long)]
    pub rate: Option<f64>,
    /// A new connection for each request, as clients of a Service without an ingress should: one that is kept stays with
    /// its pod until that ends
    #[arg(long)]
    pub reconnect: bool,
    /// A header, such as `X-Request-Id: 1`; may be said several times
    #[arg(long = "header", value_parser = header)]
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// A bearer token
    #[arg(long, env = "STANDIN_LOAD_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// How the server is reached
    #[command(flatten)]
    pub way: outgoing::Reach,
    /// So many requests of each worker, and then the end
    #[arg(long)]
    pub requests: Option<u64>,
    /// How long; a signal ends it earlier, and what was counted is told
    #[arg(long, default_value_t = 10.0)]
    pub seconds: f64,
}

/// What was counted.
#[derive(Debug, Default, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Answers that were good (2xx).
    pub answered: u64,
    /// Everything else.
    pub failed: u64,
    /// Answers by status, and failures without one.
    pub by_status: BTreeMap<String, u64>,
    /// Good answers by who gave them.
    pub by_instance: BTreeMap<String, u64>,
    /// Good answers by version.
    pub by_version: BTreeMap<String, u64>,
    /// The first failures: when, and what.
    pub failures: Vec<String>,
    /// How long it went on.
    pub seconds: f64,
    /// Times of good answers, in milliseconds: half were quicker, 99 of 100, and the slowest.
    pub milliseconds: [f64; 3],
}

/// A header as it stands in a request.
///
/// # Errors
/// It is not `NAME: VALUE`.
pub fn header(text: &str) -> Result<(HeaderName, HeaderValue)> {
    let (name, value) = text.split_once(':').context("expected NAME: VALUE")?;
    Ok((name.trim().parse()?, value.trim().parse()?))
}

/// Asks until the time has passed or `stop` ends.
pub async fn run(options: &Options, stop: impl Future<Output = ()>) -> Result<Report> {
    let uri = parse(&options.url, &["http", "https"])?;
    let end = watch::Sender::new(false);
    let begin = Instant::now();
    let mut workers = JoinSet::new();
    let options = Arc::new(options.clone());
    for _ in 0..options.workers.max(1) {
        // Of its own, so that each keeps a connection.
        let client = options.way.way().client()?;
        workers.spawn(work(Arc::clone(&options), client, uri.clone(), begin, end.subscribe()));
    }
    let time = Duration::from_secs_f64(options.seconds);
    let mut over = pin!(async {
        tokio::select! {
            () = tokio::time::sleep(time) => {}
            () = stop => {}
        }
    });
    let (mut report, mut times) = (Report::default(), Vec::new());
    loop {
        tokio::select! {
            done = workers.join_next() => {
                let Some(done) = done else { break };
                let (part, mut part_times) = done?;
                report.add(part);
                times.append(&mut part_times);
            }
            () = &mut over, if !*end.borrow() => {
                end.send_replace(true);
            }
        }
    }
    report.failures.sort();
    report.failures.truncate(TOLD);
    report.seconds = begin.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |share: f64| {
        let index = (times.len() as f64 * share) as usize;
        times.get(index.min(times.len().saturating_sub(1))).map_or(0.0, |micros| f64::from(*micros) / 1000.0)
    };
    report.milliseconds = [at(0.5), at(0.99), at(1.0)];
    Ok(report)
}

async fn work(
    options: Arc<Options>,
    client: HttpClient,
    uri: Uri,
    begin: Instant,
    end: watch::Receiver<bool>,
) -> (Report, Vec<u32>) {
    let pause =
        options.rate.map(|rate| Duration::from_secs_f64(options.workers.max(1) as f64 / rate.max(0.001)));
    let mut tick = pause.map(|pause| {
        let mut tick = tokio::time::interval(pause);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tick
    });
    let (mut report, mut times) = (Report::default(), Vec::new());
    let mut left = options.requests.unwrap_or(u64::MAX);
    while left > 0 && !*end.borrow() {
        left -= 1;
        if let Some(tick) = &mut tick {
            tick.tick().await;
        }
        let asked = Instant::now();
        match tokio::time::timeout(PATIENCE, one(&client, &options, &uri)).await {
            Ok(Ok(answer)) => {
                *report.by_status.entry(answer.status.to_string()).or_default() += 1;
                if (200..300).contains(&answer.status) {
                    report.answered += 1;
                    *report.by_instance.entry(answer.instance).or_default() += 1;
                    *report.by_version.entry(answer.version).or_default() += 1;
                    times.push(asked.elapsed().as_micros() as u32);
                } else {
                    report.fail(
                        begin,
                        asked,
                        &format!("status {} from {:?}", answer.status, answer.instance),
                    );
                }
            }
            Ok(Err(error)) => {
                *report.by_status.entry("none".to_owned()).or_default() += 1;
                report.fail(begin, asked, &format!("{error:#}"));
            }
            Err(_) => {
                *report.by_status.entry("none".to_owned()).or_default() += 1;
                report.fail(begin, asked, &format!("no answer within {PATIENCE:?}"));
            }
        }
    }
    (report, times)
}

struct Answer {
    status: u16,
    instance: String,
    version: String,
}

async fn one(client: &HttpClient, options: &Options, uri: &Uri) -> Result<Answer> {
    let mut request = Request::builder().method(options.method.clone()).uri(uri.clone());
    if let Some(host) = &options.host {
        request = request.header(header::HOST, host);
    }
    for (name, value) in &options.headers {
        request = request.header(name, value);
    }
    if options.reconnect {
        request = request.header(header::CONNECTION, "close");
    }
    if let Some(token) = &options.token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let mut response = client.request(request.body(Full::default())?).await?;
    // An answer that is torn off is none.
    while let Some(frame) = response.frame().await {
        frame?;
    }
    let header = |name: &str| {
        let value = response.headers().get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or("unknown").to_owned()
    };
    Ok(Answer { status: response.status().as_u16(), instance: header(INSTANCE), version: header(VERSION) })
}

impl Report {
    fn fail(&mut self, begin: Instant, asked: Instant, what: &str) {
        self.failed += 1;
        if self.failures.len() < TOLD {
            let (since, took) = (asked - begin, asked.elapsed());
            self.failures.push(format!(
                "{:9.3} s, after {:.3} s: {what}",
                since.as_secs_f64(),
                took.as_secs_f64()
            ));
        }
    }

    fn add(&mut self, part: Self) {
        self.answered += part.answered;
        self.failed += part.failed;
        self.failures.extend(part.failures);
        let maps = [
            (&mut self.by_status, part.by_status),
            (&mut self.by_instance, part.by_instance),
            (&mut self.by_version, part.by_version),
        ];
        for (all, part) in maps {
            for (name, count) in part {
                *all.entry(name).or_default() += count;
            }
        }
    }
}
