//! What a build takes from elsewhere: as the lock says where it says anything, and noted down.
//!
//! It stands between a build and its files. A repository that is locked is taken at the locked commit, a file is compared
//! with its digest; both may be in the project (`vendor/bases`). What the lock does not have is taken as it is named.

use std::cell::{Ref, RefCell};
use std::collections::BTreeSet;
use std::path::Path;

use longshore_diag::Diagnostic;
use longshore_kustomize::files::Entry;
use longshore_kustomize::remote::{PIN, Repository, UNPINNED, movable, movable_file, told};
use longshore_kustomize::{Charts, Error, Files, Resolved};
use longshore_source::checkout::{self, Checkout};

use super::{ChartsAs, vendored};
use crate::locked::digest;
use crate::project::{Lock, LockedBase, LockedFile, ReleaseSpec, WantedBase, WantedChart, WantedFile};
use crate::selection::Selection;

/// What a build is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Its objects: what is not as it is locked is an error.
    Build,
    /// Making the lock anew: what the lock does not have is looked at closely, and what has changed is no matter.
    Update,
    /// Putting what is locked into the project: what is there already is taken only if it is right.
    Vendor,
}

/// What a build took.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    pub(crate) bases: Vec<TakenBase>,
    pub(crate) files: Vec<TakenFile>,
    /// Charts that lie elsewhere and can be locked.
    pub(crate) charts: BTreeSet<WantedChart>,
    /// Of those the ones that the lock does not have, and that were fetched.
    pub(super) open_charts: BTreeSet<WantedChart>,
}

/// A repository.
#[derive(Debug)]
pub(crate) struct TakenBase {
    /// As the kustomization names it.
    named: String,
    repository: Repository,
    pub(crate) wanted: WantedBase,
    is_locked: bool,
    /// The entry of the lock; for an update also that of what it does not have.
    pub(crate) entry: Option<LockedBase>,
    /// If it is to be vendored: its name there, and its archive unless that is there.
    pub(crate) vendored: Option<(String, Option<Vec<u8>>)>,
}

/// A file behind a URL.
#[derive(Debug)]
pub(crate) struct TakenFile {
    named: String,
    is_locked: bool,
    pub(crate) entry: LockedFile,
    /// The same of its bytes.
    pub(crate) vendored: Option<(String, Option<Vec<u8>>)>,
}

impl Taken {
    /// What the lock does not have, as kustomizations name it.
    pub(super) fn open(&self) -> BTreeSet<String> {
        let bases = self.bases.iter().filter(|base| !base.is_locked).map(|base| base.named.clone());
        let files = self.files.iter().filter(|file| !file.is_locked).map(|file| file.named.clone());
        bases.chain(files).collect()
    }

    /// Warnings about what neither the lock nor its own name pins, but for what `is_told`.
    pub(super) fn unpinned(&self, is_told: impl Fn(&str) -> bool) -> impl Iterator<Item = Diagnostic> {
        let bases = self.bases.iter().filter(|base| !base.is_locked && !is_told(&base.named));
        let files = self.files.iter().filter(|file| !file.is_locked && !is_told(&file.named));
        let charts = self.open_charts.iter().map(|WantedChart { repo, name, wanted }| {
            format!("chart `{name}` {wanted} of {} may be another version tomorrow", told(repo))
        });
        let bases = bases.filter_map(|base| movable(&base.repository));
        let messages = bases.chain(files.filter_map(|file| movable_file(&file.named))).chain(charts);
        let warnings = messages.map(|message| Diagnostic::warning(UNPINNED, message).hint(PIN));
        warnings.collect::<Vec<_>>().into_iter()
    }
}

/// The files of one build.
pub(super) struct Elsewhere<'s> {
    pub(super) files: Box<dyn Files>,
    pub(super) selection: &'s Selection,
    pub(super) release: &'s ReleaseSpec,
    pub(super) purpose: Purpose,
    pub(super) taken: RefCell<Taken>,
    /// Vendored copies that were unpacked.
    copies: RefCell<Vec<(WantedBase, Checkout)>>,
    problem: RefCell<Option<Diagnostic>>,
}

impl<'s> Elsewhere<'s> {
    /// # Errors
    /// There are no files.
    pub(super) fn new(
        selection: &'s Selection,
        release: &'s ReleaseSpec,
        enable_helm: bool,
        purpose: Purpose,
    ) -> Result<Self, Diagnostic> {
        let namespace = || selection.namespace_of(&release.name).to_owned();
        let charts = || ChartsAs { level: selection.level(), namespace: namespace() };
        Ok(Self {
            files: selection.kustomizations.files(enable_helm.then(charts))?,
            selection,
            release,
            purpose,
            taken: RefCell::default(),
            copies: RefCell::default(),
            problem: RefCell::default(),
        })
    }

