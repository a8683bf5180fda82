//! The grammar of `--set` and its relatives.
//!
//! The grammar is Helm's `strvals` (<https://github.com/helm/helm/blob/v4.3.1/pkg/strvals/parser.go>),
//! quirks included: floats and numbers with a leading zero stay strings, spaces are kept, a backslash
//! takes the meaning off any character, `k=` is the empty string. So are the texts of its errors.

use longshore_go::strconv::quoted;
use longshore_go::{Map, Value, json, strconv};

use crate::compat::Level;

#[cfg(test)]
mod tests;

/// Largest index of a list.
const MAX_INDEX: i64 = 65_536;
/// Most dots in one name.
const MAX_NAME_LEVEL: usize = 30;
/// Most nested brackets and names together. Helm has no such limit, and needs its stack for it.
const MAX_DEPTH: usize = 200;
/// Most items that the lists of one flag may have together.
const MAX_ITEMS: usize = 4 << 20;

/// How the right side of `=` is read.
pub enum Form<'a> {
    /// `--set`: bools, null and integers are recognised.
    Typed,
    /// `--set-string`: everything is a string.
    Strings,
    /// `--set-json`: JSON values.
    Json,
    /// `--set-file`: the content of the file that is named, through the given reader.
    Files(&'a mut dyn FnMut(&str) -> Result<Value, String>),
    /// `--set-literal`: all of the rest is one string, whatever it contains.
    Literal,
}

/// Applies one flag's text to `values`.
///
/// ```
/// use longshore_chart::values::{set, Form};
/// use longshore_chart::Level;
/// let values = longshore_go::Map::new();
/// set("image.tag=v2,ports[1]=80", Form::Typed, &values, Level::default())?;
/// assert_eq!(
///     longshore_chart::values::to_json(&values.into()).to_string(),
///     r#"{"image":{"tag":"v2"},"ports":[null,80]}"#
/// );
/// # Ok::<(), String>(())
/// ```
///
/// # Errors
/// Helm's text, without its prefix `failed parsing --set data: `. `values` may then be half written.
pub fn set(text: &str, form: Form<'_>, values: &Map, level: Level) -> Result<(), String> {
    let mut parser = Parser { rest: text, form, items: 0 };
    loop {
        match parser.key(values, 0, 0) {
            Ok(()) => {}
            Err(Stop::End) => return Ok(()),
            // From 4.x on the end of the text counts as such however it was wrapped.
            Err(Stop::Wrapped(_)) if level.rules().traces_errors => return Ok(()),
            Err(Stop::Wrapped(text) | Stop::Error(text)) => return Err(text),
        }
    }
}

/// Why a part was not read.
enum Stop {
    /// The text is at its end: `io.EOF`.
    End,
    /// The end, wrapped in a message.
    Wrapped(String),
    /// A mistake.
    Error(String),
}

impl Stop {
    fn wrap(self, prefix: &str) -> Self {
        match self {
            Self::End => Self::Wrapped(format!("{prefix}: EOF")),
            Self::Wrapped(text) => Self::Wrapped(format!("{prefix}: {text}")),
            Self::Error(text) => Self::Error(format!("{prefix}: {text}")),
        }
    }
}

fn error<T>(text: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Error(text.into()))
}

struct Parser<'t, 'f> {
    rest: &'t str,
    form: Form<'f>,
    items: usize,
}

impl Parser<'_, '_> {
    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    /// Text up to one of the characters, and which it was; `None` at the end of the text.
    fn until(&mut self, stops: &[char]) -> (String, Option<char>) {
        let escapes = !matches!(self.form, Form::Literal);
        let mut text = String::new();
        while let Some(c) = self.next() {
            if stops.contains(&c) {
                return (text, Some(c));
            }
            if c == '\\' && escapes {
                match self.next() {
                    Some(c) => text.push(c),
                    None => return (text, None),
                }
            } else {
                text.push(c);
            }
        }
        (text, None)
    }

