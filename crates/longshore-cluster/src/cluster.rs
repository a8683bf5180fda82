//! One API server as one user.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use kube::Client;
use longshore_object::Gvk;
use serde::Deserialize;
use tokio::sync::OnceCell;

use crate::discovery::{self, Cache, Discovery, Resource};
use crate::endpoint::Endpoint;
use crate::error::{Error, Subject, UnknownKind};
use crate::kubeconfig::{self, KubeconfigError, Target};
use crate::options::{ClusterOptions, RetryPolicy};
use crate::transport::{self, ConnectError, ConnectProblem, Failure, Reply, Request, Transport};

/// A cluster, whatever name it is reached by. Two contexts that lead to one cluster have one id.
///
/// It is the uid of the namespace `kube-system`, which is as old as the cluster and never replaced; or,
/// where the user may not read that, a digest-like text of the server's address (`address:https://…`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClusterId(String);

impl ClusterId {
    /// From a stored text.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClusterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the server says of itself: `GET /version`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    /// `1`
    pub major: String,
    /// `36`; some providers append a plus sign.
    pub minor: String,
    /// `v1.36.3`, perhaps with a provider's suffix.
    pub git_version: String,
    /// Operating system and architecture: `linux/amd64`.
    #[serde(default)]
    pub platform: String,
}

/// Whether its holder may still write: a lease, a lock.
///
/// It is asked right before each attempt of a request that may change something, second attempts included, so
/// that a process which was frozen in the middle writes nothing when it wakes up.
pub trait WriteGuard: Send + Sync {
    /// Whether writing is allowed at this moment.
    fn holds(&self) -> bool;

    /// Comes back when it may be allowed again; never, if it will not be.
    fn regained(&self) -> BoxFuture<'_, ()>;
}

/// One API server as one user. Clones are cheap and share connections, limits and discovery.
#[derive(Clone)]
pub struct Cluster {
    inner: Arc<Inner>,
    guard: Option<Arc<dyn WriteGuard>>,
}

struct Inner {
    transport: Transport,
    endpoint: Arc<Endpoint>,
    namespace: String,
    watch_limit: Duration,
    version: OnceCell<Version>,
    id: OnceCell<ClusterId>,
    discovery: Cache,
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster").field("endpoint", &self.inner.endpoint).finish_non_exhaustive()
    }
}

impl Cluster {
    /// Chooses a cluster, logs in, and asks it for its version: what is wrong with address, certificate
    /// or credentials shows here and not in the middle of a deploy.
    ///
    /// # Errors
    /// [`Error::Kubeconfig`] before anything is sent; [`Error::Connection`] and [`Error::Unauthorized`]
    /// within the connect timeout (a server that accepts and never answers takes the request timeout).
    ///
    /// ```
    /// use longshore_cluster::{Cluster, ClusterOptions};
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # runtime.block_on(async {
    /// let options = ClusterOptions { server: Some("http://127.0.0.1:9".into()), ..ClusterOptions::default() };
    /// let error = Cluster::connect(options).await.unwrap_err();
    /// assert_eq!(
    ///     error.diagnostic().message,
    ///     "no cluster answers at http://127.0.0.1:9: connection refused"
    /// );
    /// # });
    /// ```
    pub async fn connect(options: ClusterOptions) -> Result<Self, Error> {
        let cluster = Self::choose(options).await?;
        cluster.fetch_version().await?;
        Ok(cluster)
    }

    /// Chooses a cluster, and asks it for nothing yet.
    ///
    /// # Errors
    /// [`Error::Kubeconfig`], and [`Error::Connection`] where a plugin gives no credentials.
    pub async fn choose(options: ClusterOptions) -> Result<Self, Error> {
        let Target { config, endpoint } = kubeconfig::load(&options)?;
        let namespace = config.default_namespace.clone();
        let endpoint = Arc::new(endpoint);
        let renewal = endpoint.credential.refreshable().then(|| Box::new(config.clone()));
        let client = transport::client(config).await.map_err(|error| unbuildable(&error, &endpoint))?;
        let transport =
            Transport::new(client, renewal, options.concurrency, options.retry, options.request_timeout);
        Ok(Self::with(transport, endpoint, namespace, options.watch_limit))
    }

