//! `cargo xtask oracle record-kustomize`: what real Kustomize answers to the cases of `compat/kustomize`.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use longshore_testkit::recorded::{self, Answered, Case};
use longshore_testkit::tools::{Tool, workspace_root};
use tokio::process::Command;

use crate::{go, say};

/// What `--help` shows.
pub(crate) const EXAMPLES: &str = "Examples:
  cargo xtask oracle record-kustomize                  every text of compat/kustomize
  cargo xtask oracle record-kustomize images merge     two of them

Each case is answered twice; one whose answers differ is refused.";

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only these texts
    areas: Vec<String>,
}

/// Records.
pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    let folder = workspace_root().join("compat/kustomize");
    let tool = Tool::named("kustomize")?;
    let program = go::one(tool).await?;
    let search = super::path_with_helm().await?;
    for area in areas(&folder)? {
        if !(arguments.areas.is_empty() || arguments.areas.contains(&area)) {
            continue;
        }
        let path = folder.join(format!("{area}.txt"));
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let cases = recorded::cases(&text).with_context(|| format!("in {}", path.display()))?;
        let mut answers = format!("# Kustomize {}\n", tool.version);
        for case in &cases {
            let answer = answer(&program, &search, case).await?;
            if answer != self::answer(&program, &search, case).await? {
                bail!("{area}: {} is answered in different ways", case.name);
            }
            let _ = write!(answers, "{}", answer.written(&case.name));
        }
        let path = folder.join("recorded").join(format!("{area}.txt"));
        fs::write(&path, answers).with_context(|| format!("cannot write {}", path.display()))?;
        say::note(&format!("{area}: {} cases", cases.len()));
    }
    Ok(())
}

/// The names of the texts.
fn areas(folder: &Path) -> Result<Vec<String>> {
    let mut areas = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let name = entry?.file_name();
        areas.extend(name.to_str().and_then(|name| name.strip_suffix(".txt")).map(ToOwned::to_owned));
    }
    areas.sort();
    Ok(areas)
}

async fn answer(program: &Path, search: &OsStr, case: &Case) -> Result<Answered> {
    let folder = tempfile::tempdir().context("cannot create a folder")?;
    let case_folder = folder.path().join("case");
    fs::create_dir(&case_folder).context("cannot create a folder")?;
    case.lay_out(&case_folder)?;
    let output = Command::new(program)
        .args(&case.arguments)
        .current_dir(&case_folder)
        .env_clear()
        .env("HOME", folder.path())
        .env("PATH", search)
        .envs(case.environment(&case_folder)?)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .with_context(|| format!("cannot run {}", program.display()))?;
    let code = output.status.code().with_context(|| format!("{} was killed", case.name))?;
    case.answered(&case_folder, code, &output.stdout, &output.stderr)
}
