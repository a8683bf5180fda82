//! A release made from a kustomization: a folder or a repository, built as `kustomize build` builds it.
//!
//! What comes out has Kustomize's own bytes; only the comment `# Source:` stands above each object, as in every record.
//! A build sees no cluster, and it runs no program: charts are inflated in process where the release lets them.

mod charts;
mod elsewhere;
mod target;
mod vendored;

use std::fmt::Debug;

use longshore_chart::Level;
use longshore_diag::Diagnostic;
use longshore_kustomize::build::Built;
use longshore_kustomize::diagnose::Teller;
use longshore_kustomize::resource::Resource;
use longshore_kustomize::{Error, Files, Finding, Options, build};
use longshore_release::{Candidate, ReleaseError};

use crate::charts::with_required;
use crate::generate::Random;
use crate::project::{KustomizeSpec, Method, ReleaseSpec, WantedChart};
use crate::render::RenderOptions;
use crate::selection::Selection;
use crate::session::Session;
use crate::source::{Known, SystemRandom};
use crate::synthetic::{self, Existing, Written};
use crate::warn::Found;
use elsewhere::Elsewhere;
pub(crate) use elsewhere::{Purpose, Taken};
use target::{Target, Unwritten};
pub(crate) use vendored::{VENDOR, is_vendored};

/// What releases are made from that lies elsewhere: who wires a [`Selection`] says where files and charts come from.
pub trait Kustomizations: Debug + Send + Sync {
    /// What one build sees of the world, with what inflates charts if they may be inflated.
    ///
    /// # Errors
    /// There is nothing to see.
    fn files(&self, charts: Option<ChartsAs>) -> Result<Box<dyn Files>, Diagnostic>;

    /// The archive of a chart in a repository or registry: of the newest version that is wanted, or, where its digest is
    /// known, of that one, which may then come from a cache.
    ///
    /// # Errors
    /// There is none, or it cannot be got.
    fn archive(&self, wanted: &WantedChart, digest: Option<&str>) -> Result<Vec<u8>, Diagnostic>;

    /// The digest that the tag of an image stands for in its registry now: `sha256:…`.
    ///
    /// # Errors
    /// There is no such image, or its registry does not say (`image/unreachable`).
    fn digest(&self, image: &str) -> Result<String, Diagnostic>;
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
    let files = Elsewhere::new(selection, release, spec.enable_helm, Purpose::Build)?;
    let built = build(&files, &target.built, &settings(release, spec, options));
    let teller = Teller::new(&files);
    let explained = |error: &Error| target.explained(&teller, error, spec);
    let resources = resources(&built, &files, &target, explained)?;
    let mut written = Vec::with_capacity(resources.len());
    for resource in resources {
        let place = target.origin(&teller, &built, resource);
        written.extend(target.written(resource, &place).map_err(|error| match error {
            Unwritten::Refused(diagnostic) => target.told(diagnostic),
            Unwritten::Failed(error) => explained(&error),
        })?);
    }
    let mut warnings: Vec<Diagnostic> = built.warnings.iter().map(|line| target.warned(line)).collect();
    let open = files.taken().open();
    let is_open = |finding: &&Finding| finding.elsewhere().is_none_or(|named| open.contains(named));
    let findings: Vec<&Finding> = built.findings.iter().filter(is_open).collect();
    warnings.extend(findings.iter().map(|finding| target.told(teller.finding(finding))));
    let is_told = |named: &str| findings.iter().any(|finding| finding.elsewhere() == Some(named));
    warnings.extend(files.taken().unpinned(is_told).map(|warning| target.told(warning)));
    warnings.extend(elsewhere(&written, selection, release).map(|warning| warning.at(target.place.clone())));
    let source = (Method::Kustomize, &*target.shown);
    let candidate = synthetic::candidate(selection, release, source, written, existing, random)?;
    Ok((candidate, Found::told(release, warnings)))
}

/// What a release's kustomization takes from elsewhere.
///
/// # Errors
/// It does not build.
pub(crate) fn taken(
    selection: &Selection,
    release: &ReleaseSpec,
    purpose: Purpose,
) -> Result<Taken, Diagnostic> {
    let Some(spec) = &release.kustomize else { return Ok(Taken::default()) };
    let target = Target::of(selection, spec)?;
    let files = Elsewhere::new(selection, release, spec.enable_helm, purpose)?;
    let options = Options { notices: false, ..settings(release, spec, &RenderOptions::default()) };
    let built = build(&files, &target.built, &options);
    let teller = Teller::new(&files);
    resources(&built, &files, &target, |error| target.explained(&teller, error, spec))?;
    Ok(files.into_taken())
}

fn settings(release: &ReleaseSpec, spec: &KustomizeSpec, options: &RenderOptions) -> Options {
    Options {
        enable_helm: spec.enable_helm,
        helm_api_versions: with_required(options.api_versions.clone(), release),
        helm_kube_version: options.kube_version.clone().unwrap_or_default(),
        notices: true,
        ..Options::default()
    }
}

/// What was built. That something is not what the lock says is told before all else, and where it is named.
fn resources<'b>(
    built: &'b Built,
    files: &Elsewhere<'_>,
    target: &Target,
    explained: impl Fn(&Error) -> Diagnostic,
) -> Result<&'b Vec<Resource>, Diagnostic> {
    match (files.problem(), &built.resources) {
        (None, Ok(resources)) => Ok(resources),
        (None, Err(error)) => Err(explained(error)),
        (Some(problem), Ok(_)) => Err(target.told(problem)),
        (Some(problem), Err(error)) => {
            let (mut told, problem) = (explained(error), target.told(problem));
            told.code = problem.code;
            (told.message, told.hint) = (problem.message.clone(), problem.hint.clone());
            told.notes.clone_from(&problem.notes);
            Err(told)
        }
    }
}

/// A kustomization whose `namespace` is not the one that is deployed to: `-n` and the environment change nothing then.
fn elsewhere(written: &[Written], selection: &Selection, release: &ReleaseSpec) -> Option<Diagnostic> {
    let own = selection.namespace_of(&release.name);
    let keys = written.iter().map(|written| written.object.key_in(""));
    let mut names = keys.filter_map(|key| key.namespace);
    let name = names.next().filter(|name| !name.is_empty() && *name != own)?;
    if names.any(|other| other != name) {
        return None;
    }
    let message = format!(
        "everything in the kustomization names the namespace `{name}`; the release is deployed to `{own}`"
    );
    let whose = match release.namespace {
        Some(_) => format!("release `{}`", release.name),
        None => format!("environment `{}`", selection.environment.name),
    };
    Some(
        Diagnostic::warning("kustomize/namespace", message)
            .hint(format!("take `namespace: {name}` out of the kustomization, or make it that of {whose}")),
    )
}
