//! `helm plugin install`: from folders, which stay where they are, and from archives, also those of registries.

use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use longshore_source::{Access, Limits, oci, provenance, tarball};

use super::manifest::{self, FILE, Plugin};
use super::{find, package, run, vcs};
use crate::cobra::Matches;
use crate::helm::locate::reason;
use crate::helm::{Settings, beside, paths, print, registry, remote, say};

/// The ends of names of archives.
const ARCHIVES: [&str; 2] = [".tar.gz", ".tgz"];

/// A plugin's archive, and the signed statement beside it.
struct Archive {
    /// What its file is called.
    name: String,
    bytes: Vec<u8>,
    statement: Option<Vec<u8>>,
}

pub(super) fn install(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let source = matches.arguments.first().map_or("", String::as_str);
    let is_old = settings.level.rules().major == 3;
    let is_archive = ARCHIVES.iter().any(|end| source.ends_with(end));
    let plugin = if Path::new(source).exists() {
        if is_archive && !is_old {
            let place = folder(settings).join(stem(source.rsplit('/').next().unwrap_or(source)));
            from_archive(&place, &|| read(source), settings, matches)?
        } else {
            from_folder(source, settings)?
        }
    } else if is_archive && (source.starts_with("http://") || source.starts_with("https://")) {
        let place = folder(settings).join(stem(source.rsplit('/').next().unwrap_or(source)));
        from_archive(&place, &|| download(source, settings, matches), settings, matches)?
    } else if source.starts_with("oci://") && !is_old {
        from_registry(source, settings, matches)?
    } else {
        vcs::install(source, settings, matches)?
    };
    run::hook(&plugin, "install", settings).map_err(anyhow::Error::msg)?;
    print(&format!("Installed plugin: {}\n", plugin.name))
}

/// The folder that plugins are installed to: 4.x does not ask `HELM_PLUGINS`.
fn folder(settings: &Settings) -> PathBuf {
    let first = || find::folders().into_iter().next();
    match settings.level.rules().major {
        3 => first().unwrap_or_else(|| paths::data("plugins").into()),
        _ => paths::data("plugins").into(),
    }
}

/// Makes the folder of plugins, and refuses a plugin that is there.
pub(super) fn check_place(place: &Path, settings: &Settings) -> anyhow::Result<()> {
    if let Some(above) = place.parent() {
        make_folder(above)?;
    }
    if place.symlink_metadata().is_ok() {
        if settings.level.rules().major > 3 {
            say(&format!("level=WARN msg=\"plugin already exists\" path={} error=<nil>", place.display()));
        }
        bail!("plugin already exists");
    }
    Ok(())
}

fn make_folder(path: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(path).map_err(|error| anyhow!("mkdir {}: {}", path.display(), reason(&error)))
}

/// Links to a folder.
fn from_folder(source: &str, settings: &Settings) -> anyhow::Result<Plugin> {
    let is_old = settings.level.rules().major == 3;
    if !is_old {
        print("Installing plugin from local directory (development mode)\n")?;
    }
    let target = paths::clean(&std::path::absolute(source)?);
    let place = folder(settings).join(target.file_name().unwrap_or_default());
    check_place(&place, settings)?;
    if !target.is_dir() {
        let detail = if is_old { "folder" } else { "directory (containing a file 'plugin.yaml')" };
        bail!("expected plugin to be a {detail}");
    }
    if !target.join(FILE).exists() {
        bail!("plugin metadata (plugin.yaml) missing");
    }
    link(&target, &place)
        .map_err(|error| anyhow!("symlink {} {}: {}", target.display(), place.display(), reason(&error)))?;
    usable(&place, settings)
}

#[cfg(unix)]
pub(super) fn link(target: &Path, place: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, place)
}

#[cfg(windows)]
pub(super) fn link(target: &Path, place: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_dir(target, place)
}

pub(super) fn usable(place: &Path, settings: &Settings) -> anyhow::Result<Plugin> {
    manifest::load(place, settings.level)
        .map_err(|problem| anyhow!("plugin is installed but unusable: {problem}"))
}

/// An archive that lies here.
fn read(source: &str) -> anyhow::Result<Archive> {
    let bytes = provenance::read(source).map_err(|fault| anyhow!("failed to read archive: {fault}"))?;
    let statement = provenance::read(&format!("{source}.prov")).ok();
    let name = Path::new(source).file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Archive { name, bytes, statement })
}

/// An archive over HTTP; whether there is a statement is only asked for if it will be checked.
fn download(source: &str, settings: &Settings, matches: &Matches) -> anyhow::Result<Archive> {
    let access = if settings.level.rules().major > 3 { remote::of_flags(matches) } else { Access::default() };
    let get = |url: &str| {
        remote::get(settings, &remote::request(settings, url, source, &access, longshore_source::TIMEOUT))
    };
    let bytes = get(source).map_err(anyhow::Error::msg)?;
    let statement = if matches.is_on("verify") { get(&format!("{source}.prov")).ok() } else { None };
    let name = source.rsplit('/').next().unwrap_or(source).to_owned();
    Ok(Archive { name, bytes, statement })
}

