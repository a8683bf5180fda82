//! A sequence of pictures with their times, made short: no picture twice, not too many in a second, no long waits.

use std::time::Duration;

use super::screen::{Frame, Line};

/// Of what a program writes, at most this often a picture is kept: about six in a second.
const SHORTEST: Duration = Duration::from_millis(165);

/// Nobody wants to watch a spinner for longer.
const LONGEST_WAIT: Duration = Duration::from_millis(1500);

/// A picture and when it appears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) at: Duration,
    pub(super) frame: Frame,
}

/// Pictures in the order of their times, the first at zero, no two neighbours the same.
#[derive(Debug, Default)]
pub(super) struct Film {
    moments: Vec<Moment>,
    length: Duration,
}

impl Film {
    /// All pictures.
    pub(super) fn moments(&self) -> &[Moment] {
        &self.moments
    }

    /// How long it takes, the last picture included.
    pub(super) fn length(&self) -> Duration {
        self.length
    }

    /// Goes on with one picture for a while.
    pub(super) fn hold(&mut self, frame: Frame, time: Duration) {
        match self.moments.last_mut() {
            Some(last) if last.frame == frame => {}
            // Nobody has seen it.
            Some(last) if last.at == self.length => last.frame = frame,
            _ => self.moments.push(Moment { at: self.length, frame }),
        }
        self.length += time;
    }

    /// Goes on with what was recorded. The last picture stays for as long as what follows it wants.
    pub(super) fn play(&mut self, recorded: Vec<(Duration, Frame)>) {
        let moments = recorded.into_iter().map(|(at, frame)| Moment { at, frame }).collect();
        let mut moments = shorten(thin(moments)).into_iter().peekable();
        while let Some(moment) = moments.next() {
            let until = moments.peek().map_or(moment.at, |next| next.at);
            self.hold(moment.frame, until.saturating_sub(moment.at));
        }
    }
}

/// Leaves out what is shown for too short a time. Of pictures close together the last one stays, in place of the first.
fn thin(moments: Vec<Moment>) -> Vec<Moment> {
    let mut kept: Vec<Moment> = Vec::new();
    for moment in moments {
        match kept.last_mut() {
            Some(last) if last.frame == moment.frame => {}
            Some(last) if moment.at < last.at + SHORTEST => last.frame = moment.frame,
            _ => kept.push(moment),
        }
    }
    kept.dedup_by(|next, last| next.frame == last.frame);
    kept
}

/// Cuts waits, in which nothing but spinners and clocks move. The clocks then jump, as the film does.
fn shorten(moments: Vec<Moment>) -> Vec<Moment> {
    let mut kept: Vec<Moment> = Vec::new();
    let mut news = Duration::ZERO;
    let mut cut = Duration::ZERO;
    let mut before: Option<Frame> = None;
    for Moment { at, frame } in moments {
        let is_news = before.as_ref().is_none_or(|before| tells_more(before, &frame));
        before = Some(frame.clone());
        if is_news {
            cut += at.saturating_sub(news).saturating_sub(LONGEST_WAIT);
            news = at;
        } else if at >= news + LONGEST_WAIT {
            continue;
        }
        kept.push(Moment { at: at.saturating_sub(cut), frame });
    }
    kept
}

/// Whether a picture says something that the one before it does not.
fn tells_more(before: &Frame, after: &Frame) -> bool {
    let unlike = |(before, after): (&Line, &Line)| before != after && gist(before) != gist(after);
    before.top != after.top
        || before.lines.len() != after.lines.len()
        || before.lines.iter().zip(&after.lines).any(unlike)
}

/// The words of a line without spinners and clocks.
fn gist(line: &Line) -> Vec<String> {
    let text = line.text();
    let words = text.split_whitespace().filter(|word| !is_spinner(word) && !is_clock(word));
    words.map(str::to_owned).collect()
}

/// Spinners are drawn in Braille.
fn is_spinner(word: &str) -> bool {
    word.chars().all(|character| ('\u{2800}'..='\u{28ff}').contains(&character))
}

