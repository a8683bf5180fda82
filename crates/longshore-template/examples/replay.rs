//! Replays the cases on standard input and prints those that differ from what Go made of them.
//!
//! `oracle-template fuzz template -seed 1 | replay template`: a line of JSON for each difference, with the case as
//! it was recorded and what we said; a panic counts as one. The last line, on standard error, is
//! `replayed N cases, D differences`.

use std::io::{self, BufRead, Write};
use std::panic;
use std::process::ExitCode;

#[path = "../tests/it/support"]
mod support {
    pub(crate) mod boxes;
    #[expect(dead_code, reason = "lines are read one by one here")]
    pub(crate) mod case;
    pub(crate) mod data;
    pub(crate) mod functions;
    pub(crate) mod objects;
    pub(crate) mod values;
}

fn main() -> io::Result<ExitCode> {
    let area = std::env::args().nth(1).unwrap_or_default();
    if area != "template" {
        writeln!(io::stderr(), "no area {area:?}; there is template")?;
        return Ok(ExitCode::from(2));
    }
    panic::set_hook(Box::new(|_| {}));
    let mut out = io::BufWriter::new(io::stdout().lock());
    let (mut count, mut differing) = (0u64, 0u64);
    for line in io::stdin().lock().lines() {
        let line = line?;
        if line.is_empty() || line.starts_with("{\"recorded_with\"") {
            continue;
        }
        count += 1;
        let ours = match panic::catch_unwind(|| support::case::line(&line).difference()) {
            Ok(None) => continue,
            Ok(Some(ours)) => format!("{ours:?}"),
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
