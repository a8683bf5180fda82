//! An error of a template told link by link: what went wrong, and through which calls one got there.

use longshore_diag::{Link, Place};
use longshore_go::Str;
use longshore_template::{ExecError, FuncError, Problem};

use crate::Trace;
use crate::functions::{WARN_END, WARN_START};

/// Most links that are kept of a chain; a recursion has a thousand alike.
const LINKS: usize = 100;

/// What went wrong at the innermost node, and the calls around it.
pub(super) fn of(error: &ExecError, sources: &[(Str, Str)]) -> Trace {
    let mut chain = Vec::new();
    let mut current = error;
    loop {
        match &current.problem {
            Problem::Call { error: FuncError::Exec { source, .. }, .. } => {
                if chain.len() < LINKS {
                    chain.push(link(current, sources));
                }
                current = source;
            }
            problem => {
                chain.reverse();
                if current.place.is_none() && !chain.is_empty() {
                    chain.remove(0); // it is where the error itself is told
                }
                return Trace { message: message(problem), chain };
            }
        }
    }
}

fn link(error: &ExecError, sources: &[(Str, Str)]) -> Link {
    let node = error.place.as_ref().map_or("", |place| &place.node);
    let name = error.template.to_str_lossy();
    Link { doing: format!("in `{node}` of template `{name}`"), place: place(error, sources) }
}

/// The problem's own words; what `fail` and `required` say has no frame around it.
fn message(problem: &Problem) -> String {
    let text = problem.to_string();
    match (text.find(WARN_START), text.rfind(WARN_END)) {
        (Some(start), Some(end)) if start + WARN_START.len() <= end => {
            text[start + WARN_START.len()..end].to_owned()
        }
        _ => text,
    }
}

/// Where an error is: Go counts bytes from 0, people count characters from 1.
pub(super) fn place(error: &ExecError, sources: &[(Str, Str)]) -> Option<Place> {
    let at = error.place.as_ref()?;
    let file = at.file.to_str_lossy().into_owned();
    let line = sources
        .iter()
        .find(|(name, _)| **name == *file.as_bytes())
        .and_then(|(_, text)| text.split(|&byte| byte == b'\n').nth((at.line as usize).checked_sub(1)?))
        .unwrap_or_default();
    let column = (at.column as usize).min(line.len());
    let (before, after) = line.split_at(column);
    let characters = String::from_utf8_lossy(before).chars().count();
    let place = Place::new(file, at.line, characters as u32 + 1);
    // Go prints nodes in its own way; only if it is the author's way too is it known how long they are.
    let node = at.node.as_bytes();
    if node.is_empty() {
        return Some(place);
    }
    if after.starts_with(node) {
        return Some(place.spanning(at.node.chars().count()));
    }
    // Of a chain of fields Go names the place of the second one.
    let starts = (column.saturating_sub(node.len())..column).rev();
    let Some(start) = starts.into_iter().find(|&start| line[start..].starts_with(node)) else {
        return Some(place);
    };
    let before = String::from_utf8_lossy(&line[..start]).chars().count() as u32;
    Some(Place::new(place.file, at.line, before + 1).spanning(at.node.chars().count()))
}

/// Where the innermost error is that has a place: one about a template that is not there has none.
pub(super) fn innermost(error: &ExecError, sources: &[(Str, Str)]) -> Option<Place> {
    let mut found = place(error, sources);
    let mut current = error;
    while let Problem::Call { error: FuncError::Exec { source, .. }, .. } = &current.problem {
        current = source;
        found = place(current, sources).or(found);
    }
    found
}
