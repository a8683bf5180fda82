//! From a candidate to a plan: every object is compared with the live one, by what the server has written down about
//! it, and where that does not tell, by a server-side dry run.

mod admission;
mod compare;
mod conceal;
mod definition;
mod immutable;
mod look;
mod plain;
mod premises;
mod rolling;
mod snapshot;
pub(crate) mod unchanged;

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt, TryStreamExt};
use longshore_cluster::Error as ClusterError;
use longshore_object::readiness::CustomRule;
use longshore_object::{Gvk, Object, ObjectKey, order};
use serde_json::Value;

use crate::apply::{Part, Todos};
use crate::basis::Basis;
use crate::candidate::Candidate;
use crate::contest;
use crate::mask::Mask;
use crate::plan::{ObjectAction, ObjectChange, ReleaseAction, ReleasePlan, Verified};
use crate::prior::Prior;
use crate::quota::Demand;
use crate::store::Store;
use crate::{Context, ReleaseError, data, hooks, ownership, set_image};
use look::{Look, Survey};
use premises::{AllMissing, Definition};
pub use premises::{Brought, Pending, Premises};
pub use snapshot::Snapshot;

/// The label that names the platform of a record.
pub const PLATFORM_LABEL: &str = "longshore.dev/platform";

/// The label that names the environment of a record.
pub const ENVIRONMENT_LABEL: &str = "longshore.dev/environment";

/// The label that names the deploy which wrote a record; it differs every time.
pub const DEPLOY_LABEL: &str = "longshore.dev/deploy";

/// How many objects are looked at side by side; the cluster's own limit holds below it.
const CONCURRENCY: usize = 64;

/// What an operation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// The next revision of what the user has.
    Deploy,
    /// Back to an earlier revision.
    Rollback {
        /// Which.
        to: u32,
    },
}

/// A plan with everything that carrying it out needs.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The plan.
    pub plan: ReleasePlan,
    /// What is deployed.
    pub candidate: Candidate,
    /// What it is for.
    pub intent: Intent,
    /// What it takes of what quotas count, beyond what there is.
    pub demand: Demand,
    /// What it was made from, if the context asks for that.
    pub basis: Option<Basis>,
    /// The secrets in it, to keep them out of what is shown.
    pub mask: Mask,
    pub(crate) prior: Prior,
    pub(crate) todo: Todos,
}

/// Compares a candidate with the cluster, and with what other releases bring before.
///
/// # Errors
/// The cluster cannot be asked. What keeps the plan from being carried out is no error but one of its
/// [`ReleasePlan::problems`].
pub async fn prepare(
    context: &Context,
    name: &str,
    candidate: Candidate,
    intent: Intent,
    premises: &Premises,
) -> Result<Prepared, ReleaseError> {
    let store = Store::new(context.cluster.clone(), &context.namespace);
    let prior = if premises.missing_namespace {
        Prior::default()
    } else {
        Prior { history: store.history(name).await? }
    };
    let live = Snapshot::new(context.cluster.clone());
    prepare_in(context, &live, name, candidate, prior, intent, premises).await
}

/// As [`prepare`], with a past that was read before, and live objects that several releases share.
///
/// # Errors
/// As [`prepare`].
pub async fn prepare_in(
    context: &Context,
    live: &Snapshot,
    name: &str,
    mut candidate: Candidate,
    prior: Prior,
    intent: Intent,
    premises: &Premises,
) -> Result<Prepared, ReleaseError> {
    if context.skip_crds {
        candidate.crds.clear();
    }
    let kept = match intent {
        Intent::Deploy => set_image::settle(context, &prior, &mut candidate)?,
        Intent::Rollback { .. } => Vec::new(),
    };
    let had = prior.objects(&context.namespace);
    let mask = conceal::mask(&prior, &had, &candidate);
    live.expect(candidate.wanted(&context.namespace));
    live.expect(had.iter().map(|(key, object)| (object.gvk(), key.clone())));
    let mut plan = ReleasePlan {
        release: name.to_owned(),
        namespace: context.namespace.clone(),
        action: ReleaseAction::Nothing,
        revision: prior.last().map_or(0, |last| last.revision),
        chart: candidate.chart_name_version(),
        objects: Vec::new(),
        hooks: Vec::new(),
        conflicts: kept,
        problems: compare::taken(context, name, &prior).into_iter().collect(),
        warnings: Vec::new(),
        waits_for: premises.pending.iter().flat_map(|pending| pending.what.clone()).collect(),
    };
    plan.problems.extend(premises::late_namespace(context, name, premises));
    plan.problems.extend(order::mistaken_needs(&candidate.objects, &context.namespace));
    plan.problems.extend(candidate.objects.iter().filter_map(|object| CustomRule::of_object(object).err()));
    let (mut todo, mut written, mut demand) = (Todos::new(), BTreeMap::new(), Demand::default());
    let mut missing = AllMissing::default();
    let (looks, defined) = looks(context, live, name, &candidate, premises).await?;
    for look in looks {
        if let Some((error, gvk, place)) = look.unknown {
            missing.add(&gvk, error, look.change.object.clone(), place);
        }
        todo.insert(look.change.object.clone(), look.todo);
        demand.plus(&look.demand);
        written.extend(look.written.map(|fields| (look.change.object.clone(), fields)));
        plan.objects.push(look.change);
        plan.conflicts.extend(look.conflicts);
        plan.problems.extend(look.problem);
        for warning in look.warnings {
            if !plan.warnings.contains(&warning) {
                plan.warnings.push(warning);
            }
        }
    }
    plan.warnings.extend(rolling::warnings(&candidate.objects, &plan.objects, &context.namespace));
    plan.objects.extend(deletions(context, live, name, had, &plan).await?);
    plan.action = compare::action(context, &prior, &candidate, &plan, intent);
    if plan.action != ReleaseAction::Nothing {
        plan.revision = prior.next_revision();
        plan.hooks = hooks::planned(&candidate.hooks, plan.action);
        let (before, after) = hooks::events(plan.action);
        let hooks = [before, after].into_iter().flat_map(|event| hooks::of_event(&candidate.hooks, event));
        let is_defined = |gvk: &Gvk| defined.iter().any(|definition| definition.serves(gvk));
        missing.add_hooks(context, hooks, is_defined).await?;
    }
    plan.problems.extend(missing.problems(context, name, premises));
    plan.problems.extend(premises::unmet(context, name, premises).await?);
    if plan.open_conflicts().next().is_some() {
        plan.problems.push(contest::problem(&plan));
    }
    if plan.changes_something() {
        demand.plus(&Demand::of_record());
    }
    conceal::conceal(&mut plan, &mask);
    let basis = context.notes_basis.then(|| Basis::of(&plan.objects, written));
    Ok(Prepared { plan, candidate, intent, demand, basis, mask, prior, todo })
}

