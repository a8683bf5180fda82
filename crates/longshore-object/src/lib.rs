//! Kubernetes objects: ordered trees that know the file and line they came from, and what is known of kinds.
//!
//! An [`Object`] is one document of a manifest. It keeps the order of its keys and the line of every
//! field, so that whatever is later found wrong with it (by the API server, a policy, a wait) can be
//! shown where a person wrote it. Around it stands what Longshore knows about kinds without asking a
//! cluster: [`kinds`] (scope, plural), [`lifecycle`] (API versions that end), [`order`] (Helm's order, and our own dependency graph),
//! [`references`] (which objects a workload needs), [`mod@readiness`] (verdicts on live objects),
//! [`secrecy`] (names of secrets), [`owners`] (which pods belong to a workload) and [`diagnosis`] (what a cluster's messages mean).
//!
//! Everything here is a pure function of what is passed in: the crate never talks to a cluster.
//!
//! ```
//! use longshore_object::parse_manifests;
//! let text = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: app}\n";
//! let objects = parse_manifests(text, "all.yaml")?;
//! assert_eq!(objects[1].key().to_string(), "ConfigMap/app");
//! assert_eq!(objects[1].place().to_string(), "all.yaml:6");
//! assert_eq!(objects[0].place_of("/metadata/name").unwrap().line, 4);
//! # Ok::<(), longshore_diag::Diagnostic>(())
//! ```

pub mod diagnosis;
mod identity;
pub mod kinds;
pub mod lifecycle;
mod live;
mod makes;
mod manifest;
mod object;
pub mod order;
pub mod owners;
pub mod readiness;
pub mod references;
pub mod secrecy;
mod tree;

pub use identity::{Gvk, ObjectKey};
pub use makes::{MadeSecret, makes_secrets, secrets_made};
pub use manifest::{identities_are_unique, parse_manifests};
pub use object::Object;
pub use readiness::{Readiness, readiness};
pub use tree::{Data, Tree};
