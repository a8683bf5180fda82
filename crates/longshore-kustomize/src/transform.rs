//! What changes resources: one module for each builtin transformer that a kustomization has a field for.

pub mod entries;
pub mod images;
pub mod namespace;
pub mod patches;
pub mod prefix;
pub mod replicas;
pub mod value_add;
pub mod vars;
