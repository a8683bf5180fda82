//! Merge keys (`<<`), which v2 applies where they stand and v3 after everything else.

use std::collections::BTreeSet;

use super::duplicates::duplicate_keys;
use super::key::Key;
use super::{Decoder, Entries};
use crate::error::Error;
use crate::tree::{Id, RawKind, is_merge};

impl Decoder<'_, '_> {
    /// Whether the key is the merge key.
    pub(super) fn is_merge(&self, id: Id) -> bool {
        is_merge(self.tree, id, self.options.dialect)
    }

    /// v2: sets the entries of what is merged here and now, over those that are there.
    pub(super) fn merge(&mut self, id: Id, entries: &mut Entries) -> Result<(), Error> {
        match self.tree.node(id).kind {
            RawKind::Sequence { .. } => {
                // Earlier ones take precedence, so they are set last.
                let items: Vec<Id> = self.tree.children(id).collect();
                for item in items.into_iter().rev() {
                    self.merge_one(item, entries)?;
                }
                Ok(())
            }
            _ => self.merge_one(id, entries),
        }
    }

    fn merge_one(&mut self, id: Id, entries: &mut Entries) -> Result<(), Error> {
        match self.tree.node(id).kind {
            RawKind::Mapping { .. } => {
                self.count(id)?;
                self.mapping(id, entries)
            }
            RawKind::Alias(target) if matches!(self.tree.node(target).kind, RawKind::Mapping { .. }) => {
                self.count(id)?;
                self.enter_alias(id)?;
                self.count(target)?;
                self.mapping(target, entries)?;
                self.leave_alias();
                Ok(())
            }
            _ => Err(self.fail(id, "map merge requires map or sequence of maps as the value")),
        }
    }

    pub(super) fn mapping_v3(&mut self, id: Id, entries: &mut Entries) -> Result<(), Error> {
        if self.duplicates(id) {
            self.duplicated = Some(id);
            return Ok(());
        }
        let tree = self.tree;
        let mut merged = self.merged.take();
        let mut merge = None;
        for (key_id, value_id) in tree.pairs(id) {
            if self.is_merge(key_id) {
                merge = Some(value_id);
                continue;
            }
            let key =
                if self.string_map { self.string_key(key_id)? } else { self.key(key_id, merged.is_some())? };
            let Some(key) = key else {
                continue;
            };
            if let Some(merged) = &mut merged
                && !merged.insert(key.clone())
            {
                continue;
            }
            let value = self.value(value_id)?;
            entries.list.push((key.text, value));
        }
        if let Some(merge) = merge {
            // Not cloned: a chain of merges would copy what grows at each of its steps.
            let nested = merged.is_some();
            self.merged = Some(match merged.take() {
                Some(merged) => merged,
                None => self.keys_again(id)?,
            });
            match tree.node(merge).kind {
                RawKind::Sequence { .. } => {
                    for item in tree.children(merge) {
                        self.merge_one(item, entries)?;
                    }
                }
                _ => self.merge_one(merge, entries)?,
            }
            // What a nested merge has set stays set for the mappings merged after it.
            if nested {
                merged = self.merged.take();
            }
        }
        self.merged = merged;
        Ok(())
    }

    /// Decodes all keys of a mapping once more, to learn which are set, and complains of them once more. The merge key is
    /// one of them. Those found so far count as set within the mappings among them, too.
    fn keys_again(&mut self, id: Id) -> Result<BTreeSet<Key>, Error> {
        self.merged = Some(BTreeSet::new());
        for (key, _) in self.tree.pairs(id) {
            let target = match self.tree.node(key).kind {
                RawKind::Alias(target) => target,
                _ => key,
            };
            if matches!(self.tree.node(target).kind, RawKind::Scalar(..)) {
                let known = self.key(key, false)?;
                if let Some(merged) = &mut self.merged {
                    merged.extend(known);
                }
                continue;
            }
            self.duplicated = None;
            self.value(key)?;
            if self.duplicated != Some(target) {
                self.check_hashable(key)?;
            }
        }
        Ok(self.merged.take().unwrap_or_default())
    }

    /// v3: notes the keys that are there twice.
    pub(super) fn duplicates(&mut self, id: Id) -> bool {
        let tree = self.tree;
        let pairs = duplicate_keys(tree, id);
        for (earlier, key) in &pairs {
            if self.enough_errors() {
                break;
            }
            let name = longshore_go::strconv::quote(tree.node(*key).value.as_bytes());
            let message = format!(
                "line {}: mapping key {} already defined at line {}",
                tree.node(*key).line,
                String::from_utf8_lossy(&name),
                tree.node(*earlier).line
            );
            self.type_error(*key, message);
        }
        !pairs.is_empty()
    }
}