    /// A cluster behind a client that somebody else made: a tunnel, or a test's server. Nothing is sent.
    pub fn from_client(client: Client, endpoint: Endpoint, retry: RetryPolicy) -> Self {
        let namespace = client.default_namespace().to_owned();
        let defaults = ClusterOptions::default();
        let timeout = defaults.request_timeout;
        let transport = Transport::new(client, None, defaults.concurrency, retry, timeout);
        Self::with(transport, Arc::new(endpoint), namespace, defaults.watch_limit)
    }

    fn with(transport: Transport, endpoint: Arc<Endpoint>, namespace: String, watch_limit: Duration) -> Self {
        Self {
            inner: Arc::new(Inner {
                transport,
                endpoint,
                namespace,
                watch_limit,
                version: OnceCell::new(),
                id: OnceCell::new(),
                discovery: Cache::default(),
            }),
            guard: None,
        }
    }

    /// How long the server keeps one watch open.
    pub(crate) fn watch_limit(&self) -> Duration {
        self.inner.watch_limit
    }

    /// The same cluster, with a guard that is asked before each write.
    #[must_use]
    pub fn guarded(&self, guard: Arc<dyn WriteGuard>) -> Self {
        Self { inner: Arc::clone(&self.inner), guard: Some(guard) }
    }

    /// The name that the user knows it by: the context, or the address where there is none.
    pub fn name(&self) -> &str {
        self.inner.endpoint.name()
    }

    /// Address, context, file and user, for messages.
    pub fn endpoint(&self) -> &Endpoint {
        &self.inner.endpoint
    }

    pub(crate) fn endpoint_shared(&self) -> &Arc<Endpoint> {
        &self.inner.endpoint
    }

    /// The namespace for objects that name none: the option's, or the context's, or `default`.
    pub fn default_namespace(&self) -> &str {
        &self.inner.namespace
    }

    /// How many requests were sent so far, second attempts included.
    pub fn requests(&self) -> u64 {
        self.inner.transport.sent()
    }

    /// The version that the server told when it was connected to; empty for
    /// [`Cluster::from_client`] until [`Cluster::fetch_version`] was called.
    pub fn version(&self) -> Version {
        self.inner.version.get().cloned().unwrap_or_default()
    }

    /// The server's version, asked for if it is not known yet.
    pub async fn fetch_version(&self) -> Result<Version, Error> {
        self.inner.version.get_or_try_init(|| self.ask_version()).await.cloned()
    }

    async fn ask_version(&self) -> Result<Version, Error> {
        let at = Subject::new("ask for the server's version");
        let version = discovery::server_version(&self.inner.transport).await;
        version.map_err(|problem| self.problem(problem, at))
    }

    /// Which cluster this is, whatever it is called. Asked for once.
    pub async fn id(&self) -> Result<ClusterId, Error> {
        self.inner.id.get_or_try_init(|| self.ask_id()).await.cloned()
    }

    async fn ask_id(&self) -> Result<ClusterId, Error> {
        match self.get(&Gvk::new("v1", "Namespace"), None, "kube-system").await {
            Ok(Some(namespace)) => {
                let uid = namespace.pointer("/metadata/uid").and_then(|uid| uid.as_str());
                Ok(match uid {
                    Some(uid) => ClusterId::new(uid),
                    None => self.id_by_address(),
                })
            }
            Ok(None) => Ok(self.id_by_address()),
            Err(error) if error.is_forbidden() => Ok(self.id_by_address()),
            Err(error) => Err(error),
        }
    }

    fn id_by_address(&self) -> ClusterId {
        ClusterId::new(format!("address:{}", self.inner.endpoint.server))
    }

