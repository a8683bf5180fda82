//! `cargo xtask oracle charts`: `helm template` over any folder of charts, by real Helm and by ours.
//!
//! Both render every case of every chart, in turns. Standard output, the exit code and what stands on standard error from
//! `Error:` on must be the same, byte for byte; warnings are compared apart, because what is wrong is said twice then.
//! Where they differ, real Helm renders again: lines in which it does not agree with itself (passwords, certificates,
//! times) say nothing. The charts are other people's and are kept outside this repository.
//!
//! [`find`] looks for charts, [`case`](mod@case) has the table of cases, [`render`] runs one side of one,
//! [`compare`](mod@compare) says where two sides differ, [`kind`] what differences have in common, and [`report`] counts.

mod case;
mod compare;
mod find;
mod kind;
mod render;
mod report;

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use longshore_testkit::tools::{Tool, workspace_root};
use tokio::process::Command;
use tokio::task::JoinSet;

use super::area::target;
use crate::{go, say, step};
use case::Case;
use compare::compare;
use render::{Rendered, Side};
use report::{Outcome, Report};

/// What `--help` shows.
pub(super) const EXAMPLES: &str = "Examples:
  cargo xtask oracle charts ~/charts                            every chart below that folder, as Helm 4.3
  cargo xtask oracle charts ~/charts --helm-compat 3.22         as Helm 3.22
  cargo xtask oracle charts ~/charts --filter redis: --jobs 1   the cases with `redis:` in their names
  cargo xtask oracle charts ~/charts --ours ./rival             `./rival template …` instead of ours

