//! Why a schema is none: what its draft's own schema says of it, and references that lead nowhere.
//!
//! The drafts' schemas are those that the `jsonschema` crate checks by; the words are those of Helm's library.

use longshore_go::strconv::quoted;
use std::collections::VecDeque;

use longshore_go::url::Url;
use referencing::meta;
use serde_json::Value as Json;

use super::{Walk, draft_of};
use crate::schema::words::quote;

/// What Helm calls a chart's schema.
const ADDRESS: &str = "file:///values.schema.json";

/// Why a schema does not compile; `None` if nothing is found.
pub(in crate::schema) fn explain(schema: &Json) -> Option<String> {
    unknown_draft(schema).or_else(|| invalid(schema)).or_else(|| {
        let mut waiting = VecDeque::from([schema]);
        while let Some(json) = waiting.pop_front() {
            match json {
                Json::Array(items) => waiting.extend(items),
                Json::Object(map) => {
                    if let Some(text) = map.get("$ref").and_then(Json::as_str)
                        && let Some(problem) = unresolved(schema, text)
                    {
                        return Some(problem);
                    }
                    waiting.extend(map.values());
                }
                _ => {}
            }
        }
        None
    })
}

/// What the schema of the draft says.
fn invalid(schema: &Json) -> Option<String> {
    let draft = draft_of(schema);
    let (url, root): (_, &Json) = match draft {
        4 => ("http://json-schema.org/draft-04/schema", &meta::DRAFT4),
        6 => ("http://json-schema.org/draft-06/schema", &meta::DRAFT6),
        7 => ("http://json-schema.org/draft-07/schema", &meta::DRAFT7),
        2019 => ("https://json-schema.org/draft/2019-09/schema", &meta::DRAFT201909),
        _ => ("https://json-schema.org/draft/2020-12/schema", &meta::DRAFT202012),
    };
    let cause = Walk { root, draft, meta: Some(root) }.check(root, schema, "", 0)?;
    let (address, location) = (quoted(format!("{ADDRESS}#")), quote(&format!("{url}#")));
    let causes = cause.listed();
    Some(format!(
        "{address} is not valid against metaschema: jsonschema validation failed with {location}{causes}"
    ))
}

/// A part of the schema of a draft that has several.
pub(super) fn part(draft: u32, name: &str) -> Option<&'static Json> {
    Some(match (draft, name.strip_prefix("meta/")?) {
        (2019, "core") => &meta::DRAFT201909_CORE,
        (2019, "applicator") => &meta::DRAFT201909_APPLICATOR,
        (2019, "validation") => &meta::DRAFT201909_VALIDATION,
        (2019, "meta-data") => &meta::DRAFT201909_META_DATA,
        (2019, "format") => &meta::DRAFT201909_FORMAT,
        (2019, "content") => &meta::DRAFT201909_CONTENT,
        (2020, "core") => &meta::DRAFT202012_CORE,
        (2020, "applicator") => &meta::DRAFT202012_APPLICATOR,
        (2020, "unevaluated") => &meta::DRAFT202012_UNEVALUATED,
        (2020, "validation") => &meta::DRAFT202012_VALIDATION,
        (2020, "meta-data") => &meta::DRAFT202012_META_DATA,
        (2020, "format-annotation") => &meta::DRAFT202012_FORMAT_ANNOTATION,
        (2020, "content") => &meta::DRAFT202012_CONTENT,
        _ => return None,
    })
}

/// A `$schema` that is none of the drafts.
fn unknown_draft(schema: &Json) -> Option<String> {
    let url = schema.get("$schema")?.as_str()?;
    let url = url.split('#').next().unwrap_or_default();
    let path = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).unwrap_or(url);
    let is_draft = path.strip_prefix("json-schema.org/").is_some_and(|path| {
        ["schema", "draft-04/schema", "draft-06/schema", "draft-07/schema"].contains(&path)
            || ["draft/2019-09/schema", "draft/2020-12/schema"].contains(&path)
    });
    if is_draft { None } else { not_loaded(url) }
}

/// Why a document is not there.
fn not_loaded(url: &str) -> Option<String> {
    let parsed = Url::parse(url.as_bytes()).ok()?;
    let problem = match &parsed.scheme[..] {
        b"urn" => return None,
        // Relative references lead to the root of the file system, where nobody keeps schemas.
        b"file" => format!("open {}: no such file or directory", String::from_utf8_lossy(&parsed.path)),
        b"http" | b"https" => format!("the schema at {url} is not fetched"),
        _ => format!("no URLLoader registered for {}", quoted(parsed.to_bytes())),
    };
    Some(format!("failing loading {}: {problem}", quoted(url)))
}

/// Why a reference leads nowhere, if it does.
fn unresolved(schema: &Json, reference: &str) -> Option<String> {
    let (document, place) = reference.split_once('#').unwrap_or((reference, ""));
    if !document.is_empty() {
        let base = Url::parse(ADDRESS.as_bytes()).ok()?;
        let url = base.resolve(&Url::parse(document.as_bytes()).ok()?).to_bytes();
        let url = String::from_utf8_lossy(&url).into_owned();
        return if url.contains("json-schema.org/") { None } else { not_loaded(&url) };
    }
    let walk = Walk { root: schema, draft: draft_of(schema), meta: None };
    if walk.within(place).is_some() {
        return None;
    }
    let address = quoted(format!("{ADDRESS}#{place}"));
    Some(if place.starts_with('/') {
        format!("json-pointer in {address} not found")
    } else {
        format!("anchor in {address} not found in schema {}", quoted(ADDRESS))
    })
}
