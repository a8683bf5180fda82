//! What Go printed, replayed: every line of the files in `compat/go`.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected fails")]

mod cases;
mod fmt;
mod regexp;
mod semver;
mod strconv;
mod time;
