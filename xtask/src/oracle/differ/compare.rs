//! Where what ours printed differs from what the original printed, given that the original need not agree with itself.

use std::fmt;
use std::ops::Range;
use std::time::{Duration, Instant};

use similar::{Algorithm, DiffTag, capture_diff_slices_deadline};

use super::kind;
use super::side::Rendered;

/// Texts that have little in common are not aligned for longer than this.
const PATIENCE: Duration = Duration::from_secs(5);

/// So many characters of a line are shown.
const SHOWN: usize = 160;

/// What came of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Exit code, standard output and error are the same.
    Identical,
    /// They are, but for lines in which the original differs from itself.
    Random,
    /// They are not.
    Different(Difference),
}

impl Verdict {
    pub(super) fn difference(&self) -> Option<&Difference> {
        match self {
            Self::Different(difference) => Some(difference),
            Self::Identical | Self::Random => None,
        }
    }
}

/// The first difference of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    /// What it has in common with others, for people to group by.
    pub(super) kind: String,
    /// What the original has there, and what ours has.
    sides: [String; 2],
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [theirs, ours] = &self.sides;
        write!(f, "  {}\n    real {theirs}\n    ours {ours}", self.kind)
    }
}

/// Compares. `theirs` has at least one try of the original; the more, the better it is known what is random.
pub(super) fn compare(theirs: &[Rendered], ours: &Rendered) -> Verdict {
    let Some(first) = theirs.first() else { return Verdict::Identical };
    if theirs.iter().all(|theirs| theirs.code != ours.code) {
        let kind = kind::of_exits(first, ours);
        return Verdict::Different(Difference { kind, sides: [first, ours].map(told_exit) });
    }
    let mut verdict = Verdict::Identical;
    for (name, stream) in
        [("output", (|side| &side.stdout) as fn(&Rendered) -> &[u8]), ("error", |side| side.error())]
    {
        let all: Vec<Vec<&[u8]>> = theirs.iter().map(|side| lines(stream(side))).collect();
        let own = lines(stream(ours));
        match agreement(&all, &own) {
            Agreement::Whole => {}
            Agreement::ButForRandom => verdict = Verdict::Random,
            Agreement::UpTo(at, own_at) => {
                let kind = match name {
                    "output" => kind::of_lines(&all[0][at..], &own[own_at..]),
                    _ => kind::of_errors(first.error()),
                };
                let (theirs, ours) = (all[0].get(at).copied(), own.get(own_at).copied());
                let column = column(theirs.unwrap_or_default(), ours.unwrap_or_default());
                let sides =
                    [(at, theirs), (own_at, ours)].map(|(at, line)| told_line(name, at, line, column));
                return Verdict::Different(Difference { kind, sides });
            }
        }
    }
    verdict
}

/// How far two texts agree.
#[derive(Debug, PartialEq, Eq)]
enum Agreement {
    Whole,
    ButForRandom,
    /// Index of the first line that differs, in theirs and in ours; the number of lines where a text ends.
    UpTo(usize, usize),
}

/// The pieces between line ends. The last is empty if the text ends with one, so that texts are the same if this is.
fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split(|&byte| byte == b'\n').collect()
}

fn agreement(theirs: &[Vec<&[u8]>], ours: &[&[u8]]) -> Agreement {
    let (first, more) = theirs.split_first().expect("there is one rendering at least");
    let stable = more.iter().all(|again| again == first);
    if theirs.iter().any(|theirs| theirs == ours) {
        return if stable { Agreement::Whole } else { Agreement::ButForRandom };
    }
    if stable {
        let at = first.iter().zip(ours).take_while(|(theirs, ours)| theirs == ours).count();
        return Agreement::UpTo(at, at);
    }
    let differs = if theirs.iter().any(|again| again.len() != ours.len()) {
        beyond_hunks(first, more, ours)
    } else {
        (0..ours.len()).find(|&at| !allowed(theirs, ours[at], at)).map(|at| (at, at))
    };
    differs.map_or(Agreement::ButForRandom, |(at, own_at)| Agreement::UpTo(at, own_at))
}

/// Whether ours may say this in a line: what one of theirs says, or anything where they differ, after the same key.
fn allowed(theirs: &[Vec<&[u8]>], ours: &[u8], at: usize) -> bool {
    let mut all = theirs.iter().map(|lines| lines[at]);
    if all.clone().any(|line| line == ours) {
        return true;
    }
    let first = theirs[0][at];
    let random = all.clone().any(|line| line != first);
    let same_key = all.all(|line| key(line) == key(first));
    random && (!same_key || key(ours) == key(first))
}

/// A line's indentation and key with the colon after it.
fn key(line: &[u8]) -> Option<&[u8]> {
    line.windows(2).position(|pair| pair == b": ").map(|colon| &line[..=colon])
}

/// For texts whose numbers of lines differ: the first place where ours differs from the first of theirs, and no other of
/// theirs does.
fn beyond_hunks(first: &[&[u8]], more: &[Vec<&[u8]>], ours: &[&[u8]]) -> Option<(usize, usize)> {
    let random: Vec<Range<usize>> =
        more.iter().flat_map(|again| hunks(first, again)).map(|(theirs, _)| theirs).collect();
    // Neighbours are one place: how they are cut up depends on what they are aligned with.
    let covers = |place: &Range<usize>| {
        let mut reached = place.start;
        while let Some(range) = random
            .iter()
            .find(|range| range.start <= reached && range.end > reached)
            .filter(|_| reached < place.end)
        {
            reached = range.end;
        }
        reached >= place.end
            && random.iter().any(|range| range.start <= place.start && place.start <= range.end)
    };
    hunks(first, ours)
        .into_iter()
        .find(|(theirs, _)| !covers(theirs))
        .map(|(theirs, ours)| (theirs.start, ours.start))
}

