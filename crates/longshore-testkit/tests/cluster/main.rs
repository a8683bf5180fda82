//! The fixture against the real programs: clusters start, end and survive accidents, and pods do what they are told.
//!
//! Needs the control plane's programs: `cargo xtask cluster build`.

#![expect(clippy::unwrap_used, reason = "helpers of tests may stop a test")]

mod life;
mod plays;
