//! Carrying a plan out: releases in waves, those of a wave side by side.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::join_all;
use longshore_diag::Diagnostic;
use longshore_object::diagnosis::wiring;
use longshore_object::parse_manifests;
use longshore_release::record::Release;
use longshore_release::{
    Context, Intent, Premises, Prepared, ReleaseError, ReleasePlan, Verified, deploy as deploy_release,
    prepare,
};
use serde::Serialize;

use crate::fleet::Desk;
use crate::inventory::{RemovedRelease, remove};
use crate::outputs::live::{come, none_stands_in};
use crate::plan::{Planned, in_release, shown};
use crate::project::{Asked, Placed};
use crate::session::Session;
use crate::source;
use crate::undo::Undo;

/// How a deploy ended.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Deployed {
    /// The platform.
    pub platform: String,
    /// The environment.
    pub environment: String,
    /// The namespace; the first of several.
    pub namespace: String,
    /// Releases that were removed, because the project file does not want them where they lay.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<RemovedRelease>,
    /// Each release, in order.
    pub releases: Vec<DeployedRelease>,
}

/// How the deploy of one release ended.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeployedRelease {
    /// Its namespace, if there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The release.
    pub release: String,
    /// The revision that is deployed now.
    pub revision: u32,
    /// Whether the deploy wrote that revision.
    pub changed: bool,
    /// What its notes say.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub notes: String,
}

impl DeployedRelease {
    /// What the release is called where it is shown.
    pub fn shown(&self) -> String {
        shown(self.namespace.as_ref(), &self.release)
    }
}

/// Carries a plan out and waits until every release is ready.
///
/// # Errors
/// The plan has problems (then nothing was changed), or a release did not become ready. Releases of the
/// same wave are finished; later waves are not begun, and the error's notes name them. With
/// `rollback_on_failure` what this deploy has changed is taken back then, and the notes say what was.
pub async fn deploy(session: &Session, planned: Planned) -> Result<Deployed, ReleaseError> {
    deploy_at(session, planned, None).await
}

