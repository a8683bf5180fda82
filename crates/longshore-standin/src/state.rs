//! What all parts of the service share.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::behaviour::{Behaviour, Spread};
use crate::dependencies::Status;
use crate::metrics::Metrics;
use crate::settings::Settings;

/// The one value that requests and tasks hold together.
#[derive(Debug)]
pub struct State {
    /// What the environment said.
    pub settings: Settings,
    /// How it behaves now; tasks follow its changes.
    pub behaviour: watch::Sender<Behaviour>,
    /// Whether it was asked to end.
    pub draining: watch::Sender<bool>,
    /// The exit code of a crash that has come.
    pub crash: watch::Sender<Option<u8>>,
    /// What the servers that it depends on said last, in the order of the settings.
    pub dependencies: Mutex<Vec<Status>>,
    /// Numbers for Prometheus.
    pub metrics: Metrics,
    /// Streams that are open.
    pub streams: watch::Sender<usize>,
    started: Instant,
    requests: AtomicU64,
    errors: Mutex<Spread>,
    by_route: [AtomicUsize; 2],
}

/// A kind of stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// A WebSocket.
    Socket,
    /// Server-sent events.
    Events,
}

/// An open stream; counted until it is dropped.
#[derive(Debug)]
pub struct Open {
    state: Arc<State>,
    kind: Stream,
}

impl State {
    /// The state of a service that starts now.
    pub fn new(settings: Settings) -> Self {
        let dependencies = settings.targets.iter().map(Status::unknown).collect();
        Self {
            behaviour: watch::Sender::new(settings.behaviour.clone()),
            draining: watch::Sender::new(false),
            crash: watch::Sender::new(None),
            dependencies: Mutex::new(dependencies),
            metrics: Metrics::new(&settings.name, &settings.version),
            streams: watch::Sender::new(0),
            started: Instant::now(),
            requests: AtomicU64::new(0),
            errors: Mutex::default(),
            by_route: Default::default(),
            settings,
        }
    }

    /// How long it runs.
    pub fn age(&self) -> Duration {
        self.started.elapsed()
    }

    /// Why it is not alive; nothing if it is.
    pub fn not_live(&self) -> Option<&'static str> {
        (!self.behaviour.borrow().live).then_some("told to be dead")
    }

    /// Why it is not ready; nothing if it is.
    pub fn not_ready(&self) -> Option<String> {
        if *self.draining.borrow() {
            return Some("ending".to_owned());
        }
        let (ready, delay) = {
            let behaviour = self.behaviour.borrow();
            (behaviour.ready, behaviour.ready_delay)
        };
        if !ready {
            return Some("told not to be ready".to_owned());
        }
        if self.age().as_secs_f64() < delay {
            return Some(format!("starting, for {delay} s"));
        }
        let dependencies = self.dependencies.lock().ok()?;
        let missing = dependencies
            .iter()
            .find(|status| self.settings.ready_needs.contains(&status.name) && status.up != Some(true))?;
        Some(format!("{} is not there", missing.name))
    }

    /// Counts a request; whether it is to fail.
    pub fn count(&self) -> bool {
        let (error_rate, limit, code) = {
            let behaviour = self.behaviour.borrow();
            (behaviour.error_rate, behaviour.crash_after_requests, behaviour.exit_code)
        };
        let number = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        if limit.is_some_and(|limit| number >= limit) {
            self.crash.send_replace(Some(code));
        }
        self.errors.lock().is_ok_and(|mut errors| errors.falls_due(error_rate))
    }

    /// Notes that a stream is open.
    pub fn open(self: Arc<Self>, kind: Stream) -> Open {
        self.streams.send_modify(|open| *open += 1);
        let open = self.by_route[kind as usize].fetch_add(1, Ordering::Relaxed) + 1;
        self.metrics.streams(kind.route(), open);
        Open { state: self, kind }
    }
}

impl Stream {
    /// Where it is opened.
    pub fn route(self) -> &'static str {
        match self {
            Self::Socket => "/ws/",
            Self::Events => "/sse/",
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let state = &self.state;
        let open = state.by_route[self.kind as usize].fetch_sub(1, Ordering::Relaxed) - 1;
        state.metrics.streams(self.kind.route(), open);
        state.streams.send_modify(|open| *open -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(pairs: &[(&str, &str)]) -> State {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        State::new(Settings::read(pairs).unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn readiness_comes_after_its_delay_and_goes_when_it_ends() {
        let state = state(&[("STANDIN_READY_DELAY", "3")]);
        assert_eq!(state.not_ready().unwrap(), "starting, for 3 s");
        assert_eq!(state.not_live(), None);
        tokio::time::advance(Duration::from_secs(3)).await;
        assert_eq!(state.not_ready(), None);
        state.draining.send_replace(true);
        assert_eq!(state.not_ready().unwrap(), "ending");
    }

    #[tokio::test]
    async fn it_is_not_ready_without_what_it_needs() {
        let state = state(&[("STANDIN_REDIS_URL", "redis://r"), ("STANDIN_READY_NEEDS", "redis")]);
        assert_eq!(state.not_ready().unwrap(), "redis is not there");
        state.dependencies.lock().unwrap()[0].up = Some(true);
        assert_eq!(state.not_ready(), None);
    }

    #[tokio::test]
    async fn it_crashes_at_the_request_that_was_said() {
        let state = state(&[("STANDIN_CRASH_AFTER_REQUESTS", "3"), ("STANDIN_EXIT_CODE", "42")]);
        state.count();
        state.count();
        assert_eq!(*state.crash.borrow(), None);
        state.count();
        assert_eq!(*state.crash.borrow(), Some(42));
    }

    #[tokio::test]
    async fn streams_are_counted_until_they_end() {
        let state = Arc::new(state(&[]));
        let first = Arc::clone(&state).open(Stream::Socket);
        let second = Arc::clone(&state).open(Stream::Events);
        assert_eq!(*state.streams.borrow(), 2);
        drop((first, second));
        assert_eq!(*state.streams.borrow(), 0);
    }
}
