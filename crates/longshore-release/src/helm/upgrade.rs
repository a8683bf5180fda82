//! `helm upgrade`: what there is, and the next revision once its chart is rendered.
//!
//! Rules: <https://github.com/helm/helm/blob/v4.3.1/pkg/action/upgrade.go>.

use std::collections::BTreeMap;

use longshore_cluster::Propagation;
use longshore_go::strconv::quoted;

use super::draft::{check_labels, is_server_side, method, set_status};
use super::hooks::{self, How, record};
use super::recreate::recreate;
use super::rollback::Rollback;
use super::update::{UpdateOptions, Updated, update};
use super::wait::{self, Strategy};
use super::{
    Draft, DryRun, Error, Interrupt, Operation, Resource, Result, Severity, adopt, build, delete, mark,
};
use crate::RecordsError;
use crate::record::{Info, Release, Status};

/// How a release is upgraded.
#[derive(Debug, Clone)]
pub struct Upgrade {
    /// Its name.
    pub name: String,
    /// The user's labels for its record, over those of the revision before; `null` takes one away.
    pub labels: BTreeMap<String, String>,
    /// What the record says in the end in the place of `Upgrade complete`.
    pub description: String,
    /// Whether it is only tried.
    pub dry_run: DryRun,
    /// Whether the server merges: `true`, `false`, `auto` for the way of the revision before.
    pub server_side: String,
    /// Fields of others are taken over.
    pub force_conflicts: bool,
    /// Objects are replaced.
    pub force_replace: bool,
    /// Objects of others are taken over.
    pub take_ownership: bool,
    /// Without hooks.
    pub no_hooks: bool,
    /// How it is waited for.
    pub strategy: Strategy,
    /// Whether Jobs are to end.
    pub wait_for_jobs: bool,
    /// What failed is rolled back to the last revision that did not.
    pub rollback_on_failure: bool,
    /// Objects that were new are deleted if it fails.
    pub cleanup_on_fail: bool,
    /// Pods of objects that were changed are deleted.
    pub recreate_pods: bool,
    /// Objects must say their API version and kind.
    pub validates: bool,
}

/// The revisions that an upgrade starts from.
#[derive(Debug, Clone)]
pub struct Before {
    /// The last revision, whatever became of it.
    pub last: Release,
    /// The deployed one, or the last one if none is.
    pub current: Release,
}

impl Before {
    /// Finds them.
    ///
    /// # Errors
    /// There is none that could be upgraded, or another command is at work.
    pub async fn find(operation: &Operation, name: &str) -> Result<Self> {
        let last = match operation.records.last(name).await {
            Err(RecordsError::NotFound) => {
                return Err(RecordsError::NoDeployed(name.to_owned()).into());
            }
            last => last?,
        };
        if last.info.status.is_pending() {
            return Err(Error::new("another operation (install/upgrade/rollback) is in progress"));
        }
        if last.info.status == Status::Deployed {
            return Ok(Self { current: last.clone(), last });
        }
        let current = match operation.records.deployed(name).await {
            Err(RecordsError::NoDeployed(_))
                if matches!(last.info.status, Status::Failed | Status::Superseded) =>
            {
                last.clone()
            }
            current => current?,
        };
        Ok(Self { last, current })
    }
}

/// What is carried out.
struct Plan<'a> {
    current: Vec<Resource>,
    target: Vec<Resource>,
    original: &'a mut Release,
    server_side: bool,
}

