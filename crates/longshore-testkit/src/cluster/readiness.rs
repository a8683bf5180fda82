//! When a cluster counts as ready: every server says so, every node is Ready and takes pods, namespaces are equipped.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Node, ServiceAccount};
use kube::api::ListParams;
use kube::{Api, Client};

use super::access::{client, client_of};
use super::components::Ports;
use super::record::{Place, Record};

/// Far more than it ever takes; a machine that is busy compiling needs some of it.
const PATIENCE: Duration = Duration::from_mins(3);
const PAUSE: Duration = Duration::from_millis(50);

/// Whether a cluster that is on record answers now.
pub(super) async fn responds(place: &Place, record: &Record) -> bool {
    let asking = async { says_ok(&client(&place.kubeconfig()).await?, "/readyz").await };
    matches!(tokio::time::timeout(Duration::from_secs(10), asking).await, Ok(Ok(true))) && record.is_alive()
}

/// Waits until the API server takes requests.
pub(super) async fn api_server(place: &Place, record: &Record) -> Result<()> {
    let client = client(&place.kubeconfig()).await?;
    wait(place, record, "the API server", async || says_ok(&client, "/readyz").await).await
}

/// Waits for everything else.
pub(super) async fn everything(place: &Place, record: &Record, ports: &Ports) -> Result<()> {
    let kubeconfig = place.kubeconfig();
    let address = ports.address;
    let mut servers = vec![
        ("the controllers", format!("https://{address}:{}", ports.controllers)),
        ("the scheduler", format!("https://{address}:{}", ports.scheduler)),
    ];
    if record.node.is_none() {
        servers.push(("KWOK", format!("http://{address}:{}", ports.kwok)));
    }
    for (what, address) in servers {
        let server = client_of(&kubeconfig, &address).await?;
        wait(place, record, what, async || says_ok(&server, "/healthz").await).await?;
    }
    let client = client(&kubeconfig).await?;
    wait(place, record, "the nodes", async || nodes_ready(&client).await).await?;
    wait(place, record, "the namespace default", async || namespace_equipped(&client, "default").await).await
}

/// Whether pods can be created in a namespace: its service account and the authority's certificate are there.
pub(crate) async fn namespace_equipped(client: &Client, namespace: &str) -> Result<bool> {
    let accounts: Api<ServiceAccount> = Api::namespaced(client.clone(), namespace);
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), namespace);
    Ok(accounts.get_opt("default").await?.is_some() && maps.get_opt("kube-root-ca.crt").await?.is_some())
}

/// Waits until every Deployment of the cluster's own is available: names are answered, add-ons serve.
pub(super) async fn deployments(place: &Place, record: &Record) -> Result<()> {
    let client = client(&place.kubeconfig()).await?;
    let deployments: Api<Deployment> = Api::namespaced(client, "kube-system");
    wait(place, record, "the Deployments in kube-system", async || {
        let all = deployments.list(&ListParams::default()).await?.items;
        for deployment in &all {
            let ready = deployment.status.as_ref().and_then(|status| status.available_replicas);
            if ready.unwrap_or_default() == 0 {
                bail!("{} is not available", deployment.metadata.name.as_deref().unwrap_or_default());
            }
        }
        Ok(!all.is_empty())
    })
    .await
}

async fn nodes_ready(client: &Client) -> Result<bool> {
    let nodes = Api::<Node>::all(client.clone()).list(&ListParams::default()).await?.items;
    let ready = |node: &Node| {
        let conditions =
            node.status.as_ref().and_then(|status| status.conditions.as_deref()).unwrap_or_default();
        // Until its taint is gone the scheduler passes it by, Ready or not.
        let free = node.spec.as_ref().and_then(|spec| spec.taints.as_deref()).unwrap_or_default().is_empty();
        free && conditions.iter().any(|condition| condition.type_ == "Ready" && condition.status == "True")
    };
    Ok(!nodes.is_empty() && nodes.iter().all(ready))
}

async fn says_ok(client: &Client, path: &str) -> Result<bool> {
    let request = http::Request::get(path).body(Vec::new()).context("a plain request")?;
    Ok(client.request_text(request).await?.trim() == "ok")
}

/// Asks again and again until the answer is yes. An error counts as no, but the last one is told if time runs out.
async fn wait(
    place: &Place,
    record: &Record,
    what: &str,
    mut ask: impl AsyncFnMut() -> Result<bool>,
) -> Result<()> {
    let mut last = None;
    let asking = async {
        let mut tick = tokio::time::interval(PAUSE);
        loop {
            tick.tick().await;
            match tokio::time::timeout(Duration::from_secs(5), ask()).await {
                Ok(Ok(true)) => return Ok(()),
                Ok(Ok(false)) => {}
                Ok(Err(error)) => last = Some(error),
                Err(_) => last = Some(anyhow::anyhow!("no answer within 5 s")),
            }
            for component in &record.components {
                if !component.process.is_alive() {
                    bail!("{} ended by itself: {}", component.name, last_words(place, &component.name));
                }
            }
        }
    };
    match tokio::time::timeout(PATIENCE, asking).await {
        Ok(result) => result,
        Err(_) => match last {
            Some(error) => Err(error.context(format!("{what} not ready within {} s", PATIENCE.as_secs()))),
            None => bail!("{what} not ready within {} s", PATIENCE.as_secs()),
        },
    }
}

/// The end of a component's log.
fn last_words(place: &Place, component: &str) -> String {
    let text = fs::read(place.log(component)).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let tail = &lines[lines.len().saturating_sub(12)..];
    if tail.is_empty() {
        "it said nothing".to_owned()
    } else {
        format!("its last words were\n{}", tail.join("\n"))
    }
}
