//! From the objects of one revision to those of the next: what is new is made, what is there is changed, what is no longer
//! named is deleted.
//!
//! One object after the other, in Helm's order. Rules: `Update` of
//! <https://github.com/helm/helm/blob/v4.3.1/pkg/kube/client.go>.

use longshore_cluster::{DeleteOptions, FieldValidation, Propagation, WriteOptions};
use longshore_go::strconv::quoted;
use serde_json::Value as Json;

use super::create::{CreateOptions, create_one};
use super::csa::{self, Versions};
use super::migrate::migrate;
use super::{Error, Operation, Resource, Result, Severity};
use crate::FIELD_MANAGER;
use crate::ownership::RESOURCE_POLICY;

/// How objects are changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UpdateOptions {
    /// The server merges; else a patch is made here.
    pub server_side: bool,
    /// Fields of others are taken over. On the server's side only.
    pub force_conflicts: bool,
    /// Objects are replaced, not patched. Not on the server's side.
    pub force_replace: bool,
    /// Kinds that are not Kubernetes' own are patched with regard to what is live. Not on the server's side.
    pub three_way: bool,
    /// What `helm` owned by updating becomes what it owns by applying first. On the server's side only.
    pub migrates: bool,
}

impl UpdateOptions {
    /// # Errors
    /// Two of them exclude each other.
    fn check(self) -> Result<()> {
        let problem = if self.force_conflicts && !self.server_side {
            "invalid client update option(s): forceConflicts enabled when serverSideApply disabled"
        } else if self.three_way && self.server_side {
            "invalid operation: cannot use three-way merge for unstructured and server-side apply together"
        } else if self.force_conflicts && self.force_replace {
            "invalid operation: cannot use force conflicts and force replace together"
        } else if self.server_side && self.force_replace {
            "invalid operation: cannot use server-side apply and force replace together"
        } else {
            return Ok(());
        };
        Err(Error::new(problem))
    }

    fn create(self) -> CreateOptions {
        CreateOptions { force_conflicts: self.force_conflicts, ..CreateOptions::new(self.server_side) }
    }
}

/// What was done, also where it failed.
#[derive(Debug)]
pub(super) struct Updated {
    /// The objects that were new, whether they could be made or not.
    pub(super) created: Vec<Resource>,
    /// The objects that were there, whether they could be changed or not.
    pub(super) changed: Vec<Resource>,
    /// What went wrong.
    pub(super) result: Result<()>,
}

/// Makes the objects of the last revision, `originals`, those of the next one.
pub(super) async fn update(
    operation: &Operation,
    originals: &[Resource],
    targets: &[Resource],
    options: UpdateOptions,
) -> Updated {
    let mut updated = Updated { created: Vec::new(), changed: Vec::new(), result: options.check() };
    if updated.result.is_ok() {
        updated.result = run(operation, originals, targets, options, &mut updated).await;
    }
    updated
}

async fn run(
    operation: &Operation,
    originals: &[Resource],
    targets: &[Resource],
    options: UpdateOptions,
    updated: &mut Updated,
) -> Result<()> {
    let log = &operation.log;
    let count = targets.len().to_string();
    log.log(Severity::Debug, "checking resources for changes", &[("resources", &count)]);
    let mut errors = Vec::new();
    for target in targets {
        let live = get(operation, target)
            .await
            .map_err(|error| error.within("could not get information about the resource"))?;
        let Some(live) = live else {
            updated.created.push(target.clone());
            let made = create_one(operation, target, options.create()).await;
            made.map_err(|error| error.within("failed to create resource"))?;
            log.log(Severity::Debug, "created a new resource", &beside(target));
            continue;
        };
        updated.changed.push(target.clone());
        let original = originals.iter().find(|original| original.is_same(target));
        if original.is_none() {
            let text =
                "resource exists on cluster but not in original release, using cluster state as baseline";
            log.log(Severity::Warn, text, &beside(target));
        }
        let original = original.map_or(&live, |original| &original.object);
        if let Err(error) = change(operation, original, target, &live, options).await {
            errors.push(error);
        }
    }
    if let Some(error) = Error::join(errors, " && ") {
        return Err(error);
    }
    let mut errors = Vec::new();
    for original in originals.iter().filter(|original| !targets.iter().any(|target| target.is_same(original)))
    {
        errors.extend(remove(operation, original).await.err());
    }
    Error::join(errors, " && ").map_or(Ok(()), Err)
}

