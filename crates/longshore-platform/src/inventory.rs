//! What is deployed under the platform's and environment's labels and is not wanted where it lies: releases that were
//! taken out of the project file, renamed, switched off, placed elsewhere, or left behind in another namespace (design
//! decision 1).
//!
//! They are looked for over all namespaces of a cluster. A namespace that was chosen on the command line is one that the
//! environment has beside its own, so that what lies there is no leftover while the file names the environment; nor is what another environment deploys,
//! whether the file still names that or not.
//!
//! A release that was renamed is named under `moved:`. Its objects go over to the new name as they are, and what is left
//! of the old one is removed. Everything else is planned as a removal, and removed only where it is asked for.

use std::collections::BTreeMap;

use longshore_diag::Diagnostic;
use longshore_release::{
    Claim, ENVIRONMENT_LABEL, Event, Listed, ObjectAction, ObjectChange, PLATFORM_LABEL, Prepared,
    ReleaseError, listed, prepare_uninstall, uninstall,
};
use serde::Serialize;

use crate::plan::in_release;
use crate::selection::Selection;
use crate::session::Session;

/// On a record: the project's name for the cluster. Two names may lead to one cluster.
const CLUSTER_LABEL: &str = "longshore.dev/cluster";
/// On a record: that its namespace was chosen on the command line.
const CHOSEN_LABEL: &str = "longshore.dev/namespace-chosen";

/// A release that the project file does not want where it lies.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unlisted {
    /// The release.
    pub release: String,
    /// Its namespace.
    pub namespace: String,
    /// Why it is not wanted there.
    pub reason: Reason,
    /// Where it is wanted instead: clusters, or a namespace.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wanted: Vec<String>,
    /// The release that it has become, if it was renamed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<String>,
    /// Whether carrying the plan out removes it; else it is left alone.
    pub removed: bool,
    /// What removing it does to each of its objects.
    pub objects: Vec<ObjectChange>,
}

/// Why a release is not wanted where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Reason {
    /// It has another name now, and goes over to that.
    Renamed,
    /// The file does not name it (any more).
    TakenOut,
    /// It is switched off.
    SwitchedOff,
    /// It is placed on other clusters.
    PlacedElsewhere,
    /// The environment is not on this cluster (any more).
    ClusterLeft,
    /// It is wanted in another namespace.
    NamespaceChanged,
}

/// What another environment has deployed that the file does not name (any more).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GoneEnvironment {
    /// Its name.
    pub environment: String,
    /// Its releases by their namespaces.
    pub releases: BTreeMap<String, Vec<String>>,
}

/// What was found on a cluster.
#[derive(Debug, Default)]
pub(crate) struct Inventory {
    /// What the environment has left behind, in the order of removing.
    pub(crate) unlisted: Vec<Unlisted>,
    /// Other environments that the file does not name.
    pub(crate) gone: Vec<GoneEnvironment>,
    /// The only namespaces that could be looked at, if the others may not be.
    pub(crate) only: Option<Vec<String>>,
}

impl Unlisted {
    /// The objects that carrying the plan out deletes.
    pub fn deletions(&self) -> impl Iterator<Item = &ObjectChange> {
        let removed = self.removed;
        self.objects.iter().filter(move |change| removed && change.action == ObjectAction::Delete)
    }

    /// The objects that stay when it is removed.
    pub fn kept(&self) -> impl Iterator<Item = &ObjectChange> {
        self.objects.iter().filter(|change| change.action == ObjectAction::Keep)
    }
}

/// The labels by which records are found again, beside those of platform and environment.
pub(crate) fn labels(selection: &Selection) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    if let Some(cluster) = selection.cluster_name() {
        labels.insert(CLUSTER_LABEL.to_owned(), cluster.to_owned());
    }
    if selection.namespace_chosen {
        labels.insert(CHOSEN_LABEL.to_owned(), "true".to_owned());
    }
    labels
}

/// The releases of the platform on the cluster, whoever's environment; with the namespaces that were looked at, if others
/// may not be. A chosen namespace is looked at alone.
///
/// # Errors
/// The cluster cannot be asked.
pub(crate) async fn of_platform(
    session: &Session,
) -> Result<(Vec<Listed>, Option<Vec<String>>), ReleaseError> {
    let selection = &session.selection;
    let selector = format!("{PLATFORM_LABEL}={}", selection.platform.project.name.value);
    let mut only = None;
    if !selection.namespace_chosen {
        match listed(&session.cluster, None, &selector).await {
            Ok(found) => return Ok((found, None)),
            Err(error) if error.is_forbidden() => only = Some(selection.namespaces()),
            Err(error) => return Err(error),
        }
    }
    if selection.left && only.is_some() {
        return Ok((Vec::new(), only));
    }
    let mut found = Vec::new();
    for namespace in selection.namespaces() {
        found.extend(listed(&session.cluster, Some(&namespace), &selector).await?);
    }
    Ok((found, only))
}

