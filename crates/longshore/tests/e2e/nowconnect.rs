//! NowConnect's `staging` behind a real Traefik, which reads `traefik-dynamic` as the platform's document says: who is asked
//! for a certificate, and who gets in, each of the chart's ways (NC2). The hub is the stand-in, whose WebSockets are where
//! the hub's would be, and which insists on a certificate and ends TLS as it would have to.

use std::time::Duration;

use kube::Client as Kubernetes;
use longshore_testkit::image::nowconnect;
use longshore_testkit::{Project, TestAuthority, eventually};
use serde_json::{Value, json};

use crate::Stage;
use crate::asking::{Client, live, make};
use crate::platforms;

const TUNNEL: &str = "https://api.staging.example.com/tunnel";
const MESH: &str = "https://mesh.staging.example.com/mesh";
/// The mesh on the host of the tunnel.
const AROUND: &str = "https://api.staging.example.com/mesh";

/// Traefik hears of files by the kubelet, which looks after them once in a minute or so.
const PATIENCE: Duration = Duration::from_mins(5);

/// What a client hears whose certificate is not taken, or who has none.
const REFUSED: &str = "received fatal alert";

const VALUES: &str = "helm/nowconnect/values-staging.yaml";

/// Who asks for what with which further words, and what is answered.
type Row<'a> = (&'a Client, &'a str, &'a [&'a str], &'a str);

/// NC1, NC2, NC3: hubs show the mesh's certificate on `/mesh`, agents show none on `/tunnel`, whichever way it is asked for.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real node: cargo xtask e2e"]
async fn nc2_the_mesh_demands_a_certificate_and_the_tunnel_does_not() {
    let _one = platforms::one_at_a_time().await;
    let _together = crate::together().await;
    let stage = platforms::stage("nowconnect", "nowconnect", nowconnect).await;
    let callers = Callers::new(&stage);
    let kubernetes = stage.cluster.client().await.unwrap();

    // What the README asks for before a deploy: the mesh's authority beside Traefik, certificates of both hosts.
    let data = json!({"mesh_ca.pem": callers.mesh.pem()});
    let authority =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "traefik-mesh"}, "data": data});
    make(&kubernetes, "/api/v1/namespaces/kube-system/configmaps", &authority).await;
    let (certificate, key) = callers.web.server_files().unwrap();
    let secrets = format!("/api/v1/namespaces/{}/secrets", stage.namespace.name());
    for name in ["nowconnect-tls", "nowconnect-mesh-tls"] {
        let secret = json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name},
            "type": "kubernetes.io/tls",
            "stringData": {"tls.crt": certificate, "tls.key": key},
        });
        make(&kubernetes, &secrets, &secret).await;
    }
    let text = stage.project.read(VALUES).unwrap();
    let deploy = |mode: &str, more: &str| {
        let text = text.replace("\nmesh:\n", &format!("\nmesh:\n  mode: {mode}\n"));
        stage.project.write(VALUES, &format!("{text}\n{more}\n")).unwrap();
        stage.ok("deploy -e staging --method helm --yes --timeout 5m");
    };
    deploy("ownHost", "traefikDynamic: {create: true}");
    let_traefik_look(&kubernetes).await;
    a_host_of_its_own(&callers, &stage).await;

    // The document's one Ingress locks agents out, which is why it is not the default.
    deploy("asWritten", "traefikDynamic: {create: true}");
    come_to_be(
        "agents are locked out",
        &[(&callers.agent, TUNNEL, &[], REFUSED), (&callers.hub, AROUND, &[], "200")],
    )
    .await;

    // One host, and the hub itself insists. Traefik is told of another authority, too, by the file that it watches.
    let other = TestAuthority::new().unwrap();
    let authority = json!({"create": true, "ca": other.pem()});
    let insists = "env: {STANDIN_CERTIFICATE_PATHS: /mesh}";
    deploy("hub", &format!("traefikDynamic: {authority}\n{insists}"));
    let_traefik_look(&kubernetes).await;
    one_host(&callers, &other).await;

    // TLS of the mesh goes through to the hub, which ends it with what whoever issues certificates has put there.
    let (certificate, key) = callers.mesh.server_files().unwrap();
    let files = json!({"mesh_ca.pem": callers.mesh.pem(), "mesh_cert.pem": certificate, "mesh_key.pem": key});
    let certs = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "nowconnect-mesh-certs"}, "stringData": files});
    make(&kubernetes, &secrets, &certs).await;
    let gateway =
        json!({"enabled": true, "host": "api.staging.example.com", "meshHost": "mesh.staging.example.com"});
    deploy("ownHost", &format!("traefikDynamic: {authority}\ngateway: {gateway}\n{insists}"));
    through_to_the_hub(&callers).await;

    stage.ok("destroy -e staging --yes");
    let path = "/api/v1/namespaces/kube-system/configmaps/traefik-mesh";
    let request = http::Request::delete(path).body(Vec::new()).unwrap();
    let _: Value = kubernetes.request(request).await.unwrap();
}

