//! `kustomize localize`: a copy of a kustomization, and of all that it builds on, that needs nothing from elsewhere.
//!
//! Whatever fields name (files, folders, homes of charts) is copied to the same place below the destination; what lies
//! behind URLs and in git repositories goes to `localized-files` beside the kustomization that names it
//! (`localize/place.rs`), and the field names it there. Kustomization files are written anew, their fields in the order of their
//! names (`kustomization/schema.rs`). The walk reads through [`Files`] and writes nothing: what is to be written is a
//! [`Tree`]. Rules: <https://github.com/kubernetes-sigs/kustomize/tree/kustomize/v5.8.1/api/internal/localizer>.

mod charts;
mod place;
mod plugins;
mod tree;
mod view;
mod walk;

pub use tree::{Tree, Written};

use longshore_go::strconv::quoted;

use crate::error::{Context, Error};
use crate::files::Files;
use crate::loader::{self, Loader, Restriction};
use crate::remote::Repository;
use crate::scope::Scopes;
use place::relative;
use view::{Bounds, View};
use walk::Walk;

/// A kustomization that is to be localized.
pub struct Target<'f> {
    written: String,
    repository: Option<Repository>,
    loader: Loader<'f>,
    /// The folder that everything local must be in.
    scope: String,
}

impl<'f> Target<'f> {
    /// Finds a kustomization in a folder or a repository. Without a scope it is the kustomization's folder, or the whole
    /// repository.
    ///
    /// # Errors
    /// There is no such folder, it is not in the scope, or a repository without `ref`.
    pub fn open(files: &'f dyn Files, target: &str, scope: &str) -> Result<Self, Error> {
        let repository = Repository::parse(target).ok();
        if repository.as_ref().is_some_and(|repository| repository.reference.is_empty()) {
            return Err(view::no_reference(target));
        }
        let loader = Loader::new(files, target, Restriction::RootOnly)
            .context(|| format!("unable to establish localize target {}", quoted(target)))?;
        let scope =
            bound(&loader, target, scope).context(|| format!("invalid localize scope {}", quoted(scope)))?;
        Ok(Self { written: target.to_owned(), repository, loader, scope })
    }

    /// The name of the folder that is made if none is named.
    pub fn default_destination(&self) -> String {
        place::default_destination(self.loader.root(), self.loader.own_copy(), self.repository.as_ref())
    }

    /// What is to be written below the destination, a folder that is there: absolute and free of links.
    ///
    /// # Errors
    /// Something cannot be read, is not what it should be, or lies outside of the scope.
    pub fn localize(self, destination: &str) -> Result<Tree, Error> {
        let bounds = Bounds { scope: self.scope, destination: destination.to_owned() };
        let mut tree = Tree::new(destination);
        let place = relative(&bounds.scope, self.loader.root());
        tree.make_folder(&place)
            .context(|| String::from("unable to create directory in localize destination"))?;
        let scopes = Scopes::default();
        let view = View { loader: self.loader, bounds: &bounds, is_local: true };
        Walk { view, place, tree: &mut tree, scopes: &scopes }
            .localize()
            .context(|| format!("unable to localize target {}", quoted(&self.written)))?;
        Ok(tree)
    }
}

/// The folder that everything local must be in.
fn bound(loader: &Loader<'_>, target: &str, scope: &str) -> Result<String, Error> {
    if let Some(copy) = loader.own_copy() {
        if scope.is_empty() {
            return Ok(copy.to_owned());
        }
        return Err(Error::new(format!(
            "scope {} specified for remote localize target {}",
            quoted(scope),
            quoted(target)
        )));
    }
    if scope.is_empty() {
        return Ok(loader.root().to_owned());
    }
    let found = loader::confirm_folder(loader.files(), scope)
        .context(|| String::from("unable to establish localize scope"))?;
    if loader::is_within(loader.root(), &found) {
        return Ok(found);
    }
    Err(Error::new(format!(
        "localize scope {} does not contain target {} at {}",
        quoted(scope),
        quoted(target),
        quoted(loader.root())
    )))
}
