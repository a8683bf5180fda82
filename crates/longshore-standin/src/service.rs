//! The life of the service: it listens, it is asked to end, it answers what it has begun, and ends.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::Extension;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::incoming::{Certified, Connections};
use crate::settings::Settings;
use crate::state::State;
use crate::{chatter, dependencies, faults, http};

/// A service that listens and does not answer yet.
#[derive(Debug)]
pub struct Service {
    state: Arc<State>,
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<Connections>,
}

impl Service {
    /// Takes its ports.
    pub async fn bind(settings: Settings) -> Result<Self> {
        let at = settings.listen;
        let listener = TcpListener::bind(at).await.with_context(|| format!("cannot listen on {at}"))?;
        let address = listener.local_addr().context("a listener has an address")?;
        let tls = match &settings.tls {
            Some(tls) => Some(tls.bind().await?),
            None => None,
        };
        Ok(Self { state: Arc::new(State::new(settings)), listener, address, tls })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it ends TLS by itself.
    pub fn tls_address(&self) -> Option<SocketAddr> {
        self.tls.as_ref().map(|tls| tls.address)
    }

    /// Serves until `stop` and the time that it drains, then takes nothing more, answers what it has begun, and ends. Gives back the exit code: that
    /// of a crash if one came, which ends it at once. Log lines are written to `log`.
    pub async fn run(self, stop: impl Future<Output = ()>, log: impl Write + Send + 'static) -> Result<u8> {
        let Self { state, listener, tls, .. } = self;
        // What is in the set ends when it is dropped.
        let mut tasks = JoinSet::new();
        tasks.spawn(chatter::write(Arc::clone(&state), log));
        tasks.spawn(faults::crash(Arc::clone(&state)));
        tasks.spawn(faults::grow(Arc::clone(&state)));
        for index in 0..state.settings.targets.len() {
            tasks.spawn(dependencies::follow(Arc::clone(&state), index));
        }

        let ending = || {
            let mut ending = state.draining.subscribe();
            let behaviour = state.behaviour.subscribe();
            async move {
                let _ = ending.wait_for(|draining| *draining).await;
                // Kept connections come to their end by an answer that says so, and none is cut off that waits for its
                // next request.
                let drain = behaviour.borrow().drain;
                tokio::time::sleep(Duration::from_secs_f64(drain)).await;
            }
        };
        let listener = listener.tap_io(|stream| _ = stream.set_nodelay(true));
        let router = http::router(Arc::clone(&state));
        let certified = router.clone().layer(Extension(Certified));
        let over_tls = tls.map(|tls| axum::serve(tls, certified).with_graceful_shutdown(ending()));
        let serving = axum::serve(listener, router).with_graceful_shutdown(ending());
        let mut streams = state.streams.subscribe();
        let life = async {
            let over_tls = async {
                match over_tls {
                    Some(over_tls) => over_tls.await,
                    None => Ok(()),
                }
            };
            tokio::try_join!(async { serving.await }, over_tls).context("the listener failed")?;
            // A WebSocket has left its connection, which nobody waits for any more.
            let _ = streams.wait_for(|open| *open == 0).await;
            let delay = state.behaviour.borrow().shutdown_delay;
            tokio::time::sleep(Duration::from_secs_f64(delay)).await;
            anyhow::Ok(0)
        };
        let mut crash = state.crash.subscribe();
        let stopping = async {
            stop.await;
            state.draining.send_replace(true);
            std::future::pending::<()>().await;
        };
        tokio::select! {
            code = life => code,
            crashed = crash.wait_for(Option::is_some) => Ok(crashed.ok().and_then(|code| *code).unwrap_or(1)),
            () = stopping => Ok(0),
        }
    }
}
