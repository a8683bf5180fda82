//! `helm rollback`: an old revision deployed once more, under a new number.
//!
//! Rules: <https://github.com/helm/helm/blob/v4.3.1/pkg/action/rollback.go>.

use longshore_chart::metadata::validate_release_name;
use longshore_cluster::Propagation;
use longshore_go::strconv::quoted;

use super::draft::{is_server_side, method, set_status};
use super::hooks::{self, How, record};
use super::recreate::recreate;
use super::update::{UpdateOptions, Updated, update};
use super::wait::{self, Strategy};
use super::{DryRun, Error, Operation, Resource, Result, Severity, build, delete, mark};
use crate::RecordsError;
use crate::record::{Info, Release, Status};

/// How a release is rolled back.
#[derive(Debug, Clone)]
pub struct Rollback {
    /// Its name.
    pub name: String,
    /// The revision to go back to; 0 for the one before the last.
    pub revision: i64,
    /// What the record says in the place of `Rollback to 2`.
    pub description: String,
    /// Whether it is only tried: then nothing at all is done.
    pub dry_run: DryRun,
    /// Whether the server merges: `true`, `false`, `auto` for the way of that revision.
    pub server_side: String,
    /// Fields of others are taken over.
    pub force_conflicts: bool,
    /// Objects are replaced.
    pub force_replace: bool,
    /// Without hooks.
    pub no_hooks: bool,
    /// How it is waited for.
    pub strategy: Strategy,
    /// Whether Jobs are to end.
    pub wait_for_jobs: bool,
    /// Objects that were new are deleted if it fails.
    pub cleanup_on_fail: bool,
    /// Pods of objects that were changed are deleted.
    pub recreate_pods: bool,
}

impl Rollback {
    /// Rolls back.
    ///
    /// # Errors
    /// What went wrong. Where Helm leaves the record pending (a hook that fails), so is it here.
    pub async fn run(&self, operation: &Operation) -> Result<()> {
        let debug = |text: &str| operation.log.log(Severity::Debug, text, &[("name", &self.name)]);
        debug("preparing rollback");
        let (current, mut target, server_side) = self.prepare(operation).await?;
        if self.dry_run.is_on() {
            debug("performing rollback");
            debug("dry run");
            return Ok(());
        }
        debug("creating rolled back release");
        operation.records.create(&target).await?;
        debug("performing rollback");
        self.perform(operation, current, &mut target, server_side).await?;
        debug("updating status for rolled back release");
        Ok(operation.records.update(&target).await?)
    }

    /// The last revision, and the new one.
    async fn prepare(&self, operation: &Operation) -> Result<(Release, Release, bool)> {
        let name = &self.name;
        if validate_release_name(name).is_err() {
            return Err(Error::new(format!("prepareRollback: Release name is invalid: {name}")));
        }
        if self.revision < 0 {
            return Err(Error::new("invalid release revision"));
        }
        let current = operation.records.last(name).await?;
        let wanted = if self.revision == 0 { i64::from(current.revision) - 1 } else { self.revision };
        let history = operation.records.history(name).await?;
        let known = history.iter().map(|release| release.revision).find(|one| i64::from(*one) == wanted);
        let Some(wanted) = known else {
            return Err(Error::new(format!("release has no {wanted} version")));
        };
        let numbers = (current.revision.to_string(), wanted.to_string());
        let beside =
            [("name", name.as_str()), ("currentVersion", &*numbers.0), ("targetVersion", &*numbers.1)];
        operation.log.log(Severity::Debug, "rolling back", &beside);
        let previous = operation.records.get(name, wanted).await?;
        let server_side = is_server_side(&self.server_side, &previous.apply_method)?;
        let description = match self.description.as_str() {
            "" => format!("Rollback to {wanted}"),
            given => given.to_owned(),
        };
        let target = Release {
            name: name.clone(),
            info: Info {
                first_deployed: current.info.first_deployed.clone(),
                last_deployed: operation.clock.now().into(),
                status: Status::PendingRollback,
                notes: previous.info.notes,
                // Helm 3 does not write it.
                rollback_revision: if operation.is_old() { 0 } else { wanted },
                description,
                ..Info::default()
            },
            chart: previous.chart,
            config: previous.config,
            manifest: previous.manifest,
            hooks: previous.hooks,
            revision: current.revision + 1,
            namespace: current.namespace.clone(),
            apply_method: method(server_side),
            labels: previous.labels,
        };
        Ok((current, target, server_side))
    }

