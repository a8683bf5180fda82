//! Colours, as 4.x has them: the names of columns, namespaces and statuses.
//!
//! Rules: <https://github.com/helm/helm/blob/v4.3.1/internal/cli/output/color.go> and
//! <https://github.com/fatih/color/blob/v1.19.0/color.go>.

use std::io::IsTerminal as _;

use longshore_chart::Level;
use longshore_release::record::Status;

use super::Settings;
use super::locate::{line, quoted};
use crate::cobra::Matches;

const MODES: [&str; 3] = ["never", "auto", "always"];

/// What the environment says, for `--color`.
pub(super) fn mode() -> String {
    if is_forbidden() {
        return String::from("never");
    }
    let asked = std::env::var("HELM_COLOR").unwrap_or_default().to_lowercase();
    if MODES.contains(&asked.as_str()) { asked } else { String::from("auto") }
}

/// Whether nothing is to have colours, whatever else is said: <https://no-color.org>.
fn is_forbidden() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// Looks whether `--color` is one of the words that it may be, before anything else is read.
///
/// # Errors
/// It is not, as Helm logs it.
pub(super) fn check(level: Level, words: &[String]) -> Result<(), String> {
    if level.rules().major == 3 {
        return Ok(());
    }
    let mut words = words.iter().take_while(|word| *word != "--");
    let mut mode = None;
    while let Some(word) = words.next() {
        let Some((name, value)) = ["--color", "--colour"].iter().find_map(|name| {
            let behind = word.strip_prefix(name)?;
            (behind.is_empty() || behind.starts_with('=')).then_some((name, behind.strip_prefix('=')))
        }) else {
            continue;
        };
        let _ = name;
        mode = value.or_else(|| words.next().map(String::as_str)).or(mode);
    }
    match mode {
        Some(mode) if !MODES.contains(&mode) => {
            let text = format!("invalid color mode {}: must be one of: never, auto, always", quoted(mode));
            Err(line("level=WARN msg=", &quoted("command failed"), &[("error", &text)]))
        }
        _ => Ok(()),
    }
}

/// Puts colours on texts, or leaves them as they are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Colour {
    is_on: bool,
}

impl Colour {
    /// As the flags say.
    pub(super) fn of(settings: &Settings, matches: &Matches) -> Self {
        if settings.level.rules().major == 3 || is_forbidden() {
            return Self { is_on: false };
        }
        let flag = if matches.is_given("colour") { "colour" } else { "color" };
        let is_on = match matches.text(flag) {
            "always" => true,
            "auto" => std::env::var("TERM").as_deref() != Ok("dumb") && std::io::stdout().is_terminal(),
            _ => false,
        };
        Self { is_on }
    }

    fn put(self, text: &str, on: u8, off: u8) -> String {
        if self.is_on { format!("\u{1b}[{on}m{text}\u{1b}[{off}m") } else { text.to_owned() }
    }

    /// The name of a column.
    pub(super) fn header(self, text: &str) -> String {
        self.put(text, 1, 22)
    }

    /// A namespace.
    pub(super) fn namespace(self, text: &str) -> String {
        self.put(text, 36, 0)
    }

    /// A status.
    pub(super) fn status(self, status: Status) -> String {
        let text = status.as_str();
        match status {
            Status::Deployed => self.put(text, 32, 0),
            Status::Failed | Status::Unknown => self.put(text, 31, 0),
            Status::Uninstalling
            | Status::PendingInstall
            | Status::PendingUpgrade
            | Status::PendingRollback => self.put(text, 33, 0),
            Status::Uninstalled | Status::Superseded => text.to_owned(),
        }
    }
}
