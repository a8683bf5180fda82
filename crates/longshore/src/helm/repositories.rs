//! The repositories that a user has: their file, and what is cached of each.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use longshore_chart::repository::{Index, RepositoryEntry, RepositoryFile, Skipped};
use longshore_go::url::Url;
use longshore_source::Get;

use super::locate::{quoted, reason};
use super::{Settings, beside, remote, say};

/// Why there is no file of repositories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoFile {
    /// It is not there.
    Missing(String),
    /// It is not what it should be.
    Broken(String),
}

/// Reads the file of repositories.
pub(super) fn load(settings: &Settings) -> Result<RepositoryFile, NoFile> {
    let path = &settings.repository_config;
    let bytes = fs::read(path).map_err(|error| {
        let shown = path.display();
        let text = format!("couldn't load repositories file ({shown}): open {shown}: {}", reason(&error));
        if error.kind() == ErrorKind::NotFound { NoFile::Missing(text) } else { NoFile::Broken(text) }
    })?;
    RepositoryFile::read(&bytes, settings.level).map_err(NoFile::Broken)
}

/// The same, without repositories if there is no file.
pub(super) fn load_or_empty(settings: &Settings) -> anyhow::Result<RepositoryFile> {
    match load(settings) {
        Ok(file) => Ok(file),
        Err(NoFile::Missing(_)) => Ok(RepositoryFile::default()),
        Err(NoFile::Broken(text)) => anyhow::bail!(text),
    }
}

/// Writes the file of repositories.
pub(super) fn save(settings: &Settings, file: &RepositoryFile) -> anyhow::Result<()> {
    let path = &settings.repository_config;
    let failed = |what: &str, path: &Path, error: &std::io::Error| {
        anyhow::anyhow!("{what} {}: {}", path.display(), reason(error))
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| failed("mkdir", folder, &error))?;
    }
    let yaml = file.to_yaml().map_err(anyhow::Error::msg)?;
    beside::write_secret(path, &yaml).map_err(|error| failed("open", path, &error))
}

/// Where the index of a repository is cached.
pub(super) fn index_path(cache: &Path, name: &str) -> PathBuf {
    cache.join(if name.is_empty() { String::from("index.yaml") } else { format!("{name}-index.yaml") })
}

/// Where the names of a repository's charts are cached.
pub(super) fn charts_path(cache: &Path, name: &str) -> PathBuf {
    cache.join(if name.is_empty() { String::from("charts.txt") } else { format!("{name}-charts.txt") })
}

/// Reads an index that is cached.
pub(super) fn load_index(settings: &Settings, path: &Path) -> Result<Index, String> {
    let shown = path.display();
    let bytes = fs::read(path).map_err(|error| format!("open {shown}: {}", reason(&error)))?;
    read_index(settings, &bytes, &shown.to_string())
        .map_err(|error| format!("error loading {shown}: {error}"))
}

/// Reads an index from `source`, and says what of it is left out.
fn read_index(settings: &Settings, bytes: &[u8], source: &str) -> Result<Index, String> {
    let (index, skipped) = Index::read(bytes, settings.level).map_err(|error| error.to_string())?;
    for Skipped { name, problem } in &skipped {
        if settings.level.rules().major == 3 {
            let name = quoted(name);
            match problem {
                None => say(&format!(
                    "index.go:359: skipping loading invalid entry for chart {name} from {source}: empty entry"
                )),
                Some((version, why)) => {
                    let version = quoted(version);
                    say(&format!(
                        "index.go:371: skipping loading invalid entry for chart {name} {version} from {source}: {why}"
                    ));
                }
            }
            continue;
        }
        let text = "skipping loading invalid entry for chart";
        match problem {
            None => settings.log_with(
                "WARN",
                &format!("{text}: empty entry"),
                &[("name", name), ("source", source)],
            ),
            Some((version, why)) => settings.log_with(
                "WARN",
                text,
                &[("name", name), ("version", version), ("source", source), ("error", why)],
            ),
        }
    }
    Ok(index)
}

/// The address of a repository's index.
fn index_request(settings: &Settings, entry: &RepositoryEntry, timeout: Duration) -> Result<Get, String> {
    let url = resolve_url(&entry.url, "index.yaml")?;
    Ok(remote::request(settings, &url, &entry.url, &remote::of_entry(entry), timeout))
}

