//! No false verdict: fifty deploys of services that are slow, and healthy. Each hits what a hasty wait would call
//! broken: a slow start, a restart or two, an image that is pulled late, a probe that fails at first, an init
//! container that takes its time, a volume that comes late.

use std::fmt::Write as _;

use crate::Stage;

/// How a slow service behaves: annotations of its pods, and what stands beside its container.
const WAYS: [(&str, &str, &str); 6] = [
    ("slow-start", "longshore.dev/kwok-delay: 3s", ""),
    ("restart", "longshore.dev/kwok: restart-once", ""),
    ("probe", "longshore.dev/kwok: late-ready, longshore.dev/kwok-run: 3s", ""),
    ("slow-pull", "longshore.dev/kwok-delay: 5s", ""),
    (
        "init",
        "longshore.dev/kwok: late-ready, longshore.dev/kwok-container: prepare, longshore.dev/kwok-run: 3s",
        "initContainers: [{name: prepare, image: x}], ",
    ),
    (
        "volume",
        "longshore.dev/kwok-delay: 1s",
        "volumes: [{name: data, persistentVolumeClaim: {claimName: data}}], ",
    ),
];

const HEAD: &str = "apiVersion: longshore.dev/v1alpha1
kind: Project
name: slow
environments: {dev: {}}
defaultEnvironment: dev
releases:
";

/// Ten releases of five services each, so that fifty are waited for; some fail for a moment and none for good. The
/// graces are a tenth of the usual ones, as everything here is faster than a cluster's.
#[tokio::test(flavor = "multi_thread")]
async fn fifty_slow_but_healthy_services_are_waited_for() {
    let mut project = HEAD.to_owned();
    let stage = Stage::new("healthy", "//- longshore.yaml\n").await;
    for release in 0..10 {
        writeln!(project, "  r{release}: {{manifests: r{release}.yaml}}").unwrap();
        let mut text = String::new();
        for service in 0..5 {
            let number = release * 5 + service;
            let (way, annotations, more) = WAYS[number % WAYS.len()];
            let more = more.replace("claimName: data", &format!("claimName: data-{number}"));
            writeln!(
                text,
                "---\n{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: {way}-{number}}}, spec: {{selector: {{matchLabels: {{app: s{number}}}}}, template: {{metadata: {{labels: {{app: s{number}}}, annotations: {{{annotations}}}}}, spec: {{{more}containers: [{{name: main, image: x}}]}}}}}}}}"
            )
            .unwrap();
            if way == "volume" {
                writeln!(
                    text,
                    "---\n{{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {{name: data-{number}}}, spec: {{accessModes: [ReadWriteOnce], resources: {{requests: {{storage: 1Gi}}}}}}}}"
                )
                .unwrap();
            }
        }
        stage.project.write(&format!("r{release}.yaml"), &text).unwrap();
    }
    stage.project.write("longshore.yaml", &project).unwrap();
    let outcome = stage.ok(
        "deploy --timeout 3m --idle-timeout 60s --grace pull=6s --grace probe=60s --grace init=60s --grace volume=30s --grace unschedulable=30s",
    );
    let ready = outcome.stderr.matches(": ready").count();
    assert_eq!(ready, 50, "{outcome}");
}
