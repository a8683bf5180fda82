//! What a release names as its kustomization, a folder or the address of a repository, and how a build of it is told:
//! places in its files, the way there from the project file, and never the credentials of an address.

use longshore_diag::{Diagnostic, Place};
use longshore_kustomize::build::Built;
use longshore_kustomize::diagnose::Teller;
use longshore_kustomize::remote::Repository;
use longshore_kustomize::resource::Resource;
use longshore_kustomize::{Error, output};
use longshore_object::{Object, parse_manifests};

use crate::project::KustomizeSpec;
use crate::selection::Selection;
use crate::synthetic::Written;

/// What is built.
pub(super) struct Target {
    /// The folder, from the root, or the address of a repository.
    pub(super) built: String,
    /// The same in the words of the project file, its variables replaced, without credentials.
    pub(super) shown: String,
    /// What an address has in front of its host, to be told nowhere.
    credentials: Option<String>,
    /// Whether it is an address.
    is_remote: bool,
    /// Where it is named; only the file if the line would show credentials.
    pub(super) place: Place,
}

/// Why an object cannot be written.
pub(super) enum Unwritten {
    /// Kustomize cannot.
    Failed(Error),
    /// No cluster would take it.
    Refused(Diagnostic),
}

impl Target {
    /// # Errors
    /// The project file names something that is not known.
    pub(super) fn of(selection: &Selection, spec: &KustomizeSpec) -> Result<Self, Diagnostic> {
        let KustomizeSpec { path: entry, .. } = spec;
        let filled = selection.fill(&entry.value, &entry.place)?;
        if Repository::parse(&filled).is_ok() {
            let credentials = credentials(&filled).map(str::to_owned);
            let (shown, place) = match &credentials {
                Some(secret) => (filled.replacen(secret, "", 1), Place::file(&entry.place.file)),
                None => (filled.clone(), entry.place.clone()),
            };
            return Ok(Self { built: filled, shown, credentials, is_remote: true, place });
        }
        let path = selection.path(&entry.value, &entry.place)?;
        // From the root, so that it is never taken for the address of a repository.
        let absolute = std::path::absolute(&path).map_err(|error| {
            Diagnostic::error("source/unreadable", format!("cannot be read: {error}")).at(entry.place.clone())
        })?;
        let built = absolute.to_string_lossy().into_owned();
        Ok(Self { built, shown: filled, credentials: None, is_remote: false, place: entry.place.clone() })
    }

    /// Where a resource comes from; of a repository, whose files are gone afterwards, its address.
    pub(super) fn origin(&self, teller: &Teller<'_>, built: &Built, resource: &Resource) -> Place {
        let known = if self.is_remote { None } else { teller.origin(built, resource) };
        known.unwrap_or_else(|| Place::file(&self.shown))
    }

    /// An object with the text that Kustomize prints of it; where that is a list, its objects, written anew.
    pub(super) fn written(&self, resource: &Resource, place: &Place) -> Result<Vec<Written>, Unwritten> {
        let bytes = output::document(resource).map_err(Unwritten::Failed)?;
        let text = String::from_utf8(bytes).expect("YAML made from UTF-8 is UTF-8");
        let refused = |error: Diagnostic| Unwritten::Refused(error.at(place.clone()));
        // The lines of what was built are those of no file.
        let objects = parse_manifests(&text, &self.shown).map_err(refused)?;
        let objects = objects.into_iter().map(|object| Object::from_json(object.to_json(), place.clone()));
        let mut objects = objects.collect::<Result<Vec<_>, _>>().map_err(refused)?;
        let source = || self.shown.clone();
        Ok(match (objects.pop(), objects.is_empty()) {
            (Some(object), true) => vec![Written { object, text, source: source() }],
            (last, _) => {
                objects.into_iter().chain(last).map(|object| Written::anew(object, source())).collect()
            }
        })
    }

    /// A line that Kustomize warns with.
    pub(super) fn warned(&self, line: &str) -> Diagnostic {
        let text = line.strip_prefix("# Warning: ").unwrap_or(line);
        self.told(Diagnostic::warning("kustomize/build", text))
    }

    /// Why it does not build: where, with what Kustomize says, and what to do about it in the project file.
    pub(super) fn explained(&self, teller: &Teller<'_>, error: &Error, spec: &KustomizeSpec) -> Diagnostic {
        let text = error.text();
        let mut diagnostic = teller.error(error, &self.built);
        if self.is_remote && diagnostic.place.is_none() {
            diagnostic.message = format!("`{}` cannot be built", self.shown);
        }
        if text.contains("must specify --enable-helm") {
            let path = &spec.path.value;
            diagnostic.hint =
                Some(format!("`kustomize: {{path: \"{path}\", enableHelm: true}}` lets it inflate charts"));
        } else if text.contains("external plugins disabled") {
            diagnostic.hint =
                Some("a release runs no programs; write what they print into a file".to_owned());
        } else if text.contains("security; file") {
            diagnostic.hint = Some(
                "move the file into the folder, or make a kustomization where it is and name that".to_owned(),
            );
        } else if diagnostic.code == "kustomize/no-file" && diagnostic.place.is_none() {
            diagnostic = diagnostic.note(format!("plain manifests are named by `manifests: {}`", self.shown));
        }
        self.told(diagnostic.note(format!("in Kustomize's words: {text}")))
    }

    /// A diagnostic with the way from the project file, and without credentials.
    pub(super) fn told(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        if let Some(secret) = &self.credentials {
            let report = &mut *diagnostic;
            let texts = std::iter::once(&mut report.message).chain(&mut report.hint).chain(&mut report.notes);
            texts.for_each(|text| *text = text.replace(secret, ""));
        }
        match diagnostic.place {
            None => diagnostic.at(self.place.clone()),
            Some(_) => diagnostic.within("the kustomization is named here", Some(self.place.clone())),
        }
    }
}

/// What stands between `https://` and the `@` in front of the host, with the `@`.
fn credentials(address: &str) -> Option<&str> {
    let (scheme, rest) = address.split_once("://")?;
    let authority = rest.split('/').next()?;
    let end = authority.rfind('@')?;
    // The user of SSH is no secret.
    let is_secret = scheme.ends_with("http") || scheme.ends_with("https");
    (is_secret || authority[..end].contains(':')).then(|| &authority[..=end])
}

#[cfg(test)]
mod tests {
    use super::credentials;

    #[test]
    fn credentials_of_an_address_are_found() {
        for (address, expected) in [
            ("https://ann:secret@example.com/a/b//c", Some("ann:secret@")),
            ("git::https://token@example.com/a/b", Some("token@")),
            ("ssh://git@example.com/a/b", None),
            ("ssh://git:secret@example.com/a/b", Some("git:secret@")),
            ("https://example.com/a/b?ref=x@y", None),
            ("git@example.com:a/b", None),
        ] {
            assert_eq!(credentials(address), expected, "{address}");
        }
    }
}
