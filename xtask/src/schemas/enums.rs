//! The values that fields may have, out of the Go file with generated definitions.
//!
//! That file is the only place where they stand for each version: functions called for a type, in them properties, each
//! with a line `Enum:`. It is written by a program, so its indentation can be read.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result};

/// By the end of the type's name (`core.v1.ServiceSpec`) and the field: the values.
pub(super) type Enums = BTreeMap<(String, String), Vec<String>>;

/// Reads the file; `None` for a version that has none.
pub(super) fn read(file: &Path) -> Result<Option<Enums>> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(Some(enums(&text))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
    }
}

/// The last three parts of the name of a definition, by which both documents name a type.
pub(super) fn end_of(name: &str) -> String {
    let parts: Vec<&str> = name.rsplitn(4, '.').take(3).collect();
    parts.into_iter().rev().collect::<Vec<_>>().join(".")
}

fn enums(text: &str) -> Enums {
    let mut found = Enums::new();
    let (mut name, mut field) = (String::new(), String::new());
    for line in text.lines() {
        if let Some(function) = line.strip_prefix("func schema_") {
            let function = function.split('(').next().unwrap_or_default();
            name = end_of(&function.replace('_', "."));
        } else if let Some(rest) = line.strip_prefix("\t\t\t\t\t\"") {
            rest.split('"').next().unwrap_or_default().clone_into(&mut field);
        } else if let Some((_, values)) = line.split_once("Enum:").filter(|_| line.starts_with('\t')) {
            // Quoted texts: every second part.
            let values = values.split('"').skip(1).step_by(2).map(str::to_owned).collect();
            found.insert((name.clone(), field.clone()), values);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::enums;

    #[test]
    fn values_belong_to_the_property_that_they_stand_in() {
        let text = "func schema_k8sio_api_core_v1_ServiceSpec(ref common.ReferenceCallback) {\n\
            \t\t\t\t\t\"clusterIP\": {\n\t\t\t\t\t},\n\t\t\t\t\t\"type\": {\n\t\t\t\t\t\tSchemaProps: spec.SchemaProps{\n\
            \t\t\t\t\t\t\tEnum:        []interface{}{\"ClusterIP\", \"NodePort\"},\n";
        let found: Vec<_> = enums(text).into_iter().collect();
        let key = ("core.v1.ServiceSpec".to_owned(), "type".to_owned());
        assert_eq!(found, [(key, vec!["ClusterIP".to_owned(), "NodePort".to_owned()])]);
    }
}