    /// What the server serves. Asked for once per process; see [`Cluster::refresh_discovery`].
    pub async fn discovery(&self) -> Result<Arc<Discovery>, Error> {
        let found = self.inner.discovery.get(&self.inner.transport).await;
        found.map_err(|problem| self.problem(problem, Subject::new("discover kinds")))
    }

    /// What the server serves now.
    pub async fn refresh_discovery(&self) -> Result<Arc<Discovery>, Error> {
        let found = self.inner.discovery.refresh(&self.inner.transport).await;
        found.map_err(|problem| self.problem(problem, Subject::new("discover kinds")))
    }

    /// How the server serves a kind. An unknown kind is looked for once more in a new snapshot, and for
    /// some seconds if a CustomResourceDefinition was just written through this cluster.
    ///
    /// # Errors
    /// [`Error::UnknownKind`] with the group versions that do have the kind, or the nearest kind.
    pub async fn resource(&self, gvk: &Gvk) -> Result<Resource, Error> {
        self.resource_for(gvk, || Subject::many("look up", gvk, None)).await
    }

    pub(crate) async fn resource_for(&self, gvk: &Gvk, at: impl Fn() -> Subject) -> Result<Resource, Error> {
        let current = self.inner.discovery.current();
        match &current {
            Some(discovery) => {
                if let Some(resource) = discovery.resource(gvk) {
                    return Ok(resource.clone());
                }
            }
            None => {
                if let Some(resource) = Resource::builtin(gvk) {
                    return Ok(resource);
                }
            }
        }
        let mut discovery = match current {
            Some(_) => self.refresh_discovery().await?,
            None => self.discovery().await?,
        };
        loop {
            if let Some(resource) = discovery.resource(gvk) {
                return Ok(resource.clone());
            }
            if self.inner.discovery.settling_until().is_none() {
                return Err(unknown_kind(gvk, at(), &discovery));
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
            discovery = self.refresh_discovery().await?;
        }
    }

    pub(crate) fn definition_written(&self) {
        self.inner.discovery.definition_written();
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.inner.transport
    }

    pub(crate) async fn send(&self, request: &Request) -> Result<Reply, Failure> {
        self.inner.transport.send(request, self.guard.as_ref()).await
    }

    fn problem(&self, problem: discovery::Problem, at: Subject) -> Error {
        match problem {
            discovery::Problem::Failure(failure) => Error::of(failure, at, &self.inner.endpoint, None),
            discovery::Problem::Answer(message) => Error::Answer { at: Box::new(at), message },
        }
    }
}

/// The error for a kind that `discovery` does not have.
pub(crate) fn unknown_kind(gvk: &Gvk, at: Subject, discovery: &Discovery) -> Error {
    let group = |version: &&String| Gvk::new(version, "").group == gvk.group;
    Error::UnknownKind(Box::new(UnknownKind {
        gvk: gvk.clone(),
        at,
        elsewhere: discovery.elsewhere(gvk),
        nearest: discovery.nearest(gvk),
        unavailable: discovery.unavailable().iter().filter(group).cloned().collect(),
    }))
}

/// Why a client could not be built: the plugin, or keys that are none.
fn unbuildable(error: &kube::Error, endpoint: &Arc<Endpoint>) -> Error {
    let mut failure = ConnectError::of_client(error);
    if let ConnectProblem::Other { message } | ConnectProblem::Tls { message } = &failure.problem {
        if endpoint.user.is_some() {
            failure = ConnectError::new(ConnectProblem::Credentials { message: message.clone() });
        } else {
            let entry = KubeconfigError::Entry {
                what: "cluster",
                name: endpoint.name().to_owned(),
                file: endpoint.file.clone(),
                message: message.clone(),
            };
            return entry.into();
        }
    }
    Error::Connection { endpoint: Arc::clone(endpoint), error: Box::new(failure) }
}
