//! Classes of characters: `[a-z\d]`, `\d`, `[[:alpha:]]`, `\p{Greek}`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::group::check_utf8;
use super::{Kind, Parser, RegexpError, RegexpFault, Step};
use crate::regexp::class::{Range, Ranges, named, perl, posix};

/// A set that a pattern calls by a name, and whether it is turned around.
type Set = (Arc<[Range]>, bool);

/// The sets that the pattern has named, so that a hundred thousand `\pL` are one: by name, whether case is
/// folded, whether turned around.
pub(super) type Known = BTreeMap<(Vec<u8>, bool, bool), Arc<[Range]>>;

impl Parser<'_> {
    /// `[…]`
    pub(super) fn class(&mut self) -> Step<()> {
        let whole = self.rest;
        self.rest = &whole[1..];
        let negated = self.rest.first() == Some(&b'^');
        self.rest = &self.rest[usize::from(negated)..];
        let mut ranges = Ranges::default();
        // Adding a large set again and again would take its time.
        let mut added: Vec<Set> = Vec::new();
        let mut first = true;
        while first || self.rest.first() != Some(&b']') {
            first = false;
            let set = match self.rest {
                [b'[', b':', _, ..] => self.posix_class()?,
                [b'\\', ..] => self.named_class()?,
                _ => None,
            };
            if let Some((set, turned)) = set {
                if !added.iter().any(|(known, same)| Arc::ptr_eq(known, &set) && *same == turned) {
                    ranges.extend(&set, turned);
                    added.push((set, turned));
                }
                continue;
            }
            let start = self.rest;
            let low = self.class_character(whole)?;
            let mut high = low;
            if let [b'-', next, ..] = self.rest
                && *next != b']'
            {
                self.rest = &self.rest[1..];
                high = self.class_character(whole)?;
                if high < low {
                    let written = &start[..start.len() - self.rest.len()];
                    return Err(RegexpError::new(RegexpFault::CharRange, written));
                }
            }
            if self.flags.fold {
                ranges.push_folded(low, high);
            } else {
                ranges.push(low, high);
            }
        }
        self.rest = &self.rest[1..];
        self.push(Kind::Class(ranges.into_set(negated).into()))
    }

    fn class_character(&mut self, whole: &[u8]) -> Step<u32> {
        match self.rest.first() {
            None => Err(RegexpError::new(RegexpFault::Bracket, whole)),
            Some(b'\\') => self.escaped(),
            Some(_) => Ok(self.next_rune()? as u32),
        }
    }

    /// `\d`, `\pL` and so on, outside of brackets.
    pub(super) fn escaped_class(&mut self) -> Step<Option<Arc<[Range]>>> {
        let start = self.rest;
        let Some((set, turned)) = self.named_class()? else {
            return Ok(None);
        };
        if !turned {
            return Ok(Some(set));
        }
        let written = &start[..start.len() - self.rest.len()];
        Ok(self.known(written, true, |_| {
            let mut ranges = Ranges::default();
            ranges.extend(&set, true);
            Some(ranges)
        }))
    }

    /// A set from the store, or put there.
    fn known(
        &mut self,
        name: &[u8],
        turned: bool,
        make: impl FnOnce(bool) -> Option<Ranges>,
    ) -> Option<Arc<[Range]>> {
        let fold = self.flags.fold;
        let key = (name.to_vec(), fold, turned);
        if let Some(set) = self.classes.get(&key) {
            return Some(Arc::clone(set));
        }
        let set: Arc<[Range]> = make(fold)?.into_set(false).into();
        self.classes.insert(key, Arc::clone(&set));
        Some(set)
    }

    /// A class that a backslash begins.
    fn named_class(&mut self) -> Step<Option<Set>> {
        match self.rest.get(1) {
            Some(b'p' | b'P') => self.unicode_class().map(Some),
            Some(letter) => {
                let (name, turned) = (letter.to_ascii_lowercase(), letter.is_ascii_uppercase());
                let set = self.known(&[name], false, |fold| perl(name).map(|set| ascii(set, fold)));
                if set.is_some() {
                    self.rest = &self.rest[2..];
                }
                Ok(set.map(|set| (set, turned)))
            }
            None => Ok(None),
        }
    }

    /// `[:alpha:]` and so on, within a class; `None` if it does not end.
    fn posix_class(&mut self) -> Step<Option<Set>> {
        if self.no_posix_end {
            return Ok(None);
        }
        let Some(end) = crate::strings::find(&self.rest[2..], b":]").map(|end| end + 4) else {
            self.no_posix_end = true;
            return Ok(None);
        };
        let (written, rest) = self.rest.split_at(end);
        let name = &written[2..end - 2];
        let turned = name.first() == Some(&b'^');
        let name = &name[usize::from(turned)..];
        let found = posix(name)
            .and_then(|set| self.known(&[b"[:", name].concat(), false, |fold| Some(ascii(set, fold))));
        let Some(set) = found else {
            return Err(RegexpError::new(RegexpFault::CharRange, written));
        };
        self.rest = rest;
        Ok(Some((set, turned)))
    }

    /// `\pL`, `\p{Greek}`, `\P{^Lu}`.
    fn unicode_class(&mut self) -> Step<Set> {
        let pattern = self.rest;
        let mut turned = pattern[1] == b'P';
        self.rest = &pattern[2..];
        if self.rest.is_empty() {
            return Err(RegexpError::new(RegexpFault::CharRange, pattern));
        }
        let (mut name, written) = if self.next_rune()? == '{' {
            let Some(end) = pattern.iter().position(|&byte| byte == b'}') else {
                check_utf8(pattern)?;
                return Err(RegexpError::new(RegexpFault::CharRange, pattern));
            };
            check_utf8(&pattern[3..end])?;
            self.rest = &pattern[end + 1..];
            (&pattern[3..end], &pattern[..=end])
        } else {
            let written = &pattern[..pattern.len() - self.rest.len()];
            (&written[2..], written)
        };
        if let Some(plain) = name.strip_prefix(b"^") {
            turned = !turned;
            name = plain;
        }
        let name = canonical(name);
        let found = named(&name, self.flags.fold);
        found.map(|set| (set, turned)).ok_or_else(|| RegexpError::new(RegexpFault::CharRange, written))
    }
}

/// A set of ASCII characters, perhaps with what is the same without regard to case.
fn ascii(set: &[Range], fold: bool) -> Ranges {
    let mut ranges = Ranges::default();
    for &(low, high) in set {
        if fold { ranges.push_folded(low, high) } else { ranges.push(low, high) }
    }
    ranges
}

/// The name with its first letter in upper case, the others in lower case, without `_`, `-` and spaces.
fn canonical(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    let kept = name.chars().filter(|c| !matches!(c, '_' | '-' | ' '));
    kept.enumerate()
        .map(|(index, c)| if index == 0 { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
        .collect()
}
