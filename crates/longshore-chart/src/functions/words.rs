//! Lines and their length: `wrap`, `wrapWith`, `abbrev`, `abbrevboth` (`Masterminds/goutils` 1.1.1).
//!
//! All of them count bytes.

use longshore_go::{Str, Value};
use longshore_template::{FuncDef, FuncError};

use super::args::{INT, STRING, check_size, int, string, text};
use super::{Function, Outcome};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::pure(FuncDef::new("wrap", &[INT, STRING]).returning(STRING), |args| {
        Ok(Value::str(wrap(text(args, 1), int(args, 0), b"\n", false)?))
    }),
    Function::pure(FuncDef::new("wrapWith", &[INT, STRING, STRING]).returning(STRING), |args| {
        let line_break = if text(args, 1).is_empty() { b"\n" } else { text(args, 1) };
        Ok(Value::str(wrap(text(args, 2), int(args, 0), line_break, true)?))
    }),
    Function::pure(FuncDef::new("abbrev", &[INT, STRING]).returning(STRING), |args| {
        let (width, whole) = (int(args, 0), string(args, 1));
        Ok(Value::Str(if width < 4 { whole } else { abbreviate(&whole, 0, width) }))
    }),
    Function::pure(FuncDef::new("abbrevboth", &[INT, INT, STRING]).returning(STRING), abbrevboth),
];

/// Breaks one line at spaces so that no line is longer than `width`; a longer word stays whole unless
/// `cut_words`. Spaces at the start of a line are dropped.
fn wrap(line: &[u8], width: i64, line_break: &[u8], cut_words: bool) -> Result<Vec<u8>, FuncError> {
    let width = usize::try_from(width).unwrap_or(0).max(1);
    check_size((line.len() / width + 1).checked_mul(line_break.len() + width.min(line.len())))?;
    let mut out = Vec::with_capacity(line.len() + 16);
    let mut at = 0;
    while line.len().saturating_sub(at) > width {
        if line[at] == b' ' {
            at += 1;
            continue;
        }
        let window = &line[at..=at + width];
        let next_space = |from: usize| {
            let rest = &line[from..];
            rest.iter().position(|&byte| byte == b' ').map(|found| from + found)
        };
        let space = window.iter().rposition(|&byte| byte == b' ').map(|found| at + found);
        let space = match space {
            Some(space) => Some(space),
            None if cut_words => {
                out.extend_from_slice(&line[at..at + width]);
                out.extend_from_slice(line_break);
                at += width;
                continue;
            }
            None => next_space(at + width),
        };
        let Some(space) = space else {
            out.extend_from_slice(&line[at..]);
            at = line.len();
            break;
        };
        out.extend_from_slice(&line[at..space]);
        out.extend_from_slice(line_break);
        at = space + 1;
    }
    out.extend_from_slice(&line[at..]);
    Ok(out)
}

/// At most `width` bytes, with `...` for what is left out; `offset` is a byte that should be seen.
///
/// Empty where `goutils` returns an error, which sprig ignores.
fn abbreviate(whole: &Str, offset: i64, width: i64) -> Str {
    let length = whole.len() as i64;
    if length == 0 || width < 4 {
        return Str::default();
    }
    if length <= width {
        return whole.clone();
    }
    let offset = offset.min(length).min(length - (width - 3));
    let part = |from: i64, to: i64| &whole[from as usize..to as usize];
    if offset <= 4 {
        return [part(0, width - 3), b"..."].concat().into();
    }
    if width < 7 {
        return Str::default();
    }
    if offset + width - 3 < length {
        let rest = abbreviate(&part(offset, length).into(), 0, width - 3);
        return [b"...", &rest[..]].concat().into();
    }
    [b"...", part(length - (width - 3), length)].concat().into()
}

fn abbrevboth(args: &mut [Value]) -> Outcome {
    let (left, right, whole) = (int(args, 0), int(args, 1), string(args, 2));
    if right < 4 || left > 0 && right < 7 {
        return Ok(Value::Str(whole));
    }
    Ok(Value::Str(abbreviate(&whole, left, right)))
}
