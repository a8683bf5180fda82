//! `set image`: a new revision that is the present one but for an image, and what becomes of it when the files are
//! deployed again (design decisions 1 to 4).
//!
//! The image is put into the recorded manifest, at the very place where the old one stands, so that the record says
//! what runs, and real Helm can roll back to it and from it. Beside it the record says in an annotation which images
//! were set by hand. The next deploy of the files finds that they have another image, and treats it as every change
//! that somebody made by hand: it asks, `--adopt` keeps it (and goes on saying so), `--overwrite` takes the files'.

mod pin;
mod target;

use std::collections::BTreeMap;

use longshore_diag::Diagnostic;
use longshore_object::{Object, parse_manifests};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::candidate::Candidate;
use crate::plan::{ConflictOutcome, FieldConflict};
use crate::prior::Prior;
use crate::record::Status;
use crate::store::Store;
use crate::{Context, ReleaseError};
use target::{Container, containers};

pub use pin::{images, with_images};
pub use target::ImageTarget;

/// The annotation of a record that names the images which were set by hand.
const SET_IMAGES: &str = "longshore.dev/set-images";

/// An image that was set by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetImage {
    /// The object: `Deployment/web`.
    pub object: String,
    /// Its container.
    pub container: String,
    /// The image.
    pub image: String,
}

