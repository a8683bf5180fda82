//! Which lines were told already.
//!
//! A log can only be asked for from a whole second on, so that each reading that goes on from an earlier one brings
//! lines again. Those of the last seconds are remembered by their time and a hash of their text, each as often as it
//! came; what comes again is taken off that. So a line is told once, though several have one time and one text, though
//! the two streams of a container come in another order, and though the reading is of another run of the container.
//!
//! What this trusts is that the node's clock is not set back by more than [`SLACK`] while we look on.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hasher as _};

use jiff::Timestamp;
use longshore_cluster::LogLine;

/// How much earlier than the newest a line may still come for the first time: the two streams of a container are
/// written by two hands. In nanoseconds.
const SLACK: i64 = 1_000_000_000;

const SECOND: i64 = 1_000_000_000;

/// The most lines that are remembered, 16 bytes each. If more came in two seconds, those before count as told.
const MOST: usize = 1 << 16;

/// The memory of one container's log.
#[derive(Debug, Default)]
pub(super) struct Seen {
    recent: VecDeque<(i64, u64)>,
    newest: Option<i64>,
    /// Up to this time everything was told, but for what `recent` does not know.
    floor: i64,
    /// What may come again, and how often.
    again: BTreeMap<(i64, u64), u32>,
    /// Whether anything must come again if the log goes on where it was left.
    expects: bool,
    /// Lines that came again since the last resumption.
    repeated: usize,
    /// New lines since then.
    fresh: usize,
}

impl Seen {
    /// Prepares for a reading that goes on from the earlier ones; from when on to read. `None` if nothing was read yet.
    pub(super) fn resume(&mut self) -> Option<Timestamp> {
        (self.repeated, self.fresh, self.expects) = (0, 0, false);
        let newest = self.newest?;
        let from = (newest - SLACK).div_euclid(SECOND) * SECOND;
        self.floor = self.floor.max(from);
        self.forget(from);
        self.read_again();
        self.expects = !self.again.is_empty();
        Timestamp::from_nanosecond(from.into()).ok()
    }

    /// Prepares for another reading from the same time on: all that is remembered may come in it once more, also what
    /// was told since the last resumption. For the two readings may be of one run of the container: it was started
    /// again after the present run's log was opened, and before that of the run before was.
    pub(super) fn read_again(&mut self) {
        self.again.clear();
        for line in &self.recent {
            *self.again.entry(*line).or_default() += 1;
        }
    }

    /// Whether lines may be missing between what was read before the last resumption and what was read since: new ones
    /// came, and none of those that must be among them if the log goes on where it was left.
    pub(super) fn has_gap(&self) -> bool {
        self.fresh > 0 && self.repeated == 0 && self.expects
    }

    /// Whether a line is told for the first time; from now on it was told.
    pub(super) fn is_new(&mut self, line: &LogLine) -> bool {
        let Some(at) = line.at else { return true };
        let key = (at, hash(line));
        if let Some(count) = self.again.get_mut(&key) {
            *count -= 1;
            if *count == 0 {
                self.again.remove(&key);
            }
            self.repeated += 1;
            return false;
        }
        // Once all that was expected has come again, what follows is new.
        if at < self.floor && !self.again.is_empty() {
            return false;
        }
        self.fresh += 1;
        self.recent.push_back(key);
        let newest = self.newest.map_or(at, |newest| newest.max(at));
        self.newest = Some(newest);
        // Whole seconds at a time is often enough.
        if self.recent.len() > MOST {
            if let Some((at, _)) = self.recent.pop_front() {
                self.floor = self.floor.max(at + 1);
            }
        } else if self.recent.front().is_some_and(|(at, _)| *at < newest - SLACK - 2 * SECOND) {
            self.forget((newest - SLACK).div_euclid(SECOND) * SECOND);
        }
        true
    }

    fn forget(&mut self, before: i64) {
        while self.recent.front().is_some_and(|(at, _)| *at < before) {
            self.recent.pop_front();
        }
    }

    /// How many lines are remembered.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.recent.len() + self.again.len()
    }
}

fn hash(line: &LogLine) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(&line.text);
    hasher.write_u8(line.continued.into());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use longshore_cluster::LogLine;

    use super::{MOST, Seen};

    fn line(at: i64, text: &str) -> LogLine {
        LogLine {
            at: Some(at),
            stamp: Bytes::new(),
            text: Bytes::copy_from_slice(text.as_bytes()),
            continued: false,
        }
    }

    /// Times in tenths of a second.
    fn told(seen: &mut Seen, lines: &[(i64, &str)]) -> Vec<String> {
        let new = lines.iter().filter(|(at, text)| seen.is_new(&line(at * 100_000_000, text)));
        new.map(|(at, text)| format!("{at}{text}")).collect()
    }

    #[test]
    fn every_line_is_told_once() {
        let mut seen = Seen::default();
        assert_eq!(seen.resume(), None);
        assert_eq!(told(&mut seen, &[(50, "a"), (61, "b"), (65, "c"), (65, "c"), (64, "d")]).len(), 5);
        assert_eq!(seen.resume().unwrap().to_string(), "1970-01-01T00:00:05Z");
        // Two of one time and text are two; one that came out of order and was not read yet is new.
        let again = [(50, "a"), (61, "b"), (65, "c"), (65, "c"), (64, "d"), (64, "e"), (65, "c"), (66, "f")];
        assert_eq!(told(&mut seen, &again), ["64e", "65c", "66f"]);
        assert!(!seen.has_gap());
    }

    #[test]
    fn two_readings_of_one_run_tell_its_lines_once() {
        let mut seen = Seen::default();
        told(&mut seen, &[(50, "a"), (61, "b")]);
        seen.resume();
        let run = [(50, "a"), (61, "b"), (62, "c"), (63, "d")];
        assert_eq!(told(&mut seen, &run), ["62c", "63d"]);
        seen.read_again();
        assert_eq!(told(&mut seen, &run), Vec::<String>::new());
        assert_eq!(told(&mut seen, &[(64, "e"), (62, "c")]), ["64e", "62c"]);
        assert!(!seen.has_gap());
    }

    #[test]
    fn what_is_older_than_the_window_was_told() {
        let mut seen = Seen::default();
        told(&mut seen, &[(10, "a"), (99, "b")]);
        seen.resume();
        assert_eq!(told(&mut seen, &[(10, "a"), (99, "b"), (100, "c")]), ["100c"]);
    }

    #[test]
    fn a_log_that_does_not_go_on_where_it_was_left_has_a_gap() {
        let mut seen = Seen::default();
        seen.resume();
        told(&mut seen, &[(50, "a")]);
        assert!(!seen.has_gap(), "nothing was read before");
        seen.resume();
        assert!(!seen.has_gap(), "nothing was written since");
        told(&mut seen, &[(70, "z")]);
        assert!(seen.has_gap());
    }

    #[test]
    fn memory_is_bounded_by_time_and_by_number() {
        let mut seen = Seen::default();
        for number in 0..100_000_i64 {
            assert!(seen.is_new(&line(number * 1_000_000, "x")));
        }
        assert!(seen.len() < 5_000, "{} lines of 100 s at 1,000 a second", seen.len());
        for number in 0..200_000_i64 {
            assert!(seen.is_new(&line(100_000_000_000 + number, "x")));
        }
        assert!(seen.len() <= MOST);
        seen.resume();
        assert!(!seen.is_new(&line(100_000_000_000, "x")), "what was dropped counts as told");
    }
}
