//! What Go says of errors of the operating system.

use std::io;

/// The words of `syscall.Errno` for why something failed, as they stand behind `open x: `: in lower case, without a
/// number.
///
/// ```
/// let error = std::fs::read("no such file").unwrap_err();
/// assert_eq!(longshore_go::os::reason(&error), "no such file or directory");
/// ```
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
