//! What a kustomization may read, and which folders it may build on.
//!
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/internal/loader/fileloader.go>.

use longshore_go::path;

use crate::error::{Context, Error};
use crate::files::{Files, Resolved};

/// How many kustomizations may build on one another.
const MAX_DEPTH: usize = 200;

/// Which files a kustomization may load.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Restriction {
    /// Files in its own folder and below it, after links have been followed.
    #[default]
    RootOnly,
    /// Any.
    None,
}

/// A kustomization's view of files: its root folder, and the roots that led to it.
pub struct Loader<'f> {
    files: &'f dyn Files,
    restriction: Restriction,
    root: String,
    /// The roots of those who referred to this one, the nearest last.
    ancestors: Vec<String>,
}

impl<'f> Loader<'f> {
    /// The view of the folder that is built.
    ///
    /// # Errors
    /// There is no such folder.
    pub fn new(files: &'f dyn Files, target: &str, restriction: Restriction) -> Result<Self, Error> {
        let root = confirm_folder(files, target).context(|| String::from("must build at directory"))?;
        Ok(Self { files, restriction, root, ancestors: Vec::new() })
    }

    /// The folder, absolute.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// The view of a folder that this one builds on.
    ///
    /// # Errors
    /// It is no folder, or one that is being built already: a cycle.
    pub fn descend(&self, to: &str) -> Result<Self, Error> {
        if to.is_empty() {
            return Err(Error::new("new root cannot be empty"));
        }
        if to.starts_with('/') {
            return Err(Error::new(format!("new root '{to}' cannot be absolute")));
        }
        let joined = join(&self.root, to);
        let root = confirm_folder(self.files, &joined).context(|| String::from("must build at directory"))?;
        for visited in std::iter::once(&self.root).chain(self.ancestors.iter().rev()) {
            if is_within(visited, &root) {
                return Err(Error::new(format!(
                    "cycle detected: candidate root '{root}' contains visited root '{visited}'"
                )));
            }
        }
        if self.ancestors.len() >= MAX_DEPTH {
            let text = format!(
                "more than {MAX_DEPTH} kustomizations build on one another, the last one in '{root}'"
            );
            return Err(Error::new(text));
        }
        let mut ancestors = self.ancestors.clone();
        ancestors.push(self.root.clone());
        Ok(Self { files: self.files, restriction: self.restriction, root, ancestors })
    }

    /// The bytes of a file of the kustomization, or behind a URL.
    ///
    /// # Errors
    /// It cannot be read, or must not be.
    pub fn load(&self, path: &str) -> Result<Vec<u8>, Error> {
        if is_url(path) {
            return self.files.fetch(path);
        }
        let path = if path.starts_with('/') { path.to_owned() } else { join(&self.root, path) };
        match self.restriction {
            Restriction::None => self.files.read(&path),
            Restriction::RootOnly => {
                let Resolved { folder, file } = self.files.resolve(&path)?;
                if file.is_empty() {
                    return Err(Error::new(format!("'{path}' must resolve to a file")));
                }
                if !is_within(&folder, &self.root) {
                    let text = format!("security; file '{path}' is not in or below '{}'", self.root);
                    return Err(Error::new(text));
                }
                self.files.read(&join(&folder, &file))
            }
        }
    }
}

/// Whether Kustomize takes the text for a URL of a file.
pub fn is_url(path: &str) -> bool {
    let scheme = path.split_once(':').map_or("", |(scheme, _)| scheme);
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

fn confirm_folder(files: &dyn Files, path: &str) -> Result<String, Error> {
    if path.is_empty() {
        return Err(Error::new("directory path cannot be empty"));
    }
    let found = files.resolve(path).context(|| String::from("not a valid directory"))?;
    if found.file.is_empty() {
        return Ok(found.folder);
    }
    Err(Error::new(format!("'{path}': file is not directory")))
}

/// Go's `filepath.Join` of a folder and a path.
pub fn join(folder: &str, path: &str) -> String {
    String::from_utf8_lossy(&path::join(&[folder.as_bytes(), path.as_bytes()])).into_owned()
}

/// Whether the folder is the other one or below it.
fn is_within(folder: &str, other: &str) -> bool {
    other == "/" || folder.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
