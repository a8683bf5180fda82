//! Texts and numbers, and when values are equal.

use super::{Check, Item};
use crate::schema::json::Json;
use crate::schema::number::Decimal;
use crate::schema::words::{display, float, quote};

pub(super) fn is_integer(number: &str) -> bool {
    Decimal::parse(number).is_some_and(|number| number.is_integer())
}

/// Equality of JSON Schema: numbers by value.
pub(super) fn equal(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => {
            a == b || Decimal::parse(a).is_some_and(|a| Some(a) == Decimal::parse(b))
        }
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        (a, b) => a == b,
    }
}

pub(super) fn item_equal(item: Item<'_>, wanted: &Json) -> bool {
    match item {
        Item::Json(json) => equal(json, wanted),
        Item::Name(name) => wanted.as_str() == Some(name),
    }
}

/// A text that is the same for equal values only.
pub(super) fn same_text(json: &Json, out: &mut String) {
    match json {
        Json::Null => out.push('n'),
        Json::Bool(b) => out.push(if *b { 't' } else { 'f' }),
        Json::Number(number) => out.extend(["#", &format!("{:?}", Decimal::parse(number))]),
        Json::String(text) => out.extend(["\"", &text.len().to_string(), ":", text]),
        Json::Array(items) => {
            out.push('[');
            for item in items {
                same_text(item, out);
            }
            out.push(']');
        }
        Json::Object(map) => {
            out.push('{');
            for (key, value) in map {
                out.extend(["\"", &key.len().to_string(), ":", key]);
                same_text(value, out);
            }
            out.push('}');
        }
        Json::Other(name) => out.extend(["?", name]),
    }
}

fn is_plain(json: &Json) -> bool {
    !matches!(json, Json::Array(_) | Json::Object(_))
}

pub(super) fn constant_text(wanted: &Json) -> String {
    if is_plain(wanted) { format!("value must be {}", display(wanted)) } else { "'const' failed".to_owned() }
}

pub(super) fn choices_text(wanted: &[Json]) -> String {
    if !wanted.iter().all(is_plain) {
        return "'enum' failed".to_owned();
    }
    let shown: Vec<String> = wanted.iter().map(display).collect();
    match shown.as_slice() {
        [only] => format!("value must be {only}"),
        many => format!("value must be one of {}", many.join(", ")),
    }
}

impl Check<'_, '_> {
    pub(super) fn text(&mut self, text: &str) {
        let Some(rules) = self.schema.schema().text.as_deref() else { return };
        if rules.least.is_some() || rules.most.is_some() {
            self.size(("minLength", rules.least), ("maxLength", rules.most), text.chars().count());
        }
        if let Some((pattern, shown)) = &rules.pattern
            && !pattern.is_match(text.as_bytes())
        {
            self.add(|| format!("{} does not match pattern {}", quote(text), quote(shown)));
        }
    }

    pub(super) fn number(&mut self, number: &str) {
        let Some(rules) = self.schema.schema().number.as_deref() else { return };
        let Some(got) = Decimal::parse(number) else { return };
        let mut limit = |name: &str, want: &Option<Decimal>, broken: &dyn Fn(&Decimal) -> bool| {
            if let Some(want) = want.as_ref().filter(|want| broken(want)) {
                self.add(|| format!("{name}: got {}, want {}", float(got.to_f64()), float(want.to_f64())));
            }
        };
        limit("minimum", &rules.minimum, &|want| got < *want);
        limit("maximum", &rules.maximum, &|want| got > *want);
        limit("exclusiveMinimum", &rules.exclusive_minimum, &|want| got <= *want);
        limit("exclusiveMaximum", &rules.exclusive_maximum, &|want| got >= *want);
        limit("multipleOf", &rules.multiple_of, &|want| !got.is_multiple_of(want));
    }
}
