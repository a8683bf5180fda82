//! A release made from a kustomization: a folder or a repository, built as `kustomize build` builds it.
//!
//! What comes out has Kustomize's own bytes; only the comment `# Source:` stands above each object, as in every record.
//! A build sees no cluster, and it runs no program: charts are inflated in process where the release lets them.

use std::fmt::Debug;
use std::path::Path;

use longshore_chart::Level;
use longshore_diag::{Diagnostic, Place};
use longshore_kustomize::kustomization::FILE_NAMES;
use longshore_kustomize::remote::Repository;
use longshore_kustomize::resource::Resource;
use longshore_kustomize::{Error, Files, Options, build, output};
use longshore_object::{Object, parse_manifests};
use longshore_release::{Candidate, ReleaseError};

use crate::generate::Random;
use crate::project::{KustomizeSpec, Method, ReleaseSpec};
use crate::render::RenderOptions;
use crate::selection::Selection;
use crate::session::Session;
use crate::source::{Known, SystemRandom};
use crate::synthetic::{self, Existing, Written};
use crate::warn::Found;

/// What kustomizations are built from: who wires a [`Selection`] says where files and charts come from.
pub trait Kustomizations: Debug + Send + Sync {
    /// What one build sees of the world, with what inflates charts if they may be inflated.
    ///
    /// # Errors
    /// There is nothing to see.
    fn files(&self, charts: Option<ChartsAs>) -> Result<Box<dyn Files>, Diagnostic>;
}

/// How charts of a kustomization are inflated.
#[derive(Debug, Clone)]
pub struct ChartsAs {
    /// Which Helm to be.
    pub level: Level,
    /// The namespace of charts that name none: the release's.
    pub namespace: String,
}

/// Builds a release's kustomization for deploying it.
pub(crate) async fn live(
    session: &Session,
    release: &ReleaseSpec,
    existing: Known,
) -> Result<(Candidate, Found), ReleaseError> {
    let (selection, spec) = (session.selection.clone(), release.clone());
    // A build is synchronous and may wait for a repository: it gets a thread of its own.
    let building = tokio::task::spawn_blocking(move || {
        candidate(&selection, &spec, &RenderOptions::default(), &existing, &mut SystemRandom)
    });
    let built = building.await.map_err(|error| {
        ReleaseError::from(Diagnostic::error("kustomize/build", format!("building broke off: {error}")))
    })?;
    Ok(built?)
}

/// Builds a release's kustomization without a cluster.
pub(crate) fn offline(
    selection: &Selection,
    release: &ReleaseSpec,
    options: &RenderOptions,
) -> Result<(Candidate, Found), Diagnostic> {
    candidate(selection, release, options, &Known::default(), &mut SystemRandom)
}

fn candidate(
    selection: &Selection,
    release: &ReleaseSpec,
    options: &RenderOptions,
    existing: &dyn Existing,
    random: &mut dyn Random,
) -> Result<(Candidate, Found), Diagnostic> {
    let Some(spec) = &release.kustomize else {
        let message = format!("release `{}` has no kustomization", release.name);
        return Err(Diagnostic::error("project/no-kustomization", message).at(release.place.clone()));
    };
    let target = Target::of(selection, spec)?;
    let charts = || ChartsAs { level: selection.level(), namespace: selection.namespace.clone() };
    let files = selection.kustomizations.files(spec.enable_helm.then(charts))?;
    let options = Options {
        enable_helm: spec.enable_helm,
        helm_api_versions: options.api_versions.clone(),
        helm_kube_version: options.kube_version.clone().unwrap_or_default(),
        ..Options::default()
    };
    let built = build(&*files, &target.built, &options);
    let resources = built.resources.as_ref().map_err(|error| target.explained(error, spec))?;
    let mut written = Vec::with_capacity(resources.len());
    for resource in resources {
        written.extend(target.written(resource, spec)?);
    }
    let elsewhere = elsewhere(&written, selection).map(|warning| warning.at(target.place.clone()));
    let source = (Method::Kustomize, &*target.shown);
    let candidate = synthetic::candidate(release, &selection.namespace, source, written, existing, random)?;
    let warning = |line: &String| {
        let text = line.strip_prefix("# Warning: ").unwrap_or(line);
        Diagnostic::warning("kustomize/build", target.hidden(text)).at(target.place.clone())
    };
    let warnings = built.warnings.iter().map(warning).chain(elsewhere).collect();
    Ok((candidate, Found::told(release, warnings)))
}

