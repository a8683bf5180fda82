//! The files that containerd, its network plugins and the kubelet are set up by, and how they are called.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::json;

use super::{groups, network::Network};
use crate::cache;
use crate::cluster::record::Place;
use crate::tools::Tool;

pub(in crate::cluster) const CONTAINERD: &str = "containerd";
pub(in crate::cluster) const KUBELET: &str = "kubelet";
pub(in crate::cluster) const PROXY: &str = "kube-proxy";

/// The one node's name.
pub(in crate::cluster) const NODE: &str = "node-0";
/// The addresses of pods. No two clusters see each other, so that all may have the same.
const PODS: &str = "10.244.0.0/24";
/// Where the cluster's names are asked for.
pub(super) const DNS: &str = "10.96.0.10";
/// The image of the container that holds a pod's namespaces.
pub(super) const PAUSE: &str = "longshore.test/pause:1.0.0";

/// Where containerd listens.
pub(super) fn socket(place: &Place) -> String {
    text(&place.file("containerd.sock"))
}

/// Writes all of them.
pub(in crate::cluster) fn write(place: &Place) -> Result<()> {
    let put = |name: &str, content: &str| cache::write_atomically(&place.file(name), content.as_bytes());
    for folder in ["containerd", "cni", "cni/net.d", "cni/addresses", "kubelet"] {
        let path = place.file(folder);
        std::fs::create_dir_all(&path).with_context(|| format!("cannot create {}", path.display()))?;
    }
    put("containerd.toml", &containerd(place)?)?;
    put("cni/net.d/10-longshore.conflist", &network_plugins(place).to_string())?;
    // What pods get that do not ask the cluster for names: nobody to ask.
    put("resolv.conf", "")?;
    put("kubelet.json", &kubelet(place).to_string())
}

/// The command line of one program of the node.
pub(in crate::cluster) fn command(component: &str, place: &Place, network: Network) -> Result<Vec<String>> {
    let program = text(&Tool::named(component)?.built()?);
    let kubeconfig = format!("--kubeconfig={}", text(&place.file(&format!("kubeconfigs/{component}"))));
    let mut words = vec![program];
    match component {
        CONTAINERD => words.push(format!("--config={}", text(&place.file("containerd.toml")))),
        KUBELET => words.extend([
            kubeconfig,
            format!("--config={}", text(&place.file("kubelet.json"))),
            format!("--root-dir={}", text(&place.file("kubelet"))),
            format!("--hostname-override={NODE}"),
            format!("--node-ip={}", network.node()),
        ]),
        _ => words.extend([
            kubeconfig,
            format!("--hostname-override={NODE}"),
            "--proxy-mode=iptables".to_owned(),
            format!("--cluster-cidr={PODS}"),
            // Limits of the kernel's table of connections are this machine's, not the cluster's.
            "--conntrack-max-per-core=0".to_owned(),
            "--conntrack-tcp-timeout-established=0".to_owned(),
            "--conntrack-tcp-timeout-close-wait=0".to_owned(),
            // Endpoints that come and go are seen at once: tests look at what happens to connections meanwhile.
            "--iptables-min-sync-period=100ms".to_owned(),
        ]),
    }
    Ok(words)
}

fn containerd(place: &Place) -> Result<String> {
    let shim = text(&Tool::named("containerd-shim-runc-v2")?.built()?);
    let mut plugins = Vec::new();
    for name in ["cni-bridge", "cni-host-local", "cni-loopback", "cni-portmap"] {
        let built = Tool::named(name)?.built()?;
        plugins.push(text(built.parent().context("a built tool lies in a folder")?));
    }
    // Strings of TOML are those of JSON as far as paths go.
    let quote = |value: &str| json!(value).to_string();
    Ok(format!(
        r#"version = 3
root = {root}
state = "/run/containerd"

[grpc]
  address = {socket}

[plugins."io.containerd.cri.v1.images"]
  snapshotter = "overlayfs"
[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "{PAUSE}"

[plugins."io.containerd.cri.v1.runtime"]
  restrict_oom_score_adj = true
  disable_apparmor = true
[plugins."io.containerd.cri.v1.runtime".cni]
  bin_dirs = {plugins}
  conf_dir = {network}
[plugins."io.containerd.cri.v1.runtime".containerd]
  default_runtime_name = "runc"
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
  runtime_path = {shim}
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
  SystemdCgroup = false
"#,
        root = quote(&text(&place.file("containerd"))),
        socket = quote(&socket(place)),
        plugins = json!(plugins),
        network = quote(&text(&place.file("cni/net.d"))),
        shim = quote(&shim),
    ))
}

fn network_plugins(place: &Place) -> serde_json::Value {
    json!({
        "cniVersion": "1.0.0",
        "name": "longshore",
        "plugins": [
            {
                "type": "bridge",
                "bridge": "cni0",
                "isGateway": true,
                "ipMasq": true,
                "hairpinMode": true,
                "ipam": {
                    "type": "host-local",
                    "dataDir": place.file("cni/addresses"),
                    "ranges": [[{"subnet": PODS}]],
                    "routes": [{"dst": "0.0.0.0/0"}],
                },
            },
            {"type": "portmap", "capabilities": {"portMappings": true}},
        ],
    })
}

fn kubelet(place: &Place) -> serde_json::Value {
    json!({
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "containerRuntimeEndpoint": format!("unix://{}", socket(place)),
        "failCgroupV1": false,
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": groups::root(place.name()),
        "failSwapOn": false,
        "enforceNodeAllocatable": [],
        "clusterDNS": [DNS],
        "clusterDomain": "cluster.local",
        "resolvConf": place.file("resolv.conf"),
        "authentication": {
            "x509": {"clientCAFile": place.file("pki/ca.crt")},
            "webhook": {"enabled": true},
            "anonymous": {"enabled": false},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": place.file("pki/server.crt"),
        "tlsPrivateKeyFile": place.file("pki/server.key"),
        "podLogsDir": "/var/log/pods",
        "volumePluginDir": place.file("flexvolume"),
        "maxPods": 250,
        // A busy machine is not a full one.
        "evictionHard": {"memory.available": "50Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
        // Images come by import only: one that is collected would be gone.
        "imageGCHighThresholdPercent": 100,
        "serializeImagePulls": false,
        "registryPullQPS": 0,
        "eventRecordQPS": 0,
        "kubeAPIQPS": 200,
        "kubeAPIBurst": 400,
        "nodeStatusUpdateFrequency": "5s",
    })
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
