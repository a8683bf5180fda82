//! An index of entries by name: a small hash table.
//!
//! Names are looked up hundreds of thousands of times per chart, among others that share long prefixes: an ordered
//! map would compare those over and over.

/// Where the entry of each name is. The entries themselves, and so the names, are its user's.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    /// Places of entries, plus one, at the hash of the name or after; 0 is free. A power of two long.
    slots: Vec<u32>,
}

impl Index {
    /// The place of the entry called `name`; `name_at` tells the name of the entry at a place.
    pub(crate) fn find<'a>(&self, name: &[u8], name_at: impl Fn(usize) -> &'a [u8]) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
        let mut slot = self.first_slot(name);
        loop {
            let place = (self.slots[slot] as usize).checked_sub(1)?;
            if name_at(place) == name {
                return Some(place);
            }
            slot = (slot + 1) % self.slots.len();
        }
    }

    /// Notes the entry at the place `last`, behind all that are here. Its name must be new.
    pub(crate) fn push<'a>(&mut self, last: usize, name_at: impl Fn(usize) -> &'a [u8]) {
        let count = last + 1;
        if count * 2 > self.slots.len() {
            self.slots = vec![0; (count * 4).next_power_of_two()];
            for place in 0..count {
                self.note(place, name_at(place));
            }
        } else {
            self.note(last, name_at(last));
        }
    }

    fn note(&mut self, place: usize, name: &[u8]) {
        let mut slot = self.first_slot(name);
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
