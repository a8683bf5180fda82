//! Actions as they stand in a template.

use longshore_diag::Place;
use longshore_template::Position;

/// An action that wrote something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Its text between the delimiters, without the spaces around it.
    pub text: String,
    /// Where it is.
    pub place: Place,
}

impl Action {
    /// The action at a position, if it is one and not text.
    pub(super) fn of(position: &Position, source: &[u8]) -> Option<Self> {
        if !is_action(source, position.offset) {
            return None;
        }
        let start = opening(source, position.offset)?;
        let inside = source[start..].trim_ascii_start();
        let inside = inside.strip_prefix(b"-").unwrap_or(inside);
        let inside = &inside[..end(inside)];
        let text = String::from_utf8_lossy(inside.trim_ascii()).into_owned();
        Some(Self { text, place: super::place(position, source, 0) })
    }

    /// The paths below `.Values` that it reads: `.Values.image.tag` is `image`, `tag`.
    pub fn values(&self) -> Vec<Vec<&str>> {
        const VALUES: &str = ".Values.";
        let mut found: Vec<Vec<&str>> = Vec::new();
        let mut rest = self.text.as_str();
        while let Some(at) = rest.find(VALUES) {
            rest = &rest[at + VALUES.len()..];
            let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
            let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
            let path: Vec<&str> = rest[..length].split('.').filter(|key| !key.is_empty()).collect();
            if !path.is_empty() && !found.contains(&path) {
                found.push(path);
            }
        }
        found
    }
}

/// Whether a place lies between delimiters.
pub(super) fn is_action(source: &[u8], offset: usize) -> bool {
    let Some(open) = opening(source, offset) else { return false };
    let between = &source[open..offset.min(source.len())];
    !between.windows(2).any(|pair| pair == b"}}")
}

/// Behind the last `{{` before a place.
fn opening(source: &[u8], offset: usize) -> Option<usize> {
    let before = &source[..offset.min(source.len())];
    before.windows(2).rposition(|pair| pair == b"{{").map(|at| at + 2)
}

/// Where the action ends whose inside this begins with: before `}}`, and the trim marker if there is one.
fn end(inside: &[u8]) -> usize {
    let mut quote = None;
    let mut at = 0;
    while at < inside.len() {
        match (quote, inside[at]) {
            (Some(b'"'), b'\\') => at += 1,
            (Some(open), byte) if byte == open => quote = None,
            (None, byte @ (b'"' | b'`' | b'\'')) => quote = Some(byte),
            (None, b'}') if inside[at..].starts_with(b"}}") => {
                let text = &inside[..at];
                return if text.ends_with(b" -") { at - 2 } else { at };
            }
            _ => {}
        }
        at += 1;
    }
    inside.len()
}