/// Looks at every object; in the order in which they would be applied, definitions of `crds/` first. With it come the
/// definitions that are written by then.
async fn looks(
    context: &Context,
    live: &Snapshot,
    name: &str,
    candidate: &Candidate,
    premises: &Premises,
) -> Result<(Vec<Look>, Vec<Definition>), ReleaseError> {
    let mut survey = Survey::of(context, live, name, candidate, premises);
    let (definitions, others): (Vec<usize>, Vec<usize>) =
        (0..candidate.objects.len()).partition(|index| definition::is_definition(&candidate.objects[*index]));
    let besides = look_at(&survey, candidate.crds.iter().collect(), Part::Beside).await?;
    let defining: Vec<&Object> = definitions.iter().map(|index| &candidate.objects[*index]).collect();
    let defining = look_at(&survey, defining, Part::Marked).await?;
    survey.define(candidate.crds.iter().zip(&besides));
    survey.define(definitions.iter().map(|index| &candidate.objects[*index]).zip(&defining));
    let rest: Vec<&Object> = others.iter().map(|index| &candidate.objects[*index]).collect();
    let rest = look_at(&survey, rest, Part::Marked).await?;
    let mut found: Vec<Option<Look>> = Vec::new();
    found.resize_with(candidate.objects.len(), || None);
    for (index, look) in definitions.into_iter().zip(defining).chain(others.into_iter().zip(rest)) {
        found[index] = Some(look);
    }
    let waves = order::waves(&candidate.objects, &context.namespace);
    let ordered = waves.into_iter().flatten().filter_map(|index| found[index].take());
    let looks = besides.into_iter().chain(ordered).collect();
    Ok((looks, survey.defined))
}

async fn look_at(survey: &Survey<'_>, objects: Vec<&Object>, part: Part) -> Result<Vec<Look>, ReleaseError> {
    stream::iter(objects).map(|object| survey.look(object, part)).buffered(CONCURRENCY).try_collect().await
}

/// What the release has now and the candidate no longer names.
async fn deletions(
    context: &Context,
    snapshot: &Snapshot,
    name: &str,
    had: BTreeMap<ObjectKey, Object>,
    plan: &ReleasePlan,
) -> Result<Vec<ObjectChange>, ReleaseError> {
    let named: BTreeSet<&ObjectKey> = plan.objects.iter().map(|change| &change.object).collect();
    let gone: Vec<(ObjectKey, Object)> = had.into_iter().filter(|(key, _)| !named.contains(key)).collect();
    let changes: Vec<Option<ObjectChange>> = stream::iter(gone)
        .map(|(key, object)| async move {
            let live = match snapshot.get(object.gvk(), &key).await {
                Err(ClusterError::UnknownKind { .. }) => None,
                found => found?,
            };
            let Some(live) = live else { return Ok(None) };
            if !ownership::owns(&live, name, &context.namespace) {
                return Ok(None);
            }
            let destroys_data = data::holds(&key);
            let keep = ownership::is_kept(&live) || ownership::is_kept(&object.to_json()) || destroys_data;
            Ok::<_, ReleaseError>(Some(ObjectChange {
                object: key,
                action: if keep { ObjectAction::Keep } else { ObjectAction::Delete },
                fields: Vec::new(),
                verified: Verified::Verified,
                destroys_data: false,
                place: None,
            }))
        })
        .buffered(CONCURRENCY)
        .try_collect()
        .await?;
    Ok(changes.into_iter().flatten().collect())
}

/// The live object. A kind that the cluster does not know has none.
pub(crate) async fn live(
    context: &Context,
    gvk: &Gvk,
    key: &ObjectKey,
) -> Result<Option<Value>, ReleaseError> {
    match context.cluster.get(gvk, key.namespace.as_deref(), &key.name).await {
        Ok(live) => Ok(live),
        Err(ClusterError::UnknownKind { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
