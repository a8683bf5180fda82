//! Replays the cases on standard input and prints those that differ from what Go made of them.
//!
//! `oracle-go fuzz regexp -seed 1 -n 10000 | replay regexp`: a line of JSON for each difference, with the
//! case as it was recorded and what we said; a panic counts as one. The last line, on standard error, is
//! `replayed N cases, D differences`.

#![expect(clippy::unwrap_used, reason = "a case that cannot be read ends in a difference")]

use std::io::{self, BufRead, Write};
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

#[path = "../tests/it/areas/all.rs"]
mod areas;

fn main() -> io::Result<ExitCode> {
    let name = std::env::args().nth(1).unwrap_or_default();
    let Some(check) = areas::named(&name) else {
        let names: Vec<_> = areas::AREAS.iter().map(|(name, _)| *name).collect();
        writeln!(io::stderr(), "no area {name:?}; there are {}", names.join(", "))?;
        return Ok(ExitCode::from(2));
    };
    panic::set_hook(Box::new(|_| {}));
    let mut out = io::BufWriter::new(io::stdout().lock());
    let (mut count, mut differing) = (0u64, 0u64);
    for line in io::stdin().lock().lines() {
        let line = line?;
        count += 1;
        let compared = AssertUnwindSafe(|| check(&serde_json::from_str(&line).unwrap()));
        let ours = match panic::catch_unwind(compared) {
            Ok((ours, theirs)) if ours == theirs => continue,
            Ok((ours, _)) => String::from_utf8_lossy(&ours).into_owned(),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
                format!("panic: {}", text.unwrap_or_default())
            }
        };
        differing += 1;
        writeln!(out, "{}", serde_json::json!({ "case": line, "ours": ours }))?;
    }
    out.flush()?;
    writeln!(io::stderr(), "replayed {count} cases, {differing} differences")?;
    Ok(ExitCode::SUCCESS)
}
