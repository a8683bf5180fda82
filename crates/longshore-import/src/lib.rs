//! Project files made from what a team has: a folder, a Compose file, a helmfile.
//!
//! Each of [`folder()`], [`compose()`] and [`helmfile()`] reads [`Files`] and gives a [`Draft`]: releases, environments,
//! files to write beside the project file, and a list of what could not be translated ([`Left`]), each with its place and
//! what to do about it. [`Draft::project`] is the text of the project file.
//!
//! Everything here is a pure function of the files that are passed in. They are anybody's, so that reading them has a
//! budget: their number and size ([`Reader`]), what aliases may add, what templates may do.
//!
//! ```
//! use longshore_import::{Memory, Origin, compose};
//! let files = Memory::from([("compose.yaml", "services: {web: {image: nginx, build: .}}")]);
//! let draft = compose(&files, "compose.yaml", &Origin::new("shop"))?;
//! assert_eq!(draft.releases[0].name, "web");
//! assert_eq!(draft.files[0].path, "manifests/web.yaml");
//! assert_eq!(draft.left[0].what, "`build` of service `web`");
//! # Ok::<(), longshore_diag::Diagnostic>(())
//! ```

mod compose;
mod draft;
mod files;
mod folder;
mod glob;
mod helmfile;
mod left;
mod names;
mod tree;

pub use compose::compose;
pub use draft::{
    Draft, DraftEnvironment, DraftFile, DraftHooks, DraftLayer, DraftRelease, GeneratedSecret, Origin,
    RemoteChart, SecretFrom, Source, Switch, namespaces, usual,
};
pub use files::{Entry, Files, Memory, Reader, join, too_large};
pub use folder::folder;
pub use helmfile::helmfile;
pub use left::{Left, todo};
pub use names::{is_name, name_of};
