//! One platform on several clusters: planned as a whole, deployed as a whole.
//!
//! All clusters are reached and planned before the first is written to. Then each goes its own way through its waves, but
//! waits for what a release needs on another cluster, and for the waves of clusters before its own. A cluster that fails
//! stops only what needs it. The lock of the environment lies on its first cluster (design decision 5).

mod board;
mod lock;
mod order;
mod pruning;
mod removal;
mod rollback;

use std::collections::BTreeMap;

use futures::future::join_all;
use longshore_diag::Diagnostic;
use longshore_release::{DEPLOY_LABEL, ReleaseError};
use serde::Serialize;

use crate::deploy::{Deployed, deploy_at};
use crate::inventory::Unlisted;
use crate::plan::{Planned, plan};
use crate::session::Session;
use board::Board;
pub(crate) use board::Desk;
use lock::Lock;
pub(crate) use order::Node;
use order::needs;

/// A platform on several clusters.
#[derive(Clone)]
pub struct Fleet {
    sessions: Vec<Session>,
    /// What each release waits for on other clusters, where a frozen plan says it and not the project.
    order: Option<BTreeMap<Node, Vec<Node>>>,
}

/// How a deploy to several clusters ended.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FleetDeployed {
    /// The platform.
    pub platform: String,
    /// The environment.
    pub environment: String,
    /// Each cluster, in the order of the project file.
    pub clusters: Vec<ClusterDeployed>,
}

/// How it ended on one cluster.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterDeployed {
    /// The cluster's name in the project.
    pub cluster: String,
    /// What is deployed there now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployed: Option<Deployed>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Box<Diagnostic>>,
}

impl Fleet {
    /// Sessions of one environment, in the order of its clusters. What they write counts as one deploy.
    pub fn new(mut sessions: Vec<Session>) -> Self {
        let deploy = sessions.first().and_then(|session| session.context.labels.get(DEPLOY_LABEL).cloned());
        for session in &mut sessions {
            if let Some(deploy) = &deploy {
                session.context.labels.insert(DEPLOY_LABEL.to_owned(), deploy.clone());
            }
        }
        for session in &sessions {
            // What is only about what was left behind has no releases that give anything.
            for other in sessions.iter().filter(|other| !other.selection.left) {
                session.selection.outputs.connect(other.selection.outputs.here, &other.cluster);
            }
        }
        Self { sessions, order: None }
    }

    /// The same, where a release waits for what is said here, and not for what the project says.
    pub(crate) fn in_order(self, order: BTreeMap<Node, Vec<Node>>) -> Self {
        Self { order: Some(order), ..self }
    }

    /// What each release waits for on other clusters.
    ///
    /// # Errors
    /// The order of clusters cannot be kept.
    pub(crate) fn needs(&self) -> Result<BTreeMap<Node, Vec<Node>>, Diagnostic> {
        self.order.clone().map_or_else(|| needs(&self.sessions), Ok)
    }

    /// To how many clusters is deployed at once.
    pub(crate) fn at_once(&self) -> Option<usize> {
        self.sessions.first()?.selection.environment.placement.at_once
    }

    /// The sessions, in the order of the clusters.
    pub fn sessions(&self) -> &[Session] {
        &self.sessions
    }

    /// The same, to be changed.
    pub fn sessions_mut(&mut self) -> &mut [Session] {
        &mut self.sessions
    }

    /// Plans all clusters at once. Writes nothing.
    ///
    /// # Errors
    /// Those of all clusters that cannot be planned, or the order of clusters cannot be kept.
    pub async fn plan(&self) -> Result<Vec<Planned>, Vec<Diagnostic>> {
        self.needs().map_err(|error| vec![error])?;
        let planned = join_all(self.sessions.iter().map(plan)).await;
        self.all(planned)
    }

