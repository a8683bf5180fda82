//! What a caller says about the cluster to talk to.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;

/// How to reach a cluster. The default is what `kubectl` would do without any flag.
///
/// ```
/// use longshore_cluster::{ClusterOptions, Environment};
/// let options = ClusterOptions {
///     context: Some("staging".to_owned()),
///     environment: Environment::from_process(),
///     ..ClusterOptions::default()
/// };
/// assert_eq!(options.concurrency, 16);
/// ```
#[derive(Debug, Clone)]
pub struct ClusterOptions {
    /// `--kubeconfig`: this one file instead of `$KUBECONFIG` and `~/.kube/config`.
    pub kubeconfig: Option<PathBuf>,
    /// `--context`: instead of the file's `current-context`.
    pub context: Option<String>,
    /// `--namespace`: instead of the context's namespace.
    pub namespace: Option<String>,
    /// Replaces the server's address.
    pub server: Option<String>,
    /// Replaces the user's credentials by a bearer token.
    pub token: Option<SecretString>,
    /// Replaces the certificate authority: a PEM file.
    pub certificate_authority: Option<PathBuf>,
    /// The name that the server's certificate must carry, instead of the host in its address.
    pub tls_server_name: Option<String>,
    /// Trusts whatever certificate the server shows.
    pub insecure_skip_tls_verify: bool,
    /// Acts as somebody else (`--as`, `--as-group`, `--as-uid`).
    pub impersonate: Option<Impersonation>,
    /// How long a TCP and TLS handshake may take. Short, so that a wrong address is found in seconds.
    pub connect_timeout: Duration,
    /// How long one request may take, answer included. Watches and logs are not bound by it.
    pub request_timeout: Duration,
    /// How long the server keeps one watch open, in whole seconds. Short, because a dead connection is noticed only
    /// when nothing was heard for a quarter longer.
    pub watch_limit: Duration,
    /// How many requests may be on their way at once. Watches do not count.
    pub concurrency: usize,
    /// How often and how long a request is tried again.
    pub retry: RetryPolicy,
    /// The environment variables that matter here, captured once by whoever starts the process.
    pub environment: Environment,
}

impl Default for ClusterOptions {
    fn default() -> Self {
        Self {
            kubeconfig: None,
            context: None,
            namespace: None,
            server: None,
            token: None,
            certificate_authority: None,
            tls_server_name: None,
            insecure_skip_tls_verify: false,
            impersonate: None,
            connect_timeout: Duration::from_secs(5),
            request_timeout: Duration::from_mins(1),
            watch_limit: Duration::from_mins(1),
            concurrency: 16,
            retry: RetryPolicy::default(),
            environment: Environment::default(),
        }
    }
}

/// The user to act as. The server decides whether that is allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Impersonation {
    /// User name, or `system:serviceaccount:NAMESPACE:NAME`.
    pub user: String,
    /// Groups.
    pub groups: Vec<String>,
    /// Unique id.
    pub uid: Option<String>,
}

/// How often and how long a request is tried again before its failure is final.
///
/// The waits double from `first` to `longest`; a `Retry-After` of the server replaces them. They end
/// when `attempts` are used up or the waits would add up to more than `budget`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts in all, the first included.
    pub attempts: u32,
    /// The first wait.
    pub first: Duration,
    /// The longest wait, unless the server asks for more.
    pub longest: Duration,
    /// All waits of one request together.
    pub budget: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 10,
            first: Duration::from_millis(100),
            longest: Duration::from_secs(5),
            budget: Duration::from_secs(30),
        }
    }
}

/// The environment variables that say where clusters are, as a value.
///
/// Nothing in this crate reads the process environment by itself, but for what `kube` passes on to
/// credential plugins.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    home: Option<PathBuf>,
    /// Instead of where pods find their service account.
    service_account: Option<PathBuf>,
}

impl Environment {
    /// The variables that are read, in the order of their precedence.
    pub const VARIABLES: [&'static str; 9] = [
        "KUBECONFIG",
        "HTTPS_PROXY",
        "https_proxy",
        "HTTP_PROXY",
        "http_proxy",
        "NO_PROXY",
        "no_proxy",
        "KUBERNETES_SERVICE_HOST",
        "KUBERNETES_SERVICE_PORT",
    ];

    /// Reads [`Environment::VARIABLES`] and the home folder of the process, now.
    pub fn from_process() -> Self {
        Self {
            variables: Self::VARIABLES
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?)))
                .collect(),
            home: std::env::home_dir(),
            service_account: None,
        }
    }

    /// An environment with these variables and this home folder only.
    pub fn new<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>, home: Option<PathBuf>) -> Self {
        Self {
            variables: variables
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            home,
            service_account: None,
        }
    }

    /// The same with the pod's service account in another folder than `/var/run/secrets/kubernetes.io/serviceaccount`.
    #[must_use]
    pub fn with_service_account(self, folder: impl Into<PathBuf>) -> Self {
        Self { service_account: Some(folder.into()), ..self }
    }

    /// Where a pod finds its service account.
    pub(crate) fn service_account(&self) -> &Path {
        const USUAL: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
        self.service_account.as_deref().unwrap_or(Path::new(USUAL))
    }

    /// The value of the first of `names` that is set and not empty.
    pub(crate) fn first(&self, names: &[&str]) -> Option<&str> {
        names
            .iter()
            .filter_map(|name| self.variables.get(*name))
            .map(String::as_str)
            .find(|value| !value.is_empty())
    }

    /// The home folder.
    pub(crate) fn home(&self) -> Option<&PathBuf> {
        self.home.as_ref()
    }
}

impl fmt::Debug for Environment {
    /// Names only: a proxy's address may carry a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}
