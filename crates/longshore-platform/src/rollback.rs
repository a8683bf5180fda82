//! Going back: one release to a revision, or everything that the last deploy changed.

use longshore_diag::Diagnostic;
use longshore_release::record::Status;
use longshore_release::{DEPLOY_LABEL, Intent, Premises, ReleaseError, Stored, prepare, rollback_candidate};

use crate::inventory::Inventory;
use crate::plan::{Planned, assemble, in_release};
use crate::session::Session;
use crate::spaces::Spaces;

/// Plans a rollback; [`crate::deploy()`] carries it out.
///
/// With a release, that one goes back to `revision`, or to its last good revision before the present
/// one. Without, every selected release whose newest revision was written by the last deploy does; one
/// that the last deploy installed has nothing to go back to and stays.
///
/// # Errors
/// There is nothing to go back to.
pub async fn plan_rollback(
    session: &Session,
    release: Option<&str>,
    revision: Option<u32>,
) -> Result<Planned, ReleaseError> {
    let targets = match release {
        Some(name) => vec![vec![name.to_owned()]],
        None => last_deploy(session).await?,
    };
    let mut waves = Vec::new();
    for wave in targets {
        let mut prepared = Vec::new();
        for name in wave {
            let context = &session.context_of(&name);
            let (to, candidate) = rollback_candidate(context, &name, revision)
                .await
                .map_err(|error| in_release(error, &name))?;
            let intent = Intent::Rollback { to };
            prepared.push(
                prepare(context, &name, candidate, intent, &Premises::default())
                    .await
                    .map_err(|error| in_release(error, &name))?,
            );
        }
        waves.push(prepared);
    }
    assemble(session, waves, Spaces::default(), Inventory::default()).await
}

/// The number of the last deploy of any of the selected releases.
pub(crate) async fn newest_deploy(session: &Session) -> Result<Option<u64>, ReleaseError> {
    let mut newest = None;
    for release in session.selection.releases() {
        let history = session.store_of(&release.name).history(&release.name).await?;
        let deploy = history.last().and_then(|last| last.release.labels.get(DEPLOY_LABEL)?.parse().ok());
        newest = newest.max(deploy);
    }
    Ok(newest)
}

/// The releases that the last deploy changed and that can go back, in waves.
async fn last_deploy(session: &Session) -> Result<Vec<Vec<String>>, ReleaseError> {
    let mut newest: Vec<Vec<(String, Option<String>, bool)>> = Vec::new();
    for wave in &session.selection.waves {
        let mut found = Vec::new();
        for release in wave {
            let history = session.store_of(&release.name).history(&release.name).await?;
            if let Some(last) = history.last() {
                let deploy = last.release.labels.get(DEPLOY_LABEL).cloned();
                found.push((release.name.clone(), deploy, can_go_back(&history)));
            }
        }
        newest.push(found);
    }
    let last =
        newest.iter().flatten().filter_map(|(_, deploy, _)| deploy.as_deref()?.parse::<u64>().ok()).max();
    let is_last = |deploy: &Option<String>| deploy.as_deref().and_then(|d| d.parse().ok()) == last;
    let waves: Vec<Vec<String>> = newest
        .into_iter()
        .map(|wave| {
            wave.into_iter()
                .filter(|(_, deploy, back)| last.is_some() && is_last(deploy) && *back)
                .map(|(name, ..)| name)
                .collect::<Vec<_>>()
        })
        .filter(|wave: &Vec<String>| !wave.is_empty())
        .collect();
    if waves.is_empty() {
        let message = match last {
            None => {
                let places = session.selection.chosen_namespaces().join("`, `");
                format!("nothing of this platform is deployed in namespace `{places}`")
            }
            Some(_) => {
                "the last deploy was the first one: there is no earlier revision to go back to".to_owned()
            }
        };
        return Err(Diagnostic::error("platform/nothing-to-roll-back", message)
            .hint("`longshore history` shows the revisions; `longshore destroy` removes the platform")
            .into());
    }
    Ok(waves)
}

/// Whether an earlier revision was once deployed.
fn can_go_back(history: &[Stored]) -> bool {
    let Some((_, earlier)) = history.split_last() else { return false };
    earlier.iter().any(|stored| matches!(stored.release.info.status, Status::Superseded | Status::Deployed))
}
