//! Charts on disk, rendered, against what real Helm made of them.

mod corpus;
mod helm;
mod hostile;
mod odd;
mod recorded;
