//! The drafts of JSON Schema: what each is called, and where its schemas hold further ones.

use super::address::split;
use super::json::Json;

/// A draft, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Draft {
    V4,
    V6,
    V7,
    V2019,
    V2020,
}

/// What of a keyword's value is a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Itself,
    Items,
    Values,
}

/// The keywords that hold schemas, and since when.
const POSITIONS: [(Draft, &str, Shape); 23] = [
    (Draft::V4, "definitions", Shape::Values),
    (Draft::V4, "not", Shape::Itself),
    (Draft::V4, "allOf", Shape::Items),
    (Draft::V4, "anyOf", Shape::Items),
    (Draft::V4, "oneOf", Shape::Items),
    (Draft::V4, "properties", Shape::Values),
    (Draft::V4, "additionalProperties", Shape::Itself),
    (Draft::V4, "patternProperties", Shape::Values),
    (Draft::V4, "items", Shape::Itself),
    (Draft::V4, "items", Shape::Items),
    (Draft::V4, "additionalItems", Shape::Itself),
    (Draft::V4, "dependencies", Shape::Values),
    (Draft::V6, "propertyNames", Shape::Itself),
    (Draft::V6, "contains", Shape::Itself),
    (Draft::V7, "if", Shape::Itself),
    (Draft::V7, "then", Shape::Itself),
    (Draft::V7, "else", Shape::Itself),
    (Draft::V2019, "$defs", Shape::Values),
    (Draft::V2019, "dependentSchemas", Shape::Values),
    (Draft::V2019, "unevaluatedProperties", Shape::Itself),
    (Draft::V2019, "unevaluatedItems", Shape::Itself),
    (Draft::V2019, "contentSchema", Shape::Itself),
    (Draft::V2020, "prefixItems", Shape::Items),
];

impl Draft {
    pub(super) const LATEST: Self = Self::V2020;

    /// The address of its own schema.
    pub(super) fn url(self) -> &'static str {
        match self {
            Self::V4 => "http://json-schema.org/draft-04/schema",
            Self::V6 => "http://json-schema.org/draft-06/schema",
            Self::V7 => "http://json-schema.org/draft-07/schema",
            Self::V2019 => "https://json-schema.org/draft/2019-09/schema",
            Self::V2020 => "https://json-schema.org/draft/2020-12/schema",
        }
    }

    /// The draft that a `$schema` names.
    pub(super) fn named(url: &str) -> Option<Self> {
        let (url, fragment) = split(url);
        if !fragment.is_empty() {
            return None;
        }
        let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).unwrap_or(url);
        Some(match rest.strip_prefix("json-schema.org/")? {
            "schema" => Self::LATEST,
            "draft/2020-12/schema" => Self::V2020,
            "draft/2019-09/schema" => Self::V2019,
            "draft-07/schema" => Self::V7,
            "draft-06/schema" => Self::V6,
            "draft-04/schema" => Self::V4,
            _ => return None,
        })
    }

    /// The keyword that names a schema.
    pub(super) fn id_keyword(self) -> &'static str {
        if self == Self::V4 { "id" } else { "$id" }
    }

    /// What a schema is called, without a place in it.
    pub(super) fn id(self, schema: &Json) -> Option<&str> {
        // Before 2019-09 a reference stands for itself only.
        if self < Self::V2019 && schema.get("$ref").is_some() {
            return None;
        }
        let id = schema.get(self.id_keyword())?.as_str()?;
        Some(split(id).0).filter(|id| !id.is_empty())
    }

    /// The keywords of this draft that hold schemas.
    pub(super) fn positions(self) -> impl Iterator<Item = (&'static str, Shape)> {
        let known = POSITIONS.iter().filter(move |(since, ..)| *since <= self);
        known.map(|(_, keyword, shape)| (*keyword, *shape))
    }
}
