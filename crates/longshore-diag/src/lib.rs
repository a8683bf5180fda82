//! Diagnostics: code, place, chain and hint, and how they are shown.
//!
//! Everything in Longshore that can say "this is wrong" says it as a [`Diagnostic`]: what was
//! expected, what was found, where (file, line, column), through which files the reader got there,
//! and the next thing to do. Engines return them; only the command line prints them: for people by
//! [`Render`], for machines by [`Diagnostic::to_json`].
//!
//! ```
//! use longshore_diag::{Diagnostic, Place};
//! let error = Diagnostic::error("project/unknown-key", "unknown key `need`")
//!     .at(Place::new("longshore.yaml", 7, 5))
//!     .hint("did you mean `needs`?");
//! assert_eq!(error.to_string(), "longshore.yaml:7:5: unknown key `need` (did you mean `needs`?)");
//! ```

mod diagnostic;
mod excerpt;
mod json;
mod place;
mod render;
mod suggest;
mod visible;

pub use diagnostic::{Diagnostic, Link, Report, Severity};
pub use place::Place;
pub use render::{Render, Sources, Style, count, counted};
pub use suggest::{nearest, slip};
