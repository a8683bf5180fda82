//! Finding the chart that an argument means, and the files that values name.

pub(super) use longshore_go::os::reason;
pub(super) use longshore_go::strconv::quoted;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use longshore_chart::{Chart, Engine, Error, Level, values};
use longshore_go::url::Url;
use longshore_go::{Map, strconv};
use longshore_platform::{OpenError, open_chart};
use longshore_source::Get;

use super::registry::Out;
use super::settings::tell_all;
use super::{Settings, download, paths, registry, remote, say, verify};
use crate::cobra::Matches;

/// Where the chart lies that is meant: here, or where it was fetched to.
///
/// # Errors
/// There is none, in Helm's words.
pub(super) fn locate(name: &str, settings: &Settings, matches: &Matches) -> anyhow::Result<PathBuf> {
    // What these commands print is no place for where the chart came from.
    locate_telling(name, settings, matches, Out::Error)
}

/// The same, and where it came from told there.
pub(super) fn locate_telling(
    name: &str,
    settings: &Settings,
    matches: &Matches,
    out: Out,
) -> anyhow::Result<PathBuf> {
    let name = name.trim();
    let repository = matches.text("repo");
    let is_old = settings.level.rules().major == 3;
    if repository.is_empty() || is_old {
        let path = Path::new(name);
        if path.exists() {
            if !repository.is_empty() {
                let beside = [("chart", name), ("repository", repository)];
                let text = "local chart found in current working directory. repository url ignored";
                say(&line("install.go:759: WARN ", text, &beside));
            }
            if matches.is_on("verify") {
                let archive = absolute(name)?.display().to_string();
                let statement = format!("{archive}.prov");
                verify::check(&archive, &statement, matches.text("keyring"), settings.level)?;
            }
            return Ok(path.to_owned());
        }
        if path.is_absolute() || name.starts_with('.') {
            bail!("path {} not found", quoted(name));
        }
    }
    let version = wanted_version(matches);
    let version = version.trim();
    let mut access = remote::of_flags(matches);
    let mut name = name.to_owned();
    if !repository.is_empty() {
        let address = download::find_in(settings, repository, &name, version, &access)?;
        if !access.pass_credentials && !is_same_host(repository, &address, is_old)? {
            // The user is one of the repository, and not of where it keeps its charts.
            access.username.clear();
            access.password = secrecy::SecretString::default();
        }
        name = address;
    }
    let cache = &settings.repository_cache;
    std::fs::create_dir_all(cache)
        .map_err(|error| anyhow!("mkdir {}: {}", cache.display(), reason(&error)))?;
    let archive = download::resolve(settings, &name, version, access)?.told_on(out);
    let keyring = matches.is_on("verify").then(|| matches.text("keyring"));
    if !is_old {
        return download::to_cache(settings, &archive, keyring);
    }
    let path = download::to_folder(settings, &archive, cache)?;
    if let Some(keyring) = keyring {
        download::verified(settings, &archive, &path, keyring)?;
    }
    Ok(path)
}

/// The version that is asked for: any with `--devel`.
pub(super) fn wanted_version(matches: &Matches) -> String {
    match matches.text("version") {
        "" if matches.is_on("devel") => String::from(">0.0.0-0"),
        version => version.to_owned(),
    }
}

/// Whether two addresses are of the same host; older ones do not know the usual ports.
fn is_same_host(a: &str, b: &str, is_old: bool) -> anyhow::Result<bool> {
    let (a, b) = (Url::parse(a.as_bytes())?, Url::parse(b.as_bytes())?);
    if is_old {
        return Ok(a.scheme == b.scheme && a.host == b.host);
    }
    let port = |url: &Url| {
        let usual: &[u8] = if url.scheme == b"https" { b"443" } else { b"80" };
        url.port().unwrap_or(usual).to_vec()
    };
    Ok(a.scheme == b.scheme && a.hostname() == b.hostname() && port(&a) == port(&b))
}

/// Opens it.
pub(super) fn open(path: &Path, level: Level) -> anyhow::Result<Chart> {
    open_as(path, &std::path::absolute(path)?, level)
}

/// Opens it; what is no archive is complained about by the name `shown`.
pub(super) fn open_as(path: &Path, shown: &Path, level: Level) -> anyhow::Result<Chart> {
    if let Err(error) = std::fs::metadata(path) {
        bail!("stat {}: {}", path.display(), reason(&error));
    }
    if path.is_file() {
        check_archive(path, shown)?;
    }
    load(path, level)
}

/// Loads a chart without asking what kind of thing it is, and tells what there is to say of it.
pub(super) fn load(path: &Path, level: Level) -> anyhow::Result<Chart> {
    load_for(path, level, None)
}

/// The same for an engine that will render it, and can begin with the templates.
pub(super) fn load_for(path: &Path, level: Level, engine: Option<&Engine>) -> anyhow::Result<Chart> {
    let chart = load_telling(path, level, 1, engine)?;
    tell_all(chart.warnings(), level);
    Ok(chart)
}

