//! Explained resources as text and for machines.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use longshore_kustomize::explain::{Change, Explanation, Field, Scalar};
use serde_json::{Map, Value, json};
use unicode_width::UnicodeWidthStr;

use crate::printer::{Paint, Printer};

/// Longer lines do not push what stands beside all others to the right.
const WIDEST: usize = 60;
/// Characters of a value that are shown in a history.
const SHOWN: usize = 60;

/// The object, with what has set each line last beside it, and what is gone below.
pub(super) fn object(explained: &Explanation, printer: &Printer) -> String {
    let by_line: BTreeMap<u32, &Field> = explained.fields.iter().map(|field| (field.line, field)).collect();
    let width = explained.text.lines().map(UnicodeWidthStr::width).filter(|width| *width <= WIDEST).max();
    let width = width.unwrap_or(WIDEST);
    let mut text = String::new();
    for (line, number) in explained.text.lines().zip(1..) {
        text.push_str(line);
        if let Some(told) = by_line.get(&number).and_then(|field| field.changes.last()).map(told) {
            let padding = width.saturating_sub(line.width());
            let _ = write!(text, "{:padding$}  {}", "", printer.paint(Paint::Dim, &told));
        }
        text.push('\n');
    }
    if !explained.gone.is_empty() {
        let _ = writeln!(text, "\n{}", printer.paint(Paint::Bold, "Taken away on the way:"));
        for field in &explained.gone {
            let _ = match &field.changes[..] {
                [.., before, last] => {
                    let value = before.value.as_deref().unwrap_or_default();
                    writeln!(
                        text,
                        "  {}: {}  {}",
                        field.path,
                        short(value),
                        printer.paint(Paint::Dim, &told(last))
                    )
                }
                _ => Ok(()),
            };
        }
    }
    text
}

/// Fields with all that was done to them, the first first.
pub(super) fn history(fields: &[&Field], printer: &Printer) -> String {
    let mut text = String::new();
    for field in fields {
        let now = field.value.as_ref().map_or_else(|| String::from("(gone)"), |value| short(&value.text));
        let _ = writeln!(text, "{}", printer.paint(Paint::Bold, &format!("{}: {now}", field.path)));
        let values: Vec<String> = field.changes.iter().map(value_of).collect();
        let width = values.iter().map(|value| value.width()).max().unwrap_or(0);
        for (value, change) in values.iter().zip(&field.changes) {
            let padding = width - value.width();
            let _ = writeln!(text, "  {value}{:padding$}  {}", "", printer.paint(Paint::Dim, &told(change)));
        }
    }
    text
}

/// The fields for machines; with all that was done to them, if that was asked for.
pub(super) fn list(fields: &[&Field], has_history: bool) -> Value {
    let one = |field: &&Field| {
        let mut map = Map::new();
        map.insert(String::from("path"), json!(field.path));
        map.insert(String::from("value"), field.value.as_ref().map_or(Value::Null, value));
        if field.value.is_none() {
            map.insert(String::from("gone"), json!(true));
        }
        if let Some(last) = field.changes.last() {
            map.extend(source(last));
        }
        if has_history {
            let history = field.changes.iter().map(|change| {
                let mut map = Map::from_iter([(String::from("value"), json!(change.value))]);
                map.extend(source(change));
                Value::Object(map)
            });
            map.insert(String::from("history"), history.collect());
        }
        Value::Object(map)
    };
    fields.iter().map(one).collect()
}

/// What has done something, for machines.
fn source(change: &Change) -> Map<String, Value> {
    let mut map = Map::new();
    if let Some(place) = &change.place {
        map.insert(String::from("file"), json!(place.file));
        if place.line > 0 {
            map.insert(String::from("line"), json!(place.line));
        }
    }
    map.insert(String::from("by"), json!(change.by));
    if let Some(kustomization) = &change.kustomization {
        map.insert(String::from("kustomization"), json!(kustomization));
    }
    map
}

/// A value as JSON has it.
fn value(scalar: &Scalar) -> Value {
    let text = &scalar.text;
    let number = || serde_json::from_str::<Value>(text).ok().filter(Value::is_number);
    match scalar.tag.as_str() {
        "!!int" | "!!float" => number().unwrap_or_else(|| json!(text)),
        "!!bool" => json!(text == "true"),
        "!!null" => Value::Null,
        "!!map" => json!({}),
        "!!seq" => json!([]),
        _ => json!(text),
    }
}

/// What has set a value, in a few words.
fn told(change: &Change) -> String {
    let mut text = String::from("<-");
    if let Some(place) = &change.place {
        let _ = write!(text, " {}", place.file);
        if place.line > 0 {
            let _ = write!(text, ":{}", place.line);
        }
    }
    if change.by != "resources" {
        let _ = write!(text, " {}", change.by);
    }
    // A patch in a file of its own does not say who asked for it.
    if let (Some(place), Some(folder)) = (&change.place, &change.kustomization)
        && change.by.contains('[')
        && !place.file.contains("ustomization")
    {
        let _ = write!(text, " of {folder}");
    }
    text
}

fn value_of(change: &Change) -> String {
    change.value.as_deref().map_or_else(|| String::from("(taken away)"), short)
}

/// A value on one line.
fn short(value: &str) -> String {
    let line = value.lines().next().unwrap_or_default();
    let cut: String = line.chars().take(SHOWN).collect();
    if cut.len() < value.len() { format!("{cut}…") } else { cut }
}
