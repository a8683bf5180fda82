//! What Go does that Rust does not, and what Helm's and Kustomize's bytes depend on.
//!
//! The centre is [`Value`]: a dynamic value that keeps Go's types apart (an `int` is not an `int64`, a
//! `float64` prints as `1e+06`), shares maps the way Go shares them (`set` on one alias is seen through
//! the other), and carries methods on named types. Around it stand the small Go libraries that decide
//! what such a value looks like once printed.
//!
//! The crate knows nothing of templates, YAML or Kubernetes, and does no I/O.

mod bytes;
pub mod cast;
mod duration;
pub mod encoding;
mod entries;
mod equal;
mod error;
pub mod fmt;
mod func;
pub mod json;
mod list;
mod map;
mod nested;
pub mod netip;
mod object;
pub mod os;
pub mod path;
pub mod regexp;
pub mod rune;
pub mod semver;
pub mod strconv;
mod string;
pub mod strings;
pub mod time;
pub mod types;
pub mod unicode;
pub mod url;
mod value;

pub use bytes::Bytes;
pub use duration::DurationError;
pub use entries::Entries;
pub use equal::{deep_copy, deep_equal, is_within};
pub use func::Func;
pub use list::List;
pub use map::Map;
pub use object::{Method, MethodError, Object};
pub use string::Str;
pub use types::{Kind, TypeInfo};
pub use value::{Complex, Duration, Int, IntKind, Uint, UintKind, Value};
