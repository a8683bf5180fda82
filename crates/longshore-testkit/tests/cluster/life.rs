//! Starting, ending, and what is left when something goes wrong.

use std::time::Duration;

use longshore_testkit::cluster::{self, Lifetime, Place, Validity};
use longshore_testkit::{TestCluster, eventually};

use k8s_openapi::api::core::v1::{Namespace, Node, Pod};
use kube::Api;
use kube::api::ListParams;

#[tokio::test]
async fn a_cluster_of_its_own_ends_with_its_holder() {
    let cluster = TestCluster::start("life").await.unwrap();
    let record = cluster.record().clone();
    let names: Vec<_> = record.components.iter().map(|component| component.name.as_str()).collect();
    assert_eq!(names, ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"]);
    assert!(record.is_alive());

    let nodes = Api::<Node>::all(cluster.client().await.unwrap()).list(&ListParams::default()).await.unwrap();
    assert_eq!(nodes.items.len(), 3);
    assert!(Place::all().unwrap().iter().any(|place| place.name() == record.name));

    drop(cluster);
    for component in &record.components {
        assert!(!component.process.is_alive(), "{} is left", component.name);
    }
    assert!(!Place::of(&record.name).unwrap().folder().exists());
}

#[tokio::test]
async fn a_detached_cluster_is_found_again_and_replaced_when_broken() {
    let name = format!("accident-{}", std::process::id());
    let quiet = |_: &str| {};
    let first = cluster::up(&name, Lifetime::UntilSwept, &quiet).await.unwrap();
    assert!(!first.was_found());
    let again = cluster::up(&name, Lifetime::UntilSwept, &quiet).await.unwrap();
    assert!(again.was_found());
    assert_eq!(first.record().components[1].process, again.record().components[1].process);

    // An accident: the API server is gone. The next start notices, clears up and begins anew.
    let server = first.record().components[1].process.pid;
    let killed = longshore_testkit::Program::new("sh").unwrap().args(["-c", &format!("kill -9 {server}")]);
    assert_eq!(killed.run().unwrap().code, Some(0));
    eventually("the accident", Duration::from_secs(10), async || {
        Ok((!first.record().is_alive()).then_some(()))
    })
    .await
    .unwrap();
    let second = cluster::up(&name, Lifetime::UntilSwept, &quiet).await.unwrap();
    assert!(!second.was_found());
    assert!(first.record().components.iter().all(|component| !component.process.is_alive()));
    assert!(second.record().is_alive());

    assert!(cluster::down(&name, &quiet).await.unwrap());
    assert!(second.record().components.iter().all(|component| !component.process.is_alive()));
    assert!(!second.place().folder().exists());
    assert!(!cluster::down(&name, &quiet).await.unwrap(), "there is nothing left to take down");
}

#[tokio::test]
async fn namespaces_are_separate_and_go_away() {
    let cluster = TestCluster::get().await.unwrap();
    let one = cluster.namespace("separate").await.unwrap();
    let two = cluster.namespace("separate").await.unwrap();
    assert_ne!(one.name(), two.name());

    let client = one.client().await.unwrap();
    assert_eq!(client.default_namespace(), one.name());
    let gone = one.name().to_owned();
    drop(one);
    let namespaces: Api<Namespace> = Api::all(client);
    eventually("the end of the namespace", Duration::from_mins(1), async || {
        Ok(namespaces.get_opt(&gone).await?.is_none().then_some(()))
    })
    .await
    .unwrap();
    assert!(namespaces.get_opt(two.name()).await.unwrap().is_some());
}

#[tokio::test]
async fn other_users_have_no_rights_and_may_be_expired() {
    let cluster = TestCluster::get().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jane");

    cluster.write_kubeconfig_as(&path, "jane", Some("developers"), Validity::Long).unwrap();
    let pods: Api<Pod> = Api::namespaced(cluster::client(&path).await.unwrap(), "default");
    let error = pods.list(&ListParams::default()).await.unwrap_err().to_string();
    assert!(error.contains(r#"User "jane" cannot list resource "pods""#), "{error}");

    cluster.write_kubeconfig_as(&path, "jane", None, Validity::Expired).unwrap();
    let pods: Api<Pod> = Api::namespaced(cluster::client(&path).await.unwrap(), "default");
    let error = pods.list(&ListParams::default()).await.unwrap_err().to_string();
    assert!(error.contains("Unauthorized"), "{error}");
}