/// Looks for what is not wanted here. `waves` are the releases that are, `prunes` says whether the others are to go.
///
/// # Errors
/// The cluster cannot be asked.
pub(crate) async fn look(
    session: &Session,
    waves: &[Vec<Prepared>],
    prunes: bool,
) -> Result<Inventory, ReleaseError> {
    let (found, only) = of_platform(session).await?;
    let gone = gone(session, &found);
    let mut unlisted = Vec::new();
    for (one, mut why) in leftovers(session, &found) {
        let context = session.context.in_namespace(&one.namespace);
        let name = &one.name;
        let removal =
            prepare_uninstall(&context, name, false).await.map_err(|error| in_release(error, name))?;
        let Some(removal) = removal.filter(|removal| removal.recorded) else { continue };
        // Somebody else may have taken it over since.
        if context.claim_on(&removal.labels).is_some() {
            continue;
        }
        let mut objects = removal.objects;
        let heir = why.heir.take();
        let heir = heir.and_then(|heir| waves.iter().flatten().find(|one| one.plan.release == heir));
        if let Some(heir) = heir {
            let goes_over =
                |change: &ObjectChange| heir.plan.objects.iter().any(|other| other.object == change.object);
            objects.retain(|change| !goes_over(change));
        } else if why.reason == Reason::Renamed {
            // What it has become is not part of this deploy.
            continue;
        }
        unlisted.push(Unlisted {
            release: one.name.clone(),
            namespace: one.namespace.clone(),
            reason: why.reason,
            wanted: why.wanted,
            moved_to: heir.map(|heir| heir.plan.release.clone()),
            removed: prunes || heir.is_some(),
            objects,
        });
    }
    Ok(Inventory { unlisted, gone, only })
}

/// Why something is not wanted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Why {
    reason: Reason,
    wanted: Vec<String>,
    heir: Option<String>,
}

/// Whether anything of the environment lies on the cluster that is not wanted there.
///
/// # Errors
/// The cluster cannot be asked.
pub async fn has_leftovers(session: &Session) -> Result<bool, ReleaseError> {
    let (found, only) = of_platform(session).await?;
    if only.is_some() {
        return Err(not_listed(session).into());
    }
    Ok(!leftovers(session, &found).is_empty())
}

/// What of this environment is not wanted where it lies; what needs others goes before them.
pub(crate) fn leftovers<'a>(session: &Session, found: &'a [Listed]) -> Vec<(&'a Listed, Why)> {
    let selection = &session.selection;
    let mut left: Vec<(&Listed, Why)> = found
        .iter()
        .filter(|one| session.context.claim_on(&one.labels).is_none())
        .filter_map(|one| Some((one, why(selection, one)?)))
        .collect();
    // The file's own order, backwards; what it does not name comes first.
    let position = |name: &str| selection.position(name).map_or(0, |at| usize::MAX - at);
    left.sort_by_key(|(one, _)| position(&one.name));
    left
}

