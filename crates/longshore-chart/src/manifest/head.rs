//! The few fields of a document that decide what becomes of it.

use std::collections::BTreeMap;

use longshore_go::Value;
use longshore_yaml::sigs;

use crate::compat::Rules;
use crate::metadata::{Fields, Struct};

/// `apiVersion`, `kind`, name and annotations of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) api_version: String,
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) annotations: BTreeMap<String, String>,
}

impl Head {
    /// Reads the head; the error is what Helm prints after `YAML parse error on FILE: `.
    pub(crate) fn read(document: &[u8], rules: &Rules) -> Result<Self, String> {
        let package = rules.packages.manifest;
        let value = sigs::to_json_fields(document, &["apiVersion", "kind", "metadata"])
            .map_err(|error| error.to_string())?;
        let map = match value {
            Value::Map(map) => map,
            Value::Nil | Value::Missing => return Ok(Self::default()),
            other => {
                return Err(format!(
                    "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {} into Go value of type {package}.SimpleHead",
                    crate::metadata::kind_name(&other)
                ));
            }
        };
        let mut head = Self::default();
        let mut error = None;
        let mut fields =
            Fields::new(Struct { name: "SimpleHead", package, path: String::new() }, &map, &mut error);
        fields.string("apiVersion", &mut head.api_version);
        fields.string("kind", &mut head.kind);
        match fields.get("metadata") {
            Some(Value::Map(metadata)) => {
                let of = Struct { name: "", package, path: "metadata.".to_owned() };
                let mut fields = Fields::new(of, &metadata, &mut error);
                let mut annotations = None;
                fields.string_map("annotations", &mut annotations);
                fields.string("name", &mut head.name);
                head.annotations = annotations.unwrap_or_default();
            }
            Some(other) => fields.refuse(
                &other,
                "metadata",
                "struct { Name string \"json:\\\"name\\\"\"; Annotations map[string]string \"json:\\\"annotations\\\"\" }",
            ),
            None => {}
        }
        match error {
            Some(error) => Err(format!("error unmarshaling JSON: while decoding JSON: {error}")),
            None => Ok(head),
        }
    }
}
