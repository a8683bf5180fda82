//! The manifest of a record, taken apart for removal.

use std::collections::BTreeMap;

use longshore_chart::compat::Rules;
use longshore_chart::manifest::split;
use longshore_chart::values;
use longshore_object::kinds::{UNINSTALL_ORDER, compare_by_kind, uninstall_rank};
use longshore_yaml::sigs;
use serde_json::Value as Json;

use crate::ownership::RESOURCE_POLICY;

/// A document of a record's manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Document {
    /// The text.
    pub(super) content: String,
    /// The kind that it says.
    pub(super) kind: String,
    /// The name that it says.
    pub(super) name: String,
    /// What it says is to become of it, trimmed and in lower case.
    policy: Option<String>,
}

/// What is removed with a release and what stays, each in the order of removal.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Removal {
    /// Objects with the policy `keep`.
    pub(super) kept: Vec<Document>,
    /// Objects without a policy. Those with any other policy are in neither list.
    pub(super) removed: Vec<Document>,
}

impl Removal {
    /// What becomes of the objects of a record's manifest.
    ///
    /// Rules: `SplitManifests`, `SortManifests` and `filterManifestsToKeep` of
    /// <https://github.com/helm/helm/tree/v4.3.1/pkg>.
    ///
    /// # Errors
    /// A document cannot be read.
    pub(super) fn of(manifest: &str, rules: &Rules) -> Result<Self, String> {
        let mut named: BTreeMap<String, &str> = BTreeMap::new();
        for (number, document) in split(manifest, rules).into_iter().enumerate() {
            // The names sort as texts: the tenth comes before the second.
            named.insert(format!("manifest-{number}"), document);
        }
        let mut documents: Vec<Document> = Vec::new();
        for document in named.into_values().filter(|document| !document.trim().is_empty()) {
            if let Some(document) = read(document)? {
                documents.push(document);
            }
        }
        let rank = if rules.orders_webhooks { uninstall_rank } else { rank_without_webhooks };
        documents.sort_by(|a, b| compare_by_kind(&a.kind, &b.kind, rank));
        let mut removal = Self::default();
        for document in documents {
            match document.policy.as_deref() {
                None => removal.removed.push(document),
                Some("keep") => removal.kept.push(document),
                Some(_) => {}
            }
        }
        Ok(removal)
    }

    /// What is removed, as one manifest again.
    pub(super) fn manifest(&self) -> String {
        self.removed.iter().map(|document| format!("\n---\n{}", document.content)).collect()
    }
}

/// Reads what a document says of itself; `None` for a hook, which belongs to no manifest.
fn read(content: &str) -> Result<Option<Document>, String> {
    let value = sigs::to_value(content.as_bytes()).map_err(|error| error.to_string())?;
    let object = values::to_json(&value);
    let text = |pointer: &str| match object.pointer(pointer) {
        None | Some(Json::Null) => Ok(String::new()),
        Some(Json::String(text)) => Ok(text.clone()),
        Some(_) => Err(format!("{pointer} is no text")),
    };
    let annotations = object.pointer("/metadata/annotations").and_then(Json::as_object);
    if annotations.is_some_and(|all| all.values().any(|value| !value.is_string() && !value.is_null())) {
        return Err(String::from("an annotation is no text"));
    }
    let annotation = |key: &str| annotations.and_then(|all| Some(all.get(key)?.as_str().unwrap_or_default()));
    if annotation("helm.sh/hook").is_some() {
        return Ok(None);
    }
    Ok(Some(Document {
        content: content.to_owned(),
        kind: text("/kind")?,
        name: text("/metadata/name")?,
        policy: annotation(RESOURCE_POLICY).map(|policy| policy.trim().to_lowercase()),
    }))
}

/// The order of kinds up to 3.x, which does not know webhook configurations.
fn rank_without_webhooks(kind: &str) -> usize {
    match kind {
        "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration" => UNINSTALL_ORDER.len(),
        kind => uninstall_rank(kind),
    }
}

#[cfg(test)]
mod tests {
    use longshore_chart::Level;

    use super::Removal;

    fn names(level: Level, manifest: &str) -> (Vec<String>, Vec<String>) {
        let removal = Removal::of(manifest, level.rules()).unwrap();
        let names = |documents: Vec<super::Document>| documents.into_iter().map(|one| one.name).collect();
        (names(removal.kept), names(removal.removed))
    }

    fn object(kind: &str, name: &str, annotations: &str) -> String {
        format!(
            "---\n# Source: a\nkind: {kind}\nmetadata: {{name: {name}, annotations: {{{annotations}}}}}\n"
        )
    }

    #[test]
    fn kinds_go_in_the_order_of_removal() {
        let manifest = [
            object("Secret", "s", ""),
            object("Service", "v", ""),
            object("Unknown", "u", ""),
            object("MutatingWebhookConfiguration", "m", ""),
        ]
        .concat();
        assert_eq!(names(Level::V4_3, &manifest).1, ["m", "v", "s", "u"]);
        assert_eq!(names(Level::V3_22, &manifest).1, ["v", "s", "m", "u"]);
    }

    #[test]
    fn the_tenth_of_a_kind_comes_before_the_second() {
        let manifest: String = (0..12).map(|number| object("ConfigMap", &format!("c{number}"), "")).collect();
        assert_eq!(names(Level::V4_3, &manifest).1[..5], ["c0", "c1", "c10", "c11", "c2"]);
    }

    #[test]
    fn a_policy_keeps_or_drops() {
        let policy = |name: &str, policy: &str| {
            object("ConfigMap", name, &format!("helm.sh/resource-policy: '{policy}'"))
        };
        let manifest = [policy("a", " KEEP "), policy("b", "delete"), policy("c", "")].concat();
        assert_eq!(names(Level::V4_3, &manifest), (vec![String::from("a")], Vec::new()));
        let hook = object("Job", "h", "helm.sh/hook: pre-install");
        assert_eq!(names(Level::V4_3, &hook), (Vec::new(), Vec::new()));
    }

    #[test]
    fn a_document_that_cannot_be_read_is_told() {
        assert!(Removal::of("a: [", Level::V4_3.rules()).is_err());
    }
}
