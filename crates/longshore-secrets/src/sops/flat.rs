//! Formats without nesting: dotenv, and metadata that was written flat (`age__list_0__map_enc`).

use std::collections::BTreeMap;

use super::SopsError;
use super::tree::{Leaf, Tree};

const MAP: &str = "__map_";
const LIST: &str = "__list_";
/// What stands before the names of metadata in a dotenv file.
const PREFIX: &str = "sops_";
/// Metadata is nested three deep.
const MAX_STEPS: usize = 16;

/// A dotenv file: `KEY=value` on each line, `\n` for line breaks, comments.
pub(super) fn read_dotenv(input: &[u8]) -> Result<Tree, SopsError> {
    let broken = |why: String| SopsError::Syntax { format: "dotenv", why };
    let text = std::str::from_utf8(input).map_err(|_| broken("it is not UTF-8".to_owned()))?;
    let mut entries = Vec::new();
    for (number, line) in text.split('\n').enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((key, value)) = line.split_once('=') else {
            return Err(broken(format!("line {}: there is no `=`", number + 1)));
        };
        entries.push((key.to_owned(), Tree::Leaf(Leaf::text(&value.replace("\\n", "\n")))));
    }
    Tree::without_twins(entries, "dotenv")
}

/// Takes the metadata out of a dotenv file.
pub(super) fn take_prefixed(documents: &mut [Tree]) -> Result<Tree, SopsError> {
    let mut metadata = Vec::new();
    for document in documents {
        let Tree::Map(entries) = document else { continue };
        let all = std::mem::take(entries);
        for (key, value) in all {
            match key.strip_prefix(PREFIX) {
                Some(name) => metadata.push((name.to_owned(), value)),
                None => entries.push((key, value)),
            }
        }
    }
    if metadata.is_empty() { Err(SopsError::NotEncrypted) } else { unflatten(Tree::Map(metadata), false) }
}

enum Draft {
    Leaf(Tree),
    Map(BTreeMap<String, Draft>),
    List(BTreeMap<usize, Draft>),
}

/// Metadata as it is where it can be nested. Where `has_breaks` line breaks are written `\n`.
pub(super) fn unflatten(flat: Tree, has_breaks: bool) -> Result<Tree, SopsError> {
    let Tree::Map(entries) = flat else { return Ok(flat) };
    let mut root = Draft::Map(BTreeMap::new());
    for (key, mut value) in entries {
        let escaped = value.as_text().filter(|_| has_breaks).map(|text| text.replace("\\n", "\n"));
        if let Some(text) = escaped {
            value = Tree::Leaf(Leaf::text(&text));
        }
        place(&mut root, &key, value)
            .ok_or_else(|| SopsError::Metadata(format!("`{key}` has no place in it")))?;
    }
    settled(root).ok_or_else(|| SopsError::Metadata("a list in it has gaps".to_owned()))
}

/// The next step of a flat name, and what is behind it.
fn step(rest: &str) -> (&str, Option<(bool, &str)>) {
    let next = [(MAP, false), (LIST, true)];
    let found = next.into_iter().filter_map(|(mark, is_list)| Some((rest.find(mark)?, mark, is_list))).min();
    match found {
        Some((at, mark, is_list)) => (&rest[..at], Some((is_list, &rest[at + mark.len()..]))),
        None => (rest, None),
    }
}

fn place(root: &mut Draft, key: &str, value: Tree) -> Option<()> {
    let mut at = root;
    let (mut name, mut rest) = step(key);
    let mut is_item = false;
    for _ in 0..MAX_STEPS {
        let fresh = match rest {
            None => Draft::Leaf(Tree::Leaf(Leaf::Null)),
            Some((true, _)) => Draft::List(BTreeMap::new()),
            Some((false, _)) => Draft::Map(BTreeMap::new()),
        };
        let next = match (at, is_item) {
            (Draft::Map(map), false) => map.entry(name.to_owned()).or_insert(fresh),
            (Draft::List(list), true) => list.entry(name.parse().ok()?).or_insert(fresh),
            _ => return None,
        };
        let Some((item, behind)) = rest else {
            let Draft::Leaf(leaf @ Tree::Leaf(Leaf::Null)) = next else { return None };
            *leaf = value;
            return Some(());
        };
        (at, is_item) = (next, item);
        (name, rest) = step(behind);
    }
    None
}

fn settled(draft: Draft) -> Option<Tree> {
    Some(match draft {
        Draft::Leaf(leaf) => leaf,
        Draft::Map(map) => {
            let entries = map.into_iter().map(|(key, draft)| Some((key, settled(draft)?)));
            Tree::Map(entries.collect::<Option<_>>()?)
        }
        Draft::List(list) => {
            let items = list.into_iter().enumerate();
            let items = items.map(|(number, (at, draft))| settled(draft).filter(|_| at == number));
            Tree::List(items.collect::<Option<_>>()?)
        }
    })
}
