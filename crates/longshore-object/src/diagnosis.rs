//! What the words of a cluster mean: reasons, messages of kubelets, registries, admission and schedulers, exit
//! codes, and the last lines of a container. Pure tables from text to a sentence and a next step.
//!
//! Kubernetes tells most of what is wrong only in messages made for people, so these are read by their fixed
//! parts. What is not recognised is not interpreted: the message itself is shown in any case.

mod cron;
mod denied;
mod exit;
mod gateway;
mod held;
mod image;
mod issuing;
mod lines;
mod missing;
mod refusal;
mod schedule;
mod secrets;
pub mod wiring;

pub use cron::{LastRun, last_run, why_not_scheduled};
pub use denied::{Denied, denied, why_denied};
pub use exit::meaning_of_exit;
pub use gateway::{Attachment, Parent, parents, why_no_controller, why_not_programmed};
pub use held::{Unanswered, is_held_as_usual, is_namespace_blind, why_held};
pub use image::{other_architecture, why_not_pulled};
pub use issuing::{issuing_hint, why_not_issued};
pub use lines::{About, Reading, read_lines};
pub use missing::{Missing, missing};
pub use refusal::{is_refusal, why_refused};
pub use schedule::why_unschedulable;
pub use secrets::{secret_controller, secret_hint, why_not_made};

/// What a message means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    /// The cause, as the end of a sentence: `the registry has no such image`.
    pub what: String,
    /// What to do.
    pub hint: String,
}

impl Meaning {
    fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: hint.into() }
    }
}

/// The text between two fixed parts of a message.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let rest = &text[text.find(before)? + before.len()..];
    Some(&rest[..rest.find(after)?])
}
