//! Replaying a stream of recorded cases: what the `replay` examples of this crate and of those above it do.

use std::io::{self, BufRead, Write};
use std::panic::{self, AssertUnwindSafe};

/// Reads cases of so many lines each from standard input until it ends, and tells where ours differ.
///
/// `difference` gives our answer to a case if it is not the recorded one; a panic of it counts as a difference. For
/// each one a line of JSON goes to standard output, with the case as it was recorded and what we said. The last line, on
/// standard error, is `replayed N cases, D differences`.
pub(crate) fn replay(lines: usize, difference: impl Fn(&str) -> Option<String>) -> io::Result<()> {
    panic::set_hook(Box::new(|_| {}));
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut input = io::stdin().lock();
    let (mut count, mut differing) = (0u64, 0u64);
    let mut case = String::new();
    loop {
        case.clear();
        if !read_line(&mut input, &mut case)? {
            break;
        }
        if ["\n", "#", "{\"recorded_with\""].iter().any(|start| case.starts_with(start)) {
            continue;
        }
        let mut whole = true;
        for _ in 1..lines {
            whole = whole && read_line(&mut input, &mut case)?;
        }
        if !whole {
            break;
        }
        count += 1;
        let ours = match panic::catch_unwind(AssertUnwindSafe(|| difference(&case))) {
            Ok(None) => continue,
            Ok(Some(ours)) => ours,
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
                format!("panic: {}", text.unwrap_or_default())
            }
        };
        differing += 1;
        writeln!(out, "{}", serde_json::json!({ "case": case, "ours": ours }))?;
    }
    out.flush()?;
    writeln!(io::stderr(), "replayed {count} cases, {differing} differences")
}

/// Appends the next line; `false` if there is no whole one. Whoever writes is stopped at any moment, within a character
/// too.
fn read_line(input: &mut impl BufRead, text: &mut String) -> io::Result<bool> {
    match input.read_line(text) {
        Ok(_) => Ok(text.ends_with('\n')),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(false),
        Err(error) => Err(error),
    }
}
