//! Project files of all kinds.

mod corpus;
