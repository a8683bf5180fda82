//! Everything that can go wrong with a cluster, as types, each with the next thing to do.
//!
//! An [`Error`] says what was being done, to which object, and where that object was written. Its
//! [`Error::diagnostic`] is what people see. Tokens, keys and the contents of objects never get in:
//! what the server or a plugin said is quoted, what we sent is not.

mod client_go;
mod diagnostic;
mod locate;
mod refused;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use longshore_diag::{Diagnostic, Place};
use longshore_object::diagnosis::Meaning;
use longshore_object::{Gvk, Object, ObjectKey};

pub(crate) use refused::undecoded;
pub use refused::{FieldConflict, InvalidField, Refusal};

use crate::endpoint::{Credential, Endpoint};
use crate::kubeconfig::KubeconfigError;
use crate::status::Status;
use crate::transport::{ConnectError, Failure};

/// What failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No cluster could be chosen.
    #[error(transparent)]
    Kubeconfig(#[from] Box<KubeconfigError>),
    /// The cluster could not be reached, or broke off.
    #[error("{endpoint} cannot be reached")]
    Connection {
        /// The cluster.
        endpoint: Arc<Endpoint>,
        /// What happened.
        error: Box<ConnectError>,
    },
    /// The server does not know who is asking (401).
    #[error("{endpoint} does not accept the credentials")]
    Unauthorized {
        /// The cluster and the credential.
        endpoint: Arc<Endpoint>,
        /// Why, as far as the credential itself tells.
        why: Unauthorized,
    },
    /// The server answered, and said no.
    #[error(transparent)]
    Refused(Box<Refused>),
    /// The server has no such kind, even after asking it again.
    #[error(transparent)]
    UnknownKind(Box<UnknownKind>),
    /// The server's answer makes no sense.
    #[error("{at}: the server's answer cannot be read: {message}")]
    Answer {
        /// What was being done.
        at: Box<Subject>,
        /// What is wrong with it.
        message: String,
    },
    /// Nothing happened for the time that the caller allowed.
    #[error("{at}: not finished after {} s", after.as_secs())]
    Deadline {
        /// What was being done.
        at: Box<Subject>,
        /// The time.
        after: std::time::Duration,
        /// What is still in the way, and what to do about it.
        because: Option<Box<Meaning>>,
    },
}

/// A kind that the server does not have.
#[derive(Debug, thiserror::Error)]
#[error("{}: the cluster has no kind `{}` in `{}`", at.action, gvk.kind, gvk.api_version())]
pub struct UnknownKind {
    /// The kind.
    pub gvk: Gvk,
    /// What was being done.
    pub at: Subject,
    /// Where the server has that kind instead, as `group/version`.
    pub elsewhere: Vec<String>,
    /// The kind that was most likely meant.
    pub nearest: Option<String>,
    /// `group/version` whose server did not answer, so that the kind may be theirs.
    pub unavailable: Vec<String>,
}

/// A refusal with everything around it.
#[derive(Debug, thiserror::Error)]
#[error("{at}: {refusal}")]
pub struct Refused {
    /// What was being done.
    pub at: Subject,
    /// Why not.
    pub refusal: Refusal,
    /// The server's own words.
    pub status: Status,
    /// How often the server was asked.
    pub attempts: u32,
    /// The cluster.
    pub endpoint: Arc<Endpoint>,
}

/// Why credentials are not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unauthorized {
    /// The client certificate or the token ran out.
    Expired {
        /// When.
        since: Timestamp,
    },
    /// The client certificate is not valid yet: a clock is wrong.
    Early {
        /// From when it is.
        from: Timestamp,
    },
    /// There are none.
    Missing,
    /// The server does not know them; it never says why.
    Rejected,
}

impl Unauthorized {
    /// What the credential itself tells about why it was refused.
    pub(crate) fn of(credential: &Credential, now: Timestamp) -> Self {
        match credential {
            Credential::Certificate { validity: (from, _), .. } if now < *from => Self::Early { from: *from },
            Credential::Certificate { validity: (_, until), .. } if now > *until => {
                Self::Expired { since: *until }
            }
            Credential::Token { expires: Some(until) } if now > *until => Self::Expired { since: *until },
            Credential::None => Self::Missing,
            _ => Self::Rejected,
        }
    }
}

