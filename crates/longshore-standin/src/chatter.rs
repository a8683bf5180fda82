//! Log lines at a rate, for whoever follows logs: each says which line of which run of which instance it is, so that a
//! reader can count whether all came, and each once.
//!
//! ```text
//! standin service=gateway instance=gateway-6b9f run=1763773200123 line=42
//! ```

use std::fmt::Write as _;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::MissedTickBehavior;

use crate::state::State;

/// How often lines are written: those that are due come together.
const STEP: Duration = Duration::from_millis(10);

/// Writes lines as `logRate` says until the writer is closed.
pub(crate) async fn write(state: Arc<State>, mut to: impl Write + Send) {
    let run = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let begin =
        format!("standin service={} instance={} run={run}", state.settings.name, state.settings.instance);
    let mut changes = state.behaviour.subscribe();
    let mut tick = tokio::time::interval(STEP);
    // A pause makes up for what it left out.
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (mut line, mut owed) = (0u64, 0.0);
    loop {
        let rate = changes.borrow_and_update().log_rate;
        if rate == 0.0 {
            if changes.changed().await.is_err() {
                return;
            }
            tick.reset();
            continue;
        }
        tick.tick().await;
        owed += rate * STEP.as_secs_f64();
        let mut text = String::new();
        while owed >= 1.0 - 1e-9 {
            owed -= 1.0;
            line += 1;
            let _ = writeln!(text, "{begin} line={line}");
        }
        if !text.is_empty() && (to.write_all(text.as_bytes()).is_err() || to.flush().is_err()) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::settings::Settings;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn lines_are_numbered_and_come_at_the_rate() {
        let variables = [("STANDIN_NAME", "talker"), ("STANDIN_INSTANCE", "talker-1")];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let state = Arc::new(State::new(Settings::read(variables).unwrap()));
        let paper = Paper::default();
        tokio::spawn(write(Arc::clone(&state), paper.clone()));
        tokio::time::sleep(Duration::from_secs(10)).await;
        state.behaviour.send_modify(|behaviour| behaviour.log_rate = 1500.0);
        tokio::time::sleep(Duration::from_millis(2005)).await;
        state.behaviour.send_modify(|behaviour| behaviour.log_rate = 0.0);
        tokio::time::sleep(Duration::from_secs(10)).await;
        let text = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
        let numbers: Vec<u64> =
            text.lines().map(|line| line.rsplit_once("line=").unwrap().1.parse().unwrap()).collect();
        assert!((3000..=3015).contains(&numbers.len()), "{}", numbers.len());
        assert!(numbers.iter().zip(1..).all(|(number, expected)| *number == expected));
        assert!(text.starts_with("standin service=talker instance=talker-1 run="), "{text:.80}");
    }
}
