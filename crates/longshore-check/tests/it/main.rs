//! Network policies.

mod properties;
mod semantics;
