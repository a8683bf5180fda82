//! Go's `fmt`: `Sprint`, `Sprintln`, `Sprintf` over dynamic values.
//!
//! `{{ .x }}`, `print`, `printf`, `quote`, `toString` and most error texts of Helm are this package's
//! output, the mistakes included: `printf "%d" 1e6` is `%!d(float64=1e+06)` and nothing else will do.
//!
//! Arguments are what Go would have in an `[]interface {}`: [`Value::Missing`] counts as nil. Addresses
//! (`%p`) are the one thing that cannot be equal to Go's; see the private module `pointer`.

mod duration;
mod format;
mod number;
mod pointer;
mod printer;
mod text;

pub use format::sprintf;

use crate::{Kind, Value};
pub use printer::MAX_OUTPUT;
use printer::{Printer, print_plain};

/// Appends what `%v` prints.
///
/// ```
/// use longshore_go::{Value, fmt};
/// let mut out = Vec::new();
/// fmt::append_value(&mut out, &Value::list(vec![1_000_000.0.into(), Value::Nil]));
/// assert_eq!(out, b"[1e+06 <nil>]");
/// ```
pub fn append_value(out: &mut Vec<u8>, value: &Value) {
    if !print_plain(out, value, b'v') {
        Printer::new(out).arg(value, 'v');
    }
}

/// `fmt.Sprint`: the values one after another, with a space between two of which neither is a string.
pub fn sprint(values: &[Value]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut after_string = false;
    for (index, value) in values.iter().enumerate() {
        let is_string = value.kind() == Kind::String;
        if index > 0 && !is_string && !after_string {
            out.push(b' ');
        }
        append_value(&mut out, value);
        after_string = is_string;
    }
    out
}

/// `fmt.Sprintln`: the values with a space between any two, and a newline.
pub fn sprintln(values: &[Value]) -> Vec<u8> {
    let mut out = Vec::new();
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        append_value(&mut out, value);
    }
    out.push(b'\n');
    out
}

#[cfg(test)]
mod tests;
