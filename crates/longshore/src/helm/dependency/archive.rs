//! Where the archive of a dependency is, by the indexes that are cached.

use anyhow::{anyhow, bail};
use longshore_chart::repository::{ChartVersion, Index, RepositoryEntry};
use longshore_go::path;
use longshore_go::semver::Version;
use longshore_go::url::Url;
use longshore_source::Access;

use super::super::repositories::{index_path, load_index, load_or_empty, resolve_url, same_url};
use super::super::{Settings, download, remote};

/// A repository with a name, and its index.
pub(super) struct Known {
    entry: RepositoryEntry,
    index: Index,
}

/// All repositories with a name.
///
/// # Errors
/// The index of one is not cached.
pub(super) fn known(settings: &Settings) -> anyhow::Result<Vec<Known>> {
    let file = load_or_empty(settings)?;
    let read = |entry: RepositoryEntry| {
        let path = index_path(&settings.repository_cache, &entry.name);
        let index = load_index(settings, &path).map_err(anyhow::Error::msg)?;
        Ok(Known { entry, index })
    };
    file.repositories.into_iter().map(read).collect()
}

/// The address of a chart's archive, and how to be let in there.
///
/// # Errors
/// There is none, in Helm's words.
pub(super) fn find(
    settings: &Settings,
    name: &str,
    version: &str,
    repository: &str,
    known: &[Known],
) -> anyhow::Result<(String, Access)> {
    let Some(Known { entry, index }) = known.iter().find(|one| same_url(repository, &one.entry.url)) else {
        let found = download::find_in(settings, repository, name, version, &Access::default());
        let url = found.map_err(|error| anyhow!("chart {name} not found in {repository}: {error}"))?;
        return Ok((url, Access::default()));
    };
    let Some(versions) = index.entries.get(name) else { bail!("entry not found") };
    let fits = |one: &&ChartVersion| !one.urls().is_empty() && is_same(version, &one.metadata.version);
    let Some(first) = versions.iter().find(fits).and_then(|one| one.urls().first()) else {
        bail!("no matching version");
    };
    let url = if settings.level.rules().major == 3 {
        joined(repository, first)
    } else {
        resolve_url(repository, first)
    };
    Ok((url.map_err(anyhow::Error::msg)?, remote::of_entry(entry)))
}

/// Whether two versions are the same, however they are written.
fn is_same(wanted: &str, own: &str) -> bool {
    if wanted.is_empty() {
        return true;
    }
    match (Version::parse(wanted.as_bytes()), Version::parse(own.as_bytes())) {
        (Err(_), _) => wanted == own,
        (Ok(_), Err(_)) => false,
        (Ok(wanted), Ok(own)) => wanted == own,
    }
}

/// Older ones put the one behind the other.
fn joined(base: &str, reference: &str) -> Result<String, String> {
    let to = Url::parse(reference.as_bytes()).map_err(|error| error.to_string())?;
    let mut url = to;
    if url.scheme.is_empty() {
        url =
            Url::parse(base.as_bytes()).map_err(|error| format!("failed to parse {base} as URL: {error}"))?;
        for part in [&mut url.raw_path, &mut url.path] {
            *part = path::join(&[part.as_slice(), reference.as_bytes()]);
        }
    }
    Ok(String::from_utf8_lossy(&url.to_bytes()).into_owned())
}