    /// What was taken so far.
    pub(super) fn taken(&self) -> Ref<'_, Taken> {
        self.taken.borrow()
    }

    pub(super) fn into_taken(self) -> Taken {
        self.taken.into_inner()
    }

    /// Why something could not be taken as the lock says.
    pub(super) fn problem(&self) -> Option<Diagnostic> {
        self.problem.borrow().clone()
    }

    /// Keeps the first problem, and breaks off.
    pub(super) fn stop(&self, problem: Diagnostic) -> Error {
        let error = Error::new(problem.message.clone());
        self.problem.borrow_mut().get_or_insert(problem);
        error
    }

    /// Nothing is asked for any more once something was wrong: Kustomize would try one thing after another.
    fn check(&self) -> Result<(), Error> {
        self.problem.borrow().as_ref().map_or(Ok(()), |problem| Err(Error::new(problem.message.clone())))
    }

    pub(super) fn lock(&self) -> Option<&'s Lock> {
        self.selection.platform.lock.as_ref()
    }

    fn root(&self) -> &'s Path {
        &self.selection.platform.root
    }

    /// What is in the project, unless it is to be put right.
    fn vendored<T>(&self, found: Result<Option<T>, Diagnostic>) -> Result<Option<T>, Error> {
        match found {
            Err(_) if self.purpose == Purpose::Vendor => Ok(None),
            found => found.map_err(|problem| self.stop(problem)),
        }
    }

    fn not_got(&self, what: &str, address: &str, error: &Error) -> Error {
        let why = error.text().replace(address, &told(address));
        let message = format!("{what} cannot be got: {why}");
        self.stop(Diagnostic::error("lock/unreachable", message).hint(format!(
            "`longshore vendor` puts what is locked into the project as long as it can be got; `longshore update {}` locks what is there now",
            self.release.name
        )))
    }

    /// The folder with a repository as it is locked, and whether it is a vendored one.
    fn locked_copy(
        &self,
        lock: &Lock,
        locked: &LockedBase,
        asked: &Repository,
    ) -> Result<(String, bool), Error> {
        let folder = |checkout: &Checkout| checkout.folder().to_string_lossy().into_owned();
        let mut copies = self.copies.borrow_mut();
        if let Some((_, checkout)) = copies.iter().find(|(wanted, _)| *wanted == locked.wanted) {
            return Ok((folder(checkout), true));
        }
        if let Some(checkout) = self.vendored(vendored::base(self.root(), lock, locked))? {
            let path = folder(&checkout);
            copies.push((locked.wanted.clone(), checkout));
            return Ok((path, true));
        }
        let exact = Repository { reference: locked.commit.clone(), ..asked.clone() };
        let got = self.files.copy(&exact).map_err(|error| {
            let what =
                format!("commit {} of `{}`, which is locked,", locked.commit, locked.wanted.repository);
            self.not_got(&what, &asked.address, &error)
        })?;
        Ok((got, false))
    }

    /// What a new lock says of a copy.
    fn entry_of(&self, wanted: &WantedBase, folder: &str) -> Result<LockedBase, Error> {
        let shown = wanted.shown();
        let failed = |why: &str| {
            let message = format!("`{shown}` cannot be locked: {why}");
            self.stop(Diagnostic::error("lock/base", message))
        };
        let commit =
            self.files.commit(folder).ok_or_else(|| failed("which commit was fetched is not known"))?;
        let digest = checkout::digest(Path::new(folder)).map_err(|error| failed(&error.to_string()))?;
        Ok(LockedBase { wanted: wanted.clone(), commit, digest })
    }

    /// The archive of a copy, to be put into the project.
    fn packed(&self, locked: &LockedBase, folder: &str) -> Result<Vec<u8>, Error> {
        let shown = locked.wanted.shown();
        let folder = Path::new(folder);
        let packed = checkout::digest(folder).and_then(|found| Ok((found, checkout::zip(folder)?)));
        let (found, archive) = packed.map_err(|error| {
            self.stop(Diagnostic::error("lock/vendor", format!("`{shown}` cannot be packed: {error}")))
        })?;
        if found == locked.digest {
            return Ok(archive);
        }
        let message = format!(
            "the files of `{shown}` at {} are not those that were locked: their SHA-256 is {found}, and the lock says {}",
            locked.commit, locked.digest
        );
        Err(self.stop(Diagnostic::error("lock/digest", message).hint(
            "does git change files here as it checks them out (`git config --show-origin --list`: filters, line ends)? `longshore update` locks them as they are here",
        )))
    }

    /// The bytes of a file as it is locked, and whether they are vendored ones.
    fn locked_file(&self, lock: &Lock, locked: &LockedFile, url: &str) -> Result<(Vec<u8>, bool), Error> {
        if let Some(bytes) = self.vendored(vendored::file(self.root(), lock, locked))? {
            return Ok((bytes, true));
        }
        let shown = &locked.wanted.url;
        let bytes = self
            .files
            .fetch_known(url, &locked.digest)
            .map_err(|error| self.not_got(&format!("`{shown}`, which is locked,"), url, &error))?;
        let found = digest(&bytes);
        if found == locked.digest || self.purpose == Purpose::Update {
            return Ok((bytes, false));
        }
        let message = format!(
            "`{shown}` is not the file that was locked: its SHA-256 is {found}, and {} says {}",
            lock.file, locked.digest
        );
        Err(self.stop(Diagnostic::error("lock/digest", message).hint(format!(
            "the file was changed where it lies: find out why; then `longshore update {}` locks it",
            self.release.name
        ))))
    }

    /// Whether a URL, which Kustomize reads as a file first, is that of a locked repository.
    fn is_locked_repository(&self, url: &str) -> bool {
        let Ok(repository) = Repository::parse(url) else { return false };
        let behind = url.split_once("://").map_or(url, |(_, rest)| rest);
        // The address alone does not say where a repository ends: below it there may be files of a web server.
        let is_plain = behind.contains("//") || behind.contains(".git") || !repository.reference.is_empty();
        is_plain && self.lock().is_some_and(|lock| lock.base(&WantedBase::from(&repository)).is_some())
    }
}