/// A live object, for which it must have a name.
async fn get(operation: &Operation, resource: &Resource) -> Result<Option<Json>> {
    if resource.name.is_empty() {
        return Err(Error::new("resource name may not be empty"));
    }
    Ok(resource.live(&operation.cluster).await?)
}

fn beside(resource: &Resource) -> [(&'static str, &str); 3] {
    [("namespace", &resource.namespace), ("name", &resource.name), ("kind", &resource.gvk.kind)]
}

/// Changes an object that is there.
async fn change(
    operation: &Operation,
    original: &Json,
    target: &Resource,
    live: &Json,
    options: UpdateOptions,
) -> Result<()> {
    if options.force_replace {
        return replace(operation, target, live).await;
    }
    if options.server_side {
        let write = WriteOptions {
            field_validation: Some(FieldValidation::Strict),
            ..WriteOptions::new(FIELD_MANAGER)
        };
        if options.migrates {
            migrate(operation, target, &write).await?;
        }
        return create_one(operation, target, options.create()).await.map(drop);
    }
    let versions = Versions { original, modified: &target.object, live };
    let patch = csa::patch(&target.gvk, versions, options.three_way)
        .map_err(|problem| Error::new(problem).within("failed to create patch"))?;
    let Some(patch) = patch else {
        let what = [("kind", target.gvk.kind.as_str()), ("name", &target.name)];
        operation.log.log(Severity::Debug, "no changes detected", &what);
        return Ok(());
    };
    let what = [("kind", target.gvk.kind.as_str()), ("name", &target.name), ("namespace", &target.namespace)];
    operation.log.log(Severity::Debug, "patching resource", &what);
    let write = WriteOptions::new(FIELD_MANAGER);
    let written =
        operation.cluster.patch_as(&target.gvk, target.namespace(), &target.name, &patch, &write).await;
    let written = written.map_err(|error| {
        let doing = format!("cannot patch {} with kind {}", quoted(&target.name), target.gvk.kind);
        Error::from(error).within(doing)
    })?;
    written.warnings.iter().for_each(|warning| operation.log.warned(warning));
    Ok(())
}

/// Replaces an object by what the chart says, whatever version it is at.
async fn replace(operation: &Operation, target: &Resource, live: &Json) -> Result<()> {
    let mut object = target.object.clone();
    let version = live.pointer("/metadata/resourceVersion").cloned().unwrap_or_default();
    if let Some(Json::Object(metadata)) = object.get_mut("metadata")
        && !metadata.contains_key("resourceVersion")
    {
        metadata.insert("resourceVersion".to_owned(), version);
    }
    let write =
        WriteOptions { field_validation: Some(FieldValidation::Strict), ..WriteOptions::new(FIELD_MANAGER) };
    let written = operation.cluster.replace_as(&object, target.namespace(), &write).await;
    let written = written.map_err(|error| Error::from(error).within("failed to replace object"))?;
    written.warnings.iter().for_each(|warning| operation.log.warned(warning));
    Ok(())
}

/// Deletes an object that no revision names any more, unless it says that it is to be kept.
async fn remove(operation: &Operation, resource: &Resource) -> Result<()> {
    let log = &operation.log;
    log.log(Severity::Debug, "deleting resource", &beside(resource));
    let failed = |error: Error| {
        let Resource { namespace, name, gvk, .. } = resource;
        error.within(format!(
            "failed to delete resource namespace={namespace}, name={name}, kind={}",
            gvk.kind
        ))
    };
    let live = match get(operation, resource).await {
        Ok(Some(live)) => live,
        // It is gone, or cannot be looked at: it is let alone.
        Ok(None) => return Ok(()),
        Err(error) => {
            let (error, mut what) = (error.to_string(), beside(resource).to_vec());
            what.push(("error", &error));
            log.log(Severity::Debug, "unable to get object", &what);
            return Ok(());
        }
    };
    let policy = live.pointer("/metadata/annotations").and_then(|all| all.get(RESOURCE_POLICY));
    if policy.and_then(Json::as_str) == Some("keep") {
        let mut what = beside(resource).to_vec();
        what.extend([("annotation", RESOURCE_POLICY), ("value", "keep")]);
        log.log(Severity::Debug, "skipping delete due to annotation", &what);
        return Ok(());
    }
    let options = DeleteOptions { propagation: Propagation::Background, ..DeleteOptions::default() };
    let deleted =
        operation.cluster.delete(&resource.gvk, resource.namespace(), &resource.name, &options).await;
    deleted.map(drop).map_err(|error| failed(error.into()))
}
