//! Releases that flags name.

use std::collections::BTreeMap;
use std::path::Path;

use longshore_diag::Diagnostic;
use longshore_import::{Draft, DraftEnvironment, DraftRelease, Origin, Source, join, name_of, namespaces};

use crate::args::{InitArgs, Named};

/// Whether flags name any release.
pub(super) fn name_releases(args: &InitArgs) -> bool {
    !(args.chart.is_empty() && args.kustomize.is_empty() && args.manifests.is_empty())
}

/// A project of the releases that were named.
///
/// # Errors
/// A path is not there, or two releases have one name.
pub(super) fn draft(args: &InitArgs, origin: &Origin) -> anyhow::Result<Draft> {
    let mut draft = Draft { name: origin.name.clone(), ..Draft::default() };
    draft.environments = environments(origin);
    let there = |flag: &str, named: &Named| {
        let first = draft.environments.first().map_or("", |environment| &*environment.name);
        let path = named.path.replace("${env.name}", first);
        if Path::new(&join(&args.dir.to_string_lossy(), &path)).exists()
            || path.contains("${")
            || path.contains("://")
        {
            return Ok(());
        }
        let message = format!("--{flag}: there is nothing at `{path}`");
        Err(Diagnostic::error("init/missing", message).hint("paths are relative to the project file"))
    };
    let name = |named: &Named| {
        if let Some(name) = &named.name {
            return name.clone();
        }
        let telling = |part: &&str| !part.contains("${") && *part != "overlays" && *part != "..";
        let stem = named.path.rsplit('/').find(telling).unwrap_or_default();
        let stem = [".yaml", ".yml", ".json"].iter().find_map(|end| stem.strip_suffix(end)).unwrap_or(stem);
        name_of(stem, &origin.name)
    };
    let mut releases: Vec<DraftRelease> = Vec::new();
    for named in &args.chart {
        there("chart", named)?;
        releases.push(DraftRelease::new(name(named), Source::Chart(named.path.clone())));
    }
    for named in &args.kustomize {
        there("kustomize", named)?;
        releases.push(DraftRelease::new(name(named), Source::Kustomize(named.path.clone(), false)));
    }
    for named in &args.manifests {
        there("manifests", named)?;
        let name = name(named);
        let known = releases.iter_mut().find(|release| release.name == name);
        match known.map(|release| &mut release.source) {
            Some(Source::Manifests(paths)) => paths.push(named.path.clone()),
            _ => releases.push(DraftRelease::new(name, Source::Manifests(vec![named.path.clone()]))),
        }
    }
    for (index, release) in releases.iter().enumerate() {
        if releases[..index].iter().any(|other| other.name == release.name) {
            let message = format!("two releases are called `{}`", release.name);
            return Err(Diagnostic::error("init/name", message)
                .hint("name them, as in `--chart web=charts/web`")
                .into());
        }
    }
    draft.releases = releases;
    Ok(draft)
}

/// The environments that were named, or the usual ones.
fn environments(origin: &Origin) -> Vec<DraftEnvironment> {
    let known: BTreeMap<String, Option<String>> =
        origin.environments.iter().map(|name| (name.clone(), origin.namespace.clone())).collect();
    let mut all = namespaces(&origin.name, known);
    all.sort_by_key(|environment| origin.environments.iter().position(|name| *name == environment.name));
    if let Some(namespace) = &origin.namespace {
        for environment in &mut all {
            environment.namespace.clone_from(namespace);
        }
    }
    all
}
