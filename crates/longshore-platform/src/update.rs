//! Making the lock: which version of each chart elsewhere is the newest that is wanted, and what the other things are now
//! that are locked, over all environments.

mod bases;
mod images;

use std::collections::{BTreeMap, BTreeSet};

use longshore_chart::{Level, load};
use longshore_diag::{Diagnostic, Place};
use longshore_object::{Object, ObjectKey};
use longshore_release::{FieldChange, diff};
use serde::Serialize;

use crate::kustomize::Kustomizations;
use crate::locked::{digest, wanted};
use crate::platform::Platform;
use crate::project::{ChartSpec, Lock, LockedChart, Method, WantedChart};
use crate::render::RenderOptions;
use crate::selection::Selection;
use crate::source::named;
use crate::{charts, kustomize, vendor};
use bases::Gathered;
pub use bases::{BaseChange, FileChange};
pub use images::ImageChange;

/// What a new lock changes.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Update {
    /// The lock file.
    pub file: String,
    /// Each chart that the project wants or the lock had, in the lock's order.
    pub charts: Vec<ChartChange>,
    /// Each repository that a kustomization builds on or the lock had.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bases: Vec<BaseChange>,
    /// Each file behind a URL that a kustomization reads or the lock had.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileChange>,
    /// Each image that a release has or the lock had, if the project locks images.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<ImageChange>,
    /// What it changes in what is rendered, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rendered: Option<Vec<RenderedChange>>,
    /// Whether the file's bytes change.
    pub changed: bool,
    /// The new lock.
    #[serde(skip)]
    pub lock: Lock,
}

/// What becomes of one entry.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChartChange {
    /// What is wanted.
    #[serde(flatten)]
    pub wanted: WantedChart,
    /// Releases that want it.
    pub releases: Vec<String>,
    /// What was locked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<LockedChart>,
    /// What is locked now; nothing if no release wants it any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<LockedChart>,
}

impl ChartChange {
    /// Whether the entry changes.
    pub fn is_change(&self) -> bool {
        self.old != self.new
    }
}

/// What a new lock changes in one release.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RenderedChange {
    /// The environment.
    pub environment: String,
    /// The cluster, where the environment names any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// The release.
    pub release: String,
    /// Objects that come, go, or change.
    pub objects: Vec<RenderedObject>,
}

/// What a new lock changes in one object.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RenderedObject {
    /// `Kind/name`.
    pub object: String,
    /// `create`, `update` or `delete`.
    pub action: &'static str,
    /// The fields that change; of Secrets without their values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
}

/// Resolves the charts of the releases that are named, of all without a name, and those that the lock does not have; and so
/// what their kustomizations name elsewhere. Nothing is written.
///
/// `selections` are all environments on all their clusters; `shows` asks for what changes in what is rendered.
///
/// # Errors
/// There is no such release, or nothing of it lies elsewhere; a chart cannot be found or read; a kustomization does not
/// build; with `shows`, a release does not render.
pub fn update(
    platform: &Platform,
    selections: &[Selection],
    releases: &[String],
    shows: bool,
) -> Result<Update, Diagnostic> {
    for name in releases {
        let release = platform.project.release(name)?;
        let is_fetched = matches!(release.chart, Some(ChartSpec::Remote(_))) || release.kustomize.is_some();
        if !is_fetched && !platform.project.locks_images {
            let message = format!("the chart of release `{name}` is not fetched: there is nothing to lock");
            return Err(Diagnostic::error("lock/nothing", message).at(release.place.clone()).hint(
                "only charts of repositories and registries (`chart: {repo, name, version}`) are locked, what kustomizations name elsewhere, and images with `lock: {images: true}`",
            ));
        }
    }
    let file = platform.lock_file().display().to_string();
    let before = platform.lock.clone().unwrap_or_else(|| empty(&file));
    let gathered = Gathered::new(selections, &before, releases)?;
    let mut all = all_wanted(selections)?;
    for (wanted, users) in &gathered.charts {
        all.entry(wanted.clone()).or_default().extend(users.clone());
    }
    let (mut charts, mut lock) = (Vec::new(), empty(&file));
    for (wanted, users) in &all {
        let old = before.find(wanted);
        let is_meant = releases.is_empty() || users.keys().any(|user| releases.contains(user));
        let new = match old {
            Some(old) if !is_meant => old.clone(),
            _ => {
                let place = users.values().next().cloned();
                let sources = selections.first().map(|selection| &*selection.kustomizations);
                let Some(sources) = sources else { continue };
                resolve(wanted, sources, platform.project.helm_compat).map_err(|error| match place {
                    Some(place) => error.or_at(place),
                    None => error,
                })?
            }
        };
        lock.charts.push(new.clone());
        let releases = users.keys().cloned().collect();
        charts.push(ChartChange { wanted: wanted.clone(), releases, old: old.cloned(), new: Some(new) });
    }
    for old in before.charts.iter().filter(|old| !all.contains_key(&old.wanted)) {
        charts.push(ChartChange {
            wanted: old.wanted.clone(),
            releases: Vec::new(),
            old: Some(old.clone()),
            new: None,
        });
    }
    charts.sort_by(|a, b| a.wanted.cmp(&b.wanted));
    let (bases, files) = (gathered.base_changes(&before), gathered.file_changes(&before));
    lock.bases = bases.iter().filter_map(|change| change.new.clone()).collect();
    lock.files = files.iter().filter_map(|change| change.new.clone()).collect();
    let sources = selections.first().map(|selection| &*selection.kustomizations);
    let images = match sources.filter(|_| platform.project.locks_images) {
        Some(sources) => images::changes(selections, &lock, &before, releases, sources)?,
        None => Vec::new(),
    };
    lock.images = images.iter().filter_map(ImageChange::locked).collect();
    let charts_of = charts.iter().filter(|change| change.is_change() && change.old.is_some());
    let touched = charts_of.flat_map(|change| &change.releases).cloned();
    let touched = touched.chain(bases::touched(&bases, &files)).collect();
    let rendered = shows.then(|| rendered(selections, &touched, &before, &lock)).transpose()?;
    let changed = std::fs::read_to_string(platform.lock_file()).ok() != Some(lock.to_yaml());
    // A project without anything of that needs no lock.
    let changed = changed && (platform.lock.is_some() || !lock.is_empty());
    Ok(Update { file, charts, bases, files, images, rendered, changed, lock })
}

