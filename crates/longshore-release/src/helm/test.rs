//! `helm test`: the hooks of the event `test`, and what their Pods wrote.
//!
//! Rules and words: <https://github.com/helm/helm/blob/v4.3.1/pkg/action/release_testing.go>. Helm 4 deletes the Pods of
//! tests only when their logs were shown; Helm 3 does so before.

use longshore_chart::metadata::validate_release_name;
use longshore_object::Gvk;
use serde_json::Value as Json;

use super::hooks::{self, How, Left};
use super::wait::Strategy;
use super::{Error, Operation, Result, reachable};
use crate::record::{Hook, Release};

/// The event of tests.
const EVENT: &str = "test";

/// Which tests are run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those of these names; if there are none, all.
    pub names: Vec<String>,
    /// But not those of these names.
    pub not_names: Vec<String>,
}

impl Filter {
    /// What `--filter` says: `name=a`, `!name=b`. Anything else says nothing.
    ///
    /// ```
    /// use longshore_release::helm::test::Filter;
    /// let filter = Filter::of(["name=a", "! name=b", "kind=Pod"]);
    /// assert_eq!((filter.names, filter.not_names), (vec!["a".to_owned()], vec!["b".to_owned()]));
    /// ```
    pub fn of<'t>(said: impl IntoIterator<Item = &'t str>) -> Self {
        let mut filter = Self::default();
        for text in said {
            if let Some(name) = text.strip_prefix("name=") {
                filter.names.push(name.to_owned());
                continue;
            }
            let Some(text) = text.strip_prefix('!') else { continue };
            let behind = text.strip_prefix([' ', '\t', '\n', '\r', '\u{c}']).unwrap_or(text);
            if let Some(name) = behind.strip_prefix("name=") {
                filter.not_names.push(name.to_owned());
            }
        }
        filter
    }

    fn takes(&self, hook: &Hook) -> bool {
        !self.not_names.contains(&hook.name) && (self.names.is_empty() || self.names.contains(&hook.name))
    }
}

/// A release that was tested.
#[derive(Debug)]
pub struct Tested {
    /// Its record, with how its tests went. Hooks that were filtered out come first.
    pub release: Release,
    /// How the tests went.
    pub result: Result<()>,
    left: Option<Left>,
}

impl Tested {
    /// Deletes of the tests what their policies say, once their logs were shown.
    ///
    /// # Errors
    /// One could not be deleted.
    pub async fn clear(&mut self, operation: &Operation) -> Result<()> {
        match self.left.take() {
            Some(left) => left.clear(operation, &self.release).await,
            None => Ok(()),
        }
    }
}

/// Runs the tests of a release.
///
/// # Errors
/// There is no such release. That a test failed is told in what is returned.
pub async fn test(operation: &Operation, name: &str, filter: &Filter) -> Result<Tested> {
    reachable(operation).await?;
    if validate_release_name(name).is_err() {
        return Err(Error::new(format!("releaseTest: Release name is invalid: {name}")));
    }
    let mut release = operation.records.last(name).await?;
    let mut skipped = Vec::new();
    for is_wanted in [
        (|filter: &Filter, hook: &Hook| !filter.not_names.contains(&hook.name)) as fn(&Filter, &Hook) -> bool,
        |filter, hook| filter.names.is_empty() || filter.names.contains(&hook.name),
    ] {
        let hooks = std::mem::take(&mut release.hooks);
        let (wanted, other): (Vec<Hook>, Vec<Hook>) =
            hooks.into_iter().partition(|hook| is_wanted(filter, hook));
        release.hooks = wanted;
        skipped.extend(other);
    }
    let server_side = !operation.is_old() && release.apply_method == "ssa";
    let how = How { strategy: Strategy::Watcher, server_side };
    let (mut result, mut left) = hooks::run_keeping(operation, &mut release, EVENT, how).await;
    if operation.is_old()
        && let Some(left) = left.take()
    {
        result = left.clear(operation, &release).await.and(result);
    }
    let before = skipped.len();
    skipped.append(&mut release.hooks);
    release.hooks = skipped;
    let updated = operation.records.update(&release).await;
    let result = result.and_then(|()| updated.map_err(Error::from));
    Ok(Tested { release, result, left: left.map(|left| left.behind(before)) })
}

/// Writes what the Pods of the tests that were run wrote. They are looked for in the namespace of the operation.
///
/// # Errors
/// A log could not be had, or `write` failed.
pub async fn logs(
    operation: &Operation,
    release: &Release,
    filter: &Filter,
    mut write: impl FnMut(&[u8]) -> std::io::Result<()>,
) -> Result<()> {
    let mut hooks: Vec<&Hook> = release.hooks.iter().collect();
    hooks.sort_by(|a, b| (a.weight, &a.name).cmp(&(b.weight, &b.name)));
    for hook in hooks {
        let times = hook.events.iter().filter(|event| *event == EVENT).count();
        for _ in 0..if filter.takes(hook) { times } else { 0 } {
            if operation.is_old() {
                one_log(operation, &hook.name, None, &mut write).await?;
            } else if hook.kind == "Pod" {
                all_logs(operation, &hook.name, &mut write).await?;
            }
        }
    }
    Ok(())
}

/// Writes what the containers of a Pod wrote, those that come first first.
async fn all_logs(
    operation: &Operation,
    name: &str,
    write: &mut impl FnMut(&[u8]) -> std::io::Result<()>,
) -> Result<()> {
    let around = || format!("unable to get pod {name}");
    let pod = operation.cluster.get(&Gvk::new("v1", "Pod"), Some(&operation.namespace), name).await;
    let pod = pod.map_err(|error| Error::from(error).within(around()))?;
    let pod = pod.ok_or_else(|| Error::new(format!("pods {name:?} not found")).within(around()))?;
    let mut errors = Vec::new();
    for containers in ["initContainers", "containers"] {
        for container in pod["spec"][containers].as_array().into_iter().flatten() {
            let container = container.get("name").and_then(Json::as_str).unwrap_or_default();
            errors.extend(one_log(operation, name, Some(container), write).await.err());
        }
    }
    Error::join(errors, "\n").map_or(Ok(()), Err)
}

/// Writes what a container wrote, or the only one there is.
async fn one_log(
    operation: &Operation,
    name: &str,
    container: Option<&str>,
    write: &mut impl FnMut(&[u8]) -> std::io::Result<()>,
) -> Result<()> {
    let log = operation.cluster.open_log(&operation.namespace, name, container).await;
    let mut log = log.map_err(|error| {
        Error::from(error).within(match container {
            Some(container) => format!("unable to get logs for pod {name}, container {container}"),
            None => format!("unable to get pod logs for {name}"),
        })
    })?;
    let head = container.map(|container| format!(" ({container})")).unwrap_or_default();
    let mut broken =
        write(format!("POD LOGS: {name}{head}\n").as_bytes()).err().map(|error| error.to_string());
    while let Some(chunk) = log.next().await {
        let written = chunk.and_then(|chunk| write(&chunk).map_err(|error| error.to_string()));
        if let Err(problem) = written {
            broken = Some(problem);
            break;
        }
    }
    // Behind every log there is an empty line, also behind one that broke off.
    let ended = write(b"\n").err().map(|error| error.to_string());
    match broken.or(ended) {
        None => Ok(()),
        Some(problem) => Err(Error::new(problem).within(match container {
            Some(container) => format!("unable to write logs for pod {name}, container {container}"),
            None => format!("unable to write pod logs for {name}"),
        })),
    }
}
