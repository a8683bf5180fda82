//! Stopping at a named point, for tests of interruption. Builds for release do not contain it.
//!
//! `LONGSHORE_FAULT=object-applied:3` makes a command stop where it comes to that point ([`FaultPoint`]) for the third
//! time; it says so on standard error, and does nothing more until it is killed. With another name in it the command
//! stops nowhere, but tells each point that it passes. `LONGSHORE_HOLD_SECONDS` shortens the
//! term of its hold, so that nobody needs to wait for long until it counts as dead.

use std::io::Write as _;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use longshore_release::{FaultPoint, Faults, HOLD_TERM, NoFaults};

/// Where the command stops, if it is a test's.
pub(crate) fn faults() -> Arc<dyn Faults> {
    match variable("LONGSHORE_FAULT") {
        Some(text) => Arc::new(Halt::new(text)),
        None => Arc::new(NoFaults),
    }
}

/// How long this process may be silent before somebody else goes on with what it does.
pub(crate) fn term() -> Duration {
    let told = variable("LONGSHORE_HOLD_SECONDS").and_then(|seconds| seconds.parse().ok());
    told.map_or(HOLD_TERM, Duration::from_secs)
}

/// How long the server keeps one watch open: `LONGSHORE_WATCH_SECONDS` shortens it, so that nobody waits for long until
/// a watch that has stalled is noticed.
pub(crate) fn watch_limit() -> Option<Duration> {
    let told = variable("LONGSHORE_WATCH_SECONDS").and_then(|seconds| seconds.parse().ok());
    told.map(Duration::from_secs)
}

fn variable(name: &str) -> Option<String> {
    if cfg!(debug_assertions) { std::env::var(name).ok() } else { None }
}

/// Stops at a point.
#[derive(Debug)]
struct Halt {
    text: String,
    point: Option<FaultPoint>,
    /// How many times the point is passed before.
    left: AtomicU32,
}

impl Halt {
    fn new(text: String) -> Self {
        let (name, count) = text.split_once(':').unwrap_or((&text, "1"));
        let (point, count) = (FaultPoint::named(name), count.parse().unwrap_or(1));
        Self { point, left: AtomicU32::new(count), text }
    }
}

impl Faults for Halt {
    fn reached(&self, _release: &str, point: FaultPoint) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        if self.point.is_none() {
            let _ = writeln!(std::io::stderr(), "passed {point}");
        }
        if self.point == Some(point) && self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            // Whether anybody reads it is not our business.
            let _ = writeln!(std::io::stderr(), "stopped at {}", self.text);
            // Not a future that never ends: what runs beside this one would go on.
            loop {
                std::thread::park();
            }
        }
        Box::pin(std::future::ready(()))
    }
}
