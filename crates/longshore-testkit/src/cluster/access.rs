//! Getting into a cluster: kubeconfigs and clients.

use std::fs;
use std::path::Path;
use std::sync::Once;

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::{Value, json};

use super::certificates::{Authority, Pair, Validity};
use super::record::Place;

/// A client with the rights of a kubeconfig.
///
/// A client belongs to the runtime that it is made in: make one per test instead of sharing one.
pub async fn client(kubeconfig: &Path) -> Result<Client> {
    let config = read(kubeconfig, None).await?;
    Client::try_from(config).with_context(|| format!("cannot make a client from {}", kubeconfig.display()))
}

/// A client for one server behind the same authority, for servers that are not the API server.
pub(super) async fn client_of(kubeconfig: &Path, server: &str) -> Result<Client> {
    let config = read(kubeconfig, Some(server)).await?;
    Client::try_from(config).with_context(|| format!("cannot make a client for {server}"))
}

async fn read(kubeconfig: &Path, server: Option<&str>) -> Result<Config> {
    install_provider();
    let file =
        Kubeconfig::read_from(kubeconfig).with_context(|| format!("cannot read {}", kubeconfig.display()))?;
    let mut config = Config::from_custom_kubeconfig(file, &KubeConfigOptions::default())
        .await
        .with_context(|| format!("cannot use {}", kubeconfig.display()))?;
    if let Some(server) = server {
        config.cluster_url = server.parse().with_context(|| format!("{server} is not an address"))?;
    }
    // Proxies of the environment have no business on loopback.
    config.proxy_url = None;
    Ok(config)
}

/// rustls wants one provider per process. A test may have installed it already, which is fine.
fn install_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    });
}

/// Writes the kubeconfig of one user. It is JSON, which is YAML.
pub(super) fn write_kubeconfig(
    path: &Path,
    server: &str,
    authority: &str,
    user: &str,
    pair: &Pair,
) -> Result<()> {
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "longshore", "cluster": {
            "server": server,
            "certificate-authority-data": base64(authority),
        }}],
        "users": [{"name": user, "user": {
            "client-certificate-data": base64(&pair.certificate),
            "client-key-data": base64(&pair.key),
        }}],
        "contexts": [{"name": "longshore", "context": {"cluster": "longshore", "user": user}}],
        "current-context": "longshore",
    });
    write_private(path, &config)
}

/// Writes a kubeconfig for another user of a cluster, who may do only what the cluster's roles allow.
pub(crate) fn kubeconfig_as(
    place: &Place,
    server: &str,
    path: &Path,
    user: &str,
    group: Option<&str>,
    validity: Validity,
) -> Result<()> {
    let read = |name: &str| {
        let path = place.file(name);
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let authority = Authority::from_pem(read("pki/ca.crt")?, read("pki/ca.key")?);
    let pair = authority.client(user, group, validity)?;
    write_kubeconfig(path, server, authority.certificate(), user, &pair)
}

/// Writes a copy of a kubeconfig whose commands go to `namespace` unless they say otherwise.
pub(crate) fn kubeconfig_for_namespace(original: &Path, path: &Path, namespace: &str) -> Result<()> {
    let text = fs::read(original).with_context(|| format!("cannot read {}", original.display()))?;
    let mut config: Value = serde_json::from_slice(&text)
        .with_context(|| format!("{} is not one of ours", original.display()))?;
    config["contexts"][0]["context"]["namespace"] = json!(namespace);
    write_private(path, &config)
}

fn write_private(path: &Path, config: &Value) -> Result<()> {
    let text = serde_json::to_vec_pretty(config).context("a kubeconfig is always representable")?;
    // A new temporary file is readable by its owner only, and stays so.
    crate::cache::write_atomically(path, &text)
}

fn base64(text: &str) -> String {
    STANDARD.encode(text)
}
