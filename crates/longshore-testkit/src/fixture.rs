//! How tests get a cluster.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use kube::Client;
use tokio::sync::OnceCell;

use crate::cluster::{self, Lifetime, Nodes, Place, Record, Running, Validity};
use crate::image::Image;
use crate::namespace::TestNamespace;

/// The variable that names a running cluster for tests to use. `cargo xtask test` and `ci` set it, so that all test
/// programs share one; without it each test program starts its own.
pub const CLUSTER_VARIABLE: &str = "LONGSHORE_TEST_CLUSTER";

/// The variable that names a running cluster with a real node; `cargo xtask e2e` sets it.
pub const REAL_CLUSTER_VARIABLE: &str = "LONGSHORE_TEST_REAL_CLUSTER";

/// The variable that says where the stand-in service lies as a static program; `cargo xtask e2e` sets it.
pub const STAND_IN_VARIABLE: &str = "LONGSHORE_TEST_STAND_IN";

/// A control plane with simulated nodes, or a real one, that a test may use.
///
/// One that this process started is gone when the process is, even if it is killed.
#[derive(Debug)]
pub struct TestCluster {
    place: Place,
    record: Record,
    // Held, because it ends with it.
    _running: Option<Running>,
}

/// The cluster of this process, or why there is none; tried once, because trying takes long.
static SHARED: OnceCell<Result<TestCluster, String>> = OnceCell::const_new();

/// The same with a real node.
static REAL: OnceCell<Result<TestCluster, String>> = OnceCell::const_new();

impl TestCluster {
    /// The cluster that the tests of this process share. Work in a [`namespace`](Self::namespace) of your own, and
    /// change nothing that belongs to all: for that, [`start`](Self::start) another.
    ///
    /// # Errors
    ///
    /// If the programs are not built yet, the error names the command that builds them. A test must fail then: there is
    /// no skipping.
    pub async fn get() -> Result<&'static Self> {
        let shared =
            SHARED.get_or_init(|| async { Self::shared().await.map_err(|error| format!("{error:#}")) }).await;
        shared.as_ref().map_err(|error| anyhow!("{error}"))
    }

    async fn shared() -> Result<Self> {
        match std::env::var(CLUSTER_VARIABLE) {
            Ok(name) if !name.is_empty() => Self::running(CLUSTER_VARIABLE, &name, ""),
            _ => Self::start("shared").await,
        }
    }

    /// The cluster with a real node that the tests of this process share. It has busybox's image
    /// ([`BUSYBOX`](crate::image::BUSYBOX)); others are [imported](Self::import). What was said of [`get`](Self::get)
    /// holds here, too. A test that uses it is `#[ignore]`d, so that only `cargo xtask e2e` runs it.
    pub async fn real() -> Result<&'static Self> {
        let shared =
            REAL.get_or_init(|| async { Self::shared_real().await.map_err(|error| format!("{error:#}")) });
        shared.await.as_ref().map_err(|error| anyhow!("{error}"))
    }

    async fn shared_real() -> Result<Self> {
        match std::env::var(REAL_CLUSTER_VARIABLE) {
            Ok(name) if !name.is_empty() => Self::running(REAL_CLUSTER_VARIABLE, &name, "--real "),
            _ => Self::start_with("real", &Nodes::Real(Vec::new())).await,
        }
    }

    /// A cluster that runs already.
    fn running(variable: &str, name: &str, flag: &str) -> Result<Self> {
        let place = Place::of(name).with_context(|| format!("{variable} is wrong"))?;
        match place.read()? {
            Some(record) if record.is_alive() => Ok(Self { place, record, _running: None }),
            _ => bail!(
                "{variable} names the cluster {name}, which does not run; \
                 start it with `cargo xtask cluster up {flag}--name {name}`, or unset the variable"
            ),
        }
    }

    /// Starts a cluster for this test alone: the second of several, or one that the test is going to damage. It takes
    /// some seconds and 550 MiB, and ends when it is dropped.
    pub async fn start(name: &str) -> Result<Self> {
        Self::start_with(name, &Nodes::Simulated).await
    }

    /// The same with the nodes that the test wants.
    pub async fn start_with(name: &str, nodes: &Nodes) -> Result<Self> {
        // What test programs left behind that could not clear up after themselves.
        cluster::sweep().await?;
        let name = format!("test-{}-{name}", std::process::id());
        let running = cluster::up_with(&name, Lifetime::Process, nodes, &|_| {}).await?;
        Ok(Self { place: running.place().clone(), record: running.record().clone(), _running: Some(running) })
    }

    /// The kubeconfig of its administrator.
    pub fn kubeconfig(&self) -> PathBuf {
        self.place.kubeconfig()
    }

    /// The address of its API server.
    pub fn server(&self) -> &str {
        &self.record.server
    }

    /// The version of Kubernetes, as `v1.36.3`.
    pub fn version(&self) -> &str {
        &self.record.kubernetes
    }

    /// Makes an image if need be, and imports it into a cluster with a real node.
    pub async fn import(&self, image: &Image) -> Result<()> {
        let image = image.clone();
        let making = tokio::task::spawn_blocking(move || image.archive());
        let archive = making.await.context("the image could not be waited for")??;
        cluster::real::import(&self.place, &self.record, &[archive]).await
    }

    /// The address of a real node, at which its ports are reached from here.
    pub fn node_address(&self) -> Option<Ipv4Addr> {
        Some(self.record.node.as_ref()?.network?.node())
    }

    /// The logs of its programs.
    pub fn logs(&self) -> PathBuf {
        self.place.file("logs")
    }

    /// What runs, for tests that end a part of it.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// A client with all rights. It belongs to the runtime of the test that asks, so ask in every test.
    pub async fn client(&self) -> Result<Client> {
        cluster::client(&self.kubeconfig()).await
    }

    /// Makes a namespace for one test, ready for pods. Its name begins with `name`, and it is deleted when dropped.
    pub async fn namespace(&self, name: &str) -> Result<TestNamespace> {
        TestNamespace::create(&self.kubeconfig(), name).await
    }

    /// Writes a kubeconfig for another user, who has no rights but those that the test gives them (by a RoleBinding to
    /// the user or the group), or whose certificate has expired.
    pub fn write_kubeconfig_as(
        &self,
        path: &Path,
        user: &str,
        group: Option<&str>,
        validity: Validity,
    ) -> Result<()> {
        cluster::kubeconfig_as(&self.place, self.server(), path, user, group, validity)
    }
}