/// Gets the indexes of several repositories at once and caches each that is one.
pub(super) fn update(
    settings: &Settings,
    entries: &[&RepositoryEntry],
    cache: &Path,
    timeout: Duration,
) -> Vec<Result<Index, String>> {
    let requests: Vec<_> = entries.iter().map(|entry| index_request(settings, entry, timeout)).collect();
    let asked: Vec<Get> = requests.iter().flatten().cloned().collect();
    let mut answers = remote::get_all(settings, &asked).into_iter();
    let mut cached = |entry: &&RepositoryEntry, request: Result<Get, String>| {
        request?;
        let answer = answers.next().ok_or_else(|| String::from("no answer"))?;
        let bytes = answer?;
        let index = read_index(settings, &bytes, &entry.url)?;
        keep(&entry.name, &index, &bytes, cache)?;
        Ok(index)
    };
    entries.iter().zip(requests).map(|(entry, request)| cached(entry, request)).collect()
}

/// An index that is not kept.
pub(super) fn fetch(settings: &Settings, request: &Get) -> Result<Index, String> {
    let bytes = remote::get(settings, request)?;
    read_index(settings, &bytes, &request.owner)
}

/// Caches an index, and the names of its charts for those who complete words.
fn keep(name: &str, index: &Index, bytes: &[u8], cache: &Path) -> Result<(), String> {
    let names: String = index.entries.keys().flat_map(|name| [name.as_str(), "\n"]).collect();
    let charts = charts_path(cache, name);
    let path = index_path(cache, name);
    if let Some(folder) = path.parent() {
        // If it cannot be made, writing says so.
        let _ = fs::create_dir_all(folder);
    }
    let _ = beside::write(&charts, names.as_bytes());
    beside::write(&path, bytes).map_err(|error| format!("open {}: {}", path.display(), reason(&error)))
}

/// Where `reference` leads from a repository: the query of the repository goes along.
pub(super) fn resolve_url(base: &str, reference: &str) -> Result<String, String> {
    let parse = |text: &str| {
        Url::parse(text.as_bytes()).map_err(|error| format!("failed to parse {text} as URL: {error}"))
    };
    let to = parse(reference)?;
    if !to.scheme.is_empty() {
        return Ok(reference.to_owned());
    }
    let mut from = parse(base)?;
    for path in [&mut from.path, &mut from.raw_path] {
        if path.last() != Some(&b'/') {
            path.push(b'/');
        }
    }
    let mut resolved = from.resolve(&to);
    resolved.raw_query = from.raw_query;
    Ok(String::from_utf8_lossy(&resolved.to_bytes()).into_owned())
}

/// Whether two addresses are the same but for slashes at the end and dots in between.
pub(super) fn same_url(a: &str, b: &str) -> bool {
    let clean = |path: &[u8]| longshore_go::path::clean(path);
    let cleaned = |text: &str| {
        Url::parse(text.as_bytes()).map(|mut url| {
            url.path = clean(if url.path.is_empty() { b"/" } else { &url.path });
            url.to_bytes()
        })
    };
    match (cleaned(a), cleaned(b)) {
        (Ok(a), Ok(b)) => a == b,
        (Err(_), _) => clean(a.as_bytes()) == clean(b.as_bytes()),
        (Ok(_), Err(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{resolve_url, same_url};

    #[test]
    fn charts_lie_below_their_repository() {
        for (base, reference, expected) in [
            ("http://a/b", "c.tgz", "http://a/b/c.tgz"),
            ("http://a/b/", "c.tgz", "http://a/b/c.tgz"),
            ("http://a", "c.tgz", "http://a/c.tgz"),
            ("http://a/b?t=1", "c.tgz", "http://a/b/c.tgz?t=1"),
            ("http://a/b%2fx", "c.tgz", "http://a/b%2fx/c.tgz"),
            ("http://a/b", "/c.tgz", "http://a/c.tgz"),
            ("http://a/b", "https://x/c.tgz", "https://x/c.tgz"),
        ] {
            assert_eq!(resolve_url(base, reference).as_deref(), Ok(expected));
        }
        assert!(same_url("http://a/b/", "http://a/b") && same_url("http://a", "http://a/"));
        assert!(same_url("http://a/x/../b", "http://a/b") && !same_url("http://a/b", "http://a/c"));
    }
}
