//! Comparing an original with ours, whole process by whole process, over many cases.
//!
//! Both do every case, in turns. Standard output, the exit code and what stands on standard error from `Error:` on must
//! be the same, byte for byte; warnings are compared apart, because what is wrong is said twice then. Where they differ,
//! the original runs again: lines in which it does not agree with itself (passwords, certificates, times) say nothing.
//!
//! [`side`] runs one side of a case, [`compare`](mod@compare) says where two sides differ, [`kind`] what differences have
//! in common, and [`report`] counts.

mod compare;
mod kind;
mod report;
mod side;

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use longshore_testkit::tools::workspace_root;
use tokio::process::Command;
use tokio::task::JoinSet;

pub(super) use report::Words;
pub(super) use side::Side;

use super::area::target;
use crate::{say, step};
use compare::compare;
use report::{Outcome, Report};
use side::Rendered;

/// How often the original is asked again where the two differ.
const AGAIN: usize = 3;

/// One command line for both sides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Case {
    /// What it is about: a chart's or a kustomization's path below the folder that was given.
    pub(super) subject: String,
    /// What is special about it.
    pub(super) what: String,
    /// Where both are started; `None` for a folder of their own.
    pub(super) folder: Option<PathBuf>,
    /// What both are started with.
    pub(super) arguments: Vec<String>,
}

impl Case {
    /// `SUBJECT: WHAT`
    pub(super) fn name(&self) -> String {
        format!("{}: {}", self.subject, self.what)
    }

    /// The folder that the subject is in: what is counted together.
    pub(super) fn collection(&self) -> &str {
        self.subject.rsplit_once('/').map_or(".", |(collection, _)| collection)
    }
}

/// The path of a subject below the folder that was given, as cases name it.
pub(super) fn below(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path).to_string_lossy();
    if below.is_empty() { ".".to_owned() } else { below.into_owned() }
}

/// What is compared with what.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) theirs: Side,
    pub(super) ours: Side,
    /// Cases at once.
    pub(super) jobs: usize,
    /// Where what both print is kept where they differ. Emptied first.
    pub(super) kept: PathBuf,
    pub(super) words: Words,
}

impl Run {
    /// Compares, and says what differs and how much. `false` if anything does.
    pub(super) async fn compare(self, mut cases: VecDeque<Case>) -> Result<bool> {
        let Self { theirs, ours, jobs, kept, words } = self;
        if kept.exists() {
            fs::remove_dir_all(&kept).with_context(|| format!("cannot empty {}", kept.display()))?;
        }
        let all = cases.len();
        let mut report = Report::new(words);
        let mut running = JoinSet::new();
        let mut number = 0;
        loop {
            while running.len() < jobs.max(1)
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
}

/// The program of our side, and the word that it is called with: what was given, or else the command line, built as it
/// is shipped.
pub(super) async fn ours(
    given: Option<&Path>,
    word: &'static str,
) -> Result<(PathBuf, Option<&'static str>)> {
    let Some(path) = given else {
        // Under its own name it says more than the original, on standard error.
        let link = target().join("oracle").join(word);
        let built = build().await?;
        let _ = std::fs::remove_file(&link);
        std::os::unix::fs::symlink(&built, &link)
            .with_context(|| format!("no link at {}", link.display()))?;
        return Ok((link, None));
    };
    // A link stays one: the program may go by its name.
    let path = std::path::absolute(path).with_context(|| format!("no {}", path.display()))?;
    if !path.is_file() {
        bail!("no program at {}", path.display());
    }
    Ok((path, None))
}

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

/// Has one case done by both, and again by the original where they differ.
async fn judge(theirs: &Side, ours: &Side, case: Case, ours_first: bool) -> Result<(Outcome, [Rendered; 2])> {
    let (original, own) = if ours_first {
        let own = ours.run(&case).await?;
        (theirs.run(&case).await?, own)
    } else {
        (theirs.run(&case).await?, ours.run(&case).await?)
    };
    let mut times = vec![original];
    let mut verdict = compare(&times, &own);
    for _ in 0..AGAIN {
        if verdict.difference().is_none() {
            break;
        }
        times.push(theirs.run(&case).await?);
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
    use std::time::Duration;

    use super::compare::Verdict;
    use super::*;

    fn script(folder: &Path, name: &str, text: &str) -> PathBuf {
        let path = folder.join(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        longshore_testkit::make_executable(&path).unwrap();
        path
    }

    /// Has one case judged whose sides are shell scripts.
    async fn judged(theirs: &str, ours: &str) -> Verdict {
        let folder = tempfile::tempdir().unwrap();
        let side = |name: &str, text: &str| {
            let program = script(folder.path(), name, text);
            Side::new(program, None, folder.path().join("home"), vec![], Duration::from_secs(20)).unwrap()
        };
        let case = Case { arguments: vec!["template".into(), "demo".into()], ..Case::default() };
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

    #[test]
    fn a_case_is_named_by_its_subject() {
        let case =
            Case { subject: "people/web".into(), what: "own values".into(), folder: None, arguments: vec![] };
        assert_eq!((&*case.name(), case.collection()), ("people/web: own values", "people"));
        assert_eq!(below(Path::new("/a"), Path::new("/a")), ".");
        assert_eq!(below(Path::new("/a"), Path::new("/a/b/c")), "b/c");
    }
}
