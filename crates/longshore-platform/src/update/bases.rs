//! What kustomizations name elsewhere in a new lock: the commits of repositories, the digests of files, and which charts
//! they inflate. To know what they name, also what is named by what they name, they are built.

use std::collections::{BTreeMap, BTreeSet};

use longshore_diag::{Diagnostic, Place};
use serde::Serialize;

use crate::kustomize::{Purpose, Taken, taken};
use crate::project::{Lock, LockedBase, LockedFile, ReleaseSpec, WantedBase, WantedChart, WantedFile};
use crate::selection::Selection;
use crate::source::named;

/// What becomes of one repository.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BaseChange {
    /// What is wanted.
    #[serde(flatten)]
    pub wanted: WantedBase,
    /// Releases whose kustomizations build on it.
    pub releases: Vec<String>,
    /// What was locked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<LockedBase>,
    /// What is locked now; nothing if no release wants it any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<LockedBase>,
}

/// What becomes of one file.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileChange {
    /// What is wanted.
    #[serde(flatten)]
    pub wanted: WantedFile,
    /// Releases whose kustomizations read it.
    pub releases: Vec<String>,
    /// The digest that was locked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// The digest that is locked now; nothing if no release wants it any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<LockedFile>,
}

/// Names of releases.
type Users = BTreeSet<String>;

/// What the kustomizations of all releases take from elsewhere.
#[derive(Default)]
pub(super) struct Gathered {
    bases: BTreeMap<WantedBase, (LockedBase, Users)>,
    files: BTreeMap<WantedFile, (LockedFile, Users)>,
    /// The charts that are inflated, by which releases, and where their kustomizations are named.
    pub(super) charts: BTreeMap<WantedChart, BTreeMap<String, Place>>,
}

impl Gathered {
    /// Builds the kustomizations of all releases. Those that are named (all without a name) are resolved anew, others as
    /// the lock before says; what both want is what the former got.
    ///
    /// # Errors
    /// A kustomization does not build, or something cannot be got.
    pub(super) fn new(
        selections: &[Selection],
        before: &Lock,
        releases: &[String],
    ) -> Result<Self, Diagnostic> {
        let mut gathered = Self::default();
        let is_meant = |release: &ReleaseSpec| releases.is_empty() || releases.contains(&release.name);
        for meant in [true, false] {
            for selection in selections {
                let with_kustomization =
                    |release: &&ReleaseSpec| release.kustomize.is_some() && is_meant(release) == meant;
                for release in selection.all_wanted().filter(with_kustomization) {
                    let known = gathered.known(before, meant);
                    let taken = taken(&selection.with_lock(&known), release, Purpose::Update);
                    gathered.add(taken.map_err(|error| named(error, release))?, release);
                }
            }
        }
        Ok(gathered)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bases.is_empty() && self.files.is_empty() && self.charts.is_empty()
    }

    /// A lock of what was found already, over that before for releases that are not meant.
    fn known(&self, before: &Lock, meant: bool) -> Lock {
        let mut lock = if meant { Lock::default() } else { before.clone() };
        lock.file.clone_from(&before.file);
        lock.bases.retain(|base| !self.bases.contains_key(&base.wanted));
        lock.bases.extend(self.bases.values().map(|(base, _)| base.clone()));
        lock.files.retain(|file| !self.files.contains_key(&file.wanted));
        lock.files.extend(self.files.values().map(|(file, _)| file.clone()));
        lock
    }

    fn add(&mut self, taken: Taken, release: &ReleaseSpec) {
        let name = &release.name;
        for base in taken.bases {
            let Some(entry) = base.entry else { continue };
            self.bases.entry(base.wanted).or_insert((entry, Users::new())).1.insert(name.clone());
        }
        for file in taken.files {
            let wanted = file.entry.wanted.clone();
            self.files.entry(wanted).or_insert((file.entry, Users::new())).1.insert(name.clone());
        }
        let place = release.kustomize.as_ref().map_or(&release.place, |spec| &spec.path.place);
        for wanted in taken.charts {
            self.charts.entry(wanted).or_default().insert(name.clone(), place.clone());
        }
    }

    /// What becomes of each repository.
    pub(super) fn base_changes(&self, before: &Lock) -> Vec<BaseChange> {
        let mut changes: Vec<BaseChange> = Vec::new();
        for (wanted, (new, users)) in &self.bases {
            let (releases, old) = (users.iter().cloned().collect(), before.base(wanted).cloned());
            changes.push(BaseChange { wanted: wanted.clone(), releases, old, new: Some(new.clone()) });
        }
        for gone in before.bases.iter().filter(|old| !self.bases.contains_key(&old.wanted)) {
            let (wanted, old) = (gone.wanted.clone(), Some(gone.clone()));
            changes.push(BaseChange { wanted, releases: Vec::new(), old, new: None });
        }
        changes.sort_by(|a, b| a.wanted.cmp(&b.wanted));
        changes
    }

    /// What becomes of each file.
    pub(super) fn file_changes(&self, before: &Lock) -> Vec<FileChange> {
        let mut changes: Vec<FileChange> = Vec::new();
        for (wanted, (new, users)) in &self.files {
            let old = before.file(wanted).map(|file| file.digest.clone());
            let releases = users.iter().cloned().collect();
            changes.push(FileChange { wanted: wanted.clone(), releases, old, new: Some(new.clone()) });
        }
        for gone in before.files.iter().filter(|old| !self.files.contains_key(&old.wanted)) {
            let (wanted, old) = (gone.wanted.clone(), Some(gone.digest.clone()));
            changes.push(FileChange { wanted, releases: Vec::new(), old, new: None });
        }
        changes.sort_by(|a, b| a.wanted.cmp(&b.wanted));
        changes
    }
}

/// Releases for which something that was locked is another thing now.
pub(super) fn touched<'c>(
    bases: &'c [BaseChange],
    files: &'c [FileChange],
) -> impl Iterator<Item = String> + 'c {
    let bases = bases.iter().filter(|change| change.old.is_some() && change.old != change.new);
    let files = files.iter().filter(|change| {
        change.old.is_some() && change.old.as_ref() != change.new.as_ref().map(|file| &file.digest)
    });
    let of_bases = bases.flat_map(|change| change.releases.iter().cloned());
    of_bases.chain(files.flat_map(|change| change.releases.iter().cloned()))
}
