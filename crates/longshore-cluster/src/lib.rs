//! The Kubernetes API: kubeconfig, discovery, apply, watch, readiness, logs, exec, port-forward.
//!
//! One [`Cluster`] is one API server as one user. It is cheap to clone and has no global state; two of
//! them in one process know nothing of each other. Everything is asynchronous on tokio, and every future
//! may be dropped at any time: a request that was under way may then have been carried out or not, which
//! the next apply or get finds out.
//!
//! ```no_run
//! use longshore_cluster::{ApplyOptions, Cluster, ClusterOptions, Environment};
//! # async fn example(object: longshore_object::Object) -> Result<(), longshore_cluster::Error> {
//! let options = ClusterOptions { environment: Environment::from_process(), ..ClusterOptions::default() };
//! let cluster = Cluster::connect(options).await?;
//! println!("{} runs {}", cluster.name(), cluster.version().git_version);
//! let applied = cluster.apply(&object, &ApplyOptions::new("longshore")).await?;
//! println!("{} {}", applied.key, applied.outcome);
//! # Ok(())
//! # }
//! ```
//!
//! Where to look: [`ClusterOptions`] says how to get there, [`Discovery`] what kinds there are,
//! [`Cluster::apply`] and its neighbours write and read objects, [`Cluster::lookup`] reads them for charts, [`Cluster::wait`] waits until they are
//! ready and explains why they are not, and [`Error`] is everything that can go wrong. What a container writes, a command in it and a connection to one of its
//! ports are [`Cluster::log_lines`], [`Cluster::exec`] and [`Cluster::forward`].

mod access;
mod apply;
mod cluster;
mod discovery;
mod endpoint;
mod error;
mod exec;
mod flows;
mod forward;
mod held;
mod kubeconfig;
mod logs;
mod lookup;
mod objects;
mod options;
mod status;
#[cfg(test)]
mod testing;
mod transport;
mod trouble;
mod wait;
mod watch;

pub use access::{Action, Rules};
pub use apply::{Applied, ApplyOptions, FieldValidation, Outcome};
pub use cluster::{Cluster, ClusterId, Version, WriteGuard};
pub use discovery::{Discovery, Resource};
pub use endpoint::{Credential, Endpoint};
pub use error::{Error, FieldConflict, InvalidField, Refusal, Refused, Subject, Unauthorized, UnknownKind};
pub use exec::{Exec, ExecEnd, ExecOptions, ExecOutput, ExecReader, ExecWriter};
pub use forward::{Forward, ForwardError};
pub use kubeconfig::KubeconfigError;
pub use logs::{LogLine, LogLines, LogOptions, LogRequest, LogSince, OpenLog};
pub use lookup::LookupError;
pub use objects::{DeleteOptions, List, Patch, Propagation, Selector, WriteOptions, Written};
pub use options::{ClusterOptions, Environment, Impersonation, RetryPolicy};
pub use status::{Status, StatusCause, StatusDetails};
pub use transport::{ConnectError, ConnectProblem};
pub use trouble::Trouble;
pub use wait::{
    Culprit, Deployed, PodCause, Progress, WaitError, WaitFailure, WaitOptions, WaitTarget, WaitVerdict,
    Waited,
};
pub use watch::Change;
