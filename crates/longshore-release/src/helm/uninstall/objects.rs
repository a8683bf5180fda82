//! The objects of a release that is uninstalled: which go, which stay, and what is said of those.

use std::fmt::Write;

use longshore_cluster::Propagation;

use crate::helm::stored::{Document, Removal};
use crate::helm::{Error, Operation, Resource, Severity, build, delete as deleting, problem};
use crate::record::Release;

/// Objects by whose they are.
#[derive(Debug, Default)]
struct Sorted {
    /// The release's.
    owned: Vec<Resource>,
    /// Somebody else's, or nobody's.
    foreign: Vec<Resource>,
    /// Of which it could not be found out, and why.
    unknown: Vec<(Resource, Error)>,
}

/// Deletes the release's objects, and says which stay.
///
/// # Errors
/// What could not be read or deleted.
pub(super) async fn delete(
    operation: &Operation,
    release: &Release,
    propagation: Propagation,
) -> std::result::Result<(Vec<Resource>, String), Vec<Error>> {
    let removal = Removal::of(&release.manifest, operation.level.rules()).map_err(|problem| {
        let around = "corrupted release record. You must manually delete the resources";
        vec![Error::new(problem).within(around)]
    })?;
    let mut info = kept(&removal.kept);
    let resources = build(operation, &removal.manifest(), false).await;
    let resources =
        resources.map_err(|error| vec![error.within("unable to build kubernetes objects for delete")])?;
    if resources.is_empty() {
        return Ok((resources, info));
    }
    let owned = if operation.is_old() {
        resources
    } else {
        let sorted = sort(operation, resources, release).await;
        say_foreign(operation, &sorted, release, &mut info);
        sorted.owned
    };
    if !owned.is_empty() {
        for resource in &owned {
            let beside = beside(resource, &release.name);
            operation.log.log(Severity::Debug, "deleting resource owned by this release", &beside);
        }
        deleting::delete(operation, &owned, propagation).await?;
    }
    Ok((owned, info))
}

/// What would be said of objects that would stay; those that would not be deleted are logged.
pub(super) async fn would_stay(operation: &Operation, release: &Release) -> String {
    let Ok(removal) = Removal::of(&release.manifest, operation.level.rules()) else { return String::new() };
    if let Ok(resources) = build(operation, &removal.manifest(), false).await
        && !resources.is_empty()
    {
        let sorted = sort(operation, resources, release).await;
        say_dry(operation, &sorted, release);
    }
    kept(&removal.kept)
}

/// Finds out whose objects are. Those that are not there (any more) are in no list.
async fn sort(operation: &Operation, resources: Vec<Resource>, release: &Release) -> Sorted {
    let mut sorted = Sorted::default();
    let live = futures::future::join_all(resources.iter().map(|one| one.live(&operation.cluster))).await;
    for (resource, live) in resources.into_iter().zip(live) {
        match live {
            Ok(None) => {}
            Ok(Some(live)) if problem(&live, &release.name, &release.namespace).is_none() => {
                sorted.owned.push(resource);
            }
            Ok(Some(_)) => sorted.foreign.push(resource),
            Err(error) => sorted.unknown.push((resource, error.into())),
        }
    }
    sorted
}

/// What is said of objects that the release keeps.
fn kept(documents: &[Document]) -> String {
    let mut text = String::new();
    if !documents.is_empty() {
        text.push_str("These resources were kept due to the resource policy:\n");
    }
    for document in documents {
        line(&mut text, &document.kind, &document.name, "");
    }
    text
}

/// A line of a list of objects. Writing to a text does not fail.
fn line(text: &mut String, kind: &str, name: &str, more: &str) {
    let _ = writeln!(text, "[{kind}] {name}{more}");
}

/// Logs and adds what is to be said of objects that are not deleted.
fn say_foreign(operation: &Operation, sorted: &Sorted, release: &Release, info: &mut String) {
    let begin = |info: &mut String, count: usize, why: &str| {
        if !info.is_empty() {
            info.push('\n');
        }
        let _ = writeln!(info, "{count} resource(s) were not deleted because {why}:");
    };
    if !sorted.foreign.is_empty() {
        for resource in &sorted.foreign {
            let text = "skipping delete of resource not owned by this release";
            operation.log.log(Severity::Warn, text, &beside(resource, &release.name));
        }
        begin(info, sorted.foreign.len(), "they are not owned by this release");
        for resource in &sorted.foreign {
            line(info, &resource.gvk.kind, &resource.name, "");
        }
    }
    if !sorted.unknown.is_empty() {
        for (resource, error) in &sorted.unknown {
            let text = "skipping delete of resource because ownership could not be verified";
            let error = error.to_string();
            let mut beside = beside(resource, &release.name).to_vec();
            beside.push(("error", &error));
            operation.log.log(Severity::Warn, text, &beside);
        }
        begin(info, sorted.unknown.len(), "their ownership could not be verified");
        for (resource, error) in &sorted.unknown {
            line(info, &resource.gvk.kind, &resource.name, &format!(": {error}"));
        }
    }
}

/// Logs what would be said.
fn say_dry(operation: &Operation, sorted: &Sorted, release: &Release) {
    let log = |severity, text: &str, beside: &[(&str, &str)]| operation.log.log(severity, text, beside);
    let counted = |severity, count: usize, text: &str| {
        log(severity, text, &[("release", &*release.name), ("count", &*count.to_string())]);
    };
    if !sorted.foreign.is_empty() {
        let text = "dry-run: resources would be skipped because they are not owned by this release";
        counted(Severity::Warn, sorted.foreign.len(), text);
        for resource in &sorted.foreign {
            log(Severity::Warn, "dry-run: would skip resource", &beside(resource, "")[..3]);
        }
    }
    if !sorted.unknown.is_empty() {
        let text = "dry-run: resources would be skipped because their ownership could not be verified";
        counted(Severity::Warn, sorted.unknown.len(), text);
        for (resource, error) in &sorted.unknown {
            let text = "dry-run: would skip resource (ownership could not be verified)";
            let error = error.to_string();
            let mut beside = beside(resource, "")[..3].to_vec();
            beside.push(("error", &error));
            log(Severity::Warn, text, &beside);
        }
    }
    if !sorted.owned.is_empty() {
        counted(Severity::Debug, sorted.owned.len(), "dry-run: resources would be deleted");
        for resource in &sorted.owned {
            log(Severity::Debug, "dry-run: would delete resource", &beside(resource, "")[..3]);
        }
    }
}

/// What is logged beside a line about an object.
fn beside<'a>(resource: &'a Resource, release: &'a str) -> [(&'static str, &'a str); 4] {
    [
        ("kind", &resource.gvk.kind),
        ("name", &resource.name),
        ("namespace", &resource.namespace),
        ("release", release),
    ]
}
