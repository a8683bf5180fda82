//! Reading what a program says while it runs, so that a test can wait for a certain word.

use std::io::Read;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

#[derive(Debug, Default)]
struct Heard {
    bytes: Vec<u8>,
    closed: bool,
}

/// One output of a program, read on a thread of its own until it is closed.
#[derive(Debug)]
pub(super) struct Listener {
    shared: Arc<(Mutex<Heard>, Condvar)>,
}

impl Listener {
    pub(super) fn new(mut source: impl Read + Send + 'static) -> Self {
        let shared: Arc<(Mutex<Heard>, Condvar)> = Arc::default();
        let writer = Arc::clone(&shared);
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            loop {
                let count = source.read(&mut buffer).unwrap_or(0);
                let mut heard = writer.0.lock().unwrap_or_else(PoisonError::into_inner);
                heard.bytes.extend_from_slice(&buffer[..count]);
                heard.closed = count == 0;
                writer.1.notify_all();
                if count == 0 {
                    break;
                }
            }
        });
        Self { shared }
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it has said `text`, waiting at most `patience` for it.
    pub(super) fn hears(&self, text: &str, patience: Duration) -> bool {
        let said = |heard: &Heard| String::from_utf8_lossy(&heard.bytes).contains(text);
        self.wait(patience, |heard| said(heard) || heard.closed);
        said(&self.heard())
    }

    /// Waits for the end; `false` if it does not come within `patience`.
    pub(super) fn wait_closed(&self, patience: Duration) -> bool {
        self.wait(patience, |heard| heard.closed);
        self.is_closed()
    }

    fn wait(&self, patience: Duration, done: impl Fn(&Heard) -> bool) {
        // The outcome is looked at anew by the caller.
        let _ = self.shared.1.wait_timeout_while(self.heard(), patience, |heard| !done(heard));
    }

    pub(super) fn is_closed(&self) -> bool {
        self.heard().closed
    }

    /// All that it has said so far.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.heard().bytes).into_owned()
    }
}
