//! Finding charts in repositories and getting their archives.
//!
//! Rules: <https://github.com/helm/helm/blob/v4.3.1/pkg/downloader/chart_downloader.go>.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use longshore_chart::repository::{ChartVersion, Index, RepositoryEntry, RepositoryFile, hex};
use longshore_go::path;
use longshore_go::url::Url;
use longshore_source::oci::Part;
use longshore_source::{Access, Get, TIMEOUT};

use super::locate::{quoted, reason};
use super::registry::Out;
use super::repo::check_url;
use super::repositories::{index_path, load_index, load_or_empty, resolve_url, same_url};
use super::{Settings, beside, paths, registry, remote, repositories, verify};

/// What archives are asked for as.
const ARCHIVE: &str = "application/gzip,application/octet-stream";

/// An archive somewhere.
#[derive(Debug, Clone)]
pub(super) struct Archive {
    /// How to get it.
    source: Source,
    /// Its SHA-256 as the index has it, perhaps behind `sha256:`; empty if that is not known.
    pub(super) digest: String,
    /// The last part of its path.
    pub(super) file_name: String,
}

/// Where an archive comes from.
#[derive(Debug, Clone)]
enum Source {
    /// A server of files.
    Http(Get),
    /// A registry, with the chart's name in full, and where it is told that it came.
    Registry(String, Out),
}

impl Archive {
    /// Its name as a file, which an index may give as it likes.
    fn name(&self) -> anyhow::Result<&str> {
        match self.file_name.as_str() {
            "" | "/" | "." | ".." => bail!("{} is the name of no file", quoted(&self.file_name)),
            name if name.contains('\\') => bail!("{} is the name of no file", quoted(name)),
            name => Ok(name),
        }
    }

    /// With what a registry gives told there.
    pub(super) fn told_on(mut self, out: Out) -> Self {
        if let Source::Registry(_, told) = &mut self.source {
            *told = out;
        }
        self
    }

    /// The address of the signed statement.
    fn statement_url(&self) -> String {
        match &self.source {
            Source::Http(request) => format!("{}.prov", request.url),
            Source::Registry(url, _) => format!("{url}.prov"),
        }
    }

    /// Gets the archive, or the signed statement about it.
    fn get(&self, settings: &Settings, part: Part) -> Result<Vec<u8>, String> {
        match &self.source {
            Source::Http(request) if part == Part::Archive => remote::get(settings, request),
            Source::Http(request) => {
                remote::get(settings, &Get { url: self.statement_url(), ..request.clone() })
            }
            Source::Registry(url, out) => {
                let registry = registry::client(settings).map_err(|error| error.to_string())?;
                let pulled = registry.pull(url, part).map_err(|error| error.to_string())?;
                out.pulled(&pulled).map_err(|error| error.to_string())?;
                Ok(pulled.bytes)
            }
        }
    }
}