    async fn perform(
        &self,
        operation: &Operation,
        mut current: Release,
        target: &mut Release,
        server_side: bool,
    ) -> Result<()> {
        let objects = build(operation, &current.manifest, false).await.map_err(|error| {
            error.within("unable to build kubernetes objects from current release manifest")
        })?;
        let new = build(operation, &target.manifest, false).await;
        let mut new = new
            .map_err(|error| error.within("unable to build kubernetes objects from new release manifest"))?;
        let how = How { strategy: self.strategy, server_side };
        if self.no_hooks {
            operation.log.log(Severity::Debug, "rollback hooks disabled", &[("name", &self.name)]);
        } else {
            hooks::run(operation, target, "pre-rollback", how).await?;
        }
        for resource in &mut new {
            mark(&mut resource.object, &target.name, &target.namespace);
        }
        let options = UpdateOptions {
            server_side,
            force_conflicts: self.force_conflicts,
            force_replace: self.force_replace,
            three_way: false,
            migrates: true,
        };
        let Updated { created, changed, result } = update(operation, &objects, &new, options).await;
        if let Err(error) = result {
            current.info.status = Status::Superseded;
            return Err(self.fail(operation, &current, target, &created, error).await);
        }
        if self.recreate_pods {
            recreate(operation, &changed).await;
        }
        if let Err(error) = wait::until_ready(operation, &new, self.strategy, self.wait_for_jobs).await {
            set_status(target, Status::Failed, format!("Release {} failed: {error}", quoted(&self.name)));
            record(operation, &current).await;
            record(operation, target).await;
            return Err(error.within(format!("release {} failed", self.name)));
        }
        if !self.no_hooks {
            hooks::run(operation, target, "post-rollback", how).await?;
        }
        let deployed = match operation.records.deployed_all(&current.name).await {
            Err(RecordsError::NoDeployed(_)) => Vec::new(),
            deployed => deployed?,
        };
        for mut release in deployed {
            let number = release.revision.to_string();
            operation.log.log(Severity::Debug, "superseding previous deployment", &[("version", &number)]);
            release.info.status = Status::Superseded;
            record(operation, &release).await;
        }
        target.info.status = Status::Deployed;
        Ok(())
    }

    async fn fail(
        &self,
        operation: &Operation,
        current: &Release,
        target: &mut Release,
        created: &[Resource],
        error: Error,
    ) -> Error {
        let log = &operation.log;
        let message = format!("Rollback {} failed: {error}", quoted(&self.name));
        if operation.is_old() {
            log.log(Severity::Debug, &format!("warning: {message}"), &[]);
        } else {
            log.log(Severity::Warn, &message, &[]);
        }
        set_status(target, Status::Failed, message);
        record(operation, current).await;
        record(operation, target).await;
        if !self.cleanup_on_fail {
            return error;
        }
        let count = created.len().to_string();
        log.log(Severity::Debug, "cleanup on fail set, cleaning up resources", &[("count", &count)]);
        if let Err(errors) = delete::delete(operation, created, Propagation::Background).await {
            let all = Error::join(errors, ", ").map(|error| error.to_string()).unwrap_or_default();
            let around = "an error occurred while cleaning up resources. original rollback error";
            return Error::new(if operation.is_old() {
                format!("{around}: {error}: unable to cleanup resources: {all}")
            } else {
                format!("{around}: unable to cleanup resources: {all}")
            });
        }
        log.log(Severity::Debug, "resource cleanup complete", &[]);
        error
    }
}