/// The ranges of lines in which two texts differ.
fn hunks(old: &[&[u8]], new: &[&[u8]]) -> Vec<(Range<usize>, Range<usize>)> {
    let deadline = Some(Instant::now() + PATIENCE);
    capture_diff_slices_deadline(Algorithm::Myers, old, new, deadline)
        .into_iter()
        .filter(|hunk| hunk.tag() != DiffTag::Equal)
        .map(|hunk| (hunk.old_range(), hunk.new_range()))
        .collect()
}

/// The first byte in which two lines differ.
fn column(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

/// `output line 12: text`, the part around the column if the line is long.
fn told_line(stream: &str, at: usize, line: Option<&[u8]>, column: usize) -> String {
    let Some(line) = line else { return format!("{stream} ends before line {}", at + 1) };
    let start = if line.len() > SHOWN { column.saturating_sub(SHOWN / 2).min(line.len()) } else { 0 };
    let shown = &line[start..line.len().min(start + SHOWN)];
    let before = if start > 0 { "…" } else { "" };
    let after = if start + shown.len() < line.len() { "…" } else { "" };
    format!("{stream} line {}: {before}{}{after}", at + 1, String::from_utf8_lossy(shown))
}

/// `exit code 1: Error: …`
fn told_exit(side: &Rendered) -> String {
    let code = side.code.map_or("killed".to_owned(), |code| format!("exit code {code}"));
    // A program that dies does not say `Error:` first.
    let text = if side.error().is_empty() && side.code != Some(0) { &side.stderr[..] } else { side.error() };
    let text = String::from_utf8_lossy(text);
    match text.trim_end() {
        "" => code,
        text => format!("{code}: {}", text.lines().take(4).collect::<Vec<_>>().join("\n         ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agree(theirs: &[&str], ours: &str) -> Agreement {
        let theirs: Vec<_> = theirs.iter().map(|text| lines(text.as_bytes())).collect();
        agreement(&theirs, &lines(ours.as_bytes()))
    }

    #[test]
    fn what_does_not_change_must_be_the_same() {
        assert_eq!(agree(&["a\nb\n"], "a\nb\n"), Agreement::Whole);
        assert_eq!(agree(&["a\nb\n"], "a\nc\n"), Agreement::UpTo(1, 1));
        assert_eq!(agree(&["a\nb\n"], "a\nb"), Agreement::UpTo(2, 2));
        assert_eq!(agree(&["a\nb\n", "a\nb\n"], "a\n"), Agreement::UpTo(1, 1));
    }

    #[test]
    fn what_changes_may_be_anything_after_the_same_key() {
        let theirs = ["a\npass: x1\nz\n", "a\npass: x2\nz\n"];
        assert_eq!(agree(&theirs, "a\npass: x3\nz\n"), Agreement::ButForRandom);
        assert_eq!(agree(&theirs, "a\npass: x1\nz\n"), Agreement::ButForRandom);
        assert_eq!(agree(&theirs, "a\nword: x3\nz\n"), Agreement::UpTo(1, 1));
        assert_eq!(agree(&theirs, "a\npass: x3\ny\n"), Agreement::UpTo(2, 2));
        assert_eq!(agree(&theirs, "b\npass: x3\nz\n"), Agreement::UpTo(0, 0));
    }

    #[test]
    fn random_texts_may_have_any_number_of_lines() {
        let theirs = ["a\np1\nz\n", "a\np2\np3\nz\n"];
        assert_eq!(agree(&theirs, "a\nq1\nq2\nq3\nz\n"), Agreement::ButForRandom);
        assert_eq!(agree(&theirs, "a\nq1\nq2\nz\nend\n"), Agreement::UpTo(3, 4));
        assert_eq!(agree(&theirs, "q0\na\nq1\nz\n"), Agreement::UpTo(0, 0));
        // Two of theirs leave different places open, and both count.
        let theirs = ["a\np1\nz\n", "a\np2\nz\n", "a\np1\nz\nextra\n"];
        assert_eq!(agree(&theirs, "a\np4\nz\nother\n"), Agreement::ButForRandom);
    }

    fn rendered(code: i32, stdout: &str, stderr: &str) -> Rendered {
        Rendered { code: Some(code), stdout: stdout.into(), stderr: stderr.into(), ..Rendered::default() }
    }

    #[test]
    fn exit_codes_and_errors_count_and_warnings_do_not() {
        let check = |theirs: &Rendered, ours: &Rendered| compare(std::slice::from_ref(theirs), ours);
        let fine = rendered(0, "a\n", "careful\n");
        assert_eq!(check(&fine, &rendered(0, "a\n", "")), Verdict::Identical);
        let failed = rendered(1, "", "Error: no `x`\n\nUse --debug\n");
        assert_eq!(
            check(&failed, &rendered(1, "", "careful\nError: no `x`\n\nUse --debug\n")),
            Verdict::Identical
        );
        let difference = check(&failed, &rendered(1, "", "Error: no `x`\n"));
        let told = difference.difference().unwrap().to_string();
        assert!(told.contains("real error line 3: Use --debug\n    ours error ends before line 3"), "{told}");
        let told = check(&fine, &failed).difference().unwrap().to_string();
        assert!(told.contains("real exit code 0\n    ours exit code 1: Error: no `x`"), "{told}");
    }

    #[test]
    fn long_lines_are_shown_where_they_differ() {
        let long = format!("key: {}b{}", "a".repeat(500), "c".repeat(500));
        let told = told_line("output", 4, Some(long.as_bytes()), 505);
        assert!(told.starts_with("output line 5: …aaa") && told.ends_with("c…"), "{told}");
        assert!(told.contains("aba") || told.contains("abc"), "{told}");
    }
}
