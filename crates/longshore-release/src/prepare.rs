//! From a candidate to a plan: every object is compared with the live one by a server-side dry run.

use std::collections::BTreeSet;

use futures::stream::{self, StreamExt, TryStreamExt};
use longshore_cluster::{ApplyOptions, Error as ClusterError, Refusal};
use longshore_diag::Diagnostic;
use longshore_object::{Gvk, Object, ObjectKey, order};
use serde_json::Value;

use crate::candidate::Candidate;
use crate::context::FIELD_MANAGER;
use crate::diff::diff;
use crate::plan::{FieldConflict, ObjectAction, ObjectChange, ReleaseAction, ReleasePlan, Verified};
use crate::prior::Prior;
use crate::record::{Release, Status};
use crate::store::Store;
use crate::{Context, ReleaseError, data, hooks, ownership};

/// The label that names the platform of a record.
pub const PLATFORM_LABEL: &str = "longshore.dev/platform";

/// The label that names the deploy which wrote a record; it differs every time.
pub const DEPLOY_LABEL: &str = "longshore.dev/deploy";

/// How many objects are looked at side by side; the cluster's own limit holds below it.
const CONCURRENCY: usize = 32;

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
    pub(crate) prior: Prior,
}

/// Compares a candidate with the cluster.
///
/// `missing_namespace` says that the namespace does not exist yet: then nothing can be tried, and every
/// object waits for it.
///
/// # Errors
/// The cluster cannot be asked. What keeps the plan from being carried out is no error but one of its
/// [`ReleasePlan::problems`].
pub async fn prepare(
    context: &Context,
    name: &str,
    candidate: Candidate,
    intent: Intent,
    missing_namespace: bool,
) -> Result<Prepared, ReleaseError> {
    let store = Store::new(context.cluster.clone(), &context.namespace);
    let prior =
        if missing_namespace { Prior::default() } else { Prior { history: store.history(name).await? } };
    let survey = Survey::of(context, name, &candidate, missing_namespace);
    let looks: Vec<Look> = stream::iter(&candidate.objects)
        .map(|object| survey.look(object))
        .buffered(CONCURRENCY)
        .try_collect()
        .await?;
    let mut plan = ReleasePlan {
        release: name.to_owned(),
        namespace: context.namespace.clone(),
        action: ReleaseAction::Nothing,
        revision: prior.last().map_or(0, |last| last.revision),
        chart: candidate.chart_name_version(),
        objects: Vec::new(),
        hooks: Vec::new(),
        conflicts: Vec::new(),
        problems: taken(context, name, &prior).into_iter().collect(),
        warnings: Vec::new(),
    };
    let waves = order::waves(&candidate.objects, &context.namespace);
    let mut looks: Vec<Option<Look>> = looks.into_iter().map(Some).collect();
    for look in waves.into_iter().flatten().filter_map(|index| looks[index].take()) {
        plan.objects.push(look.change);
        plan.conflicts.extend(look.conflicts);
        plan.problems.extend(look.problem);
        plan.warnings.extend(look.warnings);
    }
    plan.objects.extend(deletions(context, name, &prior, &plan).await?);
    plan.action = action(context, &prior, &candidate, &plan, intent);
    if plan.action != ReleaseAction::Nothing {
        plan.revision = prior.next_revision();
        plan.hooks = hooks::planned(&candidate.hooks, plan.action);
    }
    if !plan.conflicts.is_empty() && !context.force.overwrite {
        plan.problems.push(conflict_problem(&plan.conflicts));
    }
    Ok(Prepared { plan, candidate, intent, prior })
}

/// What was found out about one object.
struct Look {
    change: ObjectChange,
    conflicts: Vec<FieldConflict>,
    problem: Option<Diagnostic>,
    warnings: Vec<String>,
}

/// What looking at an object needs to know of its surroundings.
struct Survey<'a> {
    context: &'a Context,
    release: &'a str,
    /// The release's namespace, if it does not exist yet.
    missing: Option<&'a str>,
    /// Namespaces that the candidate itself makes, whether they exist already or not.
    made: BTreeSet<&'a str>,
    /// Kinds that the candidate itself defines, with the definition's name.
    defined: Vec<(String, String, String)>,
}

impl<'a> Survey<'a> {
    fn of(context: &'a Context, release: &'a str, candidate: &'a Candidate, missing_namespace: bool) -> Self {
        let missing = missing_namespace.then_some(context.namespace.as_str());
        let namespaces = candidate.objects.iter().filter(|object| object.kind() == "Namespace");
        let made = namespaces.map(Object::name).collect();
        let everything = candidate.crds.iter().chain(&candidate.objects);
        let defined = everything
            .filter(|object| object.kind() == "CustomResourceDefinition")
            .filter_map(|crd| {
                let (group, kind, ..) = longshore_object::kinds::scope_from_definition(&crd.to_json())?;
                Some((group, kind, crd.key().to_string()))
            })
            .collect();
        Self { context, release, missing, made, defined }
    }

