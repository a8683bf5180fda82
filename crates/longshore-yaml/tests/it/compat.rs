//! Replays what Go's libraries made of the inputs in `compat/yaml`, which says how it was recorded.

use std::path::Path;

use crate::replay;

/// Replays one file; it must hold at least `least` cases.
fn check(name: &str, least: usize) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../compat/yaml").join(name);
    let text = std::fs::read_to_string(&path).expect("the recorded cases");
    let cases = replay::cases(&text);
    assert!(cases.len() >= least, "{name} holds {} cases", cases.len());
    let failures: Vec<String> =
        cases.iter().filter_map(|case| Some(format!("{case:?}\n  ours {:?}", case.difference()?))).collect();
    assert!(
        failures.is_empty(),
        "{} of {} cases in {name} differ\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
}

#[test]
fn reading_v2() {
    check("read-v2.txt", 300);
}

#[test]
fn writing_v2() {
    check("write-v2.txt", 300);
}

#[test]
fn reading_v3() {
    check("read-v3.txt", 300);
}

#[test]
fn writing_v3() {
    check("write-v3.txt", 300);
}

#[test]
fn objects_by_way_of_kyaml() {
    check("kio.txt", 240);
}
