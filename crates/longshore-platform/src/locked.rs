//! The archive of a chart that lies elsewhere: as the lock says, from the vendored charts, a cache or its repository.

use std::io::ErrorKind;

use longshore_diag::{Diagnostic, Place};
use sha2::{Digest, Sha256};

use crate::kustomize::Kustomizations;
use crate::project::{Lock, LockedChart, ReleaseSpec, RemoteChart, WantedChart, is_address, is_name};
use crate::selection::Selection;

/// The folder of vendored charts, beside the project file.
pub(crate) const VENDOR: &str = "vendor/charts";

/// An archive, and what it is called in messages.
pub(crate) struct Archive {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// Gets the archive of a release's chart. With a lock it is the locked one, else the newest that is wanted.
///
/// # Errors
/// The lock has no entry for it; it cannot be got; it is not what the lock says.
pub(crate) fn archive(
    selection: &Selection,
    spec: &ReleaseSpec,
    remote: &RemoteChart,
) -> Result<Archive, Diagnostic> {
    let wanted = wanted(selection, remote)?;
    let place = || remote.name.place.clone();
    let Some(lock) = &selection.platform.lock else {
        let bytes = selection.kustomizations.archive(&wanted, None).map_err(|error| error.or_at(place()))?;
        return Ok(Archive { name: shown(&wanted, &wanted.wanted), bytes });
    };
    let Some(locked) = lock.find(&wanted) else {
        return Err(not_locked(lock, &wanted, spec).at(remote.version.place.clone()));
    };
    exactly(selection, lock, locked, &spec.name).map_err(|error| error.or_at(place()))
}

/// Gets the archive that is locked, for a release: the vendored one, else from where it lies.
///
/// # Errors
/// It cannot be got, or is not what the lock says.
pub(crate) fn exactly(
    selection: &Selection,
    lock: &Lock,
    locked: &LockedChart,
    release: &str,
) -> Result<Archive, Diagnostic> {
    let vendored = selection.platform.root.join(VENDOR).join(file_name(lock, locked));
    let (name, bytes) = match std::fs::read(&vendored) {
        Ok(bytes) => (vendored.display().to_string(), bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            (shown(&locked.wanted, &locked.version), fetched(&*selection.kustomizations, locked)?)
        }
        Err(error) => {
            let message = format!("cannot be read: {error}");
            let shown = vendored.display().to_string();
            return Err(Diagnostic::error("lock/vendor", message).at(Place::file(shown)));
        }
    };
    let found = digest(&bytes);
    if found == locked.digest {
        return Ok(Archive { name, bytes });
    }
    let message = format!(
        "chart `{}` {} is not the one that was locked: its archive is {found}, and {} says {}",
        locked.wanted.name, locked.version, lock.file, locked.digest
    );
    let error = Diagnostic::error("lock/digest", message).note(format!("the archive is {name}"));
    Err(if vendored.is_file() {
        error.hint("the vendored file was changed: `longshore vendor` gets the locked one again")
    } else {
        error.hint(format!(
            "the repository gives out another archive under the same version: find out why; then `longshore update {release}` locks it"
        ))
    })
}

/// The archive that a repository or a cache has for an entry, unchecked.
///
/// # Errors
/// It cannot be got.
pub(crate) fn fetched(sources: &dyn Kustomizations, locked: &LockedChart) -> Result<Vec<u8>, Diagnostic> {
    let exact = WantedChart { wanted: locked.version.clone(), ..locked.wanted.clone() };
    sources.archive(&exact, Some(&locked.digest))
}

/// What a release wants, its variables replaced.
///
/// # Errors
/// A variable that is not there, or a text that is no address, name or range with it.
pub(crate) fn wanted(selection: &Selection, remote: &RemoteChart) -> Result<WantedChart, Diagnostic> {
    let filled = |placed: &crate::project::Placed<String>| selection.fill(&placed.value, &placed.place);
    let wanted = WantedChart {
        repo: filled(&remote.repo)?.trim_end_matches('/').to_owned(),
        name: filled(&remote.name)?,
        wanted: filled(&remote.version)?,
    };
    let wrong = |what: &str, text: &str, at: &Place| {
        Diagnostic::error("project/chart", format!("`{text}` is no {what}")).at(at.clone())
    };
    if !is_address(&wanted.repo) {
        return Err(wrong("address of a repository", &wanted.repo, &remote.repo.place));
    }
    if !is_name(&wanted.name) {
        return Err(wrong("name of a chart", &wanted.name, &remote.name.place));
    }
    if longshore_go::semver::Constraint::parse(wanted.wanted.as_bytes()).is_err() {
        return Err(wrong("version or range of versions", &wanted.wanted, &remote.version.place));
    }
    Ok(wanted)
}

/// That the project file wants what the lock does not have.
fn not_locked(lock: &Lock, wanted: &WantedChart, spec: &ReleaseSpec) -> Diagnostic {
    let WantedChart { repo, name, wanted: range } = wanted;
    let message = format!("chart `{name}` {range} of {repo} is not in {}", lock.file);
    let mut error = Diagnostic::error("lock/missing", message);
    for other in lock.charts.iter().filter(|other| other.wanted.name == *name) {
        error = error.note(format!(
            "it has `{name}` {} of {}, locked for {}",
            other.version, other.wanted.repo, other.wanted.wanted
        ));
    }
    error.hint(format!("`longshore update {}` finds its version and locks it", spec.name))
}

/// The name of a vendored archive: those of two charts that are called alike differ.
pub(crate) fn file_name(lock: &Lock, locked: &LockedChart) -> String {
    let LockedChart { wanted, version, digest, .. } = locked;
    let is_twin = |other: &LockedChart| {
        other.wanted.name == wanted.name && other.version == *version && other.digest != *digest
    };
    let digits = digest.trim_start_matches("sha256:");
    if lock.charts.iter().any(is_twin) {
        return format!("{}-{version}-{}.tgz", wanted.name, digits.get(..8).unwrap_or(digits));
    }
    format!("{}-{version}.tgz", wanted.name)
}

/// `sha256:…` of bytes.
pub(crate) fn digest(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::from("sha256:");
    for byte in Sha256::digest(bytes) {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn shown(wanted: &WantedChart, version: &str) -> String {
    format!("{}/{}-{version}.tgz", wanted.repo, wanted.name)
}

#[cfg(test)]
mod tests {
    use super::file_name;
    use crate::project::{Lock, LockedChart, WantedChart};

    #[test]
    fn archives_of_charts_that_are_called_alike_have_names_of_their_own() {
        let chart = |repo: &str, wanted: &str, digest: &str| LockedChart {
            wanted: WantedChart { repo: repo.to_owned(), name: "c".to_owned(), wanted: wanted.to_owned() },
            version: "1.2.0".to_owned(),
            app_version: String::new(),
            digest: format!("sha256:{}", digest.repeat(32)),
        };
        let charts = vec![chart("https://a", "^1", "a1"), chart("https://a", "1.2.0", "a1")];
        let mut lock = Lock { charts, file: "longshore.lock".to_owned(), ..Lock::default() };
        let names = |lock: &Lock| lock.charts.iter().map(|chart| file_name(lock, chart)).collect::<Vec<_>>();
        assert_eq!(names(&lock), ["c-1.2.0.tgz", "c-1.2.0.tgz"], "it is one archive");
        lock.charts.push(chart("https://b", "^1", "b2"));
        let (ours, theirs) = ("c-1.2.0-a1a1a1a1.tgz", "c-1.2.0-b2b2b2b2.tgz");
        assert_eq!(names(&lock), [ours, ours, theirs]);
    }
}
