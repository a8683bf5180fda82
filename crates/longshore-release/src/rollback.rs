//! Going back: the candidate that an earlier record describes.

use longshore_diag::Diagnostic;

use crate::candidate::Candidate;
use crate::prior::Prior;
use crate::record::Status;
use crate::store::Store;
use crate::{Context, ReleaseError, set_image};

/// What rolling back means: the candidate of revision `to`, or of the last revision before the present
/// one that once was deployed; if the present one is a rollback that did not complete, of the revision that it was
/// going to. The number is that revision's.
///
/// # Errors
/// There is no such release or revision, or none to go back to.
pub async fn rollback_candidate(
    context: &Context,
    name: &str,
    to: Option<u32>,
) -> Result<(u32, Candidate), ReleaseError> {
    let prior =
        Prior { history: Store::new(context.cluster.clone(), &context.namespace).history(name).await? };
    let Some(last) = prior.last() else {
        let message = format!("there is no release `{name}` in namespace `{}`", context.namespace);
        return Err(Diagnostic::error("release/not-found", message)
            .hint("`longshore status` lists them")
            .into());
    };
    // A rollback that was interrupted, or failed, goes on to where it was going.
    let to = to.or_else(|| {
        Some(last.info.rollback_revision).filter(|to| *to > 0 && !last.info.status.has_ended_well())
    });
    let target = match to {
        Some(revision) => prior.history.iter().find(|stored| stored.release.revision == revision),
        None => prior.history.iter().rev().find(|stored| {
            stored.release.revision < last.revision
                && matches!(stored.release.info.status, Status::Superseded | Status::Deployed)
        }),
    };
    let Some(target) = target else {
        let revisions: Vec<String> =
            prior.history.iter().map(|stored| stored.release.revision.to_string()).collect();
        let message = match to {
            Some(revision) => format!("release `{name}` has no revision {revision}"),
            None => format!("release `{name}` has no earlier revision that was deployed"),
        };
        return Err(Diagnostic::error("release/no-revision", message)
            .hint(format!("its revisions are {}", revisions.join(", ")))
            .into());
    };
    let mut candidate = Candidate::recorded(&target.release)?;
    candidate.set_images = set_image::recorded(&target.annotations);
    Ok((target.release.revision, candidate))
}