/// What is built.
struct Target {
    /// The folder, from here, or the address of a repository.
    built: String,
    /// The same in the words of the project file, its variables replaced, without credentials.
    shown: String,
    /// What an address has in front of its host, to be told nowhere.
    credentials: Option<String>,
    /// Where it is named; only the file if the line would show credentials.
    place: Place,
}

impl Target {
    /// # Errors
    /// There is no such folder, or it holds no kustomization.
    fn of(selection: &Selection, spec: &KustomizeSpec) -> Result<Self, Diagnostic> {
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
    fn hidden(&self, text: &str) -> String {
        self.credentials.as_ref().map_or_else(|| text.to_owned(), |secret| text.replace(secret, ""))
    }

    /// An object with the text that Kustomize prints of it; where that is a list, its objects, written anew.
    fn written(&self, resource: &Resource, spec: &KustomizeSpec) -> Result<Vec<Written>, Diagnostic> {
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
    fn explained(&self, error: &Error, spec: &KustomizeSpec) -> Diagnostic {
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

/// A kustomization whose `namespace` is not the one that is deployed to: `-n` and the environment change nothing then.
fn elsewhere(written: &[Written], selection: &Selection) -> Option<Diagnostic> {
    let keys = written.iter().map(|written| written.object.key_in(""));
    let mut names = keys.filter_map(|key| key.namespace);
    let name = names.next().filter(|name| !name.is_empty() && *name != selection.namespace)?;
    if names.any(|other| other != name) {
        return None;
    }
    let (own, environment) = (&selection.namespace, &selection.environment.name);
    let message = format!(
        "everything in the kustomization names the namespace `{name}`; the release is deployed to `{own}`"
    );
    Some(Diagnostic::warning("kustomize/namespace", message).hint(format!(
        "take `namespace: {name}` out of the kustomization, or make it that of environment `{environment}`"
    )))
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

/// Whether a folder is there and holds a kustomization.
fn check(path: &Path) -> Result<(), Diagnostic> {
    let shown = path.display();
    let holds = |folder: &Path| FILE_NAMES.iter().any(|name| folder.join(name).exists());
    if !path.is_dir() {
        let (found, above) =
            if path.exists() { ("is a file", path.parent()) } else { ("does not exist", None) };
        let message = format!("`{shown}` should be a folder and {found}");
        let error = Diagnostic::error("source/missing", message);
        return Err(match above.filter(|above| holds(above)) {
            Some(above) => error.hint(format!("name its folder: `{}`", above.display())),
            None => error,
        });
    }
    if holds(path) {
        return Ok(());
    }
    let message = format!("`{shown}` holds no {}", FILE_NAMES.join(", ").replace(", K", " or K"));
    let error = Diagnostic::error("kustomize/missing", message);
    let entries = path.read_dir().into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let mut below: Vec<String> =
        entries.filter(|entry| holds(entry)).map(|entry| format!("`{}`", entry.display())).collect();
    below.sort();
    below.truncate(6);
    Err(match &below[..] {
        [] => error.hint(format!(
            "`longshore kustomize create --autodetect` writes one from the files of a folder; plain manifests are named by `manifests: {shown}`"
        )),
        [one] => error.hint(format!("did you mean {one}?")),
        several => error.hint(format!("name one of {}", several.join(", "))),
    })
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
