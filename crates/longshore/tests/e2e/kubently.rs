//! Kubently over two clusters: the API on the real node behind its ingress, executors of clusters `b` and `c` declared on a
//! control plane and run as processes of their own, with the variables of their Deployments. A client polls the API, through
//! the ingress and through the Service, while the platform goes through the four phases of its migration (KB12). API and
//! executors are stand-ins, which verify tokens and certificates as the real ones would.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use kube::Client as Kubernetes;
use longshore_testkit::cluster::real;
use longshore_testkit::image::{KUBENTLY_EXECUTOR, kubently};
use longshore_testkit::tools::workspace_root;
use longshore_testkit::{
    Outcome, Program, Project, Started, TestAuthority, TestCluster, TestNamespace, eventually,
};
use serde_json::{Value, json};

use crate::asking::{Client, json, live, make};
use crate::platforms::{self, stand_in};

const PATIENCE: Duration = Duration::from_mins(3);
const API: &str = "https://api.kubently.example.com";
/// Where executors trust what lies there, in their pods.
const BUNDLE: &str = "/etc/kubently/ca/ca-bundle";
const TOKENS: [&str; 2] = ["token-of-b-0123456789", "token-of-c-0123456789"];

/// A phase of the platform's own migration on the clusters of the test, behind the node's Traefik, with executors that trust
/// an authority of the company's.
fn phase(number: u32, folders: &[String; 3]) -> String {
    let platform = workspace_root().join("platforms/kubently");
    let mut text = std::fs::read_to_string(platform.join(format!("migration/phase-{number}.yaml"))).unwrap();
    for (from, to) in [
        ("../", &*format!("{}/", platform.display())),
        ("namespace: kubently", "namespace: '${cluster.vars.namespace}'"),
        ("      tls: {enabled", "      ingress: {className: traefik}\n      tls: {enabled"),
        (
            "apiUrl: https://api.kubently.example.com",
            "apiUrl: https://api.kubently.example.com, volumes: [{name: ca-bundle, configMap: {name: corporate-ca-bundle}}]",
        ),
    ] {
        text = text.replace(from, to);
    }
    assert!(text.contains("className: traefik"), "{text}");
    for (cluster, folder) in ["main", "b", "c"].into_iter().zip(folders) {
        text = text.replace(&format!("context: kubently-{cluster}"), folder);
    }
    assert!(!text.contains("context:"), "{text}");
    text
}

struct Fleet {
    project: Project,
    here: TestNamespace,
    there: [TestNamespace; 2],
    kubernetes: [Kubernetes; 2],
}

impl Fleet {
    #[track_caller]
    fn ok(&self, arguments: &str) -> Outcome {
        let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap();
        let program = program.args(arguments.split_whitespace()).env("USER", "tester");
        let program = program.env("KUBENTLY_TOKEN_B", TOKENS[0]).env("KUBENTLY_TOKEN_C", TOKENS[1]);
        let outcome = program.folder(self.project.path()).run().unwrap();
        assert_eq!(outcome.code, Some(0), "longshore {arguments}\n{outcome}");
        outcome
    }

    /// A value of a Secret beside the API.
    async fn secret(&self, name: &str, key: &str) -> String {
        let path = format!("/api/v1/namespaces/{}/secrets/{name}", self.here.name());
        let secret = live(&self.kubernetes[0], &path).await.unwrap();
        let value = BASE64_STANDARD.decode(secret["data"][key].as_str().unwrap()).unwrap();
        String::from_utf8(value).unwrap()
    }

    /// What the executor beside the API says of the API, or that there is none.
    async fn beside(&self) -> Option<String> {
        let namespace = self.here.name();
        let path = format!("/api/v1/namespaces/{namespace}/pods?labelSelector=app%3Dexecutor");
        let pods = live(&self.kubernetes[0], &path).await.unwrap();
        let pod = pods["items"][0]["metadata"]["name"].as_str()?.to_owned();
        let path = format!("/api/v1/namespaces/{namespace}/pods/{pod}:8080/proxy/dependencies?now");
        let request = http::Request::get(path).body(Vec::new()).unwrap();
        Some(match self.kubernetes[0].request_text(request).await {
            Ok(text) => text,
            Err(error) => error.to_string(),
        })
    }

