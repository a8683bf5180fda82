//! Network policies, and what releases want of them.

mod edges;
mod properties;
mod semantics;
