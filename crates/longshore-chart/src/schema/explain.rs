//! Why values do not meet a schema, as a tree of causes in the words of Helm's schema library.
//!
//! The walk is that library's: in each schema type, const, enum and format end it, everything else adds
//! up. Where the library walks a Go map, in random order, we go by name.

mod checks;
mod format;
pub(super) mod meta;

use std::fmt::Write as _;

use serde_json::{Map as JsonMap, Value as Json};

use super::words::{display, quote, type_of};

/// Deepest nesting of schemas within schemas; a schema that refers to itself stops here.
const MAX_DEPTH: usize = 200;

/// One cause, and its own causes.
#[derive(Debug, Clone)]
pub(super) struct Cause {
    path: String,
    kind: Kind,
    causes: Vec<Cause>,
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    /// Several causes at one place.
    Group,
    /// A `$ref`; not shown if it has one cause.
    Reference,
    Text(String),
}

/// The text after `jsonschema validation failed with …`; `None` if the walk finds nothing wrong.
pub(super) fn explain(schema: &Json, values: &Json) -> Option<String> {
    let walk = Walk { root: schema, draft: draft_of(schema), meta: None };
    let cause = walk.check(schema, values, "", 0)?;
    Some(cause.listed().trim_start_matches('\n').to_owned())
}

/// The draft that a schema names; the newest if none.
fn draft_of(schema: &Json) -> u32 {
    match schema.get("$schema").and_then(Json::as_str) {
        Some(url) if url.contains("draft-04") => 4,
        Some(url) if url.contains("draft-06") => 6,
        Some(url) if url.contains("draft-07") => 7,
        Some(url) if url.contains("2019-09") => 2019,
        _ => 2020,
    }
}

impl Cause {
    /// The causes, if this is nothing but several.
    fn ungrouped(self) -> Vec<Self> {
        if self.kind == Kind::Group { self.causes } else { vec![self] }
    }

    /// All of it, each cause on lines of its own.
    fn listed(self) -> String {
        let mut text = String::new();
        for cause in &self.ungrouped() {
            cause.show(0, &mut text);
        }
        text
    }

    fn show(&self, indent: usize, out: &mut String) {
        let hidden = self.kind == Kind::Reference && self.causes.len() == 1;
        if !hidden {
            out.push('\n');
            out.push_str(&"  ".repeat(indent));
            let text = match &self.kind {
                Kind::Group | Kind::Reference => "validation failed",
                Kind::Text(text) => text,
            };
            let _ = write!(out, "- at {}: {text}", quote(&self.path));
        }
        for cause in &self.causes {
            cause.show(if hidden { indent } else { indent + 1 }, out);
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Walk<'s> {
    root: &'s Json,
    draft: u32,
    /// The draft's own schema, if that is what is held against: where its parts come back to.
    meta: Option<&'s Json>,
}

/// Causes found in one schema.
struct Found<'p> {
    path: &'p str,
    causes: Vec<Cause>,
}

impl Found<'_> {
    fn text(&mut self, text: impl Into<String>) {
        self.with(text, Vec::new());
    }

    fn with(&mut self, text: impl Into<String>, causes: Vec<Cause>) {
        self.causes.push(Cause { path: self.path.to_owned(), kind: Kind::Text(text.into()), causes });
    }
}

impl<'s> Walk<'s> {
    /// What is wrong with `value` by `schema`; `None` if nothing is.
    fn check(&self, schema: &'s Json, value: &Json, path: &str, depth: usize) -> Option<Cause> {
        let only =
            |text: String| Some(Cause { path: path.to_owned(), kind: Kind::Text(text), causes: Vec::new() });
        let keywords = match schema {
            Json::Bool(false) => return only("false schema".to_owned()),
            Json::Object(map) if depth < MAX_DEPTH => map,
            _ => return None,
        };
        if let Some(text) = self.scalar_mismatch(keywords, value) {
            return only(text);
        }
        let mut found = Found { path, causes: Vec::new() };
        if let Some((walk, target)) =
            keywords.get("$ref").and_then(Json::as_str).and_then(|url| self.resolve(url))
        {
            walk.refer(target, value, depth, &mut found);
            if self.draft < 2019 {
                return found.causes.pop();
            }
        }
        match value {
            Json::Object(map) => self.object(keywords, map, depth, &mut found),
            Json::Array(items) => self.array(keywords, items, depth, &mut found),
            Json::String(text) => self.string(keywords, text, &mut found),
            Json::Number(number) => self.number(keywords, number.as_f64().unwrap_or(0.0), &mut found),
            _ => {}
        }
        if let Some(meta) = self.meta
            && (keywords.contains_key("$dynamicRef") || keywords.contains_key("$recursiveRef"))
        {
            Walk { root: meta, ..*self }.refer(meta, value, depth, &mut found);
        }
        self.combined(keywords, value, depth, &mut found);
        match found.causes.len() {
            0 | 1 => found.causes.pop(),
            _ => Some(Cause { path: path.to_owned(), kind: Kind::Group, causes: found.causes }),
        }
    }

