//! From pieces to tables, as the parser of `BurntSushi/toml` puts them together.
//!
//! Source: [`parse.go`](https://github.com/BurntSushi/toml/blob/v1.6.0/parse.go). Its notion of implicit tables (those
//! that are only named on the way to others) decides what may be defined again, and is kept step by step.

use std::collections::{BTreeMap, BTreeSet};

use longshore_go::time::Location;
use longshore_go::{List, Map, Str, Value, strconv, types};

use super::lexer::{Item, Kind, Lexer};
use super::scalar;
use super::table::{Node, Table, key_text};

/// Most levels of tables and arrays together: reading them recurses, with all that a level needs.
const MAX_DEPTH: usize = 250;
/// Most bytes of full names of keys that are looked at: a name a thousand tables deep is long, and it is looked
/// at for each of its parts.
const MAX_WORK: usize = 64 << 20;

/// How parsing ends other than well.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// With an error, which `fromToml` puts under the key `Error`.
    Returned(String),
    /// With a panic, which stops the template.
    Panicked(String),
}

pub(super) type Step<T> = Result<T, Failure>;

/// The locations of dates and times that name no offset.
pub(super) struct Zones {
    /// Of times with an offset that is the machine's.
    pub(super) local: Location,
    /// Seconds east of UTC of all others.
    pub(super) offset: i32,
}

pub(super) struct Parser<'a> {
    lexer: Lexer<'a>,
    zones: &'a Zones,
    /// The table that keys belong to.
    context: Vec<Str>,
    /// The key that is being set; empty between keys.
    key: Str,
    /// The line of the last key.
    line: usize,
    root: Table,
    implicit: BTreeSet<Vec<u8>>,
    /// Whether a key was last known as an array of values.
    arrays: BTreeMap<Vec<u8>, bool>,
    depth: usize,
    work: usize,
}

/// Reads a whole text.
pub(super) fn parse(mut text: &[u8], zones: &Zones) -> Step<Map> {
    for mark in [&b"\xFF\xFE"[..], b"\xFE\xFF", b"\xEF\xBB\xBF"] {
        if let Some(rest) = text.strip_prefix(mark) {
            text = rest;
            break;
        }
    }
    if text.iter().take(6).any(|byte| *byte == 0) {
        let error = "files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8";
        return Err(Failure::Returned(format!("toml: line 1: {error}")));
    }
    let mut parser = Parser {
        lexer: Lexer::new(text),
        zones,
        context: Vec::new(),
        key: Str::default(),
        line: 0,
        root: Table::default(),
        implicit: BTreeSet::new(),
        arrays: BTreeMap::new(),
        depth: 0,
        work: 0,
    };
    loop {
        let item = parser.next()?;
        match item.kind {
            Kind::Eof => return Ok(parser.root.into_map()),
            Kind::CommentStart => {
                parser.next()?;
            }
            Kind::TableStart => parser.header(Kind::TableEnd, false)?,
            Kind::ArrayTableStart => parser.header(Kind::ArrayTableEnd, true)?,
            Kind::KeyStart => {
                let outer = parser.context.clone();
                parser.key_value()?;
                parser.context = outer;
                parser.key = Str::default();
            }
            kind => return Err(bug(&format!("Unexpected type at top level: {kind:?}"))),
        }
    }
}

fn bug(text: &str) -> Failure {
    Failure::Panicked(format!("BUG: {text}\n\n"))
}