/// The images that a record says were set by hand.
pub(crate) fn recorded(annotations: &BTreeMap<String, String>) -> Vec<SetImage> {
    let text = annotations.get(SET_IMAGES);
    text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// Says in a record's annotations which images of a candidate were set by hand.
pub(crate) fn note(candidate: &Candidate, annotations: &mut BTreeMap<String, String>) {
    if let Ok(text) = serde_json::to_string(&candidate.set_images)
        && !candidate.set_images.is_empty()
    {
        annotations.insert(SET_IMAGES.to_owned(), text);
    }
}

/// The candidate that is the deployed revision of a release with other images: `images` are containers (`*` for all)
/// with the image of each.
///
/// # Errors
/// The release is not deployed, or something of it is under way; a container is not there, or in several objects.
pub async fn set_image_candidate(
    context: &Context,
    name: &str,
    target: &ImageTarget,
    images: &[(String, String)],
) -> Result<Candidate, ReleaseError> {
    let history = Store::new(context.cluster.clone(), &context.namespace).history(name).await?;
    let Some(last) = history.last() else {
        let message = format!("there is no release `{name}` in namespace `{}`", context.namespace);
        return Err(Diagnostic::error("release/not-found", message)
            .hint("`longshore status` lists them")
            .into());
    };
    if last.release.info.status != Status::Deployed {
        let message = format!("release `{name}` is {}, not deployed", last.release.info.status);
        return Err(Diagnostic::error("release/not-deployed", message)
            .hint("an image is set in a revision that was deployed as a whole: deploy or roll back first")
            .into());
    }
    let mut candidate = Candidate::recorded(&last.release)?;
    candidate.set_images = recorded(&last.annotations);
    for (container, image) in images {
        for found in target::find(&candidate.objects, name, target, container)? {
            let object = candidate.objects[found.object].key().to_string();
            put(&mut candidate, &found, image)?;
            candidate.set_images.retain(|set| set.object != object || set.container != found.name);
            let set = SetImage { object, container: found.name, image: image.clone() };
            candidate.set_images.push(set);
        }
    }
    Ok(candidate)
}

/// What becomes of images that were set by hand in a candidate that was made from files: each that the files have
/// another one for is a conflict. Those that are kept are put into the candidate.
///
/// # Errors
/// An image cannot be put there.
pub(crate) fn settle(
    context: &Context,
    prior: &Prior,
    candidate: &mut Candidate,
) -> Result<Vec<FieldConflict>, Diagnostic> {
    let Some(deployed) = prior.deployed() else { return Ok(Vec::new()) };
    let mut conflicts = Vec::new();
    for set in recorded(&deployed.annotations) {
        let is_it = |other: &SetImage| other.object == set.object && other.container == set.container;
        if candidate.set_images.iter().any(is_it) {
            continue;
        }
        let found = containers(&candidate.objects).into_iter().find(|found| {
            found.name == set.container && candidate.objects[found.object].key().to_string() == set.object
        });
        let Some(found) = found.filter(|found| found.image != set.image) else { continue };
        let outcome = match (context.force.overwrite, context.force.adopt) {
            (true, _) => ConflictOutcome::Overwritten,
            (false, true) => ConflictOutcome::Adopted,
            (false, false) => ConflictOutcome::Open,
        };
        let object = &candidate.objects[found.object];
        let by = deployed.annotations.get("longshore.dev/deployed-by").map(|by| format!(" by {by}"));
        conflicts.push(FieldConflict {
            object: object.key_in(&context.namespace),
            field: found.field.clone(),
            manager: format!("longshore set image{}", by.unwrap_or_default()),
            subresource: None,
            live: Some(Value::String(set.image.clone())),
            ours: Some(Value::String(found.image.clone())),
            outcome,
            place: Some(object.place_of(&found.pointer).unwrap_or_else(|| object.place().clone())),
        });
        if outcome == ConflictOutcome::Adopted {
            put(candidate, &found, &set.image)?;
            candidate.set_images.push(set);
        }
    }
    Ok(conflicts)
}

/// Puts an image into the manifest in the place of another, and into the objects.
fn put(candidate: &mut Candidate, container: &Container, image: &str) -> Result<(), Diagnostic> {
    let refused = || {
        let object = candidate.objects[container.object].key();
        let message =
            format!("the image of container `{}` of {object} cannot be set in the record", container.name);
        Diagnostic::error("release/set-image", message)
            .hint("it is not written there as one plain text (an anchor, perhaps); set it in your files and deploy them")
    };
    let object = candidate.objects[container.object].clone();
    let mut wanted: Vec<Value> = parsed(&candidate.manifest)?.iter().map(Object::to_json).collect();
    // The objects of a candidate from files know their lines in those, so the place is looked up in the manifest.
    let index = wanted.iter().position(|found| *found == object.to_json()).ok_or_else(refused)?;
    let in_manifest = parsed(&candidate.manifest)?.swap_remove(index);
    let place = in_manifest.place_of(&container.pointer).ok_or_else(refused)?;
    let text = replaced(&candidate.manifest, (place.line, place.column), &container.image, image)
        .ok_or_else(refused)?;
    if let Some(value) = wanted[index].pointer_mut(&container.pointer) {
        *value = Value::String(image.to_owned());
    }
    // Nothing but that may have changed.
    if parsed(&text).ok().map(|all| all.iter().map(Object::to_json).collect::<Vec<_>>()) != Some(wanted) {
        return Err(refused());
    }
    candidate.manifest = text;
    let mut object = object;
    let last = container.pointer.len();
    object.set(&container.pointer[..last], Value::String(image.to_owned()));
    candidate.objects[container.object] = object;
    Ok(())
}

fn parsed(manifest: &str) -> Result<Vec<Object>, Diagnostic> {
    parse_manifests(manifest, "manifest")
}

/// The text with another scalar at a line and column (from 1), where `old` must stand, in quotes or without.
fn replaced(text: &str, (line, column): (u32, u32), old: &str, new: &str) -> Option<String> {
    let start: usize = text.split_inclusive('\n').take(line.checked_sub(1)? as usize).map(str::len).sum();
    let rest = text.get(start..)?;
    let skipped: usize = rest.chars().take(column.checked_sub(1)? as usize).map(char::len_utf8).sum();
    let at = start + skipped;
    let here = text.get(at..)?;
    let forms = [format!("\"{old}\""), format!("'{old}'"), old.to_owned()];
    let form = forms.iter().find(|form| here.starts_with(form.as_str()))?;
    let quoted = serde_json::to_string(new).ok()?;
    Some(format!("{}{quoted}{}", &text[..at], &text[at + form.len()..]))
}

#[cfg(test)]
mod tests;
