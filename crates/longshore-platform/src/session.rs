//! A selection on its cluster: what plan, deploy, status and the others work with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use longshore_cluster::Cluster;
use longshore_release::{
    Around, Clock, Context, DEPLOY_LABEL, ENVIRONMENT_LABEL, Event, Faults, Force, HeldRecords, IgnoreRule,
    Nothing, Observer, PLATFORM_LABEL, Store, Waiting,
};

use crate::hooks::ProjectHooks;
use crate::inventory;
use crate::plan::Planned;
use crate::selection::Selection;

/// On a namespace that Longshore created: for which platform.
pub const CREATED_FOR: &str = "longshore.dev/created-for";

/// On a record: the variables that were given on the command line, as JSON.
pub(crate) const VARS: &str = "vars";

/// Who acts, and on whose behalf.
#[derive(Debug, Clone, Default)]
pub struct Actor {
    /// The name that pending records carry: `ann@laptop`.
    pub name: String,
    /// Commit that is deployed, if known.
    pub commit: Option<String>,
    /// Pipeline run, if there is one.
    pub pipeline_run: Option<String>,
}

/// How operations behave.
#[derive(Debug, Clone)]
pub struct Behaviour {
    /// What may be overruled.
    pub force: Force,
    /// Objects (`Job/migrate`) that may be deleted and made anew where they cannot be changed in place.
    pub recreate: BTreeSet<String>,
    /// Whether the definitions in charts' `crds/` are left alone.
    pub skip_crds: bool,
    /// How long this process may be silent before somebody else goes on with what it does.
    pub term: Duration,
    /// Where tests make it stop.
    pub faults: Arc<dyn Faults>,
    /// How long the objects of one release may take.
    pub timeout: Duration,
    /// How they are waited for.
    pub waiting: Waiting,
    /// Whether a deploy that fails is taken back.
    pub rollback_on_failure: bool,
    /// Whether a missing namespace may be created, whatever the project file says.
    pub create_namespace: bool,
    /// Whether releases that the project file does not want (any more) are removed.
    pub prune: bool,
    /// Whether plans are to be frozen, or compared with a frozen one.
    pub freezes: bool,
    /// Whether the project file's hooks are left out.
    pub no_hooks: bool,
}

/// A selection on its cluster.
#[derive(Clone)]
pub struct Session {
    /// What was chosen.
    pub selection: Arc<Selection>,
    /// The cluster.
    pub cluster: Cluster,
    /// What the release engine works with.
    pub context: Context,
    /// Whether a deploy that fails is taken back.
    pub(crate) rollback_on_failure: bool,
    /// Whether releases that are not wanted are removed.
    pub(crate) prunes: bool,
    /// Whether the project file's hooks are run.
    pub(crate) runs_hooks: bool,
    /// Whether missing namespaces may be created.
    pub(crate) may_create_namespace: bool,
    ignored: Vec<IgnoreRule>,
}

/// Tells of releases with their namespace in front.
struct InNamespace {
    namespace: String,
    inner: Arc<dyn Observer>,
}

impl Observer for InNamespace {
    fn observe(&self, release: &str, event: &Event) {
        self.inner.observe(&format!("{}/{release}", self.namespace), event);
    }
}

