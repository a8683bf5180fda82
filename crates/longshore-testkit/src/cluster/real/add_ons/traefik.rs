//! Traefik on the node's ports 80 and 443, for three ways of saying what goes where. Its file provider reads the ConfigMap
//! `traefik-dynamic`, and `/etc/traefik/mesh` is the ConfigMap `traefik-mesh`, both of `kube-system` and both optional.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use kube::Client;
use serde_json::json;

use crate::cluster::real::objects::{self, BINDINGS, ROLES};
use crate::cluster::record::Place;
use crate::image::Image;
use crate::tools::{Tool, go_environment};

const IMAGE: &str = "longshore.test/traefik:v3.6.12";
const NAME: &str = "traefik";
/// What the file provider reads, and where files lie that it names.
const DYNAMIC: &str = "traefik-dynamic";
const MESH: &str = "traefik-mesh";

pub(super) fn image() -> Result<Image> {
    Ok(super::images::of_tool(NAME, IMAGE)?.writable("/tmp"))
}

pub(super) async fn start(place: &Place, node: Ipv4Addr, client: &Client) -> Result<()> {
    let kubeconfig = place.kubeconfig();
    let defining = tokio::task::spawn_blocking(move || define(&kubeconfig));
    defining.await.context("the definitions could not be waited for")??;

    let reads = ["get", "list", "watch"];
    let status = ["update", "patch"];
    let rules = json!([
        objects::rule(
            "",
            &["services", "endpoints", "secrets", "nodes", "namespaces", "configmaps", "pods"],
            &reads
        ),
        objects::rule("discovery.k8s.io", &["endpointslices"], &reads),
        objects::rule("networking.k8s.io", &["ingresses", "ingressclasses"], &reads),
        objects::rule("networking.k8s.io", &["ingresses/status"], &status),
        objects::rule("traefik.io", &["*"], &reads),
        objects::rule("gateway.networking.k8s.io", &["*"], &["get", "list", "watch", "update", "patch"]),
    ]);
    let container = json!({
        "name": NAME,
        "image": IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "args": [
            "--entrypoints.web.address=:80",
            "--entrypoints.websecure.address=:443",
            "--entrypoints.websecure.http.tls=true",
            "--entrypoints.traefik.address=:8080",
            "--ping",
            "--accesslog",
            "--metrics.prometheus",
            "--providers.kubernetesingress",
            format!("--providers.kubernetesingress.ingressendpoint.ip={node}"),
            "--providers.kubernetesingressnginx",
            format!("--providers.kubernetesingressnginx.publishstatusaddress={node}"),
            "--providers.file.directory=/etc/traefik/dynamic",
            "--providers.kubernetescrd",
            "--providers.kubernetescrd.allowcrossnamespace",
            "--providers.kubernetesgateway",
            // TLSRoutes.
            "--providers.kubernetesgateway.experimentalchannel",
            format!("--providers.kubernetesgateway.statusaddress.ip={node}"),
            "--global.checknewversion=false",
            "--global.sendanonymoususage=false",
        ],
        "ports": [
            {"name": "web", "containerPort": 80, "hostPort": 80},
            {"name": "websecure", "containerPort": 443, "hostPort": 443},
            {"name": "traefik", "containerPort": 8080},
        ],
        "readinessProbe": {"httpGet": {"path": "/ping", "port": "traefik"}, "periodSeconds": 1},
        "volumeMounts": [
            {"name": "dynamic", "mountPath": "/etc/traefik/dynamic"},
            {"name": "mesh", "mountPath": "/etc/traefik/mesh"},
        ],
    });
    // For whoever has options of TLS to say, and authorities of clients: both may come and change while it runs.
    let volumes = json!([
        {"name": "dynamic", "configMap": {"name": DYNAMIC, "optional": true}},
        {"name": "mesh", "configMap": {"name": MESH, "optional": true}},
    ]);
    let class = |name: &str, controller: &str| {
        json!({
            "apiVersion": "networking.k8s.io/v1",
            "kind": "IngressClass",
            "metadata": {"name": name},
            "spec": {"controller": controller},
        })
    };
    let classes = "/apis/networking.k8s.io/v1/ingressclasses";
    let gateway = json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "GatewayClass",
        "metadata": {"name": NAME},
        "spec": {"controllerName": "traefik.io/gateway-controller"},
    });
    let service = objects::service(
        NAME,
        &json!([
            {"name": "web", "port": 80, "targetPort": "web"},
            {"name": "websecure", "port": 443, "targetPort": "websecure"},
        ]),
    );
    objects::create(
        client,
        [
            ("/api/v1/namespaces/kube-system/serviceaccounts", objects::account(NAME)),
            (ROLES, objects::role(NAME, &rules)),
            (BINDINGS, objects::binding(NAME, NAME, "kube-system", NAME)),
            (classes, class("traefik", "traefik.io/ingress-controller")),
            (classes, class("nginx", "k8s.io/ingress-nginx")),
            ("/apis/gateway.networking.k8s.io/v1/gatewayclasses", gateway),
            ("/api/v1/namespaces/kube-system/services", service),
            (
                "/apis/apps/v1/namespaces/kube-system/deployments",
                objects::deployment(NAME, &container, &volumes),
            ),
        ],
    )
    .await
}

/// Applies the definitions of Traefik's and the Gateway API's own kinds, which lie in their modules.
fn define(kubeconfig: &Path) -> Result<()> {
    let traefik = module("github.com/traefik/traefik/v3")?;
    let gateway = module("sigs.k8s.io/gateway-api")?.join("config/crd");
    let files = [
        traefik.join("docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml"),
        gateway.join("standard"),
        // What Traefik wants to be there if it is to know the second of them.
        gateway.join("experimental/gateway.networking.k8s.io_tcproutes.yaml"),
        gateway.join("experimental/gateway.networking.k8s.io_tlsroutes.yaml"),
    ];
    let mut command = Command::new(Tool::named("kubectl")?.built()?);
    command.args(["apply", "--server-side"]).arg("--kubeconfig").arg(kubeconfig);
    for file in &files {
        command.arg("--filename").arg(file);
    }
    let output = command.output().context("cannot run kubectl")?;
    if !output.status.success() {
        bail!("cannot apply definitions: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

/// The folder of one of the modules that Traefik is built from.
fn module(path: &str) -> Result<PathBuf> {
    let output = Command::new("go")
        .args(["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", path])
        .envs(go_environment())
        .current_dir(Tool::named(NAME)?.module_folder())
        .output()
        .context("cannot run `go`")?;
    let folder = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if !output.status.success() || folder.is_empty() {
        bail!(
            "the module {path} is not there (`cargo xtask cluster build --real --with traefik` gets it): {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(folder.into())
}