/// `ownHost`: asked for on the mesh's host alone, and there is no way around the question.
async fn a_host_of_its_own(callers: &Callers, stage: &Stage) {
    let Callers { agent, hub, strange, expired, .. } = callers;
    come_to_be(
        "the mesh behind its host, for hubs alone",
        &[
            (agent, MESH, &[], REFUSED),
            (hub, MESH, &[], "200"),
            (strange, MESH, &[], REFUSED),
            (expired, MESH, &[], REFUSED),
            (agent, TUNNEL, &[], "200"),
            // Nor around the question: over TLS of the tunnel's host, or without TLS.
            (agent, AROUND, &[], "404"),
            (agent, AROUND, &["--host", "mesh.staging.example.com"], "421"),
        ],
    )
    .await;
    assert_eq!(stage.ask("GET", "mesh.staging.example.com", "/mesh", "").unwrap().0, 404);
    agent.streams(&sockets(TUNNEL)).unwrap();
    hub.streams(&sockets(MESH)).unwrap();
    for (who, client) in [("nothing", agent), ("a stranger's", strange), ("an old one", expired)] {
        let refused = client.streams(&sockets(MESH)).unwrap_err();
        assert!(refused.contains(REFUSED), "{who}: {refused}");
    }
}

/// `hub`: a certificate is verified if there is one, and handed on; what a client says of one by itself is not.
async fn one_host(callers: &Callers, authority: &TestAuthority) {
    let agent = &callers.agent;
    let hub = &callers.client("other-hub", Some(authority.client().unwrap()));
    let expired = &callers.client("other-expired", Some(authority.expired_client().unwrap()));
    come_to_be(
        "one host, on which the hub insists",
        &[
            (agent, TUNNEL, &[], "200"),
            (agent, AROUND, &[], "403"),
            (agent, AROUND, &["--header", "x-forwarded-tls-client-cert: made up"], "403"),
            (hub, AROUND, &[], "200"),
            (hub, TUNNEL, &[], "200"),
            // Of the authority that Traefik knew before.
            (&callers.hub, AROUND, &[], REFUSED),
            (expired, AROUND, &[], REFUSED),
        ],
    )
    .await;
    agent.streams(&sockets(TUNNEL)).unwrap();
    hub.streams(&sockets(AROUND)).unwrap();
    let refused = agent.streams(&sockets(AROUND)).unwrap_err();
    assert!(refused.contains("403"), "{refused}");
}

/// `gateway`: the hub shows the mesh's own certificate, and sees that of the one who comes.
async fn through_to_the_hub(callers: &Callers) {
    let Callers { agent, hub, strange, expired, .. } = callers;
    // Who trusts nobody but the web's authority has not met the ingress' certificate there.
    let mut elsewhere = hub.clone();
    elsewhere.trusted.truncate(1);
    come_to_be(
        "the mesh's TLS at the hub",
        &[
            (agent, TUNNEL, &[], "200"),
            (hub, MESH, &[], "200"),
            (agent, MESH, &[], REFUSED),
            (strange, MESH, &[], REFUSED),
            (expired, MESH, &[], REFUSED),
            (&elsewhere, MESH, &[], "invalid peer certificate"),
            (agent, AROUND, &[], "404"),
        ],
    )
    .await;
    agent.streams(&sockets(TUNNEL)).unwrap();
    hub.streams(&sockets(MESH)).unwrap();
    let refused = agent.streams(&sockets(MESH)).unwrap_err();
    assert!(refused.contains(REFUSED), "{refused}");
}

