//! When which line is seen, and the style sheet that makes it so.
//!
//! All animations take as long as the film, begin together and begin again together. They jump from value to value
//! (`step-end`) as terminals do.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use crate::record::film::Film;
use crate::record::screen::Line;

/// A line of text and when it is seen.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Span<'a> {
    /// Its number since the first line.
    pub(super) row: usize,
    pub(super) line: &'a Line,
    pub(super) from: Duration,
    /// `None`: until the end.
    pub(super) until: Option<Duration>,
}

/// All lines of a film, by number and time. Blank ones are left out.
pub(super) fn spans(film: &Film) -> Vec<Span<'_>> {
    let mut seen: BTreeMap<usize, (Duration, &Line)> = BTreeMap::new();
    let mut spans = Vec::new();
    for moment in film.moments() {
        let on_screen =
            |row: usize| row.checked_sub(moment.frame.top).and_then(|row| moment.frame.lines.get(row));
        seen.retain(|&row, &mut (from, line)| {
            let stays = on_screen(row) == Some(line);
            if !stays {
                spans.push(Span { row, line, from, until: Some(moment.at) });
            }
            stays
        });
        for (index, line) in moment.frame.lines.iter().enumerate().filter(|(_, line)| !line.0.is_empty()) {
            seen.entry(moment.frame.top + index).or_insert((moment.at, line));
        }
    }
    spans.extend(seen.into_iter().map(|(row, (from, line))| Span { row, line, from, until: None }));
    spans.sort_by_key(|span| (span.row, span.from));
    spans
}

/// The animations of a film.
pub(super) struct Times {
    length: Duration,
    /// The number of the class for each time of being seen.
    seen: BTreeMap<(Duration, Option<Duration>), usize>,
    rules: String,
}

impl Times {
    pub(super) fn new(length: Duration) -> Self {
        Self { length, seen: BTreeMap::new(), rules: String::new() }
    }

    /// The classes of something that is seen from one time until another; none if that is always.
    pub(super) fn seen(&mut self, from: Duration, until: Option<Duration>) -> String {
        if from.is_zero() && until.is_none() {
            return String::new();
        }
        let next = self.seen.len();
        let index = *self.seen.entry((from, until)).or_insert(next);
        // What is not there at the end is hidden for those who see only the end.
        let class = if until.is_some() { format!("a h t{index}") } else { format!("a t{index}") };
        if index == next {
            let hidden = match until {
                None => "0%".to_owned(),
                Some(until) if from.is_zero() => self.percent(until),
                Some(until) => format!("0%,{}", self.percent(until)),
            };
            let rule = format!(
                "@keyframes t{index}{{{hidden}{{visibility:hidden}}{}{{visibility:visible}}}}.t{index}{{animation-name:t{index}}}\n",
                if until.is_none() { format!("{},to", self.percent(from)) } else { self.percent(from) },
            );
            self.rules.push_str(&rule);
        }
        class
    }

    /// The classes of something that moves from place to place.
    pub(super) fn moves<P: Copy + PartialEq>(
        &mut self,
        name: &str,
        places: impl Iterator<Item = (Duration, P)>,
        pixels: impl Fn(P) -> (f64, f64),
    ) -> String {
        let mut frames = String::new();
        let mut before = None;
        for (at, place) in places {
            if before == Some(place) {
                continue;
            }
            before = Some(place);
            // Writing to a string does not fail.
            let _ = write!(frames, "{}{{{}}}", self.percent(at), translation(pixels(place)));
        }
        if let Some(last) = before {
            let _ = write!(frames, "to{{{}}}", translation(pixels(last)));
        }
        let _ = writeln!(self.rules, "@keyframes {name}{{{frames}}}.{name}{{animation-name:{name}}}");
        format!("a {name}")
    }

    /// The style sheet for all that was asked for.
    pub(super) fn style(&self) -> String {
        format!(
            ".h{{visibility:hidden}}.a{{animation:{}s step-end infinite}}\n{}\
             @media (prefers-reduced-motion:reduce){{.a{{animation:none}}}}\n",
            number(self.length.as_secs_f64()),
            self.rules,
        )
    }

    fn percent(&self, at: Duration) -> String {
        let part = at.as_secs_f64() / self.length.as_secs_f64().max(f64::MIN_POSITIVE);
        format!("{}%", number(part * 100.0))
    }
}

fn translation((x, y): (f64, f64)) -> String {
    format!("transform:translate({}px,{}px)", number(x), number(y))
}

/// A number with at most three digits after the point.
pub(super) fn number(value: f64) -> String {
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}
