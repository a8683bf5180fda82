//! What the node has besides: a router that hears of the Gateway API, and the figures of what pods use. Routing by
//! Ingress is tried where projects are deployed.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use k8s_openapi::api::core::v1::{Pod, Service};
use kube::api::PostParams;
use kube::{Api, Client};
use longshore_testkit::image::BUSYBOX;
use longshore_testkit::{TestCluster, eventually};
use serde_json::{Value, json};

use super::PATIENCE;

#[tokio::test]
#[ignore = "needs the real node: cargo xtask e2e"]
async fn a_route_of_the_gateway_api_leads_to_a_pod() {
    let cluster = TestCluster::real().await.unwrap();
    let namespace = cluster.namespace("route").await.unwrap();
    let client = namespace.client().await.unwrap();
    serve(&client).await;
    let host = format!("{}.example.com", namespace.name());
    let group = format!("/apis/gateway.networking.k8s.io/v1/namespaces/{}", namespace.name());
    let gateway = json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "entry"},
        "spec": {
            "gatewayClassName": "traefik",
            "listeners": [{"name": "web", "protocol": "HTTP", "port": 80}],
        },
    });
    let route = json!({
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "web"},
        "spec": {
            "parentRefs": [{"name": "entry"}],
            "hostnames": [host],
            "rules": [{"backendRefs": [{"name": "web", "port": 80}]}],
        },
    });
    for (kind, object) in [("gateways", gateway), ("httproutes", route)] {
        let request =
            http::Request::post(format!("{group}/{kind}")).header("content-type", "application/json");
        client.request::<Value>(request.body(object.to_string().into_bytes()).unwrap()).await.unwrap();
    }
    let node = cluster.node_address().unwrap();
    eventually("the answer through the gateway", PATIENCE, async || {
        let mut stream = TcpStream::connect((node, 80))?;
        stream.set_read_timeout(Some(Duration::from_mins(1)))?;
        write!(stream, "GET / HTTP/1.0\r\nHost: {host}\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok((answer.contains(" 200 ") && answer.ends_with("routed\n")).then_some(()))
    })
    .await
    .unwrap();
    let route = get(&client, &format!("{group}/httproutes/web")).await.unwrap();
    let conditions = route["status"]["parents"][0]["conditions"].as_array().unwrap();
    assert!(conditions.iter().all(|condition| condition["status"] == "True"), "{conditions:?}");
}

#[tokio::test]
#[ignore = "needs the real node: cargo xtask e2e"]
async fn what_the_node_and_a_pod_use_is_told() {
    let cluster = TestCluster::real().await.unwrap();
    let namespace = cluster.namespace("figures").await.unwrap();
    let client = namespace.client().await.unwrap();
    serve(&client).await;
    let group = "/apis/metrics.k8s.io/v1beta1";
    eventually("the node's figures", PATIENCE, async || {
        let nodes = get(&client, &format!("{group}/nodes")).await?;
        Ok(nodes["items"][0]["usage"]["cpu"].is_string().then_some(()))
    })
    .await
    .unwrap();
    let path = format!("{group}/namespaces/{}/pods/web", namespace.name());
    let usage = eventually("the pod's figures", PATIENCE, async || {
        let pod = get(&client, &path).await?;
        Ok(Some(pod["containers"][0]["usage"].clone()).filter(Value::is_object))
    })
    .await
    .unwrap();
    assert!(usage["cpu"].is_string() && usage["memory"].is_string(), "{usage}");
}

async fn get(client: &Client, path: &str) -> anyhow::Result<Value> {
    Ok(client.request(http::Request::get(path).body(Vec::new())?).await?)
}

/// A pod that answers `routed`, behind a Service.
async fn serve(client: &Client) {
    let script = "mkdir /tmp/www && echo routed >/tmp/www/index.html && exec httpd -f -p 8080 -h /tmp/www";
    let pod = json!({
        "metadata": {"name": "web", "labels": {"app": "web"}},
        "spec": {"terminationGracePeriodSeconds": 1, "containers": [{
            "name": "web",
            "image": BUSYBOX,
            "command": ["sh", "-c", script],
            "readinessProbe": {"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 1},
        }]},
    });
    let service = json!({
        "metadata": {"name": "web"},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]},
    });
    let pods: Api<Pod> = Api::default_namespaced(client.clone());
    pods.create(&PostParams::default(), &serde_json::from_value(pod).unwrap()).await.unwrap();
    let services: Api<Service> = Api::default_namespaced(client.clone());
    services.create(&PostParams::default(), &serde_json::from_value(service).unwrap()).await.unwrap();
}
