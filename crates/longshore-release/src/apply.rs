//! Applying the objects of a release: a graph, walked by as many requests side by side as the cluster takes.
//!
//! An object is applied as soon as all that must go before it is there ([`longshore_object::order`]). How many
//! requests are on their way at once is the cluster's limit (`ClusterOptions::concurrency`), and a server that is
//! busy says so (429); there is no limit here, because an object that waits for another one to become ready must not
//! keep others from being applied.

use std::collections::BTreeMap;

use futures::stream::{FuturesUnordered, StreamExt};
use longshore_cluster::Outcome;
use longshore_diag::Diagnostic;
use longshore_object::order::Graph;
use longshore_object::{Object, ObjectKey};

use crate::contest::{self, Settlement};
use crate::event::{Done, Event};
use crate::fault::FaultPoint;
use crate::helm::migrate;
use crate::{Context, ReleaseError, ownership, removal, wait};

/// What a plan has found out that must be done to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Todo {
    /// Nothing: it is as it should be, ownership of its fields included.
    Skip,
    /// It is applied.
    Apply {
        /// Its resource version when the plan was made; `None` if it did not exist.
        before: Option<String>,
        /// What it does about fields of others.
        settlement: Settlement,
        /// Whether Helm wrote it without server-side apply, so that what it owns must be converted first.
        converts: bool,
    },
    /// It is deleted, and made anew: fields that never change would have to.
    Recreate,
}

impl Todo {
    /// For what was not looked at: it is applied, as far as that is allowed.
    fn unseen(context: &Context) -> Self {
        Self::Apply { before: None, settlement: Settlement::unseen(context), converts: false }
    }
}

/// What must be done to each object.
pub(crate) type Todos = BTreeMap<ObjectKey, Todo>;

/// Whether the objects are part of the release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// They carry its marks.
    Marked,
    /// They do not: definitions of `crds/`.
    Beside,
}

/// Applies objects, each after what it needs. Definitions, and what an annotation asks for, are waited for until
/// they are ready before anything that needs them is applied.
pub(crate) async fn in_order(
    context: &Context,
    release: &str,
    objects: &[Object],
    todo: &Todos,
    part: Part,
) -> Result<(), ReleaseError> {
    let mut graph = Graph::of(objects, &context.namespace);
    let one = |index: usize, is_awaited: bool| async move {
        let object = &objects[index];
        let todo = todo.get(&object.key_in(&context.namespace)).cloned();
        let todo = todo.unwrap_or_else(|| Todo::unseen(context));
        carry_out(context, release, object, &todo, part).await?;
        if is_awaited {
            wait::until_ready(context, release, std::slice::from_ref(object)).await?;
        }
        Ok::<_, ReleaseError>(index)
    };
    let mut under_way = FuturesUnordered::new();
    for index in graph.first() {
        under_way.push(one(index, graph.is_awaited(index)));
    }
    while let Some(done) = under_way.next().await {
        for index in graph.done(done?) {
            under_way.push(one(index, graph.is_awaited(index)));
        }
    }
    Ok(())
}

async fn carry_out(
    context: &Context,
    release: &str,
    object: &Object,
    todo: &Todo,
    part: Part,
) -> Result<(), ReleaseError> {
    let key = object.key_in(&context.namespace);
    let done = match todo {
        Todo::Skip => {
            context.tell(release, Event::Object { key, done: Done::Unchanged });
            return Ok(());
        }
        Todo::Apply { before, settlement, converts } => {
            if *converts {
                convert(context, object, &key).await?;
            }
            apply(context, release, object, before.as_deref(), settlement, part).await?
        }
        Todo::Recreate => {
            removal::delete_and_wait(context, release, object.gvk(), &key).await?;
            context.tell(release, Event::Object { key: key.clone(), done: Done::Deleted });
            context.faults.reached(release, FaultPoint::RecreatedDeleted).await;
            apply(context, release, object, None, &Settlement::default(), part).await?
        }
    };
    context.tell(release, Event::Object { key, done });
    let point = if part == Part::Marked { FaultPoint::ObjectApplied } else { FaultPoint::DefinitionApplied };
    context.faults.reached(release, point).await;
    Ok(())
}

/// Makes what Helm owns by updating an object owned by applying it, so that what the manifest no longer names goes.
async fn convert(context: &Context, object: &Object, key: &ObjectKey) -> Result<(), ReleaseError> {
    const ATTEMPTS: u32 = 5;
    let (cluster, namespace) = (&context.cluster, key.namespace.as_deref());
    for attempt in 1.. {
        let Some(live) = cluster.get(object.gvk(), namespace, &key.name).await? else { break };
        let Some(managers) = migrate::converted(&live) else { break };
        let patch = migrate::patch(&managers, &live["metadata"]["resourceVersion"]);
        match cluster.patch(object.gvk(), namespace, &key.name, None, &patch).await {
            Err(error) if error.is_stale() && attempt < ATTEMPTS => {}
            Err(error) => return Err(error.into()),
            Ok(_) => break,
        }
    }
    Ok(())
}

/// Applies one object that is no part of the release: a hook.
pub(crate) async fn beside(context: &Context, release: &str, object: &Object) -> Result<(), ReleaseError> {
    let done = apply(context, release, object, None, &Settlement::unseen(context), Part::Beside).await?;
    context.tell(release, Event::Object { key: object.key_in(&context.namespace), done });
    Ok(())
}

async fn apply(
    context: &Context,
    release: &str,
    object: &Object,
    before: Option<&str>,
    settlement: &Settlement,
    part: Part,
) -> Result<Done, ReleaseError> {
    let mut object = object.clone();
    if part == Part::Marked {
        ownership::mark(&mut object, release, &context.namespace);
    }
    let applied = contest::apply(context, &object, settlement, before).await?;
    for warning in applied.warnings {
        let warning = Diagnostic::warning("cluster/warning", warning).at(object.place().clone());
        context.tell(release, Event::Warning(warning));
    }
    Ok(match applied.outcome {
        Outcome::Created => Done::Created,
        Outcome::Configured => Done::Configured,
        Outcome::Unchanged => Done::Unchanged,
    })
}
