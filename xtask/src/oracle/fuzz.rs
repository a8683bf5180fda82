//! `cargo xtask oracle fuzz`: random inputs, answered by Go's library and by ours.
//!
//! For each area two programs are joined by a pipe: the Go program makes inputs and answers them, without end, and the
//! crate's example `replay` answers each again and tells where it differs. When the time is over the first is stopped
//! and the second counts. What differs is given to the original a few times more: where it does not agree with itself
//! (the order of Go's maps is random), the case says nothing. [`Finding`] is one difference. Where cases are whole charts
//! ([`Way::Ask`]) our program makes them, asks the original, and makes small what differs.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

use super::area::{AREAS, Area, Pair, Way, target};
use crate::say;

/// What `--help` shows.
pub(super) const EXAMPLES: &str = "Examples:
  cargo xtask oracle fuzz --minutes 60 --jobs 10       an hour of every area, all at once
  cargo xtask oracle fuzz --area template --seed 42    the same inputs again
  cargo xtask oracle fuzz --area fmt --keep 3          and record the three shortest that differ";

/// After the time is over, this long may the replay need for what is in the pipe.
const REST: Duration = Duration::from_mins(1);

/// How often the original is asked again.
const AGAIN: usize = 8;

/// Of one area no more differences than this are kept; they have one cause then.
const ENOUGH: usize = 2_000;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Minutes for each area
    #[arg(long, default_value_t = 5.0)]
    minutes: f64,
    /// Only this area (may be repeated); all if none is given
    #[arg(long = "area")]
    areas: Vec<String>,
    /// Areas at once
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// Makes the same inputs again; without it each run has its own
    #[arg(long)]
    seed: Option<u32>,
    /// Append this many differing cases, the shortest, to the area's file in compat/
    #[arg(long, default_value_t = 0)]
    keep: usize,
}

/// One case that differs, as `replay` writes it.
#[derive(Debug, Deserialize)]
struct Finding {
    /// The recorded case, as it stands in `compat/`.
    case: String,
    /// What ours said.
    ours: String,
}

/// What became of one area.
#[derive(Debug)]
struct Outcome {
    cases: u64,
    differences: u64,
    /// Of the differences, those where the original does not agree with itself.
    unstable: u64,
    findings: Vec<Finding>,
}

/// Runs the areas. `false` if anything differed.
pub(super) async fn run(arguments: &Arguments) -> Result<bool> {
    let areas: Vec<&'static Area> = match &arguments.areas[..] {
        [] => AREAS.iter().collect(),
        names => names.iter().map(|name| Area::named(name)).collect::<Result<_>>()?,
    };
    if !(arguments.minutes > 0.0 && arguments.minutes < 10_000.0) {
        bail!("--minutes must be more than 0 and less than 10000, not {}", arguments.minutes);
    }
    let time = Duration::from_secs_f64(arguments.minutes * 60.0);
    let seed = arguments.seed.unwrap_or_else(|| {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(1, |since| (since.as_secs() % 1_000_000_000) as u32)
    });
    let programs = build(&areas).await?;
    say::note(&format!("{} of {} areas, --seed {seed}", say::duration(time), areas.len()));

    let mut waiting = areas.iter().copied().rev().collect::<Vec<_>>();
    let mut running = JoinSet::new();
    let mut equal = true;
    loop {
        while running.len() < arguments.jobs.max(1)
            && let Some(area) = waiting.pop()
        {
            let (original, ours) = programs
                .iter()
                .find_map(|(pair, programs)| (*pair == area.pair).then(|| programs.clone()))
                .context("programs of all areas have been built")?;
            running.spawn(async move {
                let outcome = match area.pair.way {
                    Way::Replay => compare(area, &original, &ours, seed, time).await,
                    Way::Ask => asked(area, &original, &ours, seed, time).await,
                };
                (area, outcome)
            });
        }
        let Some(ended) = running.join_next().await else { return Ok(equal) };
        let (area, outcome) = ended.context("an area was not compared to its end")?;
        // What broke off in one area does not take the hour of the others along.
        match outcome {
            Ok(outcome) => {
                equal &= outcome.differences == outcome.unstable;
                tell(area, outcome, arguments.keep)?;
            }
            Err(error) => {
                equal = false;
                say::note(&format!("area {}: {error:#}", area.name));
            }
        }
    }
}

