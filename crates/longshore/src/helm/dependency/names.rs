//! Which repository of those with a name each dependency comes from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::bail;
use longshore_chart::metadata::Dependency;
use longshore_go::url::Url;

use super::super::paths;
use super::super::repositories::{load_or_empty, same_url};
use super::Manager;

/// The names of repositories by the names of dependencies.
pub(super) type Names = BTreeMap<String, String>;

/// Finds the repositories, and puts addresses in the place of their names.
///
/// # Errors
/// One is neither known nor an address; a folder is not there.
pub(super) fn resolve(manager: &Manager<'_>, asked: &mut [Dependency]) -> anyhow::Result<Names> {
    let file = load_or_empty(manager.settings)?;
    let mut names = Names::new();
    let mut missing: Vec<String> = Vec::new();
    for dependency in asked.iter_mut().filter(|dependency| !dependency.repository.is_empty()) {
        let repository = dependency.repository.clone();
        if repository.starts_with("file://") {
            folder(&repository, &manager.path)?;
            if manager.settings.debug {
                manager.tell(&format!("Repository from local path: {repository}\n"))?;
            }
            names.insert(dependency.name.clone(), repository);
            continue;
        }
        if repository.starts_with("oci://") {
            names.insert(dependency.name.clone(), repository);
            continue;
        }
        let alias = repository.strip_prefix('@').or_else(|| repository.strip_prefix("alias:"));
        let found = file.repositories.iter().find(|entry| {
            alias.is_some_and(|alias| alias == entry.name) || same_url(&entry.url, &repository)
        });
        if let Some(entry) = found {
            if alias == Some(&entry.name) {
                dependency.repository.clone_from(&entry.url);
            }
            names.insert(dependency.name.clone(), entry.name.clone());
        } else if is_address(&repository) {
            names.insert(repository.clone(), repository);
        } else {
            missing.push(repository);
        }
    }
    if missing.is_empty() {
        return Ok(names);
    }
    let advice = "
Note that repositories must be URLs or aliases. For example, to refer to the \"example\"
repository, use \"https://charts.example.com/\" or \"@example\" instead of
\"example\". Don't forget to add the repo, too ('helm repo add').";
    let is_plain =
        |name: &String| !name.contains("//") && !name.starts_with('@') && !name.starts_with("alias:");
    let advice = if missing.iter().any(is_plain) { advice } else { "" };
    bail!("no repository definition for {}. Please add them via 'helm repo add'{advice}", missing.join(", "))
}

/// Whether a text is an address that could be asked for.
fn is_address(text: &str) -> bool {
    let Ok(url) = Url::parse(text.as_bytes()) else { return false };
    !url.scheme.is_empty() || text.starts_with('/')
}

/// The folder that a `file://` address means, seen from a chart.
///
/// # Errors
/// It is not there.
pub(super) fn folder(repository: &str, chart: &Path) -> anyhow::Result<PathBuf> {
    let path = Path::new(repository.strip_prefix("file://").unwrap_or(repository));
    let path = paths::clean(&chart.join(path));
    if !path.exists() {
        bail!("directory {} not found", path.display());
    }
    Ok(path)
}
