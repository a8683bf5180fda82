//! Logs that are not stored: line `n` of a run was written `n` periods after the run began.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::http1::Asked;

/// Bytes that are sent at once.
const CHUNK: usize = 16 << 10;

/// A container's log: its runs, and the lines of each.
#[derive(Debug)]
pub(super) struct Log {
    /// Between two lines, in nanoseconds; none if there are no lines.
    period: Option<i64>,
    runs: Vec<Run>,
    /// Whether the next run begins right before the log of the run before is asked for.
    pub(super) restarts_before_previous: bool,
}

#[derive(Debug, Clone)]
struct Run {
    began: i64,
    ended: Option<i64>,
    /// The number of its first line.
    first: u64,
    /// Lines before this one can no longer be read.
    kept: u64,
}

/// A request that is being answered.
#[derive(Debug)]
pub(super) struct Reading {
    run: usize,
    next: u64,
}

fn now() -> i64 {
    i64::try_from(Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX)
}

impl Log {
    pub(super) fn new(rate: u32) -> Self {
        let period = (rate > 0).then(|| 1_000_000_000 / i64::from(rate));
        Self {
            period,
            runs: vec![Run { began: now(), ended: None, first: 0, kept: 0 }],
            restarts_before_previous: false,
        }
    }

    /// The number after the last line of a run so far.
    fn end(&self, run: &Run) -> u64 {
        let until = run.ended.unwrap_or_else(now);
        let lines = self.period.map_or(0, |period| (until - run.began) / period + 1);
        run.first + u64::try_from(lines).unwrap_or(0)
    }

    pub(super) fn restart(&mut self) {
        let first = self.stop();
        self.runs.push(Run { began: now(), ended: None, first, kept: first });
    }

    pub(super) fn stop(&mut self) -> u64 {
        let now = now();
        if let Some(run) = self.runs.last_mut() {
            run.ended.get_or_insert(now);
        }
        self.runs.last().map_or(0, |run| self.end(run))
    }

    pub(super) fn rotate(&mut self, ahead: u64) {
        let kept = self.runs.last().map_or(0, |run| self.end(run));
        if let Some(run) = self.runs.last_mut() {
            run.kept = kept + ahead;
        }
    }

    /// Where an answer begins; `None` if there is no such run.
    pub(super) fn begin(&mut self, asked: &Asked) -> Option<Reading> {
        if asked.is("previous") && std::mem::take(&mut self.restarts_before_previous) {
            self.restart();
        }
        let back = if asked.is("previous") { 2 } else { 1 };
        let index = self.runs.len().checked_sub(back)?;
        let run = &self.runs[index];
        let mut next = run.kept;
        let since = match (asked.value("sinceTime"), asked.value("sinceSeconds")) {
            (Some(time), _) => time.parse::<Timestamp>().ok().map(|time| time.as_second() * 1_000_000_000),
            (_, Some(seconds)) => seconds.parse::<i64>().ok().map(|seconds| now() - seconds * 1_000_000_000),
            _ => None,
        };
        if let (Some(since), Some(period)) = (since, self.period) {
            // The first line that was not written before.
            let before = (since - run.began + period - 1).div_euclid(period).max(0);
            next = next.max(run.first + u64::try_from(before).unwrap_or(0));
        }
        if let Some(tail) = asked.value("tailLines").and_then(|lines| lines.parse::<u64>().ok()) {
            next = next.max(self.end(run).saturating_sub(tail));
        }
        Some(Reading { run: index, next })
    }

    /// Adds lines that are there; whether no more can come.
    pub(super) fn read(&self, reading: &mut Reading, text: &mut String) -> bool {
        let run = &self.runs[reading.run];
        let end = self.end(run);
        let period = self.period.unwrap_or(1);
        while reading.next < end && text.len() < CHUNK {
            let number = reading.next;
            let at = run.began + i64::try_from(number - run.first).unwrap_or(0) * period;
            let stamp = Timestamp::from_nanosecond(at.into()).unwrap_or_default();
            // A hundred bytes, as lines of logs are.
            let _ = writeln!(text, "{stamp:.9} {number:010} {:->80}", "");
            reading.next += 1;
        }
        run.ended.is_some() && reading.next >= end
    }
}
