//! What a folder has that can be released: charts, kustomizations that no other one builds on, and plain manifests.
//!
//! Kustomizations side by side in a folder called `overlays` are one release, and their names are the environments; so
//! are the names of values files beside a chart (`values-prod.yaml`), where they are words that environments go by.

mod found;
#[cfg(test)]
mod tests;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use longshore_diag::{Diagnostic, Place};

use crate::draft::{Draft, DraftRelease, Origin, Source, Switch};
use crate::files::{Files, Reader, join};
use crate::left::Left;
use crate::names::{is_name, name_of};
use found::Found;
use values::PerEnvironment;

/// Folders whose kustomizations are one thing in several environments.
const OVERLAYS: [&str; 6] = ["overlays", "overlay", "environments", "envs", "env", "clusters"];

/// Folders that say how something is deployed, and not what.
const MEANINGLESS: [&str; 14] = [
    "",
    ".",
    "base",
    "k8s",
    "kubernetes",
    "kustomize",
    "kustomization",
    "deploy",
    "deployment",
    "deployments",
    "manifests",
    "charts",
    "chart",
    "helm",
];

/// Translates what lies in a folder and below it.
///
/// # Errors
/// A folder cannot be read, or there is more in it than the budget allows.
pub fn folder(files: &dyn Files, origin: &Origin) -> Result<Draft, Diagnostic> {
    let reader = Reader::new(files);
    let found = Found::below(&reader)?;
    let mut draft = Draft { name: origin.name.clone(), ..Draft::default() };
    let mut releases: Vec<DraftRelease> = Vec::new();
    // In which environments a release is, where it is not in all.
    let mut only: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut environments: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut with_values = Vec::new();

    for path in &found.charts {
        let release = DraftRelease::new(named(path, origin), Source::Chart(origin.path(path)));
        let values = PerEnvironment::of(&reader, path)?;
        environments.extend(values.files.keys().map(|name| (name.clone(), None)));
        draft.left.extend(values.others.iter().map(|file| {
            let advice = format!(
                "not taken for an environment; add it to `values` of release `{}` where it belongs",
                release.name
            );
            Left::new(Place::file(file), "values file", advice)
        }));
        with_values.push((release.name.clone(), values));
        releases.push(release);
    }
    for (path, kustomization) in &found.kustomizations {
        let (above, own) = path.rsplit_once('/').unwrap_or(("", path));
        let inflates = !kustomization.helm_charts.is_empty();
        if OVERLAYS.contains(&last(above)) && is_name(own) {
            let namespace = Some(kustomization.namespace.clone()).filter(|name| !name.is_empty());
            let entry = environments.entry(own.to_owned()).or_default();
            *entry = entry.take().or(namespace);
            let source = origin.path(&format!("{above}/${{env.name}}"));
            let is_same = |release: &&mut DraftRelease| matches!(&release.source, Source::Kustomize(other, _) if *other == source);
            let name = if let Some(release) = releases.iter_mut().find(is_same) {
                if inflates {
                    release.source = Source::Kustomize(source, true);
                }
                release.name.clone()
            } else {
                let name = named(above.rsplit_once('/').map_or("", |(folder, _)| folder), origin);
                releases.push(DraftRelease::new(name.clone(), Source::Kustomize(source, inflates)));
                name
            };
            only.entry(name).or_default().insert(own.to_owned());
        } else {
            let source = Source::Kustomize(origin.path(path), inflates);
            releases.push(DraftRelease::new(named(path, origin), source));
        }
    }
    for (folder, sources) in &found.manifests {
        let paths = sources.iter().map(|path| origin.path(path)).collect();
        releases.push(DraftRelease::new(named(folder, origin), Source::Manifests(paths)));
    }
    for (file, kind) in &found.others {
        let file = &origin.path(file);
        let advice = if *kind == found::PROJECT {
            format!(
                "what lies there is deployed by it already (`longshore -f {file} …`); it is no part of this project"
            )
        } else {
            format!(
                "`longshore init --from {file} --dir OTHER` translates it; it is not part of this project"
            )
        };
        draft.left.push(Left::new(Place::file(file), *kind, advice));
    }
    distinct(&mut releases, &mut draft.left);
    draft.environments = origin.environments(&origin.name, environments);
    for (name, values) in with_values {
        let names: Vec<&str> = draft.environments.iter().map(|environment| &*environment.name).collect();
        let (everywhere, special) = values.layers(origin, &names);
        if let Some(release) = releases.iter_mut().find(|release| release.name == name) {
            release.layer.values = everywhere;
            for (environment, file) in special {
                draft.put(&environment, &name, |layer| layer.values.push(file));
            }
        }
    }
    let names: Vec<String> = draft.environments.iter().map(|environment| environment.name.clone()).collect();
    for (release, there) in &only {
        for name in names.iter().filter(|name| !there.contains(*name)) {
            draft.put(name, release, |layer| layer.enabled = Some(Switch::Is(false)));
        }
    }
    draft.releases = releases;
    draft.left.sort();
    Ok(draft)
}

/// Two of one name cannot both be a release of that name: later ones get a number.
fn distinct(releases: &mut [DraftRelease], left: &mut Vec<Left>) {
    let mut names = BTreeSet::new();
    for release in releases {
        let name = release.name.clone();
        let mut number = 2;
        while !names.insert(release.name.clone()) {
            release.name = format!("{name}-{number}");
            number += 1;
        }
        if release.name != name {
            let place = match &release.source {
                Source::Chart(path) | Source::Kustomize(path, _) => path.clone(),
                Source::Remote(remote) => remote.repo.clone(),
                Source::Manifests(paths) => paths.first().cloned().unwrap_or_default(),
            };
            let advice = format!("there is another one of that name: it is `{}`", release.name);
            left.push(Left::new(Place::file(place), format!("release `{name}`"), advice));
        }
    }
}

/// A release's name, from its folder: the nearest one upwards that says something, as far as the path that was given
/// for all of it; the project's where none does.
fn named(path: &str, origin: &Origin) -> String {
    let whole = origin.path(path);
    let telling = whole.rsplit('/').find(|part| !MEANINGLESS.contains(part) && *part != "..");
    telling.map_or_else(|| origin.name.clone(), |part| name_of(part, &origin.name))
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// A path seen from a folder; none if it leads out of what is looked at.
fn inside(folder: &str, path: &str) -> Option<String> {
    Some(join(folder, path)).filter(|joined| !joined.starts_with("..") && !joined.starts_with('/'))
}