impl Upgrade {
    /// Upgrades to what was rendered.
    ///
    /// # Errors
    /// What went wrong; then the record says so, if it was written.
    pub async fn run(
        &self,
        operation: &Operation,
        before: Before,
        draft: Draft,
        interrupt: &Interrupt,
    ) -> Result<Release> {
        check_labels(&self.labels)?;
        let server_side = is_server_side(&self.server_side, &before.last.apply_method)?;
        let debug = |text: &str| operation.log.log(Severity::Debug, text, &[("name", &self.name)]);
        let way = [
            ("server_side_apply", if server_side { "true" } else { "false" }),
            ("previous_release_apply_method", before.last.apply_method.as_str()),
        ];
        operation.log.log(Severity::Debug, "determined release apply method", &way);
        let Before { last, current: mut original } = before;
        let mut release = self.next(operation, &last, &original, draft, server_side);
        build(operation, &release.manifest, self.validates).await?;
        debug("performing update");
        let (mut current, target) = self.objects(operation, &original, &release).await?;
        let key =
            |resource: &Resource| (resource.gvk.clone(), resource.namespace.clone(), resource.name.clone());
        let known: Vec<_> = current.iter().map(key).collect();
        let new: Vec<Resource> =
            target.iter().filter(|resource| !known.contains(&key(resource))).cloned().collect();
        let found = adopt::existing(operation, &new, &self.name, self.take_ownership).await;
        current.extend(found.map_err(|error| {
            let unable = if operation.is_old() { "Unable" } else { "unable" };
            error.within(format!("{unable} to continue with update"))
        })?);
        if self.dry_run.is_on() {
            debug("dry run for release");
            let said = if self.description.is_empty() { "Dry run complete" } else { &self.description };
            said.clone_into(&mut release.info.description);
            return Ok(release);
        }
        debug("creating upgraded release");
        operation.records.create(&release).await?;
        let mut plan = Plan { current, target, original: &mut original, server_side };
        let mut created = Vec::new();
        let performing = self.perform(operation, &mut release, &mut plan, &mut created);
        let performed = tokio::select! {
            performed = performing => performed,
            () = interrupt.clone() => Err(Error::new("context canceled")),
        };
        if let Err(error) = performed {
            return Err(self.fail(operation, release, &created, error).await);
        }
        debug("updating status for upgraded release");
        operation.records.update(&release).await?;
        Ok(release)
    }

    fn next(
        &self,
        operation: &Operation,
        last: &Release,
        current: &Release,
        draft: Draft,
        server_side: bool,
    ) -> Release {
        let mut labels = last.labels.clone();
        labels.extend(self.labels.clone());
        labels.retain(|_, value| value != "null");
        Release {
            name: self.name.clone(),
            info: Info {
                first_deployed: current.info.first_deployed.clone(),
                last_deployed: operation.clock.now().into(),
                status: Status::PendingUpgrade,
                description: String::from("Preparing upgrade"),
                notes: draft.notes,
                ..Info::default()
            },
            chart: draft.chart,
            config: draft.config,
            manifest: draft.manifest,
            hooks: draft.hooks,
            revision: last.revision + 1,
            namespace: current.namespace.clone(),
            apply_method: method(server_side),
            labels,
        }
    }

    /// The objects of the revision before, and those of this one with Helm's marks.
    async fn objects(
        &self,
        operation: &Operation,
        original: &Release,
        release: &Release,
    ) -> Result<(Vec<Resource>, Vec<Resource>)> {
        let current = build(operation, &original.manifest, false).await.map_err(|error| {
            let is_removed = error.to_string().contains("unable to recognize \"\": no matches for kind");
            error.within(if is_removed {
                "current release manifest contains removed kubernetes api(s) for this kubernetes version and it is \
                 therefore unable to build the kubernetes objects for performing the diff. error from kubernetes"
            } else {
                "unable to build kubernetes objects from current release manifest"
            })
        })?;
        let target = build(operation, &release.manifest, self.validates).await;
        let mut target = target
            .map_err(|error| error.within("unable to build kubernetes objects from new release manifest"))?;
        for resource in &mut target {
            mark(&mut resource.object, &release.name, &release.namespace);
        }
        Ok((current, target))
    }

