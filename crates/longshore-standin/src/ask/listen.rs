//! Streams that are kept open: WebSockets or server-sent events, whose numbered events are counted. A stream that ends
//! before its time, or leaves a number out, has failed.

use std::pin::pin;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use futures::StreamExt as _;
use http::{Request, Uri, header};
use http_body_util::{BodyExt as _, Full};
use serde::Serialize;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use super::{PATIENCE, parse};
use crate::outgoing::{self, Way};

/// Which streams, how many, how long.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// `ws://…/ws/` or `http://…/sse/`, or the same with TLS
    #[arg(long)]
    pub url: String,
    /// The name in the `Host` header, where it is not the URL's
    #[arg(long)]
    pub host: Option<String>,
    /// How the server is reached
    #[command(flatten)]
    pub way: outgoing::Reach,
    /// How many are open at a time
    #[arg(long, default_value_t = 1)]
    pub streams: usize,
    /// So many events of each stream, and then the end
    #[arg(long)]
    pub events: Option<u64>,
    /// How long; a signal ends it earlier, and what was counted is told
    #[arg(long, default_value_t = 10.0)]
    pub seconds: f64,
}

/// What came over one stream.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Events that came.
    pub events: u64,
    /// Numbers that were left out or came twice.
    pub out_of_order: u64,
    /// The longest time between two events, in seconds.
    pub longest_gap: f64,
    /// How long it was open, in seconds.
    pub seconds: f64,
    /// Why it ended before its time; nothing if we ended it.
    pub ended: Option<String>,
}

impl Report {
    /// Whether everything came until we ended it.
    pub fn is_whole(&self) -> bool {
        self.ended.is_none() && self.out_of_order == 0 && self.events > 0
    }
}

/// Keeps streams open until the time has passed, `stop` ends, or the last of them has.
pub async fn run(options: &Options, stop: impl Future<Output = ()>) -> Result<Vec<Report>> {
    let uri = parse(&options.url, &["http", "https", "ws", "wss"])?;
    let end = async {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs_f64(options.seconds)) => {}
            () = stop => {}
        }
    };
    let ended = tokio::sync::watch::Sender::new(false);
    let way = options.way.way();
    let streams = (0..options.streams.max(1)).map(|_| one(&way, &uri, options, ended.subscribe()));
    let mut all = pin!(futures::future::join_all(streams));
    tokio::select! {
        reports = &mut all => return Ok(reports),
        () = end => ended.send_replace(true),
    };
    Ok(all.await)
}

async fn one(way: &Way, uri: &Uri, options: &Options, mut end: tokio::sync::watch::Receiver<bool>) -> Report {
    let (begin, host) = (Instant::now(), options.host.as_deref());
    let (sender, mut events) = mpsc::channel(16);
    let reading = async {
        let result = match uri.scheme_str() {
            Some("ws" | "wss") => socket(way, uri, host, sender).await,
            _ => sent(way, uri, host, sender).await,
        };
        match result {
            Ok(why) => why,
            Err(error) => format!("{error:#}"),
        }
    };
    let mut report = Report::default();
    let counting = async {
        let (mut last, mut expected) = (Instant::now(), None);
        while let Some(text) = events.recv().await {
            let number = number(&text);
            report.out_of_order += u64::from(number.is_none() || (expected.is_some() && number != expected));
            expected = number.map(|number| number + 1);
            report.events += 1;
            report.longest_gap = report.longest_gap.max(last.elapsed().as_secs_f64());
            last = Instant::now();
            if options.events.is_some_and(|wanted| report.events >= wanted) {
                return;
            }
        }
        std::future::pending::<()>().await;
    };
    let ended = tokio::select! {
        why = reading => Some(why),
        () = counting => None,
        _ = end.wait_for(|end| *end) => None,
    };
    Report { ended, seconds: begin.elapsed().as_secs_f64(), ..report }
}

/// The number in an event of a stand-in.
fn number(text: &str) -> Option<u64> {
    let event: serde_json::Value = serde_json::from_str(text).ok()?;
    event.get("number")?.as_u64()
}

/// Reads a WebSocket until it ends, and says why.
async fn socket(way: &Way, uri: &Uri, host: Option<&str>, to: mpsc::Sender<String>) -> Result<String> {
    let stream = tokio::time::timeout(PATIENCE, way.connect(uri)).await.context("no connection")??;
    let mut request = uri.clone().into_client_request()?;
    if let Some(host) = host {
        request.headers_mut().insert(header::HOST, host.parse()?);
    }
    let opening = tokio_tungstenite::client_async(request, stream);
    let (mut socket, _) = tokio::time::timeout(PATIENCE, opening).await.context("no answer")??;
    while let Some(message) = socket.next().await {
        match message? {
            Message::Text(text) => to.send(text.to_string()).await?,
            Message::Close(frame) => {
                let frame =
                    frame.map_or_else(String::new, |frame| format!(": {} {}", frame.code, frame.reason));
                return Ok(format!("closed by the server{frame}"));
            }
            _ => {}
        }
    }
    Ok("the connection ended".to_owned())
}

/// Reads server-sent events until they end, and says why.
async fn sent(way: &Way, uri: &Uri, host: Option<&str>, to: mpsc::Sender<String>) -> Result<String> {
    let client = way.client()?;
    let mut request = Request::get(uri.clone()).header(header::ACCEPT, "text/event-stream");
    if let Some(host) = host {
        request = request.header(header::HOST, host);
    }
    let asking = client.request(request.body(Full::default())?);
    let mut response = tokio::time::timeout(PATIENCE, asking).await.context("no answer")??;
    if !response.status().is_success() {
        bail!("answered by {}", response.status());
    }
    let mut rest = String::new();
    while let Some(frame) = response.frame().await {
        let Ok(part) = frame?.into_data() else { continue };
        rest.push_str(&String::from_utf8_lossy(&part));
        while let Some((line, after)) = rest.split_once('\n') {
            if let Some(data) = line.strip_prefix("data:") {
                to.send(data.trim().to_owned()).await?;
            }
            rest = after.to_owned();
        }
    }
    Ok("the events ended".to_owned())
}