/// What was being done, to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// A verb: `apply`, `create`, `list`, `watch`.
    pub action: &'static str,
    /// The object, where it is one.
    pub key: Option<ObjectKey>,
    /// The kind, where it is many.
    pub gvk: Option<Gvk>,
    /// The namespace, where it is many.
    pub namespace: Option<String>,
    /// Where the object was written.
    pub place: Option<Place>,
}

impl Subject {
    pub(crate) fn new(action: &'static str) -> Self {
        Self { action, key: None, gvk: None, namespace: None, place: None }
    }

    pub(crate) fn object(action: &'static str, key: ObjectKey) -> Self {
        Self { namespace: key.namespace.clone(), key: Some(key), ..Self::new(action) }
    }

    pub(crate) fn many(action: &'static str, gvk: &Gvk, namespace: Option<&str>) -> Self {
        Self { gvk: Some(gvk.clone()), namespace: namespace.map(str::to_owned), ..Self::new(action) }
    }

    pub(crate) fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.action)?;
        match (&self.key, &self.gvk) {
            (Some(key), _) => write!(f, " {key:#}"),
            (None, Some(gvk)) => {
                write!(f, " {}", gvk.kind)?;
                match &self.namespace {
                    Some(namespace) => write!(f, " in {namespace}"),
                    None => Ok(()),
                }
            }
            (None, None) => Ok(()),
        }
    }
}

impl Error {
    /// Gives a failure its meaning. `object` is what was sent, if it was one that somebody wrote.
    pub(crate) fn of(
        failure: Failure,
        at: Subject,
        endpoint: &Arc<Endpoint>,
        object: Option<&Object>,
    ) -> Self {
        let endpoint = Arc::clone(endpoint);
        match failure {
            Failure::Connect(error) => Self::Connection { endpoint, error },
            Failure::Status { status, .. } if status.code == 401 => {
                let why = Unauthorized::of(&endpoint.credential, Timestamp::now());
                Self::Unauthorized { endpoint, why }
            }
            Failure::Status { status, attempts, .. } => {
                let refusal = refused::classify(&status, &at, object);
                let status = *status;
                Self::Refused(Box::new(Refused { at, refusal, status, attempts, endpoint }))
            }
        }
    }

    /// The refusal, if the server answered and said no.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refused) => Some(&refused.refusal),
            _ => None,
        }
    }

    /// Whether the object (not its namespace, not its kind) does not exist.
    pub fn is_not_found(&self) -> bool {
        matches!(self.refusal(), Some(Refusal::NotFound))
    }

    /// Whether an object of that name exists already.
    pub fn is_already_exists(&self) -> bool {
        matches!(self.refusal(), Some(Refusal::AlreadyExists))
    }

    /// Whether the object was changed since the resource version that the request named.
    pub fn is_stale(&self) -> bool {
        matches!(self.refusal(), Some(Refusal::Stale))
    }

    /// Whether the user may not do this.
    pub fn is_forbidden(&self) -> bool {
        matches!(self.refusal(), Some(Refusal::Forbidden { .. }))
    }

    /// The fields that other managers own, if that is what stopped an apply.
    pub fn conflicts(&self) -> &[FieldConflict] {
        match self.refusal() {
            Some(Refusal::Conflict { fields }) => fields,
            _ => &[],
        }
    }

    /// For people: what, where, why, and what to do next.
    pub fn diagnostic(&self) -> Diagnostic {
        diagnostic::of(self)
    }
}

impl From<KubeconfigError> for Error {
    fn from(error: KubeconfigError) -> Self {
        Self::Kubeconfig(Box::new(error))
    }
}

impl From<Error> for Diagnostic {
    fn from(error: Error) -> Self {
        error.diagnostic()
    }
}

impl From<&Error> for Diagnostic {
    fn from(error: &Error) -> Self {
        error.diagnostic()
    }
}
