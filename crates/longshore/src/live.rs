//! The live tree while something goes on: drawn on a terminal, told line by line everywhere else.
//!
//! It is fed by watches. What happens within a tenth of a second is shown at once, so that a hundred pods that start
//! together cost ten frames.

mod screen;

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use longshore_operate::{Live, LiveChange, Node};
use tokio::time::Instant;

use crate::args::Output;
use crate::printer::Printer;
use crate::terminal::{Resized, size};
use crate::view::{Changes, live_lines, live_rows};
pub(crate) use screen::Screen;

/// Between two frames.
const FRAME: Duration = Duration::from_millis(100);

/// After how long the ages are drawn anew though nothing has happened.
const AGES: Duration = Duration::from_secs(1);

/// Shows the tree until it cannot be watched any more. Dropping it leaves the last picture.
pub(crate) async fn show(mut live: Live, mut to: Shown<'_>) {
    let mut resized = Resized::new();
    let mut told = std::collections::BTreeSet::new();
    let mut next_frame = Instant::now();
    loop {
        let change = tokio::select! {
            change = live.next() => match change {
                Some(change) => Some(change),
                None => return,
            },
            () = resized.next() => None,
            () = tokio::time::sleep(AGES), if to.has_ages() => None,
        };
        let mut changes = change.into_iter().collect::<Vec<_>>();
        // All that comes until the next frame is due belongs to it.
        tokio::time::sleep_until(next_frame).await;
        while let Some(change) = live.ready() {
            changes.push(change);
        }
        for change in changes {
            if let LiveChange::Told(diagnostic) = change
                && told.insert(diagnostic.message.clone())
            {
                to.remark(&diagnostic);
            }
        }
        // Before every kind was heard of, much would seem to be missing.
        if live.is_complete() && to.draw(&live.tree()).is_err() {
            return;
        }
        next_frame = Instant::now() + FRAME;
    }
}

/// Where the tree is shown.
pub(crate) enum Shown<'a> {
    /// On a terminal.
    Screen(Arc<Mutex<Screen>>, &'a Printer),
    /// As lines of what has changed, on standard output.
    Lines(Changes, &'a Printer),
}

impl<'a> Shown<'a> {
    /// What `status --watch` shows: a picture if standard output is a terminal and text is wanted.
    pub(crate) fn on_stdout(printer: &'a Printer) -> Self {
        let is_text = printer.output() == Output::Text;
        match size().filter(|_| is_text && io::IsTerminal::is_terminal(&io::stdout())) {
            Some(_) => {
                let screen = Screen::new(Box::new(io::stdout()), printer.colours());
                Self::Screen(Arc::new(Mutex::new(screen)), printer)
            }
            None => Self::Lines(Changes::default(), printer),
        }
    }

    fn has_ages(&self) -> bool {
        matches!(self, Self::Screen(..))
    }

    fn draw(&mut self, tree: &[Node]) -> anyhow::Result<()> {
        let now = Timestamp::now();
        match self {
            Self::Screen(screen, _) => {
                let mut screen = screen.lock().unwrap_or_else(PoisonError::into_inner);
                let (columns, rows) = size().unwrap_or((80, 24));
                // The last row is the shell's.
                let height = usize::from(rows.saturating_sub(1)).max(1);
                let lines = live_lines(&live_rows(tree), height, screen.colours, now);
                screen.draw(lines, columns)?;
            }
            Self::Lines(changes, printer) => {
                let mut text = String::new();
                for changed in changes.of(tree, now) {
                    match printer.output() {
                        Output::Json => text.push_str(&serde_json::to_string(&changed)?),
                        _ => text.push_str(&changed.text()),
                    }
                    text.push('\n');
                }
                printer.raw_strictly(text.as_bytes())?;
            }
        }
        Ok(())
    }

    fn remark(&self, diagnostic: &longshore_diag::Diagnostic) {
        match self {
            Self::Screen(screen, printer) => {
                let screen = screen.lock();
                screen.unwrap_or_else(PoisonError::into_inner).above(|| printer.diagnostic(diagnostic));
            }
            Self::Lines(_, printer) => printer.diagnostic(diagnostic),
        }
    }
}