impl Session {
    /// Puts a selection on a cluster.
    pub fn new(
        selection: Selection,
        cluster: Cluster,
        actor: &Actor,
        behaviour: &Behaviour,
        clock: Arc<dyn Clock>,
        observer: Arc<dyn Observer>,
    ) -> Self {
        selection.outputs.connect(selection.outputs.here, &cluster);
        let selection = Arc::new(selection);
        let around: Arc<dyn Around> = if behaviour.no_hooks {
            Arc::new(Nothing)
        } else {
            Arc::new(ProjectHooks::new(Arc::clone(&selection)))
        };
        let project = &selection.platform.project;
        let deploy = clock.now().as_millisecond().to_string();
        let mut labels = BTreeMap::from([
            (PLATFORM_LABEL.to_owned(), project.name.value.clone()),
            (ENVIRONMENT_LABEL.to_owned(), selection.environment.name.clone()),
            (DEPLOY_LABEL.to_owned(), deploy),
        ]);
        labels.extend(inventory::labels(&selection));
        let mut provenance = BTreeMap::from([("longshore.dev/deployed-by".to_owned(), actor.name.clone())]);
        for (key, value) in [("commit", &actor.commit), ("pipeline-run", &actor.pipeline_run)] {
            if let Some(value) = value {
                provenance.insert(format!("longshore.dev/{key}"), value.clone());
            }
        }
        if let Some(vars) = given(&selection) {
            provenance.insert(format!("longshore.dev/{VARS}"), vars);
        }
        let context = Context {
            cluster: cluster.clone(),
            namespace: selection.namespaces().remove(0),
            labels,
            provenance,
            notes_basis: behaviour.freezes,
            holder: holder(&actor.name),
            timeout: behaviour.timeout,
            waiting: behaviour.waiting.clone(),
            deployed: Arc::default(),
            coming: Arc::default(),
            force: behaviour.force,
            moved: project
                .moved
                .iter()
                .map(|moved| (moved.to.value.clone(), moved.from.value.clone()))
                .collect(),
            former_environments: project.former_environments(&selection.environment.name),
            recreate: behaviour.recreate.clone(),
            skip_crds: behaviour.skip_crds,
            term: behaviour.term,
            faults: Arc::clone(&behaviour.faults),
            around,
            clock,
            observer,
            held: HeldRecords::default(),
        };
        let may_create_namespace = behaviour.create_namespace
            || selection.environment.create_namespace.as_ref().is_some_and(|create| create.allowed);
        Self {
            selection,
            runs_hooks: !behaviour.no_hooks,
            cluster,
            context,
            rollback_on_failure: behaviour.rollback_on_failure,
            prunes: behaviour.prune,
            may_create_namespace,
            ignored: Vec::new(),
        }
    }

    /// The same, whose records name the plan that is carried out, and where it comes from.
    pub(crate) fn recording(&self, planned: &Planned) -> Self {
        let mut session = self.clone();
        let mut note = |key: &str, value: Option<&String>| {
            if let Some(value) = value {
                session.context.provenance.insert(format!("longshore.dev/{key}"), value.clone());
            }
        };
        note("plan", Some(&planned.digest()));
        if let Some(frozen) = &planned.frozen {
            note("planned-by", Some(&frozen.made.by));
            note("commit", frozen.made.commit.as_ref());
        }
        session
    }

    /// What the project file and the command line say that is no drift.
    pub(crate) fn ignored_drift(&self) -> Vec<IgnoreRule> {
        let rules = self.selection.platform.project.ignored_drift.iter();
        rules.map(|placed| placed.value.clone()).chain(self.ignored.iter().cloned()).collect()
    }

    /// Takes further differences for no drift.
    #[must_use]
    pub fn ignoring(mut self, rules: Vec<IgnoreRule>) -> Self {
        self.ignored.extend(rules);
        self
    }

    /// What the release engine works with for one release: its namespace, and what it is called where there are several.
    pub fn context_of(&self, release: &str) -> Context {
        self.context_in(self.selection.namespace_of(release))
    }

    /// The same for what lies in a namespace, whether it is wanted there or not.
    pub(crate) fn context_in(&self, namespace: &str) -> Context {
        let mut context = self.context.in_namespace(namespace);
        if self.selection.is_spread() {
            let namespace = namespace.to_owned();
            context.observer = Arc::new(InNamespace { namespace, inner: context.observer });
        }
        context
    }

    /// The records of one release.
    pub(crate) fn store_of(&self, release: &str) -> Store {
        Store::new(self.cluster.clone(), self.selection.namespace_of(release))
    }

    /// The cluster, as the project calls it, else as the kubeconfig does.
    pub fn cluster_name(&self) -> &str {
        self.selection.cluster_name().unwrap_or_else(|| self.cluster.name())
    }

    /// The environment's name.
    pub fn environment(&self) -> &str {
        &self.selection.environment.name
    }
}

/// Who holds records and locks: the actor, and a number that nobody else draws. In containers on their host's network
/// all have its name, and the same numbers of processes.
fn holder(actor: &str) -> String {
    format!("{actor} #{:08x}", rand::random::<u32>())
}

/// The variables that were given on the command line, as JSON; nothing if there are none.
fn given(selection: &Selection) -> Option<String> {
    let given = Some(&selection.given).filter(|given| !given.is_empty())?;
    serde_json::to_string(given).ok()
}

#[cfg(test)]
mod tests {
    use super::holder;

    #[test]
    fn two_that_are_called_the_same_are_not_taken_for_one() {
        let actor = "root@ci (process 1)";
        assert!(holder(actor).starts_with(actor));
        assert_ne!(holder(actor), holder(actor));
    }
}