/// The archive that is meant by an address, or by the name of a repository with the chart's behind it.
///
/// # Errors
/// There is none, in Helm's words.
pub(super) fn resolve(
    settings: &Settings,
    reference: &str,
    version: &str,
    mut access: Access,
) -> anyhow::Result<Archive> {
    let url =
        Url::parse(reference.as_bytes()).map_err(|_| anyhow!("invalid chart URL format: {reference}"))?;
    if reference.starts_with("oci://") {
        let located = registry::client(settings)?.locate(reference, version)?;
        let file_name = registry::file_name(&located.url);
        let source = Source::Registry(located.url, Out::of(settings));
        return Ok(Archive { source, digest: located.digest.unwrap_or_default(), file_name });
    }
    let file = load_or_empty(settings)?;
    if !url.scheme.is_empty() && !url.host.is_empty() && !url.path.is_empty() {
        let owner = match owner_of(settings, reference, &file)? {
            Some(entry) => {
                prefer(&mut access, entry);
                entry.url.clone()
            }
            None => reference.to_owned(),
        };
        return archive(settings, &url, &owner, &access, String::new());
    }
    let path = String::from_utf8_lossy(&url.path).into_owned();
    let Some((repository, chart)) = path.split_once('/') else {
        let shown = String::from_utf8_lossy(&url.to_bytes()).into_owned();
        bail!("non-absolute URLs should be in form of repo_name/path_to_chart, got: {shown}");
    };
    let entry = match file.get(repository) {
        None => bail!("repo {repository} not found"),
        Some(entry) if entry.url.is_empty() => bail!("no URL found for repository {repository}"),
        Some(entry) => entry,
    };
    check_url(settings, &entry.url)?;
    prefer(&mut access, entry);
    let index = cached_index(settings, entry)?;
    let found = pick(settings, &index, chart, version).map_err(|error| {
        let chart = quoted(chart);
        let name = &entry.name;
        anyhow!(
            "chart {chart} matching {version} not found in {name} index. (try 'helm repo update'): {error}"
        )
    })?;
    let Some(first) = found.urls().first() else {
        bail!("chart {} has no downloadable URLs", quoted(reference));
    };
    let address =
        resolve_url(&entry.url, first).map_err(|_| anyhow!("invalid chart URL format: {reference}"))?;
    let url = Url::parse(address.as_bytes())?;
    archive(settings, &url, &entry.url, &access, found.digest.clone())
}

/// The version of a chart that is meant, with a remark if it is only the nearest one.
fn pick<'i>(
    settings: &Settings,
    index: &'i Index,
    chart: &str,
    version: &str,
) -> Result<&'i ChartVersion, String> {
    let pick = index.pick(chart, version)?;
    if pick.is_substitute && settings.level.rules().major > 3 {
        settings.log_with(
            "WARN",
            "unable to find exact version requested; falling back to closest available version",
            &[("chart", chart), ("requested", version), ("selected", &pick.version.metadata.version)],
        );
    }
    Ok(pick.version)
}

/// The index of a repository that is cached.
pub(super) fn cached_index(settings: &Settings, entry: &RepositoryEntry) -> anyhow::Result<Index> {
    load_index(settings, &index_path(&settings.repository_cache, &entry.name))
        .map_err(|error| anyhow!("no cached repo found. (try 'helm repo update'): {error}"))
}

/// What a repository's entry says goes before what was typed.
fn prefer(access: &mut Access, entry: &RepositoryEntry) {
    let theirs = remote::of_entry(entry);
    if !(entry.cert_file.is_empty() && entry.key_file.is_empty() && entry.ca_file.is_empty()) {
        let insecure = access.tls.insecure;
        access.tls = theirs.tls;
        access.tls.insecure = insecure;
    }
    if !entry.username.is_empty() && !entry.password.is_empty() {
        access.username = theirs.username;
        access.password = theirs.password;
        access.pass_credentials = theirs.pass_credentials;
    }
}

/// The repository whose index names an address.
fn owner_of<'f>(
    settings: &Settings,
    address: &str,
    file: &'f RepositoryFile,
) -> anyhow::Result<Option<&'f RepositoryEntry>> {
    for entry in &file.repositories {
        check_url(settings, &entry.url)?;
        let index = cached_index(settings, entry)?;
        let mut all = index.entries.values().flatten().flat_map(ChartVersion::urls);
        if all.any(|url| same_url(address, url)) {
            return Ok(Some(entry));
        }
    }
    Ok(None)
}

fn archive(
    settings: &Settings,
    url: &Url,
    owner: &str,
    access: &Access,
    digest: String,
) -> anyhow::Result<Archive> {
    remote::check_scheme(settings, &url.scheme).map_err(anyhow::Error::msg)?;
    let address = String::from_utf8_lossy(&url.to_bytes()).into_owned();
    let request = remote::request(settings, &address, owner, access, TIMEOUT).accepting(ARCHIVE);
    let file_name = String::from_utf8_lossy(path::base(&url.path)).into_owned();
    Ok(Archive { source: Source::Http(request), digest, file_name })
}