    /// The executor of another cluster as a process: with the variables of its Deployment there, its token from its Secret,
    /// and the folders that it trusts from its ConfigMap.
    async fn executor(&self, at: usize, node: SocketAddr, change: &[(&str, &str)]) -> Executor {
        let namespace = self.there[at].name();
        let of = |path: &str| format!("{path}/namespaces/{namespace}");
        let deployment = format!("{}/deployments/kubently-executor", of("/apis/apps/v1"));
        let deployment = live(&self.kubernetes[1], &deployment).await.unwrap();
        let trusted = Project::new("").unwrap();
        let bundle =
            live(&self.kubernetes[1], &format!("{}/configmaps/corporate-ca-bundle", of("/api/v1"))).await;
        for (name, text) in bundle.unwrap()["data"].as_object().unwrap() {
            trusted.write(name, text.as_str().unwrap()).unwrap();
        }
        let mut program = Program::new(stand_in()).unwrap();
        for (name, value) in KUBENTLY_EXECUTOR {
            program = program.env(name, *value);
        }
        let container = &deployment["spec"]["template"]["spec"]["containers"][0];
        for variable in container["env"].as_array().unwrap() {
            let name = variable["name"].as_str().unwrap();
            let value = if let Some(value) = variable["value"].as_str() {
                value.replace(BUNDLE, &trusted.path().display().to_string())
            } else {
                let from = &variable["valueFrom"]["secretKeyRef"];
                let secret = format!("{}/secrets/{}", of("/api/v1"), from["name"].as_str().unwrap());
                let secret = live(&self.kubernetes[1], &secret).await.unwrap();
                let value = secret["data"][from["key"].as_str().unwrap()].as_str().unwrap();
                String::from_utf8(BASE64_STANDARD.decode(value).unwrap()).unwrap()
            };
            program = program.env(name, value);
        }
        program = program.env("STANDIN_HOSTS", format!("api.kubently.example.com={}", node.ip()));
        program = program.env("STANDIN_LISTEN", "127.0.0.1:0");
        for (name, value) in change {
            program = program.env(name, *value);
        }
        let mut started = program.start().unwrap();
        started.wait_for("listens on ").unwrap();
        started.wait_for("\n").unwrap();
        let said = started.stdout_so_far();
        let address = said.split_once("listens on ").unwrap().1.split_whitespace().next().unwrap().to_owned();
        Executor { _started: started, _trusted: trusted, url: format!("http://{address}") }
    }
}

/// A running executor; it ends with this.
struct Executor {
    _started: Started,
    _trusted: Project,
    url: String,
}

