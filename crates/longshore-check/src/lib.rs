//! What is wrong with objects, found without asking a cluster.
//!
//! [`flows`] says which pods may talk to which, as network policies have it.
//!
//! Everything here is a pure function of what is passed in.

pub mod flows;