/// Builds what the areas need: for each pair the program that answers as Go does, and the one that answers as we do.
async fn build(areas: &[&'static Area]) -> Result<Vec<(&'static Pair, (PathBuf, PathBuf))>> {
    let mut programs: Vec<(&'static Pair, (PathBuf, PathBuf))> = Vec::new();
    for area in areas {
        if programs.iter().all(|(pair, _)| *pair != area.pair) {
            programs.push((
                area.pair,
                (area.pair.original().await?, area.pair.ours(area.pair.way.example()).await?),
            ));
        }
    }
    Ok(programs)
}

async fn compare(area: &Area, original: &Path, ours: &Path, seed: u32, time: Duration) -> Result<Outcome> {
    let mut source: Child = Command::new(original)
        .args(["fuzz", area.name, "-seed", &seed.to_string()])
        .current_dir(area.pair.module_folder())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot run {}", original.display()))?;
    let pipe: Stdio = source.stdout.take().context("its output is a pipe")?.try_into().context("a pipe")?;
    let mut replay = Command::new(ours)
        .arg(area.name)
        .stdin(pipe)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot run {}", ours.display()))?;
    let findings = tokio::spawn(findings(replay.stdout.take().context("its output is a pipe")?));
    let mut told = replay.stderr.take().context("its errors are a pipe")?;
    let told = tokio::spawn(async move {
        let mut text = Vec::new();
        told.read_to_end(&mut text).await.map(|_| String::from_utf8_lossy(&text).into_owned())
    });

    let early = tokio::select! {
        status = source.wait() => Some(status.context("cannot wait for the original")?),
        _ = replay.wait() => None,
        () = tokio::time::sleep(time) => None,
    };
    if early.is_none() {
        source.kill().await.context("cannot stop the original")?;
    }
    let status = tokio::time::timeout(REST, replay.wait())
        .await
        .with_context(|| {
            format!("the replay hangs: it has not come to its end {REST:?} after the last case")
        })?
        .context("cannot wait for the replay")?;
    let told = told.await.context("nobody reads what the replay says")??;
    // Without a reader the original ends too, so that the replay is asked first.
    if !status.success() {
        bail!("the replay ended with {status}:\n{}", told.trim_end());
    }
    if let Some(status) = early {
        bail!("the original ended by itself ({status})");
    }
    let (cases, differences) =
        told.lines().last().and_then(counts).with_context(|| {
            format!("the replay did not say how many cases it saw, but: {}", told.trim_end())
        })?;
    let found = findings.await.context("nobody reads what the replay finds")??;
    let kept = found.len();
    let findings = stable(area, original, found).await?;
    Ok(Outcome { cases, differences, unstable: (kept - findings.len()) as u64, findings })
}

/// The same where our program makes the cases and asks the original.
async fn asked(area: &Area, original: &Path, ours: &Path, seed: u32, time: Duration) -> Result<Outcome> {
    let (seed, seconds) = (seed.to_string(), time.as_secs().max(1).to_string());
    let asking = Command::new(ours)
        .arg(area.name)
        .arg(original)
        .args([&seed, &seconds, &ENOUGH.to_string()])
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = asking.await.with_context(|| format!("cannot run {}", ours.display()))?;
    let told = String::from_utf8_lossy(&output.stderr);
    let counted = told.lines().last().and_then(counts);
    let (true, Some((cases, differences))) = (output.status.success(), counted) else {
        bail!("it ended with {}:\n{}", output.status, told.trim_end());
    };
    let findings = output
        .stdout
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(serde_json::from_slice)
        .collect::<Result<_, _>>()
        .context("what differs is told in JSON")?;
    Ok(Outcome { cases, differences, unstable: 0, findings })
}

/// The findings where the original says the same again and again.
async fn stable(area: &Area, original: &Path, mut findings: Vec<Finding>) -> Result<Vec<Finding>> {
    for _ in 0..AGAIN {
        if findings.is_empty() {
            break;
        }
        let mut record = Command::new(original)
            .args(["record", area.name])
            .current_dir(area.pair.module_folder())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot run {}", original.display()))?;
        let mut stdin = record.stdin.take().context("its input is a pipe")?;
        let cases: String = findings.iter().map(Finding::record).collect();
        let feeding = tokio::spawn(async move { stdin.write_all(cases.as_bytes()).await });
        let output = record.wait_with_output().await.context("cannot wait for the original")?;
        feeding
            .await
            .context("nobody feeds the original")?
            .context("the original does not read its cases")?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        // A file of cases may begin with a line that says what recorded it.
        let mut answers = text.lines().filter(|line| !line.starts_with("{\"recorded_with\""));
        findings.retain(|finding| {
            // Every line is compared, so that the next case begins where this one ends.
            finding
                .case
                .trim_end_matches('\n')
                .lines()
                .fold(true, |same, line| same & (answers.next() == Some(line)))
        });
        if !output.status.success() || answers.next().is_some() {
            bail!("the original did not answer the cases that differ again ({})", output.status);
        }
    }
    Ok(findings)
}

/// Reads what the replay finds: all of it, so that it never waits, but keeps only some.
async fn findings(output: tokio::process::ChildStdout) -> Result<Vec<Finding>> {
    let mut lines = BufReader::new(output).lines();
    let mut findings = Vec::new();
    while let Some(line) = lines.next_line().await.context("cannot read what the replay finds")? {
        if findings.len() < ENOUGH {
            findings.push(serde_json::from_str(&line).with_context(|| format!("no finding: {line}"))?);
        }
    }
    Ok(findings)
}

/// `replayed N cases, D differences`
fn counts(line: &str) -> Option<(u64, u64)> {
    let (cases, differences) =
        line.strip_prefix("replayed ")?.strip_suffix(" differences")?.split_once(" cases, ")?;
    Some((cases.parse().ok()?, differences.parse().ok()?))
}

/// Says what was found in an area, and keeps it: all of it under `target/`, the shortest in `compat/` if that is wanted.
fn tell(area: &Area, mut outcome: Outcome, keep: usize) -> Result<()> {
    let differences = outcome.differences - outcome.unstable;
    let unstable = match outcome.unstable {
        0 => String::new(),
        number => format!(" ({number} more where the original does not agree with itself)"),
    };
    say::answer(&format!(
        "{:14} {:>10} cases {differences:>6} differences{unstable}",
        area.name, outcome.cases
    ));
    if outcome.findings.is_empty() {
        return Ok(());
    }
    outcome.findings.sort_by_key(|finding| finding.case.len());
    let shortest = outcome.findings.iter().take(5);
    for finding in shortest {
        say::note(&format!("{}: {}\n  ours: {}", area.name, finding.case.trim_end(), finding.ours));
    }
    let file = target().join("oracle").join(format!("{}.differences", area.name));
    let all: String = outcome.findings.iter().map(Finding::record).collect();
    fs::write(&file, all).with_context(|| format!("cannot write {}", file.display()))?;
    say::note(&format!("{}: cases that differ are in {}", area.name, file.display()));
    if keep > 0 {
        let path = area.cases();
        let mut recorded = fs::OpenOptions::new()
            .append(true)
            .open(&path)
            .with_context(|| format!("cannot append to {}", path.display()))?;
        for finding in outcome.findings.iter().take(keep) {
            recorded
                .write_all(finding.record().as_bytes())
                .with_context(|| format!("cannot append to {}", path.display()))?;
        }
        say::note(&format!("{}: the shortest are in compat/{} now", area.name, area.cases));
    }
    Ok(())
}

impl Finding {
    /// The case with the end of its last line.
    fn record(&self) -> String {
        format!("{}\n", self.case.trim_end_matches('\n'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(folder: &Path, name: &str, text: &str) -> PathBuf {
        let path = folder.join(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        longshore_testkit::make_executable(&path).unwrap();
        path
    }

    #[tokio::test]
    async fn the_original_is_stopped_and_the_replay_counts() {
        let folder = tempfile::tempdir().unwrap();
        let original =
            script(folder.path(), "original", "[ $1 = record ] && exec cat; while echo case; do :; done");
        let ours = script(
            folder.path(),
            "ours",
            r#"head -n 3 >/dev/null; printf '%s\n' '{"case":"a\n","ours":"b"}'; cat >/dev/null; echo 'replayed 3 cases, 1 differences' >&2"#,
        );
        let area = Area::named("fmt").unwrap();
        let outcome = compare(area, &original, &ours, 1, Duration::from_millis(50)).await.unwrap();
        assert_eq!((outcome.cases, outcome.differences), (3, 1));
        assert_eq!(outcome.findings[0].record(), "a\n");
    }

    #[tokio::test]
    async fn what_the_original_says_only_once_is_no_difference() {
        let folder = tempfile::tempdir().unwrap();
        let original = script(folder.path(), "original", "sed 's/^ = maybe/ = never/'");
        let found = ["a\n = maybe\n", "b\n = sure\n", "c\n = maybe", "d\n = sure"];
        let found = found.map(|case| Finding { case: case.to_owned(), ours: String::new() }).into();
        let stable = stable(Area::named("fmt").unwrap(), &original, found).await.unwrap();
        let cases: Vec<_> = stable.iter().map(|finding| &*finding.case).collect();
        assert_eq!(cases, ["b\n = sure\n", "d\n = sure"]);
    }

    #[tokio::test]
    async fn a_side_that_fails_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let endless = script(folder.path(), "endless", "while echo case; do :; done");
        let counting =
            script(folder.path(), "counting", "cat >/dev/null; echo 'replayed 3 cases, 0 differences' >&2");
        let failing = script(folder.path(), "failing", "echo broken >&2; exit 3");
        let area = Area::named("fmt").unwrap();
        let time = Duration::from_mins(1);
        let error = compare(area, &endless, &failing, 1, time).await.unwrap_err().to_string();
        assert!(error.contains("broken"), "{error}");
        let error = compare(area, &failing, &counting, 1, time).await.unwrap_err().to_string();
        assert!(error.contains("ended by itself"), "{error}");
    }
}
