//! `helm template` without Helm, for comparing with it: `template NAME CHART [-f FILE] [--set X]…`.
//!
//! `--level 3.22` renders as Helm 3 does; `--times N` renders N times and prints how long that took.

#[path = "../tests/it/helm.rs"]
mod helm;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use longshore_chart::{Engine, Level};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (result, text) = match run(&args) {
        Ok(text) => (std::io::stdout().write_all(text.as_bytes()), None),
        Err(text) => (writeln!(std::io::stderr(), "Error: {text}"), Some(())),
    };
    if result.is_ok() && text.is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run(args: &[String]) -> Result<String, String> {
    let folder = Path::new("");
    let command = helm::Command::parse(args, folder, Level::default())?;
    let engine = Engine::new(command.level);
    let start = Instant::now();
    let chart = command.load()?;
    let loaded = start.elapsed();
    let start = Instant::now();
    let rendered = command.render(&engine, &chart, folder)?;
    let first = start.elapsed();
    if command.times == 0 {
        return Ok(command.print(&rendered));
    }
    let start = Instant::now();
    for _ in 0..command.times {
        command.render(&engine, &chart, folder)?;
    }
    let each = start.elapsed() / command.times;
    Ok(format!("loaded in {loaded:?}, rendered first in {first:?}, then in {each:?}\n"))
}
