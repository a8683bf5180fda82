//! What a release names as its kustomization: a folder, which is looked at before it is built, or the address of a
//! repository, whose credentials are told nowhere.

use std::path::{Path, PathBuf};

use longshore_diag::{Diagnostic, Place, nearest};
use longshore_kustomize::kustomization::FILE_NAMES;
use longshore_kustomize::remote::Repository;
use longshore_kustomize::resource::Resource;
use longshore_kustomize::{Error, output};
use longshore_object::{Object, parse_manifests};

use crate::project::KustomizeSpec;
use crate::selection::Selection;
use crate::synthetic::Written;

/// How many folders are named that could have been meant.
const MOST_NAMES: usize = 6;

/// What is built.
pub(super) struct Target {
    /// The folder, from here, or the address of a repository.
    pub(super) built: String,
    /// The same in the words of the project file, its variables replaced, without credentials.
    pub(super) shown: String,
    /// What an address has in front of its host, to be told nowhere.
    credentials: Option<String>,
    /// Where it is named; only the file if the line would show credentials.
    pub(super) place: Place,
}

impl Target {
    /// # Errors
    /// There is no such folder, or it holds no kustomization.
    pub(super) fn of(selection: &Selection, spec: &KustomizeSpec) -> Result<Self, Diagnostic> {
        let KustomizeSpec { path: entry, .. } = spec;
        let filled = selection.fill(&entry.value, &entry.place)?;
        if Repository::parse(&filled).is_ok() {
            let credentials = credentials(&filled).map(str::to_owned);
            let (shown, place) = match &credentials {
                Some(secret) => (filled.replacen(secret, "", 1), Place::file(&entry.place.file)),
                None => (filled.clone(), entry.place.clone()),
            };
            return Ok(Self { built: filled, shown, credentials, place });
        }
        let path = selection.path(&entry.value, &entry.place)?;
        check(&path).map_err(|error| error.at(entry.place.clone()))?;
        // From the root, so that it is never taken for the address of a repository.
        let absolute = std::path::absolute(&path).map_err(|error| {
            Diagnostic::error("source/unreadable", format!("cannot be read: {error}")).at(entry.place.clone())
        })?;
        let built = absolute.to_string_lossy().into_owned();
        Ok(Self { built, shown: filled, credentials: None, place: entry.place.clone() })
    }

    /// A text without the credentials of the address.
    pub(super) fn hidden(&self, text: &str) -> String {
        self.credentials.as_ref().map_or_else(|| text.to_owned(), |secret| text.replace(secret, ""))
    }

    /// An object with the text that Kustomize prints of it; where that is a list, its objects, written anew.
    pub(super) fn written(
        &self,
        resource: &Resource,
        spec: &KustomizeSpec,
    ) -> Result<Vec<Written>, Diagnostic> {
        let bytes = output::document(resource).map_err(|error| self.explained(&error, spec))?;
        let text = String::from_utf8(bytes).expect("YAML made from UTF-8 is UTF-8");
        let place = Place::file(&self.shown);
        let objects = parse_manifests(&text, &self.shown).map_err(|error| error.at(place.clone()))?;
        // The lines of what was built are those of no file.
        let mut objects =
            objects.into_iter().map(|object| Object::from_json(object.to_json(), place.clone()));
        match (objects.next(), objects.len()) {
            (Some(object), 0) => Ok(vec![Written { object: object?, text }]),
            (first, _) => first.into_iter().chain(objects).map(|object| Ok(Written::anew(object?))).collect(),
        }
    }

    /// Why it does not build, in Kustomize's words, with what to do about it in the project file.
    pub(super) fn explained(&self, error: &Error, spec: &KustomizeSpec) -> Diagnostic {
        let text = self.hidden(error.text());
        let hint = if text.contains("must specify --enable-helm") {
            let path = &spec.path.value;
            Some(format!("`kustomize: {{path: \"{path}\", enableHelm: true}}` lets it inflate charts"))
        } else if text.contains("external plugins disabled") {
            Some("a release runs no programs; write what they print into a file".to_owned())
        } else {
            None
        };
        let mut diagnostic = Diagnostic::error("kustomize/build", text).at(self.place.clone());
        diagnostic.hint = hint;
        diagnostic
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

/// Whether a folder holds a kustomization.
fn is_kustomization(folder: &Path) -> bool {
    FILE_NAMES.iter().any(|name| folder.join(name).exists())
}

/// Whether a folder is there and holds a kustomization.
fn check(path: &Path) -> Result<(), Diagnostic> {
    let shown = path.display();
    if path.is_dir() {
        if is_kustomization(path) {
            return Ok(());
        }
        let message = format!("`{shown}` holds no {}", FILE_NAMES.join(", ").replace(", K", " or K"));
        let error = Diagnostic::error("kustomize/missing", message);
        let below = kustomizations_in(path);
        return Err(if below.is_empty() {
            error.hint(format!(
                "`longshore kustomize create --autodetect` writes one from the files of a folder; plain manifests are named by `manifests: {shown}`"
            ))
        } else {
            error.hint(one_of(&below, ""))
        });
    }
    let found = if path.exists() { "is a file" } else { "does not exist" };
    let error = Diagnostic::error("source/missing", format!("`{shown}` should be a folder and {found}"));
    let Some(above) = path.parent() else { return Err(error) };
    if path.exists() {
        return Err(if is_kustomization(above) {
            error.hint(format!("name its folder: `{}`", above.display()))
        } else {
            error
        });
    }
    let beside = kustomizations_in(above);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Err(if beside.is_empty() { error } else { error.hint(one_of(&beside, &name)) })
}

/// The folders in a folder that hold kustomizations, in the order of their names.
fn kustomizations_in(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir().into_iter().flatten();
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| Some(folder.join(entry.ok()?.file_name())))
        .filter(|path| is_kustomization(path))
        .collect();
    found.sort();
    found
}

/// Which could have been meant by a name.
fn one_of(folders: &[PathBuf], name: &str) -> String {
    let names: Vec<_> =
        folders.iter().map(|folder| folder.file_name().unwrap_or_default().to_string_lossy()).collect();
    let near = nearest(name, names.iter().map(AsRef::as_ref));
    let meant: Vec<String> = folders
        .iter()
        .zip(&names)
        .filter(|(_, name)| near.is_none_or(|near| near == *name))
        .map(|(folder, _)| format!("`{}`", folder.display()))
        .take(MOST_NAMES)
        .collect();
    match &meant[..] {
        [one] => format!("did you mean {one}?"),
        several => format!("name one of {}", several.join(", ")),
    }
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
