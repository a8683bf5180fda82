//! v3: the keys that a mapping holds twice, comparing their text as written.

use std::collections::BTreeMap;

use crate::tree::{Id, RawKind, Tree};

/// More pairs than this of one mapping are not looked for.
const MOST_PAIRS: usize = 20_000;

/// Pairs of an earlier key and the same key again, in the order in which go-yaml finds them.
pub(crate) fn duplicate_keys(tree: &Tree<'_>, id: Id) -> Vec<(Id, Id)> {
    let identity = |key| {
        let node = tree.node(key);
        let kind = match node.kind {
            RawKind::Scalar(..) => 0,
            RawKind::Mapping { .. } => 1,
            RawKind::Sequence { .. } => 2,
            RawKind::Alias(_) => 3,
        };
        (kind, &*node.value)
    };
    // Nearly always there are none, which is found out sooner than where they are.
    let mut all: Vec<(u8, &str)> = tree.pairs(id).map(|(key, _)| identity(key)).collect();
    all.sort_unstable();
    if all.array_windows().all(|[a, b]| a != b) {
        return Vec::new();
    }
    let mut first: BTreeMap<(u8, &str), Vec<(u32, Id)>> = BTreeMap::new();
    let mut pairs: Vec<(u32, u32, Id, Id)> = Vec::new();
    for (place, (key, _)) in (0..).zip(tree.pairs(id)) {
        let same = first.entry(identity(key)).or_default();
        for (earlier_place, earlier) in same.iter() {
            pairs.push((*earlier_place, place, *earlier, key));
        }
        // Go reports every pair; a thousand times the same key need not be a million lines.
        if same.len() < 100 {
            same.push((place, key));
        }
        if pairs.len() >= MOST_PAIRS {
            break;
        }
    }
    pairs.sort_unstable_by_key(|pair| (pair.0, pair.1));
    pairs.into_iter().map(|(_, _, earlier, key)| (earlier, key)).collect()
}
