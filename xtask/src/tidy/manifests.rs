//! What every `Cargo.toml` of the workspace must say.

use std::path::Path;

use super::metadata::Package;
use super::{Finding, line_of};

/// Checks one manifest.
pub(super) fn check(package: &Package, manifest: &Path, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let folder = manifest.parent().and_then(Path::file_name).unwrap_or_default();
    if folder != package.name.as_str() {
        let line = line_of(text, |line| line.trim_start().starts_with("name"));
        let message = format!("the package is called {} but its folder {}", package.name, folder.display());
        findings.push(Finding::new(manifest, line, message));
    }
    if !inherits_lints(text) {
        let line = line_of(text, |line| line.trim() == "[lints]");
        findings.push(Finding::new(
            manifest,
            line,
            "the lints of the workspace are not taken over: write `[lints]` and `workspace = true`",
        ));
    }
    if package.license.as_deref().is_none_or(str::is_empty) {
        let line = line_of(text, |line| line.trim() == "[package]");
        findings.push(Finding::new(manifest, line, "no licence: write `license.workspace = true`"));
    }
    findings
}

fn inherits_lints(text: &str) -> bool {
    let mut inside = false;
    text.lines().map(str::trim).any(|line| {
        if line.starts_with('[') {
            inside = line == "[lints]";
        }
        let setting = line.replace(' ', "");
        (inside && setting == "workspace=true") || setting == "lints.workspace=true"
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::metadata::tests::workspace;

    const GOOD: &str = "[package]\nname = \"a\"\nlicense.workspace = true\n\n[lints]\nworkspace = true\n";

    fn messages(manifest: &str, text: &str) -> Vec<String> {
        let metadata = workspace(&[("a", &[])]);
        let package = metadata.members().next().unwrap();
        check(package, Path::new(manifest), text).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_good_manifest_passes() {
        assert!(messages("crates/a/Cargo.toml", GOOD).is_empty());
    }

    #[test]
    fn another_folder_is_found() {
        let expected = "crates/b/Cargo.toml:2: the package is called a but its folder b";
        assert_eq!(messages("crates/b/Cargo.toml", GOOD), [expected]);
    }

    #[test]
    fn missing_lints_are_found() {
        for text in [
            "[package]\nname = \"a\"\n",
            "[lints]\n[dependencies]\nworkspace = true\n",
            "[lints.rust]\nworkspace = true\n",
        ] {
            let found = messages("crates/a/Cargo.toml", text);
            assert!(found.len() == 1 && found[0].contains("lints"), "{found:?}");
        }
    }

    #[test]
    fn a_missing_licence_is_found() {
        let mut metadata = workspace(&[("a", &[])]);
        metadata.packages[0].license = None;
        let found = check(metadata.members().next().unwrap(), Path::new("crates/a/Cargo.toml"), GOOD);
        assert_eq!(
            found[0].to_string(),
            "crates/a/Cargo.toml:1: no licence: write `license.workspace = true`"
        );
    }
}
