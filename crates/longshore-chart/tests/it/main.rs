//! Charts on disk, rendered, against what real Helm made of them.

mod helm;
mod hostile;
mod recorded;