impl<'a> Parser<'a> {
    fn next(&mut self) -> Step<Item<'a>> {
        let item = self.lexer.item().map_err(|text| Failure::Panicked(text.to_owned()))?;
        if item.kind == Kind::Error {
            return Err(self.failed(item.line, &item.error));
        }
        Ok(item)
    }

    fn failed(&self, line: usize, message: &str) -> Failure {
        let mut key = key_text(&self.context);
        if self.context.is_empty() {
            key = self.key.to_vec();
        } else if !self.key.is_empty() {
            key.push(b'.');
            key.extend_from_slice(&self.key);
        }
        if key.is_empty() {
            return Failure::Returned(format!("toml: line {line}: {message}"));
        }
        let key = strconv::quote(&key);
        let key = String::from_utf8_lossy(&key);
        Failure::Returned(format!("toml: line {line} (last key {key}): {message}"))
    }

    /// An error about the last key.
    fn refused(&self, message: &str) -> Failure {
        self.failed(self.line, message)
    }

    /// The full name of a key, by which it is remembered.
    fn name(&mut self, key: &[Str]) -> Step<Vec<u8>> {
        let name = key_text(key);
        self.work += name.len();
        if self.work > MAX_WORK {
            return Err(self.refused("the names of the keys are too long"));
        }
        Ok(name)
    }

    /// The parts of a key up to the piece that ends it.
    fn parts(&mut self, end: Kind) -> Step<Vec<Str>> {
        let mut item = self.next()?;
        self.line = item.line;
        let mut key = Vec::new();
        while item.kind != end {
            if item.kind == Kind::Eof {
                return Err(bug(&format!("Expected '{end:?}' but got 'EOF'.")));
            }
            key.push(if item.kind == Kind::Text { item.text.into() } else { self.text(&item)? });
            item = self.next()?;
        }
        Ok(key)
    }

    /// `[a.b]` or `[[a.b]]`
    fn header(&mut self, end: Kind, array: bool) -> Step<()> {
        let key = self.parts(end)?;
        self.add_context(&key, array)?;
        let context = self.context.clone();
        let name = self.name(&context)?;
        self.arrays.insert(name, false);
        Ok(())
    }

    /// `a.b = value`; afterwards the context is that of the last part. Gives the parts and the value.
    fn key_value(&mut self) -> Step<(Vec<Str>, Value)> {
        let key = self.parts(Kind::KeyEnd)?;
        let Some((last, parents)) = key.split_last() else { return Err(bug("a key without parts")) };
        self.key = last.clone();
        for part in parents {
            let mut inner = self.context.clone();
            inner.push(part.clone());
            let name = self.name(&inner)?;
            self.implicit.insert(name);
            self.add_context(&inner, false)?;
        }
        let item = self.next()?;
        let (value, array) = self.value(&item, false)?;
        self.set_value(last, Node::Value(value.clone()))?;
        self.set_type(last, array)?;
        Ok((key, value))
    }

    /// Enters a table, or a new one of an array of tables. Makes it, and those on the way to it, if need be.
    fn add_context(&mut self, key: &[Str], array: bool) -> Step<()> {
        let Some((last, parents)) = key.split_last() else { return Err(bug("a table without a name")) };
        if key.len() + self.depth > MAX_DEPTH {
            return Err(self.refused("the tables are nested too deeply"));
        }
        let mut table = self.root.clone();
        let mut context = Vec::with_capacity(key.len());
        for part in parents {
            context.push(part.clone());
            if !table.contains(part) {
                let name = self.name(&context)?;
                self.implicit.insert(name);
                table.insert(part, Node::Table(Table::default()));
            }
            let Some(inner) = table.enter(part) else {
                let key = String::from_utf8_lossy(&key_text(&context)).into_owned();
                return Err(self.refused(&format!("Key '{key}' was already created as a hash.")));
            };
            table = inner;
        }
        self.context = context;
        if !array {
            self.set_value(last, Node::Table(Table::default()))?;
        } else if !table.append(last) {
            let key = String::from_utf8_lossy(&key_text(key)).into_owned();
            return Err(
                self.refused(&format!("Key '{key}' was already created and cannot be used as an array."))
            );
        }
        self.context.push(last.clone());
        Ok(())
    }

    /// Sets a key of the context, unless it is defined already.
    fn set_value(&mut self, key: &Str, value: Node) -> Step<()> {
        let mut table = self.root.clone();
        for (index, part) in self.context.iter().enumerate() {
            let Some(inner) = table.enter(part) else {
                return Err(self.redefined(&self.context[..=index]));
            };
            table = inner;
        }
        if !table.contains(key) {
            table.insert(key, value);
            return Ok(());
        }
        let full: Vec<Str> = self.context.iter().chain([key]).cloned().collect();
        let name = self.name(&full)?;
        // What was only implied may be defined once.
        if !self.implicit.remove(&name) {
            return Err(self.redefined(&full));
        }
        if self.arrays.get(&name).copied().unwrap_or_default() {
            table.insert(key, value);
        }
        Ok(())
    }

    fn redefined(&self, key: &[Str]) -> Failure {
        let key = String::from_utf8_lossy(&key_text(key)).into_owned();
        self.refused(&format!("Key '{key}' has already been defined."))
    }

    fn set_type(&mut self, key: &Str, array: bool) -> Step<()> {
        let mut full = self.context.clone();
        if !key.is_empty() || full.is_empty() {
            full.push(key.clone());
        }
        let name = self.name(&full)?;
        self.arrays.insert(name, array);
        Ok(())
    }

    /// The text of a string.
    fn text(&self, item: &Item<'_>) -> Step<Str> {
        let made = match item.kind {
            Kind::String | Kind::RawString => Ok(item.text.to_vec()),
            Kind::StringEsc => scalar::unescape(item.text),
            Kind::MultilineString => {
                scalar::unescape(&scalar::without_escaped_newlines(scalar::without_first_newline(item.text)))
            }
            Kind::RawMultilineString => Ok(scalar::without_first_newline(item.text).to_vec()),
            kind => return Err(bug(&format!("Unexpected key type: {kind:?}"))),
        };
        made.map(Str::from).map_err(|error| self.failed(item.line, &error))
    }

    /// A value, and whether it is an array.
    fn value(&mut self, item: &Item<'_>, in_array: bool) -> Step<(Value, bool)> {
        let failed = |error: String| self.failed(item.line, &error);
        let value = match item.kind {
            Kind::Integer => scalar::integer(item.text).map_err(failed)?,
            Kind::Float => scalar::float(item.text).map_err(failed)?,
            Kind::Datetime => scalar::datetime(item.text, self.zones).map_err(failed)?,
            Kind::Bool => Value::Bool(item.text == b"true"),
            Kind::Array | Kind::InlineTableStart => {
                self.depth += 1;
                if self.depth + self.context.len() > MAX_DEPTH {
                    return Err(self.failed(item.line, "the values are nested too deeply"));
                }
                let made = match item.kind {
                    Kind::Array => (self.array()?, true),
                    _ => (self.inline_table(in_array)?, false),
                };
                self.depth -= 1;
                return Ok(made);
            }
            _ => Value::Str(self.text(item)?),
        };
        Ok((value, false))
    }

    fn array(&mut self) -> Step<Value> {
        let key = self.key.clone();
        self.set_type(&key, true)?;
        let mut items = Vec::new();
        loop {
            let item = self.next()?;
            match item.kind {
                Kind::ArrayEnd => return Ok(Value::List(List::typed(&types::SLICE_ANY, items))),
                Kind::CommentStart => {
                    self.next()?;
                }
                _ => items.push(self.value(&item, true)?.0),
            }
        }
    }

    /// Entries go into the table of the context, as everywhere; arrays take a table that is made beside it.
    fn inline_table(&mut self, in_array: bool) -> Step<Value> {
        let made = Map::new();
        let (outer, outer_key) = (self.context.clone(), self.key.clone());
        let mut context = outer.clone();
        context.push(std::mem::take(&mut self.key));
        let name = self.name(&context)?;
        self.implicit.insert(name);
        self.add_context(&context, in_array)?;
        loop {
            match self.next()?.kind {
                Kind::InlineTableEnd => break,
                Kind::CommentStart => {
                    self.next()?;
                    continue;
                }
                _ => {}
            }
            let (key, value) = self.key_value()?;
            let mut map = made.clone();
            for part in &key[..key.len() - 1] {
                let inner = map.get(part).unwrap_or_else(|| {
                    let inner = Value::Map(Map::new());
                    map.insert(part.clone(), inner.clone());
                    inner
                });
                let Value::Map(inner) = inner else {
                    let shown = strconv::quote(&key_text(&self.context));
                    let shown = String::from_utf8_lossy(&shown).into_owned();
                    return Err(self.refused(&format!("{shown} is not a table")));
                };
                map = inner;
            }
            map.insert(self.key.clone(), value);
            self.context.clone_from(&context);
        }
        self.context = outer;
        self.key = outer_key;
        Ok(Value::Map(made))
    }
}
