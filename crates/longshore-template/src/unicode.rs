//! Which characters may stand in a name: Go's `unicode.IsLetter` and `unicode.IsDigit`.

mod tables;

/// Letter, decimal digit or underscore.
pub(crate) fn is_alphanumeric(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric() || c == '_'
    } else {
        within(&tables::LETTERS, c) || within(&tables::DIGITS, c)
    }
}

/// Whether `c` lies in one of the runs, which are sorted.
fn within(runs: &[u32], c: char) -> bool {
    let c = c as u32;
    let after = runs.partition_point(|&bound| bound < c);
    // An odd place is within a run; an even one is, if it is the first of a run.
    after % 2 == 1 || runs.get(after) == Some(&c)
}
