//! Strings: cutting, joining, testing, quoting.

use longshore_go::{List, Map, Str, Value, cast, fmt, strconv, strings, types};
use longshore_template::{FuncDef, FuncError};

use super::args::{ANY, BOOL, INT, STRING, check_size, int, is_slice, string, take, text};
use super::{Function, Outcome};

pub(super) static FUNCTIONS: &[Function] = &[
    def("trim", &[STRING], |args| ok(strings::trim_space(text(args, 0)))),
    def("trimall", &[STRING, STRING], |args| ok(strings::trim(text(args, 1), text(args, 0)))),
    def("trimAll", &[STRING, STRING], |args| ok(strings::trim(text(args, 1), text(args, 0)))),
    def("trimSuffix", &[STRING, STRING], |args| {
        let whole = text(args, 1);
        ok(whole.strip_suffix(text(args, 0)).unwrap_or(whole))
    }),
    def("trimPrefix", &[STRING, STRING], |args| {
        let whole = text(args, 1);
        ok(whole.strip_prefix(text(args, 0)).unwrap_or(whole))
    }),
    def("upper", &[STRING], |args| ok(strings::to_upper(text(args, 0)))),
    def("lower", &[STRING], |args| ok(strings::to_lower(text(args, 0)))),
    def("title", &[STRING], |args| ok(strings::title(text(args, 0)))),
    def("trunc", &[INT, STRING], trunc),
    def("substr", &[INT, INT, STRING], substr),
    def("repeat", &[INT, STRING], |args| ok(repeat(text(args, 1), int(args, 0))?)),
    def("replace", &[STRING, STRING, STRING], replace),
    def("indent", &[INT, STRING], |args| ok(indent(int(args, 0), text(args, 1), b"")?)),
    def("nindent", &[INT, STRING], |args| ok(indent(int(args, 0), text(args, 1), b"\n")?)),
    def("plural", &[STRING, STRING, INT], |args| {
        Ok(Value::Str(string(args, usize::from(int(args, 2) != 1))))
    }),
    def("hello", &[], |_| ok("Hello!")),
    Function::pure(FuncDef::new("contains", &[STRING, STRING]).returning(BOOL), |args| {
        Ok(strings::contains(text(args, 1), text(args, 0)).into())
    }),
    Function::pure(FuncDef::new("hasPrefix", &[STRING, STRING]).returning(BOOL), |args| {
        Ok(text(args, 1).starts_with(text(args, 0)).into())
    }),
    Function::pure(FuncDef::new("hasSuffix", &[STRING, STRING]).returning(BOOL), |args| {
        Ok(text(args, 1).ends_with(text(args, 0)).into())
    }),
    many("quote", quote),
    many("squote", squote),
    many("cat", cat),
    Function::pure(FuncDef::new("toString", &[ANY]).returning(STRING), |args| {
        Ok(Value::Str(cast::to_text(&args[0])))
    }),
    Function::pure(FuncDef::new("toStrings", &[ANY]).returning(&types::SLICE_STRING), |args| {
        Ok(to_strings(take(args, 0)).into())
    }),
    Function::pure(FuncDef::new("join", &[STRING, ANY]).returning(STRING), join),
    Function::pure(FuncDef::new("sortAlpha", &[ANY]).returning(&types::SLICE_STRING), sort_alpha),
    Function::pure(FuncDef::new("splitList", &[STRING, STRING]).returning(&types::SLICE_STRING), |args| {
        let parts = strings::split(text(args, 1), text(args, 0), None);
        Ok(List::strings(parts).into())
    }),
    Function::pure(FuncDef::new("split", &[STRING, STRING]).returning(&types::MAP_STRING), |args| {
        Ok(numbered(&strings::split(text(args, 1), text(args, 0), None)))
    }),
    Function::pure(FuncDef::new("splitn", &[STRING, INT, STRING]).returning(&types::MAP_STRING), |args| {
        let limit = usize::try_from(int(args, 1)).ok();
        Ok(numbered(&strings::split(text(args, 2), text(args, 0), limit)))
    }),
];

/// A function that returns a string.
const fn def(
    name: &'static str,
    params: &'static [&'static longshore_go::TypeInfo],
    body: fn(&mut [Value]) -> Outcome,
) -> Function {
    Function::pure(FuncDef::new(name, params).returning(STRING), body)
}

/// A function of any number of values that returns a string.
const fn many(name: &'static str, body: fn(&mut [Value]) -> Outcome) -> Function {
    Function::pure(FuncDef::variadic(name, &[ANY]).returning(STRING), body)
}

fn ok(text: impl Into<Str>) -> Outcome {
    Ok(Value::Str(text.into()))
}

/// Bytes of a text by Go's slice expression; its run-time error where that is out of range.
fn cut(whole: &[u8], start: Option<i64>, end: Option<i64>) -> Result<&[u8], FuncError> {
    let length = whole.len();
    let error =
        |shown: String| Err(FuncError::new(format!("runtime error: slice bounds out of range [{shown}")));
    let high = match end {
        None => length,
        Some(end) => match usize::try_from(end) {
            Err(_) => return error(format!(":{end}]")),
            Ok(high) if high > length => return error(format!(":{end}] with length {length}")),
            Ok(high) => high,
        },
    };
    let low = match start {
        None => 0,
        Some(start) => match usize::try_from(start) {
            Err(_) => return error(format!("{start}:]")),
            Ok(low) if low > high && end.is_none() => return error(format!("{start}:{length}]")),
            Ok(low) if low > high => return error(format!("{start}:{high}]")),
            Ok(low) => low,
        },
    };
    Ok(&whole[low..high])
}

