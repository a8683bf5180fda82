//! The namespaces of a real cluster: network, processes and mounts, held by one process.
//!
//! Everything of the cluster runs in them, so that its end needs no list of what was started: when the process that is
//! number one in there is killed, the kernel kills all others, whoever their parent is, and takes mounts and network
//! devices away with the last of them. It holds after `kill -9` of any part, of the holder too.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::cluster::record::{Place, Record};
use crate::process::{self, ProcessIdentity};

/// The name of the holder among the components of a cluster.
pub(in crate::cluster) const HOLDER: &str = "namespaces";

/// Where the controller manager's host-path provisioner puts volumes. It cannot be told otherwise.
const VOLUMES: &str = "/tmp/hostpath_pv";

/// What process number one does. `/run` is its own, because shims, runc and iptables keep sockets, states and locks in
/// there; volumes and the logs of pods lie in the cluster's folder. The network must forward between pods, and frames
/// between pods of one bridge must pass the rules for Services. Then it collects processes whose parents have ended, and
/// opens the folders of new volumes: the controller manager makes them for root alone, and a kubelet gives no folder of
/// its machine to a pod's group, so that nobody else could write there.
const INSIDE: &str = r#"
set -e
mount --make-rshared /
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/lock
mount --bind "$1" /tmp/hostpath_pv
mount --bind "$2" /var/log
ip link set lo up
echo 1 >/proc/sys/net/ipv4/ip_forward
if [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ]; then echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables; fi
trap : TERM INT
: >"$3"
while :; do
  chmod 0777 "$1"/* 2>/dev/null || :
  sleep 1 & wait
done
"#;

/// The command line of the holder. It needs the folders that are mounted.
pub(in crate::cluster) fn command(place: &Place) -> Result<Vec<String>> {
    for folder in [&place.file("volumes"), &place.file("var-log"), Path::new(VOLUMES)] {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    let mut words: Vec<String> = ["unshare", "--pid", "--mount", "--net", "--fork", "--mount-proc"]
        .into_iter()
        .chain(["--kill-child=KILL", "--", "sh", "-c", INSIDE, "sh"])
        .map(str::to_owned)
        .collect();
    let places = ["volumes", "var-log", "namespaces.made"];
    words.extend(places.map(|name| place.file(name).to_string_lossy().into_owned()));
    Ok(words)
}

/// Waits until the namespaces are made, and tells the process that is number one in them.
pub(in crate::cluster) async fn made(place: &Place, record: &Record) -> Result<ProcessIdentity> {
    let holder = record.components.iter().find(|component| component.name == HOLDER);
    let holder = &holder.context("the holder of the namespaces is on record")?.process;
    let what = "the namespaces";
    let made = crate::eventually(what, Duration::from_secs(20), async || {
        Ok(place.file("namespaces.made").exists().then(|| process::child_of(holder.pid)).flatten())
    });
    made.await.with_context(|| {
        let log = fs::read_to_string(place.log(HOLDER)).unwrap_or_default();
        format!("cannot make namespaces: {}", log.trim())
    })
}

/// The words that run what follows them in the namespaces. Not `ip netns exec`, which hides the control groups.
pub(in crate::cluster) fn enter(first: &ProcessIdentity) -> Vec<String> {
    let target = first.pid.to_string();
    ["nsenter", "--target", &target, "--pid", "--mount", "--net", "--"].map(str::to_owned).into()
}

/// Ends the namespaces and everything in them, and waits until it is gone.
pub(in crate::cluster) async fn end(record: &Record) -> Result<()> {
    let holder = record.components.iter().find(|component| component.name == HOLDER);
    let first = record.node.as_ref().map(|node| &node.first);
    for process in first.into_iter().chain(holder.map(|holder| &holder.process)) {
        process.kill().await.context("cannot end the namespaces")?;
    }
    // All of them were killed with the first; the last ones may still be on their way out.
    for component in &record.components {
        component.process.gone(Duration::from_secs(20)).await.with_context(|| {
            format!("{} of cluster {} outlives its namespaces", component.name, record.name)
        })?;
    }
    Ok(())
}
