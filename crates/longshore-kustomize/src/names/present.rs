//! Which places of a type an object can have at all, by the names of its fields.
//!
//! A Deployment has some sixteen places where names may stand, and most have two of them. To walk each way from the top
//! only to find that it ends takes most of the time that references take, so the names of all fields are collected once.

use longshore_yaml::{Kind, Node};

use crate::field;

/// Names longer than this are not looked for.
const LONGEST: usize = 31;

/// The names that the ways to a type's places are made of, each with a bit of its own.
#[derive(Default)]
pub(super) struct Words {
    /// By length.
    words: Vec<Vec<(String, u64)>>,
    count: u32,
}

/// The way to a place as bits, one name after another; none if it cannot be told by names whether it is there.
pub(super) type Way = Option<Vec<u64>>;

/// The names of an object's fields.
pub(super) struct Present {
    /// Those that it has.
    names: u64,
    /// Those of which one holds neither mapping nor list nor null: going on from there is an error, and must be.
    ends: u64,
}

impl Words {
    /// The way of a path.
    pub(super) fn way(&mut self, path: &[String]) -> Way {
        path.iter().map(|name| self.bit(name)).collect()
    }

    fn bit(&mut self, name: &str) -> Option<u64> {
        let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic()) && !name.ends_with("[]");
        if !is_plain || name.len() > LONGEST {
            return None;
        }
        if let Some(bit) = self.find(name) {
            return Some(bit);
        }
        let bit = 1_u64.checked_shl(self.count)?;
        self.count += 1;
        self.words.resize_with(LONGEST + 1, Vec::new);
        self.words[name.len()].push((name.to_owned(), bit));
        Some(bit)
    }

    fn find(&self, name: &str) -> Option<u64> {
        let same = self.words.get(name.len())?;
        same.iter().find(|(word, _)| word == name).map(|(_, bit)| *bit)
    }

    /// The names that an object has.
    pub(super) fn of(&self, object: &Node) -> Present {
        let mut present = Present { names: 0, ends: 0 };
        self.collect(object, &mut present);
        present
    }

    /// Whether the node, or an item of a list that it is, is neither mapping nor null.
    fn collect(&self, node: &Node, present: &mut Present) -> bool {
        match node.kind {
            Kind::Sequence => {
                // Each item is looked at: no `any`.
                node.content.iter().fold(false, |ends, item| self.collect(item, present) | ends)
            }
            Kind::Mapping => {
                let (pairs, _) = node.content.as_chunks::<2>();
                for [key, value] in pairs {
                    let ends = self.collect(value, present);
                    if let Some(bit) = self.find(&key.value) {
                        present.names |= bit;
                        present.ends |= if ends { bit } else { 0 };
                    }
                }
                false
            }
            _ => !field::is_null(node),
        }
    }
}

impl Present {
    /// Whether nothing can come of the way: a name on it is not there, and what is before it leads on.
    pub(super) fn lacks(&self, way: &Way) -> bool {
        let first = way.iter().flatten().find(|bit| self.names & **bit == 0 || self.ends & **bit != 0);
        first.is_some_and(|bit| self.names & bit == 0)
    }
}

#[cfg(test)]
mod tests {
    use longshore_yaml::{Dialect, Limits, parse};

    use super::*;

    fn lacks(object: &str, path: &str) -> bool {
        let mut words = Words::default();
        let path: Vec<String> = path.split('/').map(String::from).collect();
        let way = words.way(&path);
        let object = parse(object.as_bytes(), Dialect::V3, &Limits::default()).unwrap().remove(0);
        words.of(object.root()).lacks(&way)
    }

    #[test]
    fn a_way_without_one_of_its_names_is_not_there() {
        let object = "spec: {items: [{name: a}, {other: b}], none: null, text: x, mixed: [{y: z}, w]}";
        assert!(lacks(object, "spec/volumes/name"));
        assert!(lacks(object, "spec/items/kind/name"));
        assert!(!lacks(object, "spec/items/name"));
        assert!(!lacks(object, "spec/none/name"), "it may be there, elsewhere");
        assert!(lacks(object, "spec/none/kind"));
    }

    #[test]
    fn a_way_that_is_an_error_is_walked() {
        let object = "spec: {text: x, mixed: [{y: z}, w]}";
        assert!(!lacks(object, "spec/text/kind"));
        assert!(!lacks(object, "spec/mixed/kind"));
        assert!(lacks(object, "kind/text"), "it ends before");
    }

    #[test]
    fn odd_names_are_walked() {
        let object = "spec: {a: b}";
        for path in ["*/a", "spec[]/x", "0/x", "-/x", "spec/[a=b]/x"] {
            assert!(!lacks(object, path), "{path}");
        }
        let mut words = Words::default();
        let names: Vec<String> = (0..70).map(|at| format!("n{at}")).collect();
        assert_eq!(words.way(&names[..64]).map(|way| way.len()), Some(64));
        assert_eq!(words.way(&names), None, "there are no more bits");
        assert_eq!(words.way(&[String::from("long").repeat(9)]), None);
    }
}