/// Until Traefik has read what the options mean and whom it trusts, and has forgotten pods that go, its answers mean
/// nothing; then all of them hold.
async fn come_to_be(what: &str, rows: &[Row<'_>]) {
    let all = || {
        for (at, (client, url, more, expected)) in rows.iter().enumerate() {
            let answer = client.ask(url, more);
            anyhow::ensure!(
                answer == *expected || (expected.len() > 3 && answer.contains(expected)),
                "row {at}, {url} {more:?}: {answer}"
            );
        }
        Ok(Some(()))
    };
    eventually(what, PATIENCE, async || all()).await.unwrap();
    all().unwrap();
}

fn sockets(url: &str) -> String {
    url.replace("https", "wss")
}

/// Has the kubelet look after the files of Traefik's pod, as it does when a pod changes: else it takes a minute.
async fn let_traefik_look(kubernetes: &Kubernetes) {
    let path = "/api/v1/namespaces/kube-system/pods";
    let pods =
        live(kubernetes, &format!("{path}?labelSelector=app.kubernetes.io%2Fname%3Dtraefik")).await.unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
    let patch = json!({"metadata": {"annotations": {"longshore.test/looked-at": now.to_string()}}});
    for pod in pods["items"].as_array().unwrap() {
        let request = http::Request::patch(format!("{path}/{}", pod["metadata"]["name"].as_str().unwrap()));
        let request = request.header("content-type", "application/merge-patch+json");
        let _: Value =
            kubernetes.request(request.body(patch.to_string().into_bytes()).unwrap()).await.unwrap();
    }
}

/// Who come to the node, and whose certificates there are.
struct Callers {
    /// Of the hosts, as the ingress shows them.
    web: TestAuthority,
    /// Of the mesh.
    mesh: TestAuthority,
    files: Project,
    node: std::net::Ipv4Addr,
    agent: Client,
    hub: Client,
    strange: Client,
    expired: Client,
}

impl Callers {
    fn new(stage: &Stage) -> Self {
        let files = Project::new("").unwrap();
        let web = TestAuthority::new().unwrap();
        let web = web.for_names(&["api.staging.example.com", "mesh.staging.example.com"]);
        let mesh = TestAuthority::new().unwrap().for_names(&["mesh.staging.example.com"]);
        files.write("web.pem", &web.pem()).unwrap();
        files.write("mesh.pem", &mesh.pem()).unwrap();
        let node = stage.cluster.node_address().unwrap();
        let client = |name: &str, pair| client(&files, node, name, pair);
        let agent = client("agent", None);
        let hub = client("hub", Some(mesh.client().unwrap()));
        let strange = client("stranger", Some(TestAuthority::new().unwrap().client().unwrap()));
        let expired = client("expired", Some(mesh.expired_client().unwrap()));
        Self { web, mesh, files, node, agent, hub, strange, expired }
    }

    fn client(&self, name: &str, pair: Option<(String, String)>) -> Client {
        client(&self.files, self.node, name, pair)
    }
}

/// One who trusts both authorities, and shows a certificate with its key or nothing.
fn client(files: &Project, node: std::net::Ipv4Addr, name: &str, pair: Option<(String, String)>) -> Client {
    let pair = pair.map(|(certificate, key)| {
        let [of, to] = ["pem", "key"].map(|ending| format!("{name}.{ending}"));
        files.write(&of, &certificate).unwrap();
        files.write(&to, &key).unwrap();
        (files.file(&of), files.file(&to))
    });
    Client { node, trusted: vec![files.file("web.pem"), files.file("mesh.pem")], pair, token: None }
}