impl Executor {
    /// What it says of the API, asked now.
    async fn says(&self) -> String {
        let address = self.url.trim_start_matches("http://").to_owned();
        let asking = tokio::task::spawn_blocking(move || {
            use std::io::{Read as _, Write as _};
            let mut stream = std::net::TcpStream::connect(&address)?;
            stream.set_read_timeout(Some(Duration::from_mins(1)))?;
            write!(stream, "GET /dependencies?now HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            std::io::Result::Ok(answer)
        });
        asking.await.unwrap().unwrap()
    }

    async fn comes_to_say(&self, text: &str) {
        eventually(text, PATIENCE, async || {
            let said = self.says().await;
            anyhow::ensure!(said.contains(text), "{said}");
            Ok(Some(()))
        })
        .await
        .unwrap();
    }
}

/// KB1, KB3, KB4, KB6 (a private CA), KB9, KB12: without one failed request.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real node: cargo xtask e2e"]
async fn kb12_a_client_polls_through_all_four_phases() {
    let _one = platforms::one_at_a_time().await;
    let _together = crate::together().await;
    let here = TestCluster::real().await.unwrap();
    let images = tokio::task::spawn_blocking(|| kubently(&stand_in())).await.unwrap().unwrap();
    for image in &images {
        here.import(image).await.unwrap();
    }
    let there = &TestCluster::start("kubently-there").await.unwrap();
    let fleet = Fleet {
        project: Project::new("").unwrap(),
        here: here.namespace("kubently").await.unwrap(),
        there: [there.namespace("kubently-b").await.unwrap(), there.namespace("kubently-c").await.unwrap()],
        kubernetes: [here.client().await.unwrap(), there.client().await.unwrap()],
    };
    let [main, b, c] = [&fleet.here, &fleet.there[0], &fleet.there[1]]
        .map(|namespace| (namespace.kubeconfig().display().to_string(), namespace.name().to_owned()));
    let block =
        |(file, name): (String, String)| format!("kubeconfig: {file}\n    vars: {{namespace: {name}}}");
    let folders = [format!("kubeconfig: {}, vars: {{namespace: {}}}", main.0, main.1), block(b), block(c)];
    let deploy = |number: u32| {
        fleet.project.write("longshore.yaml", &phase(number, &folders)).unwrap();
        fleet.ok("plan");
        fleet.ok("deploy --yes --timeout 5m");
        let again = fleet.ok("deploy");
        assert!(again.stdout.contains("nothing has changed"), "phase {number}: {again}");
    };
    let node: SocketAddr = (here.node_address().unwrap(), 443).into();
    let company = TestAuthority::new().unwrap().for_names(&["api.kubently.example.com"]);
    let files = Project::new("").unwrap();
    files.write("company.pem", &company.pem()).unwrap();

    // Phase 1: self-signed, and whoever trusts that certificate gets in with a client's key.
    deploy(1);
    files.write("self-signed.pem", &fleet.secret("kubently-api-tls", "tls.crt").await).unwrap();
    let key = fleet.secret("kubently-api", "API_KEYS").await;
    let local = fleet.secret("kubently-executor", "token").await;
    let anybody = Client {
        node: here.node_address().unwrap(),
        trusted: vec![files.file("self-signed.pem"), files.file("company.pem")],
        pair: None,
        token: None,
    };
    let client = Client { token: Some(key.clone()), ..anybody.clone() };
    let employee = Client { trusted: vec![files.file("company.pem")], ..client.clone() };
    let with = |token: &str| Client { token: Some(token.to_owned()), ..anybody.clone() };
    let clusters = &format!("{API}/clusters");
    eventually("the API behind its host", PATIENCE, async || {
        let answer = client.ask(clusters, &[]);
        anyhow::ensure!(answer == "200", "{answer}");
        Ok(Some(()))
    })
    .await
    .unwrap();
    assert_eq!(anybody.ask(&format!("{API}/health"), &[]), "200");
    assert_eq!(anybody.ask(clusters, &[]), "401");
    assert_eq!(with(TOKENS[0]).ask(clusters, &[]), "401", "the API knows b's token from phase 3 on");
    let refused = employee.ask(clusters, &[]);
    assert!(refused.contains("invalid peer certificate"), "{refused}");

    // From here on somebody polls, over connections that are kept: at the ingress, and at the Service from the node.
    let steady = ["--workers", "4", "--rate", "20", "--seconds", "3600"];
    let mut outside = client.program("load", clusters).args(steady).start().unwrap();
    let path = format!("/api/v1/namespaces/{}/services/kubently-api", fleet.here.name());
    let service = live(&fleet.kubernetes[0], &path).await.unwrap();
    let words = real::inside(here.record()).unwrap();
    let words: Vec<String> =
        words.into_iter().filter(|word| !["--pid", "--mount"].contains(&&**word)).collect();
    let url = format!("http://{}:8080/clusters", service["spec"]["clusterIP"].as_str().unwrap());
    let within = Program::new(Path::new(&words[0])).unwrap().args(&words[1..]).args([stand_in()]);
    let within = within.args(["load", "--url", &url]).args(steady).env("STANDIN_LOAD_TOKEN", &key);
    let mut within = within.start().unwrap();

    // Phase 2: cert-manager, which is not here, would write the certificate over the one that signs itself.
    deploy(2);
    let (certificate, private) = company.server_files().unwrap();
    let data = json!({"stringData": {"tls.crt": certificate, "tls.key": private}});
    let path = format!("/api/v1/namespaces/{}/secrets/kubently-api-tls", fleet.here.name());
    let request = http::Request::patch(format!("{path}?fieldManager=cert-manager"));
    let request = request.header("content-type", "application/merge-patch+json");
    let _: Value =
        fleet.kubernetes[0].request(request.body(data.to_string().into_bytes()).unwrap()).await.unwrap();
    eventually("the company's certificate", PATIENCE, async || {
        let answer = employee.ask(clusters, &[]);
        anyhow::ensure!(answer == "200", "{answer}");
        Ok(Some(()))
    })
    .await
    .unwrap();

    // Phase 3: executors elsewhere, each with its own token, over TLS of the company's authority.
    for namespace in &fleet.there {
        let bundle = json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "corporate-ca-bundle"},
            "data": {"corporate-root.txt": company.pem()},
        });
        let path = format!("/api/v1/namespaces/{}/configmaps", namespace.name());
        make(&fleet.kubernetes[1], &path, &bundle).await;
    }
    deploy(3);
    let b = fleet.executor(0, node, &[]).await;
    b.comes_to_say("HTTP 200, known there as cluster-b").await;
    let c = fleet.executor(1, node, &[]).await;
    c.comes_to_say("HTTP 200, known there as cluster-c").await;
    let stolen = fleet.executor(0, node, &[("KUBENTLY_TOKEN", "another")]).await;
    assert!(stolen.says().await.contains("it answers 401"));
    let blind = fleet.executor(0, node, &[("SSL_CERT_DIR", "/etc/ssl/certs")]).await;
    assert!(blind.says().await.contains("invalid peer certificate"));
    drop((stolen, blind));
    let beside = fleet.beside().await.unwrap();
    assert!(beside.contains("HTTP 200, known there as main"), "{beside}");
    assert_eq!(employee.ask(clusters, &[]), "200", "a deploy leaves what cert-manager wrote");
    assert_eq!(with(&local).ask(clusters, &[]), "200");

    // Phase 4: the executor beside the API goes, and its token with it.
    deploy(4);
    eventually("the end of the executor beside the API", PATIENCE, async || {
        Ok(fleet.beside().await.is_none().then_some(()))
    })
    .await
    .unwrap();
    eventually("the end of its token", PATIENCE, async || {
        let answer = with(&local).ask(clusters, &[]);
        anyhow::ensure!(answer == "401", "{answer}");
        Ok(Some(()))
    })
    .await
    .unwrap();
    for (executor, name) in [(&b, "cluster-b"), (&c, "cluster-c")] {
        executor.comes_to_say(&format!("HTTP 200, known there as {name}")).await;
    }

    outside.terminate().unwrap();
    within.terminate().unwrap();
    for (who, load) in [("outside", outside), ("within", within)] {
        let report = json(&load.finish().unwrap());
        assert_eq!(report["failed"], 0, "{who}: {report:#}");
        assert!(report["answered"].as_u64().is_some_and(|count| count > 100), "{who}: {report:#}");
        // Tokens that come and go start the API's two pods anew.
        let instances = report["byInstance"].as_object().unwrap().len();
        assert!(instances >= 3, "{who}: {report:#}");
    }
    fleet.ok("destroy --yes");
}
