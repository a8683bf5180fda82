//! Manifests of all kinds.

mod corpus;
mod readiness;
