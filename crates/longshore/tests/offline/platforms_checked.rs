//! The five platforms as `longshore check` sees them: every environment, by every method, against every version of Kubernetes
//! that its document names. What is found has the schema of each object and the API versions that a server has.

use longshore_testkit::tools::workspace_root;
use longshore_testkit::{Outcome, Program};

fn check(platform: &str, arguments: &str) -> Outcome {
    Program::new(env!("CARGO_BIN_EXE_longshore"))
        .unwrap()
        .args(["check", "--strict"])
        .args(arguments.split_whitespace())
        .env("KUBECONFIG", "none")
        .folder(workspace_root().join("platforms").join(platform))
        .run()
        .unwrap()
}

/// A platform, how it is asked for, the versions, and how many releases all of that has.
const CLEAN: &[(&str, &str, &str, u32)] = &[
    ("nest", "--all", "1.24, 1.30, 1.36", 4),
    ("b2connect", "--all", "1.24, 1.30, 1.36", 11),
    ("b2connect", "--all --var cluster=true", "1.24, 1.30, 1.36", 14),
    ("nowconnect", "--all", "1.24, 1.30, 1.36", 3),
    ("nowconnect", "--all --method helm", "1.24, 1.30, 1.36", 3),
    ("kubently", "--all", "1.24, 1.30, 1.36", 6),
    ("kubently", "-f migration/phase-1.yaml", "1.24, 1.30, 1.36", 1),
    ("kubently", "-f migration/phase-2.yaml", "1.24, 1.30, 1.36", 1),
    ("kubently", "-f migration/phase-3.yaml", "1.24, 1.30, 1.36", 3),
    ("kubently", "-f migration/phase-4.yaml", "1.24, 1.30, 1.36", 3),
    ("access-layer", "--all --method helm", "1.19, 1.24, 1.30, 1.36", 12),
    ("access-layer", "--all", "1.30, 1.36", 12),
    ("access-layer", "--all --var services=services-1.19", "1.19", 12),
    ("access-layer", "-e staging", "1.24", 4),
    ("access-layer", "-e production", "1.24", 4),
    ("access-layer", "-e dev --var services=services-1.19", "1.24", 4),
];

#[test]
fn the_platforms_have_no_findings() {
    for (platform, arguments, versions, releases) in CLEAN {
        let outcome = check(platform, &format!("{arguments} --kube-version {}", versions.replace(' ', "")));
        assert_eq!(outcome.code, Some(0), "{platform} {arguments}\n{outcome}");
        let said = &outcome.stdout;
        assert!(said.starts_with("nothing found in "), "{platform} {arguments}\n{outcome}");
        let releases =
            if *releases == 1 { "of 1 release ".to_owned() } else { format!("of {releases} releases ") };
        let whole = said.contains(&releases) && said.contains(&format!("(Kubernetes {versions})"));
        assert!(whole, "{platform} {arguments}: not all was looked at\n{outcome}");
    }
}

/// AL15: manifests name one API version, and no budget has one that 1.19 and 1.36 know; the wrong ones are told where they
/// stand, before a server refuses them.
#[test]
fn al15_manifests_that_a_cluster_does_not_know_are_told() {
    for (arguments, told) in [
        ("-e staging --kube-version 1.19", "policy/v1 PodDisruptionBudget is served from Kubernetes 1.21 on"),
        ("-e dev --kube-version 1.24", "preStop.sleep` is there from Kubernetes 1.29 on"),
        ("-e staging --kube-version 1.25 --var services=services-1.19", "policy/v1beta1"),
    ] {
        let outcome = check("access-layer", arguments);
        assert_eq!(outcome.code, Some(1), "{outcome}");
        assert!(outcome.stdout.contains(told) && outcome.stdout.contains("services"), "{outcome}");
    }
    let outcome = check("access-layer", "--var services=services-1.20");
    assert!(outcome.stdout.contains("is not one of \"services\" or \"services-1.19\""), "{outcome}");
}
