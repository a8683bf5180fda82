//! SOPS files in JSON, binary ones too: an object whose order counts.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::SopsError;
use super::tree::{Leaf, Tree};

/// The object.
pub(super) fn read(input: &[u8]) -> Result<Tree, SopsError> {
    // serde_json itself stops at 128 levels.
    match serde_json::from_slice::<Tree>(input) {
        Ok(tree @ Tree::Map(_)) => Ok(tree),
        Ok(_) => Err(broken("it must be an object".to_owned())),
        // serde_json's own words can repeat what was read.
        Err(error) if error.is_data() => Err(broken(format!("line {}: {TWINS}", error.line()))),
        Err(error) => Err(broken(format!("line {}, column {}: no JSON", error.line(), error.column()))),
    }
}

const TWINS: &str = "a key stands twice in an object";

fn broken(why: String) -> SopsError {
    SopsError::Syntax { format: "JSON", why }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Leaf(Leaf::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Leaf(Leaf::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Leaf(Leaf::Int(value)))
    }

    /// What does not fit into an `int64` is a float for SOPS.
    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Leaf(i64::try_from(value).map_or(Leaf::Float(value as f64), Leaf::Int)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
        Ok(Tree::Leaf(Leaf::Float(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Leaf(Leaf::text(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry::<String, Tree>()? {
            entries.push(entry);
        }
        Tree::without_twins(entries, "JSON").map_err(|_| A::Error::custom(TWINS))
    }
}