    /// Asks the server what applying the object would do.
    async fn look(&self, object: &Object) -> Result<Look, ReleaseError> {
        let key = object.key_in(&self.context.namespace);
        let mut look = Look {
            change: ObjectChange {
                object: key.clone(),
                action: ObjectAction::Create,
                fields: Vec::new(),
                verified: Verified::Verified,
                destroys_data: false,
                place: Some(object.place().clone()),
            },
            conflicts: Vec::new(),
            problem: None,
            warnings: Vec::new(),
        };
        if let Some(waits_for) = self.waits_for(object, &key) {
            look.change.verified = Verified::WaitsFor(waits_for);
            return Ok(look);
        }
        let cluster = &self.context.cluster;
        let live = match cluster.get(object.gvk(), key.namespace.as_deref(), &key.name).await {
            Ok(live) => live,
            Err(error) => return unless_fatal(error, look, object),
        };
        if let Some(live) = &live {
            look.change.action = ObjectAction::Update;
            if !self.context.force.adopt
                && let Err(problem) =
                    ownership::check(&key, object, live, self.release, &self.context.namespace)
            {
                look.problem = Some(problem);
                return Ok(look);
            }
        }
        let mut applied = object.clone();
        ownership::mark(&mut applied, self.release, &self.context.namespace);
        let options = ApplyOptions {
            dry_run: true,
            force: self.context.force.overwrite,
            namespace: Some(self.context.namespace.clone()),
            ..ApplyOptions::new(FIELD_MANAGER)
        };
        let version = live.as_ref().and_then(|live| live["metadata"]["resourceVersion"].as_str());
        match cluster.apply_after(&applied, &options, version).await {
            Ok(tried) => {
                look.warnings = tried.warnings;
                if let Some(live) = &live {
                    look.change.fields = diff(&key, live, &tried.live);
                    if look.change.fields.is_empty() {
                        look.change.action = ObjectAction::Nothing;
                    }
                }
                Ok(look)
            }
            Err(error) if !error.conflicts().is_empty() => {
                look.conflicts = error
                    .conflicts()
                    .iter()
                    .map(|conflict| FieldConflict {
                        object: key.clone(),
                        field: conflict.field.clone(),
                        manager: conflict.manager.clone(),
                    })
                    .collect();
                Ok(look)
            }
            Err(error) => match error.refusal() {
                Some(Refusal::NamespaceMissing { namespace }) if self.made.contains(namespace.as_str()) => {
                    look.change.verified = Verified::WaitsFor(format!("Namespace/{namespace}"));
                    Ok(look)
                }
                _ => unless_fatal(error, look, object),
            },
        }
    }

    /// The object of this plan that must exist before the server can try this one.
    fn waits_for(&self, object: &Object, key: &ObjectKey) -> Option<String> {
        if let Some(namespace) = key.namespace.as_deref().filter(|namespace| self.missing == Some(*namespace))
        {
            return Some(format!("Namespace/{namespace}"));
        }
        let gvk = object.gvk();
        let (_, _, definition) =
            self.defined.iter().find(|(group, kind, _)| *group == gvk.group && *kind == gvk.kind)?;
        Some(definition.clone())
    }
}

/// A refusal of this object is a problem of the plan; everything else stops planning.
fn unless_fatal(error: ClusterError, mut look: Look, object: &Object) -> Result<Look, ReleaseError> {
    if error.refusal().is_none() && !matches!(error, ClusterError::UnknownKind { .. }) {
        return Err(error.into());
    }
    look.problem = Some(error.diagnostic().or_at(object.place().clone()));
    Ok(look)
}

/// What the release has now and the candidate no longer names.
async fn deletions(
    context: &Context,
    name: &str,
    prior: &Prior,
    plan: &ReleasePlan,
) -> Result<Vec<ObjectChange>, ReleaseError> {
    let named: BTreeSet<&ObjectKey> = plan.objects.iter().map(|change| &change.object).collect();
    let gone: Vec<(ObjectKey, Object)> =
        prior.objects(&context.namespace).into_iter().filter(|(key, _)| !named.contains(key)).collect();
    let changes: Vec<Option<ObjectChange>> = stream::iter(gone)
        .map(|(key, object)| async move {
            let Some(live) = live(context, object.gvk(), &key).await? else { return Ok(None) };
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

fn action(
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
    if completed && labelled && !touched && plan.conflicts.is_empty() && same(&deployed.release, candidate) {
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

/// Whether the name belongs to something that this platform did not deploy.
fn taken(context: &Context, name: &str, prior: &Prior) -> Option<Diagnostic> {
    let last = prior.last().filter(|_| prior.exists() && !context.force.adopt)?;
    let ours = context.labels.get(PLATFORM_LABEL)?;
    let theirs = last.labels.get(PLATFORM_LABEL);
    if theirs == Some(ours) {
        return None;
    }
    let who = match theirs {
        Some(platform) => format!("platform `{platform}`"),
        None => "somebody who does not use Longshore".to_owned(),
    };
    let message = format!(
        "the name `{name}` is taken: in namespace `{}` a release of that name runs chart {}, deployed by {who}",
        context.namespace,
        last.chart_name_version()
    );
    Some(
        Diagnostic::error("release/name-taken", message)
            .hint("rename the release, choose another namespace with -n, or take it over with --adopt"),
    )
}

fn conflict_problem(conflicts: &[FieldConflict]) -> Diagnostic {
    let count = conflicts.len();
    let message = format!(
        "{count} field{} that the release sets {} changed by somebody else",
        if count == 1 { "" } else { "s" },
        if count == 1 { "was" } else { "were" }
    );
    conflicts
        .iter()
        .map(|conflict| format!("{} {} is owned by {}", conflict.object, conflict.field, conflict.manager))
        .fold(Diagnostic::error("release/field-conflict", message), Diagnostic::note)
        .hint("take the change into your files, or overwrite it with --overwrite")
}
