//! Values and nodes as events for the emitter.

mod node;
mod value;

use crate::dialect::Dialect;
use crate::emitter::Emitter;
use crate::resolve::{Scalar, is_base60, old_bool, resolve};
use crate::token::ScalarStyle;
pub use node::emit;
pub(crate) use node::emit_each;
pub(crate) use value::{Form, RFC_3339, Writer};

/// How to write YAML.
///
/// ```
/// use longshore_yaml::{EmitOptions, marshal};
/// use longshore_go::Value;
/// let value: Value = longshore_go::Map::from_iter([("a", Value::list(vec![Value::int(1)]))]).into();
/// assert_eq!(marshal(&value, &EmitOptions::v2())?, b"a:\n- 1\n");
/// assert_eq!(marshal(&value, &EmitOptions::v3().indent(2))?, b"a:\n  - 1\n");
/// # Ok::<(), longshore_yaml::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmitOptions {
    /// Whose emitter to be.
    pub dialect: Dialect,
    /// Spaces per level, 2 to 9.
    pub indent: u8,
    /// The column behind which text is folded, if at all.
    pub width: Option<usize>,
    /// v3: whether the `- ` of a sequence counts as its indentation.
    pub compact_sequences: bool,
}

impl EmitOptions {
    /// As `yaml.Marshal` of v2: two spaces, sequences not indented, folding behind column 80.
    pub fn v2() -> Self {
        Self { dialect: Dialect::V2, indent: 2, width: Some(80), compact_sequences: false }
    }

    /// As `yaml.Marshal` of v3: four spaces, sequences indented, no folding.
    pub fn v3() -> Self {
        Self { dialect: Dialect::V3, indent: 4, width: None, compact_sequences: false }
    }

    /// The same with another indentation (v3's `Encoder.SetIndent`).
    pub fn indent(mut self, spaces: u8) -> Self {
        self.indent = spaces;
        self
    }

    /// The same with sequences not indented beyond their `- ` (v3's `CompactSeqIndent`).
    pub fn compact_sequences(mut self) -> Self {
        self.compact_sequences = true;
        self
    }

    pub(crate) fn emitter(&self) -> Emitter {
        Emitter::new(self.dialect, self.indent, self.width, self.compact_sequences)
    }
}

/// The style in which a Go string is asked for: as it is if it reads back as a string, literal if it
/// has line breaks, else in double quotes.
pub(crate) fn string_style(dialect: Dialect, text: &str) -> ScalarStyle {
    if text.contains('\n') {
        return ScalarStyle::Literal;
    }
    // Only these can start anything but a string.
    let plain = match text.as_bytes().first() {
        None => false,
        Some(
            b'0'..=b'9'
            | b'+'
            | b'-'
            | b'.'
            | b'y'
            | b'Y'
            | b'n'
            | b'N'
            | b't'
            | b'T'
            | b'f'
            | b'F'
            | b'o'
            | b'O'
            | b'~',
        ) => resolve(dialect, text) == Scalar::Str && !is_base60(text) && old_bool(text).is_none(),
        Some(_) => true,
    };
    if plain { ScalarStyle::Plain } else { ScalarStyle::DoubleQuoted }
}