Cases of a chart: its own values; each of ci/*.yaml as -f; some --set and other flags that every chart stands.
A chart in the charts/ of another is no chart by itself, and library charts are skipped.
What both sides print where they differ is kept in target/oracle/charts/.";

/// How often real Helm is asked again where the two differ.
const AGAIN: usize = 3;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A folder with charts anywhere below it
    dir: PathBuf,
    /// The Helm to be compared with
    #[arg(long, value_name = "LEVEL", default_value = "4.3", value_parser = ["4.3", "3.22"])]
    helm_compat: String,
    /// Cases at once
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// Only cases whose names contain this
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Call this program with `template …` instead of building longshore and calling `longshore helm template …`
    #[arg(long, value_name = "PATH")]
    ours: Option<PathBuf>,
    /// Seconds that one process may take
    #[arg(long, default_value_t = 120)]
    limit: u64,
}

/// Compares. `false` if anything differs.
pub(super) async fn run(arguments: &Arguments) -> Result<bool> {
    let dir = fs::canonicalize(&arguments.dir)
        .with_context(|| format!("cannot look into {}", arguments.dir.display()))?;
    let found = find::charts(&dir)?;
    let mut cases: VecDeque<Case> = VecDeque::new();
    for chart in &found.charts {
        let wanted = |case: &Case| arguments.filter.as_ref().is_none_or(|part| case.name().contains(part));
        cases.extend(case::table(&dir, chart)?.into_iter().filter(wanted));
    }
    if cases.is_empty() {
        bail!("{} has no such chart", dir.display());
    }
    let homes = tempfile::tempdir().context("cannot create a folder")?;
    let limit = Duration::from_secs(arguments.limit.max(1));
    let level = &*arguments.helm_compat;
    let helm = go::one(Tool::named(if level == "3.22" { "helm3" } else { "helm4" })?).await?;
    let (program, leading) = match &arguments.ours {
        Some(path) => (fs::canonicalize(path).with_context(|| format!("no {}", path.display()))?, None),
        None => (build().await?, Some("helm")),
    };
    let theirs = Side::new(helm, None, level, homes.path().join("theirs"), limit)?;
    let ours = Side::new(program, leading, level, homes.path().join("ours"), limit)?;

    let all = cases.len();
    say::note(&format!(
        "{all} cases as Helm {level}, of {} charts and {} libraries",
        found.charts.len(),
        found.libraries
    ));
    let kept = target().join("oracle/charts").join(level);
    if kept.exists() {
        fs::remove_dir_all(&kept).with_context(|| format!("cannot empty {}", kept.display()))?;
    }
    let mut report = Report::new(level, found.libraries);
    let mut running = JoinSet::new();
    let mut number = 0;
    loop {
        while running.len() < arguments.jobs.max(1)
            && let Some(case) = cases.pop_front()
        {
            number += 1;
            let (theirs, ours, first) = (theirs.clone(), ours.clone(), number % 2 == 0);
            running.spawn(async move { judge(&theirs, &ours, case, first).await });
        }
        let Some(ended) = running.join_next().await else { break };
        let (outcome, [theirs, ours]) = ended.context("a case was not compared to its end")??;
        if let Some(difference) = outcome.verdict.difference() {
            say::answer(&format!("{}\n{difference}", outcome.case.name()));
        }
        if outcome.verdict.difference().is_some() || outcome.warnings_differ {
            keep(&kept, &outcome.case, &theirs, &ours)?;
        }
        report.add(outcome);
        if report.cases().is_multiple_of(100) {
            say::note(&format!("{} of {all} cases, {} differ", report.cases(), report.differences()));
        }
    }
    say::answer(&report.told());
    if kept.exists() {
        say::note(&format!("what both sides print for the cases that differ is in {}", kept.display()));
    }
    Ok(report.differences() == 0)
}

/// Builds the command line as it is shipped, and returns its path.
async fn build() -> Result<PathBuf> {
    say::note("building longshore with optimisation: some minutes the first time");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(workspace_root()).args(["build", "--quiet", "--release", "--package", "longshore"]);
    // The lock on the target folder is ours until the chore ends; a folder of its own under it is free.
    cargo.arg("--target-dir").arg(target().join("oracle"));
    if !step::run(&mut cargo).await? {
        bail!("longshore does not build");
    }
    Ok(target().join("oracle/release/longshore"))
}

/// Renders one case with both, and again with the original where they differ.
async fn judge(theirs: &Side, ours: &Side, case: Case, ours_first: bool) -> Result<(Outcome, [Rendered; 2])> {
    let (original, own) = if ours_first {
        let own = ours.render(&case).await?;
        (theirs.render(&case).await?, own)
    } else {
        (theirs.render(&case).await?, ours.render(&case).await?)
    };
    let mut times = vec![original];
    let mut verdict = compare(&times, &own);
    for _ in 0..AGAIN {
        if verdict.difference().is_none() {
            break;
        }
        times.push(theirs.render(&case).await?);
        verdict = compare(&times, &own);
    }
    let original = times.swap_remove(0);
    let warnings_differ = original.warnings() != own.warnings();
    let outcome = Outcome {
        case,
        verdict,
        warnings_differ,
        fails: original.code != Some(0),
        theirs: original.elapsed,
        ours: own.elapsed,
    };
    Ok((outcome, [original, own]))
}

/// Writes down what both sides printed.
fn keep(folder: &Path, case: &Case, theirs: &Rendered, ours: &Rendered) -> Result<()> {
    let folder = folder.join(case.name().replace(['/', ' '], "_"));
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for (name, side) in [("theirs", theirs), ("ours", ours)] {
        for (stream, bytes) in [("out", &side.stdout), ("err", &side.stderr)] {
            let path = folder.join(format!("{name}.{stream}"));
            fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::compare::Verdict;
    use super::*;

    fn script(folder: &Path, name: &str, text: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = folder.join(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// Has one case judged whose sides are shell scripts.
    async fn judged(theirs: &str, ours: &str) -> Verdict {
        let folder = tempfile::tempdir().unwrap();
        let side = |name: &str, text: &str| {
            let program = script(folder.path(), name, text);
            Side::new(program, None, "4.3", folder.path().join("home"), Duration::from_secs(20)).unwrap()
        };
        let case = Case::new(folder.path(), folder.path(), "own values", &[]);
        judge(&side("theirs", theirs), &side("ours", ours), case, true).await.unwrap().0.verdict
    }

    #[tokio::test]
    async fn a_case_is_judged() {
        assert_eq!(judged("echo a: $2", "echo a: $2").await, Verdict::Identical);
        let random = "echo a; echo pass: $$; echo z";
        assert_eq!(judged(random, random).await, Verdict::Random);
        let different = judged("echo a", "echo b").await;
        assert!(different.difference().is_some(), "{different:?}");
        let failing = "echo Error: why >&2; exit 1";
        assert_eq!(judged(failing, failing).await, Verdict::Identical);
        assert!(judged(failing, "echo Error: why >&2").await.difference().is_some());
    }

    #[tokio::test]
    async fn warnings_are_no_difference() {
        assert_eq!(judged("echo a; echo careful >&2", "echo a").await, Verdict::Identical);
    }
}
