//! What a candidate is to the release that exists: the same, another revision, or somebody else's.

use longshore_diag::Diagnostic;
use longshore_object::{Object, ObjectKey};
use serde_json::Value;

use super::{DEPLOY_LABEL, Intent};
use crate::candidate::Candidate;
use crate::claim::Claim;
use crate::plan::{ObjectAction, ReleaseAction, ReleasePlan};
use crate::prior::Prior;
use crate::record::{Release, Status};
use crate::{Context, hooks};

/// What happens to the release as a whole.
pub(super) fn action(
    context: &Context,
    prior: &Prior,
    candidate: &Candidate,
    plan: &ReleasePlan,
    intent: Intent,
) -> ReleaseAction {
    let Some(deployed) = prior.deployed().filter(|_| prior.exists()) else {
        return match intent {
            Intent::Deploy if prior.exists() => ReleaseAction::Upgrade,
            Intent::Deploy => ReleaseAction::Install,
            Intent::Rollback { .. } => ReleaseAction::Rollback,
        };
    };
    if let Intent::Rollback { .. } = intent {
        return ReleaseAction::Rollback;
    }
    let completed = prior.last().is_some_and(|last| last.info.status == Status::Deployed);
    let touched = plan.objects.iter().any(|change| change.action != ObjectAction::Nothing);
    // A release that is adopted, or goes to another environment, gets new labels: they are written with
    // a revision.
    let labelled = context
        .labels
        .iter()
        .all(|(label, value)| label == DEPLOY_LABEL || deployed.release.labels.get(label) == Some(value));
    if completed
        && labelled
        && !touched
        && plan.open_conflicts().next().is_none()
        && same(&deployed.release, candidate)
    {
        ReleaseAction::Nothing
    } else {
        ReleaseAction::Upgrade
    }
}

/// Whether a candidate is what was deployed. Comments and the order of documents do not count, nor what
/// a chart says about itself beside its name and versions.
fn same(release: &Release, candidate: &Candidate) -> bool {
    let identity = |chart: &Value| {
        ["name", "version", "appVersion"].map(|field| chart["metadata"][field].as_str().map(str::to_owned))
    };
    let objects = |objects: &[Object]| -> Vec<Value> {
        let mut objects: Vec<(ObjectKey, Value)> =
            objects.iter().map(|object| (object.key(), object.to_json())).collect();
        objects.sort_by(|a, b| a.0.cmp(&b.0));
        objects.into_iter().map(|(_, json)| json).collect()
    };
    let manifests = || match Candidate::recorded(release) {
        Ok(recorded) => objects(&recorded.objects) == objects(&candidate.objects),
        Err(_) => false,
    };
    identity(&release.chart) == identity(&candidate.chart)
        && release.config == candidate.config
        && hooks::same(&release.hooks, &candidate.hooks)
        && (release.manifest == candidate.manifest || manifests())
}

/// Whether the name belongs to something that this platform's environment did not deploy.
pub(super) fn taken(context: &Context, name: &str, prior: &Prior) -> Option<Diagnostic> {
    let last = prior.last().filter(|_| prior.exists() && !context.force.adopt)?;
    let claim = context.claim_on(&last.labels)?;
    let message = format!(
        "the name `{name}` is taken: in namespace `{}` a release of that name runs chart {}, deployed by {claim}",
        context.namespace,
        last.chart_name_version()
    );
    let hint = match &claim {
        Claim::Environment { name: theirs, .. } => format!(
            "give the environments namespaces of their own; or remove what `{theirs}` has there (`longshore destroy -e {theirs}`); or, if it was renamed, say so with `moved: [{{environment: {theirs}, to: {}}}]`; --adopt takes the release over",
            context.environment().unwrap_or_default()
        ),
        _ => "rename the release, choose another namespace with -n, or take it over with --adopt".to_owned(),
    };
    Some(Diagnostic::error("release/name-taken", message).hint(hint))
}
