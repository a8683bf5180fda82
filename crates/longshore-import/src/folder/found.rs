//! A folder's charts, kustomizations and manifests.

use std::collections::{BTreeMap, BTreeSet};

use longshore_diag::Diagnostic;
use longshore_kustomize::Kustomization;
use longshore_kustomize::kustomization::FILE_NAMES;

use super::inside;
use crate::files::Reader;
use crate::tree;

/// How many levels below the folder are looked at.
const DEPTH: usize = 6;

/// Folders of programs, in which nothing of a platform lies.
const SKIPPED: [&str; 4] = ["node_modules", "target", "vendor", "testdata"];

/// Folders by what they hold, as paths from where the search began; the folder itself is the empty path.
#[derive(Default)]
pub(super) struct Found {
    /// Charts that are in no other chart.
    pub(super) charts: BTreeSet<String>,
    /// Kustomizations that no other one builds on.
    pub(super) kustomizations: BTreeMap<String, Kustomization>,
    /// Plain manifests: the folder that names the release, and its sources.
    pub(super) manifests: BTreeMap<String, Vec<String>>,
    /// Folders with any kustomization, and what those name: nothing in them is a release of its own.
    taken: BTreeSet<String>,
    /// Files that another translation is for, with what they are.
    pub(super) others: Vec<(String, &'static str)>,
}

/// A project file of Longshore.
pub(super) const PROJECT: &str = "project file";

/// What a folder has of YAML files.
#[derive(Default)]
struct Plain {
    objects: Vec<String>,
    /// Whether it has YAML that is something else.
    is_mixed: bool,
}

impl Found {
    pub(super) fn below(reader: &Reader<'_>) -> Result<Self, Diagnostic> {
        let mut found = Self::default();
        let mut plain: BTreeMap<String, Plain> = BTreeMap::new();
        let mut open = vec![(String::new(), 0)];
        while let Some((folder, depth)) = open.pop() {
            let below =
                |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            let entries = reader.list(&folder)?;
            let has = |name: &str| entries.iter().any(|entry| entry.name == name && !entry.is_folder);
            if has("Chart.yaml") {
                found.charts.insert(folder);
                continue;
            }
            if let Some(name) = FILE_NAMES.iter().find(|name| has(name)) {
                // One that does not parse is found by `render`, with its line.
                let text = reader.read(&below(name))?.unwrap_or_default();
                found.taken.insert(folder.clone());
                if let Ok(read) = Kustomization::read(&text, &folder, &mut Vec::new()) {
                    let entries = read.resources.iter().chain(&read.components);
                    found.taken.extend(entries.filter_map(|entry| inside(&folder, entry)));
                    found.kustomizations.insert(folder.clone(), read);
                }
            }
            for entry in &entries {
                let path = below(&entry.name);
                if entry.is_folder {
                    let is_skipped = entry.name.starts_with('.') || SKIPPED.contains(&&*entry.name);
                    if depth < DEPTH && !is_skipped {
                        open.push((path, depth + 1));
                    }
                } else if FILE_NAMES.contains(&&*entry.name) {
                    // Read above.
                } else if let Some(kind) = other(&entry.name) {
                    found.others.push((path, kind));
                } else if [".yaml", ".yml"].iter().any(|end| entry.name.ends_with(end))
                    && !entry.name.starts_with('.')
                {
                    let here = plain.entry(folder.clone()).or_default();
                    if is_manifest(reader, &path) { here.objects.push(path) } else { here.is_mixed = true }
                }
            }
        }
        found.drop_used();
        found.take_manifests(plain);
        found.others.sort();
        Ok(found)
    }

    /// Leaves out what others build on.
    fn drop_used(&mut self) {
        let mut used = BTreeSet::new();
        for (path, kustomization) in &self.kustomizations {
            let entries = kustomization.resources.iter().chain(&kustomization.components);
            used.extend(entries.filter_map(|entry| inside(path, entry)));
        }
        self.kustomizations
            .retain(|path, kustomization| kustomization.kind != "Component" && !used.contains(path));
        // A chart that a kustomization inflates lies below it.
        let kustomizations = &self.kustomizations;
        let is_inflated = |chart: &String| {
            kustomizations.iter().any(|(path, found)| !found.helm_charts.is_empty() && is_below(chart, path))
        };
        self.charts.retain(|chart| !is_inflated(chart));
    }

    /// A folder of manifests is one release; what lies below a kustomization's folder belongs to that, or to its
    /// overlays.
    fn take_manifests(&mut self, plain: BTreeMap<String, Plain>) {
        let mixed: Vec<String> =
            plain.iter().filter(|(_, here)| here.is_mixed).map(|(folder, _)| folder.clone()).collect();
        let mut whole: Vec<String> = Vec::new();
        for (folder, here) in plain {
            let is_taken = whole.iter().any(|above| is_below(&folder, above));
            if here.objects.is_empty() || is_taken || self.belongs(&folder) {
                continue;
            }
            let inner = |path: &String| is_below(path, &folder);
            let has_others = mixed.iter().any(inner)
                || self.charts.iter().any(inner)
                || self.kustomizations.keys().any(inner)
                || folder.is_empty();
            if has_others {
                self.manifests.insert(folder, here.objects);
            } else {
                self.manifests.insert(folder.clone(), vec![folder.clone()]);
                whole.push(folder);
            }
        }
    }

    /// Whether a folder is part of a kustomization.
    fn belongs(&self, folder: &str) -> bool {
        // What lies beside a kustomization at the top is below it as a folder, and not part of it.
        self.taken.iter().any(|path| if path.is_empty() { folder.is_empty() } else { is_below(folder, path) })
    }
}

fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path == folder || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// What another translation is for.
fn other(name: &str) -> Option<&'static str> {
    match name {
        "longshore.yaml" => Some(PROJECT),
        "helmfile.yaml" | "helmfile.yaml.gotmpl" => Some("helmfile"),
        "compose.yaml" | "compose.yml" | "docker-compose.yaml" | "docker-compose.yml" => Some("Compose file"),
        _ => None,
    }
}

/// Whether all documents of a file are objects. What has no `metadata` is another program's file (a kubeconfig, a cluster
/// of kind, an overlay under another name).
fn is_manifest(reader: &Reader<'_>, path: &str) -> bool {
    let Ok(Some(text)) = reader.text(path) else { return false };
    let Ok(mut documents) = tree::documents(path, &text) else { return false };
    documents.retain(|document| !document.is_null());
    let is_object = |key: &str| {
        documents.iter().all(|document| document.get(key).is_some_and(|node| node.as_str().is_some()))
    };
    let has_metadata = documents.iter().all(|document| {
        let kind = document.get("kind").and_then(|kind| kind.as_str()).unwrap_or_default();
        document.get("metadata").is_some() || kind.ends_with("List")
    });
    !documents.is_empty() && is_object("apiVersion") && is_object("kind") && has_metadata
}
