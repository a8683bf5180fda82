//! Making objects, on the server's side or on ours.
//!
//! Rules: `Create`, `createResource` and `patchResourceServerSide` of
//! <https://github.com/helm/helm/blob/v4.3.1/pkg/kube/client.go>.

use longshore_cluster::{Error as ClusterError, FieldValidation, WriteOptions, Written};
use serde_json::Value as Json;

use super::{Error, Operation, Resource, Result, perform};
use crate::FIELD_MANAGER;

/// How often an apply is sent that a quota's own bookkeeping refused.
const ATTEMPTS: usize = 5;

/// How objects are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreateOptions {
    /// The server merges (an object that is there is changed); else it is created (and must not be there).
    pub server_side: bool,
    /// Fields of others are taken over. On the server's side only.
    pub force_conflicts: bool,
    /// The server does everything but write.
    pub dry_run: bool,
    /// What happens to unknown fields. On the server's side only.
    pub validation: FieldValidation,
}

impl CreateOptions {
    /// As hooks are made: no force, unknown fields refused.
    pub fn new(server_side: bool) -> Self {
        Self { server_side, force_conflicts: false, dry_run: false, validation: FieldValidation::Strict }
    }
}

/// Makes objects, kinds one after the other.
///
/// # Errors
/// All that went wrong.
pub async fn create(operation: &Operation, resources: &[Resource], options: CreateOptions) -> Result<()> {
    perform(operation, resources, async |resource| create_one(operation, resource, options).await.map(drop))
        .await
}

/// Makes one object, and gives it as the server has it then.
///
/// # Errors
/// What the server has against it.
pub async fn create_one(operation: &Operation, resource: &Resource, options: CreateOptions) -> Result<Json> {
    if options.server_side {
        return apply_server_side(operation, resource, options).await;
    }
    let write = WriteOptions { dry_run: options.dry_run, ..WriteOptions::new(FIELD_MANAGER) };
    let written = operation.cluster.create_as(&resource.object, resource.namespace(), &write).await?;
    Ok(told(operation, written))
}

/// Applies one object on the server's side, again if a quota was just being counted.
///
/// # Errors
/// What the server has against it.
pub(crate) async fn apply_server_side(
    operation: &Operation,
    resource: &Resource,
    options: CreateOptions,
) -> Result<Json> {
    if resource.name.is_empty() {
        let object = resource.shown_with_version();
        let error = Error::new("resource name may not be empty");
        return Err(error.within(format!("server-side apply failed for object {object}")));
    }
    let mut attempt = 1;
    loop {
        match apply_once(operation, resource, options).await {
            Ok(written) => return Ok(told(operation, written)),
            Err(error) if attempt < ATTEMPTS && is_quota_conflict(&error) => attempt += 1,
            Err(error) => return Err(described(&error, resource)),
        }
    }
}

async fn apply_once(
    operation: &Operation,
    resource: &Resource,
    options: CreateOptions,
) -> std::result::Result<Written, ClusterError> {
    let write = WriteOptions {
        field_manager: FIELD_MANAGER.to_owned(),
        field_validation: Some(options.validation),
        force: options.force_conflicts,
        dry_run: options.dry_run,
    };
    operation.cluster.apply_json(&resource.object, resource.namespace(), &write).await
}

fn described(error: &ClusterError, resource: &Resource) -> Error {
    let object = resource.shown_with_version();
    let code = match error {
        ClusterError::Refused(refused) => refused.status.code,
        _ => 0,
    };
    Error::from(error).within(match code {
        415 => String::from("server-side apply not available on the server"),
        409 => format!("conflict occurred while applying object {object}"),
        _ => format!("server-side apply failed for object {object}"),
    })
}

/// Whether an object was refused only because its quota was counted for another at the same moment.
fn is_quota_conflict(error: &ClusterError) -> bool {
    matches!(error, ClusterError::Refused(refused) if refused.status.code == 409
        && refused.status.message.contains("Operation cannot be fulfilled on resourcequotas")
        && refused.status.message.contains("the object has been modified"))
}

/// Passes on what the server warns of.
fn told(operation: &Operation, written: Written) -> Json {
    for warning in &written.warnings {
        operation.log.warned(warning);
    }
    written.live
}
