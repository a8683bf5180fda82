//! Manifests of all kinds.

mod corpus;
