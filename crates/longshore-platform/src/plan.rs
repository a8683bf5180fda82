//! The plan of a platform: what a deploy would change, release by release.

use longshore_diag::Diagnostic;
use longshore_object::ObjectKey;
use longshore_release::{
    Event, Intent, ObjectAction, PLATFORM_LABEL, Prepared, ReleaseError, ReleasePlan, Store, prepare,
};
use serde::Serialize;

use crate::session::{ENVIRONMENT_LABEL, Session};
use crate::source;
use crate::warn;

/// The plan of a platform in one environment.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlatformPlan {
    /// The platform.
    pub platform: String,
    /// The environment.
    pub environment: String,
    /// The cluster, as the user calls it.
    pub cluster: String,
    /// The namespace.
    pub namespace: String,
    /// Whether the namespace is missing and would be created.
    pub creates_namespace: bool,
    /// Each release, in the order of deploying.
    pub releases: Vec<ReleasePlan>,
    /// Releases of this platform and environment that the project file does not name (any more). They
    /// are left alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unlisted: Vec<String>,
}

impl PlatformPlan {
    /// Whether a deploy would write anything.
    pub fn changes_something(&self) -> bool {
        self.creates_namespace || self.releases.iter().any(ReleasePlan::changes_something)
    }

    /// What keeps the plan from being carried out.
    pub fn problems(&self) -> impl Iterator<Item = (&ReleasePlan, &Diagnostic)> {
        self.releases.iter().flat_map(|plan| plan.problems.iter().map(move |problem| (plan, problem)))
    }

    /// The objects that would be deleted.
    pub fn deletions(&self) -> impl Iterator<Item = (&ReleasePlan, &ObjectKey)> {
        self.releases.iter().flat_map(|plan| {
            let deleted = plan.objects.iter().filter(|change| change.action == ObjectAction::Delete);
            deleted.map(move |change| (plan, &change.object))
        })
    }

    /// Number of objects with this action, over all releases.
    pub fn count(&self, action: ObjectAction) -> usize {
        self.releases.iter().map(|plan| plan.count(action)).sum()
    }
}

/// A plan with everything that carrying it out needs, in waves.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The plan.
    pub plan: PlatformPlan,
    pub(crate) waves: Vec<Vec<Prepared>>,
}

/// Renders the selection and compares it with the cluster. Writes nothing. The observer is told what looks like a
/// mistake in charts and values.
///
/// # Errors
/// Something cannot be rendered, the cluster cannot be asked, or the namespace is missing and may not
/// be created. What the server refuses is no error here but a problem of the plan.
pub async fn plan(session: &Session) -> Result<Planned, ReleaseError> {
    let creates_namespace = session.creates_namespace().await?;
    let (mut waves, mut found) = (Vec::new(), Vec::new());
    for wave in &session.selection.waves {
        let mut prepared = Vec::new();
        for release in wave {
            let (candidate, warned) = source::candidate(session, release, creates_namespace)
                .await
                .map_err(|error| in_release(error, &release.name))?;
            found.push((release.name.clone(), warned));
            prepared.push(
                prepare(&session.context, &release.name, candidate, Intent::Deploy, creates_namespace)
                    .await
                    .map_err(|error| in_release(error, &release.name))?,
            );
        }
        waves.push(prepared);
    }
    for warning in warn::told(&session.selection, found) {
        session
            .context
            .observer
            .observe(&session.selection.platform.project.name.value, &Event::Warning(warning));
    }
    let unlisted = if creates_namespace { Vec::new() } else { unlisted(session).await? };
    Ok(assemble(session, waves, creates_namespace, unlisted))
}

/// Puts the plans of releases together.
pub(crate) fn assemble(
    session: &Session,
    waves: Vec<Vec<Prepared>>,
    creates_namespace: bool,
    unlisted: Vec<String>,
) -> Planned {
    let plan = PlatformPlan {
        platform: session.selection.platform.project.name.value.clone(),
        environment: session.environment().to_owned(),
        cluster: session.cluster.name().to_owned(),
        namespace: session.selection.namespace.clone(),
        creates_namespace,
        releases: waves.iter().flatten().map(|prepared| prepared.plan.clone()).collect(),
        unlisted,
    };
    Planned { plan, waves }
}

/// Says which release an error is about, where the error itself does not.
pub(crate) fn in_release(error: ReleaseError, name: &str) -> ReleaseError {
    match error {
        ReleaseError::Explained(diagnostic) => diagnostic.within(format!("in release `{name}`"), None).into(),
        other => other,
    }
}

/// Releases with our labels whose names the project file does not know.
async fn unlisted(session: &Session) -> Result<Vec<String>, ReleaseError> {
    let project = &session.selection.platform.project;
    let selector =
        format!("{PLATFORM_LABEL}={},{ENVIRONMENT_LABEL}={}", project.name.value, session.environment());
    let store = Store::new(session.cluster.clone(), &session.selection.namespace);
    let mut names: Vec<String> =
        store.select(&selector).await?.into_iter().map(|stored| stored.release.name).collect();
    names.dedup();
    names.retain(|name| project.releases.iter().all(|release| release.name != *name));
    Ok(names)
}