    async fn perform(
        &self,
        operation: &Operation,
        release: &mut Release,
        plan: &mut Plan<'_>,
        created: &mut Vec<Resource>,
    ) -> Result<()> {
        let how = How { strategy: self.strategy, server_side: plan.server_side };
        if self.no_hooks {
            operation.log.log(Severity::Debug, "upgrade hooks disabled", &[("name", &self.name)]);
        } else {
            let ran = hooks::run(operation, release, "pre-upgrade", how).await;
            ran.map_err(|error| error.within("pre-upgrade hooks failed"))?;
        }
        let options = UpdateOptions {
            server_side: plan.server_side,
            force_conflicts: self.force_conflicts,
            force_replace: self.force_replace,
            three_way: false,
            migrates: plan.server_side && matches!(plan.original.apply_method.as_str(), "" | "csa"),
        };
        let Updated { created: new, changed, mut result } =
            update(operation, &plan.current, &plan.target, options).await;
        if result.is_ok() {
            if self.recreate_pods {
                recreate(operation, &changed).await;
            }
            result = wait::until_ready(operation, &plan.target, self.strategy, self.wait_for_jobs).await;
        }
        *created = new;
        if result.is_err() {
            record(operation, plan.original).await;
            return result;
        }
        if !self.no_hooks {
            let ran = hooks::run(operation, release, "post-upgrade", how).await;
            ran.map_err(|error| error.within("post-upgrade hooks failed"))?;
        }
        plan.original.info.status = Status::Superseded;
        record(operation, plan.original).await;
        let done = if self.description.is_empty() { "Upgrade complete" } else { &self.description };
        set_status(release, Status::Deployed, done);
        Ok(())
    }

    async fn fail(
        &self,
        operation: &Operation,
        mut release: Release,
        created: &[Resource],
        error: Error,
    ) -> Error {
        let log = &operation.log;
        let name = &self.name;
        let message = format!("Upgrade {} failed: {error}", quoted(name));
        if operation.is_old() {
            log.log(Severity::Debug, &format!("warning: {message}"), &[]);
        } else {
            log.log(Severity::Warn, "upgrade failed", &[("name", name), ("error", &error.to_string())]);
        }
        set_status(&mut release, Status::Failed, message);
        record(operation, &release).await;
        if self.cleanup_on_fail && !created.is_empty() {
            let count = created.len().to_string();
            log.log(Severity::Debug, "cleanup on fail set", &[("cleaning_resources", &count)]);
            if let Err(errors) = delete::delete(operation, created, Propagation::Background).await {
                let all = Error::join(errors, ", ").map(|error| error.to_string()).unwrap_or_default();
                let around = "an error occurred while cleaning up resources. original upgrade error";
                return Error::new(format!("{around}: {error}: unable to cleanup resources: {all}"));
            }
            log.log(Severity::Debug, "resource cleanup complete", &[]);
        }
        if self.rollback_on_failure { self.roll_back(operation, error).await } else { error }
    }

    /// Goes back to the last revision that was once deployed.
    async fn roll_back(&self, operation: &Operation, error: Error) -> Error {
        let name = &self.name;
        let text =
            "Upgrade failed and rollback-on-failure is set, rolling back to previous successful release";
        operation.log.log(Severity::Debug, text, &[]);
        let history = match operation.records.history(name).await {
            Ok(history) => history,
            Err(other) => {
                let around =
                    "an error occurred while finding last successful release. original upgrade error";
                return Error::from(other).within(format!("{around}: {error}"));
            }
        };
        let good = history
            .iter()
            .filter(|release| matches!(release.info.status, Status::Superseded | Status::Deployed))
            .map(|release| release.revision)
            .max();
        let Some(revision) = good else {
            return error.within(
                "unable to find a previously successful release when attempting to rollback. original upgrade error",
            );
        };
        let rollback = Rollback {
            name: name.clone(),
            revision: i64::from(revision),
            description: String::new(),
            dry_run: DryRun::None,
            server_side: self.server_side.clone(),
            force_conflicts: self.force_conflicts,
            force_replace: self.force_replace,
            no_hooks: self.no_hooks,
            strategy: self.strategy,
            wait_for_jobs: self.wait_for_jobs,
            cleanup_on_fail: false,
            recreate_pods: self.recreate_pods,
        };
        let operation = Operation { records: operation.records.clone().keeping(0), ..operation.clone() };
        if let Err(other) = rollback.run(&operation).await {
            return other.within(format!(
                "an error occurred while rolling back the release. original upgrade error: {error}"
            ));
        }
        let flag = if operation.is_old() { "atomic" } else { "rollback-on-failure" };
        error.within(format!("release {name} failed, and has been rolled back due to {flag} being set"))
    }
}
