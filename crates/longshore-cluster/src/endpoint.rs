//! Which cluster is meant, through which file and as whom: for messages, never with a secret in it.

use std::fmt;
use std::path::PathBuf;

use jiff::Timestamp;

/// A cluster as the user knows it. Everything in here may be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The server's address, without user name and password.
    pub server: String,
    /// The context's name; `None` in a pod, or where only an address was given.
    pub context: Option<String>,
    /// The file that the cluster's address came from; `None` in a pod.
    pub file: Option<PathBuf>,
    /// The user's name in the kubeconfig.
    pub user: Option<String>,
    /// The file that the user's entry came from.
    pub user_file: Option<PathBuf>,
    /// How the user proves who they are.
    pub credential: Credential,
    /// The proxy in between, without user name and password.
    pub proxy: Option<String>,
    /// The user that is acted as.
    pub acting_as: Option<String>,
}

impl Endpoint {
    /// An endpoint of which only the address is known: tests, tunnels.
    pub fn bare(server: impl Into<String>) -> Self {
        Self {
            server: server.into(),
            context: None,
            file: None,
            user: None,
            user_file: None,
            credential: Credential::None,
            proxy: None,
            acting_as: None,
        }
    }

    /// A short name: the context, or the address where there is none.
    pub fn name(&self) -> &str {
        self.context.as_deref().unwrap_or(&self.server)
    }

    /// The facts a reader needs to find a wrong entry, a line each.
    pub(crate) fn facts(&self) -> Vec<String> {
        let mut facts = vec![format!("server: {}", self.server)];
        if let Some(context) = &self.context {
            facts.push(format!("context: {context}"));
        }
        if let Some(file) = &self.file {
            facts.push(format!("kubeconfig: {}", file.display()));
        }
        if let Some(proxy) = &self.proxy {
            facts.push(format!("proxy: {proxy}"));
        }
        facts
    }
}

impl fmt::Display for Endpoint {
    /// `context staging (https://10.0.0.1:6443)`, or the address alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.context {
            Some(context) => write!(f, "context {context} ({})", self.server),
            None => f.write_str(&self.server),
        }
    }
}

/// The kind of a credential, with what may be said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// None at all: the server sees an anonymous user.
    None,
    /// A client certificate.
    Certificate {
        /// Whose it is: `O=system:masters, CN=admin`.
        subject: String,
        /// When it becomes and ceases to be valid.
        validity: (Timestamp, Timestamp),
    },
    /// A client certificate that could not be read.
    UnreadableCertificate {
        /// What is wrong with it.
        message: String,
    },
    /// A bearer token in the kubeconfig.
    Token {
        /// When it runs out, if it is a JWT that says so.
        expires: Option<Timestamp>,
    },
    /// A bearer token in a file that is read again every minute.
    TokenFile {
        /// The file.
        path: PathBuf,
    },
    /// A credential plugin.
    Exec {
        /// Its command, without arguments and environment.
        command: String,
        /// What its author says to people who do not have it.
        install_hint: Option<String>,
    },
    /// A plugin of the kind that Kubernetes removed in 1.26.
    AuthProvider {
        /// Its name: `oidc`, `gcp`, `azure`.
        name: String,
    },
    /// User name and password.
    Basic,
}

impl Credential {
    /// Whether getting the credential anew may give another one.
    pub(crate) fn refreshable(&self) -> bool {
        matches!(self, Self::TokenFile { .. } | Self::Exec { .. })
    }
}

impl fmt::Display for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("no credentials"),
            Self::Certificate { subject, .. } => write!(f, "client certificate {subject}"),
            Self::UnreadableCertificate { .. } => f.write_str("a client certificate"),
            Self::Token { .. } => f.write_str("a bearer token"),
            Self::TokenFile { path } => write!(f, "the token in {}", path.display()),
            Self::Exec { command, .. } => write!(f, "credential plugin {command}"),
            Self::AuthProvider { name } => write!(f, "auth provider {name}"),
            Self::Basic => f.write_str("user name and password"),
        }
    }
}
