//! Charts on disk, rendered, against what real Helm made of them.

mod helm;
mod recorded;
