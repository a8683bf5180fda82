//! Charts on disk, rendered, against what real Helm made of them.

mod corpus;
mod expected;
mod helm;
mod hostile;
mod odd;
mod recorded;
