//! The images of releases in a new lock: which digests their tags stand for now.

use std::collections::{BTreeMap, BTreeSet};

use longshore_diag::Diagnostic;
use serde::Serialize;

use crate::kustomize::Kustomizations;
use crate::pinned::is_locked;
use crate::project::{Lock, LockedImage, Method, ReleaseSpec};
use crate::render::RenderOptions;
use crate::selection::Selection;
use crate::source::{Known, SystemRandom, named};
use crate::{charts, kustomize, manifests};

/// What becomes of one image.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageChange {
    /// The image, as it is named in objects.
    pub image: String,
    /// Releases that have it.
    pub releases: Vec<String>,
    /// The digest that was locked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// The digest that is locked now; nothing if no release has the image any more, or nobody knows its digest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
    /// Why its registry could not be asked; the entry stays as it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Diagnostic>,
}

impl ImageChange {
    /// Whether the entry changes.
    pub fn is_change(&self) -> bool {
        self.old != self.new
    }

    pub(super) fn locked(&self) -> Option<LockedImage> {
        let digest = self.new.clone()?;
        Some(LockedImage { image: self.image.clone(), digest })
    }
}

/// Asks for the digests of all images of the releases that are named, of all without a name, and of those that the lock
/// before does not have. The charts are those of `lock`.
///
/// # Errors
/// A release does not render.
pub(super) fn changes(
    selections: &[Selection],
    lock: &Lock,
    before: &Lock,
    releases: &[String],
    sources: &dyn Kustomizations,
) -> Result<Vec<ImageChange>, Diagnostic> {
    let mut users: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for selection in selections {
        let selection = selection.with_lock(lock).without_pins();
        for release in selection.all_wanted() {
            let found = images(&selection, release).map_err(|error| named(error, release))?;
            for image in found.into_iter().filter(|image| is_locked(image)) {
                users.entry(image).or_default().insert(release.name.clone());
            }
        }
    }
    let mut changes = Vec::new();
    // A registry that does not answer is asked once.
    let mut away = BTreeSet::new();
    for (image, users) in &users {
        let old = before.image(image).map(str::to_owned);
        let is_meant = releases.is_empty() || users.iter().any(|user| releases.contains(user));
        let host = image.split('/').next().unwrap_or_default().to_owned();
        let asked = match (&old, away.contains(&host)) {
            (Some(old), _) if !is_meant => Ok(old.clone()),
            (_, true) => {
                let message =
                    format!("the digest of image `{image}` cannot be got: its registry does not answer");
                Err(Diagnostic::error("image/unreachable", message))
            }
            _ => sources.digest(image),
        };
        let (new, problem) = match asked {
            Ok(digest) => (Some(digest), None),
            Err(error) => (old.clone(), Some(error)),
        };
        if problem.as_ref().is_some_and(|error| error.code == "image/unreachable") {
            away.insert(host);
        }
        let releases = users.iter().cloned().collect();
        changes.push(ImageChange { image: image.clone(), releases, old, new, problem });
    }
    for gone in before.images.iter().filter(|old| !users.contains_key(&old.image)) {
        let (image, old) = (gone.image.clone(), Some(gone.digest.clone()));
        changes.push(ImageChange { image, releases: Vec::new(), old, new: None, problem: None });
    }
    changes.sort_by(|a, b| a.image.cmp(&b.image));
    Ok(changes)
}

/// The images of a release, by whichever method it may be made.
fn images(selection: &Selection, release: &ReleaseSpec) -> Result<Vec<String>, Diagnostic> {
    let options = RenderOptions { throwaway_keys: true, ..RenderOptions::default() };
    let mut found = Vec::new();
    for method in release.methods() {
        match method {
            Method::Manifests => {
                let candidate =
                    manifests::candidate(selection, release, &Known::default(), &mut SystemRandom)?;
                found.extend(longshore_release::images(&candidate.manifest));
            }
            Method::Kustomize => {
                let candidate = kustomize::offline(selection, release, &options)?.0;
                found.extend(longshore_release::images(&candidate.manifest));
            }
            Method::Helm => {
                let rendered = charts::offline(selection, release, &options)?.0;
                let texts = rendered.manifests.iter().map(|manifest| &manifest.content);
                let texts = texts.chain(rendered.hooks.iter().map(|hook| &hook.manifest));
                found.extend(texts.flat_map(|text| longshore_release::images(text)));
            }
        }
    }
    Ok(found)
}