/// Why a release of this environment is not wanted where it lies, if it is not.
fn why(selection: &Selection, one: &Listed) -> Option<Why> {
    let name = one.name.as_str();
    let is_own = selection.namespaces().contains(&one.namespace);
    let is_named = selection.platform.project.names_environment(&selection.environment.name);
    if is_named && !is_own && one.labels.contains_key(CHOSEN_LABEL) {
        return None;
    }
    // Two of the project's clusters may be one: what was deployed to the other is that one's.
    let of_other = one.labels.get(CLUSTER_LABEL).filter(|other| selection.cluster_name() != Some(other));
    if of_other.is_some_and(|other| selection.is_on(other)) {
        return None;
    }
    let why = |reason, wanted| Some(Why { reason, wanted, heir: None });
    if selection.left {
        return why(Reason::ClusterLeft, selection.all_clusters());
    }
    if selection.wanted.iter().any(|wanted| wanted == name) {
        let wanted_in = selection.namespace_of(name);
        return if wanted_in == one.namespace {
            None
        } else {
            why(Reason::NamespaceChanged, vec![wanted_in.to_owned()])
        };
    }
    if let Some(spec) = selection.resolved.iter().find(|spec| spec.name == name) {
        let placed = spec.layers.iter().rev().find_map(|layer| layer.clusters.as_ref());
        let placed: Vec<String> = placed.into_iter().flatten().map(|placed| placed.value.clone()).collect();
        let is_here = selection.cluster_name().is_none_or(|here| placed.iter().any(|there| there == here));
        return if placed.is_empty() || is_here {
            why(Reason::SwitchedOff, Vec::new())
        } else {
            why(Reason::PlacedElsewhere, placed)
        };
    }
    let Some(heir) = selection.heir(name) else { return why(Reason::TakenOut, Vec::new()) };
    // Objects cannot go over to another namespace.
    let wanted_in = selection.namespace_of(heir);
    if wanted_in != one.namespace {
        return why(Reason::NamespaceChanged, vec![wanted_in.to_owned()]);
    }
    Some(Why { reason: Reason::Renamed, wanted: Vec::new(), heir: Some(heir.to_owned()) })
}

/// What environments have deployed that the file does not name.
fn gone(session: &Session, found: &[Listed]) -> Vec<GoneEnvironment> {
    let project = &session.selection.platform.project;
    let mut all: BTreeMap<&str, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    for one in found {
        let Some(Claim::Environment { .. }) = session.context.claim_on(&one.labels) else { continue };
        let Some(environment) = one.labels.get(ENVIRONMENT_LABEL) else { continue };
        if !project.names_environment(environment) {
            let releases = all.entry(environment).or_default().entry(one.namespace.clone()).or_default();
            releases.push(one.name.clone());
        }
    }
    all.into_iter()
        .map(|(environment, releases)| GoneEnvironment { environment: environment.to_owned(), releases })
        .collect()
}

/// A release that was removed, because the project file does not want it where it lay.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RemovedRelease {
    /// The release.
    pub release: String,
    /// The namespace in which it lay.
    pub namespace: String,
    /// Objects that stay, because they hold data or ask to be kept.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<String>,
}

/// Removes what the plan removes. What belongs to another release by now stays.
///
/// # Errors
/// The first that cannot be removed; or it is somebody else's since the plan was made, or has objects that were not
/// planned to go: without its records nobody would know of them.
pub(crate) async fn remove<'a>(
    session: &Session,
    unlisted: impl IntoIterator<Item = &'a Unlisted>,
) -> Result<Vec<RemovedRelease>, ReleaseError> {
    let mut removed = Vec::new();
    for planned in unlisted.into_iter().filter(|unlisted| unlisted.removed) {
        let name = &planned.release;
        let context = session.context_in(&planned.namespace);
        let removal = async {
            let found = prepare_uninstall(&context, name, false).await?;
            let Some(mut removal) = found else { return Ok(()) };
            removal.still_is(&context, &planned.objects)?;
            removal.runs_hooks = planned.moved_to.is_none();
            Box::pin(uninstall(&context, &removal)).await
        };
        removal.await.map_err(|error: ReleaseError| in_release(error, name))?;
        removed.push(RemovedRelease {
            release: name.clone(),
            namespace: planned.namespace.clone(),
            kept: planned.kept().map(|change| change.object.to_string()).collect(),
        });
    }
    Ok(removed)
}

/// That a whole environment cannot be looked for.
pub(crate) fn not_listed(session: &Session) -> Diagnostic {
    let message = format!(
        "Secrets of all namespaces may not be listed, by which it would be found where environment `{}` has something",
        session.environment()
    );
    Diagnostic::error("platform/where", message).hint("name a namespace with -n")
}

/// Says which release is left alone because it is somebody else's.
pub(crate) fn spare(session: &Session, name: &str, claim: &Claim) {
    let message = format!("release `{name}` is left alone: it was deployed by {claim}");
    let hint = match claim {
        Claim::Environment { name, .. } => format!("`longshore destroy -e {name}` removes it"),
        Claim::Platform(_) => "remove it with that platform's project file".to_owned(),
        Claim::Unlabelled => format!(
            "`longshore helm uninstall {name}` removes it; `longshore deploy --adopt` makes it this platform's"
        ),
    };
    let warning = Diagnostic::warning("platform/not-ours", message).hint(hint);
    session.context.observer.observe(name, &Event::Warning(warning));
}
