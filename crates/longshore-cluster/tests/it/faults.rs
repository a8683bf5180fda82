//! The same real server behind connections that break, proxies, and credentials that run out.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use longshore_cluster::{
    ApplyOptions, Cluster, ClusterOptions, DeleteOptions, Environment, Outcome, WaitOptions, WaitTarget,
};
use longshore_object::Gvk;
use longshore_testkit::{TestCluster, TestNamespace};
use serde_json::{Value as Json, json};

use crate::relay::{Manner, Relay};
use crate::{config_map, deployment, namespace, object};

/// A connection through a relay.
async fn through(relay: &Relay, namespace: &TestNamespace) -> Result<Cluster> {
    let options = ClusterOptions {
        kubeconfig: Some(namespace.kubeconfig()),
        server: Some(format!("https://{}", relay.address)),
        ..ClusterOptions::default()
    };
    Ok(Cluster::connect(options).await?)
}

#[tokio::test]
async fn a_wait_outlives_cuts_and_an_api_server_that_is_away() -> Result<()> {
    let (namespace, direct) = namespace("cuts").await?;
    let relay = Relay::to(TestCluster::get().await?.server(), Manner::Pass).await?;
    let cluster = through(&relay, &namespace).await?;
    let mut json = deployment("web", 2, "ready");
    json["spec"]["template"]["metadata"]["annotations"]["longshore.dev/kwok-delay"] = json!("6s");
    let web = object(json);
    let applied = cluster.apply(&web, &ApplyOptions::new("test")).await?;
    let targets = vec![WaitTarget::of(&web, applied.key)];
    let mut told = Vec::new();
    let options = WaitOptions { timeout: Duration::from_mins(1), ..WaitOptions::default() };
    let waiting = cluster.wait(targets, &options, |progress| told.push(progress));
    let breaking = async {
        for _ in 0..4 {
            tokio::time::sleep(Duration::from_millis(500)).await;
            relay.cut();
        }
        relay.go_away();
        tokio::time::sleep(Duration::from_secs(2)).await;
        relay.come_back();
    };
    let (waited, ()) = tokio::join!(waiting, breaking);
    waited?;
    assert!(relay.passed() > 6, "the watches were opened anew: {}", relay.passed());
    let live = direct.get_live(&web, None).await?.context("it is there")?;
    assert_eq!(live["status"]["readyReplicas"], 2);
    Ok(())
}

#[tokio::test]
async fn writes_through_a_connection_that_keeps_breaking_are_all_carried_out() -> Result<()> {
    let (namespace, direct) = namespace("writes").await?;
    let relay = Relay::to(TestCluster::get().await?.server(), Manner::Pass).await?;
    let cluster = through(&relay, &namespace).await?;
    let options = ApplyOptions::new("test");
    let writing = async {
        for n in 0..100 {
            let name = format!("n{n}");
            if n % 2 == 0 {
                cluster.create(&config_map(&name, &json!({"n": n.to_string()}))).await?;
            } else {
                cluster.apply(&object(config_map(&name, &json!({"n": n.to_string()}))), &options).await?;
            }
        }
        anyhow::Ok(())
    };
    let breaking = async {
        // Long enough for a handshake and some requests on a busy machine, and never in step with them.
        for pause in [183, 111, 267, 159].into_iter().cycle() {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            relay.cut();
        }
    };
    tokio::select! {
        written = writing => written.context("while connections break")?,
        () = breaking => {}
    }
    assert!(relay.passed() > 1, "{}", relay.passed());
    for n in 0..100 {
        let live = direct.get(&Gvk::new("v1", "ConfigMap"), None, &format!("n{n}")).await?;
        assert_eq!(live.context("it was written")?["data"]["n"], n.to_string());
    }
    Ok(())
}

/// The namespace's kubeconfig, changed.
fn changed(namespace: &TestNamespace, name: &str, change: impl Fn(&mut Json)) -> Result<ClusterOptions> {
    let text = std::fs::read_to_string(namespace.kubeconfig())?;
    let mut json = serde_json::to_value(kube::config::Kubeconfig::from_yaml(&text)?)?;
    change(&mut json);
    let file = namespace.kubeconfig().with_file_name(name);
    std::fs::write(&file, json.to_string())?;
    Ok(ClusterOptions { kubeconfig: Some(file), ..ClusterOptions::default() })
}

#[tokio::test]
async fn a_proxy_passes_us_on_or_is_told() -> Result<()> {
    let (namespace, _) = namespace("proxy").await?;
    let server = TestCluster::get().await?.server();
    let via = |relay: &Relay| {
        let url = format!("http://jane:hunter2@{}", relay.address);
        changed(&namespace, "proxied", move |json| {
            json["clusters"][0]["cluster"]["proxy-url"] = json!(url);
        })
    };
    let relay = Relay::to(server, Manner::Proxy).await?;
    let cluster = Cluster::connect(via(&relay)?).await?;
    assert!(relay.passed() > 0);
    assert_eq!(cluster.endpoint().proxy, Some(format!("http://{}", relay.address)));

    let relay = Relay::to(server, Manner::Refuse).await?;
    let error = Cluster::connect(via(&relay)?).await.expect_err("the proxy refuses");
    let told = error.diagnostic();
    assert_eq!(told.code, "cluster/proxy", "{error:?}");
    assert!(!format!("{told:?}{error:?}").contains("hunter2"), "{told:?}");
    Ok(())
}

