//! Tests of the crate through its public face.

mod compat;
mod limits;
mod nodes;
mod replay;
