//! One real node: kubelet, containerd, kube-proxy and CoreDNS beside a real control plane, in namespaces of their own.
//!
//! Pods are real processes, with probes, logs, exec, Services, names, volumes and crashes. All of it runs in one set of
//! namespaces (`namespaces`) that is reached over a pair of devices (`network`), so that the kubeconfig works from
//! outside and nothing is left when it ends. It needs root and some of Debian's packages ([`requirements`]).
//!
//! There is no registry: images are archives of ours ([`crate::image`]) that are imported.

mod add_ons;
mod dns;
mod groups;
mod images;
mod namespaces;
mod network;
mod objects;
mod requirements;
mod settings;

pub use add_ons::AddOn;
pub use images::import;
pub use network::Network;
pub use requirements::requirements;

pub(crate) use requirements::check as require;

pub(super) use add_ons::start as start_add_on;
pub(super) use dns::start as start_dns;
pub(super) use groups::{make as make_groups, remove as remove_groups};
pub(super) use images::import_basic;
pub(super) use namespaces::{HOLDER, command as holder, end as end_namespaces, enter, made};
pub(super) use network::connect;
pub(super) use settings::{CONTAINERD, KUBELET, NODE, PROXY, command, write as write_settings};

use std::time::Duration;

use anyhow::{Context, Result};

use super::record::Record;
use crate::process;

/// Far more than anything of it ever takes; a machine that is busy compiling needs some of it.
const PATIENCE: Duration = Duration::from_mins(2);

/// Whether a cluster's nodes and pods are played or real.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nodes {
    /// Three nodes that KWOK plays, see [`super::stages`].
    Simulated,
    /// One real node, with what it shall have besides.
    Real(Vec<AddOn>),
}

/// The words that run what follows them inside a real cluster: its network, processes and mounts.
pub fn inside(record: &Record) -> Result<Vec<String>> {
    let node = record
        .node
        .as_ref()
        .with_context(|| format!("the cluster {} has no real node to be inside of", record.name))?;
    Ok(enter(&node.first))
}

/// The memory of what a real node runs beside its components, in bytes: containerd's shims, and all containers.
pub fn workload_memory(record: &Record) -> Option<(u64, u64)> {
    let first = &record.node.as_ref()?.first;
    let (mut shims, mut containers) = (0, 0);
    for (process, name) in process::descendants(first.pid) {
        let known = record.components.iter().any(|component| component.process == process);
        let memory = process.memory().unwrap_or_default();
        match name.as_str() {
            _ if known => {}
            name if name.starts_with("containerd-shim") => shims += memory,
            _ => containers += memory,
        }
    }
    Some((shims, containers))
}
