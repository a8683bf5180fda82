//! Zones: UTC, fixed offsets, and rules that come from outside.

use std::fmt;
use std::rc::Rc;

use crate::Str;

/// The rules of a zone: which offset holds when.
pub trait ZoneRules: fmt::Debug {
    /// Abbreviation (`CET`) and seconds east of UTC at a moment in Unix time.
    fn at(&self, seconds: i64) -> (Str, i32);

    /// The offset that an abbreviation stands for in this zone, at best around that moment; `None` if the
    /// zone has none of that name.
    fn offset_of(&self, name: &[u8], seconds: i64) -> Option<i32>;

    /// Whether summer time holds at a moment in Unix time.
    fn is_summer(&self, seconds: i64) -> bool;

    /// What the zone is called: `Europe/Berlin`, or `Local` for that of the machine.
    fn name(&self) -> Str;
}

/// `time.Location`.
#[derive(Clone, Debug)]
pub enum Location {
    /// UTC.
    Utc,
    /// The same offset for ever, perhaps with a name.
    Fixed {
        /// Its abbreviation; layouts show the offset if it has none.
        name: Option<Str>,
        /// Seconds east of UTC.
        offset: i32,
    },
    /// A zone with rules.
    Rules(Rc<dyn ZoneRules>),
}

impl Location {
    /// A fixed offset in seconds east of UTC.
    pub fn fixed(name: impl Into<Str>, offset: i32) -> Self {
        let name = Some(name.into()).filter(|name: &Str| !name.is_empty());
        Self::Fixed { name, offset }
    }

    /// Abbreviation and offset at a moment in Unix time.
    pub fn at(&self, seconds: i64) -> (Str, i32) {
        match self {
            Self::Utc => ("UTC".into(), 0),
            Self::Fixed { name, offset } => (name.clone().unwrap_or_default(), *offset),
            Self::Rules(rules) => rules.at(seconds),
        }
    }

    /// The offset at a moment in Unix time.
    pub(super) fn offset_at(&self, seconds: i64) -> i32 {
        match self {
            Self::Utc => 0,
            Self::Fixed { offset, .. } => *offset,
            Self::Rules(rules) => rules.at(seconds).1,
        }
    }

    /// Whether summer time holds at a moment in Unix time.
    pub(super) fn is_summer(&self, seconds: i64) -> bool {
        match self {
            Self::Rules(rules) => rules.is_summer(seconds),
            _ => false,
        }
    }

    /// The offset that an abbreviation stands for here.
    pub(super) fn offset_of(&self, wanted: &[u8], seconds: i64) -> Option<i32> {
        match self {
            Self::Utc => (wanted == b"UTC").then_some(0),
            Self::Fixed { name, offset } => {
                (wanted == name.as_deref().unwrap_or_default()).then_some(*offset)
            }
            Self::Rules(rules) => rules.offset_of(wanted, seconds),
        }
    }

    /// The moment in Unix time at which clocks here show `local`, which is counted as if they were UTC.
    pub(super) fn moment(&self, local: i64) -> i64 {
        let offset = self.offset_at(local);
        if offset == 0 {
            return local;
        }
        // The offset at the moment that the first guess leads to, unless that lies beyond a change.
        let guess = local - i64::from(offset);
        local - i64::from(self.offset_at(guess))
    }
}
