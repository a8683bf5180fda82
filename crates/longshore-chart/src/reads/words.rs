//! The words in the strings of templates: what a key can be whose name is not written where it is looked up, as in
//! `range list "web" "db"` and `index $.Values .`.

use std::collections::BTreeSet;

/// Shorter pieces of a name say nothing.
const SHORTEST: usize = 3;

#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    whole: BTreeSet<String>,
    /// What names are put together of.
    pieces: BTreeSet<String>,
}

impl Words {
    /// Takes in a string, and the words in it.
    pub(super) fn add(&mut self, text: &[u8]) {
        let Ok(text) = std::str::from_utf8(text) else { return };
        if !text.is_empty() && !self.whole.contains(text) {
            self.whole.insert(text.to_owned());
            self.whole.extend(split(text).map(str::to_owned));
        }
    }

    /// Takes in a string that others are made of.
    pub(super) fn add_piece(&mut self, text: &[u8]) {
        let Ok(text) = std::str::from_utf8(text) else { return };
        // `%sPassword`: the letter belongs to the verb.
        let parts = text.split('%').enumerate().map(|(at, part)| {
            let verb = part.char_indices().nth(1).map_or(part.len(), |(end, _)| end);
            if at == 0 { part } else { &part[verb..] }
        });
        let long = parts.flat_map(split).filter(|word| word.len() >= SHORTEST);
        self.pieces.extend(long.map(str::to_owned));
    }

    /// Whether a template can have put the name together.
    pub(super) fn may_be(&self, name: &str) -> bool {
        self.whole.contains(name) || self.pieces.iter().any(|piece| name.contains(piece.as_str()))
    }
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}
