//! Rendered charts as text: what `helm template` prints, and what a release record holds.

use std::fmt::Write as _;

use super::Rendered;
use crate::manifest::HookEvent;

/// What of a render is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Output {
    /// `--include-crds`
    pub crds: bool,
    /// Hooks too; off with `--no-hooks`.
    pub hooks: bool,
    /// Test hooks too; off with `--skip-tests`.
    pub tests: bool,
    /// Secrets are replaced by a comment: `--hide-secret`.
    pub hide_secrets: bool,
}

impl Default for Output {
    /// `helm template` without flags.
    fn default() -> Self {
        Self { crds: false, hooks: true, tests: true, hide_secrets: false }
    }
}

impl Rendered {
    /// The manifest as Helm stores it in a release record: each document behind `---` and its source.
    pub fn manifest(&self) -> String {
        self.manifest_with(Output::default())
    }

    /// As [`Rendered::manifest`], with CRDs or without Secrets if `output` says so.
    pub fn manifest_with(&self, output: Output) -> String {
        let mut text = String::new();
        if output.crds {
            for file in &self.crds {
                let _ = writeln!(text, "---\n# Source: {}\n{}", file.name, file.data.to_str_lossy());
            }
        }
        for manifest in &self.manifests {
            if output.hide_secrets && manifest.kind == "Secret" && manifest.api_version == "v1" {
                let path = &manifest.path;
                let _ =
                    writeln!(text, "---\n# Source: {path}\n# HIDDEN: The Secret output has been suppressed");
            } else {
                let _ = writeln!(text, "---\n# Source: {}\n{}", manifest.path, manifest.content);
            }
        }
        text
    }

    /// What `helm template` prints.
    pub fn helm_template_output(&self) -> String {
        self.output(Output::default())
    }

    /// What `helm template` prints with the given flags.
    pub fn output(&self, output: Output) -> String {
        let mut text = self.manifest_with(output).trim().to_owned();
        text.push('\n');
        if output.hooks {
            for hook in &self.hooks {
                if output.tests || !hook.events.contains(&HookEvent::Test) {
                    let _ = writeln!(text, "---\n# Source: {}\n{}", hook.path, hook.manifest);
                }
            }
        }
        text
    }
}
