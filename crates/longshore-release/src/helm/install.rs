//! `helm install`, once its chart is rendered.
//!
//! Rules: <https://github.com/helm/helm/blob/v4.3.1/pkg/action/install.go>. The pending record is written before the first
//! hook and the first object, and says in the end how it went.

use std::collections::BTreeMap;

use futures::future::{BoxFuture, Shared};
use longshore_chart::metadata::validate_release_name;
use longshore_go::strconv::quoted;

use super::draft::{check_labels, set_status};
use super::hooks::{self, How, record};
use super::uninstall::{Uninstall, uninstall};
use super::update::{UpdateOptions, update};
use super::wait::{self, Strategy};
use super::{
    CreateOptions, Draft, DryRun, Error, Operation, Resource, Result, Severity, adopt, build, create, mark,
};
use crate::record::{Release, Status};

/// Becomes ready when the user wants to stop.
pub type Interrupt = Shared<BoxFuture<'static, ()>>;

/// How a release is installed.
#[derive(Debug, Clone)]
pub struct Install {
    /// Its name.
    pub name: String,
    /// The user's labels for its record.
    pub labels: BTreeMap<String, String>,
    /// What the record says in the end in the place of `Install complete`.
    pub description: String,
    /// Whether it is only tried.
    pub dry_run: DryRun,
    /// The server merges.
    pub server_side: bool,
    /// Fields of others are taken over.
    pub force_conflicts: bool,
    /// Objects that are there are replaced.
    pub force_replace: bool,
    /// Objects of others are taken over.
    pub take_ownership: bool,
    /// The namespace is made first.
    pub create_namespace: bool,
    /// The name of a release that is no more is used again.
    pub replace: bool,
    /// Without hooks.
    pub no_hooks: bool,
    /// How it is waited for.
    pub strategy: Strategy,
    /// Whether Jobs are to end.
    pub wait_for_jobs: bool,
    /// What failed is uninstalled again.
    pub rollback_on_failure: bool,
    /// Objects must say their API version and kind.
    pub validates: bool,
}

impl Install {
    /// Whether the name can be used.
    ///
    /// # Errors
    /// It is none, or in use.
    pub async fn check_name(&self, operation: Option<&Operation>) -> Result<()> {
        if let Err(reason) = validate_release_name(&self.name) {
            return Err(Error::new(format!("release name {}: {reason}", quoted(&self.name))));
        }
        let Some(operation) = operation.filter(|_| !self.dry_run.is_on()) else { return Ok(()) };
        match operation.records.last(&self.name).await {
            Ok(last)
                if !(self.replace && matches!(last.info.status, Status::Uninstalled | Status::Failed)) =>
            {
                let again = if operation.is_old() { "re-use" } else { "reuse" };
                Err(Error::new(format!("cannot {again} a name that is still in use")))
            }
            // What cannot be read is found out when the record is written.
            _ => Ok(()),
        }
    }

    /// Refuses labels that are Helm's own.
    ///
    /// # Errors
    /// One of them is.
    pub fn check_labels(&self) -> Result<()> {
        check_labels(&self.labels)
    }

    /// Installs what was rendered.
    ///
    /// # Errors
    /// What went wrong; then the record says so, if it was written.
    pub async fn run(&self, operation: &Operation, draft: Draft, interrupt: &Interrupt) -> Result<Release> {
        self.check_labels()?;
        let now = operation.clock.now();
        let mut release = draft.install(&self.name, &operation.namespace, self.server_side, now);
        release.labels.clone_from(&self.labels);
        let built = build(operation, &release.manifest, self.validates).await;
        let mut resources = built
            .map_err(|error| error.within("unable to build kubernetes objects from release manifest"))?;
        for resource in &mut resources {
            mark(&mut resource.object, &self.name, &operation.namespace);
        }
        let found = adopt::existing(operation, &resources, &self.name, self.take_ownership).await;
        let adopted = found.map_err(|error| {
            let unable = if operation.is_old() { "Unable" } else { "unable" };
            error.within(format!("{unable} to continue with install"))
        })?;
        if self.dry_run.is_on() {
            release.info.description = String::from("Dry run complete");
            return Ok(release);
        }
        if self.create_namespace {
            self.make_namespace(operation).await?;
        }
        if self.replace {
            self.supersede(operation, &mut release).await?;
        }
        operation.records.create(&release).await?;
        let performing = self.perform(operation, &mut release, &adopted, &resources);
        let performed = tokio::select! {
            performed = performing => performed,
            () = interrupt.clone() => Err(Error::new("context canceled")),
        };
        match performed {
            Ok(()) => Ok(release),
            Err(error) => Err(self.fail(operation, release, error).await),
        }
    }

