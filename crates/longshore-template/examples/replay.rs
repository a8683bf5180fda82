//! Replays files of recorded cases and prints those that differ from what Go made of them.
//!
//! `go run . generate -seed 1 -n 100000 > f` in `tools/oracle-template`, then
//! `cargo run --release -p longshore-template --example replay -- f`.

use std::io::{self, Write};
use std::process::ExitCode;

#[path = "../tests/it/support"]
mod support {
    pub(crate) mod case;
    pub(crate) mod data;
    pub(crate) mod functions;
}

fn main() -> io::Result<ExitCode> {
    let mut out = io::stdout().lock();
    let (mut count, mut differing) = (0, 0);
    for file in std::env::args().skip(1) {
        let (_, cases) = support::case::read(&std::fs::read_to_string(file)?);
        count += cases.len();
        for case in &cases {
            let (expected, got) = (case.expected(), case.run());
            // Complex numbers are the one thing left out.
            if expected != got && !got.error.contains("complex constant") {
                differing += 1;
                writeln!(out, "{}", case.name)?;
                for source in &case.sources {
                    writeln!(out, "  {}: {:?}", source.name, source.text)?;
                }
                writeln!(out, "  Go  {expected:?}\n  we  {got:?}")?;
            }
        }
    }
    writeln!(out, "{count} cases, {differing} differ")?;
    Ok(ExitCode::from(u8::from(differing > 0)))
}
