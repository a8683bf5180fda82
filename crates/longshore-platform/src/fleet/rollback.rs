//! Going back on several clusters: what the last deploy changed, on whichever of them it did.

use longshore_diag::Diagnostic;
use longshore_release::ReleaseError;

use super::Fleet;
use crate::inventory::Inventory;
use crate::plan::{Planned, assemble};
use crate::rollback::{newest_deploy, plan_rollback};
use crate::session::Session;
use crate::spaces::Spaces;

impl Fleet {
    /// Plans a rollback; [`Fleet::deploy`] carries it out.
    ///
    /// With a release, that one goes back to its last good revision on every cluster that has it. Without, what the last
    /// deploy changed does, on each cluster where it changed something.
    ///
    /// # Errors
    /// Those of all clusters where there is nothing to go back to.
    pub async fn plan_rollback(&self, release: Option<&str>) -> Result<Vec<Planned>, Vec<Diagnostic>> {
        let newest = self.each(newest_deploy).await?;
        let last = newest.iter().flatten().max().copied();
        self.each(|session| async move {
            let is_meant = match release {
                Some(name) => session.selection.wanted.iter().any(|wanted| wanted == name),
                // Where nothing was ever deployed, or nothing by the last deploy, there is nothing to take back; on the
                // only cluster of all that is an error, which is told there.
                None => last.is_none() || newest_deploy(session).await? == last,
            };
            if is_meant { plan_rollback(session, release, None).await } else { nothing(session).await }
        })
        .await
    }
}

/// The plan of a cluster that stays as it is.
async fn nothing(session: &Session) -> Result<Planned, ReleaseError> {
    assemble(session, Vec::new(), Spaces::default(), Inventory::default()).await
}
