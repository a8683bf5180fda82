//! Errors of templates as Helm words them.
//!
//! Helm takes Go's text apart and puts it together anew
//! (<https://github.com/helm/helm/blob/v4.3.1/pkg/engine/engine.go>, `reformatExecErrorMsg`), by cutting at
//! `": "`. We do the same to the same texts, so that the odd cases come out the same too.

use std::fmt::Write as _;

use longshore_diag::Place;
use longshore_go::Str;
use longshore_template::{ExecError, FuncError, ParseError, Problem};

use super::trace;
use crate::compat::Rules;
use crate::functions::{WARN_END, WARN_START};
use crate::{Error, ErrorKind};

/// A template that does not parse: `parse error at (app/templates/x.yaml:3): unexpected "}" in operand`.
pub(super) fn parsing(error: &ParseError) -> Error {
    let text = error.to_string();
    let mut parts = text.split(": ");
    let location = parts.nth(1).unwrap_or_default().to_owned();
    let message = text.rsplit(": ").next().unwrap_or_default();
    Error::new(ErrorKind::Parse, format!("parse error at ({location}): {message}")).at(Place::new(
        error.name.clone(),
        error.line,
        0,
    ))
}

/// A template that failed. `sources` are the parsed files, for places in them.
pub(super) fn execution(error: &ExecError, rules: &Rules, sources: &[(Str, Str)]) -> Error {
    let text = error.to_string();
    let failure = Error::new(ErrorKind::Execute, reworded(error, &text, rules));
    match trace::innermost(error, sources) {
        Some(place) => failure.at(place).traced(trace::of(error, sources)),
        None => failure,
    }
}

fn reworded(error: &ExecError, text: &str, rules: &Rules) -> String {
    if error.place.is_none() {
        // Not an ExecError to Go: the template itself does not exist.
        return text.to_owned();
    }
    let mut parts = text.splitn(3, ": ");
    let (_, Some(location), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return text.to_owned();
    };
    if let (Some(start), Some(end)) = (rest.find(WARN_START), rest.rfind(WARN_END))
        && start + WARN_START.len() <= end
    {
        let message = &rest[start + WARN_START.len()..end];
        return format!("execution error at ({location}): {message}");
    }
    if !rules.traces_errors {
        return text.to_owned();
    }
    steps(error).unwrap_or_else(|| text.to_owned())
}

/// One step of a trace.
#[derive(PartialEq, Eq)]
struct Step {
    location: String,
    message: String,
    function: String,
}

/// The error as steps from the outermost to the innermost; `None` unless each link of the chain is a text
/// of the template engine.
fn steps(error: &ExecError) -> Option<String> {
    let mut steps: Vec<Step> = Vec::new();
    let mut add = |text: &str| -> Option<()> {
        let step = step(text)?;
        if steps.last() != Some(&step) {
            steps.push(step);
        }
        Some(())
    };
    let mut current = error;
    loop {
        add(&current.to_string())?;
        let Problem::Call { error: inner, .. } = &current.problem else { break };
        match inner {
            FuncError::Message(text) => {
                add(text)?;
                break;
            }
            FuncError::Exec { before, source } => {
                if !before.is_empty() {
                    add(&inner.to_string())?;
                }
                current = source;
            }
            FuncError::Parse { before, source } => {
                if !before.is_empty() {
                    add(&inner.to_string())?;
                }
                add(&source.to_string())?;
                break;
            }
        }
    }
    let text: String = steps.iter().map(Step::text).collect();
    Some(text.trim().to_owned())
}

impl Step {
    fn text(&self) -> String {
        let mut text = String::new();
        if !self.location.is_empty() {
            let _ = write!(text, "{}\n  ", self.location);
        }
        if !self.function.is_empty() {
            let _ = write!(text, "{}\n    ", self.function);
        }
        if !self.message.is_empty() {
            let _ = writeln!(text, "{}", self.message);
        }
        text
    }
}

/// Takes one text of the template engine apart.
fn step(text: &str) -> Option<Step> {
    let rest = text.strip_prefix("template: ")?;
    if rest.starts_with("no template ") {
        return Some(Step { location: String::new(), message: text.to_owned(), function: String::new() });
    }
    if let Some(step) = executing(rest) {
        return Some(step);
    }
    let (location, message) = rest.rsplit_once(": ")?;
    Some(Step {
        location: location.to_owned(),
        message: before_next(message).to_owned(),
        function: String::new(),
    })
}

/// `FILE: executing "NAME" at <NODE>: MESSAGE`
fn executing(rest: &str) -> Option<Step> {
    let (location, after) = rest.split_once(": executing ")?;
    let after = after.strip_prefix('"')?;
    let (function, after) = after.split_once('"')?;
    let after = after.strip_prefix(" at <")?;
    let (node, message) = after.split_once(">: ")?;
    Some(Step {
        location: location.to_owned(),
        message: before_next(message).to_owned(),
        function: format!("executing \"{function}\" at <{node}>:"),
    })
}

/// The message without the next text of the chain, if that is appended to it.
fn before_next(message: &str) -> &str {
    message.find(" template:").map_or(message, |at| &message[..at])
}