/// Loads a chart and tells, as often as Helm loads it, of links in it, which may lead anywhere.
pub(super) fn load_telling(
    path: &Path,
    level: Level,
    times: usize,
    engine: Option<&Engine>,
) -> anyhow::Result<Chart> {
    let root = absolute(&path.to_string_lossy())?;
    let told = |links: &[PathBuf]| {
        for link in std::iter::repeat_n(links, times).flatten() {
            let link = root.join(link);
            let resolved = std::fs::canonicalize(&link).unwrap_or_default().display().to_string();
            let link = link.display().to_string();
            if level.rules().major == 3 {
                say(&format!(
                    "walk.go:75: found symbolic link in path: {link} resolves to {resolved}. Contents of linked file included and used"
                ));
                continue;
            }
            let text = "found symbolic link in path. Contents of linked file included and used";
            say(&line("level=INFO msg=", &logged(text), &[("path", &link), ("resolved", &resolved)]));
        }
    };
    open_chart(path, level, engine, told).map_err(|error| match error {
        OpenError::Chart(error) => anyhow!("{error}"),
        OpenError::Files(diagnostic) => {
            let file = diagnostic.place.as_ref().map(|place| PathBuf::from(&place.file));
            match file.and_then(|file| broken_link(&file)) {
                Some(problem) => anyhow!(problem),
                None => anyhow!("{}", diagnostic.message),
            }
        }
    })
}

/// What Helm says of a link that leads nowhere.
fn broken_link(path: &Path) -> Option<String> {
    let to = std::fs::read_link(path).ok().filter(|_| !path.exists())?;
    let folder = path.parent().unwrap_or(path).canonicalize().ok()?;
    let (link, to) = (absolute(&path.to_string_lossy()).ok()?, paths::clean(&folder.join(to)));
    let (link, to) = (link.display(), to.display());
    Some(format!("error evaluating symlink {link}: lstat {to}: no such file or directory"))
}

/// Refuses what is no archive, with what Go takes it for.
pub(super) fn check_archive(path: &Path, shown: &Path) -> anyhow::Result<()> {
    const SNIFFED: usize = 512;
    let mut start = Vec::new();
    let file =
        std::fs::File::open(path).map_err(|error| anyhow!("open {}: {}", path.display(), reason(&error)))?;
    file.take(SNIFFED as u64).read_to_end(&mut start)?;
    if start.starts_with(&[0x1F, 0x8B, 0x08]) {
        return Ok(());
    }
    let is_yaml = shown.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    let shown = shown.display();
    if is_yaml {
        bail!("file '{shown}' seems to be a YAML file, but expected a gzipped archive");
    }
    // A shorter file is looked at with zeros behind it.
    let is_text = |byte: &u8| matches!(byte, b'\t' | b'\n' | 0x0C | b'\r' | 0x1B | 0x20..);
    let kind = if start.starts_with(b"PK\x03\x04") {
        "application/zip"
    } else if start.len() == SNIFFED && start.iter().all(is_text) {
        "text/plain; charset=utf-8"
    } else {
        "application/octet-stream"
    };
    bail!("file '{shown}' does not appear to be a gzipped archive; got '{kind}'")
}

/// The values of all flags.
pub(super) fn user_values(settings: &Settings, matches: &Matches) -> anyhow::Result<Map> {
    let mut files = Vec::new();
    for name in matches.all("values") {
        files.push((name.clone(), read(settings, name).map_err(anyhow::Error::msg)?));
    }
    let sources = values::Sources {
        files,
        set_json: matches.all("set-json").to_vec(),
        set: matches.all("set").to_vec(),
        set_string: matches.all("set-string").to_vec(),
        set_file: matches.all("set-file").to_vec(),
        set_literal: matches.all("set-literal").to_vec(),
    };
    values::merge(&sources, settings.level, &mut |name| read(settings, name))
        .map_err(|error: Error| anyhow!("{error}"))
}

/// A file that values come from; `-` is standard input.
fn read(settings: &Settings, name: &str) -> Result<Vec<u8>, String> {
    if name.trim() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        return Ok(bytes);
    }
    let url = Url::parse(name.as_bytes()).map_err(|error| error.to_string())?;
    match url.scheme.as_slice() {
        b"oci" => return registry::file(settings, name),
        scheme if remote::can_get(settings, scheme) => return remote::get(settings, &Get::new(name)),
        _ => {}
    }
    std::fs::read(name).map_err(|error| format!("open {name}: {}", reason(&error)))
}

/// A line of a log: what stands before the text, the text, and what is said beside it.
pub(super) fn line(before: &str, text: &str, beside: &[(&str, &str)]) -> String {
    let mut line = [before, text].concat();
    for (name, value) in beside {
        line.extend([" ", name, "=", &logged(value)]);
    }
    line
}

/// A value as Go's log writes it: quoted only where it must be.
pub(super) fn logged(text: &str) -> String {
    let is_plain = |c: char| !matches!(c, ' ' | '"' | '=') && strconv::is_print(c);
    if !text.is_empty() && text.chars().all(is_plain) { text.to_owned() } else { quoted(text) }
}

/// The path from the root of the file system, without dots.
pub(super) fn absolute(name: &str) -> anyhow::Result<PathBuf> {
    let path = std::env::current_dir()?.join(name);
    let clean = longshore_go::path::clean(path.to_string_lossy().as_bytes());
    Ok(PathBuf::from(String::from_utf8_lossy(&clean).into_owned()))
}
