//! Which releases there are in a namespace or in a whole cluster, by the labels of their records and without reading these.

use std::collections::BTreeMap;

use longshore_cluster::{Cluster, Selector};

use crate::ReleaseError;
use crate::record::Status;
use crate::store::{secret, strings};

/// A release as the labels of its newest record have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The labels of its newest record, Helm's own among them.
    pub labels: BTreeMap<String, String>,
}

/// The releases that have a record which matches `selector` (`longshore.dev/platform=shop`), in one namespace or in all, by
/// namespace and name. Those that were uninstalled and whose history was kept are not among them. The newest record of
/// one may be somebody else's, and not match.
///
/// # Errors
/// The records cannot be listed.
pub async fn listed(
    cluster: &Cluster,
    namespace: Option<&str>,
    selector: &str,
) -> Result<Vec<Listed>, ReleaseError> {
    let selector = Selector::labels(format!("owner=helm,{selector}"));
    let found = cluster.list_metadata(&secret(), namespace, &selector).await?;
    let mut newest: BTreeMap<(String, String), (u32, BTreeMap<String, String>)> = BTreeMap::new();
    for item in &found.items {
        let metadata = &item["metadata"];
        let labels = strings(&metadata["labels"]);
        let (Some(name), Some(namespace)) = (labels.get("name"), metadata["namespace"].as_str()) else {
            continue;
        };
        let revision = labels.get("version").and_then(|version| version.parse().ok()).unwrap_or(0);
        let known = newest.entry((namespace.to_owned(), name.clone())).or_default();
        if revision >= known.0 {
            *known = (revision, labels);
        }
    }
    let uninstalled = Status::Uninstalled.to_string();
    Ok(newest
        .into_iter()
        .filter(|(_, (_, labels))| labels.get("status") != Some(&uninstalled))
        .map(|((namespace, name), (_, labels))| Listed { namespace, name, labels })
        .collect())
}
