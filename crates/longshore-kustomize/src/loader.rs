//! What a kustomization may read, and which folders it may build on.
//!
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/internal/loader/fileloader.go>.

use longshore_go::path;

use crate::error::{Context, Error};
use crate::files::{Files, Resolved};
use crate::kustomization::FILE_NAMES;
use crate::remote::Repository;

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
    root: Root,
    /// The roots of those who referred to this one, the nearest last.
    ancestors: Vec<Root>,
    /// The copy of the repository that this root is in.
    copy: Option<String>,
}

/// A folder that is built, and the address of the repository that it was named by.
#[derive(Clone)]
struct Root {
    folder: String,
    address: Option<String>,
}

impl<'f> Loader<'f> {
    /// The view of the folder that is built.
    ///
    /// # Errors
    /// There is no such folder.
    pub fn new(files: &'f dyn Files, target: &str, restriction: Restriction) -> Result<Self, Error> {
        if let Ok(repository) = Repository::parse(target) {
            return Self::in_copy(files, &repository, Vec::new());
        }
        let folder = confirm_folder(files, target).context(|| String::from("must build at directory"))?;
        let root = Root { folder, address: None };
        Ok(Self { files, restriction, root, ancestors: Vec::new(), copy: None })
    }

    /// The view of a folder in a copy of a repository, which nothing leads out of.
    fn in_copy(files: &'f dyn Files, repository: &Repository, ancestors: Vec<Root>) -> Result<Self, Error> {
        let copy = files.copy(repository)?;
        let path = join(&copy, &repository.folder);
        let Resolved { folder, file } = files.resolve(&path)?;
        if !file.is_empty() {
            return Err(Error::new(format!("'{path}' refers to file '{file}'; expecting directory")));
        }
        if !is_within(&folder, &copy) {
            return Err(Error::new(format!("{path:?} refers to directory outside of repo {copy:?}")));
        }
        let root = Root { folder, address: Some(repository.written.clone()) };
        Ok(Self { files, restriction: Restriction::RootOnly, root, ancestors, copy: Some(copy) })
    }

    /// The folder, absolute.
    pub fn root(&self) -> &str {
        &self.root.folder
    }

    /// The copy of the repository whose address named this root; none if it was named by a path.
    pub(crate) fn own_copy(&self) -> Option<&str> {
        self.root.address.as_ref().and(self.copy.as_deref())
    }

    /// The name and the text of the kustomization file.
    ///
    /// # Errors
    /// There is none, or more than one.
    pub(crate) fn kustomization_file(&self) -> Result<(&'static str, Vec<u8>), Error> {
        let mut found = FILE_NAMES.iter().filter_map(|name| Some((*name, self.load(name).ok()?)));
        let file = found.next().ok_or_else(|| {
            Error::new(format!(
                "unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '{}'",
                self.root()
            ))
        })?;
        if found.next().is_some() {
            return Err(Error::new(format!("Found multiple kustomization files under: {}\n", self.root())));
        }
        Ok(file)
    }

    /// All files, whatever the kustomization may read.
    pub fn files(&self) -> &'f dyn Files {
        self.files
    }

    /// This root and those who referred to it, the nearest first.
    fn visited(&self) -> impl Iterator<Item = &Root> {
        std::iter::once(&self.root).chain(self.ancestors.iter().rev())
    }

    /// The view of a folder, or of a repository, that this one builds on.
    ///
    /// # Errors
    /// It is no folder, or one that is being built already: a cycle.
    pub fn descend(&self, to: &str) -> Result<Self, Error> {
        if to.is_empty() {
            return Err(Error::new("new root cannot be empty"));
        }
        let mut ancestors = self.ancestors.clone();
        ancestors.push(self.root.clone());
        if let Ok(repository) = Repository::parse(to) {
            let mut earlier = self.visited().filter_map(|root| root.address.as_ref());
            if let Some(address) = earlier.find(|address| address.starts_with(to)) {
                return Err(Error::new(format!(
                    "cycle detected: URI '{to}' referenced by previous URI '{address}'"
                )));
            }
            self.check_depth(to)?;
            return Self::in_copy(self.files, &repository, ancestors);
        }
        if to.starts_with('/') {
            return Err(Error::new(format!("new root '{to}' cannot be absolute")));
        }
        let joined = join(&self.root.folder, to);
        let root = confirm_folder(self.files, &joined).context(|| String::from("must build at directory"))?;
        if let Some(copy) = self.copy.as_ref().filter(|copy| !is_within(&root, copy)) {
            return Err(Error::new(format!(
                "security; bases in kustomizations found in cloned git repos must be within the repo, but base '{root}' is outside '{copy}'"
            )));
        }
        if let Some(visited) = self.visited().find(|visited| is_within(&visited.folder, &root)) {
            return Err(Error::new(format!(
                "cycle detected: candidate root '{root}' contains visited root '{}'",
                visited.folder
            )));
        }
        self.check_depth(&root)?;
        let root = Root { folder: root, address: None };
        Ok(Self {
            files: self.files,
            restriction: self.restriction,
            root,
            ancestors,
            copy: self.copy.clone(),
        })
    }

    fn check_depth(&self, root: &str) -> Result<(), Error> {
        if self.ancestors.len() < MAX_DEPTH {
            return Ok(());
        }
        Err(Error::new(format!(
            "more than {MAX_DEPTH} kustomizations build on one another, the last one in '{root}'"
        )))
    }

    /// The bytes of a file of the kustomization, or behind a URL.
    ///
    /// # Errors
    /// It cannot be read, or must not be.
    pub fn load(&self, path: &str) -> Result<Vec<u8>, Error> {
        if is_url(path) {
            let is_repository = |error: &Error| error.is_http() && Repository::parse(path).is_ok();
            let refused =
                |error| if is_repository(&error) { Error::new("URL is a git repository") } else { error };
            return self.files.fetch(path).map_err(refused);
        }
        let path = if path.starts_with('/') { path.to_owned() } else { join(self.root(), path) };
        match self.restriction {
            Restriction::None => self.files.read(&path),
            Restriction::RootOnly => {
                let Resolved { folder, file } = self.files.resolve(&path)?;
                if file.is_empty() {
                    return Err(Error::new(format!("'{path}' must resolve to a file")));
                }
                if !is_within(&folder, self.root()) {
                    let text = format!("security; file '{path}' is not in or below '{}'", self.root());
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

/// The folder that a path leads to.
pub(crate) fn confirm_folder(files: &dyn Files, path: &str) -> Result<String, Error> {
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
pub(crate) fn is_within(folder: &str, other: &str) -> bool {
    other == "/" || folder.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
