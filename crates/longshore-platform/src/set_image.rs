//! Another image in a release, without its files.

use longshore_diag::Diagnostic;
use longshore_release::{ImageTarget, Intent, Premises, ReleaseError, prepare, set_image_candidate};

use crate::inventory::Inventory;
use crate::plan::{Planned, assemble, in_release};
use crate::session::Session;
use crate::spaces::Spaces;

/// Plans a new revision of a release that is the deployed one with other images; [`crate::deploy()`] carries it out.
///
/// # Errors
/// The release is not of the project, or not deployed; a container is not there, or in several objects.
pub async fn plan_set_image(
    session: &Session,
    release: &str,
    target: &ImageTarget,
    images: &[(String, String)],
) -> Result<Planned, ReleaseError> {
    session.selection.platform.project.release(release)?;
    if session.selection.releases().all(|chosen| chosen.name != release) {
        let message = format!("release `{release}` is not among those that --only chooses");
        return Err(Diagnostic::error("platform/not-chosen", message).into());
    }
    let context = &session.context_of(release);
    let candidate = set_image_candidate(context, release, target, images)
        .await
        .map_err(|error| in_release(error, release))?;
    let prepared = prepare(context, release, candidate, Intent::Deploy, &Premises::default())
        .await
        .map_err(|error| in_release(error, release))?;
    assemble(session, vec![vec![prepared]], Spaces::default(), Inventory::default()).await
}
