//! Sets of characters, and those that Go knows by name.
//!
//! Everything is Go's: the Unicode version (the `regex` crate knows a newer one), what folding of case adds
//! to a set, and that `\d` and its like are ASCII.

mod categories;
mod scripts;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::unicode;

/// The largest character.
pub(super) const LAST: u32 = 0x10_FFFF;

/// A first and a last character.
pub(super) type Range = (u32, u32);

/// A set of characters under construction: ranges in any order, which may overlap. Surrogates count.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Ranges(Vec<Range>);

impl Ranges {
    /// Adds a range.
    pub(super) fn push(&mut self, low: u32, high: u32) {
        // The last two are looked at, so that two alphabets that grow in turns stay two ranges.
        for (first, last) in self.0.iter_mut().rev().take(2) {
            if low <= *last + 1 && *first <= high + 1 {
                *first = low.min(*first);
                *last = high.max(*last);
                return;
            }
        }
        self.0.push((low, high));
    }

    /// Adds a range and what is the same as any of it without regard to case.
    pub(super) fn push_folded(&mut self, low: u32, high: u32) {
        self.push(low, high);
        for (first, last, step, distance) in unicode::folding(low, high) {
            let shifted = |code: u32| code.wrapping_add_signed(distance);
            if shifted(first) >= low && shifted(last) <= high {
                continue;
            }
            for code in (first..=last).step_by(step as usize) {
                let mut other = shifted(code);
                while other != code {
                    self.push(other, other);
                    other = unicode::simple_fold(other);
                }
            }
        }
    }

    /// Adds a set, or what is not in it.
    pub(super) fn extend(&mut self, set: &[Range], negated: bool) {
        if !negated {
            return set.iter().for_each(|&(low, high)| self.push(low, high));
        }
        let mut next = 0;
        for &(low, high) in set {
            if next < low {
                self.push(next, low - 1);
            }
            next = high + 1;
        }
        if next <= LAST {
            self.push(next, LAST);
        }
    }

    /// The ranges in order, none touching the next.
    pub(super) fn into_set(mut self, negated: bool) -> Box<[Range]> {
        self.0.sort_unstable_by_key(|&(low, high)| (low, u32::MAX - high));
        let mut set: Vec<Range> = Vec::with_capacity(self.0.len());
        for (low, high) in self.0 {
            match set.last_mut() {
                Some((_, last)) if low <= *last + 1 => *last = high.max(*last),
                _ => set.push((low, high)),
            }
        }
        if negated {
            let mut others = Self::default();
            others.extend(&set, true);
            set = others.0;
        }
        set.into()
    }
}

/// The set that holds a character, and what is the same without regard to case.
pub(super) fn folded(code: u32) -> Box<[Range]> {
    let mut ranges = Ranges::default();
    ranges.push_folded(code, code);
    ranges.into_set(false)
}

/// What `\d`, `\s` and `\w` stand for.
pub(super) fn perl(letter: u8) -> Option<&'static [Range]> {
    Some(match letter {
        b'd' => &[(0x30, 0x39)],
        b's' => &[(9, 10), (12, 13), (32, 32)],
        b'w' => &[(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)],
        _ => return None,
    })
}

/// What `[:alpha:]` and the like stand for.
pub(super) fn posix(name: &[u8]) -> Option<&'static [Range]> {
    Some(match name {
        b"alnum" => &[(0x30, 0x39), (0x41, 0x5A), (0x61, 0x7A)],
        b"alpha" => &[(0x41, 0x5A), (0x61, 0x7A)],
        b"ascii" => &[(0, 0x7F)],
        b"blank" => &[(9, 9), (32, 32)],
        b"cntrl" => &[(0, 0x1F), (0x7F, 0x7F)],
        b"digit" => &[(0x30, 0x39)],
        b"graph" => &[(0x21, 0x7E)],
        b"lower" => &[(0x61, 0x7A)],
        b"print" => &[(0x20, 0x7E)],
        b"punct" => &[(0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)],
        b"space" => &[(9, 13), (32, 32)],
        b"upper" => &[(0x41, 0x5A)],
        b"word" => &[(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)],
        b"xdigit" => &[(0x30, 0x39), (0x41, 0x46), (0x61, 0x66)],
        _ => return None,
    })
}

type Table = [(&'static str, &'static [(u32, u32, u32)])];

/// Sets by name and whether case is folded.
type Known = BTreeMap<(String, bool), Arc<[Range]>>;

/// The set that `\p{name}` stands for; `None` if there is none. Names come in Go's canonical spelling.
///
/// Sets are kept, as long as the thread lives: there are some hundreds of them.
pub(super) fn named(name: &str, fold: bool) -> Option<Arc<[Range]>> {
    thread_local! {
        static KNOWN: RefCell<Known> = const { RefCell::new(BTreeMap::new()) };
    }
    let key = (name.to_owned(), fold);
    if let Some(set) = KNOWN.with_borrow(|known| known.get(&key).cloned()) {
        return Some(set);
    }
    let set: Arc<[Range]> = made(name, fold)?.into();
    KNOWN.with_borrow_mut(|known| known.insert(key, Arc::clone(&set)));
    Some(set)
}

fn made(name: &str, fold: bool) -> Option<Box<[Range]>> {
    let mut ranges = Ranges::default();
    match name {
        "Any" => ranges.push(0, LAST),
        "Ascii" if fold => ranges.push_folded(0, 0x7F),
        "Ascii" => ranges.push(0, 0x7F),
        "Assigned" => {
            return made("Cn", false).map(|set| {
                ranges.extend(&set, true);
                ranges.into_set(false)
            });
        }
        // The one category that Go folds nothing of is also the one that is no union of a letter's.
        "Lc" => ["Ll", "Lt", "Lu"].iter().for_each(|part| add(&mut ranges, categories::CATEGORIES, part)),
        _ => {
            let alias = categories::ALIASES.binary_search_by(|(alias, _)| (*alias).cmp(name));
            let is_script = scripts::SCRIPTS.binary_search_by(|(script, _)| (*script).cmp(name)).is_ok();
            let is_category = categories::CATEGORIES.iter().any(|(category, _)| category.starts_with(name));
            let (table, folded, name) = if is_category && name.len() <= 2 && !name.is_empty() {
                (categories::CATEGORIES, categories::FOLDED, name)
            } else if is_script {
                (scripts::SCRIPTS, scripts::FOLDED, name)
            } else if let Ok(index) = alias {
                match categories::ALIASES[index].1 {
                    "LC" => return made("Lc", fold),
                    actual => (categories::CATEGORIES, categories::FOLDED, actual),
                }
            } else {
                return None;
            };
            if name.len() == 1 {
                let parts = table.iter().filter(|(part, _)| part.starts_with(name));
                parts.for_each(|(part, _)| add(&mut ranges, table, part));
            } else {
                add(&mut ranges, table, name);
            }
            if fold {
                add(&mut ranges, folded, name);
            }
        }
    }
    Some(ranges.into_set(false))
}

fn add(ranges: &mut Ranges, table: &Table, name: &str) {
    let Ok(index) = table.binary_search_by(|(known, _)| (*known).cmp(name)) else {
        return;
    };
    for &(first, last, step) in table[index].1 {
        if step == 1 {
            ranges.push(first, last);
        } else {
            (first..=last).step_by(step as usize).for_each(|code| ranges.push(code, code));
        }
    }
}
