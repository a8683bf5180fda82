//! `cargo xtask tidy`: the rules of the house that no compiler knows.
//!
//! | rule | where it lives |
//! |---|---|
//! | crates depend only on lower floors and on the edges that the design writes down | [`floors`] |
//! | folder and package names agree, lints and licence come from the workspace | [`manifests`] |
//! | files say what they are for and stay short, public items of libraries are documented | [`sources`] |
//! | one crypto provider in the product, licences that we may ship | [`dependencies`] |
//! | what `docs/platforms.md` says is shown is shown by tests that are there | [`platforms`] |
//!
//! Each rule is a function of plain data to a list of [`Finding`]s, so that a test can show it fire.

mod dependencies;
mod floors;
mod licences;
mod manifests;
mod metadata;
mod platforms;
mod sources;

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use longshore_testkit::tools::workspace_root;

use crate::say;
use metadata::Metadata;

/// A place that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    /// Relative to the root of the workspace.
    path: PathBuf,
    /// Counted from one.
    line: usize,
    message: String,
}

impl Finding {
    fn new(path: impl Into<PathBuf>, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.into(), line, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path.display(), self.line, self.message)
    }
}

/// Checks everything and prints what it finds. `false` if there is anything.
pub(crate) fn run() -> Result<bool> {
    let root = workspace_root();
    let findings = check(root)?;
    for finding in &findings {
        say::answer(&finding.to_string());
    }
    match findings.len() {
        0 => say::note("tidy: nothing to say"),
        1 => say::note("tidy: 1 finding"),
        count => say::note(&format!("tidy: {count} findings")),
    }
    Ok(findings.is_empty())
}

fn check(root: &Path) -> Result<Vec<Finding>> {
    let metadata = Metadata::parse(&cargo(root, &["metadata", "--format-version", "1"])?)?;
    let lock = read(root, Path::new("Cargo.lock"))?;
    let mut findings = Vec::new();
    for package in metadata.members() {
        let manifest = package.manifest(&metadata)?;
        let text = read(root, &manifest)?;
        findings.extend(floors::check(&metadata, package, &manifest, &text));
        findings.extend(manifests::check(package, &manifest, &text));
    }
    let mut tests = Vec::new();
    for path in sources::find(root)? {
        let (library, text) = (metadata.is_library_source(&path), read(root, &path)?);
        findings.extend(sources::check(&path, &text, library));
        tests.extend(platforms::tests_in(&path, &text));
    }
    let table = read(root, Path::new(platforms::TABLE))?;
    findings.extend(platforms::check(&table, &tests, |path| root.join(path).exists()));
    findings.extend(licences::check(&metadata, &lock));
    if metadata.members().any(|package| package.name == dependencies::PRODUCT) {
        // `cargo metadata` lists optional dependencies that no feature turns on; `cargo tree` does not.
        let tree = cargo(
            root,
            &[
                "tree",
                "--package",
                dependencies::PRODUCT,
                "--edges",
                "normal,build",
                "--target",
                "all",
                "--prefix",
                "depth",
                "--format",
                " {p}",
            ],
        )?;
        findings.extend(dependencies::check(&tree, &lock));
    }
    findings.sort();
    findings.dedup();
    Ok(findings)
}

fn cargo(root: &Path, arguments: &[&str]) -> Result<String> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output =
        Command::new(program).args(arguments).current_dir(root).output().context("cannot run cargo")?;
    if !output.status.success() {
        bail!("cargo {} failed: {}", arguments[0], String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("cargo {} is not UTF-8", arguments[0]))
}

fn read(root: &Path, path: &Path) -> Result<String> {
    let path = root.join(path);
    std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}

/// The line, counted from one, that satisfies a condition; the first if none does.
fn line_of(text: &str, condition: impl Fn(&str) -> bool) -> usize {
    text.lines().position(condition).map_or(1, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_written_as_editors_read_it() {
        assert_eq!(
            Finding::new("crates/a/src/lib.rs", 3, "too long").to_string(),
            "crates/a/src/lib.rs:3: too long"
        );
    }
}
