//! Removing a platform from an environment: what the project file names in the reverse order, before that what it does not
//! want any more; data only when asked for. What others have deployed under a name of ours is left alone.

use std::collections::BTreeSet;

use longshore_cluster::{DeleteOptions, Propagation, Selector};
use longshore_diag::Diagnostic;
use longshore_object::{Gvk, ObjectKey};
use longshore_release::{
    Event, ObjectAction, ObjectChange, ReleaseError, Uninstall, prepare_uninstall, uninstall, until_gone,
};
use serde::Serialize;

use crate::hooks::at_the_end;
use crate::inventory::{leftovers, not_listed, of_platform, spare};
use crate::plan::in_release;
use crate::session::{CREATED_FOR, Session};

/// What removing a platform would do.
#[derive(Debug, Clone, Default)]
pub struct Removal {
    /// The releases, in the order of removing.
    pub releases: Vec<Uninstall>,
    /// Those among them that the project file does not want (any more): namespace and name.
    pub unlisted: BTreeSet<(String, String)>,
    /// The namespaces that go too, if nothing else is left in them.
    pub namespaces: Vec<String>,
    /// The project file's hooks that are run, each behind its release's name.
    pub hooks: Vec<String>,
}

/// How a removal ended.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Removed {
    /// The namespace of the environment.
    pub namespace: String,
    /// Releases that were removed; behind the name the namespace, where it is another.
    pub releases: Vec<String>,
    /// The names of those among them that the project file does not want (any more).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unlisted: Vec<String>,
    /// Objects that were deleted.
    pub deleted: Vec<String>,
    /// Objects that stay.
    pub kept: Vec<String>,
    /// Whether the environment's namespace was deleted.
    pub namespace_deleted: bool,
    /// Other namespaces that were deleted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_namespaces_deleted: Vec<String>,
}

impl Removed {
    /// All namespaces that were deleted.
    pub fn all_deleted(&self) -> impl Iterator<Item = String> + '_ {
        let own = self.namespace_deleted.then(|| self.namespace.clone());
        own.into_iter().chain(self.other_namespaces_deleted.iter().cloned())
    }

    /// The same with the namespaces that were deleted.
    pub(crate) fn with_namespaces(self, deleted: Vec<String>) -> Self {
        let (own, others): (Vec<String>, Vec<String>) =
            deleted.into_iter().partition(|namespace| *namespace == self.namespace);
        Self { namespace_deleted: !own.is_empty(), other_namespaces_deleted: others, ..self }
    }
}

impl Removal {
    /// Whether there is anything to do.
    pub fn is_empty(&self) -> bool {
        self.releases.is_empty() && self.namespaces.is_empty()
    }

    /// How the removal will have ended if nothing goes wrong.
    pub fn expected(&self, namespace: &str) -> Removed {
        let names = |action| {
            let objects = self.objects(action).map(|change| &change.object);
            objects.map(|object| shown(object, namespace)).collect()
        };
        let removed = Removed {
            namespace: namespace.to_owned(),
            releases: self.releases.iter().map(|release| release_in(release, namespace)).collect(),
            unlisted: self
                .releases
                .iter()
                .filter(|one| self.is_unlisted(one))
                .map(|one| one.name.clone())
                .collect(),
            deleted: names(ObjectAction::Delete),
            kept: names(ObjectAction::Keep),
            namespace_deleted: false,
            other_namespaces_deleted: Vec::new(),
        };
        removed.with_namespaces(self.namespaces.clone())
    }

    /// Whether the project file does not want a release that goes.
    pub fn is_unlisted(&self, release: &Uninstall) -> bool {
        self.unlisted.contains(&(release.namespace.clone(), release.name.clone()))
    }

    /// The objects with an action, over all releases.
    pub fn objects(&self, action: ObjectAction) -> impl Iterator<Item = &ObjectChange> {
        self.releases
            .iter()
            .flat_map(|release| &release.objects)
            .filter(move |change| change.action == action)
    }
}

/// A release with its namespace, where that is not `usual`.
fn release_in(release: &Uninstall, usual: &str) -> String {
    if release.namespace == usual {
        release.name.clone()
    } else {
        format!("{} in {}", release.name, release.namespace)
    }
}

/// An object with its namespace, where that is not `usual`.
fn shown(object: &ObjectKey, usual: &str) -> String {
    if object.namespace.as_deref() == Some(usual) { object.to_string() } else { format!("{object:#}") }
}

/// Finds out what removing the selected releases would do. Where no releases were chosen, what is deployed for the
/// environment and not wanted any more goes too, wherever it lies on the cluster.
///
/// # Errors
/// The cluster cannot be asked.
pub async fn plan_destroy(session: &Session, delete_data: bool) -> Result<Removal, ReleaseError> {
    let selection = &session.selection;
    let is_whole = selection.is_whole();
    let mut releases = Vec::new();
    if is_whole {
        let (found, only) = of_platform(session).await?;
        if let Some(only) = only {
            overlooks(session, &only)?;
        }
        for (one, _) in leftovers(session, &found) {
            let removal = removal(session, &one.namespace, &one.name, delete_data).await?;
            releases.extend(removal.filter(|removal| removal.recorded));
        }
    }
    let count = releases.len();
    let mut there = BTreeSet::new();
    for namespace in selection.chosen_namespaces() {
        if session.live_namespace(&namespace).await?.is_some() {
            there.insert(namespace);
        }
    }
    for release in selection.releases().rev() {
        let namespace = selection.namespace_of(&release.name);
        if there.contains(namespace) {
            releases.extend(removal(session, namespace, &release.name, delete_data).await?);
        }
    }
    let place = |release: &Uninstall| (release.namespace.clone(), release.name.clone());
    let unlisted = releases[..count].iter().map(place).collect();
    let mut namespaces = Vec::new();
    if delete_data && is_whole {
        let own = if selection.left { Vec::new() } else { selection.namespaces() };
        for namespace in own.into_iter().chain(releases.iter().map(|release| release.namespace.clone())) {
            if !namespaces.contains(&namespace) && is_created_for_us(session, &namespace).await? {
                namespaces.push(namespace);
            }
        }
    }
    // What takes the namespace takes the records of all others that are left in it.
    releases.sort_by_key(Uninstall::takes_its_namespace);
    let mut hooks = Vec::new();
    if session.runs_hooks {
        for removal in releases.iter().filter(|removal| removal.recorded) {
            hooks.extend(at_the_end(selection, &removal.name)?);
        }
    }
    Ok(Removal { releases, unlisted, namespaces, hooks })
}