/// Unpacks an archive into a folder of its own. Everything is written beside and moved there when it is whole.
fn from_archive(
    place: &Path,
    fetch: &dyn Fn() -> anyhow::Result<Archive>,
    settings: &Settings,
    matches: &Matches,
) -> anyhow::Result<Plugin> {
    let is_old = settings.level.rules().major == 3;
    let verifies = !is_old && matches.is_on("verify");
    if verifies {
        print("Verifying plugin signature...\n")?;
    } else if !is_old {
        print("WARNING: Skipping plugin signature verification\n")?;
    }
    check_place(place, settings)?;
    let folder = folder(settings);
    make_folder(&folder)?;
    let archive = fetch()?;
    if verifies {
        let Some(statement) = archive.statement.as_ref().filter(|statement| !statement.is_empty()) else {
            bail!("plugin verification failed: no provenance file (.prov) found");
        };
        let checked = package::check(&archive.bytes, statement, &archive.name, matches, settings);
        print(&checked.map_err(|error| anyhow!("plugin verification failed: {error}"))?)?;
    }
    let (members, above, plugin) = opened(&archive.bytes, settings)?;
    let part = place.with_file_name(format!(".{}.{}", plugin.name, std::process::id()));
    let written = unpack_to(&part, &members, &above).and_then(|()| {
        std::fs::rename(&part, place)
            .map_err(|error| anyhow!("rename {}: {}", place.display(), reason(&error)))
    });
    if let Err(error) = written {
        let _ = std::fs::remove_dir_all(&part);
        return Err(error);
    }
    if !is_old {
        // Kept so that it can be told where it came from.
        let kept = folder.join(format!("{}-{}.tgz", plugin.name, plugin.version));
        let failed = |error: std::io::Error| anyhow!("failed to save tarball: {}", reason(&error));
        beside::write(&kept, &archive.bytes).map_err(failed)?;
        if let Some(statement) = &archive.statement {
            beside::write(&PathBuf::from(format!("{}.prov", kept.display())), statement).map_err(failed)?;
        }
    }
    usable(place, settings)
}

/// The members of an archive, the folder of it that is the plugin, and what the plugin says of itself.
fn opened(archive: &[u8], settings: &Settings) -> anyhow::Result<(Vec<tarball::Member>, String, Plugin)> {
    let failed = |problem: &dyn std::fmt::Display| {
        anyhow!("failed to extract plugin metadata from tarball: {problem}")
    };
    let members = tarball::unpack(archive, &Limits::default()).map_err(|problem| failed(&problem))?;
    let is_metadata = |member: &&tarball::Member| member.path.rsplit('/').next() == Some(FILE);
    let metadata =
        members.iter().find(is_metadata).and_then(|member| Some((&member.path, member.content.as_ref()?)));
    let Some((path, content)) = metadata else { return Err(failed(&"plugin.yaml not found in tarball")) };
    let plugin = manifest::read(content, settings.level).map_err(|problem| failed(&problem))?;
    // What lies above the metadata is the archive's own folder, if there is one.
    let above = path.strip_suffix(FILE).unwrap_or_default().to_owned();
    Ok((members, above, plugin))
}

/// Gets a plugin from a registry.
fn from_registry(source: &str, settings: &Settings, matches: &Matches) -> anyhow::Result<Plugin> {
    let name = oci::plugin_name(source).map_err(|error| anyhow!("invalid OCI reference: {error}"))?;
    let place = vcs::folder().join(name);
    let pulled = || {
        let registry = registry::plain(settings, &remote::of_flags(matches).tls, settings.plain_http)?;
        let got = registry.plugin(source)?;
        anyhow::Ok(got)
    };
    let get = || {
        let got = pulled().map_err(|error| anyhow!("failed to pull plugin from {source}: {error}"))?;
        let (.., plugin) = opened(&got.archive, settings)?;
        let name = format!("{}-{}.tgz", plugin.name, plugin.version);
        anyhow::Ok(Archive { name, bytes: got.archive, statement: got.statement })
    };
    let fetch = || {
        let verifies = matches.is_on("verify");
        let what = |error| anyhow!("failed to get verification data: {error}");
        get().map_err(|error| if verifies { what(error) } else { error })
    };
    from_archive(&place, &fetch, settings, matches)
}

/// Writes the members below `above`; what lies beside it is no part of the plugin.
fn unpack_to(folder: &Path, members: &[tarball::Member], above: &str) -> anyhow::Result<()> {
    make_folder(folder)?;
    for member in members {
        let Some(below) = member.path.strip_prefix(above).filter(|below| !below.is_empty()) else { continue };
        let path = folder.join(below);
        let Some(content) = &member.content else {
            make_folder(&path)?;
            continue;
        };
        if let Some(above) = path.parent() {
            make_folder(above)?;
        }
        let failed = |error: std::io::Error| anyhow!("open {}: {}", path.display(), reason(&error));
        std::fs::write(&path, content).map_err(failed)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::Permissions::from_mode(member.mode);
            std::fs::set_permissions(&path, mode).map_err(failed)?;
        }
    }
    Ok(())
}

/// The name of an archive without its end and version: `drift-1.2.0.tgz` is `drift`.
fn stem(name: &str) -> &str {
    let name = ARCHIVES.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    // The last hyphen behind which there are digits and a dot begins the version.
    let is_version = |rest: &str| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        digits > 0 && rest[digits..].starts_with('.')
    };
    let mut ends = name.rmatch_indices('-').map(|(at, _)| at).filter(|at| is_version(&name[at + 1..]));
    ends.next().map_or(name, |at| &name[..at])
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn versions_are_no_part_of_a_name() {
        for (name, expected) in [
            ("drift-1.2.0.tgz", "drift"),
            ("a-b-0.1.tar.gz", "a-b"),
            ("a-1.0.0-rc.1.tgz", "a"),
            ("a-b.tgz", "a-b"),
            ("a-1.tgz", "a-1"),
        ] {
            assert_eq!(stem(name), expected);
        }
    }
}
