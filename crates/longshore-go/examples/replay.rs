//! Replays the cases on standard input and prints those that differ from what Go made of them.
//!
//! `oracle-go fuzz regexp -seed 1 -n 10000 | replay regexp`

#![expect(clippy::unwrap_used, reason = "a case that cannot be read ends in a difference")]

use std::io::{self, Write};
use std::process::ExitCode;

#[path = "../tests/it/areas/all.rs"]
mod areas;
#[path = "../tests/it/stream.rs"]
mod stream;

fn main() -> io::Result<ExitCode> {
    let name = std::env::args().nth(1).unwrap_or_default();
    let Some(check) = areas::named(&name) else {
        let names: Vec<_> = areas::AREAS.iter().map(|(name, _)| *name).collect();
        writeln!(io::stderr(), "no area {name:?}; there are {}", names.join(", "))?;
        return Ok(ExitCode::from(2));
    };
    stream::replay(1, |case| {
        let (ours, theirs) = check(&serde_json::from_str(case).unwrap());
        (ours != theirs).then(|| String::from_utf8_lossy(&ours).into_owned())
    })?;
    Ok(ExitCode::SUCCESS)
}
