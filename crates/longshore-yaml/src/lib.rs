//! Reading and writing YAML as go-yaml v2 and v3 do, the dialect chosen per call.

mod chars;
mod decode;
mod dialect;
mod emitter;
mod encode;
mod error;
mod event;
mod gosyntax;
mod node;
mod parser;
mod reader;
mod resolve;
mod scanner;
pub mod sigs;
mod sort;
mod token;
mod tree;

pub use dialect::{Dialect, Limits};
pub use encode::{EmitOptions, emit};
pub use error::{Error, ErrorKind};
pub use event::Comments;
pub use node::{DuplicateKey, Kind, Node, Style, check_syntax, parse, parse_first, to_json_value};

use longshore_go::Value;

/// Writes a Go value as `yaml.Marshal` of the dialect does.
pub fn marshal(value: &Value, options: &EmitOptions) -> Result<Vec<u8>, Error> {
    encode::Writer::document(value, encode::Form::Direct, options)
}