    /// What is wrong by a schema that another one refers to.
    fn refer(&self, target: &'s Json, value: &Json, depth: usize, found: &mut Found<'_>) {
        if let Some(cause) = self.check(target, value, found.path, depth + 1) {
            let causes = cause.ungrouped();
            found.causes.push(Cause { path: found.path.to_owned(), kind: Kind::Reference, causes });
        }
    }

    /// Type, const, enum and format: the first that fails ends the walk of a schema.
    fn scalar_mismatch(&self, keywords: &JsonMap<String, Json>, value: &Json) -> Option<String> {
        let whole = value.as_f64().is_some_and(|number| number.fract() == 0.0);
        let wanted: Vec<&str> = match keywords.get("type") {
            Some(Json::String(name)) => vec![name.as_str()],
            Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).collect(),
            _ => Vec::new(),
        };
        let got = type_of(value);
        if !wanted.is_empty() && !wanted.iter().any(|name| *name == got || (*name == "integer" && whole)) {
            let order = ["null", "boolean", "number", "integer", "string", "array", "object"];
            let names: Vec<&str> = order.into_iter().filter(|name| wanted.contains(name)).collect();
            return Some(format!("got {got}, want {}", names.join(" or ")));
        }
        if let Some(wanted) = keywords.get("const").filter(|_| self.draft >= 6)
            && !checks::equal(value, wanted)
        {
            return Some(match wanted {
                Json::Array(_) | Json::Object(_) => "'const' failed".to_owned(),
                other => format!("value must be {}", display(other)),
            });
        }
        if let Some(Json::Array(wanted)) = keywords.get("enum")
            && !wanted.iter().any(|item| checks::equal(value, item))
        {
            let shown: Vec<String> = wanted.iter().map(display).collect();
            return Some(if wanted.iter().any(|item| item.is_array() || item.is_object()) {
                "'enum' failed".to_owned()
            } else if let [only] = shown.as_slice() {
                format!("value must be {only}")
            } else {
                format!("value must be one of {}", shown.join(", "))
            });
        }
        // `format` is asserted up to draft 7, and of schemas.
        let is_asserted = self.draft <= 7 || self.meta.is_some();
        let format = keywords.get("format").and_then(Json::as_str).filter(|_| is_asserted)?;
        let problem = format::check(format, value.as_str()?).err()?;
        Some(format!("{} is not valid {format}: {problem}", display(value)))
    }

    /// Whether a value passes one keyword by itself.
    fn alone(&self, keyword: &str, argument: &Json, value: &Json) -> bool {
        let mut schema = JsonMap::new();
        if let Some(url) = self.root.get("$schema") {
            schema.insert("$schema".to_owned(), url.clone());
        }
        schema.insert(keyword.to_owned(), argument.clone());
        let options = jsonschema::options().should_validate_formats(true);
        options.build(&Json::Object(schema)).is_ok_and(|validator| validator.is_valid(value))
    }

    /// The schema that a reference leads to, and how to go on from there.
    fn resolve(&self, url: &str) -> Option<(Self, &'s Json)> {
        let (document, pointer) = url.split_once('#').unwrap_or((url, ""));
        let root = if document.is_empty() {
            self.root
        } else {
            self.meta.and_then(|_| meta::part(self.draft, document))?
        };
        let walk = Walk { root, ..*self };
        Some((walk, walk.within(pointer)?))
    }

    /// The schema at a pointer, or of a name.
    fn within(&self, pointer: &str) -> Option<&'s Json> {
        if pointer.is_empty() || pointer.starts_with('/') {
            return self.root.pointer(&percent_decoded(pointer));
        }
        let url = format!("#{pointer}");
        let named = ["definitions", "$defs"].into_iter().filter_map(|key| self.root.get(key)?.as_object());
        named.flat_map(JsonMap::values).find(|schema| {
            schema.get("$anchor").and_then(Json::as_str) == Some(pointer)
                || schema.get("$id").and_then(Json::as_str) == Some(&url)
        })
    }
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let hex = bytes.get(i + 1..i + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        let decoded = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| bytes[i] == b'%');
        out.push(decoded.unwrap_or(bytes[i]));
        i += if decoded.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}
