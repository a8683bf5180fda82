//! How a real cluster is reached from outside: a pair of devices, one end here, the other in its namespace.
//!
//! Both have an address out of a network that is for measurements of routers (198.18.0.0/15), so that it is nobody's. There
//! is no way from the cluster to anywhere else: what it asks of the world is refused at once. The devices go away with
//! the namespace.

use std::net::Ipv4Addr;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::namespaces;
use crate::cache::{self, Lock};
use crate::process::ProcessIdentity;

/// One of 64 networks of four addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    slot: u8,
}

impl Network {
    /// The node's address, at which everything in the cluster that listens on all addresses is reached from here.
    pub fn node(self) -> Ipv4Addr {
        Ipv4Addr::new(198, 18, 254, 4 * self.slot + 2)
    }

    /// The address of this machine as the cluster sees it.
    pub fn here(self) -> Ipv4Addr {
        Ipv4Addr::new(198, 18, 254, 4 * self.slot + 1)
    }

    fn device(self) -> String {
        format!("longshore{}", self.slot)
    }
}

/// Connects the namespaces with this one.
pub(in crate::cluster) async fn connect(first: &ProcessIdentity) -> Result<Network> {
    let lock = cache::root()?.join("clusters/network.lock");
    // Nobody else may choose between looking and taking.
    let taking = tokio::task::spawn_blocking(move || Lock::take(&lock, || {}));
    let _lock = taking.await.context("the lock could not be waited for")??;
    let network = choose(&run("ip", &["-o", "-4", "address", "show"])?)?;
    let (device, pid) = (network.device(), first.pid.to_string());
    run("ip", &["link", "add", &device, "type", "veth", "peer", "name", "eth0", "netns", &pid])?;
    run("ip", &["address", "add", &format!("{}/30", network.here()), "dev", &device])?;
    run("ip", &["link", "set", &device, "up"])?;
    let inside = format!(
        "ip address add {}/30 dev eth0 && ip link set eth0 up && ip route add unreachable default && \
         ip route add 10.96.0.0/16 dev eth0",
        network.node()
    );
    let enter = namespaces::enter(first);
    let words: Vec<&str> = enter.iter().skip(1).map(String::as_str).chain(["sh", "-c", &inside]).collect();
    run(&enter[0], &words)?;
    Ok(network)
}

/// The first network of which no address is in use, given what `ip -o address` prints.
fn choose(addresses: &str) -> Result<Network> {
    let used = |network: Network| {
        let mut words = addresses.split_whitespace();
        words.any(|word| {
            let address = word.split('/').next().and_then(|word| word.parse::<Ipv4Addr>().ok());
            address.is_some_and(|address| address == network.here() || address == network.node())
        })
    };
    (0..64).map(|slot| Network { slot }).find(|network| !used(*network)).context(
        "all 64 networks for real clusters are in use; `cargo xtask cluster status` lists the clusters",
    )
}

/// Runs a program to its end; what it says is the error if it fails.
pub(super) fn run(program: &str, arguments: &[&str]) -> Result<String> {
    let output =
        Command::new(program).args(arguments).output().with_context(|| format!("cannot run {program}"))?;
    if !output.status.success() {
        bail!("{program} {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_do_not_overlap() {
        let first = choose("1: lo    inet 127.0.0.1/8 scope host lo").unwrap();
        assert_eq!(first.node(), Ipv4Addr::new(198, 18, 254, 2));
        let second = choose("7: longshore0    inet 198.18.254.1/30 scope global longshore0").unwrap();
        assert_eq!((second.here(), second.node()), ([198, 18, 254, 5].into(), [198, 18, 254, 6].into()));
        let all: String = (0..64).map(|slot| format!("inet {}/30\n", Network { slot }.here())).collect();
        assert!(choose(&all).is_err());
    }
}
