//! `encoding/json` between text and dynamic values.
//!
//! Reading gives what Go's `json.Unmarshal` gives into an `interface {}`: every number a `float64`, the
//! last of equal keys, and Go's words for what is wrong. Writing sorts keys by bytes and escapes `<`,
//! `>` and `&` unless told otherwise.

mod read;
mod write;

pub use read::{JsonError, parse, parse_first};
pub use write::{EscapeHtml, JsonWriteError, append, append_indented, escape_html};
