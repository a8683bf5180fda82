//! Strings that are there already.
//!
//! The same keys and words come back in manifests all the time. Those met lately are shared in place of
//! being made anew, which saves most of the time and memory that strings take.

use longshore_go::Str;

/// Longer texts rarely come back.
const LONGEST: usize = 64;

/// The strings met lately: one for each value of a hash, so that it never grows.
pub(super) struct Texts {
    slots: Vec<Option<Str>>,
}

impl Texts {
    /// For a document of so many nodes.
    pub(super) fn new(nodes: usize) -> Self {
        Self { slots: vec![None; nodes.next_power_of_two().clamp(16, 1024)] }
    }

    /// The text as a string.
    pub(super) fn get(&mut self, text: &str) -> Str {
        if text.len() > LONGEST {
            return text.into();
        }
        let place = hash(text.as_bytes()) as usize & (self.slots.len() - 1);
        let slot = &mut self.slots[place];
        match slot {
            Some(known) if **known == *text.as_bytes() => known.clone(),
            _ => slot.insert(text.into()).clone(),
        }
    }
}

/// Made of the length, the first and the last eight bytes.
fn hash(text: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
    let (first, last) = match (text.first_chunk(), text.last_chunk()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => (text.iter().fold(0, |all, &byte| all << 8 | u64::from(byte)), 0),
    };
    let mixed = (first ^ last.rotate_left(23) ^ text.len() as u64).wrapping_mul(FACTOR);
    mixed >> 40
}