    /// Reads one `name…=value` into `data`.
    fn key(&mut self, data: &Map, mut level: usize, depth: usize) -> Result<(), Stop> {
        if depth > MAX_DEPTH {
            return error("the name is nested too deeply");
        }
        let stops: &[char] =
            if matches!(self.form, Form::Literal) { &['=', '[', '.'] } else { &['=', '[', ',', '.'] };
        let (key, stop) = self.until(stops);
        match stop {
            None if key.is_empty() => Err(Stop::End),
            None => error(format!("key {} has no value", quoted(&key))),
            Some('[') => {
                let index = self.index().map_err(|stop| stop.wrap("error parsing index"))?;
                let list = match data.get(key.as_bytes()) {
                    None => Vec::new(),
                    Some(value) => as_list(value)?,
                };
                // Out of the map while it is changed, so that it is not copied.
                put(data, &key, Value::Nil);
                let mut list = list;
                let result = self.item(&mut list, index, level, depth + 1);
                put(data, &key, Value::list(list));
                result
            }
            Some('=') => {
                let value = self.value()?;
                let (value, result) = match value {
                    Read::Value(value) => (value, Ok(())),
                    Read::Empty => (Value::from(""), Err(Stop::End)),
                };
                put(data, &key, value);
                result
            }
            Some(',') => {
                put(data, &key, Value::from(""));
                error(format!("key {} has no value (cannot end with ,)", quoted(&key)))
            }
            Some(_) => {
                level += 1;
                if level > MAX_NAME_LEVEL {
                    return error(format!(
                        "value name nested level is greater than maximum supported nested level of {MAX_NAME_LEVEL}"
                    ));
                }
                let inner = match data.get(key.as_bytes()) {
                    None => Map::new(),
                    Some(Value::Map(map)) => map,
                    Some(other) => return Err(unexpected(&other, "map[string]interface {}")),
                };
                let result = self.key(&inner, level, depth + 1);
                if result.is_ok() && inner.is_empty() {
                    return error(format!("key map {} has no value", quoted(&key)));
                }
                if !inner.is_empty() {
                    put(data, &key, Value::Map(inner));
                }
                result
            }
        }
    }

    fn index(&mut self) -> Result<i64, Stop> {
        match self.until(&[']']) {
            (_, None) => Err(Stop::End),
            (text, Some(_)) => strconv::atoi(text.as_bytes()).map_err(|error| Stop::Error(error.to_string())),
        }
    }

    /// Reads what follows `name[index]` into `list`.
    fn item(&mut self, list: &mut Vec<Value>, index: i64, level: usize, depth: usize) -> Result<(), Stop> {
        if depth > MAX_DEPTH {
            return error("the name is nested too deeply");
        }
        if index < 0 {
            return error(format!("negative {index} index not allowed"));
        }
        let (text, stop) = self.until(&['[', '.', '=']);
        if !text.is_empty() {
            let runes: Vec<String> =
                text.chars().map(|c| String::from_utf8_lossy(&strconv::quote_rune(c)).into_owned()).collect();
            return error(format!("unexpected data at end of array index: [{}]", runes.join(" ")));
        }
        let there = usize::try_from(index).ok().and_then(|index| list.get_mut(index));
        match stop {
            None => Err(Stop::End),
            Some('=') => {
                let value = match self.value()? {
                    Read::Value(value) => value,
                    Read::Empty => Value::from(""),
                };
                self.place(list, index, value)
            }
            Some('[') => {
                let next = self.index().map_err(|stop| stop.wrap("error parsing index"))?;
                let mut inner = match &there {
                    None | Some(Value::Nil) => Vec::new(),
                    Some(value) => as_list((*value).clone())?,
                };
                let result = self.item(&mut inner, next, level, depth + 1);
                match (result, there) {
                    (Ok(()), _) => self.place(list, index, Value::list(inner)),
                    // What was changed before the end stays so.
                    (stopped, Some(there)) if !matches!(there, Value::Nil) => {
                        *there = Value::list(inner);
                        stopped
                    }
                    (stopped, _) => stopped,
                }
            }
            Some(_) => {
                let inner = match there {
                    Some(Value::Map(map)) => map.clone(),
                    Some(other) => {
                        // It makes room before the rest of the name is read, which may be nothing.
                        let inner = Map::new();
                        *other = Value::Map(inner.clone());
                        inner
                    }
                    None => Map::new(),
                };
                self.key(&inner, level, depth + 1)?;
                self.place(list, index, Value::Map(inner))
            }
        }
    }

