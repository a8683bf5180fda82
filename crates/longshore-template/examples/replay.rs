//! Replays the cases on standard input and prints those that differ from what Go made of them.
//!
//! `oracle-template fuzz template -seed 1 -n 10000 | replay template`

use std::io::{self, Write};
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

#[path = "../../longshore-go/tests/it/stream.rs"]
mod stream;

fn main() -> io::Result<ExitCode> {
    let area = std::env::args().nth(1).unwrap_or_default();
    if area != "template" {
        writeln!(io::stderr(), "no area {area:?}; there is template")?;
        return Ok(ExitCode::from(2));
    }
    stream::replay(1, |case| {
        let ours = support::case::line(case).difference()?;
        Some(format!("{ours:?}"))
    })?;
    Ok(ExitCode::SUCCESS)
}
