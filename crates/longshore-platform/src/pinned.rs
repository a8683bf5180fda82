//! Images by digest: what the lock says of the images of a release is put into what is rendered.

use longshore_diag::Diagnostic;
use longshore_object::Object;
use longshore_release::{images, with_images};

use crate::outputs::STAND_IN;
use crate::project::{Lock, ReleaseSpec};
use crate::selection::Selection;

/// A text of manifests with the locked digest behind the name of each image, if the project locks images. One that is
/// named by its digest already stays as it is.
///
/// # Errors
/// There is no lock, or it does not have an image.
pub(crate) fn text(
    selection: &Selection,
    spec: &ReleaseSpec,
    manifest: &str,
) -> Result<Option<String>, Diagnostic> {
    let platform = &selection.platform;
    if !platform.project.locks_images || !images(manifest).iter().any(|image| is_locked(image)) {
        return Ok(None);
    }
    let Some(lock) = &platform.lock else {
        let message =
            format!("there is no {}, and `lock: {{images: true}}` wants one", platform.lock_file().display());
        return Err(Diagnostic::error("lock/missing", message)
            .at(spec.place.clone())
            .hint("`longshore update` asks the registries, and writes it"));
    };
    let pin = |image: &str| {
        if !is_locked(image) {
            return Ok(None);
        }
        match lock.image(image) {
            Some(digest) => Ok(Some(format!("{image}@{digest}"))),
            None => Err(not_locked(lock, image, spec)),
        }
    };
    let pinned = with_images(manifest, &pin);
    pinned.map(Some).map_err(|error| error.or_at(spec.place.clone()))
}

/// The same for an object with its text.
pub(crate) fn object(
    selection: &Selection,
    spec: &ReleaseSpec,
    written: &str,
    object: &Object,
) -> Result<Option<(String, Object)>, Diagnostic> {
    let Some(text) = text(selection, spec, written)? else { return Ok(None) };
    let parsed = longshore_object::parse_manifests(&text, &object.place().file)?;
    let Some(pinned) = parsed.first() else { return Ok(None) };
    Ok(Some((text, Object::from_json(pinned.to_json(), object.place().clone())?)))
}

/// Whether an image has to be in the lock: not if its name has a digest, or is not known yet.
pub(crate) fn is_locked(image: &str) -> bool {
    !image.contains('@') && !image.contains(STAND_IN)
}

fn not_locked(lock: &Lock, image: &str, spec: &ReleaseSpec) -> Diagnostic {
    Diagnostic::error("lock/missing", format!("image `{image}` is not in {}", lock.file))
        .at(spec.place.clone())
        .hint(format!("`longshore update {}` asks its registry for the digest, and locks it", spec.name))
}
