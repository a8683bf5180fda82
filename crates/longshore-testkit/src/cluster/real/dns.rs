//! The cluster's names: CoreDNS as a Deployment, and what kube-proxy needs beside it.

use anyhow::Result;
use kube::Client;
use serde_json::json;

use super::objects::{self, BINDINGS, ROLES};
use super::settings::DNS;

pub(super) const IMAGE: &str = "longshore.test/coredns:v1.15.0";
const NAME: &str = "coredns";

/// What is no name of the cluster does not exist, and is told so at once: nobody is there to be asked.
const SETTINGS: &str = "\
cluster.local:53 in-addr.arpa:53 ip6.arpa:53 {
    errors
    health {
        lameduck 1s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
        ttl 5
    }
    cache 5
}
.:53 {
    errors
    template ANY ANY {
        rcode NXDOMAIN
    }
}
";

/// Makes both.
pub(in crate::cluster) async fn start(client: &Client) -> Result<()> {
    let watch = ["list", "watch"];
    let mut service = objects::service(
        "kube-dns",
        &json!([
            {"name": "dns", "port": 53, "protocol": "UDP"},
            {"name": "dns-tcp", "port": 53, "protocol": "TCP"},
        ]),
    );
    service["spec"]["selector"] = json!({"app.kubernetes.io/name": NAME});
    service["spec"]["clusterIP"] = json!(DNS);
    let container = json!({
        "name": NAME,
        "image": IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "args": ["-conf", "/etc/coredns/Corefile"],
        "ports": [
            {"name": "dns", "containerPort": 53, "protocol": "UDP"},
            {"name": "dns-tcp", "containerPort": 53, "protocol": "TCP"},
        ],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 8181}, "periodSeconds": 1},
        "livenessProbe": {"httpGet": {"path": "/health", "port": 8080}, "failureThreshold": 5},
        "volumeMounts": [{"name": "settings", "mountPath": "/etc/coredns", "readOnly": true}],
    });
    let volumes = json!([{"name": "settings", "configMap": {"name": NAME}}]);
    let namespaced = "/api/v1/namespaces/kube-system";
    objects::create(
        client,
        [
            (BINDINGS, objects::proxy_binding()),
            (&*format!("{namespaced}/serviceaccounts"), objects::account(NAME)),
            (
                ROLES,
                objects::role(
                    "system:coredns",
                    &json!([
                        objects::rule("", &["endpoints", "services", "pods", "namespaces"], &watch),
                        objects::rule("discovery.k8s.io", &["endpointslices"], &watch),
                    ]),
                ),
            ),
            (BINDINGS, objects::binding("system:coredns", "system:coredns", "kube-system", NAME)),
            (
                &*format!("{namespaced}/configmaps"),
                json!({
                    "apiVersion": "v1",
                    "kind": "ConfigMap",
                    "metadata": {"name": NAME},
                    "data": {"Corefile": SETTINGS},
                }),
            ),
            (&*format!("{namespaced}/services"), service),
            (
                "/apis/apps/v1/namespaces/kube-system/deployments",
                objects::deployment(NAME, &container, &volumes),
            ),
        ],
    )
    .await
}
