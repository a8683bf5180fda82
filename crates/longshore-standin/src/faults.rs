//! What goes wrong by itself: a crash after a time, and memory that grows.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::state::State;

/// How often memory is taken.
const STEP: Duration = Duration::from_millis(100);

const MIB: usize = 1024 * 1024;

/// Crashes when `crashAfter` has passed since it was set.
pub(crate) async fn crash(state: Arc<State>) {
    let mut changes = state.behaviour.subscribe();
    let mut set: Option<(f64, Instant)> = None;
    loop {
        let (after, code) = {
            let behaviour = changes.borrow_and_update();
            (behaviour.crash_after, behaviour.exit_code)
        };
        // Setting something else does not begin the time anew.
        set = match (after, set) {
            (Some(after), Some((before, when))) if (after - before).abs() < f64::EPSILON => {
                Some((before, when))
            }
            (Some(after), _) => Some((after, Instant::now())),
            (None, _) => None,
        };
        let due = async {
            match set {
                Some((after, when)) => tokio::time::sleep_until(when + Duration::from_secs_f64(after)).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = due => {
                state.crash.send_replace(Some(code));
                return;
            }
            changed = changes.changed() => if changed.is_err() { return },
        }
    }
}

/// Takes memory as `memoryGrowth` says and never gives it back.
pub(crate) async fn grow(state: Arc<State>) {
    let mut taken: Vec<Vec<u8>> = Vec::new();
    let mut owed = 0.0;
    let mut changes = state.behaviour.subscribe();
    loop {
        let growth = changes.borrow_and_update().memory_growth;
        if growth == 0.0 {
            if changes.changed().await.is_err() {
                return;
            }
            continue;
        }
        tokio::time::sleep(STEP).await;
        owed += growth * STEP.as_secs_f64() * MIB as f64;
        let bytes = owed as usize;
        owed -= bytes as f64;
        // Written to, because memory that nobody touched is not there.
        taken.push(vec![1; bytes]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn state() -> Arc<State> {
        Arc::new(State::new(Settings::read([]).unwrap()))
    }

    #[tokio::test(start_paused = true)]
    async fn a_crash_comes_when_it_was_said() {
        let state = state();
        tokio::spawn(crash(Arc::clone(&state)));
        tokio::time::sleep(Duration::from_mins(1)).await;
        state.behaviour.send_modify(|behaviour| {
            behaviour.crash_after = Some(5.0);
            behaviour.exit_code = 7;
        });
        tokio::time::sleep(Duration::from_secs(4)).await;
        state.behaviour.send_modify(|behaviour| behaviour.latency = 1.0);
        assert_eq!(*state.crash.borrow(), None);
        tokio::time::sleep(Duration::from_millis(1001)).await;
        assert_eq!(*state.crash.borrow(), Some(7));
    }

    #[tokio::test(start_paused = true)]
    async fn memory_grows_at_the_rate() {
        let state = state();
        let before = resident();
        let task = tokio::spawn(grow(Arc::clone(&state)));
        state.behaviour.send_modify(|behaviour| behaviour.memory_growth = 32.0);
        tokio::time::sleep(Duration::from_millis(2050)).await;
        let grown = resident() - before;
        task.abort();
        assert!((60..100).contains(&(grown / MIB as i64)), "{grown}");
    }

    /// Bytes of this process that are in memory.
    fn resident() -> i64 {
        let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
        let pages: i64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
        pages * rustix::param::page_size() as i64
    }
}
