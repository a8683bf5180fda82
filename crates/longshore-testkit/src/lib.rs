//! Real control planes and other fixtures for tests.
//!
//! The centre is a Kubernetes control plane on loopback: etcd, API server, controller manager and scheduler, all of
//! them the real programs, with KWOK playing nodes and pods. It is ready in a few seconds and takes about 550 MiB.
//! `cargo xtask cluster` keeps such clusters for people; tests ask for one through [`TestCluster`] and work in a
//! [`TestNamespace`] of their own:
//!
//! ```no_run
//! # async fn example() -> anyhow::Result<()> {
//! let cluster = longshore_testkit::TestCluster::get().await?;
//! let namespace = cluster.namespace("rollback").await?;
//! let client = namespace.client().await?;
//! # Ok(()) }
//! ```
//!
//! [`TestCluster::real`] has a real node, for tests of what simulated pods cannot show; they are run by `cargo xtask e2e`.
//! [`image`] makes images for it.
//!
//! What pods do is chosen per pod, see [`cluster::stages`]. Beside clusters there are a temporary project folder made
//! from one string ([`Project`]), a runner for a program whose exit code and output a test wants ([`Program`]), and an HTTP
//! server that answers as a test wants ([`TestServer`]).
//!
//! The crate knows nothing of the product. It is a dev-dependency of product crates and a dependency of `xtask` only,
//! and needs a Unix-like system, because control planes do.

mod between;
pub mod cache;
pub mod cluster;
mod eventually;
mod executable;
mod fixture;
pub mod image;
mod kubelet;
mod namespace;
mod pod;
mod postgres;
mod process;
mod program;
mod project;
pub mod recorded;
mod server;
pub mod tools;

pub use between::{Between, Deal, Request};
pub use eventually::eventually;
pub use executable::make_executable;
pub use fixture::{CLUSTER_VARIABLE, REAL_CLUSTER_VARIABLE, STAND_IN_VARIABLE, TestCluster};
pub use kubelet::TestKubelet;
pub use namespace::{KEEP_VARIABLE, TestNamespace};
pub use pod::exec;
pub use postgres::TestPostgres;
pub use process::ProcessIdentity;
pub use program::{Outcome, Program, Started};
pub use project::Project;
pub use server::{Answer, Asked, TestAuthority, TestServer};
