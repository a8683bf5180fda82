//! What of a platform is not as it was deployed.

use futures::stream::{self, StreamExt, TryStreamExt};
use longshore_release::{Deployed, ObjectDrift, ReleaseError, holder, strays};
use serde::Serialize;

use super::{expecting, newest};
use crate::plan::shown;
use crate::session::Session;

/// What is not as it was deployed, release by release.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlatformDrift {
    /// The platform.
    pub platform: String,
    /// The environment.
    pub environment: String,
    /// The cluster, as the user calls it.
    pub cluster: String,
    /// The namespace; the first of several.
    pub namespace: String,
    /// All of them, if there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub namespaces: Vec<String>,
    /// Whether anything is other than it should be: not counting what autoscalers scale, nor what a deploy that is
    /// under way has not come to yet.
    pub drifted: bool,
    /// Each selected release that is deployed.
    pub releases: Vec<ReleaseDrift>,
}

/// What is not as it was deployed in one release.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseDrift {
    /// Its namespace, if there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The release.
    pub release: String,
    /// Helm's word for its newest revision.
    pub status: String,
    /// The revision that is compared with.
    pub revision: u32,
    /// When it was deployed (RFC 3339).
    pub updated: String,
    /// By whom, if the record says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployed_by: Option<String>,
    /// Who is working on it now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// Number of objects in it.
    pub objects: usize,
    /// Those that are different.
    pub drift: Vec<ObjectDrift>,
}

impl ReleaseDrift {
    /// What the release is called where it is shown.
    pub fn shown(&self) -> String {
        shown(self.namespace.as_ref(), &self.release)
    }
}

/// Compares the selected releases with what is live.
///
/// # Errors
/// The cluster cannot be asked.
pub async fn drift(session: &Session) -> Result<PlatformDrift, ReleaseError> {
    let found = newest(session).await?;
    let live = &expecting(session, &found);
    let rules = &session.ignored_drift();
    let stored: Vec<_> = found.iter().filter_map(|(_, stored)| stored.as_ref()).collect();
    let changed: Vec<Vec<ObjectDrift>> = stream::iter(stored.clone())
        .map(|stored| async move {
            let context = session.context_of(&stored.release.name);
            longshore_release::drift(&context, live, stored, rules).await
        })
        .buffered(4)
        .try_collect()
        .await?;
    let mut beside = vec![Vec::new(); stored.len()];
    let namespaces = session.selection.chosen_namespaces();
    for namespace in &namespaces {
        let is_here = |stored: &longshore_release::Stored| {
            session.selection.namespace_of(&stored.release.name) == namespace
        };
        let here: Vec<usize> = (0..stored.len()).filter(|at| is_here(stored[*at])).collect();
        let deployed: Vec<Deployed<'_>> = here.iter().map(|at| Deployed { stored: stored[*at] }).collect();
        let found = strays(&session.context.in_namespace(namespace), &deployed, rules).await?;
        for (at, found) in here.into_iter().zip(found) {
            beside[at] = found;
        }
    }
    let releases: Vec<ReleaseDrift> = stored
        .into_iter()
        .zip(changed.into_iter().zip(beside))
        .map(|(stored, (mut drift, beside))| {
            drift.extend(beside);
            let release = &stored.release;
            ReleaseDrift {
                namespace: session.selection.told_namespace(&release.name),
                release: release.name.clone(),
                status: release.info.status.to_string(),
                revision: release.revision,
                updated: release.info.last_deployed.as_str().to_owned(),
                deployed_by: stored.annotations.get("longshore.dev/deployed-by").cloned(),
                holder: holder(&stored.annotations).map(str::to_owned),
                objects: longshore_release::objects(release).len(),
                drift,
            }
        })
        .collect();
    Ok(PlatformDrift {
        platform: session.selection.platform.project.name.value.clone(),
        environment: session.environment().to_owned(),
        cluster: session.cluster_name().to_owned(),
        namespace: namespaces[0].clone(),
        namespaces: if session.selection.is_spread() { namespaces } else { Vec::new() },
        drifted: releases.iter().flat_map(|release| &release.drift).any(|object| !object.is_expected()),
        releases,
    })
}
