//! How each program of a control plane is called. Flags only; starting and stopping are elsewhere.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use anyhow::{Context, Result};

use super::record::Place;
use crate::tools::Tool;

/// The names of the programs in the order in which they are started; they are ended in the opposite one.
pub(super) const ETCD: &str = "etcd";
pub(super) const API_SERVER: &str = "kube-apiserver";
pub(super) const CONTROLLERS: &str = "kube-controller-manager";
pub(super) const SCHEDULER: &str = "kube-scheduler";
pub(super) const KWOK: &str = "kwok";

/// Where the programs of one cluster listen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ports {
    /// All on loopback, or at the address of a real node, in whose namespace nobody else is.
    pub(super) address: Ipv4Addr,
    etcd: u16,
    etcd_peer: u16,
    pub(super) api_server: u16,
    pub(super) controllers: u16,
    pub(super) scheduler: u16,
    pub(super) kwok: u16,
}

impl Ports {
    /// Ports that are free now. Somebody else may take one before its program does; then that program ends at once and
    /// the cluster is started again with others.
    pub(super) fn free() -> Result<Self> {
        // All are held until all are known, so that no two are the same.
        let listeners = (0..6)
            .map(|_| TcpListener::bind(("127.0.0.1", 0)))
            .collect::<std::io::Result<Vec<_>>>()
            .context("no free port on loopback")?;
        let mut ports = Vec::new();
        for listener in &listeners {
            ports.push(listener.local_addr().context("a bound socket has an address")?.port());
        }
        Ok(Self {
            address: Ipv4Addr::LOCALHOST,
            etcd: ports[0],
            etcd_peer: ports[1],
            api_server: ports[2],
            controllers: ports[3],
            scheduler: ports[4],
            kwok: ports[5],
        })
    }
}

impl Ports {
    /// The usual ones, at the address of a real node.
    pub(super) fn usual(address: Ipv4Addr) -> Self {
        Self {
            address,
            etcd: 2379,
            etcd_peer: 2380,
            api_server: 6443,
            controllers: 10257,
            scheduler: 10259,
            kwok: 0,
        }
    }
}

/// The command line of one program.
pub(super) fn command(component: &str, place: &Place, ports: &Ports) -> Result<Vec<String>> {
    let program = Tool::named(component)?.built()?;
    let file = |name: &str| path(&place.file(name));
    let kubeconfig =
        |name: &str| format!("--kubeconfig={}", path(&place.file(&format!("kubeconfigs/{name}"))));
    let serving = [
        format!("--tls-cert-file={}", file("pki/server.crt")),
        format!("--tls-private-key-file={}", file("pki/server.key")),
    ];
    let mut arguments = vec![path(&program)];
    let real = !ports.address.is_loopback();
    let listen = if real { Ipv4Addr::UNSPECIFIED } else { ports.address };
    match component {
        ETCD => {
            let client = format!("http://127.0.0.1:{}", ports.etcd);
            let peer = format!("http://127.0.0.1:{}", ports.etcd_peer);
            arguments.extend([
                "--name=longshore".to_owned(),
                format!("--data-dir={}", file("etcd")),
                format!("--listen-client-urls={client}"),
                format!("--advertise-client-urls={client}"),
                format!("--listen-peer-urls={peer}"),
                format!("--initial-advertise-peer-urls={peer}"),
                format!("--initial-cluster=longshore={peer}"),
                // Nothing in here is worth a disk's wait: a cluster that crashed starts anew.
                "--unsafe-no-fsync".to_owned(),
                "--log-level=warn".to_owned(),
            ]);
        }
        API_SERVER => {
            arguments.extend(serving);
            arguments.extend([
                format!("--etcd-servers=http://127.0.0.1:{}", ports.etcd),
                format!("--bind-address={listen}"),
                format!("--advertise-address={}", ports.address),
                format!("--secure-port={}", ports.api_server),
                format!("--client-ca-file={}", file("pki/ca.crt")),
                "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
                format!("--service-account-key-file={}", file("pki/service-accounts.pub")),
                format!("--service-account-signing-key-file={}", file("pki/service-accounts.key")),
                "--service-cluster-ip-range=10.96.0.0/16".to_owned(),
                "--authorization-mode=Node,RBAC".to_owned(),
                "--allow-privileged=true".to_owned(),
            ]);
            arguments.extend(if real {
                to_the_node(&file)
            } else {
                vec![
                    // The API server's own address is loopback, which no endpoint may have.
                    "--endpoint-reconciler-type=none".to_owned(),
                ]
            });
        }
        CONTROLLERS => {
            arguments.extend(serving);
            arguments.extend([
                kubeconfig(CONTROLLERS),
                format!("--bind-address={listen}"),
                format!("--secure-port={}", ports.controllers),
                "--leader-elect=false".to_owned(),
                "--use-service-account-credentials".to_owned(),
                format!("--root-ca-file={}", file("pki/ca.crt")),
                format!("--service-account-private-key-file={}", file("pki/service-accounts.key")),
                format!("--cluster-signing-cert-file={}", file("pki/ca.crt")),
                format!("--cluster-signing-key-file={}", file("pki/ca.key")),
                "--horizontal-pod-autoscaler-sync-period=5s".to_owned(),
                // Volume claims bind; each volume is an empty folder of this machine.
                "--enable-hostpath-provisioner=true".to_owned(),
                format!("--flex-volume-plugin-dir={}", file("flexvolume")),
                // The defaults throttle a release of a few hundred objects to a crawl.
                "--kube-api-qps=200".to_owned(),
                "--kube-api-burst=400".to_owned(),
            ]);
        }
        SCHEDULER => {
            arguments.extend(serving);
            arguments.extend([
                kubeconfig(SCHEDULER),
                format!("--bind-address={listen}"),
                format!("--secure-port={}", ports.scheduler),
                "--leader-elect=false".to_owned(),
                "--kube-api-qps=200".to_owned(),
                "--kube-api-burst=400".to_owned(),
            ]);
        }
        _ => {
            arguments.extend([
                kubeconfig(KWOK),
                format!("--config={}", file("stages.yaml")),
                "--manage-all-nodes=false".to_owned(),
                "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake".to_owned(),
                format!("--server-address=127.0.0.1:{}", ports.kwok),
            ]);
        }
    }
    Ok(arguments)
}

/// How the API server reaches a kubelet, and servers that stand behind it.
fn to_the_node(file: &dyn Fn(&str) -> String) -> Vec<String> {
    vec![
        "--endpoint-reconciler-type=master-count".to_owned(),
        "--kubelet-preferred-address-types=InternalIP".to_owned(),
        format!("--kubelet-certificate-authority={}", file("pki/ca.crt")),
        format!("--kubelet-client-certificate={}", file("pki/kubelet-client.crt")),
        format!("--kubelet-client-key={}", file("pki/kubelet-client.key")),
        format!("--requestheader-client-ca-file={}", file("pki/ca.crt")),
        "--requestheader-allowed-names=front-proxy".to_owned(),
        "--requestheader-username-headers=X-Remote-User".to_owned(),
        "--requestheader-group-headers=X-Remote-Group".to_owned(),
        "--requestheader-extra-headers-prefix=X-Remote-Extra-".to_owned(),
        format!("--proxy-client-cert-file={}", file("pki/front-proxy.crt")),
        format!("--proxy-client-key-file={}", file("pki/front-proxy.key")),
    ]
}

fn path(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_differ() {
        let ports = Ports::free().unwrap();
        let all =
            [ports.etcd, ports.etcd_peer, ports.api_server, ports.controllers, ports.scheduler, ports.kwok];
        assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), all.len());
    }
}