    async fn make_namespace(&self, operation: &Operation) -> Result<()> {
        let name = &operation.namespace;
        let manifest = serde_json::json!({
            "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {"name": name}},
        });
        let resources = build(operation, &manifest.to_string(), true).await?;
        match create(operation, &resources, CreateOptions::new(self.server_side)).await {
            Err(error) if !error.is_already_exists() => Err(error),
            _ => Ok(()),
        }
    }

    /// Takes the number behind the last revision of a release that is no more.
    async fn supersede(&self, operation: &Operation, release: &mut Release) -> Result<()> {
        let Ok(mut last) = operation.records.last(&self.name).await else { return Ok(()) };
        release.revision = last.revision + 1;
        if last.info.status == Status::Failed {
            return Ok(());
        }
        set_status(&mut last, Status::Superseded, "superseded by new release");
        Ok(operation.records.update(&last).await?)
    }

    async fn perform(
        &self,
        operation: &Operation,
        release: &mut Release,
        adopted: &[Resource],
        resources: &[Resource],
    ) -> Result<()> {
        let how = How { strategy: self.strategy, server_side: self.server_side };
        if !self.no_hooks {
            let ran = hooks::run(operation, release, "pre-install", how).await;
            ran.map_err(|error| error.within("failed pre-install"))?;
        }
        if !resources.is_empty() && adopted.is_empty() {
            create(operation, resources, CreateOptions::new(self.server_side)).await?;
        } else if !resources.is_empty() {
            let options = UpdateOptions {
                server_side: self.server_side,
                force_conflicts: self.force_conflicts,
                force_replace: self.force_replace,
                three_way: self.take_ownership && !self.server_side,
                migrates: true,
            };
            update(operation, adopted, resources, options).await.result?;
        }
        wait::until_ready(operation, resources, self.strategy, self.wait_for_jobs).await?;
        if !self.no_hooks {
            let ran = hooks::run(operation, release, "post-install", how).await;
            ran.map_err(|error| error.within("failed post-install"))?;
        }
        let done = if self.description.is_empty() { "Install complete" } else { &self.description };
        set_status(release, Status::Deployed, done);
        // It is installed, whether that can be written down or not.
        if let Err(error) = operation.records.update(release).await {
            let error = error.to_string();
            operation.log.log(Severity::Error, "failed to record the release", &[("error", &error)]);
        }
        Ok(())
    }

    async fn fail(&self, operation: &Operation, mut release: Release, error: Error) -> Error {
        let name = &self.name;
        set_status(&mut release, Status::Failed, format!("Release {} failed: {error}", quoted(name)));
        if !self.rollback_on_failure {
            record(operation, &release).await;
            return error;
        }
        let text = "install failed and rollback-on-failure is set, uninstalling release";
        operation.log.log(Severity::Debug, text, &[("release", name)]);
        let options = Uninstall { no_hooks: self.no_hooks, strategy: self.strategy, ..Uninstall::default() };
        if let Err(other) = uninstall(operation, name, &options).await {
            return other.within(format!(
                "an error occurred while uninstalling the release. original install error: {error}"
            ));
        }
        let flag = if operation.is_old() { "atomic" } else { "rollback-on-failure" };
        error.within(format!("release {name} failed, and has been uninstalled due to {flag} being set"))
    }
}
