//! Odd charts, made at random, given to real Helm and to us: `odd AREA ORACLE [SEED [SECONDS [FOUND]]]`.
//!
//! `odd sample AREA ORACLE SEED NUMBER` prints so many cases as they are recorded.
//!
//! ORACLE is `tools/oracle-helm`, built. Every difference is made small, and told once for each way in which the
//! answers differ, as a line of JSON: the case as it is recorded in `compat/odd`, and what we said. With `record` for
//! AREA the cases on standard input are answered again by the oracle and printed.

#![expect(
    clippy::format_push_string,
    clippy::range_plus_one,
    clippy::semicolon_if_nothing_returned,
    reason = "generators are read as lists, one line for each thing that may come"
)]

mod areas;
mod oracle;
mod random;
mod shrink;

#[path = "../../tests/it/odd"]
mod odd {
    pub(crate) mod case;
    pub(crate) mod ours;
}

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use longshore_chart::{Engine, Level};
use serde_json::{Value as Json, json};

use odd::case::Case;
use oracle::Oracle;
use random::Random;

/// Cases that are asked for at once.
const BATCH: u64 = 50;
/// An engine remembers what it parsed; after so many batches there is a new one.
const RENEWED: u64 = 20;
/// Real Helm walks maps in random order: it is asked so many times more.
const AGAIN: usize = 10;
/// Most bytes of a recorded case.
const LONGEST: usize = 3_000;
/// What is in a text that the clock told.
const THIS_DECADE: &str = "202";

fn main() -> io::Result<ExitCode> {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let sampled = args.first().is_some_and(|first| first == "sample");
    if sampled {
        args.remove(0);
    }
    let (Some(area), Some(program)) = (args.first(), args.get(1)) else {
        writeln!(io::stderr(), "usage: odd AREA|record ORACLE [SEED [SECONDS [FOUND]]]")?;
        return Ok(ExitCode::from(2));
    };
    let mut oracles = Vec::new();
    for level in Level::ALL {
        oracles.push((level, Oracle::start(program, level)?));
    }
    if area == "record" {
        return record(&mut oracles).map(|()| ExitCode::SUCCESS);
    }
    let Some(make) = areas::named(area) else {
        writeln!(io::stderr(), "no area {area:?}; there are {}", areas::names().join(", "))?;
        return Ok(ExitCode::from(2));
    };
    let number =
        |index: usize, other: u64| args.get(index).and_then(|text| text.parse().ok()).unwrap_or(other);
    let (seed, seconds, found) = (number(2, 1), number(3, 60), number(4, 40));
    if sampled {
        return sample(make, &mut oracles, seed, seconds).map(|()| ExitCode::SUCCESS);
    }
    fuzz(make, &mut oracles, seed, Duration::from_secs(seconds), found)?;
    Ok(ExitCode::SUCCESS)
}

/// Our answer; a panic is one too.
fn ours(case: &Case, engine: &Engine) -> String {
    catch_unwind(AssertUnwindSafe(|| odd::ours::answer(case, engine)))
        .unwrap_or_else(|_| "Error: WE PANICKED".to_owned())
}

/// Cases of an area, until the time is over or enough was found.
fn fuzz(
    make: fn(&mut Random) -> Case,
    oracles: &mut [(Level, Oracle)],
    seed: u64,
    time: Duration,
    most: u64,
) -> io::Result<()> {
    let start = Instant::now();
    let mut engines: Vec<Engine> = Vec::new();
    let mut count = Count::default();
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for batch in 0.. {
        if start.elapsed() > time || count.told >= most {
            break;
        }
        if batch % RENEWED == 0 {
            engines = oracles.iter().map(|(level, _)| Engine::new(*level)).collect();
        }
        let made: Vec<Case> =
            (batch * BATCH..(batch + 1) * BATCH).map(|number| make(&mut Random::new(seed, number))).collect();
        for case in &made {
            for (_, oracle) in oracles.iter() {
                oracle.ask(case);
            }
        }
        let said: Vec<Vec<String>> =
            made.iter().map(|case| engines.iter().map(|engine| ours(case, engine)).collect()).collect();
        let mut differing = Vec::new();
        for (number, (case, said)) in made.iter().zip(&said).enumerate() {
            for (index, ours) in said.iter().enumerate() {
                let Some(theirs) = oracles[index].1.answer()? else {
                    count.fatal += 1;
                    made[number + 1..].iter().for_each(|case| oracles[index].1.ask(case));
                    continue;
                };
                count.cases += 1;
                count.rendered += u64::from(!theirs.starts_with("Error: "));
                if theirs != *ours {
                    differing.push((index, case, kind(&theirs, ours)));
                }
            }
        }
        for (index, case, kind) in differing {
            count.differences += 1;
            let times = seen.entry(format!("{index} {kind}")).or_default();
            *times += 1;
            if *times <= 2 {
                look(case, index, oracles, &engines, &mut seen, &mut count)?;
            }
        }
    }
    writeln!(
        io::stderr(),
        "{} of them rendered, {} ended Helm, {} differ from run to run, {} ways",
        count.rendered,
        count.fatal,
        count.unstable,
        count.told
    )?;
    writeln!(
        io::stderr(),
        "replayed {} cases, {} differences",
        count.cases,
        count.differences - count.unstable
    )
}

