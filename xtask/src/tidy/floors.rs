//! Who may depend on whom: the floors of the house, as ARCHITECTURE.md draws them.
//!
//! A crate may use every crate of a lower floor, and of its own floor those that are written beside it. Development
//! crates stand at the side: product crates may use the testkit in tests, and nobody else uses anything of them.

use std::path::Path;

use super::metadata::{Dependency, Kind, Metadata, Package};
use super::{Finding, line_of};

/// The crates of the product: name, floor, and the crates of the same floor that they may use.
const FLOORS: &[(&str, u8, &[&str])] = &[
    ("longshore-diag", 0, &[]),
    ("longshore-go", 0, &[]),
    ("longshore-yaml", 0, &["longshore-go"]),
    ("longshore-template", 1, &[]),
    ("longshore-object", 1, &[]),
    ("longshore-chart", 1, &["longshore-template", "longshore-object"]),
    ("longshore-kustomize", 1, &["longshore-chart", "longshore-object", "longshore-template"]),
    ("longshore-check", 1, &["longshore-object"]),
    (
        "longshore-import",
        1,
        &["longshore-chart", "longshore-kustomize", "longshore-object", "longshore-template"],
    ),
    ("longshore-rollout", 1, &["longshore-object"]),
    ("longshore-tls", 2, &[]),
    ("longshore-source", 2, &["longshore-tls"]),
    ("longshore-secrets", 2, &[]),
    ("longshore-cluster", 2, &["longshore-tls"]),
    ("longshore-wire", 2, &[]),
    ("longshore-api", 2, &[]),
    ("longshore-identity", 2, &["longshore-tls"]),
    ("longshore-release", 3, &[]),
    ("longshore-platform", 3, &["longshore-release"]),
    ("longshore-operate", 3, &["longshore-release"]),
    ("longshore-hub", 3, &["longshore-platform", "longshore-operate"]),
    ("longshore-agent", 3, &["longshore-platform", "longshore-operate"]),
    ("longshore", 4, &[]),
];

const TESTKIT: &str = "longshore-testkit";

/// Runs in pods of tests, in place of a platform's services.
const STANDIN: &str = "longshore-standin";

/// Checks the dependencies of one crate on others of the workspace.
pub(super) fn check(metadata: &Metadata, package: &Package, manifest: &Path, text: &str) -> Vec<Finding> {
    let is_known =
        floor(&package.name).is_some() || ["xtask", TESTKIT, STANDIN, "benches"].contains(&&*package.name);
    if !is_known {
        let message = format!("{} is on no floor; give it one in xtask/src/tidy/floors.rs", package.name);
        return vec![Finding::new(manifest, 1, message)];
    }
    let ours = |dependency: &&Dependency| {
        dependency.path.is_some() && metadata.members().any(|member| member.name == dependency.name)
    };
    let refuse = |dependency: &Dependency| {
        let reason = objection(&package.name, dependency)?;
        let line = line_of(text, |line| names(line, &dependency.name));
        Some(Finding::new(manifest, line, reason))
    };
    package.dependencies.iter().filter(ours).filter_map(refuse).collect()
}

/// Why one crate may not use another, if it may not.
fn objection(user: &str, dependency: &Dependency) -> Option<String> {
    let used = dependency.name.as_str();
    match user {
        TESTKIT => return Some(format!("{TESTKIT} knows nothing of the product, so it cannot use {used}")),
        STANDIN if used == TESTKIT && dependency.kind == Some(Kind::Dev) => return None,
        STANDIN => return Some(format!("{STANDIN} knows nothing of the product, so it cannot use {used}")),
        "xtask" if used == TESTKIT => return None,
        "xtask" => {
            return Some(format!("xtask may use {TESTKIT} and nothing else of the workspace, not {used}"));
        }
        "benches" => return None,
        _ => {}
    }
    if used == TESTKIT {
        let fine = dependency.kind == Some(Kind::Dev);
        return (!fine).then(|| format!("{TESTKIT} is for tests: make it a dev-dependency of {user}"));
    }
    let Some((used_floor, _)) = floor(used) else {
        return Some(format!("{used} is for development; {user} is part of the product"));
    };
    let (user_floor, edges) = floor(user)?;
    if used_floor < user_floor || edges.contains(&used) {
        None
    } else if used_floor == user_floor {
        Some(format!(
            "{user} and {used} are both on floor {user_floor}, and no edge between them is written down"
        ))
    } else {
        Some(format!("{user} is on floor {user_floor} and cannot use {used} on floor {used_floor}"))
    }
}

