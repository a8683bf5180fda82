//! What is compared with Go's libraries: areas, the Go program that has the original of each, and the crate that has ours.

use std::path::PathBuf;

use anyhow::{Context, Result};
use longshore_testkit::tools::{TOOLS, go_environment, workspace_root};
use tokio::process::Command;

use crate::{say, step};

/// A Go module with originals, and the crate that does the same.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    /// The folder under `tools/`.
    pub(crate) module: &'static str,
    /// The crate, with the example that compares.
    pub(crate) package: &'static str,
    /// That example.
    pub(crate) way: Way,
}

/// Who makes the cases of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The Go program, which answers them too; the example `replay` reads both. The crate has an example `bench` beside.
    Replay,
    /// The example `odd`, which asks the Go program, and asks again to make small what differs.
    Ask,
}

impl Way {
    /// The example's name.
    pub(crate) fn example(self) -> &'static str {
        match self {
            Self::Replay => "replay",
            Self::Ask => "odd",
        }
    }
}

const GO: Pair = Pair { module: "oracle-go", package: "longshore-go", way: Way::Replay };
const YAML: Pair = Pair { module: "oracle-yaml", package: "longshore-yaml", way: Way::Replay };
const TEMPLATE: Pair = Pair { module: "oracle-template", package: "longshore-template", way: Way::Replay };
const HELM: Pair = Pair { module: "oracle-helm", package: "longshore-chart", way: Way::Ask };

/// All pairs that have benchmarks, from the ground up.
pub(crate) const PAIRS: [&Pair; 3] = [&GO, &YAML, &TEMPLATE];

/// One thing that Go's libraries do and ours must do alike.
#[derive(Debug)]
pub(crate) struct Area {
    /// What both programs call it.
    pub(crate) name: &'static str,
    /// Who does it.
    pub(crate) pair: &'static Pair,
    /// Where its recorded cases are, under `compat/`.
    pub(crate) cases: &'static str,
}

/// All areas.
pub(crate) const AREAS: &[Area] = &[
    Area { name: "template", pair: &TEMPLATE, cases: "template/generated.jsonl" },
    Area { name: "yaml-read-v2", pair: &YAML, cases: "yaml/read-v2.txt" },
    Area { name: "yaml-read-v3", pair: &YAML, cases: "yaml/read-v3.txt" },
    Area { name: "yaml-write-v2", pair: &YAML, cases: "yaml/write-v2.txt" },
    Area { name: "yaml-write-v3", pair: &YAML, cases: "yaml/write-v3.txt" },
    Area { name: "fmt", pair: &GO, cases: "go/fmt.jsonl" },
    Area { name: "strconv", pair: &GO, cases: "go/strconv.jsonl" },
    Area { name: "semver", pair: &GO, cases: "go/semver.jsonl" },
    Area { name: "regexp", pair: &GO, cases: "go/regexp.jsonl" },
    Area { name: "time", pair: &GO, cases: "go/time.jsonl" },
    Area { name: "path", pair: &GO, cases: "go/path.jsonl" },
    Area { name: "set", pair: &HELM, cases: "odd/set.jsonl" },
    Area { name: "values", pair: &HELM, cases: "odd/values.jsonl" },
    Area { name: "functions", pair: &HELM, cases: "odd/functions.jsonl" },
    Area { name: "archive", pair: &HELM, cases: "odd/archive.jsonl" },
    Area { name: "metadata", pair: &HELM, cases: "odd/metadata.jsonl" },
    Area { name: "schema", pair: &HELM, cases: "odd/schema.jsonl" },
    Area { name: "chart", pair: &HELM, cases: "odd/chart.jsonl" },
];

impl Area {
    /// The area called `name`.
    pub(crate) fn named(name: &str) -> Result<&'static Self> {
        AREAS.iter().find(|area| area.name == name).with_context(|| {
            let known: Vec<_> = AREAS.iter().map(|area| area.name).collect();
            format!("no area is called `{name}`; there are {}", known.join(", "))
        })
    }

    /// The file of its recorded cases.
    pub(crate) fn cases(&self) -> PathBuf {
        workspace_root().join("compat").join(self.cases)
    }
}

impl Pair {
    /// Builds the Go program (a few seconds; Go's own cache knows what is new) and returns its path.
    pub(crate) async fn original(&self) -> Result<PathBuf> {
        let program = target().join("oracle").join(self.module);
        let mut command = Command::new("go");
        command
            .args(["build", "-ldflags", &self.link(), "-o"])
            .arg(&program)
            .arg(".")
            .envs(go_environment())
            .current_dir(self.module_folder());
        step::run_quietly(&mut command)
            .await
            .with_context(|| format!("cannot build tools/{}", self.module))?;
        Ok(program)
    }

    /// The link variables that real Helm is built with; others need none.
    fn link(&self) -> String {
        let helms = TOOLS.iter().filter(|tool| self.way == Way::Ask && tool.name.starts_with("helm"));
        let variables = helms.flat_map(|tool| tool.variables);
        variables.map(|(name, value)| format!("-X {name}={value}")).collect::<Vec<_>>().join(" ")
    }

    /// Builds an example of the crate with optimisation and returns its path.
    pub(crate) async fn ours(&self, example: &str) -> Result<PathBuf> {
        say::note(&format!("building {example} of {}: some minutes the first time", self.package));
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(workspace_root());
        command.args(["build", "--quiet", "--release", "--package", self.package, "--example", example]);
        // The lock on the target folder is ours until the chore ends; a folder of its own under it is free.
        command.arg("--target-dir").arg(target().join("oracle"));
        step::run_quietly(&mut command)
            .await
            .with_context(|| format!("cannot build {example} of {}", self.package))?;
        // Examples of several crates have the same name, so that each is moved to a name of its own.
        let built = target().join("oracle/release/examples").join(example);
        let own = target().join("oracle").join(format!("{}-{example}", self.package));
        std::fs::copy(&built, &own).with_context(|| format!("cannot write {}", own.display()))?;
        Ok(own)
    }

    /// Where the Go program's sources are.
    pub(crate) fn module_folder(&self) -> PathBuf {
        workspace_root().join("tools").join(self.module)
    }
}

/// Where builds and findings go.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace_root().join("target"), PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_area_has_recorded_cases() {
        for area in AREAS {
            let cases = std::fs::read_to_string(area.cases()).unwrap();
            assert!(cases.lines().count() >= 100, "{} is nearly empty", area.cases);
            assert!(area.pair.module_folder().join("go.mod").is_file(), "{} has no module", area.name);
        }
        let error = Area::named("yaml").unwrap_err().to_string();
        assert!(error.contains("no area is called `yaml`") && error.contains("yaml-read-v2"), "{error}");
    }
}
