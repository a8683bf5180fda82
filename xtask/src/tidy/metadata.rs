//! What `cargo metadata` says, as far as the rules want to know.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

/// The workspace and everything that it depends on.
#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    pub(super) packages: Vec<Package>,
    workspace_members: Vec<String>,
    pub(super) workspace_root: PathBuf,
}

/// One package, ours or somebody else's.
#[derive(Debug, Deserialize)]
pub(super) struct Package {
    id: String,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) license: Option<String>,
    manifest_path: PathBuf,
    pub(super) dependencies: Vec<Dependency>,
    #[serde(default)]
    targets: Vec<Target>,
}

/// What a package asks for.
#[derive(Debug, Deserialize)]
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) kind: Option<Kind>,
    /// Set for packages of this workspace.
    pub(super) path: Option<PathBuf>,
}

/// What a dependency is for; `None` in its place is the ordinary kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Dev,
    Build,
}

#[derive(Debug, Deserialize)]
struct Target {
    kind: Vec<String>,
    src_path: PathBuf,
}

impl Metadata {
    pub(super) fn parse(text: &str) -> Result<Self> {
        serde_json::from_str(text).context("cannot understand `cargo metadata`")
    }

    /// The packages of this workspace.
    pub(super) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| self.workspace_members.contains(&package.id))
    }

    /// The packages of others.
    pub(super) fn foreign(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| !self.workspace_members.contains(&package.id))
    }

    /// Whether a file is part of a library of this workspace, as opposed to a program or a test.
    pub(super) fn is_library_source(&self, path: &Path) -> bool {
        let path = self.workspace_root.join(path);
        self.members().any(|package| {
            let is_library = |target: &&Target| target.kind.iter().any(|kind| kind == "lib");
            let folder = package.targets.iter().find(is_library).and_then(|target| target.src_path.parent());
            folder.is_some_and(|folder| path.starts_with(folder))
        })
    }
}

impl Package {
    /// The path of its `Cargo.toml`, relative to the workspace.
    pub(super) fn manifest(&self, metadata: &Metadata) -> Result<PathBuf> {
        let inside = self.manifest_path.strip_prefix(&metadata.workspace_root);
        Ok(inside.with_context(|| format!("{} lies outside the workspace", self.name))?.to_owned())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// A workspace at `/w` from the names of its crates and what each depends on: `name`, `dev:name` or `build:name`.
    pub(in crate::tidy) fn workspace(crates: &[(&str, &[&str])]) -> Metadata {
        let packages: Vec<Value> = crates
            .iter()
            .map(|(name, dependencies)| {
                let dependencies: Vec<Value> = dependencies
                    .iter()
                    .map(|dependency| {
                        let (kind, name) = dependency.split_once(':').unwrap_or(("", dependency));
                        let kind = if kind.is_empty() { Value::Null } else { json!(kind) };
                        json!({"name": name, "kind": kind, "path": format!("/w/crates/{name}")})
                    })
                    .collect();
                json!({
                    "id": name,
                    "name": name,
                    "version": "0.1.0",
                    "license": "Apache-2.0",
                    "manifest_path": format!("/w/crates/{name}/Cargo.toml"),
                    "dependencies": dependencies,
                    "targets": [{"kind": ["lib"], "src_path": format!("/w/crates/{name}/src/lib.rs")}],
                })
            })
            .collect();
        let members: Vec<_> = crates.iter().map(|(name, _)| name).collect();
        let text = json!({"packages": packages, "workspace_members": members, "workspace_root": "/w"});
        Metadata::parse(&text.to_string()).unwrap()
    }

    #[test]
    fn only_what_lies_beside_a_library_is_its_source() {
        let metadata = workspace(&[("a", &[])]);
        assert!(metadata.is_library_source(Path::new("crates/a/src/deep/file.rs")));
        assert!(!metadata.is_library_source(Path::new("crates/a/tests/it/main.rs")));
        assert!(!metadata.is_library_source(Path::new("xtask/src/main.rs")));
    }
}
