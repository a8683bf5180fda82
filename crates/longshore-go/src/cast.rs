//! Conversions as `github.com/spf13/cast` 1.7 does them, and text as sprig's `strval` does.
//!
//! sprig ignores cast's errors, so what cannot be converted is zero: `int "abc"` is 0, and so is
//! `int "08"`, because a leading zero means octal there.

use crate::{Str, Value, fmt, strconv};

/// `cast.ToInt64`, also `cast.ToInt` (Go's `int` is 64 bits wide here).
///
/// ```
/// use longshore_go::{Value, cast};
/// assert_eq!(cast::to_int64(&"0755".into()), 493);
/// assert_eq!(cast::to_int64(&"3.0".into()), 3);
/// assert_eq!(cast::to_int64(&"3.5".into()), 0);
/// assert_eq!(cast::to_int64(&3.9.into()), 3);
/// ```
pub fn to_int64(value: &Value) -> i64 {
    match value {
        Value::Int(int) => int.value,
        Value::Uint(uint) => uint.value as i64,
        Value::Float(float) => truncate(*float),
        Value::Bool(b) => i64::from(*b),
        Value::Str(text) => strconv::parse_int(without_zero_decimals(text), 0, 64).unwrap_or(0),
        Value::Object(object) => object.to_int().unwrap_or(0),
        _ => 0,
    }
}

/// `cast.ToFloat64`.
pub fn to_float64(value: &Value) -> f64 {
    match value {
        Value::Int(int) => int.value as f64,
        Value::Uint(uint) => uint.value as f64,
        Value::Float(float) => *float,
        Value::Bool(b) => f64::from(u8::from(*b)),
        Value::Str(text) => strconv::parse_float(text).unwrap_or(0.0),
        Value::Object(object) => object.to_int().unwrap_or(0) as f64,
        _ => 0.0,
    }
}

/// sprig's `strval`: strings and bytes as they are, the rest as `%v`.
pub fn to_text(value: &Value) -> Str {
    match value {
        Value::Str(text) => text.clone(),
        Value::Bytes(bytes) => bytes.shared().clone(),
        other => {
            let mut out = Vec::new();
            fmt::append_value(&mut out, other);
            out.into()
        }
    }
}

/// Go's `int64(f)` on amd64, where what does not fit becomes the least integer.
pub fn truncate(float: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&float) { float as i64 } else { i64::MIN }
}

/// `3.00` without its `.00`; anything else unchanged.
fn without_zero_decimals(text: &[u8]) -> &[u8] {
    let kept = text.len() - text.iter().rev().take_while(|&&byte| byte == b'0').count();
    match text[..kept].split_last() {
        Some((b'.', whole)) if kept < text.len() => whole,
        _ => text,
    }
}
