//! What a value is and where it was set, without telling secrets.

use std::fmt;

use longshore_diag::{Place, nearest};
use longshore_go::{Map, Value};

use crate::places::ValuesPlaces;

/// Characters of a text that are shown.
const SHOWN: usize = 60;
/// Keys of a map that are named.
const KEYS: usize = 8;
/// A value whose key has one of these in it is not shown.
const SECRET: [&str; 8] = ["pass", "secret", "token", "key", "cred", "auth", "cert", "private"];

/// The values of a render, and who set them.
pub(super) struct Facts {
    pub(super) values: Map,
    pub(super) places: ValuesPlaces,
}

/// What is known of one value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fact {
    /// Its path from the top of the values.
    pub(super) path: String,
    /// The same as the template's chart sees it.
    pub(super) asked: String,
    /// Where it was set.
    pub(super) place: Option<Place>,
    /// What it is; nothing if it is not set.
    pub(super) value: Option<String>,
    /// The path of the nearest key above that is in the way: not set itself, or no map.
    pub(super) broken: Option<(String, Option<String>)>,
    /// A key beside the missing one that may have been meant for it, with its place.
    pub(super) near: Option<(String, Option<Place>)>,
}

impl Facts {
    /// What is known of the value at a path that a template in the chart at `prefix` reads.
    pub(super) fn of(&self, prefix: &[String], path: &[&str]) -> Fact {
        let mut full: Vec<&str> = prefix.iter().map(String::as_str).collect();
        if path.first() == Some(&"global") {
            full.clear();
        }
        full.extend(path);
        let mut fact = Fact {
            path: full.join("."),
            asked: path.join("."),
            place: None,
            value: None,
            broken: None,
            near: None,
        };
        let mut map = self.values.clone();
        for (at, key) in full.iter().enumerate() {
            let value = map.get(key.as_bytes()).filter(|value| !matches!(value, Value::Nil | Value::Missing));
            let here = full[..=at].join(".");
            match value {
                None => {
                    let names: Vec<String> =
                        map.keys().iter().map(|key| key.to_str_lossy().into_owned()).collect();
                    let near = nearest(key, names.iter().map(String::as_str));
                    fact.near = near.map(|near| {
                        let beside: Vec<&str> = full[..at].iter().copied().chain([near]).collect();
                        (beside.join("."), self.places.find_from_top(&beside))
                    });
                    fact.broken = (at + 1 < full.len()).then_some((here, None));
                    return fact;
                }
                Some(value) if at + 1 == full.len() => {
                    fact.value = Some(shown(&value, &full));
                    fact.place = self.places.find_from_top(&full);
                }
                Some(Value::Map(inner)) => map = inner,
                Some(other) => {
                    fact.broken = Some((here, Some(shown(&other, &full[..=at]))));
                    fact.place = self.places.find_from_top(&full[..=at]);
                    return fact;
                }
            }
        }
        fact
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, place, value, broken, .. } = self;
        match (value, broken) {
            (Some(value), _) => write!(f, "`{path}` is {value}")?,
            (None, Some((above, Some(what)))) => write!(f, "`{path}` cannot be: `{above}` is {what}")?,
            (None, Some((above, None))) => write!(f, "`{path}` is not set, nor is `{above}`")?,
            (None, None) => write!(f, "`{path}` is not set")?,
        }
        match place {
            Some(place) => write!(f, " ({place})"),
            None => Ok(()),
        }
    }
}

/// The value in a few words.
fn shown(value: &Value, path: &[&str]) -> String {
    let is_secret = path.iter().any(|key| {
        let key = key.to_lowercase();
        SECRET.iter().any(|word| key.contains(word))
    });
    match value {
        Value::Map(map) if map.is_empty() => String::from("an empty map"),
        Value::Map(map) => {
            let mut keys: Vec<String> = map.keys().iter().map(|key| format!("`{key}`")).collect();
            let more = if keys.len() > KEYS { ", …" } else { "" };
            keys.truncate(KEYS);
            format!("a map with {}{more}", keys.join(", "))
        }
        Value::List(list) => format!("a list of {}", list.len()),
        Value::Bool(_) | Value::Nil | Value::Missing => text(value),
        _ if is_secret => String::from("set, and not shown because it may be secret"),
        Value::Str(text) => {
            let text = text.to_str_lossy();
            let short: String = text.chars().take(SHOWN).collect();
            let more = if short.len() < text.len() { "…" } else { "" };
            format!("the text {short:?}{more}")
        }
        other => format!("the number {}", text(other)),
    }
}

fn text(value: &Value) -> String {
    longshore_chart::values::to_json(value).to_string()
}
