//! Replays the cases on standard input and prints those that differ from what Go made of them.
//!
//! `oracle-yaml fuzz yaml-read-v2 -seed 1 -n 10000 | replay yaml-read-v2`: a line of JSON for each difference, with the
//! case as it was recorded and what we said; a panic counts as one. The last line, on standard error, is
//! `replayed N cases, D differences`.

use std::io::{self, BufRead, Write};
use std::panic::{self, AssertUnwindSafe};

#[path = "../tests/it/replay.rs"]
mod replay;

fn main() -> io::Result<()> {
    // The cases name their operations, so that every area is replayed alike.
    panic::set_hook(Box::new(|_| {}));
    let mut out = io::BufWriter::new(io::stdout().lock());
    let (mut count, mut differing) = (0u64, 0u64);
    let mut input = io::stdin().lock();
    let mut text = String::new();
    loop {
        text.clear();
        input.read_line(&mut text)?;
        input.read_line(&mut text)?;
        // Whoever writes is stopped at any moment: half a case is none.
        if text.lines().count() < 2 || !text.ends_with('\n') {
            break;
        }
        let Some(case) = replay::cases(&text).pop() else { break };
        count += 1;
        let ours = match panic::catch_unwind(AssertUnwindSafe(|| case.difference())) {
            Ok(None) => continue,
            Ok(Some(Ok(output))) => format!("= {output}"),
            Ok(Some(Err(error))) => format!("! {error}"),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
                format!("panic: {}", text.unwrap_or_default())
            }
        };
        differing += 1;
        writeln!(out, "{}", serde_json::json!({ "case": case.record, "ours": ours }))?;
    }
    out.flush()?;
    writeln!(io::stderr(), "replayed {count} cases, {differing} differences")
}
