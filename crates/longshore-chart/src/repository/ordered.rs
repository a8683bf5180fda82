//! JSON with its keys in the order of Go's structs, which digests and `index.yaml --json` depend on.

use longshore_go::json;
use serde_json::Value as Json;

use crate::metadata::{CHART_FIELDS, DEPENDENCY_FIELDS, Dependency, Metadata, fields_of};

/// JSON that keeps the order it was made in.
#[derive(Debug)]
pub(super) enum Ordered {
    Plain(Json),
    List(Vec<Ordered>),
    Object(Vec<(String, Ordered)>),
}

pub(super) fn dependency(dependency: &Dependency) -> Ordered {
    in_order(dependency.to_json(), DEPENDENCY_FIELDS)
}

/// The fields of a chart's metadata.
pub(super) fn metadata(metadata: &Metadata) -> Vec<(String, Ordered)> {
    match in_order(metadata.to_json(), CHART_FIELDS) {
        Ordered::Object(fields) => fields,
        _ => Vec::new(),
    }
}

fn in_order(json: Json, keys: &[&str]) -> Ordered {
    let Json::Object(mut map) = json else { return Ordered::Plain(json) };
    let field = |key: &&str| {
        let value = map.remove(*key)?;
        let below = fields_of(key);
        if below.is_empty() {
            return Some(((*key).to_owned(), Ordered::Plain(value)));
        }
        let Json::Array(items) = value else { return None };
        let items = items.into_iter().map(|item| in_order(item, below)).collect();
        Some(((*key).to_owned(), Ordered::List(items)))
    };
    Ordered::Object(keys.iter().filter_map(field).collect())
}

impl Ordered {
    /// As `json.Marshal` writes it.
    pub(super) fn compact(&self) -> Vec<u8> {
        let mut out = String::new();
        self.write(&mut out, None);
        json::escape_html(&out).into_bytes()
    }

    /// As `json.MarshalIndent` with two spaces.
    pub(super) fn indented(&self) -> Vec<u8> {
        let mut out = String::new();
        self.write(&mut out, Some(0));
        json::escape_html(&out).into_bytes()
    }

    fn write(&self, out: &mut String, depth: Option<usize>) {
        match self {
            Self::Plain(Json::Array(items)) => {
                let items: Vec<Ordered> = items.iter().cloned().map(Self::Plain).collect();
                list(out, depth, ['[', ']'], &items, Self::write);
            }
            Self::Plain(Json::Object(map)) => {
                let fields: Vec<_> =
                    map.iter().map(|(key, value)| (key.clone(), Self::Plain(value.clone()))).collect();
                list(out, depth, ['{', '}'], &fields, field);
            }
            Self::Plain(scalar) => out.push_str(&scalar.to_string()),
            Self::List(items) => {
                list(out, depth, ['[', ']'], items, Self::write);
            }
            Self::Object(fields) => list(out, depth, ['{', '}'], fields, field),
        }
    }
}

fn field((key, value): &(String, Ordered), out: &mut String, depth: Option<usize>) {
    out.push_str(&Json::from(key.as_str()).to_string());
    out.push_str(if depth.is_some() { ": " } else { ":" });
    value.write(out, depth);
}

fn list<T>(
    out: &mut String,
    depth: Option<usize>,
    [open, close]: [char; 2],
    items: &[T],
    write: impl Fn(&T, &mut String, Option<usize>),
) {
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    out.push(open);
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        if let Some(depth) = depth {
            line(out, depth + 1);
        }
        write(item, out, depth.map(|depth| depth + 1));
    }
    if let Some(depth) = depth.filter(|_| !items.is_empty()) {
        line(out, depth);
    }
    out.push(close);
}
