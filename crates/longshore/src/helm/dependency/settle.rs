//! Which version of each dependency is taken.
//!
//! Rules: <https://github.com/helm/helm/blob/v4.3.1/internal/resolver/resolver.go>.

use anyhow::{anyhow, bail};
use longshore_chart::metadata::Dependency;
use longshore_go::semver::{Constraint, Version};

use super::super::locate::{self, quoted};
use super::super::registry;
use super::super::repositories::{index_path, load_index};
use super::Manager;
use super::names::{Names, folder};

/// The dependencies with exact versions.
///
/// # Errors
/// There is no version that is allowed, in Helm's words.
pub(super) fn versions(
    manager: &Manager<'_>,
    asked: &[Dependency],
    names: &Names,
) -> anyhow::Result<Vec<Dependency>> {
    let mut locked = Vec::new();
    let mut missing = Vec::new();
    for dependency in asked {
        let Dependency { name, version, repository, .. } = dependency;
        let constraint = Constraint::parse(version.as_bytes()).map_err(|error| {
            anyhow!("dependency {} has an invalid version/constraint format: {error}", quoted(name))
        })?;
        let found = if repository.is_empty() {
            folder(&format!("charts/{name}"), &manager.path)?;
            Some(version.clone())
        } else if repository.starts_with("file://") {
            let chart = locate::load(&folder(repository, &manager.path)?, manager.settings.level)?;
            let own = chart.metadata().version.clone();
            meets(&constraint, &own).then_some(own)
        } else if repository.starts_with("oci://") {
            Some(in_registry(manager, dependency, &constraint)?)
        } else if let Some(known) = names.get(name) {
            let path = index_path(&manager.settings.repository_cache, known);
            let index = load_index(manager.settings, &path).map_err(|error| {
                anyhow!("no cached repository for {known} found. (try 'helm repo update'): {error}")
            })?;
            let Some(versions) = index.entries.get(name) else {
                bail!("{name} chart not found in repo {repository}");
            };
            let is_fine = |one: &&longshore_chart::repository::ChartVersion| {
                !one.urls().is_empty() && meets(&constraint, &one.metadata.version)
            };
            versions.iter().find(is_fine).map(|one| one.metadata.version.clone())
        } else {
            Some(version.clone())
        };
        match found {
            Some(version) => locked.push(Dependency {
                name: name.clone(),
                version,
                repository: repository.clone(),
                ..Dependency::default()
            }),
            None => missing.push(format!(
                "{} (repository {}, version {})",
                quoted(name),
                quoted(repository),
                quoted(version)
            )),
        }
    }
    if missing.is_empty() {
        return Ok(locked);
    }
    bail!(
        "can't get a valid version for {} subchart(s): {}. Make sure a matching chart version exists in the repo, or change the version constraint in Chart.yaml",
        missing.len(),
        missing.join(", ")
    )
}

/// The newest version in a registry that is allowed. Without any, what was asked for is left to fail.
fn in_registry(manager: &Manager<'_>, asked: &Dependency, constraint: &Constraint) -> anyhow::Result<String> {
    let Dependency { name, version, repository, .. } = asked;
    if Version::parse(version.as_bytes()).is_ok() {
        return Ok(version.clone());
    }
    let repository = repository.strip_prefix("oci://").unwrap_or(repository);
    let all =
        registry::client(manager.settings)?.versions(&format!("{repository}/{name}")).map_err(|error| {
            let repository = &asked.repository;
            anyhow!("could not retrieve list of tags for repository {repository}: {error}")
        })?;
    Ok(all.into_iter().find(|one| meets(constraint, one)).unwrap_or_else(|| version.clone()))
}

fn meets(constraint: &Constraint, version: &str) -> bool {
    Version::parse(version.as_bytes()).is_ok_and(|version| constraint.check(&version))
}
