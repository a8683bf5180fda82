//! Network policies, and what releases want of them.

mod edges;
mod naive;
mod properties;
mod semantics;
mod worlds;
