//! Times the execution and parsing of the cases in `compat/template/bench.jsonl`, beside
//! `go run . bench < ../../compat/template/bench.jsonl` in `tools/oracle-template`.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use longshore_template::Budget;

#[path = "../tests/it/support"]
mod support {
    pub(crate) mod case;
    pub(crate) mod data;
    pub(crate) mod functions;
}

const CASES: &str = include_str!("../../../compat/template/bench.jsonl");

/// Nanoseconds per call, from as many calls as half a second holds; the best of five runs.
fn time(mut call: impl FnMut()) -> u128 {
    call();
    (0..5)
        .map(|_| {
            let start = Instant::now();
            let mut calls = 0;
            while start.elapsed() < Duration::from_millis(200) {
                call();
                calls += 1;
            }
            start.elapsed().as_nanos() / calls
        })
        .min()
        .unwrap_or_default()
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for case in support::case::read(CASES).1 {
        assert_eq!(case.expected(), case.run(), "{} is not what Go makes of it", case.name);
        let set = case.set().expect("the case parses");
        let (name, data) = case.entry();
        let mut text = Vec::new();
        let execute = time(|| {
            text.clear();
            set.execute(
                name.as_bytes(),
                data.clone(),
                &support::functions::Mine,
                &Budget::default(),
                &mut text,
            )
            .expect("the case executes");
        });
        let parse = time(|| {
            case.set().expect("the case parses");
        });
        writeln!(out, "{:12} {execute:9} ns   parse {parse:8} ns", case.name)?;
    }
    Ok(())
}
