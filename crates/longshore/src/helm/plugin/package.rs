//! `helm plugin package` and `verify`: archives of plugins, and who signed them.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{anyhow, bail};
use longshore_source::provenance::{self, Keyring};
use longshore_source::tarball::{self, Member};

use super::{manifest, statement};
use crate::cobra::Matches;
use crate::helm::locate::reason;
use crate::helm::{Settings, beside, paths, print, sign, verify};

/// Packs a plugin's folder.
pub(super) fn package(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let source = matches.arguments.first().map_or("", String::as_str);
    let path = Path::new(source);
    let metadata = std::fs::metadata(path).map_err(|error| anyhow!("stat {source}: {}", reason(&error)))?;
    if !metadata.is_dir() {
        bail!("plugin package only supports directories, not tarballs");
    }
    let plugin = manifest::load(path, settings.level)
        .map_err(|problem| anyhow!("invalid plugin directory: {problem}"))?;
    let folder = Path::new(matches.text("destination"));
    std::fs::create_dir_all(folder)
        .map_err(|error| anyhow!("mkdir {}: {}", folder.display(), reason(&error)))?;
    let keyring = matches
        .is_on("sign")
        .then(|| Keyring::open(matches.text("keyring"), verify::formats(settings.level)));
    let keyring = keyring.transpose().map_err(|fault| anyhow!("error reading from keyring: {fault}"))?;
    let signer = if let Some(keyring) = &keyring {
        if matches.text("key").is_empty() {
            bail!("private key not found");
        }
        Some(sign::signer(keyring, settings, matches, &mut sign::Passphrase::default())?)
    } else {
        print(
            "WARNING: Skipping plugin signing. This is not recommended for plugins intended for distribution.\n",
        )?;
        None
    };
    let mut members = vec![Member { path: plugin.name.clone(), mode: 0o755, content: None }];
    collect(path, &plugin.name, &mut members)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs());
    let archive =
        tarball::pack(&members, now).map_err(|error| anyhow!("failed to create plugin tarball: {error}"))?;
    let name = format!("{}-{}.tgz", plugin.name, plugin.version);
    let place = paths::clean(&folder.join(&name));
    let failed = |error: std::io::Error| {
        anyhow!("failed to create tarball: open {}: {}", place.display(), reason(&error))
    };
    if let Some(signer) = signer {
        let text = statement::describe(&plugin).map_err(anyhow::Error::msg)?;
        let statement = signer.clear_sign(&provenance::statement(&text, &archive, &name), verify::now());
        let statement = statement.map_err(|fault| anyhow!("failed to sign plugin: {fault}"))?;
        beside::write(&place, &archive).map_err(failed)?;
        let beside_it = format!("{}.prov", place.display());
        beside::write(Path::new(&beside_it), statement.as_bytes()).map_err(failed)?;
        print(&format!("Successfully signed. Signature written to: {beside_it}\n"))?;
    } else {
        beside::write(&place, &archive).map_err(failed)?;
    }
    print(&format!("Successfully packaged plugin and saved it to: {}\n", place.display()))
}

/// The files and folders below a folder, by name.
fn collect(folder: &Path, above: &str, members: &mut Vec<Member>) -> anyhow::Result<()> {
    let failed = |path: &Path, error: &std::io::Error| {
        anyhow!("failed to create plugin tarball: open {}: {}", path.display(), reason(error))
    };
    let entries = std::fs::read_dir(folder).map_err(|error| failed(folder, &error))?;
    let mut entries: Vec<_> = entries.collect::<Result<_, _>>().map_err(|error| failed(folder, &error))?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let below = format!("{above}/{}", entry.file_name().to_string_lossy());
        let metadata = path.symlink_metadata().map_err(|error| failed(&path, &error))?;
        if metadata.is_symlink() {
            bail!(
                "failed to create plugin tarball: {} is a link, which an archive of a plugin cannot hold",
                path.display()
            );
        }
        let mode = mode(&metadata);
        if metadata.is_dir() {
            members.push(Member { path: below.clone(), mode, content: None });
            collect(&path, &below, members)?;
        } else {
            let content = std::fs::read(&path).map_err(|error| failed(&path, &error))?;
            members.push(Member { path: below, mode, content: Some(content) });
        }
    }
    Ok(())
}

#[cfg(unix)]
fn mode(metadata: &std::fs::Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o777
}

#[cfg(not(unix))]
fn mode(metadata: &std::fs::Metadata) -> u32 {
    if metadata.is_dir() { 0o755 } else { 0o644 }
}

/// Checks an archive that lies here.
pub(super) fn verify(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let source = matches.arguments.first().map_or("", String::as_str);
    let metadata = std::fs::metadata(source).map_err(|error| anyhow!("stat {source}: {}", reason(&error)))?;
    if metadata.is_dir() {
        bail!("directory verification not supported - only plugin tarballs can be verified");
    }
    if ![".tgz", ".tar.gz"].iter().any(|end| source.ends_with(end)) {
        bail!("plugin file must be a gzipped tarball (.tar.gz or .tgz)");
    }
    let statement = format!("{source}.prov");
    if let Err(error) = std::fs::metadata(&statement) {
        bail!("could not find provenance file {statement}: stat {statement}: {}", reason(&error));
    }
    let bytes = provenance::read(source).map_err(|fault| anyhow!("failed to read plugin file: {fault}"))?;
    let statement =
        provenance::read(&statement).map_err(|fault| anyhow!("failed to read provenance file: {fault}"))?;
    let name = Path::new(source).file_name().unwrap_or_default().to_string_lossy();
    print(&check(&bytes, &statement, &name, matches, settings)?)
}

/// What is to be said of who signed an archive.
///
/// # Errors
/// It is not signed as it should be.
pub(super) fn check(
    archive: &[u8],
    statement: &[u8],
    name: &str,
    matches: &Matches,
    settings: &Settings,
) -> anyhow::Result<String> {
    let keyring = Keyring::open(matches.text("keyring"), verify::formats(settings.level))?;
    let verified = provenance::verify(archive, statement, name, &keyring, verify::now())?;
    let mut text = String::new();
    for name in verified.signer.names() {
        let _ = writeln!(text, "Signed by: {name}");
    }
    let _ = writeln!(text, "Using Key With Fingerprint: {}", verified.signer.fingerprint());
    let _ = writeln!(text, "Plugin Hash Verified: {}", verified.digest);
    Ok(text)
}