/// What removing a release would do, unless somebody else has deployed it.
async fn removal(
    session: &Session,
    namespace: &str,
    name: &str,
    delete_data: bool,
) -> Result<Option<Uninstall>, ReleaseError> {
    let context = session.context.in_namespace(namespace);
    let removal = prepare_uninstall(&context, name, delete_data).await;
    let Some(removal) = removal.map_err(|error| in_release(error, name))? else { return Ok(None) };
    if removal.recorded
        && let Some(claim) = context.claim_on(&removal.labels)
    {
        spare(session, name, &claim);
        return Ok(None);
    }
    Ok(Some(removal))
}

/// Tells that other namespaces could not be looked at.
///
/// # Errors
/// Nothing says where else to look.
fn overlooks(session: &Session, only: &[String]) -> Result<(), ReleaseError> {
    if session.selection.left {
        return Err(not_listed(session).into());
    }
    let message = format!(
        "Secrets of all namespaces may not be listed: what the project file no longer names is removed from {} alone",
        only.join(", ")
    );
    let platform = &session.selection.platform.project.name.value;
    let warning = Event::Warning(Diagnostic::warning("platform/where", message));
    session.context.observer.observe(platform, &warning);
    Ok(())
}

/// Whether a namespace is there, and was created for the platform.
async fn is_created_for_us(session: &Session, name: &str) -> Result<bool, ReleaseError> {
    let live = match session.cluster.get(&Gvk::new("v1", "Namespace"), None, name).await {
        Ok(live) => live,
        // Who may not look at it may not delete it either.
        Err(error) if error.is_forbidden() => None,
        Err(error) => return Err(error.into()),
    };
    let platform = session.selection.platform.project.name.value.as_str();
    Ok(live.is_some_and(|live| live["metadata"]["annotations"][CREATED_FOR].as_str() == Some(platform)))
}

/// Removes what was planned, and waits until it is gone.
///
/// # Errors
/// The first that cannot be removed.
pub async fn destroy(session: &Session, removal: &Removal) -> Result<Removed, ReleaseError> {
    for release in &removal.releases {
        Box::pin(uninstall(&session.context_in(&release.namespace), release))
            .await
            .map_err(|error| in_release(error, &release.name))?;
    }
    let mut deleted = Vec::new();
    for namespace in &removal.namespaces {
        if delete_namespace(session, namespace).await? {
            deleted.push(namespace.clone());
        }
    }
    Ok(removal.expected(&session.context.namespace).with_namespaces(deleted))
}

/// Deletes a namespace unless somebody else has put something into it.
pub(crate) async fn delete_namespace(session: &Session, name: &str) -> Result<bool, ReleaseError> {
    if !foreign_objects(session, name).await?.is_empty() {
        return Ok(false);
    }
    let gvk = Gvk::new("v1", "Namespace");
    let options = DeleteOptions { propagation: Propagation::Background, ..DeleteOptions::default() };
    if session.cluster.delete(&gvk, None, name, &options).await? {
        let key = ObjectKey {
            group: String::new(),
            kind: gvk.kind.clone(),
            namespace: None,
            name: name.to_owned(),
        };
        let platform = &session.selection.platform.project.name.value;
        Box::pin(until_gone(&session.context, platform, &gvk, &key)).await?;
    }
    Ok(true)
}

/// What a namespace holds apart from what the cluster itself puts into every one.
async fn foreign_objects(session: &Session, namespace: &str) -> Result<Vec<ObjectKey>, ReleaseError> {
    let discovery = session.cluster.discovery().await?;
    let mut found = Vec::new();
    for resource in discovery
        .resources()
        .filter(|resource| resource.namespaced && resource.verbs.iter().any(|verb| verb == "list"))
    {
        let gvk = &resource.gvk;
        if matches!(gvk.kind.as_str(), "Event" | "Lease" | "EndpointSlice" | "Endpoints" | "PodMetrics") {
            continue;
        }
        let list = session.cluster.list(gvk, Some(namespace), &Selector::default()).await?;
        for item in &list.items {
            let name = item["metadata"]["name"].as_str().unwrap_or_default();
            let by_cluster = matches!(
                (gvk.kind.as_str(), name),
                ("ServiceAccount", "default") | ("ConfigMap", "kube-root-ca.crt")
            );
            if !by_cluster {
                found.push(ObjectKey {
                    group: gvk.group.clone(),
                    kind: gvk.kind.clone(),
                    namespace: Some(namespace.to_owned()),
                    name: name.to_owned(),
                });
            }
        }
    }
    Ok(found)
}
