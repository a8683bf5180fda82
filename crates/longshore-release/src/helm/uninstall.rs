//! `helm uninstall`: hooks, objects, records.
//!
//! Rules and words: <https://github.com/helm/helm/blob/v4.3.1/pkg/action/uninstall.go>. Helm 4.3 asks of each object whose
//! it is before it deletes it; Helm 3 deletes whatever has the name.

mod objects;

use longshore_chart::metadata::validate_release_name;
use longshore_cluster::Propagation;

use super::hooks::{self, How};
use super::wait::{self, Strategy};
use super::{Error, Operation, Result, Severity, reachable};
use crate::record::{Release, Status};

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Uninstall {
    /// Hooks are not run.
    pub no_hooks: bool,
    /// It is only said what would be done.
    pub dry_run: bool,
    /// A release that is not there is fine.
    pub ignore_not_found: bool,
    /// Its records stay, marked.
    pub keep_history: bool,
    /// How hooks and deletions are waited for.
    pub strategy: Strategy,
    /// What becomes of what its objects own.
    pub propagation: Propagation,
    /// What the last record says then; if empty, Helm's own words.
    pub description: String,
}

/// A release that was uninstalled, or would be.
#[derive(Debug, Clone)]
pub struct Uninstalled {
    /// Its last record.
    pub release: Release,
    /// What is to be said of objects that stay.
    pub info: String,
}

/// Uninstalls a release. `None` if there is none and that is fine.
///
/// # Errors
/// There is no such release, a hook failed, or an object could not be deleted; what was done until then stays done.
pub async fn uninstall(operation: &Operation, name: &str, wanted: &Uninstall) -> Result<Option<Uninstalled>> {
    reachable(operation).await?;
    if wanted.dry_run {
        return dry_run(operation, name, wanted).await;
    }
    if validate_release_name(name).is_err() {
        return Err(Error::new(format!("uninstall: Release name is invalid: {name}")));
    }
    let mut history = match operation.records.history(name).await {
        Ok(history) => history,
        Err(_) if wanted.ignore_not_found => return Ok(None),
        Err(error) => {
            return Err(Error::from(error).within(format!("uninstall: Release not loaded: {name}")));
        }
    };
    history.sort_by_key(|release| release.revision);
    let Some(last) = history.last().cloned() else { return Err(Error::new("no release provided")) };
    if last.info.status == Status::Uninstalled {
        if wanted.keep_history {
            let quoted = longshore_go::strconv::quoted(name);
            return Err(Error::new(format!("the release named {quoted} is already deleted")));
        }
        purge(operation, &history).await?;
        return Ok(Some(Uninstalled { release: last, info: String::new() }));
    }
    let mut release = last;
    debug(operation, "uninstall: deleting release", &[("name", name)]);
    release.info.status = Status::Uninstalling;
    release.info.deleted = operation.clock.now().into();
    "Deletion in progress (or silently failed)".clone_into(&mut release.info.description);
    let how = How { strategy: wanted.strategy, server_side: !operation.is_old() };
    if wanted.no_hooks {
        debug(operation, "delete hooks disabled", &[("release", name)]);
    } else {
        hooks::run(operation, &mut release, "pre-delete", how).await?;
    }
    update(operation, &release).await;
    let deleted = objects::delete(operation, &release, wanted.propagation).await;
    let (deleted, info) = deleted.map_err(|errors| {
        let errors = Error::join(errors, " ").map(|errors| errors.to_string()).unwrap_or_default();
        debug(operation, "uninstall: Failed to delete release", &[("error", &format!("[{errors}]"))]);
        Error::new(format!("failed to delete release: {name}"))
    })?;
    let mut errors = Vec::new();
    errors.extend(wait::until_gone(operation, &deleted, wanted.strategy).await.err());
    if !wanted.no_hooks {
        errors.extend(hooks::run(operation, &mut release, "post-delete", how).await.err());
    }
    release.info.status = Status::Uninstalled;
    release.info.description = match wanted.description.as_str() {
        "" => String::from("Uninstallation complete"),
        description => description.to_owned(),
    };
    if wanted.keep_history {
        update(operation, &release).await;
        supersede(operation, name).await?;
    } else {
        debug(operation, "purge requested", &[("release", name)]);
        errors.extend(purge(operation, &history).await.err());
    }
    let count = errors.len();
    match Error::join(errors, "; ") {
        None => Ok(Some(Uninstalled { release, info })),
        Some(error) => Err(error.within(format!("uninstallation completed with {count} error(s)"))),
    }
}

/// Says what would be done.
async fn dry_run(operation: &Operation, name: &str, wanted: &Uninstall) -> Result<Option<Uninstalled>> {
    if validate_release_name(name).is_err() {
        return Err(Error::new(format!("releaseContent: Release name is invalid: {name}")));
    }
    let release = match operation.records.last(name).await.map_err(Error::from) {
        Ok(release) => release,
        Err(error) if error.is_not_found() && wanted.ignore_not_found && !operation.is_old() => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let info =
        if operation.is_old() { String::new() } else { objects::would_stay(operation, &release).await };
    Ok(Some(Uninstalled { release, info }))
}

/// Deletes records, oldest first.
async fn purge(operation: &Operation, history: &[Release]) -> Result<()> {
    for release in history {
        let deleted = operation.records.delete(&release.name, release.revision).await;
        deleted.map_err(|error| Error::from(error).within("uninstall: Failed to purge the release"))?;
    }
    Ok(())
}

/// Marks what is still said to be deployed.
async fn supersede(operation: &Operation, name: &str) -> Result<()> {
    let deployed = match operation.records.deployed_all(name).await {
        Ok(deployed) => deployed,
        Err(crate::RecordsError::NoDeployed(_)) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    for mut release in deployed {
        let version = release.revision.to_string();
        debug(operation, "superseding previous deployment", &[("version", &version)]);
        release.info.status = Status::Superseded;
        update(operation, &release).await;
    }
    Ok(())
}

/// Writes a record; that it could not be written is only said.
async fn update(operation: &Operation, release: &Release) {
    if let Err(error) = operation.records.update(release).await {
        let error = error.to_string();
        debug(operation, "uninstall: Failed to store updated release", &[("error", &error)]);
    }
}

fn debug(operation: &Operation, text: &str, beside: &[(&str, &str)]) {
    operation.log.log(Severity::Debug, text, beside);
}
