//! What an expression of a template can be, as far as values are concerned.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::{Key, Tree};

/// Longer paths are not followed: templates that call themselves make them longer and longer.
const LONGEST: usize = 16;
/// Nor are `dict`s in `dict`s.
const DEEPEST: usize = 6;

/// A chart whose context templates get: where its values are, and its subcharts by name.
#[derive(Debug, Default)]
pub(super) struct Context {
    pub(super) values: Key,
    pub(super) children: Vec<(String, usize)>,
}

/// All that an expression can be: contexts of charts, parts of the values, `dict`s and lists of them. Empty for what
/// holds no values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Contexts (`$` of a file), by their number.
    contexts: BTreeSet<usize>,
    /// Parts of the values.
    keys: BTreeSet<Key>,
    /// What a `dict` or a list holds under a name or number.
    fields: BTreeMap<String, Seen>,
    /// What it holds under others.
    rest: Option<Box<Seen>>,
}

impl Seen {
    pub(super) fn context(number: usize) -> Self {
        Self { contexts: [number].into(), ..Self::default() }
    }

    pub(super) fn dict(fields: BTreeMap<String, Seen>, rest: Seen) -> Self {
        let rest = (!rest.is_inert()).then(|| Box::new(rest));
        let fields = fields.into_iter().filter(|(_, seen)| !seen.is_inert()).collect();
        Self { fields, rest, ..Self::default() }
    }

    /// Whether there is no value in it.
    pub(super) fn is_inert(&self) -> bool {
        !self.is_shared() && self.fields.is_empty() && self.rest.is_none()
    }

    /// Whether it is a part of the values or a context itself.
    pub(super) fn is_shared(&self) -> bool {
        !self.contexts.is_empty() || !self.keys.is_empty()
    }

    /// One or the other.
    pub(super) fn or(mut self, other: Self) -> Self {
        self.add(other);
        self
    }

    /// Can be the other too. Says whether that is new.
    pub(super) fn add(&mut self, other: Self) -> bool {
        let before = (self.contexts.len(), self.keys.len(), self.fields.len());
        self.contexts.extend(other.contexts);
        self.keys.extend(other.keys);
        let mut is_new = false;
        for (name, seen) in other.fields {
            is_new |= self.fields.entry(name).or_default().add(seen);
        }
        if let Some(other) = other.rest {
            is_new |= self.rest.get_or_insert_default().add(*other);
        }
        is_new || before != (self.contexts.len(), self.keys.len(), self.fields.len())
    }

    /// What a `dict` or a list holds, whichever piece of it.
    pub(super) fn elements(&self) -> Self {
        let fields = self.fields.values().cloned().fold(Self::default(), Self::or);
        self.rest.iter().fold(fields, |all, rest| all.or((**rest).clone()))
    }

    /// A field of it.
    pub(super) fn field(&self, name: &str, contexts: &[Context], tree: &mut Tree) -> Self {
        let mut found = match self.fields.get(name) {
            Some(seen) => seen.clone(),
            None => self.rest.as_deref().cloned().unwrap_or_default(),
        };
        for context in self.contexts.iter().filter_map(|&number| contexts.get(number)) {
            match name {
                "Values" => {
                    found.keys.insert(context.values);
                }
                "Subcharts" => {
                    let below = context.children.iter();
                    let below = below.map(|(name, number)| (name.clone(), Self::context(*number)));
                    found.add(Self::dict(below.collect(), Self::default()));
                }
                _ => {}
            }
        }
        for &key in &self.keys {
            if tree.is_whole(key) && !tree.is_chart(key) {
                continue; // all below is read already
            }
            if tree.depth(key) >= LONGEST {
                tree.set_whole(key);
            } else {
                found.keys.insert(tree.child(key, name));
            }
        }
        found
    }

    /// It is looked at, and no more.
    pub(super) fn look(&self, tree: &mut Tree) {
        self.keys.iter().for_each(|&key| tree.set_named(key));
    }

    /// A key of it is looked at that is not known.
    pub(super) fn loosen(&self, contexts: &[Context], tree: &mut Tree) {
        self.keys.iter().for_each(|&key| tree.set_loose(key));
        for context in self.contexts.iter().filter_map(|&number| contexts.get(number)) {
            tree.set_whole(context.values);
        }
    }

    /// It goes out of sight: everything in it counts as read.
    pub(super) fn escape(&self, contexts: &[Context], tree: &mut Tree) {
        for context in self.contexts.iter().filter_map(|&number| contexts.get(number)) {
            tree.set_whole(context.values);
        }
        self.keys.iter().for_each(|&key| tree.set_whole(key));
        for seen in self.fields.values().chain(self.rest.as_deref()) {
            seen.escape(contexts, tree);
        }
    }

    /// Whether `dict`s nest so deep in it that it is better given up.
    pub(super) fn is_deep(&self) -> bool {
        self.depth() > DEEPEST
    }

    fn depth(&self) -> usize {
        self.fields
            .values()
            .chain(self.rest.as_deref())
            .map(|seen| seen.depth() + 1)
            .max()
            .unwrap_or_default()
    }
}
