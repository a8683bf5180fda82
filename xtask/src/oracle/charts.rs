//! `cargo xtask oracle charts`: `helm template` over any folder of charts, by real Helm and by ours, compared by
//! [`differ`]. The charts are other people's and are kept outside this repository.
//!
//! [`find`] looks for charts, [`case`](mod@case) has the table of cases.

mod case;
mod find;

use std::collections::VecDeque;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use longshore_testkit::tools::Tool;

use super::area::target;
use super::differ::{self, Case, Run, Side, Words};
use crate::{go, say};

/// What `--help` shows.
pub(super) const EXAMPLES: &str = "Examples:
  cargo xtask oracle charts ~/charts                            every chart below that folder, as Helm 4.3
  cargo xtask oracle charts ~/charts --helm-compat 3.22         as Helm 3.22
  cargo xtask oracle charts ~/charts --filter redis: --jobs 1   the cases with `redis:` in their names
  cargo xtask oracle charts ~/charts --ours ./rival             `./rival template …` instead of ours

Cases of a chart: its own values; each of ci/*.yaml as -f; some --set and other flags that every chart stands.
A chart in the charts/ of another is no chart by itself, and library charts are skipped.
What both sides print where they differ is kept in target/oracle/charts/.";

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
    let (program, leading) = differ::ours(arguments.ours.as_deref(), "helm").await?;
    let environment = vec![("LONGSHORE_HELM_COMPAT", level.into())];
    say::note(&format!(
        "{} cases as Helm {level}, of {} charts and {} libraries",
        cases.len(),
        found.charts.len(),
        found.libraries
    ));
    let run = Run {
        theirs: Side::new(helm, None, homes.path().join("theirs"), environment.clone(), limit)?,
        ours: Side::new(program, leading, homes.path().join("ours"), environment, limit)?,
        jobs: arguments.jobs,
        kept: target().join("oracle/charts").join(level),
        words: Words {
            original: format!("Helm {level}"),
            subjects: "charts",
            closing: format!("library charts skipped: {}", found.libraries),
        },
    };
    run.compare(cases).await
}