    /// Does something on all clusters at once.
    ///
    /// # Errors
    /// Those of all clusters where it fails.
    pub async fn each<'a, T, F: Future<Output = Result<T, ReleaseError>>>(
        &'a self,
        act: impl Fn(&'a Session) -> F,
    ) -> Result<Vec<T>, Vec<Diagnostic>> {
        let done = join_all(self.sessions.iter().map(act)).await;
        self.all(done)
    }

    pub(crate) fn all<T>(&self, results: Vec<Result<T, ReleaseError>>) -> Result<Vec<T>, Vec<Diagnostic>> {
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        for (session, result) in self.sessions.iter().zip(results) {
            match result {
                Ok(one) => good.push(one),
                Err(error) => bad.push(on_cluster(error.into_diagnostic(), session)),
            }
        }
        if bad.is_empty() { Ok(good) } else { Err(bad) }
    }

    /// Carries plans out, one for each session.
    ///
    /// # Errors
    /// Somebody else deploys this environment, or the plans have problems: then nothing was changed. What fails on a
    /// cluster is part of the result.
    pub async fn deploy(&self, planned: Vec<Planned>) -> Result<FleetDeployed, ReleaseError> {
        for (session, planned) in self.sessions.iter().zip(&planned) {
            if let Some((plan, problem)) = planned.plan.problems().next() {
                let problem = problem.clone().within(format!("in release `{}`", plan.release), None);
                return Err(on_cluster(problem, session).into());
            }
        }
        let Some(first) = self.sessions.first() else {
            return Err(Diagnostic::error("platform/no-cluster", "there is no cluster to deploy to").into());
        };
        let mut needs = self.needs()?;
        // What is not part of the plans is not waited for.
        let is_planned = |(at, release): &(usize, String)| {
            planned.get(*at).is_some_and(|one| one.plan.releases.iter().any(|plan| plan.release == *release))
        };
        for needed in needs.values_mut() {
            needed.retain(is_planned);
        }
        let at_once = self.at_once().unwrap_or(usize::MAX);
        let unlisted: Vec<Vec<Unlisted>> =
            planned.iter().map(|planned| planned.plan.unlisted.clone()).collect();
        let created = planned.first().map(|one| one.plan.created()).unwrap_or_default();
        let lock = Lock::take(first, &created).await?;
        let names = self.sessions.iter().map(|session| session.cluster_name().to_owned()).collect();
        let board = &Board::new(names, needs, at_once);
        let work = self.sessions.iter().zip(planned).enumerate().map(|(at, (session, planned))| {
            // Each of them is a whole deploy, which is large.
            Box::pin(async move {
                let deployed = deploy_at(session, planned, Some(&Desk::new(board, at))).await;
                // What was not begun will not be.
                board.closed(at);
                let cluster = session.cluster_name().to_owned();
                match deployed {
                    Ok(deployed) => ClusterDeployed { cluster, deployed: Some(deployed), error: None },
                    Err(error) => {
                        let error = Box::new(on_cluster(error.into_diagnostic(), session));
                        ClusterDeployed { cluster, deployed: None, error: Some(error) }
                    }
                }
            })
        });
        let work = async {
            let mut clusters = join_all(work).await;
            self.prune(&mut clusters, &unlisted).await;
            clusters
        };
        let clusters = lock.during(work).await?;
        lock.release().await;
        Ok(FleetDeployed {
            platform: first.selection.platform.project.name.value.clone(),
            environment: first.environment().to_owned(),
            clusters,
        })
    }

    /// Lets the next command follow at once. Gives back what was being worked on.
    pub async fn let_go(&self) -> Vec<String> {
        let mut open = Vec::new();
        for session in &self.sessions {
            let names = session.context.let_go().await;
            let shown =
                |name: &String| format!("{}/{}", session.cluster_name(), session.selection.shown(name));
            open.extend(names.iter().map(shown));
        }
        if let Some(first) = self.sessions.first() {
            lock::let_go(first).await;
        }
        open
    }
}

/// An error that says where.
pub(crate) fn on_cluster(error: Diagnostic, session: &Session) -> Diagnostic {
    error.within(format!("on cluster `{}`", session.cluster_name()), None)
}
