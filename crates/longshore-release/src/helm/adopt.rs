//! Objects that are there before a revision makes them: whose they are, and which are taken over.
//!
//! Rules: `requireAdoption` and `existingResourceConflict` of
//! <https://github.com/helm/helm/blob/v4.3.1/pkg/action/validate.go>.

use futures::stream::{self, StreamExt as _};

use super::{Error, Operation, Resource, Result, problem};

/// How many objects are looked at at once.
const AT_ONCE: usize = 16;

/// Those of the objects that are there. All are asked for at once; what is wrong with the first one is told.
///
/// # Errors
/// One cannot be looked at, or is not of the release of that name, unless `takes_ownership`.
pub(super) async fn existing(
    operation: &Operation,
    resources: &[Resource],
    release: &str,
    takes_ownership: bool,
) -> Result<Vec<Resource>> {
    let looks = resources.iter().map(|resource| look(operation, resource, release, takes_ownership));
    let looked: Vec<Result<bool>> = stream::iter(looks).buffered(AT_ONCE).collect().await;
    let mut found = Vec::new();
    for (resource, is_there) in resources.iter().zip(looked) {
        if is_there? {
            found.push(resource.clone());
        }
    }
    Ok(found)
}

async fn look(
    operation: &Operation,
    resource: &Resource,
    release: &str,
    takes_ownership: bool,
) -> Result<bool> {
    let unknown = |error: Error| {
        error.within(format!("could not get information about the resource {}", resource.shown()))
    };
    if !operation.is_old() && !resource.text("/metadata/generateName").is_empty() {
        if resource.name.is_empty() {
            return Ok(false);
        }
        return Err(Error::new("metadata.name and metadata.generateName cannot both be set"));
    }
    if resource.name.is_empty() {
        return Err(unknown(Error::new("resource name may not be empty")));
    }
    let live = resource.live(&operation.cluster).await.map_err(|error| unknown(error.into()))?;
    let Some(live) = live else { return Ok(false) };
    match problem(&live, release, &operation.namespace).filter(|_| !takes_ownership) {
        None => Ok(true),
        Some(why) => Err(Error::new(format!(
            "{} exists and cannot be imported into the current release: {why}",
            resource.shown()
        ))),
    }
}
