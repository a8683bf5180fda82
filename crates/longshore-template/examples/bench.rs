//! Executes (or parses, if its name begins so) one case of `compat/template/bench.jsonl` for about half a second and
//! prints `NS_PER_OP PEAK_KIB`; without a name it lists the names. Go's side is `oracle-template bench`.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use longshore_template::Budget;

#[path = "../tests/it/support"]
mod support {
    pub(crate) mod boxes;
    #[expect(dead_code, reason = "outcomes are for the tests and the replay")]
    pub(crate) mod case;
    pub(crate) mod data;
    pub(crate) mod functions;
    pub(crate) mod objects;
    pub(crate) mod values;
}

const CASES: &str = include_str!("../../../compat/template/bench.jsonl");

/// Nanoseconds per call, from as many calls as half a second holds.
fn time(mut call: impl FnMut()) -> u128 {
    call();
    let start = Instant::now();
    let mut calls = 0;
    while start.elapsed() < Duration::from_millis(500) {
        call();
        calls += 1;
    }
    start.elapsed().as_nanos() / calls
}

/// The most memory that the process has had, in KiB.
fn peak() -> io::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    Ok(line.trim().trim_end_matches(" kB").parse().unwrap_or_default())
}

fn name(line: &str) -> Option<&str> {
    line.strip_prefix("{\"name\":\"")?.split('"').next()
}

fn main() -> io::Result<ExitCode> {
    let mut out = io::stdout().lock();
    let Some(wanted) = std::env::args().nth(1) else {
        for name in CASES.lines().filter_map(name) {
            writeln!(out, "{name}")?;
        }
        return Ok(ExitCode::SUCCESS);
    };
    let Some(line) = CASES.lines().find(|line| name(line) == Some(&wanted)) else {
        writeln!(io::stderr(), "no case is called {wanted:?}")?;
        return Ok(ExitCode::from(2));
    };
    let case = support::case::line(line);
    let taken = if wanted.starts_with("parse-") {
        time(|| {
            case.set().expect("the case parses");
        })
    } else {
        let set = case.set().expect("the case parses");
        let (name, data) = case.entry();
        let mut text = Vec::new();
        time(|| {
            text.clear();
            let functions = &support::functions::Mine;
            set.execute(name.as_bytes(), data.clone(), functions, &Budget::default(), &mut text)
                .expect("the case executes");
        })
    };
    writeln!(out, "{taken} {}", peak()?)?;
    Ok(ExitCode::SUCCESS)
}