/// The first bytes, or for a negative count the last.
fn trunc(args: &mut [Value]) -> Outcome {
    let (count, whole) = (int(args, 0), string(args, 1));
    let length = whole.len() as i64;
    if count < 0 && length + count > 0 {
        return ok(cut(&whole, Some(length + count), None)?);
    }
    if count >= 0 && length > count {
        return ok(cut(&whole, None, Some(count))?);
    }
    Ok(Value::Str(whole))
}

/// Bytes from start to end, where a negative start means the beginning, and a negative or too large end
/// means the end.
fn substr(args: &mut [Value]) -> Outcome {
    let (start, end, whole) = (int(args, 0), int(args, 1), text(args, 2));
    if start < 0 {
        return ok(cut(whole, None, Some(end))?);
    }
    if end < 0 || end > whole.len() as i64 {
        return ok(cut(whole, Some(start), None)?);
    }
    ok(cut(whole, Some(start), Some(end))?)
}

/// `strings.Repeat`, with a limit on the result.
pub(super) fn repeat(part: &[u8], count: i64) -> Result<Vec<u8>, FuncError> {
    let Ok(count) = usize::try_from(count) else {
        return Err("strings: negative Repeat count".into());
    };
    check_size(part.len().checked_mul(count))?;
    Ok(part.repeat(count))
}

fn replace(args: &mut [Value]) -> Outcome {
    let (old, new, whole) = (text(args, 0), text(args, 1), string(args, 2));
    if old == new || !strings::contains(&whole, old) {
        return Ok(Value::Str(whole));
    }
    let grown = strings::count(&whole, old).checked_mul(new.len());
    check_size(grown.and_then(|grown| grown.checked_add(whole.len())))?;
    ok(strings::replace_all(&whole, old, new))
}

/// Every line moved right; `before` goes in front of it all.
fn indent(spaces: i64, whole: &[u8], before: &[u8]) -> Result<Vec<u8>, FuncError> {
    let pad = repeat(b" ", spaces)?;
    let lines = strings::count(whole, b"\n") + 1;
    let grown = lines.checked_mul(pad.len());
    check_size(grown.and_then(|grown| grown.checked_add(whole.len())))?;
    let mut out = Vec::with_capacity(before.len() + whole.len() + lines * pad.len());
    out.extend_from_slice(before);
    for (index, line) in whole.split(|&byte| byte == b'\n').enumerate() {
        if index > 0 {
            out.push(b'\n');
        }
        out.extend_from_slice(&pad);
        out.extend_from_slice(line);
    }
    Ok(out)
}

/// Each value that is not nil as a Go string constant.
fn quote(args: &mut [Value]) -> Outcome {
    let given = args.iter().filter(|value| !value.is_nil());
    let quoted: Vec<Vec<u8>> = given.map(|value| strconv::quote(&cast::to_text(value))).collect();
    ok(quoted.join(&b' '))
}

/// Each value that is not nil between single quotes, nothing escaped.
fn squote(args: &mut [Value]) -> Outcome {
    let mut out = Vec::new();
    for value in args.iter().filter(|value| !value.is_nil()) {
        if !out.is_empty() {
            out.push(b' ');
        }
        out.push(b'\'');
        fmt::append_value(&mut out, value);
        out.push(b'\'');
    }
    ok(out)
}

/// The values that are not nil, with spaces between.
fn cat(args: &mut [Value]) -> Outcome {
    let length = args.iter().map(|value| value.as_str().map_or(0, |text| text.len()) + 1).sum();
    check_size(Some(length))?;
    let mut out = Vec::with_capacity(length);
    let given = args.iter().filter(|value| !value.is_nil());
    for (index, value) in given.enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        fmt::append_value(&mut out, value);
    }
    ok(out)
}

/// sprig's `strslice`: anything as a `[]string`.
pub(super) fn to_strings(value: Value) -> List {
    match value {
        Value::List(list) if list.type_info() == &types::SLICE_STRING => list,
        Value::Nil | Value::Missing => List::strings(Vec::<Str>::new()),
        value if is_slice(&value) => {
            let items = super::args::items(value, "").unwrap_or_default();
            let given = items.iter().filter(|item| !item.is_nil());
            List::strings(given.map(cast::to_text))
        }
        other => List::strings([cast::to_text(&other)]),
    }
}

fn join(args: &mut [Value]) -> Outcome {
    let list = to_strings(take(args, 1));
    let separator = text(args, 0);
    let parts: Vec<&[u8]> = list.iter().map(|item| item.as_str().map_or(&b""[..], |part| part)).collect();
    let total = parts.iter().map(|part| part.len()).sum::<usize>();
    check_size(separator.len().checked_mul(parts.len()).and_then(|more| more.checked_add(total)))?;
    ok(parts.join(separator))
}

fn sort_alpha(args: &mut [Value]) -> Outcome {
    let value = take(args, 0);
    if !is_slice(&value) {
        return Ok(List::strings([cast::to_text(&value)]).into());
    }
    let mut texts: Vec<Str> = to_strings(value).iter().map(cast::to_text).collect();
    texts.sort();
    Ok(List::strings(texts).into())
}

/// Parts under the keys `_0`, `_1`, ….
fn numbered(parts: &[&[u8]]) -> Value {
    let named = parts.iter().enumerate();
    let entries = named.map(|(index, part)| (Str::from(format!("_{index}")), Value::str(*part)));
    Map::typed(&types::MAP_STRING, entries.collect()).into()
}
