//! The programs that clusters and oracles are made of: what they are built from, and where the built ones lie.
//!
//! Each tool is a Go module under `tools/` that pins its whole dependency tree. A built program is kept in the cache
//! under a key made of everything that goes into it, so a changed pin never finds an old binary. Building is `xtask`'s
//! business; this module only knows the table and the key, because tests must find the programs too.

mod table;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::cache;

/// What a tool is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Part of a test cluster.
    ControlPlane,
    /// What a real node is made of, beside a control plane. Not built by `.ci/run`.
    RealNode,
    /// What a real node may have besides. Not built by `.ci/run`.
    AddOn,
    /// An original that Longshore is compared with. Never used by the product, nor built by `.ci/run`.
    Oracle,
}

/// One program and how it is built.
#[derive(Debug)]
pub struct Tool {
    /// What people call it here; the two Helms need names of their own.
    pub name: &'static str,
    /// The name of the built file: programs print their own name.
    pub binary: &'static str,
    /// The folder under `tools/` with the Go module that pins it.
    pub module: &'static str,
    /// The Go package to build.
    pub package: &'static str,
    /// The version that the module pins.
    pub version: &'static str,
    /// Build tags, separated by commas.
    pub tags: &'static str,
    /// Link variables (`-X`), without which the programs report no or a wrong version.
    pub variables: &'static [(&'static str, &'static str)],
    /// What it is needed for.
    pub group: Group,
    /// How many seconds a build takes with cold caches on two cores.
    pub seconds: u32,
}

/// Every tool, in the order in which they are built.
pub const TOOLS: &[Tool] = table::ALL;

impl Tool {
    /// The tool of that name.
    pub fn named(name: &str) -> Result<&'static Tool> {
        TOOLS.iter().find(|tool| tool.name == name).with_context(|| {
            let known: Vec<_> = TOOLS.iter().map(|tool| tool.name).collect();
            format!("no tool is called {name:?}; there are {}", known.join(", "))
        })
    }

    /// The tools of one group, in building order.
    pub fn of(group: Group) -> impl Iterator<Item = &'static Tool> {
        TOOLS.iter().filter(move |tool| tool.group == group)
    }

    /// The folder of the Go module that pins it.
    pub fn module_folder(&self) -> PathBuf {
        workspace_root().join("tools").join(self.module)
    }

    /// Whether its source lies in the module's folder, in one file.
    fn is_ours(&self) -> bool {
        self.package.starts_with("longshore/")
    }

    /// The arguments of `go` that build it, without the output.
    pub fn build_arguments(&self) -> Vec<String> {
        let mut link = String::from("-s -w");
        for (name, value) in self.variables {
            let _ = write!(link, " -X {name}={value}");
        }
        let mut arguments: Vec<String> =
            ["build", "-trimpath", "-buildvcs=false", "-mod=readonly", "-ldflags"].map(String::from).into();
        arguments.push(link);
        if !self.tags.is_empty() {
            arguments.extend(["-tags".to_owned(), self.tags.to_owned()]);
        }
        arguments.push(self.package.to_owned());
        arguments
    }

    /// Where the built program lies, or will lie once it is built.
    pub fn path(&self) -> Result<PathBuf> {
        let folder = self.module_folder();
        let mut digest = Sha256::new();
        for file in if self.is_ours() { &["go.mod", "main.go"] } else { &["go.mod", "go.sum"] } {
            let path = folder.join(file);
            digest.update(std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?);
        }
        digest.update(self.build_arguments().join("\0"));
        digest.update(go_version(&folder)?);
        let key = digest.finalize().iter().take(6).fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        Ok(cache::root()?
            .join("tools")
            .join(self.name)
            .join(format!("{}-{key}", self.version))
            .join(self.binary))
    }

    /// Where the built program lies; an error that says how to build it if it does not exist yet.
    pub fn built(&self) -> Result<PathBuf> {
        let path = self.path()?;
        if !path.is_file() {
            let command = match self.group {
                Group::ControlPlane => "cargo xtask cluster build",
                Group::RealNode | Group::AddOn => "cargo xtask cluster build --real",
                Group::Oracle => "cargo xtask oracle tools",
            };
            bail!("{} {} is not built yet; run `{command}`", self.name, self.version);
        }
        Ok(path)
    }
}

/// The variables that every `go` here runs with, so that a person's own settings do not change what is built.
pub fn go_environment() -> [(&'static str, &'static str); 3] {
    [("CGO_ENABLED", "0"), ("GOFLAGS", ""), ("GOWORK", "off")]
}

/// The Go toolchain and target platform that a module would be built with.
fn go_version(folder: &Path) -> Result<Vec<u8>> {
    let output = Command::new("go")
        .args(["env", "GOVERSION", "GOOS", "GOARCH"])
        .envs(go_environment())
        .current_dir(folder)
        .output()
        .context("cannot run `go`: the control plane and the oracles are built with the Go toolchain")?;
    if !output.status.success() {
        bail!("`go env` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(output.stdout)
}

/// The root of this checkout.
pub fn workspace_root() -> &'static Path {
    // Where the compiler saw this crate is where its tests and xtask run.
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("the crate lies two folders below the root of the workspace")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_is_pinned_to_the_version_that_the_table_says() {
        for tool in TOOLS.iter().filter(|tool| !tool.is_ours()) {
            let file = std::fs::read_to_string(tool.module_folder().join("go.mod")).unwrap();
            let pinned = file.lines().any(|line| {
                let mut words = line.trim().trim_start_matches("require ").split(' ');
                words.next().is_some_and(|module| tool.package.starts_with(module))
                    && words.next() == Some(tool.version)
            });
            assert!(pinned, "tools/{}/go.mod does not require {}", tool.module, tool.version);
            assert!(
                file.contains(tool.package),
                "tools/{}/go.mod does not name {}",
                tool.module,
                tool.package
            );
        }
    }

    #[test]
    fn tools_do_not_share_a_path() {
        let paths: std::collections::BTreeSet<_> = TOOLS.iter().map(|tool| tool.path().unwrap()).collect();
        assert_eq!(paths.len(), TOOLS.len());
    }

    #[test]
    fn an_unknown_tool_names_the_known_ones() {
        let message = Tool::named("hlem").unwrap_err().to_string();
        assert!(message.contains("helm4"), "{message}");
    }
}