/// The same as part of a deploy to several clusters, where releases wait for what is at work elsewhere.
pub(crate) async fn deploy_at(
    session: &Session,
    planned: Planned,
    desk: Option<&Desk<'_>>,
) -> Result<Deployed, ReleaseError> {
    if let Some((plan, problem)) = planned.plan.problems().next() {
        return Err(in_release(problem.clone().into(), &plan.release));
    }
    let session = &session.recording(&planned);
    let undo = if session.rollback_on_failure { Some(Undo::of(session, &planned).await) } else { None };
    for namespace in planned.plan.created() {
        session.create_namespace(namespace).await?;
    }
    let coming = &Arc::new(labels_of_pods(&planned));
    let mut releases = Vec::new();
    let mut waves = planned.waves.into_iter();
    while let Some(wave) = waves.next() {
        let asked = &planned.asked;
        let results =
            join_all(wave.into_iter().map(|prepared| one(session, coming, prepared, asked, desk))).await;
        let mut failed = None;
        for result in results {
            match result {
                Ok(release) => releases.push(release),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        if let Some(error) = failed {
            let left: Vec<String> = waves.flatten().map(|prepared| prepared.plan.release).collect();
            let error = with_rest(error, &left);
            return Err(match undo {
                Some(undo) => undo.take_back(session, error).await,
                None => error,
            });
        }
    }
    // What has moved to another cluster goes when it is there.
    let removed = if desk.is_some() { Vec::new() } else { remove(session, &planned.plan.unlisted).await? };
    Ok(Deployed {
        removed,
        platform: planned.plan.platform,
        environment: planned.plan.environment,
        namespace: planned.plan.namespace,
        releases,
    })
}

/// The labels of the pods that all releases make, their hooks and tests included.
fn labels_of_pods(planned: &Planned) -> Vec<wiring::Labels> {
    let candidates = planned.waves.iter().flatten().map(|prepared| &prepared.candidate);
    candidates
        .flat_map(|candidate| {
            let hooks =
                candidate.hooks.iter().filter_map(|hook| parse_manifests(&hook.manifest, &hook.path).ok());
            let of_hooks = hooks.flat_map(|objects| wiring::labels_of_pods(&objects));
            wiring::labels_of_pods(&candidate.objects).into_iter().chain(of_hooks)
        })
        .collect()
}

async fn one(
    session: &Session,
    coming: &Arc<Vec<wiring::Labels>>,
    prepared: Prepared,
    asked: &BTreeMap<String, Vec<Placed<Asked>>>,
    desk: Option<&Desk<'_>>,
) -> Result<DeployedRelease, ReleaseError> {
    let name = prepared.plan.release.clone();
    let _turn = match desk {
        Some(desk) => Some(desk.begin(&name).await?),
        None => None,
    };
    let release: Result<(Release, bool), ReleaseError> = async {
        let prepared = match asked.get(&name) {
            Some(asked) => Box::pin(rendered_anew(session, prepared, asked)).await?,
            None => prepared,
        };
        let prepared = verified(session, prepared).await?;
        none_stands_in(&prepared.candidate.manifest, &name, &prepared.mask)?;
        let changed = prepared.plan.changes_something();
        let context = Context { coming: Arc::clone(coming), ..session.context_of(&name) };
        Ok((deploy_release(&context, prepared).await?, changed))
    }
    .await
    .map_err(|error| in_release(error, &name));
    if let Some(desk) = desk {
        desk.ended(&name, release.is_ok());
    }
    let (release, changed) = release?;
    let namespace = session.selection.told_namespace(&name);
    Ok(DeployedRelease {
        namespace,
        release: name,
        revision: release.revision,
        changed,
        notes: release.info.notes,
    })
}

/// Renders a release anew where an output that it uses is not what it was planned with. It is waited for.
///
/// # Errors
/// An output does not come; the release does not render with it, or would delete what the plan does not.
async fn rendered_anew(
    session: &Session,
    planned: Prepared,
    asked: &[Placed<Asked>],
) -> Result<Prepared, ReleaseError> {
    let is_other = come(&session.selection, asked.to_vec(), session.context.timeout).await?;
    let name = &planned.plan.release;
    let spec = session.selection.releases().find(|spec| spec.name == *name);
    let Some(spec) = spec.filter(|_| is_other || !planned.plan.waits_for.is_empty()) else {
        return Ok(planned);
    };
    let (candidate, ..) = source::candidate(session, spec, false).await?;
    let context = &session.context_of(name);
    let new = prepare(context, name, candidate, Intent::Deploy, &Premises::default()).await?;
    no_more_deleted(new, &planned.plan, "the outputs that it uses are known")
}

/// A plan that was made again, if it deletes nothing that the agreed one does not.
///
/// # Errors
/// It does: nobody was asked about that.
fn no_more_deleted(new: Prepared, agreed: &ReleasePlan, now: &str) -> Result<Prepared, ReleaseError> {
    let more = new.plan.deletes_beyond(agreed);
    if more.is_empty() {
        return Ok(new);
    }
    let message =
        format!("release `{}` would delete more than was planned, now that {now}", new.plan.release);
    let error = more.into_iter().fold(Diagnostic::error("platform/deletes-more", message), Diagnostic::note);
    Err(error.hint("nothing of it was changed; look at the plan again").into())
}

/// What could not be tried when the plan was made is tried again, now that what it waited for may be there.
async fn verified(session: &Session, prepared: Prepared) -> Result<Prepared, ReleaseError> {
    let is_open = prepared.plan.objects.iter().any(|change| change.verified != Verified::Verified);
    if !is_open || prepared.intent != Intent::Deploy {
        return Ok(prepared);
    }
    let name = prepared.plan.release.clone();
    let context = &session.context_of(&name);
    let new = prepare(context, &name, prepared.candidate, Intent::Deploy, &Premises::default()).await?;
    no_more_deleted(new, &prepared.plan, "what it waited for is there")
}

fn with_rest(error: ReleaseError, left: &[String]) -> ReleaseError {
    if left.is_empty() {
        return error;
    }
    let note = format!("not begun: {}", left.join(", "));
    error.into_diagnostic().note(note).into()
}
