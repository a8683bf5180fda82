//! Templates by name: a small hash table.
//!
//! `include` looks a template up by a name that it gets at run time, hundreds of thousands of times
//! per chart, among names that share long prefixes: an ordered map would compare those over and over.

use std::sync::Arc;

use longshore_go::Str;

use crate::code::Code;

/// Compiled templates in the order in which their names first came, and an index by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    codes: Vec<Arc<Code>>,
    /// Places in `codes`, plus one, at the hash of the name or after; 0 is free. A power of two long.
    slots: Vec<u32>,
}

impl Names {
    pub(crate) fn get(&self, name: &[u8]) -> Option<&Arc<Code>> {
        self.codes.get(self.place(name)?)
    }

    /// Adds a template, in place of one that has the name.
    pub(crate) fn insert(&mut self, code: Arc<Code>) {
        if let Some(place) = self.place(&code.name) {
            self.codes[place] = code;
            return;
        }
        self.codes.push(code);
        if self.codes.len() * 2 > self.slots.len() {
            self.slots = vec![0; (self.codes.len() * 4).next_power_of_two()];
            for place in 0..self.codes.len() {
                self.note(place);
            }
        } else {
            self.note(self.codes.len() - 1);
        }
    }

    /// The names, in no order that means anything.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Str> {
        self.codes.iter().map(|code| &code.name)
    }

    fn place(&self, name: &[u8]) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
        let mut slot = self.first_slot(name);
        loop {
            let place = (self.slots[slot] as usize).checked_sub(1)?;
            if *self.codes[place].name == *name {
                return Some(place);
            }
            slot = (slot + 1) % self.slots.len();
        }
    }

    fn note(&mut self, place: usize) {
        let mut slot = self.first_slot(&self.codes[place].name);
        while self.slots[slot] != 0 {
            slot = (slot + 1) % self.slots.len();
        }
        self.slots[slot] = place as u32 + 1;
    }

    fn first_slot(&self, name: &[u8]) -> usize {
        hash(name) as usize & (self.slots.len() - 1)
    }
}

/// A quick hash over words of eight bytes. The names are a chart's own, so nobody gains by collisions
/// but a slower render of that chart, which the steps' budget does not need to see.
fn hash(name: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut state = name.len() as u64;
    let mut add = |word: u64| state = (state.rotate_left(5) ^ word).wrapping_mul(FACTOR);
    let (words, rest) = name.as_chunks();
    for word in words {
        add(u64::from_le_bytes(*word));
    }
    if !rest.is_empty() {
        add(rest.iter().fold(0, |word, &byte| word << 8 | u64::from(byte)));
    }
    state ^ state >> 32
}
