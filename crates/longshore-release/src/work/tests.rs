//! When a fence lets writes through.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use longshore_cluster::WriteGuard;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, advance, timeout};

use super::{Fence, Holding, Why};
use crate::Clock;

#[derive(Default)]
struct TestClock(AtomicI64);

impl TestClock {
    fn set(&self, seconds: i64) {
        self.0.store(seconds, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

fn fence() -> (Fence, watch::Sender<Holding>, Arc<TestClock>) {
    let clock = Arc::new(TestClock::default());
    let (tell, holding) = watch::channel(Holding::Since(Instant::now(), clock.now()));
    let fence = Fence {
        holding,
        wanted: Arc::new(Notify::new()),
        half: Duration::from_secs(7),
        clock: clock.clone(),
    };
    (fence, tell, clock)
}

#[tokio::test(start_paused = true)]
async fn half_a_term_after_the_last_renewal_writes_are_held_back() {
    let (fence, tell, clock) = fence();
    assert!(fence.holds());
    advance(Duration::from_secs(6)).await;
    assert!(fence.holds());
    advance(Duration::from_secs(1)).await;
    assert!(!fence.holds());
    // Whoever waits asks for a renewal, and goes on after it.
    let waits = async {
        fence.wanted.notified().await;
        tell.send_replace(Holding::Since(Instant::now(), clock.now()));
    };
    let (regained, ()) = tokio::join!(timeout(Duration::from_secs(1), fence.regained()), waits);
    assert!(regained.is_ok() && fence.holds());
}

/// The monotonic clock of a machine that sleeps stands still.
#[tokio::test(start_paused = true)]
async fn time_that_passed_in_sleep_counts_and_a_clock_set_back_does_not() {
    let (fence, _tell, clock) = fence();
    clock.set(3600);
    assert!(!fence.holds());
    clock.set(-3600);
    assert!(fence.holds());
}

#[tokio::test(start_paused = true)]
async fn what_is_lost_never_writes_again() {
    let (fence, tell, _) = fence();
    tell.send_replace(Holding::Lost(Why::Taken));
    assert!(!fence.holds());
    assert!(timeout(Duration::from_hours(1), fence.regained()).await.is_err());
    drop(tell);
    assert!(timeout(Duration::from_hours(1), fence.regained()).await.is_err());
}
