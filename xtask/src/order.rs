//! The order in which the program's functions lie in its file: those that run come first, so that few of its pages are
//! ever touched. `crates/longshore/order.txt` names them; its build script gives it to the linker.
//!
//! A name that is no longer there is passed over, so that the list only becomes a little worse with time.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use tokio::process::Command;

use crate::{say, step};

/// Where the program with the names of its functions is built.
const BUILD: &str = "target/order";

/// The list.
const LIST: &str = "crates/longshore/order.txt";

pub(crate) const EXAMPLES: &str = "Examples:
  cargo xtask order                   charts and kustomizations of this repository only
  cargo xtask order ~/charts          and each chart below a folder

Needs valgrind and nm (Debian: valgrind, binutils).";

/// Folders beside the repository's own whose charts and kustomizations are rendered too.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Folders that hold charts or kustomizations at any depth
    folders: Vec<PathBuf>,
}

/// Renders what there is, and writes down which functions ran: those that run in most renders first.
pub(crate) async fn run(arguments: &Arguments) -> Result<bool> {
    let mut build = Command::new("cargo");
    build.args(["build", "--release", "--package", "longshore", "--target-dir", BUILD]);
    build.args(["--config", "profile.release.strip=\"none\""]);
    ensure!(step::run(&mut build).await?, "the program cannot be built");
    let program = fs::canonicalize(Path::new(BUILD).join("release/longshore"))?;
    let mut runs = vec![vec!["version".to_owned()]];
    let own = ["compat/helm", "platforms"].map(PathBuf::from);
    for folder in own.iter().chain(&arguments.folders) {
        commands(folder, &mut runs)?;
    }
    let mut counts = BTreeMap::new();
    for (index, arguments) in runs.iter().enumerate() {
        say::note(&format!("{} of {}: {}", index + 1, runs.len(), arguments.join(" ")));
        for function in functions_of(&program, arguments).await? {
            *counts.entry(function).or_insert(0_usize) += 1;
        }
    }
    let places = places(&program).await?;
    let mut known: Vec<_> =
        counts.iter().filter_map(|(name, count)| Some((count, places.get(name)?, name))).collect();
    known.sort_by(|one, other| other.0.cmp(one.0).then(one.1.cmp(other.1)));
    let mut list = String::new();
    for (_, _, name) in &known {
        let _ = writeln!(list, "{name}");
    }
    fs::write(LIST, list).with_context(|| format!("cannot write {LIST}"))?;
    say::note(&format!("{LIST} has {} functions", known.len()));
    Ok(true)
}

/// How to render each chart and kustomization below a folder.
fn commands(folder: &Path, runs: &mut Vec<Vec<String>>) -> Result<()> {
    let shown = folder.display().to_string();
    if folder.join("Chart.yaml").is_file() {
        runs.push(["helm", "template", "release", &shown].map(str::to_owned).to_vec());
        return Ok(());
    }
    if folder.join("kustomization.yaml").is_file() {
        runs.push(["kustomize", "build", &shown].map(str::to_owned).to_vec());
    }
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {shown}"))?;
    let mut below = BTreeSet::new();
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            below.insert(path);
        }
    }
    below.iter().try_for_each(|path| commands(path, runs))
}

/// The functions of the program that one command runs, well or not.
async fn functions_of(program: &Path, arguments: &[String]) -> Result<BTreeSet<String>> {
    let told = Path::new(BUILD).join("callgrind.out");
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--quiet", "--tool=callgrind", "--demangle=no"]);
    valgrind.arg(format!("--callgrind-out-file={}", told.display())).arg(program).args(arguments);
    valgrind.output().await.context("cannot run valgrind")?;
    let told = fs::read_to_string(&told).context("cannot read what callgrind found")?;
    Ok(functions(&told, &program.display().to_string()))
}

/// The functions of an object that a profile has costs of. Names are given once, by number afterwards:
/// `fn=(12) name`, then `fn=(12)`; one that calls itself may end in `'2`.
fn functions(profile: &str, program: &str) -> BTreeSet<String> {
    let (mut names, mut objects) = (BTreeMap::new(), BTreeMap::new());
    let mut found = BTreeSet::new();
    let mut in_program = false;
    for line in profile.lines() {
        let Some((key, value)) = line.split_once("=(") else { continue };
        let Some((number, name)) = value.split_once(')') else { continue };
        let known = if key.ends_with("fn") { &mut names } else { &mut objects };
        if !matches!(key, "fn" | "cfn" | "ob" | "cob") {
            continue;
        }
        if let Some(name) = name.strip_prefix(' ') {
            known.insert(number, name.split('\'').next().unwrap_or(name));
        }
        match (key, known.get(number)) {
            ("ob", object) => in_program = object == Some(&program),
            ("fn", Some(name)) if in_program => {
                found.insert((*name).to_owned());
            }
            _ => {}
        }
    }
    found
}

/// Where each function of the program lies now.
async fn places(program: &Path) -> Result<BTreeMap<String, String>> {
    let listed =
        Command::new("nm").arg("--defined-only").arg(program).output().await.context("cannot run nm")?;
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let function = |line: &str| {
        let mut parts = line.split(' ');
        let (place, kind, name) = (parts.next()?, parts.next()?, parts.next()?);
        kind.eq_ignore_ascii_case("t").then(|| (name.to_owned(), place.to_owned()))
    };
    Ok(listed.lines().filter_map(function).collect())
}

#[cfg(test)]
mod tests {
    use super::functions;

    #[test]
    fn functions_of_the_program_are_found_and_others_left_out() {
        let profile = "ob=(1) /x/longshore\nfl=(1) ???\nfn=(1) main\n0 4\ncob=(2) /lib/libc.so\ncfn=(2) malloc\ncalls=1 0\n0 9\n\
            fn=(3) walk'2\n0 1\nob=(2)\nfn=(2)\n0 7\nfn=(4) free\n0 1\nob=(1)\nfn=(1)\n0 1\n";
        let found: Vec<_> = functions(profile, "/x/longshore").into_iter().collect();
        assert_eq!(found, ["main", "walk"]);
    }
}
