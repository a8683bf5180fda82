//! Which value of a SOPS file is meant: keys with dots between them, numbers for items of lists.

use super::tree::{Leaf, Tree};
use super::{SopsError, SopsFormat};

/// The one key of a binary file.
const CONTENT: &str = "data";

/// The value at `key`; of a binary file its content.
pub(super) fn find<'t>(
    documents: &'t [Tree],
    format: SopsFormat,
    key: Option<&str>,
) -> Result<&'t Leaf, SopsError> {
    let key = match (format, key) {
        (SopsFormat::Binary, None) => CONTENT,
        (SopsFormat::Binary, Some(key)) => return Err(SopsError::NoKeys { key: key.to_owned() }),
        (_, None) => return Err(SopsError::WhichKey),
        (_, Some(key)) => key,
    };
    // As for SOPS' own `--extract`, the first document is the file.
    let mut at = documents.first().ok_or_else(|| none(key, None))?;
    for (number, step) in steps(key).iter().enumerate() {
        let next = match at {
            Tree::Map(_) => at.get(step),
            Tree::List(items) => step.parse().ok().and_then(|number: usize| items.get(number)),
            Tree::Leaf(_) => None,
        };
        at = next.ok_or_else(|| none(key, nearest(at, key, number, step)))?;
    }
    match at {
        Tree::Leaf(leaf) if !matches!(leaf, Leaf::Null) => Ok(leaf),
        other => Err(SopsError::NoValue { key: key.to_owned(), found: other.described() }),
    }
}

fn none(key: &str, nearest: Option<String>) -> SopsError {
    SopsError::NoKey { key: key.to_owned(), nearest }
}

/// The path with the nearest key in place of its step of this number.
fn nearest(at: &Tree, key: &str, number: usize, step: &str) -> Option<String> {
    let Tree::Map(entries) = at else { return None };
    let best = longshore_diag::nearest(step, entries.iter().map(|(name, _)| name.as_str()))?;
    let mut all = steps(key);
    best.clone_into(&mut all[number]);
    Some(all.iter().map(|step| step.replace('.', "\\.")).collect::<Vec<_>>().join("."))
}

/// The keys of a path; `\.` is a dot in a key.
fn steps(key: &str) -> Vec<String> {
    let mut steps = vec![String::new()];
    let mut letters = key.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if letters.peek() == Some(&'.') => {
                letters.next();
                push(&mut steps, '.');
            }
            '.' => steps.push(String::new()),
            other => push(&mut steps, other),
        }
    }
    steps
}

fn push(steps: &mut [String], letter: char) {
    if let Some(last) = steps.last_mut() {
        last.push(letter);
    }
}

#[cfg(test)]
mod tests {
    use super::steps;

    #[test]
    fn dots_part_keys_unless_escaped() {
        assert_eq!(steps("db.password"), ["db", "password"]);
        assert_eq!(steps(r"hosts.0.example\.com"), ["hosts", "0", "example.com"]);
        assert_eq!(steps(r"a\b"), [r"a\b"]);
    }
}