/// What became of the cases.
#[derive(Debug, Default)]
struct Count {
    cases: u64,
    rendered: u64,
    fatal: u64,
    differences: u64,
    unstable: u64,
    told: u64,
}

/// Makes a case that differs small, and tells it unless one like it was told.
fn look(
    case: &Case,
    index: usize,
    oracles: &mut [(Level, Oracle)],
    engines: &[Engine],
    seen: &mut BTreeMap<String, u32>,
    count: &mut Count,
) -> io::Result<()> {
    let engine = &engines[index];
    if !agrees(&mut oracles[index].1, case)? {
        count.unstable += 1;
        return Ok(());
    }
    let mut broken = None;
    let small = shrink::shrink(case, |smaller| match oracles[index].1.told(smaller) {
        Ok(theirs) => theirs.is_some_and(|theirs| theirs != ours(smaller, engine)),
        Err(error) => {
            broken = Some(error);
            false
        }
    });
    if let Some(error) = broken {
        return Err(error);
    }
    if !agrees(&mut oracles[index].1, &small)? {
        count.unstable += 1;
        return Ok(());
    }
    let (theirs, ours) = (oracles[index].1.told(&small)?.unwrap_or_default(), ours(&small, engine));
    let times = seen.entry(format!("{index} small {}", kind(&theirs, &ours))).or_default();
    *times += 1;
    if *times > 1 {
        return Ok(());
    }
    count.told += 1;
    let level = oracles[index].0.name();
    let mut recorded = small.to_json();
    for (level, oracle) in oracles.iter_mut() {
        recorded.insert(level.name().to_owned(), oracle.told(&small)?.into());
    }
    let case = Json::Object(recorded).to_string();
    writeln!(io::stdout(), "{}", json!({"case": case, "ours": ours, "level": level}))
}

/// Whether Helm says the same each time.
fn agrees(oracle: &mut Oracle, case: &Case) -> io::Result<bool> {
    let first = oracle.told(case)?;
    for _ in 0..AGAIN {
        if oracle.told(case)? != first {
            return Ok(false);
        }
    }
    Ok(true)
}

/// In which way two answers differ: the first lines that do, without what is the case's own.
fn kind(theirs: &str, ours: &str) -> String {
    let mut pair = theirs.lines().zip(ours.lines()).find(|(a, b)| a != b).unwrap_or_default();
    if pair.0.is_empty() && pair.1.is_empty() {
        pair = (theirs.lines().last().unwrap_or_default(), ours.lines().last().unwrap_or_default());
    }
    let bare = |line: &str| -> String {
        let mut quoted = false;
        let letters = line.chars().filter(|&c| {
            quoted ^= c == '"';
            !quoted && !c.is_ascii_digit()
        });
        letters.take(100).collect()
    };
    format!("{} | {}", bare(pair.0), bare(pair.1))
}

/// The first cases of an area, recorded; but those that are long, that Helm itself answers now so and now so, or that
/// are told by the clock.
fn sample(
    make: fn(&mut Random) -> Case,
    oracles: &mut [(Level, Oracle)],
    seed: u64,
    number: u64,
) -> io::Result<()> {
    let mut printed = 0;
    for number_made in 0.. {
        if printed == number {
            break;
        }
        let case = make(&mut Random::new(seed, number_made));
        let mut recorded = case.to_json();
        let mut steady = true;
        for (level, oracle) in oracles.iter_mut() {
            steady &= agrees(oracle, &case)?;
            if let Some(theirs) = oracle.told(&case)? {
                recorded.insert(level.name().to_owned(), theirs.into());
            }
        }
        let line = Json::Object(recorded).to_string();
        if steady && line.len() < LONGEST && !line.contains(THIS_DECADE) {
            printed += 1;
            writeln!(io::stdout(), "{line}")?;
        }
    }
    Ok(())
}

/// Answers the cases on standard input again.
fn record(oracles: &mut [(Level, Oracle)]) -> io::Result<()> {
    for line in io::stdin().lock().lines() {
        let case = Case::of_json(&serde_json::from_str(&line?)?);
        let mut recorded = case.to_json();
        for (level, oracle) in oracles.iter_mut() {
            recorded.insert(level.name().to_owned(), oracle.told(&case)?.into());
        }
        writeln!(io::stdout(), "{}", Json::Object(recorded))?;
    }
    Ok(())
}
