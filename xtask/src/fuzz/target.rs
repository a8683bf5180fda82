//! One target: what there is, what became of it, and which inputs of it are committed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// A program of `fuzz/fuzz_targets`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) name: String,
    /// The first sentence of its file.
    pub(super) about: String,
    pub(super) needs_cluster_client: bool,
}

/// What became of a target.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    /// Inputs tried.
    pub(super) executions: u64,
    /// Why it ended early, if it did.
    pub(super) failure: Option<Failure>,
}

/// An input that broke a promise.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// The line that says what happened.
    pub(super) why: String,
    /// The input.
    pub(super) reproducer: String,
}

impl Target {
    /// All targets of the folder, by name.
    pub(super) fn all(folder: &Path) -> Result<Vec<Self>> {
        let folder = folder.join("fuzz_targets");
        let mut targets = Vec::new();
        for path in files(&folder)? {
            let text =
                fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            targets.push(Self::of(name, &text));
        }
        Ok(targets)
    }

    fn of(name: String, text: &str) -> Self {
        let about = text.lines().map_while(|line| line.strip_prefix("//! ")).collect::<Vec<_>>().join(" ");
        Self { name, about, needs_cluster_client: text.contains("::project::") }
    }

    /// Those that are named; all if none is.
    pub(super) fn chosen(all: &[Self], names: &[String]) -> Result<Vec<Self>> {
        if names.is_empty() {
            return Ok(all.to_vec());
        }
        let find = |name: &String| {
            let found = all.iter().find(|target| target.name == *name).cloned();
            found.with_context(|| format!("no target {name:?}; `cargo xtask fuzz --list` names them"))
        };
        names.iter().map(find).collect()
    }
}

impl Outcome {
    /// A line about it.
    pub(super) fn line(&self, name: &str) -> String {
        match &self.failure {
            None => format!("{name}: {} inputs", self.executions),
            Some(failure) => format!(
                "{name}: {} inputs, then {}\n  reproducer: {}",
                self.executions, failure.why, failure.reproducer
            ),
        }
    }
}

/// Reads what libFuzzer said.
pub(super) fn outcome(success: bool, told: &str) -> Result<Outcome> {
    // `#1234  NEW cov: …` while it runs, `stat::number_of_executed_units: 1234` at the end.
    let tried = |line: &str| {
        let number =
            line.strip_prefix("stat::number_of_executed_units:").or_else(|| line.strip_prefix('#'))?;
        number.split_whitespace().next()?.parse::<u64>().ok()
    };
    let executions = told.lines().filter_map(tried).max().unwrap_or(0);
    if success {
        return Ok(Outcome { executions, failure: None });
    }
    let reproducer =
        told.lines().find_map(|line| line.split_once("Test unit written to ").map(|(_, path)| path));
    let Some(reproducer) = reproducer else {
        bail!("the fuzzer ended without a reproducer:\n{}", told.trim_end());
    };
    let mut lines = told.lines();
    let why = match lines.find(|line| line.contains("panicked at")) {
        Some(place) => format!("{place} {}", lines.next().unwrap_or_default()),
        None => told.lines().find(|line| line.contains("ERROR: ")).unwrap_or("an unknown end").to_owned(),
    };
    Ok(Outcome { executions, failure: Some(Failure { why, reproducer: reproducer.to_owned() }) })
}

/// Replaces the committed inputs by those of `least`, shortest first, up to `limit` bytes. Files named by a person
/// (a word, not the hash of the content) stay: each showed a mistake once. Gives their number and bytes.
pub(super) fn replace(committed: &Path, least: &Path, limit: u64) -> Result<(usize, u64)> {
    let (mut kept, mut bytes) = (0, 0);
    for path in files(committed)? {
        if is_hash(&path) {
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        } else {
            kept += 1;
            bytes += size(&path)?;
        }
    }
    let mut found =
        files(least)?.into_iter().map(|path| Ok((size(&path)?, path))).collect::<Result<Vec<_>>>()?;
    found.sort();
    for (length, path) in found {
        let name = path.file_name().context("a file has a name")?;
        if bytes + length > limit {
            break;
        }
        fs::copy(&path, committed.join(name)).with_context(|| format!("cannot copy {}", path.display()))?;
        kept += 1;
        bytes += length;
    }
    Ok((kept, bytes))
}

/// libFuzzer names a file by the SHA-1 of what is in it.
fn is_hash(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.len() == 40 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn size(path: &Path) -> Result<u64> {
    Ok(fs::metadata(path).with_context(|| format!("cannot look at {}", path.display()))?.len())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let cannot = || format!("cannot list {}", folder.display());
    let entries =
        fs::read_dir(folder).with_context(cannot)?.collect::<Result<Vec<_>, _>>().with_context(cannot)?;
    let mut paths: Vec<_> = entries.iter().map(fs::DirEntry::path).filter(|path| path.is_file()).collect();
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_told_by_its_first_sentence() {
        let target = Target::of("a_b".into(), "//! Any text.\n\n#![no_main]\n\nx!(f::project::y);\n");
        assert_eq!((&*target.about, target.needs_cluster_client), ("Any text.", true));
        let error = Target::chosen(&[target], &["b".into()]).unwrap_err();
        assert!(error.to_string().starts_with("no target \"b\""), "{error}");
    }

    #[test]
    fn ends_are_told_apart() {
        let good = "#2\tINITED\n#500\tDONE cov: 1\nstat::number_of_executed_units: 512\n";
        assert_eq!(outcome(true, good).unwrap(), Outcome { executions: 512, failure: None });
        let bad = "#70\tNEW\nthread '<unnamed>' panicked at src/x.rs:1:2:\nwhy\n==1== ERROR: libFuzzer: deadly signal\n\
                   artifact_prefix='a/'; Test unit written to a/crash-1\n";
        let outcome_of_bad = outcome(false, bad).unwrap();
        assert_eq!(
            outcome_of_bad.line("t"),
            "t: 70 inputs, then thread '<unnamed>' panicked at src/x.rs:1:2: why\n  reproducer: a/crash-1"
        );
        assert!(outcome(false, "Killed").is_err());
    }

    #[test]
    fn named_inputs_stay_and_the_rest_is_cut_at_the_limit() {
        let (committed, least) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let hash = |digit: &str| digit.repeat(40);
        fs::write(committed.path().join("deep-flow"), "1234").unwrap();
        fs::write(committed.path().join(hash("a")), "old").unwrap();
        fs::write(least.path().join(hash("b")), "12").unwrap();
        fs::write(least.path().join(hash("c")), "123456").unwrap();
        assert_eq!(replace(committed.path(), least.path(), 8).unwrap(), (2, 6));
        let names: Vec<_> = files(committed.path())
            .unwrap()
            .iter()
            .map(|path| path.file_name().unwrap().to_owned())
            .collect();
        assert_eq!(names, [hash("b").as_str(), "deep-flow"]);
    }
}
