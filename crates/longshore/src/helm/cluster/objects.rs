//! Whether what was rendered could be installed: the cluster has all kinds, and no object is there that is not the
//! release's. Fields are not looked at, as Helm leaves them to a server that knows them better.
//!
//! Rules: `Build` of <https://github.com/helm/helm/blob/v4.3.1/pkg/kube/client.go> and
//! <https://github.com/helm/helm/blob/v4.3.1/pkg/action/validate.go>.

use anyhow::anyhow;
use longshore_cluster::LookupError;
use longshore_release::helm::{Resource, problem, read};

use super::Live;

/// The installation that is tried.
#[derive(Debug, Clone, Copy)]
pub(in crate::helm) struct Install<'a> {
    pub(in crate::helm) release: &'a str,
    pub(in crate::helm) namespace: &'a str,
    /// Objects may be there already.
    pub(in crate::helm) is_upgrade: bool,
    /// Objects of others are taken over.
    pub(in crate::helm) takes_ownership: bool,
    /// Objects must say their API version and kind; if not, it is found out when they are read.
    pub(in crate::helm) validates: bool,
    /// As 3.x does it.
    pub(in crate::helm) is_old: bool,
}

/// Checks the objects of a manifest.
///
/// # Errors
/// One cannot be installed, in Helm's words.
pub(in crate::helm) fn check(live: &Live, manifest: &str, install: &Install<'_>) -> anyhow::Result<()> {
    let discovery = live.runtime.block_on(live.cluster.discovery());
    let discovery = discovery.map_err(|error| anyhow!(error.as_client_go("/api?timeout=32s")))?;
    let candidates = read(&discovery, install.namespace, manifest, install.validates)
        .map_err(|problem| anyhow!("unable to build kubernetes objects from release manifest: {problem}"))?;
    if install.is_upgrade {
        return Ok(());
    }
    let unable = if install.is_old { "Unable" } else { "unable" };
    conflicts(live, &candidates, install)
        .map_err(|problem| anyhow!("{unable} to continue with install: {problem}"))
}

/// The objects of a manifest that was installed before.
///
/// # Errors
/// One is none, or of a kind that the cluster does not have, in Helm's words.
pub(super) fn build(live: &Live, manifest: &str, namespace: &str) -> anyhow::Result<Vec<Resource>> {
    let discovery = live.runtime.block_on(live.cluster.discovery());
    let discovery = discovery.map_err(|error| anyhow!(error.as_client_go("/api?timeout=32s")))?;
    read(&discovery, namespace, manifest, false).map_err(|problem| anyhow!("{problem}"))
}

/// Looks whether objects are there that are not the release's; all are asked for at once.
fn conflicts(live: &Live, candidates: &[Resource], install: &Install<'_>) -> Result<(), String> {
    let ask = |one: &Resource| {
        let (cluster, gvk) = (live.cluster.clone(), one.gvk.clone());
        let namespace = one.namespace().unwrap_or_default().to_owned();
        let name = one.name.clone();
        live.runtime.spawn(async move {
            if name.is_empty() {
                return Err(LookupError::Refused(String::from("resource name may not be empty")));
            }
            cluster.lookup(&gvk.api_version(), &gvk.kind, &namespace, &name).await
        })
    };
    let asked: Vec<_> = candidates.iter().map(|one| (one, ask(one))).collect();
    for (one, answer) in asked {
        if !install.is_old && !one.text("/metadata/generateName").is_empty() {
            if one.name.is_empty() {
                continue;
            }
            return Err(String::from("metadata.name and metadata.generateName cannot both be set"));
        }
        let answer = live.runtime.block_on(answer).map_err(|error| error.to_string())?;
        let found = answer.map_err(|error| {
            format!("could not get information about the resource {}: {error}", one.shown())
        })?;
        let why = found.and_then(|found| problem(&found, install.release, install.namespace));
        if let Some(why) = why.filter(|_| !install.takes_ownership) {
            return Err(format!(
                "{} exists and cannot be imported into the current release: {why}",
                one.shown()
            ));
        }
    }
    Ok(())
}
