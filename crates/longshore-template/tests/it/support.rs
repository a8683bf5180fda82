//! The data and functions of the recorded cases, as `tools/oracle-template` has them in Go.

pub(crate) mod boxes;
pub(crate) mod case;
pub(crate) mod data;
pub(crate) mod functions;
pub(crate) mod objects;
pub(crate) mod values;