/// The address of a chart in the repository at an address.
///
/// # Errors
/// There is none, in Helm's words.
pub(super) fn find_in(
    settings: &Settings,
    repository: &str,
    chart: &str,
    version: &str,
    access: &Access,
) -> anyhow::Result<String> {
    check_url(settings, repository)?;
    // Helm keeps the index there for a moment.
    let _ = fs::create_dir_all(paths::cache("repository"));
    let request = resolve_url(repository, "index.yaml").and_then(|url| {
        repositories::fetch(settings, &remote::request(settings, &url, repository, access, TIMEOUT))
    });
    let index = request.map_err(|error| {
        let shown = quoted(repository);
        anyhow!("looks like {shown} is not a valid chart repository or cannot be reached: {error}")
    })?;
    let mut what = format!("chart {}", quoted(chart));
    if !version.is_empty() {
        what = format!("{what} version {}", quoted(version));
    }
    let found = pick(settings, &index, chart, version)
        .map_err(|_| anyhow!("{what} not found in {repository} repository"))?;
    let Some(first) = found.urls().first() else { bail!("{what} has no downloadable URLs") };
    resolve_url(repository, first).map_err(|error| anyhow!("failed to make chart URL absolute: {error}"))
}

/// Where the archive is kept by its digest, from where it is taken if it is there. With a keyring its signature is checked.
///
/// # Errors
/// It cannot be got, or is not signed as it should be, in Helm's words.
pub(super) fn to_cache(
    settings: &Settings,
    archive: &Archive,
    keyring: Option<&str>,
) -> anyhow::Result<PathBuf> {
    let known = decoded(&archive.digest).map_err(|error| match error.strip_prefix("encoding/hex") {
        Some(_) => anyhow!("unable to decode digest: {error}"),
        None => anyhow!(error),
    })?;
    let found = known.as_ref().map(|digest| content_path(settings, digest, "chart"));
    let path = if let Some(path) = found.filter(|path| is_filled(path)) {
        path
    } else {
        let bytes = archive.get(settings, Part::Archive).map_err(anyhow::Error::msg)?;
        let path = content_path(settings, &known.unwrap_or_else(|| hex(&bytes)), "chart");
        keep(&path, &bytes)?;
        path
    };
    let Some(keyring) = keyring else { return Ok(path) };
    let statement = path.with_extension("prov");
    if !is_filled(&statement) {
        keep(&statement, &signature(settings, archive)?)?;
    }
    // The statement is about a file of the archive's own name.
    let copy = settings.content_cache.join(archive.name()?);
    let shown = copy.display().to_string();
    fs::copy(&path, &copy).map_err(|error| anyhow!("open {shown}: {}", reason(&error)))?;
    let checked = verify::check(&shown, &statement.display().to_string(), keyring, settings.level);
    let _ = fs::remove_file(&copy);
    checked.map(|_| path)
}

/// What is cached under a digest, if it is what the digest says.
pub(super) fn kept(settings: &Settings, digest: &str) -> Option<Vec<u8>> {
    let digits = decoded(digest).ok()??;
    let bytes = fs::read(content_path(settings, &digits, "chart")).ok()?;
    (hex(&bytes) == digits).then_some(bytes)
}

/// Caches an archive under its digest.
///
/// # Errors
/// It cannot be written.
pub(super) fn keep_by_digest(settings: &Settings, digits: &str, bytes: &[u8]) -> anyhow::Result<()> {
    keep(&content_path(settings, digits, "chart"), bytes)
}

/// Writes a file of the cache.
fn keep(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let failed = |error: &std::io::Error| anyhow!("open {}: {}", path.display(), reason(error));
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    }
    beside::write(path, bytes).map_err(|error| failed(&error))
}

