//! The schemas of schemas, one for each draft.
//!
//! `meta/` has the published ones (<https://json-schema.org/specification-links>) without titles, descriptions and
//! defaults, which say nothing of what is valid.

use std::sync::{Arc, OnceLock};

use super::compile::{Compiler, Set};
use super::draft::Draft;
use super::json::Json;
use super::validate::At;

/// A published schema.
struct Published {
    url: &'static str,
    text: &'static str,
    read: OnceLock<Arc<Json>>,
}

macro_rules! published {
    ($url:literal, $file:literal) => {
        Published { url: $url, text: include_str!(concat!("meta/", $file, ".json")), read: OnceLock::new() }
    };
}

static PUBLISHED: [Published; 19] = [
    published!("draft-04/schema", "draft-04"),
    published!("draft-06/schema", "draft-06"),
    published!("draft-07/schema", "draft-07"),
    published!("draft/2019-09/schema", "2019-09"),
    published!("draft/2019-09/meta/applicator", "2019-09-applicator"),
    published!("draft/2019-09/meta/content", "2019-09-content"),
    published!("draft/2019-09/meta/core", "2019-09-core"),
    published!("draft/2019-09/meta/format", "2019-09-format"),
    published!("draft/2019-09/meta/meta-data", "2019-09-meta-data"),
    published!("draft/2019-09/meta/validation", "2019-09-validation"),
    published!("draft/2020-12/schema", "2020-12"),
    published!("draft/2020-12/meta/applicator", "2020-12-applicator"),
    published!("draft/2020-12/meta/content", "2020-12-content"),
    published!("draft/2020-12/meta/core", "2020-12-core"),
    published!("draft/2020-12/meta/format-annotation", "2020-12-format-annotation"),
    published!("draft/2020-12/meta/format-assertion", "2020-12-format-assertion"),
    published!("draft/2020-12/meta/meta-data", "2020-12-meta-data"),
    published!("draft/2020-12/meta/unevaluated", "2020-12-unevaluated"),
    published!("draft/2020-12/meta/validation", "2020-12-validation"),
];

/// Whether an address is where the published ones are; what is found there is not checked.
pub(super) fn is_official(url: &str) -> bool {
    path(url).is_some()
}

fn path(url: &str) -> Option<&str> {
    url.strip_prefix("http://json-schema.org/").or_else(|| url.strip_prefix("https://json-schema.org/"))
}

/// A published schema.
pub(super) fn document(url: &str) -> Option<Arc<Json>> {
    let wanted = match path(url)? {
        "schema" => path(Draft::LATEST.url())?,
        other => other,
    };
    let found = PUBLISHED.iter().find(|published| published.url == wanted)?;
    let read = || Arc::new(Json::read(found.text.as_bytes()).expect("tests read every published schema"));
    Some(Arc::clone(found.read.get_or_init(read)))
}

/// What schemas of a draft are checked against.
pub(super) fn schema(draft: Draft) -> At<'static> {
    static SETS: [OnceLock<Set>; 5] = [const { OnceLock::new() }; 5];
    let set = SETS[draft as usize].get_or_init(|| {
        Compiler::asserting_formats().compile(draft.url()).expect("tests compile every published schema")
    });
    At::first(set)
}

#[cfg(test)]
mod tests {
    use super::{PUBLISHED, document, schema};
    use crate::schema::draft::Draft;

    #[test]
    fn published_schemas_can_be_read_and_compiled() {
        for published in &PUBLISHED {
            assert!(document(&format!("https://json-schema.org/{}", published.url)).is_some());
        }
        for draft in [Draft::V4, Draft::V6, Draft::V7, Draft::V2019, Draft::V2020] {
            schema(draft);
        }
    }
}
