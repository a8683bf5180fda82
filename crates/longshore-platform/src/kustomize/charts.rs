//! Charts under `helmCharts`: the locked archive where the lock has one.
//!
//! Kustomize unpacks what it fetches beside the kustomization, and takes it from there for ever after. A chart that is
//! locked is taken from its archive and leaves nothing in the project; a folder that lies there must be the same.

use longshore_chart::{Chart, File, Level, Services, load};
use longshore_diag::Diagnostic;
use longshore_go::semver::{Constraint, Version};
use longshore_kustomize::files::EntryKind;
use longshore_kustomize::loader::join;
use longshore_kustomize::remote::anonymous;
use longshore_kustomize::{Charts, Error, Files as _, Pull};

use super::elsewhere::{Elsewhere, Purpose};
use crate::locked;
use crate::project::{WantedChart, is_address, is_name};

/// Why there are always charts here.
const ASKED: &str = "a build asks for charts only if there is what inflates them";

/// Folders below a chart's.
const MAX_DEPTH: usize = 100;

/// What an entry of the lock is found by; none of what cannot be locked: charts of an address with a password, or whose
/// kustomization brings Helm's settings along.
fn wanted(pull: &Pull<'_>) -> Option<WantedChart> {
    let range = match (pull.version, pull.devel) {
        ("", true) => ">0.0.0-0",
        ("", false) => "*",
        (version, _) => version,
    };
    let repo = pull.repo.trim_end_matches('/');
    let is_good = is_address(repo) && anonymous(repo) == repo && is_name(pull.name);
    let is_range = Constraint::parse(range.as_bytes()).is_ok();
    (is_good && is_range && pull.config_home.is_empty()).then(|| WantedChart {
        repo: repo.to_owned(),
        name: pull.name.to_owned(),
        wanted: range.to_owned(),
    })
}

impl Elsewhere<'_> {
    fn inner(&self) -> &dyn Charts {
        self.files.charts().expect(ASKED)
    }

    /// Whether the files of a folder are those of a chart, and no others.
    fn is_same(&self, folder: &str, files: &[File]) -> bool {
        let mut waiting = vec![(String::new(), 0)];
        let mut found = 0;
        while let Some((below, depth)) = waiting.pop() {
            let Ok(entries) = self.files.list(&join(folder, &below)) else { return false };
            for entry in entries {
                let path = if below.is_empty() { entry.name } else { format!("{below}/{}", entry.name) };
                match entry.kind {
                    EntryKind::Folder if depth < MAX_DEPTH => waiting.push((path, depth + 1)),
                    EntryKind::File => {
                        let there = self.files.read(&join(folder, &path));
                        let same = |file: &&File| {
                            file.name == path
                                && there.as_ref().is_ok_and(|bytes| *bytes == file.data.as_bytes())
                        };
                        if !files.iter().any(|file| same(&file)) {
                            return false;
                        }
                        found += 1;
                    }
                    _ => return false,
                }
            }
        }
        found == files.len()
    }

    /// Refuses a folder beside the kustomization that is another chart than the locked one.
    fn check_folder(&self, pull: &Pull<'_>, bytes: &[u8]) -> Result<(), Error> {
        let folder = join(pull.folder, pull.name);
        if self.files.resolve(&folder).is_err() {
            return Ok(());
        }
        let files = load::unpack(bytes, load::MAX_CHART_BYTES, self.level());
        let files = files.map_err(|error| Error::new(error.to_string()))?;
        if self.is_same(&folder, &files) {
            return Ok(());
        }
        let message = format!("`{folder}` is not the chart `{}` that was locked", pull.name);
        Err(self.stop(Diagnostic::error("lock/digest", message).hint(
            "delete the folder, and the locked chart is taken; or, if it is your own, take `repo` out of its entry under `helmCharts`",
        )))
    }
}

impl Charts for Elsewhere<'_> {
    fn level(&self) -> Level {
        self.inner().level()
    }

    fn namespace(&self) -> String {
        self.inner().namespace()
    }

    fn services(&self) -> &dyn Services {
        self.inner().services()
    }

    fn locked(&self, pull: &Pull<'_>) -> Result<Option<Chart>, Error> {
        let Some(wanted) = wanted(pull) else { return Ok(None) };
        let folder = join(pull.folder, pull.name);
        if self.called(&folder).is_some() && self.files.resolve(&folder).is_ok() {
            // What a repository has in itself is locked with it.
            return Ok(None);
        }
        self.taken.borrow_mut().charts.insert(wanted.clone());
        let lock = self.lock();
        let archive = match (lock.and_then(|lock| Some((lock, lock.find(&wanted)?))), self.purpose) {
            (Some((_, entry)), Purpose::Vendor) => {
                let bytes = locked::fetched(&*self.selection.kustomizations, entry);
                bytes.map(|bytes| (pull.name.to_owned(), bytes))
            }
            (Some((lock, entry)), _) => {
                let archive = locked::exactly(self.selection, lock, entry, &self.release.name);
                archive.map(|archive| (archive.name, archive.bytes))
            }
            (None, Purpose::Update) => {
                let bytes = self.selection.kustomizations.archive(&wanted, None);
                bytes.map(|bytes| (pull.name.to_owned(), bytes))
            }
            (None, _) => return Ok(None),
        };
        let (name, bytes) = archive.map_err(|problem| self.stop(problem))?;
        if self.purpose == Purpose::Build {
            self.check_folder(pull, &bytes)?;
        }
        let chart = load::open(&name, &bytes, self.level());
        chart.map(Some).map_err(|error| Error::new(error.to_string()))
    }

    fn open(&self, folder: &str) -> Result<Chart, Error> {
        self.inner().open(folder)
    }

    fn pull(&self, pull: &Pull<'_>) -> Result<(), Error> {
        let is_exact = Version::parse(pull.version.trim_start_matches('v').as_bytes()).is_ok();
        if let Some(wanted) = wanted(pull).filter(|_| !is_exact) {
            self.taken.borrow_mut().open_charts.insert(wanted);
        }
        self.inner().pull(pull)
    }
}
