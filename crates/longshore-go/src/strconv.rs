//! Go's `strconv`: numbers and quoted strings, to text and back.
//!
//! Everything that prints a number in a chart ends here: `{{ 1e6 }}` is `1e+06` because the shortest
//! form switches to an exponent at 21 digits in JSON but at 6 after the point's place in `%g`.

mod float;
mod parse;
mod printable;
mod quote;

pub use float::{append_float, format_float};
pub use parse::{NumError, NumFault, atoi, parse_bool, parse_float, parse_int, parse_uint};
pub use quote::{can_backquote, is_print, quote, quote_rune, quote_rune_to_ascii, quote_to_ascii, quoted};
