//! `cargo xtask fuzz`: coverage-guided fuzzing of everything that reads text of others.
//!
//! The programs are those of `fuzz/`, one for each target. They are built here with the flags that `cargo fuzz` would
//! set, so that nothing has to be installed; `cargo fuzz` works on the same folder. An input may cost what
//! `fuzz/src/budget.rs` allows. What a run finds new lies in `fuzz/corpus-found` (not committed) and is begun with the
//! next time; `--minimise` makes of it the committed `fuzz/corpus`, which plain tests replay.

mod target;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use longshore_testkit::tools::workspace_root;
use tokio::io::AsyncReadExt;
use tokio::process::Command;
use tokio::task::JoinSet;

use crate::{say, step};
use target::{Outcome, Target, outcome};

/// What `--help` shows.
pub(crate) const EXAMPLES: &str = "Examples:
  cargo xtask fuzz --minutes 10 --jobs 2        all targets, two at a time
  cargo xtask fuzz yaml_nodes go_regexp         only these, a minute each
  cargo xtask fuzz --minimise                   commit the least of what was found so far";

/// An input that is not done after so many seconds on the wall hangs.
const HANG: u32 = 20;
/// MiB for a whole process: what libFuzzer keeps of its corpus counts here too.
const MEMORY: u32 = 3000;
/// Longest input. Most mistakes need few bytes, and short inputs are many more a second.
const LENGTH: u32 = 4096;
/// Most bytes of committed inputs for a target.
const COMMITTED: u64 = 64 << 10;
/// Coverage as libFuzzer wants it; the pinned compiler can do it.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Ccodegen-units=1";

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only these targets; all if none is named
    targets: Vec<String>,
    /// Minutes for each target
    #[arg(long, default_value_t = 1.0)]
    minutes: f64,
    /// Targets at once
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// Name the targets and what each is let loose on
    #[arg(long)]
    list: bool,
    /// Do not look for anything new: put the least of what was found into fuzz/corpus
    #[arg(long, conflicts_with = "minutes")]
    minimise: bool,
}

/// Fuzzes. `false` if an input was found that breaks a promise.
pub(crate) async fn run(arguments: &Arguments) -> Result<bool> {
    let folder = workspace_root().join("fuzz");
    let targets = Target::chosen(&Target::all(&folder)?, &arguments.targets)?;
    if arguments.list {
        for target in &targets {
            say::answer(&format!("{:<18} {}", target.name, target.about));
        }
        return Ok(true);
    }
    if !(arguments.minutes > 0.0 && arguments.minutes < 10_000.0) {
        bail!("--minutes must be more than 0 and less than 10000, not {}", arguments.minutes);
    }
    let programs = build(&folder, &targets).await?;
    if arguments.minimise {
        for target in &targets {
            minimise(&folder, &programs.join(&target.name), target).await?;
        }
        return Ok(true);
    }

    let time = Duration::from_secs_f64(arguments.minutes * 60.0);
    say::note(&format!("{} for each of {} targets", say::duration(time), targets.len()));
    let mut waiting = targets.iter().rev().cloned().collect::<Vec<_>>();
    let mut running = JoinSet::new();
    let mut outcomes = Vec::new();
    loop {
        while running.len() < arguments.jobs.max(1)
            && let Some(target) = waiting.pop()
        {
            let (folder, program) = (folder.clone(), programs.join(&target.name));
            running.spawn(async move {
                let outcome = fuzz(&folder, &program, &target, time).await;
                (target, outcome)
            });
        }
        let Some(ended) = running.join_next().await else { break };
        let (target, outcome) = ended.context("a target was not fuzzed to its end")?;
        let outcome = outcome.with_context(|| format!("target {}", target.name))?;
        say::note(&outcome.line(&target.name));
        outcomes.push((target, outcome));
    }
    Ok(conclude(&outcomes))
}

/// Builds the programs; gives the folder they are in.
async fn build(folder: &Path, targets: &[Target]) -> Result<PathBuf> {
    let host = host().await?;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // A target is named even if it is the host's: then the flags are not for build scripts.
    cargo.args(["build", "--release", "--target", &host]).current_dir(folder).env("RUSTFLAGS", FLAGS);
    if targets.iter().any(|target| target.needs_cluster_client) {
        cargo.args(["--features", "project"]);
    }
    for target in targets {
        cargo.args(["--bin", &target.name]);
    }
    if !step::run(&mut cargo).await? {
        bail!("the targets do not build");
    }
    Ok(folder.join("target").join(host).join("release"))
}

async fn host() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output().await.context("cannot run rustc")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    Ok(host.to_owned())
}

async fn fuzz(folder: &Path, program: &Path, target: &Target, time: Duration) -> Result<Outcome> {
    let found = folder.join("corpus-found").join(&target.name);
    let committed = folder.join("corpus").join(&target.name);
    let reproducers = folder.join("artifacts").join(&target.name);
    for needed in [&found, &committed, &reproducers] {
        std::fs::create_dir_all(needed).with_context(|| format!("cannot create {}", needed.display()))?;
    }
    let mut command = Command::new(program);
    command
        .args([&found, &committed])
        .arg(format!("-max_total_time={}", time.as_secs().max(1)))
        .arg(format!("-timeout={HANG}"))
        .arg(format!("-rss_limit_mb={MEMORY}"))
        .arg(format!("-max_len={LENGTH}"))
        .arg(format!("-artifact_prefix={}/", reproducers.display()))
        .arg("-print_final_stats=1");
    let (success, told) = told(&mut command).await?;
    outcome(success, &told)
}

/// Puts the least inputs that reach everything reached so far into `fuzz/corpus`, shortest first, as many as may be
/// committed. Inputs with a name that somebody gave them stay.
async fn minimise(folder: &Path, program: &Path, target: &Target) -> Result<()> {
    let found = folder.join("corpus-found").join(&target.name);
    let committed = folder.join("corpus").join(&target.name);
    let least = tempfile::tempdir().context("cannot create a folder")?;
    for needed in [&found, &committed] {
        std::fs::create_dir_all(needed).with_context(|| format!("cannot create {}", needed.display()))?;
    }
    let mut command = Command::new(program);
    command.arg("-set_cover_merge=1").arg(least.path()).args([&committed, &found]);
    let (success, told) = told(&mut command).await?;
    if !success {
        bail!("{} cannot be minimised:\n{}", target.name, told.trim_end());
    }
    let (kept, bytes) = target::replace(&committed, least.path(), COMMITTED)?;
    say::note(&format!("{}: {kept} inputs, {bytes} bytes", target.name));
    Ok(())
}

/// Runs a program to its end: whether it succeeded, and what it said on standard error.
async fn told(command: &mut Command) -> Result<(bool, String)> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("cannot run a fuzzer")?;
    let mut told = Vec::new();
    let mut stderr = child.stderr.take().context("its errors are a pipe")?;
    stderr.read_to_end(&mut told).await.context("cannot read what a fuzzer says")?;
    let status = child.wait().await.context("cannot wait for a fuzzer")?;
    Ok((status.success(), String::from_utf8_lossy(&told).into_owned()))
}

fn conclude(outcomes: &[(Target, Outcome)]) -> bool {
    let executions: u64 = outcomes.iter().map(|(_, outcome)| outcome.executions).sum();
    let broken: Vec<_> = outcomes.iter().filter(|(_, outcome)| outcome.failure.is_some()).collect();
    for (target, outcome) in outcomes {
        say::answer(&outcome.line(&target.name));
    }
    say::note(&format!(
        "{executions} inputs, {} of {} targets broke a promise",
        broken.len(),
        outcomes.len()
    ));
    broken.is_empty()
}
