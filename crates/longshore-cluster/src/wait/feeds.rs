//! The watches of one wait, merged into one stream.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::stream::{self, BoxStream, SelectAll, StreamExt as _};
use longshore_object::Gvk;
use longshore_object::readiness::Rules;

use super::WaitTarget;
use super::tracked::is_ready_by_existing;
use crate::cluster::Cluster;
use crate::error::Error;
use crate::objects::Selector;
use crate::watch::Change;

/// How often objects are asked for that may be read and not watched.
const POLL: Duration = Duration::from_secs(2);

/// What a change is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    /// The targets of a kind in a namespace.
    Targets(Gvk, Option<String>),
    /// The pods of a namespace.
    Pods(String),
    /// Its ReplicaSets, which stand between Deployments and pods.
    ReplicaSets(String),
    /// Its warnings: events about pods that cannot be created, set up or reached.
    Warnings(String),
}

/// What a feed tells.
pub(super) enum Told {
    /// A change.
    Change(Source, Change),
    /// What would explain failures may not be read; the wait goes on without.
    Blind {
        /// `pods`, `events`.
        what: &'static str,
        /// Why.
        error: Box<Error>,
    },
    /// The targets themselves cannot be read.
    Ended(Box<Error>),
}

/// The merged watches.
pub(super) struct Feeds {
    merged: SelectAll<BoxStream<'static, Told>>,
    explained: BTreeSet<String>,
}

impl Feeds {
    /// Watches the targets: one watch per kind and namespace.
    pub(super) fn of<'a>(
        cluster: &Cluster,
        targets: impl Iterator<Item = &'a WaitTarget>,
        rules: &Rules,
    ) -> Self {
        let mut groups: BTreeMap<(Gvk, Option<String>), Vec<String>> = BTreeMap::new();
        for target in targets.filter(|target| !is_ready_by_existing(target, rules)) {
            groups
                .entry((target.gvk.clone(), target.key.namespace.clone()))
                .or_default()
                .push(target.key.name.clone());
        }
        let mut merged = SelectAll::new();
        for ((gvk, namespace), names) in groups {
            merged.push(targets_of_kind(cluster.clone(), gvk, namespace, names));
        }
        Self { merged, explained: BTreeSet::new() }
    }

    /// The next change; `None` only if there is nothing to watch.
    pub(super) async fn next(&mut self) -> Option<Told> {
        if self.merged.is_empty() {
            return std::future::pending().await;
        }
        self.merged.next().await
    }

    /// Watches what explains the workloads of a namespace, once.
    pub(super) fn explain(&mut self, cluster: &Cluster, namespace: &str) {
        if !self.explained.insert(namespace.to_owned()) {
            return;
        }
        let warnings = Selector { labels: None, fields: Some("type=Warning".to_owned()) };
        let owned = || namespace.to_owned();
        let all = Selector::default();
        for (what, gvk, selector, source) in [
            ("pods", Gvk::new("v1", "Pod"), &all, Source::Pods(owned())),
            ("replicasets", Gvk::new("apps/v1", "ReplicaSet"), &all, Source::ReplicaSets(owned())),
            ("events", Gvk::new("v1", "Event"), &warnings, Source::Warnings(owned())),
        ] {
            let changes = cluster.watch(&gvk, Some(namespace), selector);
            let told = changes.map(move |change| match change {
                Ok(change) => Told::Change(source.clone(), change),
                Err(error) => Told::Blind { what, error: Box::new(error) },
            });
            self.merged.push(told.boxed());
        }
    }
}

/// Watches the targets of one kind; asks for them one by one where watching is not allowed.
fn targets_of_kind(
    cluster: Cluster,
    gvk: Gvk,
    namespace: Option<String>,
    names: Vec<String>,
) -> BoxStream<'static, Told> {
    let selector = match names.as_slice() {
        [one] => Selector { labels: None, fields: Some(format!("metadata.name={one}")) },
        _ => Selector::default(),
    };
    let source = Source::Targets(gvk.clone(), namespace.clone());
    let watched = cluster.watch(&gvk, namespace.as_deref(), &selector);
    watched
        .flat_map(move |change| match change {
            Ok(change) => stream::iter([Told::Change(source.clone(), change)]).boxed(),
            Err(error) if error.is_forbidden() => {
                let source = source.clone();
                polled(cluster.clone(), gvk.clone(), namespace.clone(), names.clone(), source)
            }
            Err(error) => stream::iter([Told::Ended(Box::new(error))]).boxed(),
        })
        .boxed()
}

fn polled(
    cluster: Cluster,
    gvk: Gvk,
    namespace: Option<String>,
    names: Vec<String>,
    source: Source,
) -> BoxStream<'static, Told> {
    let ask = move |first: bool| {
        let (cluster, gvk, namespace) = (cluster.clone(), gvk.clone(), namespace.clone());
        let (names, source) = (names.clone(), source.clone());
        async move {
            if !first {
                tokio::time::sleep(POLL).await;
            }
            let mut found = Vec::new();
            for name in &names {
                match cluster.get(&gvk, namespace.as_deref(), name).await {
                    Ok(live) => found.extend(live),
                    Err(error @ Error::Connection { .. }) => {
                        let message = error.diagnostic().message.clone();
                        return Told::Change(source, Change::Trouble(message));
                    }
                    Err(error) => return Told::Ended(Box::new(error)),
                }
            }
            Told::Change(source, Change::All(found))
        }
    };
    stream::unfold(true, move |first| {
        let told = ask(first);
        async move { Some((told.await, false)) }
    })
    .boxed()
}
