//! Plugins from git repositories: a copy is kept in Helm's cache, and the plugin is a copy of that.
//!
//! Rules: <https://github.com/helm/helm/blob/v4.3.1/internal/plugin/installer/vcs_installer.go>.

use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use longshore_go::path;
use longshore_go::semver::{Constraint, Version};
use longshore_source::vcs::{Repository, VcsError, cache_key};

use super::install::{check_place, usable};
use super::manifest::{FILE, Plugin};
use super::run;
use crate::cobra::Matches;
use crate::helm::locate::{logged, quoted, reason};
use crate::helm::{Settings, paths, print, say};

/// Installs a plugin from a repository: its newest state, or the version that is wanted.
///
/// # Errors
/// It is not a repository, or none of a plugin, in Helm's words.
pub(super) fn install(source: &str, settings: &Settings, matches: &Matches) -> anyhow::Result<Plugin> {
    let is_old = settings.level.rules().major == 3;
    let repository = cache_key(source).and_then(|key| {
        let cached = PathBuf::from(paths::cache("plugins")).join(key);
        Repository::new(source, &cached).map_err(|error| error.to_string())
    });
    let repository = repository.map_err(|problem| {
        if is_old {
            return anyhow!(problem);
        }
        let shown = quoted(source);
        anyhow!(
            "cannot get information about plugin source {shown} (if it's a local directory, does it exist?), last error was: {problem}"
        )
    })?;
    if !is_old {
        if matches.is_on("verify") {
            bail!("plugin source does not support verification. Use --verify=false to skip verification");
        }
        print("WARNING: Skipping plugin signature verification\n")?;
    }
    let place = place(source);
    check_place(&place, settings)?;
    repository.sync()?;
    if let Some(reference) = wanted(&repository, matches.text("version"))? {
        repository.check_out(&reference)?;
    }
    check_is_plugin(&repository)?;
    let part = place.with_file_name(format!(".{}", std::process::id()));
    let copied = copy(repository.folder(), &part).and_then(|()| {
        std::fs::rename(&part, &place)
            .map_err(|error| anyhow!("rename {}: {}", place.display(), reason(&error)))
    });
    if let Err(error) = copied {
        let _ = std::fs::remove_dir_all(&part);
        return Err(error);
    }
    usable(&place, settings)
}

/// The folder of a plugin from a repository: what is behind the last slash, an end like `.git` included.
fn place(source: &str) -> PathBuf {
    folder().join(String::from_utf8_lossy(path::base(source.as_bytes())).into_owned())
}

/// The folder of plugins that do not come from here; what `HELM_PLUGINS` says is one folder.
pub(super) fn folder() -> PathBuf {
    let folder = std::env::var_os("HELM_PLUGINS").filter(|value| !value.is_empty());
    folder.unwrap_or_else(|| paths::data("plugins").into()).into()
}

/// What is to be checked out: a reference as it is, else the newest tag that a constraint allows.
fn wanted(repository: &Repository, version: &str) -> anyhow::Result<Option<String>> {
    if version.is_empty() {
        return Ok(None);
    }
    if repository.is_reference(version) {
        return Ok(Some(version.to_owned()));
    }
    let constraint = Constraint::parse(version.as_bytes())?;
    let tags = repository.tags()?;
    let versions = tags.iter().filter_map(|tag| Some((Version::parse(tag.as_bytes()).ok()?, tag)));
    let allowed = versions.filter(|(version, _)| constraint.check(version));
    let newest = allowed.max_by(|(one, _), (other, _)| one.cmp(other));
    let Some((_, tag)) = newest else {
        let (version, remote) = (quoted(version), quoted(repository.remote()));
        bail!("requested version {version} does not exist for plugin {remote}");
    };
    Ok(Some(tag.clone()))
}

fn check_is_plugin(repository: &Repository) -> anyhow::Result<()> {
    if repository.folder().join(FILE).exists() {
        Ok(())
    } else {
        bail!("plugin metadata (plugin.yaml) missing")
    }
}

/// Copies a folder with all that is in it; links stay links.
fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    let failed =
        |path: &Path, error: &std::io::Error| anyhow!("copying {}: {}", path.display(), reason(error));
    std::fs::create_dir_all(to).map_err(|error| failed(to, &error))?;
    for entry in std::fs::read_dir(from).map_err(|error| failed(from, &error))? {
        let entry = entry.map_err(|error| failed(from, &error))?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().map_err(|error| failed(&from, &error))?;
        if kind.is_dir() {
            copy(&from, &to)?;
        } else if kind.is_symlink() {
            let target = std::fs::read_link(&from).map_err(|error| failed(&from, &error))?;
            super::install::link(&target, &to).map_err(|error| failed(&from, &error))?;
        } else {
            std::fs::copy(&from, &to).map_err(|error| failed(&from, &error))?;
        }
    }
    Ok(())
}

/// Brings a plugin that is a copy of a repository up to date.
///
/// # Errors
/// It is no such copy, was changed, or the repository cannot be reached, in Helm's words.
pub(super) fn update(plugin: &Plugin, settings: &Settings) -> anyhow::Result<()> {
    let is_old = settings.level.rules().major == 3;
    let folder = plugin.dir.canonicalize()?;
    let repository = Repository::new("", &folder).map_err(|error| match error {
        VcsError::Unknown => {
            if !is_old {
                say(&format!(
                    "level=WARN msg=\"cannot get information about plugin source\" location={} error=\"{error}\"",
                    logged(&folder.display().to_string())
                ));
            }
            anyhow!("cannot get information about plugin source")
        }
        error => anyhow!(error),
    })?;
    let place = place(repository.remote());
    if let Err(error) = std::fs::metadata(&place) {
        if !is_old {
            let (shown, reason) = (place.display().to_string(), reason(&error));
            let error = format!("stat {shown}: {reason}");
            settings.log_with("WARN", "plugin does not exist", &[("path", &shown), ("error", &error)]);
        }
        bail!("plugin does not exist");
    }
    if repository.is_changed() {
        bail!("plugin repo was modified");
    }
    repository.update()?;
    check_is_plugin(&repository)?;
    let plugin = super::manifest::load(&place, settings.level).map_err(anyhow::Error::msg)?;
    run::hook(&plugin, "update", settings).map_err(anyhow::Error::msg)
}
