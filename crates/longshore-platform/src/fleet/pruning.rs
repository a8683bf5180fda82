//! Removing what the project file does not want on its clusters, when everything that it wants is there.

use futures::future::join_all;
use longshore_diag::Diagnostic;
use longshore_release::Event;

use super::{ClusterDeployed, Fleet, on_cluster};
use crate::inventory::{Unlisted, remove};

impl Fleet {
    /// Removes what the plans remove, on all clusters that were deployed to. What was to go over to a cluster where the
    /// deploy has failed stays where it is.
    pub(super) async fn prune(&self, clusters: &mut [ClusterDeployed], unlisted: &[Vec<Unlisted>]) {
        let failed: Vec<usize> = (0..clusters.len()).filter(|at| clusters[*at].error.is_some()).collect();
        let work = clusters.iter_mut().zip(&self.sessions).zip(unlisted);
        let work = work.map(|((cluster, session), unlisted)| {
            let failed = &failed;
            Box::pin(async move {
                let Some(deployed) = &mut cluster.deployed else { return };
                let may_go = |one: &&Unlisted| {
                    let Some(there) = one.removed.then(|| self.is_to_be(&one.release, failed)).flatten()
                    else {
                        return true;
                    };
                    let message = format!(
                        "release `{}` stays: cluster `{there}` is to have it instead, and was not deployed",
                        one.release
                    );
                    let warning = Diagnostic::warning("platform/stays", message)
                        .hint("mend what failed there, then run the command again: it goes on from here");
                    session.context.observer.observe(&one.release, &Event::Warning(warning));
                    false
                };
                let going: Vec<&Unlisted> = unlisted.iter().filter(may_go).collect();
                match remove(session, going).await {
                    Ok(removed) => deployed.removed = removed,
                    Err(error) => {
                        cluster.error = Some(Box::new(on_cluster(error.into_diagnostic(), session)));
                        cluster.deployed = None;
                    }
                }
            })
        });
        join_all(work).await;
    }

    /// The first of some clusters on which a release is to be.
    fn is_to_be(&self, release: &str, clusters: &[usize]) -> Option<&str> {
        let has = |at: &&usize| self.sessions[**at].selection.wanted.iter().any(|wanted| wanted == release);
        clusters.iter().find(has).map(|at| self.sessions[*at].cluster_name())
    }
}