#[tokio::test]
async fn a_socks_proxy_passes_us_on() -> Result<()> {
    let (namespace, _) = namespace("socks").await?;
    let relay = Relay::to(TestCluster::get().await?.server(), Manner::Socks).await?;
    let via = |password: &str| {
        let url = format!("socks5://jane:{password}@{}", relay.address);
        changed(&namespace, "socks", move |json| json["clusters"][0]["cluster"]["proxy-url"] = json!(url))
    };
    let cluster = Cluster::connect(via("hunter2")?).await?;
    assert_eq!(cluster.endpoint().proxy, Some(format!("socks5://{}", relay.address)));
    cluster.apply(&object(config_map("one", &json!({}))), &ApplyOptions::new("test")).await?;
    assert!(relay.passed() > 0);
    Ok(())
}

/// As in a pod: no kubeconfig, a token in a file that is replaced now and then, during a wait too.
#[tokio::test]
async fn in_a_pod_the_service_account_is_used_and_its_new_tokens() -> Result<()> {
    let (namespace, direct) = namespace("pod").await?;
    let relay = Relay::to(TestCluster::get().await?.server(), Manner::Pass).await?;
    let folder = tempfile::tempdir()?;
    let kubeconfig: Json = serde_json::from_slice(&std::fs::read(namespace.kubeconfig())?)?;
    let authority = kubeconfig["clusters"][0]["cluster"]["certificate-authority-data"].as_str();
    use base64::Engine as _;
    let authority = base64::engine::general_purpose::STANDARD.decode(authority.context("it has one")?)?;
    std::fs::write(folder.path().join("ca.crt"), authority)?;
    std::fs::write(folder.path().join("namespace"), namespace.name())?;
    std::fs::write(folder.path().join("token"), token(&direct, namespace.name()).await?)?;
    let port = relay.address.port().to_string();
    let variables = [("KUBERNETES_SERVICE_HOST", "127.0.0.1"), ("KUBERNETES_SERVICE_PORT", port.as_str())];
    let environment = Environment::new(variables, None).with_service_account(folder.path());
    let cluster = Cluster::connect(ClusterOptions { environment, ..ClusterOptions::default() }).await?;
    assert_eq!(cluster.default_namespace(), namespace.name());

    let mut json = deployment("web", 1, "ready");
    json["spec"]["template"]["metadata"]["annotations"]["longshore.dev/kwok-delay"] = json!("8s");
    let web = object(json);
    let applied = cluster.apply(&web, &ApplyOptions::new("test")).await?;
    let options = WaitOptions { timeout: Duration::from_mins(1), ..WaitOptions::default() };
    let waiting = cluster.wait(vec![WaitTarget::of(&web, applied.key)], &options, |_| {});
    let replacing = async {
        direct.delete(&Gvk::new("v1", "Secret"), None, "token", &DeleteOptions::default()).await?;
        std::fs::write(folder.path().join("token"), token(&direct, namespace.name()).await?)?;
        // Whatever is open with the old one ends.
        relay.cut();
        anyhow::Ok(())
    };
    let (waited, replaced) = tokio::join!(waiting, replacing);
    replaced?;
    waited?;
    Ok(())
}

#[tokio::test]
async fn a_host_without_an_address_is_told() -> Result<()> {
    let options = ClusterOptions {
        server: Some("https://no-such-host.invalid".to_owned()),
        ..ClusterOptions::default()
    };
    let error = Cluster::connect(options).await.expect_err("there is no such host");
    assert_eq!(error.diagnostic().code, "cluster/unknown-host", "{error:?}");
    Ok(())
}

/// A credential plugin: a script.
fn plugin(folder: &Path, script: &str) -> Result<String> {
    let file = folder.join("login");
    std::fs::write(&file, format!("#!/bin/sh\n{script}\n"))?;
    longshore_testkit::make_executable(&file)?;
    Ok(file.display().to_string())
}

fn with_plugin(namespace: &TestNamespace, command: &str) -> Result<ClusterOptions> {
    changed(namespace, "exec", |json| {
        json["users"][0]["user"] = json!({"exec": {
            "apiVersion": "client.authentication.k8s.io/v1", "command": command,
            "interactiveMode": "Never", "installHint": "ask Jane for the login program"}});
    })
}

