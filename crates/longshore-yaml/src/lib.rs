//! Reading and writing YAML as go-yaml v2 and v3 do, the dialect chosen per call.
//!
//! Helm and Kustomize do not read "YAML": they read what two generations of one Go library take for it,
//! and write what those write. Their bytes are a contract, so this crate follows the libraries, not
//! the specification: libyaml's scanner and parser, go-yaml's types for scalars, merge keys, comments
//! and error messages, and both emitters with their folding, quoting and sorting.
//!
//! - [`sigs`] is `sigs.k8s.io/yaml`: Helm's values, manifests and `toYaml` ([`sigs::to_value`],
//!   [`sigs::marshal`]), in which YAML passes through JSON.
//! - [`kio`] is kyaml's reader and writer of Kubernetes objects.
//! - [`parse`] and [`emit`] work on [`Node`]s, which keep order, styles, comments and positions.
//! - [`marshal`] writes Go values as go-yaml itself does (`toYamlPretty`).
//!
//! Inside, input goes through `reader` (bytes to checked text), `scanner` (tokens), `parser` (events) and
//! `tree` (nodes that borrow from the input), and simple documents through `lines` in place of the two; from there `decode` makes values and `node` makes nodes.
//! Output goes through `encode` (values and nodes as events) into `emitter`. Nothing recurses over
//! input before its depth has been checked against [`Limits`].
//!
//! What it does not know: files, Kubernetes, templates.

mod chars;
mod composer;
mod decode;
mod dialect;
mod emitter;
mod encode;
mod error;
mod event;
mod gosyntax;
pub mod kio;
mod lines;
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
pub use node::{DuplicateKey, Kind, Node, Style, Text, check_syntax, parse, parse_first, to_json_value};

use longshore_go::Value;

/// Reads the first document of `input` as `yaml.Unmarshal` of the dialect does into an `interface {}`, and as JSON has
/// the result: integers as `int64` or `uint64`, v3's dates as RFC 3339 text. Empty input is nil.
///
/// # Errors
/// What go-yaml or `encoding/json` refuses, in their words.
///
/// ```
/// use longshore_yaml::{Dialect, Limits, unmarshal};
/// let value = unmarshal(b"{on: 2020-01-01, n: 0o17}", Dialect::V3, &Limits::default())?;
/// let map = value.as_map().expect("a mapping");
/// assert_eq!(map.get(b"on").and_then(|v| v.as_str().cloned()), Some("2020-01-01T00:00:00Z".into()));
/// # Ok::<(), longshore_yaml::Error>(())
/// ```
pub fn unmarshal(input: &[u8], dialect: Dialect, limits: &Limits) -> Result<Value, Error> {
    limits.check_size(input)?;
    let source = reader::Source::new(input);
    let Some(tree) = tree::Tree::first(&source, dialect, limits)? else {
        return Ok(Value::Nil);
    };
    let numbers = decode::Numbers::Typed;
    decode::decode(&tree, decode::Options { dialect, numbers, strict: false, limits: *limits, wanted: None })
}

/// Writes a Go value as `yaml.Marshal` of the dialect does.
pub fn marshal(value: &Value, options: &EmitOptions) -> Result<Vec<u8>, Error> {
    encode::Writer::document(value, encode::Form::Direct, options)
}