/// `12s`, `1m`, `0.3s`, `00:12`, but not `12`, which may count something.
fn is_clock(word: &str) -> bool {
    let word = word.trim_matches(['(', ')', '[', ']']);
    word.starts_with(|first: char| first.is_ascii_digit())
        && word.contains(['s', 'm', 'h', ':'])
        && word.chars().all(|character| character.is_ascii_digit() || "smh:.".contains(character))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::pty::Size;
    use crate::record::screen::Terminal;

    fn frame(text: &str) -> Frame {
        let mut terminal = Terminal::new(Size { rows: 3, columns: 40 });
        terminal.write(text.as_bytes());
        terminal.frame()
    }

    /// What is left of pictures given as milliseconds and text.
    fn check(pass: fn(Vec<Moment>) -> Vec<Moment>, given: &[(u64, &str)], expected: &[(u64, &str)]) {
        let moments = |list: &[(u64, &str)]| -> Vec<Moment> {
            let moment =
                |(at, text): &(u64, &str)| Moment { at: Duration::from_millis(*at), frame: frame(text) };
            list.iter().map(moment).collect()
        };
        assert_eq!(pass(moments(given)), moments(expected));
    }

    #[test]
    fn of_pictures_close_together_the_last_one_stays() {
        check(
            thin,
            &[(0, "a"), (300, "b"), (310, "c"), (460, "d"), (470, "e"), (900, "e"), (1000, "f")],
            &[(0, "a"), (300, "d"), (470, "e"), (1000, "f")],
        );
    }

    #[test]
    fn a_picture_that_comes_back_at_once_is_not_there_twice() {
        check(thin, &[(0, "a"), (300, "b"), (310, "a"), (900, "c")], &[(0, "a"), (900, "c")]);
    }

    #[test]
    fn silence_is_cut() {
        check(
            shorten,
            &[(0, "a"), (1000, "b"), (9000, "c"), (9500, "d")],
            &[(0, "a"), (1000, "b"), (2500, "c"), (3000, "d")],
        );
    }

    #[test]
    fn a_spinner_is_cut_and_what_counts_is_not() {
        check(
            shorten,
            &[
                (0, "\u{2801} web: 1 of 2 ready 0s"),
                (1000, "\u{2802} web: 1 of 2 ready 1s"),
                (2000, "\u{2804} web: 1 of 2 ready 2s"),
                (3000, "\u{2801} web: 1 of 2 ready 3s"),
                (4000, "\u{2802} web: 2 of 2 ready 4s"),
                (5000, "done"),
            ],
            &[
                (0, "\u{2801} web: 1 of 2 ready 0s"),
                (1000, "\u{2802} web: 1 of 2 ready 1s"),
                (1500, "\u{2802} web: 2 of 2 ready 4s"),
                (2500, "done"),
            ],
        );
    }

    #[test]
    fn clocks_are_told_from_counts() {
        for word in ["12s", "1m", "(3s)", "0.3s", "00:12"] {
            assert!(is_clock(word), "{word}");
        }
        for word in ["12", "3/5", "sh", "s", "v1", "1.2.3"] {
            assert!(!is_clock(word), "{word}");
        }
    }

    #[test]
    fn a_film_goes_on_where_it_was() {
        let mut film = Film::default();
        film.hold(frame("$"), Duration::from_secs(1));
        film.hold(frame("$"), Duration::from_secs(1));
        film.play(vec![(Duration::ZERO, frame("$")), (Duration::from_millis(500), frame("x"))]);
        film.hold(frame("y"), Duration::from_secs(1));
        let times: Vec<u128> = film.moments().iter().map(|moment| moment.at.as_millis()).collect();
        assert_eq!((times, film.length()), (vec![0, 2500], Duration::from_millis(3500)));
        assert_eq!(film.moments()[1].frame, frame("y"), "the one before it was to be seen for no time");
    }
}
