//! What a kustomization that is localized may read: as in a build, but also only what lies in the scope and not in the
//! destination, and repositories only at a `ref`.

use longshore_go::strconv::quoted;

use super::place::relative;
use crate::error::{Context, Error};
use crate::loader::{Loader, is_url, is_within, join};
use crate::remote::Repository;

/// Where local files may lie.
pub(super) struct Bounds {
    /// In this folder.
    pub(super) scope: String,
    /// Not in this one.
    pub(super) destination: String,
}

/// A kustomization's view of files.
pub(super) struct View<'f, 'b> {
    pub(super) loader: Loader<'f>,
    pub(super) bounds: &'b Bounds,
    /// Whether no URL led here from the target.
    pub(super) is_local: bool,
}

impl View<'_, '_> {
    /// The bytes of a file, or behind a URL.
    pub(super) fn load(&self, path: &str) -> Result<Vec<u8>, Error> {
        let content = self.loader.load(path).context(|| String::from("invalid file reference"))?;
        if !is_url(path) && self.is_local {
            let place = join(self.loader.root(), &self.real_place(path)?);
            let folder = place.rsplit_once('/').map_or("", |(folder, _)| folder);
            if is_within(folder, &self.bounds.destination) {
                return Err(self.entered(path, &place));
            }
        }
        Ok(content)
    }

    /// The place below the destination that a path leads to by its text, if it leads there.
    pub(super) fn place_in_destination(&self, path: &str) -> Option<String> {
        let place = join(self.loader.root(), path);
        let is_inside = self.is_local && !is_url(path) && !path.starts_with('/');
        let is_inside = is_inside && is_within(&place, &self.bounds.destination);
        is_inside.then(|| relative(&self.bounds.destination, &place))
    }

    /// A file that lies in the destination, where there was nothing before.
    pub(super) fn entered(&self, path: &str, place: &str) -> Error {
        Error::new(format!(
            "file {} at {} enters localize destination {}",
            quoted(path),
            quoted(place),
            quoted(&self.bounds.destination)
        ))
    }

    /// The view of a folder or a repository.
    pub(super) fn descend(&self, path: &str) -> Result<Self, Error> {
        let loader = self.loader.descend(path).context(|| String::from("invalid root reference"))?;
        let is_remote = loader.own_copy().is_some();
        let Bounds { scope, destination } = self.bounds;
        let root = loader.root();
        if is_remote && Repository::parse(path).is_ok_and(|repository| repository.reference.is_empty()) {
            return Err(no_reference(path));
        }
        if !is_remote && self.is_local {
            if !is_within(root, scope) {
                return Err(Error::new(format!(
                    "root {} outside localize scope {}",
                    quoted(root),
                    quoted(scope)
                )));
            }
            if is_within(root, destination) {
                return Err(Error::new(format!(
                    "root {} references into localize destination {}",
                    quoted(root),
                    quoted(destination)
                )));
            }
        }
        Ok(Self { loader, bounds: self.bounds, is_local: self.is_local && !is_remote })
    }

    /// Where a file is, seen from the root, links followed.
    pub(super) fn real_place(&self, path: &str) -> Result<String, Error> {
        let path = if path.starts_with('/') { path.to_owned() } else { join(self.loader.root(), path) };
        let found = self.loader.files().resolve(&path)?;
        Ok(relative(self.loader.root(), &join(&found.folder, &found.file)))
    }

    /// Whether something has this path below the root.
    pub(super) fn has(&self, path: &str) -> bool {
        self.loader.files().resolve(&join(self.loader.root(), path)).is_ok()
    }
}

/// A repository whose default branch is meant: nobody could tell which state of it was copied.
pub(super) fn no_reference(target: &str) -> Error {
    Error::new(format!("localize remote root {} missing ref query string parameter", quoted(target)))
}
