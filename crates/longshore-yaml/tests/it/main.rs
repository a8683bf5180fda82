//! Tests of the crate through its public face.

mod compat;
mod corpus;
mod hostile;
mod limits;
mod nodes;
mod replay;
