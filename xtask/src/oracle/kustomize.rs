//! `cargo xtask oracle kustomize`: `kustomize build` over any folder of kustomizations, by real Kustomize and by ours,
//! compared by [`differ`]. They are other people's and are kept outside this repository.
//!
//! A case is a folder with a kustomization file, or a line of an index, which may say what the command line is.

pub(super) mod record;

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use longshore_testkit::tools::Tool;
use serde::Deserialize;

use super::area::target;
use super::differ::{self, Case, Run, Side, Words, below};
use crate::{go, say};

/// What `--help` shows.
pub(super) const EXAMPLES: &str = "Examples:
  cargo xtask oracle kustomize ~/overlays                        every kustomization below that folder
  cargo xtask oracle kustomize ~/cases --index index.jsonl       the cases that ~/cases/index.jsonl names
  cargo xtask oracle kustomize ~/overlays --filter prod: --jobs 1   the cases with `prod:` in their names
  cargo xtask oracle kustomize ~/overlays --ours ./kustomize     `./kustomize build …` instead of ours

A line of an index is JSON: {\"name\": \"set/a\", \"folder\": \"a/fs\", \"args\": [\"build\", \"overlay\", \"--reorder\", \"none\"]}.
Both programs are started in that folder of DIR. What both print where they differ is kept in target/oracle/kustomize/.";

/// Names that a kustomization file may have.
const NAMES: &[&str] = &["kustomization.yaml", "kustomization.yml", "Kustomization"];

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A folder with kustomizations anywhere below it
    dir: PathBuf,
    /// A file in that folder that names the cases
    #[arg(long, value_name = "FILE")]
    index: Option<PathBuf>,
    /// Cases at once
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// Only cases whose names contain this
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Call this program with `build …` instead of building longshore and calling `longshore kustomize build …`
    #[arg(long, value_name = "PATH")]
    ours: Option<PathBuf>,
    /// A folder with plugins, for cases with --enable-alpha-plugins
    #[arg(long, value_name = "DIR")]
    plugins: Option<PathBuf>,
    /// Seconds that one process may take
    #[arg(long, default_value_t = 120)]
    limit: u64,
}

/// A line of an index. What else it says is for others.
#[derive(Debug, Deserialize)]
struct Line {
    name: String,
    folder: PathBuf,
    args: Vec<String>,
}

/// Compares. `false` if anything differs.
pub(super) async fn run(arguments: &Arguments) -> Result<bool> {
    let dir = fs::canonicalize(&arguments.dir)
        .with_context(|| format!("cannot look into {}", arguments.dir.display()))?;
    let mut cases = match &arguments.index {
        Some(index) => indexed(&dir, &dir.join(index))?,
        None => found(&dir)?,
    };
    cases.retain(|case| arguments.filter.as_ref().is_none_or(|part| case.name().contains(part)));
    if cases.is_empty() {
        bail!("{} has no such kustomization", dir.display());
    }
    let homes = tempfile::tempdir().context("cannot create a folder")?;
    let limit = Duration::from_secs(arguments.limit.max(1));
    let tool = Tool::named("kustomize")?;
    let kustomize = go::one(tool).await?;
    let (program, leading) = differ::ours(arguments.ours.as_deref(), "kustomize").await?;
    let mut environment = vec![("PATH", path_with_helm().await?)];
    if let Some(plugins) = &arguments.plugins {
        let plugins = fs::canonicalize(plugins).with_context(|| format!("no {}", plugins.display()))?;
        environment.push(("KUSTOMIZE_PLUGIN_HOME", plugins.into()));
    }
    say::note(&format!("{} cases as Kustomize {}", cases.len(), tool.version));
    let run = Run {
        theirs: Side::new(kustomize, None, homes.path().join("theirs"), environment.clone(), limit)?,
        ours: Side::new(program, leading, homes.path().join("ours"), environment, limit)?,
        jobs: arguments.jobs,
        kept: target().join("oracle/kustomize"),
        words: Words {
            original: format!("Kustomize {}", tool.version),
            subjects: "folders",
            closing: String::new(),
        },
    };
    run.compare(cases.into()).await
}

/// Where programs are looked for, Helm first: Kustomize runs it for charts.
pub(super) async fn path_with_helm() -> Result<OsString> {
    let helm = go::one(Tool::named("helm4")?).await?;
    let folder = helm.parent().context("helm is in no folder")?.to_owned();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(folder).chain(std::env::split_paths(&others));
    std::env::join_paths(all).context("a folder of programs has `:` in its name")
}

/// The cases of an index, in its order.
fn indexed(root: &Path, index: &Path) -> Result<Vec<Case>> {
    let text = fs::read_to_string(index).with_context(|| format!("cannot read {}", index.display()))?;
    let mut cases = Vec::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let Line { name, folder, args } =
            serde_json::from_str(line).with_context(|| format!("{}:{}: no case", index.display(), at + 1))?;
        let what = args.join(" ");
        cases.push(Case { subject: name, what, folder: Some(root.join(folder)), arguments: args });
    }
    Ok(cases)
}

/// A case for each kustomization file in `root` and below it, in the order of their paths.
fn found(root: &Path) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    let mut folders = VecDeque::from([root.to_owned()]);
    while let Some(folder) = folders.pop_front() {
        if NAMES.iter().any(|name| folder.join(name).is_file()) {
            cases.push(Case {
                subject: below(root, &folder),
                what: "build".to_owned(),
                folder: Some(folder.clone()),
                arguments: vec!["build".to_owned()],
            });
        }
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
            let entry = entry.with_context(|| format!("cannot list {}", folder.display()))?;
            // Links are not followed: they may lead in circles, and what they lead to is found where it is.
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) && entry.file_name() != ".git" {
                folders.push_back(entry.path());
            }
        }
    }
    cases.sort_by(|a, b| a.subject.cmp(&b.subject));
    Ok(cases)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kustomizations_are_found_by_any_of_their_names() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["b/base/kustomization.yaml", "b/Kustomization", "a/kustomization.yml", "c/x.yaml"] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let subjects: Vec<_> = found(folder.path()).unwrap().into_iter().map(|case| case.subject).collect();
        assert_eq!(subjects, ["a", "b", "b/base"]);
    }

    #[test]
    fn an_index_says_what_the_command_line_is() {
        let folder = tempfile::tempdir().unwrap();
        let index = folder.path().join("index.jsonl");
        let line = r#"{"name": "set/one", "folder": "set/one/fs", "args": ["build", "o"], "code": 1}"#;
        fs::write(&index, format!("{line}\n\n")).unwrap();
        let cases = indexed(folder.path(), &index).unwrap();
        assert_eq!(cases.len(), 1);
        assert_eq!(cases[0].name(), "set/one: build o");
        assert_eq!((cases[0].collection(), &*cases[0].arguments), ("set", &["build".into(), "o".into()][..]));
        fs::write(&index, "{}\n").unwrap();
        let error = format!("{:#}", indexed(folder.path(), &index).unwrap_err());
        assert!(error.contains("index.jsonl:1: no case: missing field `name`"), "{error}");
    }
}
