//! Who may talk to whom on each platform, in each environment: tables of the flows that its network policies let
//! through and of those that they do not, held against what `longshore` renders (AL8, BC16, KB8, NE8).
//!
//! A table is the whole truth: of all pods that an environment makes, and some outside of it (a pod without labels in
//! the namespace, one elsewhere, the world, the metadata service, the cluster's DNS), each is tried with each other one
//! at every port that is known of it, and what no row allows has to be shut. No rule of a policy is idle: taken out or
//! widened, the table does not hold any more.

mod matrix;
mod table;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use longshore_check::flows::{Names, Network, Pod, Policy, Scene, blocked, warnings};
use longshore_object::{Object, parse_manifests};
use longshore_testkit::Program;
use longshore_testkit::tools::workspace_root;
use serde_json::Value;

use matrix::{Matrix, namespaces};
use table::{Heading, read};

/// The platforms that have tables, `flows/NAME.txt`.
const PLATFORMS: [&str; 5] = ["access-layer", "b2connect", "kubently", "nest", "nowconnect"];

fn table_of(platform: &str) -> String {
    let file = format!("{}/tests/offline/flows/{platform}.txt", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn folder(platform: &str) -> PathBuf {
    workspace_root().join("platforms").join(platform)
}

/// What a heading's command makes.
fn objects(platform: &str, heading: &Heading<'_>) -> Vec<Object> {
    let outcome = Program::new(env!("CARGO_BIN_EXE_longshore"))
        .unwrap()
        .env("KUBECONFIG", "none")
        .env("KUBENTLY_TOKEN_B", "b")
        .env("KUBENTLY_TOKEN_C", "c")
        .env("KUBENTLY_STAGING_TOKEN_B", "b")
        .args(heading.command.split_whitespace())
        .folder(folder(platform))
        .run()
        .unwrap();
    assert_eq!(outcome.code, Some(0), "{platform}: {}\n{outcome}", heading.command);
    parse_manifests(&outcome.stdout, heading.command).unwrap()
}

/// The policies of objects, as they are written.
fn policies(objects: &[Object], heading: &Heading<'_>) -> Vec<Value> {
    let policies = objects.iter().filter(|object| object.kind() == "NetworkPolicy");
    policies
        .map(|object| {
            let mut policy = object.to_json();
            policy["metadata"]["namespace"] = object.namespace().unwrap_or(heading.namespace).into();
            policy
        })
        .collect()
}

fn network(policies: &[Value], objects: &[Object], matrix: &Matrix) -> Network {
    Network {
        policies: policies.iter().map(|policy| Policy::read(policy, "none")).collect(),
        namespaces: namespaces(objects, &matrix.parties),
        complete: true,
    }
}

fn pods(objects: &[Object], heading: &Heading<'_>) -> Vec<Pod> {
    objects.iter().filter_map(|object| Pod::of_workload(object, heading.namespace)).collect()
}

/// What of a platform's tables does not hold.
fn wrong(platform: &str, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for heading in read(text) {
        let objects = objects(platform, &heading);
        let policies = policies(&objects, &heading);
        let matrix = Matrix::new(&heading, pods(&objects, &heading));
        let network = network(&policies, &objects, &matrix);
        let told = |what: String| format!("{platform}: {}: {what}", heading.command);
        if heading.open != policies.is_empty() {
            wrong.push(told(format!("{} policies", policies.len())));
        }
        wrong.extend(matrix.differs(&heading, &matrix.outcome(&network)).into_iter().map(told));
        wrong.extend(matrix.not_free(&heading, &network).into_iter().map(told));
        // What the releases declare of themselves gets through, too.
        let all: Vec<&Object> = objects.iter().collect();
        let scene =
            Scene { objects: &all, namespace: heading.namespace, pods: &[], names: &Names::default() };
        // Whether an ingress controller's namespace is there is the matrix's to say.
        let any = Network { complete: false, ..network };
        wrong.extend(warnings(&blocked(&scene, &any)).iter().map(|warning| told(warning.to_string())));
    }
    wrong
}

#[track_caller]
fn holds(platform: &str) {
    let wrong = wrong(platform, &table_of(platform));
    assert!(wrong.is_empty(), "{} rows:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn ne8_nest_talks_to_whom_it_says() {
    holds("nest");
}

#[test]
fn bc16_b2connect_talks_to_whom_it_says() {
    holds("b2connect");
}

#[test]
fn nc1_nowconnect_talks_to_whom_it_says() {
    holds("nowconnect");
}

#[test]
fn kb8_kubently_talks_to_whom_it_says() {
    holds("kubently");
}

#[test]
fn al8_the_access_layer_talks_to_whom_it_says() {
    holds("access-layer");
}

/// Every environment of every project file has a heading.
#[test]
fn no_environment_is_without_a_table() {
    for platform in PLATFORMS {
        let text = table_of(platform);
        let project = fs::read_to_string(folder(platform).join("longshore.yaml")).unwrap();
        let environments = project.split("\nenvironments:\n").nth(1).unwrap();
        let own = environments.lines().take_while(|line| line.is_empty() || line.starts_with([' ', '#']));
        let own = own.filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'));
        let own: Vec<&str> = own.filter(|name| !name.starts_with([' ', '#'])).collect();
        assert!(own.len() >= 3, "{platform}: {own:?}");
        for name in own {
            let option = format!("render -e {name}");
            let has = |heading: &Heading<'_>| {
                heading.command == option || heading.command.starts_with(&format!("{option} "))
            };
            assert!(read(&text).iter().any(has), "{platform}: no table for {name}");
        }
    }
}

/// A policy with one thing wrong: without a rule, or with a rule that names fewer ports, any port, or anybody.
fn broken(policy: &Value) -> Vec<(String, Option<Value>)> {
    let name = policy["metadata"]["name"].as_str().unwrap();
    let mut all = vec![(format!("without {name}"), None)];
    for (way, peers) in [("ingress", "from"), ("egress", "to")] {
        for rule in 0..policy["spec"][way].as_array().map_or(0, Vec::len) {
            let mut push = |what: &str, change: &dyn Fn(&mut Value)| {
                let mut changed = policy.clone();
                change(&mut changed["spec"][way]);
                all.push((format!("{name}: {way}[{rule}] {what}"), Some(changed)));
            };
            push("taken out", &|rules| drop(rules.as_array_mut().unwrap().remove(rule)));
            for key in [peers, "ports"] {
                let of_rule = policy["spec"][way][rule][key].as_array().map_or(0, Vec::len);
                if of_rule > 0 {
                    push(&format!("without {key}"), &|rules| {
                        drop(rules[rule].as_object_mut().unwrap().remove(key));
                    });
                }
                for item in (0..of_rule).filter(|_| of_rule > 1) {
                    push(&format!("without {key}[{item}]"), &|rules| {
                        drop(rules[rule][key].as_array_mut().unwrap().remove(item));
                    });
                }
            }
        }
    }
    all
}

/// Whatever is broken in a policy of any platform, its table tells of it, unless the other end still refuses all that
/// it would open. No rule is idle.
#[test]
fn a_broken_policy_is_seen() {
    let (mut tried, mut told, mut idle) = (0, 0, Vec::new());
    for platform in PLATFORMS {
        let text = table_of(platform);
        let mut seen = BTreeSet::new();
        for heading in read(&text).iter().filter(|heading| !heading.open) {
            let objects = objects(platform, heading);
            let good = policies(&objects, heading);
            // Environments with the same policies are one.
            if !seen.insert(good.iter().map(|policy| policy["spec"].to_string()).collect::<Vec<_>>()) {
                continue;
            }
            let matrix = Matrix::new(heading, pods(&objects, heading));
            let sound = network(&good, &objects, &matrix);
            for (at, policy) in good.iter().enumerate() {
                let before = matrix.outcome_around(&sound, &sound.policies[at]);
                for (what, changed) in broken(policy) {
                    let mut bad = sound.clone();
                    match changed {
                        Some(changed) => bad.policies[at] = Policy::read(&changed, "none"),
                        None => drop(bad.policies.remove(at)),
                    }
                    let after = matrix.outcome_around(&bad, &sound.policies[at]);
                    let is_told = !matrix.differs(heading, &after).is_empty();
                    tried += 1;
                    told += usize::from(is_told);
                    let is_other =
                        before.iter().any(|(flow, ends)| ends.is_empty() != after[flow].is_empty());
                    if heading.idle.contains(&&*what) != (before == after) {
                        idle.push(format!("{platform}: {}: {what}", heading.command));
                    }
                    assert!(is_told || !is_other, "{platform}: {}: {what} is not seen", heading.command);
                }
            }
        }
    }
    assert!(tried > 300 && told * 2 > tried, "{told} of {tried}");
    assert!(idle.is_empty(), "{} of {tried}:\n{}", idle.len(), idle.join("\n"));
}