fn floor(name: &str) -> Option<(u8, &'static [&'static str])> {
    FLOORS.iter().find(|(known, ..)| *known == name).map(|(_, floor, edges)| (*floor, *edges))
}

/// Whether a line of a manifest begins the dependency of that name.
fn names(line: &str, dependency: &str) -> bool {
    let key = line.trim_start().trim_start_matches('[');
    let key = key.rsplit_once("dependencies.").map_or(key, |(_, key)| key);
    key.strip_prefix(dependency).is_some_and(|rest| rest.trim_start().starts_with(['=', '.', ']']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::metadata::tests::workspace;

    /// What is said about the last crate of a workspace.
    fn messages(crates: &[(&str, &[&str])]) -> Vec<String> {
        let metadata = workspace(crates);
        let package = metadata.members().last().unwrap();
        let found = check(&metadata, package, Path::new("Cargo.toml"), "");
        found.into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn lower_floors_and_written_edges_are_fine() {
        let found = messages(&[
            ("longshore-go", &[]),
            ("longshore-template", &[]),
            ("longshore-testkit", &[]),
            ("longshore-chart", &["longshore-go", "build:longshore-template", "dev:longshore-testkit"]),
        ]);
        assert!(found.is_empty(), "{found:?}");
        assert!(messages(&[("longshore-testkit", &[]), ("xtask", &["longshore-testkit"])]).is_empty());
    }

    #[test]
    fn higher_floors_are_refused_also_in_tests() {
        let upward = [("longshore-chart", &[][..]), ("longshore-go", &["dev:longshore-chart"][..])];
        assert_eq!(
            messages(&upward),
            ["longshore-go is on floor 0 and cannot use longshore-chart on floor 1"]
        );
    }

    #[test]
    fn unwritten_edges_are_refused() {
        let sideways = [("longshore-yaml", &[][..]), ("longshore-go", &["longshore-yaml"][..])];
        let expected =
            "longshore-go and longshore-yaml are both on floor 0, and no edge between them is written down";
        assert_eq!(messages(&sideways), [expected]);
    }

    #[test]
    fn the_testkit_stays_in_tests_and_by_itself() {
        let in_product = [("longshore-testkit", &[][..]), ("longshore", &["longshore-testkit"][..])];
        assert_eq!(
            messages(&in_product),
            ["longshore-testkit is for tests: make it a dev-dependency of longshore"]
        );
        let the_other_way = [("longshore-go", &[][..]), ("longshore-testkit", &["dev:longshore-go"][..])];
        assert!(messages(&the_other_way)[0].contains("knows nothing of the product"));
        let standin = [
            ("longshore-go", &[][..]),
            ("longshore-testkit", &[][..]),
            ("longshore-standin", &["longshore-go", "dev:longshore-testkit"][..]),
        ];
        assert_eq!(
            messages(&standin),
            ["longshore-standin knows nothing of the product, so it cannot use longshore-go"]
        );
        let xtask = [("longshore-go", &[][..]), ("xtask", &["longshore-go"][..])];
        assert!(messages(&xtask)[0].contains("nothing else of the workspace"));
        let backwards = [("xtask", &[][..]), ("longshore-go", &["dev:xtask"][..])];
        assert!(messages(&backwards)[0].contains("xtask is for development"));
    }

    #[test]
    fn a_crate_without_a_floor_is_refused() {
        assert!(messages(&[("longshore-attic", &[])])[0].contains("on no floor"));
    }

    #[test]
    fn every_written_edge_stays_on_its_floor() {
        for (name, floor_of, edges) in FLOORS {
            for edge in *edges {
                assert_eq!(floor(edge).unwrap().0, *floor_of, "{name} → {edge}");
            }
        }
    }

    #[test]
    fn the_line_of_a_dependency_is_found() {
        let text = "[dependencies]\nlongshore-go-x = 1\nlongshore-go = { workspace = true }\n";
        assert_eq!(line_of(text, |line| names(line, "longshore-go")), 3);
        for line in ["longshore-go.workspace = true", "[dev-dependencies.longshore-go]", "longshore-go= 1"] {
            assert!(names(line, "longshore-go"), "{line}");
        }
    }
}