impl Files for Elsewhere<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        self.files.read(path)
    }

    fn resolve(&self, path: &str) -> Result<Resolved, Error> {
        self.files.resolve(path)
    }

    fn list(&self, folder: &str) -> Result<Vec<Entry>, Error> {
        self.files.list(folder)
    }

    fn fetch(&self, url: &str) -> Result<Vec<u8>, Error> {
        self.check()?;
        let wanted = WantedFile::from(url);
        let found = self.lock().and_then(|lock| Some((lock, lock.file(&wanted)?)));
        if found.is_none() && self.is_locked_repository(url) {
            return Err(Error::http("URL is a git repository"));
        }
        let (bytes, is_vendored) = match found {
            Some((lock, locked)) => self.locked_file(lock, locked, url)?,
            None => (self.files.fetch(url)?, false),
        };
        let mut taken = self.taken.borrow_mut();
        if taken.files.iter().all(|file| file.named != url) {
            let entry = match found {
                Some((_, locked)) => locked.clone(),
                None => LockedFile { wanted, digest: digest(&bytes) },
            };
            let vendors = self.purpose == Purpose::Vendor && found.is_some();
            let name = vendored::name_of_file(&entry);
            let vendored = vendors.then(|| (name, (!is_vendored).then(|| bytes.clone())));
            taken.files.push(TakenFile {
                named: url.to_owned(),
                is_locked: found.is_some(),
                entry,
                vendored,
            });
        }
        Ok(bytes)
    }

    fn copy(&self, repository: &Repository) -> Result<String, Error> {
        self.check()?;
        let wanted = WantedBase::from(repository);
        let found = self.lock().and_then(|lock| Some((lock, lock.base(&wanted)?)));
        let (folder, is_vendored) = match found {
            Some((lock, locked)) => self.locked_copy(lock, locked, repository)?,
            None => (self.files.copy(repository)?, false),
        };
        let mut taken = self.taken.borrow_mut();
        // What a server gave for the address was no file.
        taken.files.retain(|file| file.named != repository.written);
        let is_noted = |base: &TakenBase| base.named == repository.written;
        if !taken.bases.iter().any(is_noted) {
            let entry = match found {
                Some((_, locked)) => Some(locked.clone()),
                None if self.purpose == Purpose::Update => Some(self.entry_of(&wanted, &folder)?),
                None => None,
            };
            let vendored = match (&entry, self.purpose) {
                (Some(entry), Purpose::Vendor) if found.is_some() => {
                    let bytes = if is_vendored { None } else { Some(self.packed(entry, &folder)?) };
                    Some((vendored::name_of_base(entry), bytes))
                }
                _ => None,
            };
            let (named, repository) = (repository.written.clone(), repository.clone());
            let is_locked = found.is_some();
            taken.bases.push(TakenBase { named, repository, wanted, is_locked, entry, vendored });
        }
        Ok(folder)
    }

    fn commit(&self, copy: &str) -> Option<String> {
        self.files.commit(copy)
    }

    fn called(&self, path: &str) -> Option<String> {
        let copies = self.copies.borrow();
        let own = copies.iter().find_map(|(wanted, checkout)| {
            let rest = Path::new(path).strip_prefix(checkout.folder()).ok()?;
            Some(format!("{}//{}", told(&wanted.repository), rest.display()))
        });
        own.or_else(|| self.files.called(path))
    }

    fn charts(&self) -> Option<&dyn Charts> {
        self.files.charts().is_some().then_some(self)
    }
}
