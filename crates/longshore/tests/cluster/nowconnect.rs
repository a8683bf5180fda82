//! NowConnect's overlays and chart on a real control plane: NC1, NC3.

use std::path::Path;

use serde_json::{Value, json};

use crate::Stage;

async fn stage(name: &str) -> (Stage, String) {
    let stage = Stage::new(name, "").await;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../platforms/nowconnect/longshore.yaml");
    (stage, file.display().to_string())
}

/// NC1, NC3: everything by the document's names, mounted and reachable as it says.
async fn is_the_documents(stage: &Stage, hubs: u64, tag: &str, host: &str) {
    let hub = stage.live("apis/apps/v1", "deployments", "nowconnect").await.unwrap();
    assert_eq!(hub["status"]["readyReplicas"], hubs);
    let pod = &hub["spec"]["template"]["spec"];
    let container = &pod["containers"][0];
    assert_eq!(container["image"], format!("your-registry/nowconnect-cloud:{tag}"));
    assert_eq!(container["env"], json!([{"name": "NC_CONFIG", "value": "/app/config/cloud.yaml"}]));
    for (at, name, path, secret) in [
        (0, "config", "/app/config", "nowconnect-config"),
        (1, "mesh-certs", "/app/certs", "nowconnect-mesh-certs"),
    ] {
        assert_eq!(container["volumeMounts"][at]["mountPath"], path);
        assert_eq!(container["volumeMounts"][at]["name"], name);
        assert_eq!(pod["volumes"][at]["secret"]["secretName"], secret);
        assert!(stage.live("api/v1", "secrets", secret).await.is_some(), "{secret}");
    }
    let service = stage.live("api/v1", "services", "nowconnect").await.unwrap();
    let ports = service["spec"]["ports"].as_array().unwrap();
    let ports: Vec<(&str, u64, u64)> = ports
        .iter()
        .map(|port| {
            (
                port["name"].as_str().unwrap(),
                port["port"].as_u64().unwrap(),
                port["targetPort"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(ports, [("tunnel", 8765, 8765), ("ldap", 389, 389)]);
    let tunnel = stage.live("apis/networking.k8s.io/v1", "ingresses", "nowconnect").await.unwrap();
    assert_eq!(tunnel["spec"]["rules"][0]["host"], host);
    leads_to(&tunnel, "/tunnel");
    let options = "traefik.ingress.kubernetes.io/router.tls.options";
    assert!(tunnel["metadata"]["annotations"].get(options).is_none(), "agents have no certificate");
}

/// One path of an Ingress of class traefik, to the hub's tunnel.
fn leads_to(ingress: &Value, path: &str) {
    assert_eq!(ingress["spec"]["ingressClassName"], "traefik");
    assert_eq!(ingress["metadata"]["annotations"]["traefik.ingress.kubernetes.io/router.tls"], "true");
    let backend = json!({"service": {"name": "nowconnect", "port": {"number": 8765}}});
    let expected = json!([{"path": path, "pathType": "Prefix", "backend": backend}]);
    assert_eq!(ingress["spec"]["rules"][0]["http"]["paths"], expected);
}

/// NC3: from one hub without a mesh to three, and what is left when it goes.
#[tokio::test(flavor = "multi_thread")]
async fn nc3_every_overlay_is_deployed() {
    let (stage, file) = stage("nowconnect").await;
    let before = stage.everything().await;
    stage.ok(&format!("deploy -f {file}"));
    is_the_documents(&stage, 1, "main", "api.dev.example.com").await;
    assert!(stage.live("apis/networking.k8s.io/v1", "ingresses", "nowconnect-mesh").await.is_none());
    let again = stage.ok(&format!("deploy -f {file}"));
    assert!(again.stdout.contains("nothing has changed"), "{again}");
    stage.ok(&format!("destroy --yes -f {file}"));
    assert_eq!(stage.everything().await, before);

    for (environment, hubs, tag, domain) in
        [("staging", 2, "v1.1.0-rc.1", "staging.example.com"), ("production", 3, "v1.0.0", "example.com")]
    {
        stage.ok(&format!("deploy --yes -e {environment} -f {file}"));
        is_the_documents(&stage, hubs, tag, &format!("api.{domain}")).await;
        let mesh = stage.live("apis/networking.k8s.io/v1", "ingresses", "nowconnect-mesh").await.unwrap();
        leads_to(&mesh, "/mesh");
        assert_eq!(mesh["spec"]["rules"][0]["host"], format!("mesh.{domain}"));
        let annotations = &mesh["metadata"]["annotations"];
        assert_eq!(annotations["traefik.ingress.kubernetes.io/router.tls.options"], "mtls@file");
        let redis = stage.live("apis/apps/v1", "deployments", "nowconnect-redis").await;
        assert_eq!(redis.is_some(), environment == "staging");
        stage.ok(&format!("destroy --yes -e {environment} -f {file}"));
        assert_eq!(stage.everything().await, before, "{environment}");
    }
}

/// Certificates that somebody else wrote into the Secret stay there over deploys.
#[tokio::test(flavor = "multi_thread")]
async fn certificates_of_the_mesh_are_left_alone() {
    let (stage, file) = stage("nowcerts").await;
    stage.ok(&format!("deploy -e staging -f {file}"));
    let client = stage.namespace.client().await.unwrap();
    let path = format!("/api/v1/namespaces/{}/secrets/nowconnect-mesh-certs", stage.namespace.name());
    let request = http::Request::patch(format!("{path}?fieldManager=issuer"))
        .header("content-type", "application/merge-patch+json")
        .body(br#"{"stringData": {"mesh_ca.pem": "x"}}"#.to_vec())
        .unwrap();
    client.request::<Value>(request).await.unwrap();
    let again = stage.ok(&format!("deploy -e staging -f {file}"));
    assert!(again.stdout.contains("nothing has changed"), "{again}");
    let secret = stage.live("api/v1", "secrets", "nowconnect-mesh-certs").await.unwrap();
    assert_eq!(secret["data"]["mesh_ca.pem"], "eA==");
}

/// NC1: the chart goes on where the overlay was, and back; what its test asks for is there.
#[tokio::test(flavor = "multi_thread")]
async fn nc1_the_chart_takes_over_from_the_overlay() {
    let (stage, file) = stage("nowchart").await;
    let before = stage.everything().await;
    stage.ok(&format!("deploy -e staging -f {file}"));
    let pod = async || {
        let hub = stage.live("apis/apps/v1", "deployments", "nowconnect").await.unwrap();
        (hub["metadata"]["uid"].clone(), hub["metadata"]["generation"].clone())
    };
    let by_overlay = pod().await;
    stage.ok(&format!("deploy -e staging --method helm -f {file}"));
    is_the_documents(&stage, 2, "v1.1.0-rc.1", "api.staging.example.com").await;
    assert_eq!(pod().await, by_overlay, "the hubs go on");
    let again = stage.ok(&format!("deploy -e staging --method helm -f {file}"));
    assert!(again.stdout.contains("nothing has changed"), "{again}");
    stage.ok("helm test nowconnect");
    stage.ok(&format!("rollback -e staging -f {file}"));
    assert_eq!(pod().await, by_overlay);
    stage.ok(&format!("destroy --yes -e staging -f {file}"));
    assert_eq!(stage.everything().await, before);
}
