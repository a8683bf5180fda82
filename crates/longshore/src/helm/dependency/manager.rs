//! Fetching what a chart depends on: the steps of `build` and `update`.
//!
//! Rules: <https://github.com/helm/helm/blob/v4.3.1/pkg/downloader/manager.go>.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{anyhow, bail};
use longshore_chart::metadata::{Dependency, Lock};
use longshore_chart::repository::{RepositoryEntry, lock_digest, lock_digest_v2};
use longshore_chart::{Chart, values};
use longshore_source::TIMEOUT;
use longshore_yaml::sigs;

use super::super::locate::{quoted, reason};
use super::super::repo::check_url;
use super::super::repositories::{load_or_empty, same_url};
use super::super::{Settings, beside, locate, now, package, print, repositories, say};
use super::{fetch, names, settle};

/// What the names of repositories that have none begin with.
pub(super) const NAMELESS: &str = "helm-manager-";

/// Whether fetched archives must be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Signatures {
    Ignored,
    /// Those that are there must be right.
    IfThere,
    Needed,
}

/// What fetches the charts that a chart depends on.
pub(in super::super) struct Manager<'s> {
    pub(super) settings: &'s Settings,
    /// The chart's folder.
    pub(super) path: PathBuf,
    pub(super) keyring: &'s str,
    pub(super) signatures: Signatures,
    /// Indexes are used as they are cached.
    pub(super) skips_refresh: bool,
    /// Nothing is printed.
    pub(in super::super) is_silent: bool,
    /// What registries give is told aside, because what is printed is something else.
    pub(in super::super) is_aside: bool,
    /// The age that archives of charts from here are given.
    pub(super) fixed_age: Option<u64>,
}

impl<'s> Manager<'s> {
    /// A manager for the chart in a folder.
    ///
    /// # Errors
    /// SOURCE_DATE_EPOCH is no time.
    pub(in super::super) fn new(
        settings: &'s Settings,
        path: PathBuf,
        keyring: &'s str,
        signatures: Signatures,
    ) -> anyhow::Result<Self> {
        // Older ones do not know it.
        let fixed_age = if settings.level.rules().major == 3 { None } else { package::fixed_age()? };
        Ok(Self {
            settings,
            path,
            keyring,
            signatures,
            skips_refresh: false,
            is_silent: false,
            is_aside: false,
            fixed_age,
        })
    }

    /// Fetches what the lock says; without a lock, what Chart.yaml allows.
    pub(super) fn build(&self) -> anyhow::Result<()> {
        let chart = self.load()?;
        let Some(lock) = chart.lock() else { return self.update() };
        let is_v1 = chart.metadata().api_version == "v1";
        let mut asked = chart.metadata().dependencies.clone();
        // Helm 2 did not know where a name leads to.
        let old_digest = lock_digest_v2(asked.as_deref());
        names::resolve(self, asked.as_deref_mut().unwrap_or_default())?;
        if lock_digest(asked.as_deref(), &lock.dependencies) != lock.digest {
            if !is_v1 {
                bail!(
                    "the lock file (Chart.lock) is out of sync with the dependencies file (Chart.yaml). Please update the dependencies{}",
                    if self.settings.level.rules().major == 3 {
                        ""
                    } else {
                        " with 'helm dependency update'"
                    }
                );
            }
            let text = "warning: a valid Helm v3 hash was not found. Checking against Helm v2 hash...";
            match self.settings.level.rules().major {
                3 => say(&format!("manager.go:122: {text}")),
                _ => self.settings.log("INFO", text),
            }
            if old_digest != lock.digest {
                bail!(
                    "the lock file (requirements.lock) is out of sync with the dependencies file (requirements.yaml). Please update the dependencies"
                );
            }
        }
        self.check_repositories(&lock.dependencies)?;
        if !self.skips_refresh {
            self.refresh()?;
        }
        fetch::all(self, &mut lock.dependencies.clone())
    }

    /// Fetches the newest charts that Chart.yaml allows, and locks their versions.
    pub(in super::super) fn update(&self) -> anyhow::Result<()> {
        let chart = self.load()?;
        let Some(mut asked) = chart.metadata().dependencies.clone() else { return Ok(()) };
        let mut names = names::resolve(self, &mut asked)?;
        self.refresh_nameless(&mut names, &asked)?;
        if !self.skips_refresh {
            self.refresh()?;
        }
        let mut locked = settle::versions(self, &asked, &names)?;
        fetch::all(self, &mut locked)?;
        let digest = lock_digest(Some(&asked), &locked);
        if chart.lock().is_some_and(|old| old.digest == digest) {
            return Ok(());
        }
        let lock = Lock { generated: now(), digest, dependencies: locked };
        write_lock(&self.path, &lock, chart.metadata().api_version == "v1")
    }

