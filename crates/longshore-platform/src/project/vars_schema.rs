//! `varsSchema` of the project file: what the variables of an environment must be.

use std::fs;
use std::path::Path;

use longshore_diag::{Diagnostic, Place};
use longshore_yaml::{Kind, Node};
use serde_json::Value;

use super::fields::{Fields, expected};
use super::parse::syntax_error;
use super::vars::{Var, json};
use super::{Environment, Placed};

/// A JSON Schema for variables.
#[derive(Debug, Clone, PartialEq)]
pub enum VarsSchema {
    /// As it stands in the project file.
    Inline(Placed<Value>),
    /// A file of JSON or YAML, relative to the project file.
    File(Placed<String>),
}

/// Reads `varsSchema`.
///
/// # Errors
/// It is neither a mapping nor the name of a file.
pub(super) fn vars_schema(file: &str, fields: &Fields<'_>) -> Result<Option<VarsSchema>, Diagnostic> {
    let Some(node) = fields.given("varsSchema") else { return Ok(None) };
    let place = Place::new(file, node.line, node.column);
    match node.kind {
        Kind::Mapping => Ok(Some(VarsSchema::Inline(Placed { value: json(file, node)?, place }))),
        Kind::Sequence => Err(expected("`varsSchema`", "a JSON Schema or the name of its file", node, file)),
        _ => Ok(fields.string("varsSchema")?.map(VarsSchema::File)),
    }
}

impl VarsSchema {
    /// Checks the variables of an environment, with what it inherits. `root` is the project file's folder.
    ///
    /// # Errors
    /// The schema cannot be read, is none, or the variables are not as it says; the first variable that is not is named.
    pub(crate) fn check(&self, environment: &Environment, root: &Path) -> Result<(), Diagnostic> {
        let (schema, place) = self.read(root)?;
        let validator = jsonschema::validator_for(&schema).map_err(|error| {
            Diagnostic::error("project/vars-schema", format!("`varsSchema` is no JSON Schema: {error}"))
                .at(place.clone())
        })?;
        let vars = Var::Map(environment.vars.clone()).value();
        let Err(error) = validator.validate(&vars) else { return Ok(()) };
        let path = error.instance_path().to_string().trim_start_matches('/').replace('/', ".");
        let what = if path.is_empty() { "the variables".to_owned() } else { format!("variable `{path}`") };
        let message = format!("{what} of environment `{}`: {error}", environment.name);
        Err(Diagnostic::error("project/vars", message)
            .at(environment.place.clone())
            .within("the schema says so", Some(place)))
    }

    /// Whether it has a property for the variable at a path of names with dots between them.
    ///
    /// # Errors
    /// The schema cannot be read.
    pub(super) fn describes(&self, path: &str, root: &Path) -> Result<bool, Diagnostic> {
        let (schema, _) = self.read(root)?;
        let mut at = Some(&schema);
        for name in path.split('.') {
            at = at.and_then(|schema| schema.get("properties")?.get(name));
        }
        Ok(at.is_some())
    }

    fn read(&self, root: &Path) -> Result<(Value, Place), Diagnostic> {
        let named = match self {
            Self::Inline(placed) => return Ok((placed.value.clone(), placed.place.clone())),
            Self::File(named) => named,
        };
        let path = root.join(&named.value);
        let shown = path.display().to_string();
        let wrong = |what: String| Diagnostic::error("project/vars-schema", what).at(named.place.clone());
        let text = fs::read_to_string(&path)
            .map_err(|error| wrong(format!("the schema `{shown}` cannot be read: {error}")))?;
        let value = read(&text, &shown).map_err(|error| error.or_at(named.place.clone()))?;
        Ok((value, Place::file(shown)))
    }
}

fn read(text: &str, file: &str) -> Result<Value, Diagnostic> {
    let limits = longshore_yaml::Limits::default();
    let documents = longshore_yaml::parse(text.as_bytes(), longshore_yaml::Dialect::V2, &limits)
        .map_err(|error| syntax_error(&error, file))?;
    let empty = Node::mapping();
    json(file, documents.first().map_or(&empty, |document| document.root()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::project::parse;

    fn check(vars: &str, expected: &str) {
        let text = format!(
            "apiVersion: longshore.dev/v1alpha1
kind: Project
name: shop
varsSchema:
  required: [size]
  properties: {{size: {{enum: [small, large]}}, replicas: {{type: integer, maximum: 5}}}}
environments:
  base: {{vars: {{size: small}}}}
  dev: {{extends: base, vars: {vars}}}
releases: {{web: {{chart: c}}}}
"
        );
        let project = parse(&text, "longshore.yaml").unwrap();
        let environment = project.environment(Some("dev")).unwrap();
        let checked = project.vars_schema.unwrap().check(&environment, Path::new("."));
        assert_eq!(checked.map_or_else(|error| error.to_string(), |()| "ok".to_owned()), expected);
    }

    #[test]
    fn variables_are_what_the_schema_says() {
        check("{replicas: 5}", "ok");
        check(
            "{replicas: 6}",
            "longshore.yaml:9:3: variable `replicas` of environment `dev`: 6 is greater than the maximum of 5",
        );
        check(
            "{size: huge}",
            "longshore.yaml:9:3: variable `size` of environment `dev`: \"huge\" is not one of \"small\" or \"large\"",
        );
    }
}
