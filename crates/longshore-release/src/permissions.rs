//! What a deploy must be allowed to do, asked before the first write.
//!
//! A deploy that may not delete an old object, or may not write its record, would find out half-way. The
//! server's dry run shows only what applying needs; this asks for the rest too.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt, TryStreamExt};
use longshore_cluster::{Action, Cluster, Error as ClusterError, Rules};
use longshore_diag::Diagnostic;
use longshore_object::{Gvk, ObjectKey, parse_manifests};

use crate::hooks;
use crate::plan::ObjectAction;
use crate::prepare::Prepared;
use crate::{Context, ReleaseError};

/// How many questions are asked side by side; the cluster's own limit holds below it.
const CONCURRENCY: usize = 16;

/// What carrying a plan out needs to be allowed to do, as far as kinds are known.
///
/// # Errors
/// The cluster cannot be asked for its kinds.
pub(crate) async fn needed(context: &Context, prepared: &Prepared) -> Result<BTreeSet<Action>, ReleaseError> {
    let mut needed = Needed { context, actions: BTreeSet::new(), seen: BTreeSet::new() };
    if !prepared.plan.changes_something() {
        return Ok(needed.actions);
    }
    let records = Gvk::new("v1", "Secret");
    let here = ObjectKey {
        group: String::new(),
        kind: "Secret".to_owned(),
        namespace: Some(context.namespace.clone()),
        name: String::new(),
    };
    needed.add(&records, &here, &["create", "update"]).await?;
    let kinds = kinds(context, prepared);
    for change in &prepared.plan.objects {
        let verbs: &[&str] = match change.action {
            ObjectAction::Create => &["get", "create", "patch"],
            ObjectAction::Update | ObjectAction::Nothing => &["get", "patch"],
            ObjectAction::Recreate => &["get", "create", "patch", "delete"],
            ObjectAction::Delete => &["delete"],
            ObjectAction::Keep => continue,
        };
        if let Some(gvk) = kinds.get(&change.object) {
            needed.add(gvk, &change.object, verbs).await?;
        }
    }
    let (before, after) = hooks::events(prepared.plan.action);
    for hook in [before, after].iter().flat_map(|event| hooks::of_event(&prepared.candidate.hooks, event)) {
        for object in parse_manifests(&hook.manifest, &hook.path)? {
            let key = object.key_in(&context.namespace);
            needed.add(object.gvk(), &key, &["get", "create", "patch", "delete"]).await?;
        }
    }
    Ok(needed.actions)
}

/// The kind, with its version, of each object of a plan.
fn kinds(context: &Context, prepared: &Prepared) -> BTreeMap<ObjectKey, Gvk> {
    let deletes = prepared.plan.objects.iter().any(|change| change.action == ObjectAction::Delete);
    let prior = if deletes { prepared.prior.objects(&context.namespace) } else { BTreeMap::new() };
    let mut kinds: BTreeMap<ObjectKey, Gvk> =
        prior.into_iter().map(|(key, object)| (key, object.gvk().clone())).collect();
    let candidate = prepared.candidate.objects.iter().chain(&prepared.candidate.crds);
    kinds.extend(candidate.map(|object| (object.key_in(&context.namespace), object.gvk().clone())));
    kinds
}

struct Needed<'a> {
    context: &'a Context,
    actions: BTreeSet<Action>,
    /// What was added already: most objects are of few kinds.
    seen: BTreeSet<(Gvk, Option<String>, String)>,
}

impl Needed<'_> {
    async fn add(&mut self, gvk: &Gvk, key: &ObjectKey, verbs: &[&str]) -> Result<(), ReleaseError> {
        if !self.seen.insert((gvk.clone(), key.namespace.clone(), verbs.join(","))) {
            return Ok(());
        }
        let resource = match self.context.cluster.resource(gvk).await {
            Ok(resource) => resource,
            // A kind that this plan itself defines: what may be done with it cannot be asked yet.
            Err(ClusterError::UnknownKind { .. }) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let namespace = if resource.namespaced { key.namespace.clone() } else { None };
        for verb in verbs {
            self.actions.insert(Action {
                verb: (*verb).to_owned(),
                group: gvk.group.clone(),
                resource: resource.plural.clone(),
                namespace: namespace.clone(),
                name: None,
            });
        }
        Ok(())
    }
}

/// What is needed and not allowed. `rules` are those of the release's namespace; what they do not grant is
/// asked for by itself.
///
/// # Errors
/// The cluster cannot be asked.
pub async fn missing_permissions(
    context: &Context,
    prepared: &Prepared,
    rules: &Rules,
) -> Result<Vec<Action>, ReleaseError> {
    let open = needed(context, prepared).await?.into_iter().filter(|action| !rules.grant(action));
    let cluster: &Cluster = &context.cluster;
    let answers: Vec<Option<Action>> = stream::iter(open)
        .map(|action| async move { Ok::<_, ClusterError>((!cluster.may(&action).await?).then_some(action)) })
        .buffered(CONCURRENCY)
        .try_collect()
        .await?;
    Ok(answers.into_iter().flatten().collect())
}

/// The problem that missing permissions are.
pub fn permission_problem(missing: &[Action]) -> Diagnostic {
    let count = missing.len();
    let message = format!(
        "{count} thing{} that this deploy does {} not allowed",
        if count == 1 { "" } else { "s" },
        if count == 1 { "is" } else { "are" }
    );
    missing
        .iter()
        .fold(Diagnostic::error("release/permissions", message), |problem, action| problem.note(action.to_string()))
        .hint("have a role granted that allows it (`kubectl auth can-i --list` shows what is), or use another user with --context")
}