    fn load(&self) -> anyhow::Result<Chart> {
        let shown = self.path.display();
        match fs::metadata(&self.path) {
            Err(error) => bail!("could not find {shown}: stat {shown}: {}", reason(&error)),
            Ok(metadata) if !metadata.is_dir() => bail!("only unpacked charts can be updated"),
            Ok(_) => locate::load(&self.path, self.settings.level),
        }
    }

    /// Prints, unless this is done on the side.
    pub(super) fn tell(&self, text: &str) -> anyhow::Result<()> {
        if self.is_silent { Ok(()) } else { print(text) }
    }

    /// Refuses repositories that nobody has given a name.
    fn check_repositories(&self, all: &[Dependency]) -> anyhow::Result<()> {
        let file = load_or_empty(self.settings)?;
        let is_missing = |dependency: &&Dependency| {
            let url = dependency.repository.as_str();
            let plain = url.strip_suffix('/').unwrap_or(url);
            let is_elsewhere = url.is_empty() || url.starts_with("file://") || url.starts_with("oci://");
            let is_known = || file.repositories.iter().any(|entry| same_url(&entry.url, plain));
            !is_elsewhere && !is_known()
        };
        let missing: Vec<&str> = all.iter().filter(is_missing).map(|one| one.repository.as_str()).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let missing = missing.join(", ");
        bail!("no repository definition for {missing}. Please add the missing repos via 'helm repo add'")
    }

    /// Fetches the indexes of all repositories that have a name.
    fn refresh(&self) -> anyhow::Result<()> {
        let file = load_or_empty(self.settings)?;
        if file.repositories.is_empty() {
            return Ok(());
        }
        self.tell("Hang tight while we grab the latest from your chart repositories...\n")?;
        self.fetch_indexes(&file.repositories)?;
        self.tell("Update Complete. ⎈Happy Helming!⎈\n")
    }

    /// Names the repositories that nobody has named, and fetches their indexes.
    fn refresh_nameless(&self, names: &mut names::Names, asked: &[Dependency]) -> anyhow::Result<()> {
        let mut entries = Vec::new();
        for dependency in asked.iter().filter(|dependency| !dependency.repository.is_empty()) {
            if names.contains_key(&dependency.name) {
                continue;
            }
            let url = dependency.repository.clone();
            let name = format!("{NAMELESS}{}", longshore_chart::repository::hex(url.as_bytes()));
            names.insert(dependency.name.clone(), name.clone());
            entries.push(RepositoryEntry { name, url, ..RepositoryEntry::default() });
        }
        if self.skips_refresh || entries.is_empty() {
            return Ok(());
        }
        self.tell("Getting updates for unmanaged Helm repositories...\n")?;
        self.fetch_indexes(&entries)
    }

    /// Fetches indexes and tells of each how it went: a repository that cannot be reached may not be needed.
    fn fetch_indexes(&self, entries: &[RepositoryEntry]) -> anyhow::Result<()> {
        let mut once: Vec<&RepositoryEntry> = Vec::new();
        let plain = |entry: &RepositoryEntry| entry.url.strip_suffix('/').unwrap_or(&entry.url).to_owned();
        for entry in entries {
            match once.iter_mut().find(|known| plain(known) == plain(entry)) {
                Some(known) if self.settings.level.rules().major > 3 => *known = entry,
                _ => once.push(entry),
            }
        }
        once.iter().try_for_each(|entry| check_url(self.settings, &entry.url))?;
        let fetched = repositories::update(self.settings, &once, &self.settings.repository_cache, TIMEOUT);
        for (entry, fetched) in once.iter().zip(fetched) {
            let (name, url) = (quoted(&entry.name), &entry.url);
            let is_nameless = entry.name.starts_with(NAMELESS);
            let shown = if is_nameless { quoted(url) } else { name };
            let address = if is_nameless { String::new() } else { format!(" ({url})") };
            self.tell(&match fetched {
                Ok(_) => format!("...Successfully got an update from the {shown} chart repository\n"),
                Err(why) => {
                    format!(
                        "...Unable to get an update from the {shown} chart repository{address}:\n\t{why}\n"
                    )
                }
            })?;
        }
        Ok(())
    }

    /// The age that an archive made now is given.
    pub(super) fn age(&self) -> u64 {
        let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs());
        self.fixed_age.unwrap_or_else(now)
    }
}

/// Writes the lock beside Chart.yaml.
fn write_lock(folder: &Path, lock: &Lock, is_v1: bool) -> anyhow::Result<()> {
    let name = if is_v1 { "requirements.lock" } else { "Chart.lock" };
    let path = folder.join(name);
    if let Ok(to) = fs::read_link(&path) {
        bail!("the {name} file is a symlink to {}", quoted(to.as_os_str().as_encoded_bytes()));
    }
    let yaml = sigs::marshal(&values::from_json(&lock.to_json())).map_err(|error| anyhow!("{error}"))?;
    beside::write(&path, &yaml).map_err(|error| anyhow!("open {}: {}", path.display(), reason(&error)))
}
