//! Reaching a cluster, and being told why not.

use std::time::Duration;

use anyhow::Result;
use longshore_cluster::{Cluster, ClusterOptions, Environment, Error, Impersonation, Selector};
use longshore_object::Gvk;
use longshore_testkit::TestCluster;
use longshore_testkit::cluster::Validity;

use crate::namespace;

#[tokio::test]
async fn a_cluster_has_a_version_and_one_id_under_all_its_names() -> Result<()> {
    let (_namespace, cluster) = namespace("connect").await?;
    let test = TestCluster::get().await?;
    assert_eq!(cluster.version().git_version, test.version());
    assert_eq!(cluster.endpoint().server, test.server());
    let kubeconfig = test.kubeconfig().display().to_string();
    let missing = "/nonexistent/kubeconfig:";
    let environment = Environment::new([("KUBECONFIG", &*format!("{missing}{kubeconfig}"))], None);
    let other = Cluster::connect(ClusterOptions { environment, ..ClusterOptions::default() }).await?;
    assert_eq!(other.id().await?, cluster.id().await?);
    assert_eq!(cluster.id().await?.as_str().len(), 36, "a uid");
    Ok(())
}

#[tokio::test]
async fn an_expired_certificate_is_told_with_its_date() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("expired");
    TestCluster::get().await?.write_kubeconfig_as(&file, "jane", None, Validity::Expired)?;
    let options = ClusterOptions { kubeconfig: Some(file.clone()), ..ClusterOptions::default() };
    let error = Cluster::connect(options).await.expect_err("the certificate has expired");
    let told = error.diagnostic();
    assert_eq!(told.code, "cluster/credentials-expired");
    assert!(told.message.contains("jane") && told.message.contains("expired on 20"), "{told}");
    assert!(told.notes.iter().any(|note| note.contains(&*file.to_string_lossy())), "{told:?}");
    Ok(())
}

#[tokio::test]
async fn a_token_that_is_not_known_is_told_without_showing_it() -> Result<()> {
    let (namespace, _) = namespace("token").await?;
    let options = ClusterOptions {
        kubeconfig: Some(namespace.kubeconfig()),
        token: Some("hunter2hunter2".to_owned().into()),
        ..ClusterOptions::default()
    };
    let error = Cluster::connect(options).await.expect_err("there is no such token");
    let told = format!("{:?} {error:?} {error}", error.diagnostic());
    assert!(told.contains("cluster/unauthorized"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
    Ok(())
}

#[tokio::test]
async fn a_server_of_another_authority_is_not_trusted() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("ca.pem");
    let key = rcgen::KeyPair::generate()?;
    let other = rcgen::CertificateParams::new(Vec::new())?.self_signed(&key)?;
    std::fs::write(&file, other.pem())?;
    let options = ClusterOptions {
        kubeconfig: Some(TestCluster::get().await?.kubeconfig()),
        certificate_authority: Some(file),
        ..ClusterOptions::default()
    };
    let error = Cluster::connect(options).await.expect_err("the authority is another");
    assert_eq!(error.diagnostic().code, "cluster/untrusted", "{error:?}");
    Ok(())
}

#[tokio::test]
async fn a_name_that_the_certificate_lacks_is_not_trusted_and_one_that_it_has_is() -> Result<()> {
    let kubeconfig = Some(TestCluster::get().await?.kubeconfig());
    let options = |name: &str| ClusterOptions {
        kubeconfig: kubeconfig.clone(),
        tls_server_name: Some(name.to_owned()),
        ..ClusterOptions::default()
    };
    Cluster::connect(options("kubernetes.default.svc")).await?;
    let error = Cluster::connect(options("kubernetes.example")).await.expect_err("another name");
    assert_eq!(error.diagnostic().code, "cluster/untrusted", "{error:?}");
    Ok(())
}

#[tokio::test]
async fn nobody_listening_is_told_at_once() -> Result<()> {
    let (namespace, _) = namespace("refused").await?;
    let options = ClusterOptions {
        kubeconfig: Some(namespace.kubeconfig()),
        server: Some("https://127.0.0.1:1".to_owned()),
        ..ClusterOptions::default()
    };
    let connecting = tokio::time::timeout(Duration::from_secs(3), Cluster::connect(options));
    let told = connecting.await?.expect_err("nobody listens there").diagnostic();
    assert_eq!(told.code, "cluster/refused");
    assert_eq!(told.message, "no cluster answers at https://127.0.0.1:1: connection refused");
    Ok(())
}

#[tokio::test]
async fn an_address_that_swallows_everything_takes_the_connect_timeout() -> Result<()> {
    // A listener whose queue is never emptied completes TCP and never speaks TLS.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let options = ClusterOptions {
        server: Some(format!("https://{}", listener.local_addr()?)),
        connect_timeout: Duration::from_millis(300),
        ..ClusterOptions::default()
    };
    let connecting = tokio::time::timeout(Duration::from_secs(3), Cluster::connect(options));
    let error = connecting.await?.expect_err("nobody answers there");
    assert_eq!(error.diagnostic().code, "cluster/connect-timeout", "{error:?}");
    Ok(())
}

#[tokio::test]
async fn another_server_is_not_taken_for_a_cluster() -> Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(async move {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let page = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>";
        let (mut stream, _) = listener.accept().await?;
        let _ = stream.read(&mut [0; 4096]).await?;
        stream.write_all(page.as_bytes()).await
    });
    let options = ClusterOptions { server: Some(format!("http://{address}")), ..ClusterOptions::default() };
    let error = Cluster::connect(options).await.expect_err("that is a web page");
    assert!(matches!(error, Error::Answer { .. }), "{error:?}");
    server.await??;
    let told = error.diagnostic();
    assert_eq!(told.hint.as_deref(), Some("is the address that of a Kubernetes API server?"));
    Ok(())
}

#[tokio::test]
async fn without_a_role_the_verb_and_the_resource_are_named() -> Result<()> {
    let (namespace, _) = namespace("forbidden").await?;
    let options = ClusterOptions {
        kubeconfig: Some(namespace.kubeconfig()),
        impersonate: Some(Impersonation { user: "jane".to_owned(), ..Impersonation::default() }),
        ..ClusterOptions::default()
    };
    let cluster = Cluster::connect(options).await?;
    let secrets = Gvk::new("v1", "Secret");
    let error = cluster.list(&secrets, Some(namespace.name()), &Selector::default()).await;
    let error = error.expect_err("jane has no role");
    assert!(error.is_forbidden(), "{error:?}");
    let told = error.diagnostic();
    let name = namespace.name();
    assert_eq!(
        told.message,
        format!("list Secret in {name}: user `jane` may not list secrets in namespace `{name}`")
    );
    // Who may not read kube-system still has an id to go by.
    assert!(cluster.id().await?.as_str().starts_with("address:https://"));
    Ok(())
}