/// Whether the kustomization of any release names something elsewhere that can be locked.
///
/// # Errors
/// One does not build.
pub fn takes_from_elsewhere(selections: &[Selection]) -> Result<bool, Diagnostic> {
    Ok(!Gathered::new(selections, &Lock::default(), &[])?.is_empty())
}

fn empty(file: &str) -> Lock {
    Lock { file: file.to_owned(), ..Lock::default() }
}

impl Update {
    /// Writes the lock file, if it changes.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self) -> Result<(), Diagnostic> {
        if !self.changed {
            return Ok(());
        }
        vendor::replace(std::path::Path::new(&self.file), self.lock.to_yaml().as_bytes()).map_err(|error| {
            let message = format!("cannot be written: {error}");
            Diagnostic::error("lock/unwritable", message).at(Place::file(&self.file))
        })
    }
}

/// What all releases want that are wanted anywhere, who wants it, and where that is written.
fn all_wanted(
    selections: &[Selection],
) -> Result<BTreeMap<WantedChart, BTreeMap<String, Place>>, Diagnostic> {
    let mut all: BTreeMap<WantedChart, BTreeMap<String, Place>> = BTreeMap::new();
    for selection in selections {
        for release in selection.all_wanted() {
            let Some(ChartSpec::Remote(remote)) = &release.chart else { continue };
            let wanted = wanted(selection, remote)?;
            let users = all.entry(wanted).or_default();
            users.insert(release.name.clone(), remote.name.place.clone());
        }
    }
    Ok(all)
}

/// Finds the newest version.
fn resolve(
    wanted: &WantedChart,
    sources: &dyn Kustomizations,
    level: Level,
) -> Result<LockedChart, Diagnostic> {
    let bytes = sources.archive(wanted, None)?;
    let shown = format!("{}/{}", wanted.repo, wanted.name);
    let chart = load::open(&shown, &bytes, level).map_err(|error| error.diagnostic())?;
    let metadata = chart.metadata();
    if !wanted.is_met_by(&metadata.version) {
        let message = format!(
            "the repository gives out version {} of chart `{}` where {} is wanted",
            metadata.version, wanted.name, wanted.wanted
        );
        return Err(Diagnostic::error("lock/version", message));
    }
    Ok(LockedChart {
        wanted: wanted.clone(),
        version: metadata.version.clone(),
        app_version: metadata.app_version.clone(),
        digest: digest(&bytes),
    })
}

/// What changes in what is rendered of the releases that are touched.
fn rendered(
    selections: &[Selection],
    touched: &BTreeSet<String>,
    before: &Lock,
    after: &Lock,
) -> Result<Vec<RenderedChange>, Diagnostic> {
    let mut changes = Vec::new();
    for selection in selections {
        let unpinned = |lock| selection.with_lock(lock).without_pins();
        let (old, new) = (unpinned(before), unpinned(after));
        for release in selection.all_wanted().filter(|release| touched.contains(&release.name)) {
            let method = selection.method(release)?;
            if method == Method::Manifests {
                continue;
            }
            let objects = |selection: &Selection| -> Result<BTreeMap<ObjectKey, Object>, Diagnostic> {
                let options = RenderOptions::default();
                let objects = if method == Method::Helm {
                    let rendered = charts::offline(selection, release, &options);
                    charts::all_objects(&rendered.map_err(|error| named(error, release))?.0, &release.name)?
                } else {
                    let built = kustomize::offline(selection, release, &options);
                    built.map_err(|error| named(error, release))?.0.objects
                };
                let namespace = selection.namespace_of(&release.name);
                Ok(objects.into_iter().map(|one| (one.key_in(namespace), one)).collect())
            };
            let objects = between(&objects(&old)?, &objects(&new)?);
            changes.push(RenderedChange {
                environment: selection.environment.name.clone(),
                cluster: selection.cluster_name().map(str::to_owned),
                release: release.name.clone(),
                objects,
            });
        }
    }
    Ok(changes)
}

fn between(old: &BTreeMap<ObjectKey, Object>, new: &BTreeMap<ObjectKey, Object>) -> Vec<RenderedObject> {
    let keys: BTreeSet<&ObjectKey> = old.keys().chain(new.keys()).collect();
    let mut found = Vec::new();
    for key in keys {
        let (action, fields) = match (old.get(key), new.get(key)) {
            (Some(old), Some(new)) => ("update", diff(key, &old.to_json(), &new.to_json())),
            (None, _) => ("create", Vec::new()),
            (_, None) => ("delete", Vec::new()),
        };
        if action != "update" || !fields.is_empty() {
            found.push(RenderedObject { object: key.to_string(), action, fields });
        }
    }
    found
}
