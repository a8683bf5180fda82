//! What a folder has that can be released: charts, and kustomizations that no other one builds on.
//!
//! Kustomizations side by side in a folder called `overlays` are one release, and their names are the environments.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use longshore_kustomize::Kustomization;
use longshore_kustomize::kustomization::FILE_NAMES;

use super::folder_name;

/// How many levels below the folder are looked at.
const DEPTH: usize = 4;

/// Folders whose kustomizations are one thing in several environments.
const OVERLAYS: [&str; 4] = ["overlays", "overlay", "environments", "envs"];

/// Folders that say how something is deployed, and not what.
const MEANINGLESS: [&str; 8] =
    ["", ".", "k8s", "kubernetes", "kustomize", "deploy", "deployment", "manifests"];

/// Environments in the order in which people name them; others follow.
const USUAL: [&str; 5] = ["dev", "development", "staging", "production", "prod"];

/// What was found.
pub(super) struct Found {
    /// Name and source of each release, as the project file has them.
    pub(super) releases: Vec<(String, String)>,
    /// Name and fields of each environment; never none.
    pub(super) environments: Vec<(String, String)>,
}

impl Found {
    /// What lies in `dir` and below it. `name` is the project's.
    pub(super) fn below(dir: &Path, name: &str) -> anyhow::Result<Self> {
        let folders = Folders::below(dir)?;
        let mut releases: Vec<(String, String)> = Vec::new();
        for path in &folders.charts {
            releases.push((folder_name(&dir.join(path)), format!("chart: {}", shown(path))));
        }
        // The namespace that an overlay names, by environment.
        let mut overlays: BTreeMap<String, Option<String>> = BTreeMap::new();
        let named = |path: &Path| match path.file_name().and_then(|name| name.to_str()).unwrap_or_default() {
            word if MEANINGLESS.contains(&word) => name.to_owned(),
            _ => folder_name(&dir.join(path)),
        };
        for (path, kustomization) in &folders.kustomizations {
            let above = path.parent().unwrap_or(Path::new(""));
            let own = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if above.file_name().is_some_and(|name| OVERLAYS.iter().any(|word| name == *word)) && is_name(own)
            {
                let namespace = Some(kustomization.namespace.clone()).filter(|name| !name.is_empty());
                let entry = overlays.entry(own.to_owned()).or_default();
                *entry = entry.take().or(namespace);
                let source = format!("kustomize: {}/${{env.name}}", shown(above));
                if releases.iter().all(|(_, other)| *other != source) {
                    releases.push((named(above.parent().unwrap_or(Path::new(""))), source));
                }
            } else {
                releases.push((named(path), format!("kustomize: {}", shown(path))));
            }
        }
        // Two of one name cannot both be a release of that name: the first is taken.
        let mut names = BTreeSet::new();
        releases.retain(|(name, _)| names.insert(name.clone()));
        Ok(Self { releases, environments: environments(name, overlays) })
    }
}

/// The environments by their names, with the namespaces that are known.
fn environments(project: &str, mut known: BTreeMap<String, Option<String>>) -> Vec<(String, String)> {
    if known.is_empty() {
        known = ["dev", "staging", "production"].map(|name| (name.to_owned(), None)).into();
    }
    let mut all: Vec<(String, Option<String>)> = known.into_iter().collect();
    all.sort_by_key(|(name, _)| USUAL.iter().position(|usual| usual == name).unwrap_or(USUAL.len()));
    let fields = |(name, namespace): (String, Option<String>)| {
        let is_production = name.starts_with("prod");
        let own = if is_production { project.to_owned() } else { format!("{project}-{name}") };
        let namespace = namespace.unwrap_or(own);
        let create = if is_production { "" } else { ", createNamespace: true" };
        (name, format!("namespace: {namespace}{create}"))
    };
    all.into_iter().map(fields).collect()
}

/// Whether Kubernetes takes it for a name.
fn is_name(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !text.is_empty() && text.chars().all(is_plain) && !text.starts_with('-') && !text.ends_with('-')
}

/// A path of the project file.
fn shown(path: &Path) -> String {
    if path.as_os_str().is_empty() { ".".to_owned() } else { path.display().to_string() }
}

/// Folders by what they hold, relative to where the search began.
#[derive(Default)]
struct Folders {
    charts: BTreeSet<PathBuf>,
    kustomizations: BTreeMap<PathBuf, Kustomization>,
}

impl Folders {
    /// Charts inside of others, components, and kustomizations that others build on are left out.
    fn below(dir: &Path) -> anyhow::Result<Self> {
        let mut found = Self::default();
        if !dir.is_dir() {
            return Ok(found);
        }
        let mut open = vec![(PathBuf::new(), 0)];
        while let Some((below, depth)) = open.pop() {
            let folder = dir.join(&below);
            if folder.join("Chart.yaml").is_file() {
                found.charts.insert(below);
                continue;
            }
            if let Some(kustomization) = kustomization(&folder) {
                found.kustomizations.insert(below.clone(), kustomization);
            }
            if depth == DEPTH {
                continue;
            }
            for entry in fs::read_dir(&folder)? {
                let entry = entry?;
                let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
                let is_skipped = name.starts_with('.') || name == "node_modules" || name == "target";
                if entry.file_type()?.is_dir() && !is_skipped {
                    open.push((below.join(name), depth + 1));
                }
            }
        }
        found.drop_used();
        Ok(found)
    }

    fn drop_used(&mut self) {
        let mut used = BTreeSet::new();
        for (path, kustomization) in &self.kustomizations {
            let entries = kustomization.resources.iter().chain(&kustomization.components);
            used.extend(entries.filter_map(|entry| joined(path, Path::new(entry))));
        }
        self.kustomizations
            .retain(|path, kustomization| kustomization.kind != "Component" && !used.contains(path));
        // A chart that a kustomization inflates lies below it.
        let is_inflated = |chart: &PathBuf| {
            self.kustomizations
                .iter()
                .any(|(path, kustomization)| !kustomization.helm_charts.is_empty() && chart.starts_with(path))
        };
        self.charts.retain(|chart| !is_inflated(chart));
    }
}

/// The kustomization of a folder; none if there is none or it does not parse, which `render` would tell.
fn kustomization(folder: &Path) -> Option<Kustomization> {
    let text = FILE_NAMES.iter().find_map(|name| fs::read(folder.join(name)).ok())?;
    Kustomization::read(&text, &folder.to_string_lossy(), &mut Vec::new()).ok()
}

/// A relative path seen from a folder, without `..`; none if it leads out.
fn joined(folder: &Path, path: &Path) -> Option<PathBuf> {
    let mut joined = folder.to_path_buf();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                joined.pop().then_some(())?;
            }
            Component::Normal(part) => joined.push(part),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(joined)
}
