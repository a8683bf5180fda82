//! The tests of a Rust file, and the ids of demands that each one carries.

use std::collections::BTreeSet;
use std::path::Path;

use super::{DEMANDS, is_demand};

/// One test function of a crate's `tests/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tidy) struct Test {
    /// Target, module and name: `offline::nest::…`, with the crate before it unless that is `longshore`.
    pub(in crate::tidy) path: String,
    /// Ids in its name.
    pub(in crate::tidy) in_name: BTreeSet<String>,
    /// Ids in its name, its comment and its text.
    pub(in crate::tidy) ids: BTreeSet<String>,
}

/// The tests of a file, if it lies in the tests of a crate.
pub(in crate::tidy) fn tests_in(path: &Path, text: &str) -> Vec<Test> {
    let Some(module) = module(path) else { return Vec::new() };
    let mut tests = Vec::new();
    // What stands right above the next function, and where it began.
    let mut above: Option<(usize, bool)> = None;
    let lines: Vec<&str> = text.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        if line.starts_with("///") || line.starts_with("#[") {
            let is_test = line.starts_with("#[test]") || line.starts_with("#[tokio::test");
            let (start, before) = above.unwrap_or((index, false));
            above = Some((start, before || is_test));
            continue;
        }
        if let (Some(name), Some((start, true))) = (function(line), above) {
            let end =
                lines[index..].iter().position(|line| *line == "}").map_or(lines.len(), |end| index + end);
            let in_name = ids(&name.replace('_', " ").to_uppercase());
            let mut all = ids(&lines[start..end].join("\n"));
            all.extend(in_name.iter().cloned());
            tests.push(Test { path: format!("{module}::{name}"), in_name, ids: all });
        }
        above = None;
    }
    tests
}

/// `crates/longshore/tests/offline/nest.rs` is `offline::nest`.
fn module(path: &Path) -> Option<String> {
    let parts: Vec<&str> = path.iter().map(|part| part.to_str()).collect::<Option<_>>()?;
    let ["crates", package, "tests", within @ .., file] = parts.as_slice() else { return None };
    let mut module: Vec<&str> = if *package == "longshore" { Vec::new() } else { vec![package] };
    module.extend(within);
    let name = file.strip_suffix(".rs")?;
    if name != "main" {
        module.push(name);
    }
    Some(module.join("::"))
}

/// The name of the function that a line begins, if it does.
fn function(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("pub(crate) ").unwrap_or(line);
    let rest = rest.strip_prefix("async ").unwrap_or(rest);
    let (name, _) = rest.strip_prefix("fn ")?.split_once('(')?;
    Some(name)
}

/// Every id in a text, also those between the ends of `KB1 to KB5`.
fn ids(text: &str) -> BTreeSet<String> {
    let words: Vec<&str> =
        text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let mut found = BTreeSet::new();
    for (at, word) in words.iter().enumerate() {
        let Some((letters, number)) = id(word) else { continue };
        found.insert((*word).to_owned());
        let is_range = words.get(at + 1).is_some_and(|next| next.eq_ignore_ascii_case("to"));
        if let Some((others, last)) = words.get(at + 2).and_then(|word| id(word))
            && is_range
            && others == letters
        {
            found.extend((number..=last).map(|number| format!("{letters}{number}")));
        }
    }
    found
}

fn id(word: &str) -> Option<(&'static str, u8)> {
    let (letters, _) = DEMANDS.iter().find(|(letters, _)| word.starts_with(letters))?;
    let number = word[letters.len()..].parse().ok()?;
    is_demand(word).then_some((letters, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
//! KB9 in the head of a file counts for none of its tests.

/// KB12.
fn helper() {}

/// Each cluster has its own (KB3).
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real node"]
async fn kb12_from_one_cluster_to_many() {
    // KB9: two of them.
    assert!(true);
}

#[test]
fn kb1_to_kb3_and_ne99_scenarios() {
}
"#;

    #[test]
    fn a_test_carries_what_is_in_its_name_comment_and_text() {
        let found = tests_in(Path::new("crates/longshore/tests/cluster/kubently.rs"), FILE);
        let told: Vec<_> = found
            .iter()
            .map(|test| (&*test.path, Vec::from_iter(&test.in_name), Vec::from_iter(&test.ids)))
            .collect();
        let [kb1, kb2, kb3, kb9, kb12] = &["KB1", "KB2", "KB3", "KB9", "KB12"].map(str::to_owned);
        assert_eq!(
            told,
            [
                ("cluster::kubently::kb12_from_one_cluster_to_many", vec![kb12], vec![kb12, kb3, kb9]),
                (
                    "cluster::kubently::kb1_to_kb3_and_ne99_scenarios",
                    vec![kb1, kb2, kb3],
                    vec![kb1, kb2, kb3]
                ),
            ]
        );
    }

    #[test]
    fn tests_are_named_by_crate_target_and_module() {
        let module = |path: &str| super::module(Path::new(path));
        assert_eq!(module("crates/longshore/tests/e2e/main.rs").unwrap(), "e2e");
        assert_eq!(
            module("crates/longshore-standin/tests/it/life.rs").unwrap(),
            "longshore-standin::it::life"
        );
        assert_eq!(module("crates/longshore/src/main.rs"), None);
    }
}