/// The signed statement about an archive.
fn signature(settings: &Settings, archive: &Archive) -> anyhow::Result<Vec<u8>> {
    archive
        .get(settings, Part::Provenance)
        .map_err(|_| anyhow!("failed to fetch provenance {}", quoted(archive.statement_url())))
}

/// Checks the signature of an archive in a folder, where its statement is written too: what is to be said of it.
///
/// # Errors
/// There is no statement, or it is not what it should be, in Helm's words.
pub(super) fn verified(
    settings: &Settings,
    archive: &Archive,
    path: &Path,
    keyring: &str,
) -> anyhow::Result<String> {
    if provenance(settings, archive, path)?.is_err() {
        bail!("failed to fetch provenance {}", quoted(archive.statement_url()));
    }
    let shown = path.display().to_string();
    verify::check(&shown, &format!("{shown}.prov"), keyring, settings.level)
}

/// Writes the archive into a folder: where it is then. What is cached by its digest is not fetched.
///
/// # Errors
/// It cannot be got or written, in Helm's words.
pub(super) fn to_folder(settings: &Settings, archive: &Archive, folder: &Path) -> anyhow::Result<PathBuf> {
    let path = folder.join(archive.name()?);
    let bytes = match cached(settings, archive, "chart")? {
        Some(bytes) => bytes,
        None => archive.get(settings, Part::Archive).map_err(anyhow::Error::msg)?,
    };
    beside::write(&path, &bytes).map_err(|error| anyhow!("open {}: {}", path.display(), reason(&error)))?;
    Ok(path)
}

/// Writes the provenance beside an archive; if there is none, the reason is given back.
///
/// # Errors
/// It cannot be written.
pub(super) fn provenance(
    settings: &Settings,
    archive: &Archive,
    beside: &Path,
) -> anyhow::Result<Result<(), String>> {
    let bytes = if let Some(bytes) = cached(settings, archive, "prov")? {
        bytes
    } else {
        match archive.get(settings, Part::Provenance) {
            Ok(bytes) => bytes,
            Err(problem) => return Ok(Err(problem)),
        }
    };
    let path = PathBuf::from(format!("{}.prov", beside.display()));
    beside::write(&path, &bytes).map_err(|error| anyhow!("open {}: {}", path.display(), reason(&error)))?;
    Ok(Ok(()))
}

/// What is cached under the archive's digest. Older ones have no such cache.
fn cached(settings: &Settings, archive: &Archive, kind: &str) -> anyhow::Result<Option<Vec<u8>>> {
    if settings.level.rules().major == 3 {
        return Ok(None);
    }
    let Some(digest) = decoded(&archive.digest).map_err(anyhow::Error::msg)? else { return Ok(None) };
    let path = content_path(settings, &digest, kind);
    Ok(if is_filled(&path) { fs::read(&path).ok() } else { None })
}

/// Whether there is a file with anything in it.
fn is_filled(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() > 0)
}

fn content_path(settings: &Settings, digest: &str, kind: &str) -> PathBuf {
    settings.content_cache.join(&digest[..2]).join(format!("{digest}.{kind}"))
}

/// The digits of a digest in small letters; nothing if there is no digest.
fn decoded(digest: &str) -> Result<Option<String>, String> {
    const DIGITS: usize = 64;
    let digits = digest.split_once(':').map_or(digest, |(_, digits)| digits);
    if let Some(bad) = digits.bytes().find(|byte| !byte.is_ascii_hexdigit()) {
        let shown = String::from_utf8_lossy(&longshore_go::strconv::quote_rune(char::from(bad))).into_owned();
        return Err(format!("encoding/hex: invalid byte: U+{bad:04X} {shown}"));
    }
    match digits.len() {
        0 if digest.is_empty() => Ok(None),
        length if length % 2 == 1 => Err(String::from("encoding/hex: odd length hex string")),
        DIGITS => Ok(Some(digits.to_ascii_lowercase())),
        length => Err(format!("invalid digest length: {}", length / 2)),
    }
}