    fn place(&mut self, list: &mut Vec<Value>, index: i64, value: Value) -> Result<(), Stop> {
        if index > MAX_INDEX {
            return error(format!("index of {index} is greater than maximum supported index of {MAX_INDEX}"));
        }
        let index = index as usize;
        if list.len() <= index {
            self.items += index + 1 - list.len();
            if self.items > MAX_ITEMS {
                return error("the lists are too long");
            }
            list.resize(index + 1, Value::Nil);
        }
        list[index] = value;
        Ok(())
    }

    fn value(&mut self) -> Result<Read, Stop> {
        match &mut self.form {
            Form::Literal => Ok(Read::Value(Value::from(std::mem::take(&mut self.rest)))),
            Form::Json => self.json_value(),
            _ => self.plain_value(),
        }
    }

    fn json_value(&mut self) -> Result<Read, Stop> {
        if self.separator() {
            return Ok(Read::Value(Value::Nil));
        }
        let (value, length) = match json::parse_first(self.rest.as_bytes()) {
            Ok(read) => read,
            Err(fault) => return error(fault.to_string()),
        };
        self.rest = &self.rest[length..];
        self.separator();
        Ok(Read::Value(value))
    }

    /// Skips white space and one comma; whether the value was over.
    fn separator(&mut self) -> bool {
        loop {
            match self.rest.chars().next() {
                None => return true,
                Some(',') => {
                    self.next();
                    return true;
                }
                Some(c) if c.is_whitespace() => {
                    self.next();
                }
                Some(_) => return false,
            }
        }
    }

    fn plain_value(&mut self) -> Result<Read, Stop> {
        match self.rest.chars().next() {
            None => return Ok(Read::Empty),
            Some('{') => {
                self.next();
            }
            Some(_) => {
                let (text, _) = self.until(&[',']);
                return self.convert(text).map(Read::Value);
            }
        }
        let mut list = Vec::new();
        loop {
            match self.until(&[',', '}']) {
                (_, None) => return error("list must terminate with '}'"),
                (text, Some('}')) => {
                    if self.rest.starts_with(',') {
                        self.next();
                    }
                    list.push(self.convert(text)?);
                    return Ok(Read::Value(Value::list(list)));
                }
                (text, Some(_)) => list.push(self.convert(text)?),
            }
        }
    }

    fn convert(&mut self, text: String) -> Result<Value, Stop> {
        match &mut self.form {
            Form::Files(read) => read(&text).map_err(Stop::Error),
            Form::Typed => Ok(typed(text)),
            _ => Ok(Value::from(text)),
        }
    }
}

/// What stands behind `=`.
enum Read {
    Value(Value),
    /// Nothing: the end of the text.
    Empty,
}

fn typed(text: String) -> Value {
    if text.eq_ignore_ascii_case("true") {
        return Value::Bool(true);
    }
    if text.eq_ignore_ascii_case("false") {
        return Value::Bool(false);
    }
    if text.eq_ignore_ascii_case("null") {
        return Value::Nil;
    }
    if text == "0" {
        return Value::int64(0);
    }
    if !text.starts_with('0')
        && let Ok(number) = strconv::parse_int(text.as_bytes(), 10, 64)
    {
        return Value::int64(number);
    }
    Value::from(text)
}

/// Sets a key, unless it is empty: Helm drops those.
fn put(data: &Map, key: &str, value: Value) {
    if !key.is_empty() {
        data.insert(key, value);
    }
}

fn as_list(value: Value) -> Result<Vec<Value>, Stop> {
    match value {
        Value::List(list) => Ok(list.into_vec()),
        other => Err(unexpected(&other, "[]interface {}")),
    }
}

/// The panic of a Go type assertion, which Helm turns into an error.
fn unexpected(found: &Value, wanted: &str) -> Stop {
    let found = if found.is_nil() { "nil" } else { found.type_info().name };
    Stop::Error(format!("unable to parse key: interface conversion: interface {{}} is {found}, not {wanted}"))
}