/// A token of the namespace's service account, with all rights in the namespace.
async fn token(cluster: &Cluster, namespace: &str) -> Result<String> {
    let binding = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
        "metadata": {"name": "all"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "admin"},
        "subjects": [{"kind": "ServiceAccount", "name": "default", "namespace": namespace}]});
    cluster.apply(&object(binding), &ApplyOptions::new("test")).await?;
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/service-account-token",
        "metadata": {"name": "token", "annotations": {"kubernetes.io/service-account.name": "default"}}});
    cluster.create(&secret).await?;
    longshore_testkit::eventually("a token", Duration::from_secs(20), async || {
        let live = cluster.get(&Gvk::new("v1", "Secret"), None, "token").await?;
        let encoded = live.as_ref().and_then(|live| live["data"]["token"].as_str().map(str::to_owned));
        let Some(encoded) = encoded else { return Ok(None) };
        use base64::Engine as _;
        Ok(Some(String::from_utf8(base64::engine::general_purpose::STANDARD.decode(encoded)?)?))
    })
    .await
}

#[tokio::test]
async fn a_plugin_is_asked_again_when_its_token_is_no_longer_accepted() -> Result<()> {
    let (namespace, direct) = namespace("exec").await?;
    let folder = tempfile::tempdir()?;
    let good = token(&direct, namespace.name()).await?;
    // Without an expiry, nothing but the server's 401 tells that the token is over.
    let answer =
        r#"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}"#;
    let tokens = folder.path().join("token");
    let asked = folder.path().join("asked");
    let script = format!("echo x >> {}; printf '{answer}' \"$(cat {})\"", asked.display(), tokens.display());
    let command = plugin(folder.path(), &script)?;
    std::fs::write(&tokens, &good)?;
    let cluster = Cluster::connect(with_plugin(&namespace, &command)?).await?;
    let one = object(config_map("one", &json!({})));
    assert_eq!(cluster.apply(&one, &ApplyOptions::new("test")).await?.outcome, Outcome::Created);
    let before = std::fs::read_to_string(&asked)?.lines().count();

    // The token is taken back; the plugin has a new one.
    let secrets = Gvk::new("v1", "Secret");
    direct.delete(&secrets, None, "token", &DeleteOptions::default()).await?;
    let rejected =
        longshore_testkit::eventually("the old token's end", Duration::from_secs(30), async || {
            let options = ClusterOptions {
                kubeconfig: Some(namespace.kubeconfig()),
                token: Some(good.clone().into()),
                ..ClusterOptions::default()
            };
            Ok(Cluster::connect(options).await.err())
        });
    assert_eq!(rejected.await?.diagnostic().code, "cluster/unauthorized");
    std::fs::write(&tokens, token(&direct, namespace.name()).await?)?;
    // Many at once ask the plugin once.
    let again = (0..20).map(|_| cluster.get_live(&one, None));
    for live in futures::future::join_all(again).await {
        assert!(live?.is_some());
    }
    let asks = std::fs::read_to_string(&asked)?.lines().count() - before;
    // `kube` asks it up to three times for one client: for a token, and twice for a certificate.
    assert!((1..=3).contains(&asks), "{asks}");
    Ok(())
}

#[tokio::test]
async fn a_plugin_that_fails_is_told_with_its_words_and_without_its_output() -> Result<()> {
    let (namespace, _) = namespace("plugin").await?;
    let folder = tempfile::tempdir()?;
    let command = plugin(folder.path(), "echo hunter2; echo 'session expired' >&2; exit 3")?;
    let error = Cluster::connect(with_plugin(&namespace, &command)?).await.expect_err("it fails");
    let told = error.diagnostic();
    assert_eq!(told.code, "cluster/credential-plugin");
    assert!(told.message.contains("exit status: 3: session expired"), "{told}");
    let command = plugin(folder.path(), "echo 'hunter2: ['")?;
    let garbled = Cluster::connect(with_plugin(&namespace, &command)?).await.expect_err("no credential");
    assert!(garbled.diagnostic().message.contains("its output is not an ExecCredential"), "{garbled:?}");
    assert!(!format!("{told:?}{error:?}{error}{garbled:?}").contains("hunter2"), "{error:?}");
    let missing = with_plugin(&namespace, "no-such-login-program")?;
    let told = Cluster::connect(missing).await.expect_err("it is not there").diagnostic();
    assert!(told.notes.iter().any(|note| note == "ask Jane for the login program"), "{told:?}");
    assert_eq!(told.hint.as_deref(), Some("install `no-such-login-program`, or put it on the PATH"));
    Ok(())
}

#[tokio::test]
async fn keys_that_are_none_are_told() -> Result<()> {
    let (namespace, _) = namespace("keys").await?;
    let options = changed(&namespace, "keyless", |json| {
        json["users"][0]["user"]["client-key-data"] = json!("aHVudGVyMg==");
    })?;
    let error = Cluster::connect(options).await.expect_err("that is no key");
    let told = error.diagnostic();
    assert_eq!(told.code, "cluster/credentials", "{error:?}");
    assert!(told.message.contains("user `admin`"), "{told}");
    Ok(())
}
