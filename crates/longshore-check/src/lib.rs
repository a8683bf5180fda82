//! What is wrong with objects, found without asking a cluster.
//!
//! [`flows`] says which pods may talk to which, as network policies have it.
//!
//! [`schema`] holds objects against the API of Kubernetes' versions.
//!
//! Everything here is a pure function of what is passed in.

pub mod flows;
mod path;
pub mod schema;
