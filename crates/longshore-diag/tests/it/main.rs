//! How diagnostics look, and that they always do.

mod any;
mod corpus;
mod looks;
