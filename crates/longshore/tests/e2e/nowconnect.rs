//! NowConnect's `staging` behind a real Traefik, which reads `traefik-dynamic` as the platform's document says: who is asked
//! for a certificate, and who gets in (NC2). The hub is the stand-in, whose WebSockets are where the hub's would be.

use std::time::Duration;

use longshore_testkit::image::nowconnect;
use longshore_testkit::{Project, TestAuthority, eventually};
use serde_json::{Value, json};

use crate::asking::{Client, make};
use crate::platforms;

const TUNNEL: &str = "https://api.staging.example.com/tunnel";
const MESH: &str = "https://mesh.staging.example.com/mesh";

/// Traefik hears of files by the kubelet, which looks after them once in a minute or so.
const PATIENCE: Duration = Duration::from_mins(5);

/// NC1, NC2, NC3: hubs show the mesh's certificate on `/mesh`, agents show none on `/tunnel`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real node: cargo xtask e2e"]
async fn nc2_the_mesh_demands_a_certificate_and_the_tunnel_does_not() {
    let _one = platforms::one_at_a_time().await;
    let _together = crate::together().await;
    let stage = platforms::stage("nowconnect", "nowconnect", nowconnect).await;
    let files = Project::new("").unwrap();
    let web = TestAuthority::new().unwrap();
    let web = web.for_names(&["api.staging.example.com", "mesh.staging.example.com"]);
    let (mesh, stranger) = (TestAuthority::new().unwrap(), TestAuthority::new().unwrap());
    files.write("web.pem", &web.pem()).unwrap();
    let node = stage.cluster.node_address().unwrap();
    let client = |name: &str, pair: Option<(String, String)>| {
        let pair = pair.map(|(certificate, key)| {
            let [of, to] = ["pem", "key"].map(|ending| format!("{name}.{ending}"));
            files.write(&of, &certificate).unwrap();
            files.write(&to, &key).unwrap();
            (files.file(&of), files.file(&to))
        });
        Client { node, trusted: vec![files.file("web.pem")], pair, token: None }
    };
    let agent = client("agent", None);
    let hub = client("hub", Some(mesh.client().unwrap()));
    let strange = client("stranger", Some(stranger.client().unwrap()));
    let expired = client("expired", Some(mesh.expired_client().unwrap()));

    // What the README asks for before a deploy: the mesh's authority beside Traefik, certificates of both hosts.
    let kubernetes = stage.cluster.client().await.unwrap();
    let authority = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "traefik-mesh"}, "data": {"mesh_ca.pem": mesh.pem()}});
    make(&kubernetes, "/api/v1/namespaces/kube-system/configmaps", &authority).await;
    let (certificate, key) = web.server_files().unwrap();
    for name in ["nowconnect-tls", "nowconnect-mesh-tls"] {
        let secret = json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name},
            "type": "kubernetes.io/tls",
            "stringData": {"tls.crt": certificate, "tls.key": key},
        });
        let secrets = format!("/api/v1/namespaces/{}/secrets", stage.namespace.name());
        make(&kubernetes, &secrets, &secret).await;
    }
    let values = "helm/nowconnect/values-staging.yaml";
    let text = stage.project.read(values).unwrap() + "\ntraefikDynamic: {create: true}\n";
    stage.project.write(values, &text).unwrap();
    stage.ok("deploy -e staging --method helm --timeout 5m");

    // Until Traefik has read what the option means and whom it trusts, its answers mean nothing.
    eventually("the mesh behind its host, for hubs alone", PATIENCE, async || {
        let answers = (agent.ask(MESH, &[]), hub.ask(MESH, &[]));
        anyhow::ensure!(answers.0.contains("received fatal alert") && answers.1 == "200", "{answers:?}");
        Ok(Some(()))
    })
    .await
    .unwrap();
    assert_eq!(agent.ask(TUNNEL, &[]), "200");
    agent.streams(&TUNNEL.replace("https", "wss")).unwrap();
    hub.streams(&MESH.replace("https", "wss")).unwrap();
    for (who, client) in [("nothing", &agent), ("a stranger's", &strange), ("an old one", &expired)] {
        let refused = client.ask(MESH, &[]);
        assert!(refused.contains("received fatal alert"), "{who}: {refused}");
        let refused = client.streams(&MESH.replace("https", "wss")).unwrap_err();
        assert!(refused.contains("received fatal alert"), "{who}: {refused}");
    }
    // Nor around the question: over TLS of the tunnel's host, or without TLS.
    let around = TUNNEL.replace("/tunnel", "/mesh");
    assert_eq!(agent.ask(&around, &[]), "404");
    assert_eq!(agent.ask(&around, &["--host", "mesh.staging.example.com"]), "421");
    assert_eq!(stage.ask("GET", "mesh.staging.example.com", "/mesh", "").unwrap().0, 404);

    // The document's one Ingress locks agents out, which is why it is not the default.
    stage.project.write(values, &text.replace("\nmesh:\n", "\nmesh:\n  mode: asWritten\n")).unwrap();
    stage.ok("deploy -e staging --method helm --yes --timeout 5m");
    eventually("agents are locked out", PATIENCE, async || {
        Ok(agent.ask(TUNNEL, &[]).contains("received fatal alert").then_some(()))
    })
    .await
    .unwrap();
    assert_eq!(hub.ask(&around, &[]), "200");

    stage.ok("destroy -e staging --yes");
    let path = "/api/v1/namespaces/kube-system/configmaps/traefik-mesh";
    let request = http::Request::delete(path).body(Vec::new()).unwrap();
    let _: Value = kubernetes.request(request).await.unwrap();
}
