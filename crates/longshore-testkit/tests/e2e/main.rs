//! The real node against what pods expect of one, and against accidents. `cargo xtask e2e` runs these: they need root,
//! some of Debian's packages, and programs that take minutes to build once.

#![expect(clippy::unwrap_used, reason = "helpers of tests may stop a test")]

mod accident;
mod add_ons;
mod node;

use std::time::Duration;

/// Long enough for a machine that does other things besides.
const PATIENCE: Duration = Duration::from_mins(3);
