//! `cargo xtask oracle bench`: the same work done by Go's libraries and by ours, in turns.
//!
//! Both sides are programs that do one case for about half a second and print `NS_PER_OP PEAK_KIB`. They take turns, so
//! that a busy machine troubles both alike; medians are compared.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use tokio::process::Command;

use super::area::{PAIRS, Pair};
use crate::say;

/// What `--help` shows.
pub(super) const EXAMPLES: &str = "Examples:
  cargo xtask oracle bench                 every case, five times each
  cargo xtask oracle bench --runs 9 read   the cases with `read` in their names";

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How often each side does each case
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Only cases whose names contain this
    case: Option<String>,
}

/// What one side needed: medians over the runs.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cost {
    /// Nanoseconds for one operation.
    nanoseconds: f64,
    /// The process's peak of memory in KiB.
    peak: f64,
}

/// Runs the benchmarks and prints a table. `false` if nothing has such a name.
pub(super) async fn run(arguments: &Arguments) -> Result<bool> {
    if arguments.runs == 0 {
        bail!("--runs must be at least 1");
    }
    let mut found = false;
    for pair in PAIRS {
        let (original, ours) = (pair.original().await?, pair.ours("bench").await?);
        let cases = common(&names(pair, &original, true).await?, &names(pair, &ours, false).await?)?;
        for case in cases.iter().filter(|case| arguments.case.as_ref().is_none_or(|part| case.contains(part)))
        {
            if !found {
                say::answer(&format!(
                    "{:22} {:>12} {:>12} {:>7} {:>9} {:>9} {:>7}",
                    "case", "Go ns", "ours ns", "times", "Go MiB", "ours MiB", "times"
                ));
            }
            found = true;
            let (theirs, ours) = in_turns(pair, &original, &ours, case, arguments.runs).await?;
            say::answer(&line(case, theirs, ours));
        }
    }
    if !found {
        say::note("no case has such a name");
    }
    Ok(found)
}

fn line(case: &str, theirs: Cost, ours: Cost) -> String {
    format!(
        "{case:22} {:12.0} {:12.0} {:7.1} {:9.1} {:9.1} {:7.1}",
        theirs.nanoseconds,
        ours.nanoseconds,
        theirs.nanoseconds / ours.nanoseconds,
        theirs.peak / 1024.0,
        ours.peak / 1024.0,
        theirs.peak / ours.peak,
    )
}

async fn in_turns(
    pair: &Pair,
    original: &Path,
    ours: &Path,
    case: &str,
    runs: usize,
) -> Result<(Cost, Cost)> {
    let (mut theirs, mut own) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        theirs.push(once(pair, original, true, case).await?);
        own.push(once(pair, ours, false, case).await?);
    }
    Ok((medians(&theirs), medians(&own)))
}

fn medians(costs: &[Cost]) -> Cost {
    let median = |part: fn(&Cost) -> f64| {
        let mut values: Vec<f64> = costs.iter().map(part).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Cost { nanoseconds: median(|cost| cost.nanoseconds), peak: median(|cost| cost.peak) }
}

async fn once(pair: &Pair, program: &Path, original: bool, case: &str) -> Result<Cost> {
    let said = say_of(pair, program, original, Some(case)).await?;
    cost(&said)
        .with_context(|| format!("{} {case} printed {said:?}, not NS_PER_OP PEAK_KIB", program.display()))
}

fn cost(said: &str) -> Option<Cost> {
    let (nanoseconds, peak) = said.trim().split_once(' ')?;
    Some(Cost { nanoseconds: nanoseconds.parse().ok()?, peak: peak.parse().ok()? })
}

async fn names(pair: &Pair, program: &Path, original: bool) -> Result<Vec<String>> {
    Ok(say_of(pair, program, original, None).await?.lines().map(str::to_owned).collect())
}

/// The names that both have, if they have the same.
fn common(theirs: &[String], ours: &[String]) -> Result<Vec<String>> {
    let lacking = |has: &[String], lacks: &[String]| has.iter().find(|name| !lacks.contains(name)).cloned();
    if let Some(name) = lacking(theirs, ours).or_else(|| lacking(ours, theirs)) {
        bail!("only one side has the benchmark `{name}`");
    }
    Ok(ours.to_vec())
}

async fn say_of(pair: &Pair, program: &Path, original: bool, case: Option<&str>) -> Result<String> {
    let output = Command::new(program)
        .args(original.then_some("bench").into_iter().chain(case))
        .current_dir(pair.module_folder())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .output()
        .await
        .with_context(|| format!("cannot run {}", program.display()))?;
    if !output.status.success() {
        bail!("{} {} ended with {}", program.display(), case.unwrap_or_default(), output.status);
    }
    String::from_utf8(output.stdout).context("it prints no text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_ratios() {
        let costs = ["30 4096", "10.5 1024\n", "20 2048"].map(|said| cost(said).unwrap());
        let middle = medians(&costs);
        assert_eq!(middle, Cost { nanoseconds: 20.0, peak: 2048.0 });
        let row = line("x", Cost { nanoseconds: 100.0, peak: 4096.0 }, middle);
        assert_eq!(
            row.split_whitespace().collect::<Vec<_>>(),
            ["x", "100", "20", "5.0", "4.0", "2.0", "2.0"]
        );
        assert_eq!(cost("fast"), None);
    }

    #[test]
    fn both_sides_have_the_same_cases() {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        assert_eq!(common(&names(&["a", "b"]), &names(&["b", "a"])).unwrap(), names(&["b", "a"]));
        let error = common(&names(&["a"]), &names(&["a", "c"])).unwrap_err().to_string();
        assert!(error.contains("`c`"), "{error}");
    }
}
