//! metrics-server: what pods and the node use, under the API server's own address.

use anyhow::Result;
use kube::Client;
use serde_json::json;

use crate::cluster::real::objects::{self, BINDINGS, ROLES};
use crate::image::Image;

const IMAGE: &str = "longshore.test/metrics-server:v0.9.0";
const NAME: &str = "metrics-server";

pub(super) fn image() -> Result<Image> {
    super::images::of_tool(NAME, IMAGE)
}

pub(super) async fn start(client: &Client) -> Result<()> {
    let namespaced = "/api/v1/namespaces/kube-system";
    let reads = ["get", "list", "watch"];
    let container = json!({
        "name": NAME,
        "image": IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "args": [
            "--cert-dir=/tmp",
            "--secure-port=10250",
            "--kubelet-preferred-address-types=InternalIP",
            "--kubelet-certificate-authority=/var/run/secrets/kubernetes.io/serviceaccount/ca.crt",
            // It wants the first to be longer than the second.
            "--metric-resolution=10s",
            "--kubelet-request-timeout=5s",
        ],
        "ports": [{"name": "https", "containerPort": 10250}],
        "readinessProbe": {"httpGet": {"path": "/readyz", "port": "https", "scheme": "HTTPS"}, "periodSeconds": 2},
        "livenessProbe": {"httpGet": {"path": "/livez", "port": "https", "scheme": "HTTPS"}},
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
    });
    let volumes = json!([{"name": "tmp", "emptyDir": {}}]);
    // How the aggregation layer tells who asks, which is in a ConfigMap that a built-in role shows.
    let reader = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": NAME},
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "Role",
            "name": "extension-apiserver-authentication-reader",
        },
        "subjects": [{"kind": "ServiceAccount", "namespace": "kube-system", "name": NAME}],
    });
    let api = json!({
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": "v1beta1.metrics.k8s.io"},
        "spec": {
            "group": "metrics.k8s.io",
            "version": "v1beta1",
            "service": {"namespace": "kube-system", "name": NAME},
            // Its certificate is of its own making.
            "insecureSkipTLSVerify": true,
            "groupPriorityMinimum": 100,
            "versionPriority": 100,
        },
    });
    objects::create(
        client,
        [
            (&*format!("{namespaced}/serviceaccounts"), objects::account(NAME)),
            (
                ROLES,
                objects::role(
                    "system:metrics-server",
                    &json!([
                        objects::rule("", &["nodes/metrics"], &["get"]),
                        objects::rule("", &["pods", "nodes", "namespaces", "configmaps"], &reads),
                    ]),
                ),
            ),
            (BINDINGS, objects::binding(NAME, "system:metrics-server", "kube-system", NAME)),
            (BINDINGS, objects::binding("metrics-server-auth", "system:auth-delegator", "kube-system", NAME)),
            ("/apis/rbac.authorization.k8s.io/v1/namespaces/kube-system/rolebindings", reader),
            (
                &*format!("{namespaced}/services"),
                objects::service(NAME, &json!([{"port": 443, "targetPort": "https"}])),
            ),
            (
                "/apis/apps/v1/namespaces/kube-system/deployments",
                objects::deployment(NAME, &container, &volumes),
            ),
            ("/apis/apiregistration.k8s.io/v1/apiservices", api),
        ],
    )
    .await
}
