//! Streams: a WebSocket and server-sent events, each with numbered events at an interval, so that a reader sees a gap.
//!
//! A service that ends says so to its streams at once: a WebSocket is closed with 1001 (going away), events end. Readers
//! then have the rest of the grace period to come back to another instance.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Request, State as Shared};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse as _, Response};
use futures::stream::{self, Stream as Events};
use serde_json::json;
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior};

use super::pages::echo;
use crate::state::{State, Stream};

/// Numbers and tells what is due, until the service ends.
struct Source {
    state: Arc<State>,
    draining: watch::Receiver<bool>,
    tick: Interval,
    number: u64,
}

impl Source {
    fn new(state: Arc<State>) -> Self {
        let mut tick = tokio::time::interval(state.settings.stream_interval);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { draining: state.draining.subscribe(), tick, number: 0, state }
    }

    /// The next event; none when the service ends.
    async fn next(&mut self) -> Option<String> {
        tokio::select! {
            biased;
            _ = self.draining.wait_for(|draining| *draining) => None,
            _ = self.tick.tick() => {
                self.number += 1;
                let settings = &self.state.settings;
                let event = json!({
                    "number": self.number,
                    "service": settings.name,
                    "version": settings.version,
                    "instance": settings.instance,
                });
                Some(event.to_string())
            }
        }
    }
}

/// A WebSocket: events as texts, and everything that comes is sent back.
pub(super) async fn socket(Shared(state): Shared<Arc<State>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(move |socket| talk(state, socket))
}

/// The same where the platform takes WebSockets; who asks for none is told what was asked.
pub(super) async fn socket_if_asked(
    state: Shared<Arc<State>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    request: Request,
) -> Response {
    match upgrade {
        Ok(upgrade) => socket(state, upgrade).await,
        Err(_) => echo(state, request).await.into_response(),
    }
}

async fn talk(state: Arc<State>, mut socket: WebSocket) {
    let _open = Arc::clone(&state).open(Stream::Socket);
    let mut source = Source::new(state);
    loop {
        tokio::select! {
            event = source.next() => {
                let Some(event) = event else {
                    let close = CloseFrame { code: close_code::AWAY, reason: "ending".into() };
                    let _ = socket.send(Message::Close(Some(close))).await;
                    return;
                };
                if socket.send(Message::text(event)).await.is_err() {
                    return;
                }
            }
            heard = socket.recv() => match heard {
                Some(Ok(message @ (Message::Text(_) | Message::Binary(_)))) => {
                    if socket.send(message).await.is_err() {
                        return;
                    }
                }
                // The library answers pings by itself.
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
            },
        }
    }
}

/// Server-sent events.
pub(super) async fn events(
    Shared(state): Shared<Arc<State>>,
) -> Sse<impl Events<Item = Result<Event, Infallible>>> {
    let open = Arc::clone(&state).open(Stream::Events);
    let events = stream::unfold((Source::new(state), open), async |(mut source, open)| {
        let data = source.next().await?;
        let event = Event::default().id(source.number.to_string()).data(data);
        Some((Ok(event), (source, open)))
    });
    Sse::new(events)
}
