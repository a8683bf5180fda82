//! Environments where nobody has named any, and their namespaces.

use std::collections::BTreeMap;

use super::DraftEnvironment;

/// Environments in the order in which people name them; others follow.
const USUAL: [&str; 12] = [
    "local",
    "dev",
    "development",
    "test",
    "testing",
    "qa",
    "uat",
    "stage",
    "staging",
    "preprod",
    "production",
    "prod",
];

/// Whether it is a word that people call environments by.
pub fn usual(name: &str) -> bool {
    USUAL.contains(&name)
}

/// The environments by their names, with the namespaces that are known; `dev`, `staging` and `production` if there are
/// none. Where no namespace is known production has one with the project's name, and the others the same with theirs.
pub fn namespaces(project: &str, known: BTreeMap<String, Option<String>>) -> Vec<DraftEnvironment> {
    let known = if known.is_empty() {
        ["dev", "staging", "production"].map(|name| (name.to_owned(), None)).into()
    } else {
        known
    };
    let mut all: Vec<(String, Option<String>)> = known.into_iter().collect();
    all.sort_by_key(|(name, _)| USUAL.iter().position(|usual| usual == name).unwrap_or(USUAL.len()));
    let environment = |(name, namespace): (String, Option<String>)| {
        let is_production = name.starts_with("prod") || name == "default";
        let own = if is_production { project.to_owned() } else { format!("{project}-{name}") };
        DraftEnvironment {
            namespace: namespace.unwrap_or(own),
            create_namespace: !is_production,
            name,
            ..DraftEnvironment::default()
        }
    };
    all.into_iter().map(environment).collect()
}
