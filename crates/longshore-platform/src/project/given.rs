//! Variables that are given on the command line, as `--var NAME=VALUE`: over those of the environment.
//!
//! A value is typed as in the project file: `3` is a number, `true` a bool, `"3"` a text, `[a, b]` a list. A name that the
//! project does not know is a mistake, since nothing would be otherwise because of it.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

use longshore_diag::Diagnostic;
use longshore_object::secrecy::is_sensitive;
use longshore_release::HIDDEN;
use longshore_yaml::{Dialect, Kind, Limits, Node, Style};
use serde_json::Value;

use super::fields::place;
use super::vars::{Var, Vars, find, inherit, of_node, paths};
use super::{Environment, Project, suggest};

/// One variable of the command line.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenVar {
    name: String,
    var: Var,
}

impl FromStr for GivenVar {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((name, value)) = text.split_once('=') else {
            return Err("write NAME=VALUE, as in `replicas=3` or `database.size=10Gi`".to_owned());
        };
        if name.split('.').any(str::is_empty) || name.contains(char::is_whitespace) {
            return Err(format!(
                "`{name}` names no variable: write it as below `vars`, as in `database.size`"
            ));
        }
        Ok(Self { name: name.to_owned(), var: var(value)? })
    }
}

/// A value as the project file would have it; what is no YAML, or only looks like some, is a text.
fn var(value: &str) -> Result<Var, String> {
    let text = || Ok(Var::Scalar(value.into(), value.to_owned()));
    if value.is_empty() {
        return text();
    }
    let is_marked = value.starts_with(['[', '{', '"', '\'']);
    let documents = longshore_yaml::parse(value.as_bytes(), Dialect::V2, &Limits::default());
    let node = match &documents {
        Ok(documents) => documents.first().map(Node::root),
        Err(error) if is_marked => {
            return Err(format!("the value is no YAML ({error}); a text that begins so is put in quotes"));
        }
        Err(_) => return text(),
    };
    match node {
        Some(node) if is_marked => of_node("", "the value", node).map_err(|error| error.message.clone()),
        // `a: b` is a mapping in YAML, ` # x` a comment: here they are what was typed.
        Some(node) if node.kind == Kind::Scalar && node.style == Style::Plain && node.value == value => {
            let hint = "a variable has a value: `''` is an empty text";
            if node.is_null() {
                Err(hint.to_owned())
            } else {
                of_node("", "the value", node).map_err(|error| error.message.clone())
            }
        }
        _ => text(),
    }
}

impl GivenVar {
    /// What is shown of them, by name. What is named like a secret is hidden, as it is in values.
    pub(crate) fn shown(all: &[Self]) -> BTreeMap<String, Value> {
        let is_hidden = |name: &str| name.split('.').any(is_sensitive);
        let shown =
            |given: &Self| if is_hidden(&given.name) { HIDDEN.into() } else { hidden(given.var.value()) };
        all.iter().map(|given| (given.name.clone(), shown(given))).collect()
    }

    /// Whether a text of the project file holds one of them.
    pub(crate) fn are_in(all: &[Self], text: &str) -> bool {
        all.iter().any(|given| {
            let variable = format!("${{env.vars.{}", given.name);
            // What a variable is a part of is set with it.
            text.split(variable.as_str()).skip(1).any(|rest| rest.starts_with(['}', '.']))
        })
    }

    /// Sets variables of an environment; the last of several with one name counts.
    ///
    /// # Errors
    /// Nothing in the project knows the variable; the nearest one is told.
    pub(crate) fn set(
        all: &[Self],
        environment: &mut Environment,
        project: &Project,
        root: &Path,
    ) -> Result<(), Diagnostic> {
        for given in all {
            given.is_known(environment, project, root)?;
            let mut vars = given.below(&environment.vars);
            inherit(&mut vars, &environment.vars);
            environment.vars = vars;
        }
        Ok(())
    }

    /// The variable in the mappings that its name says, unless there is one whose name has dots.
    fn below(&self, vars: &Vars) -> Vars {
        let mut parts =
            if vars.contains_key(&self.name) { vec![&*self.name] } else { self.name.split('.').collect() };
        let mut var = self.var.clone();
        while parts.len() > 1 {
            let last = parts.pop().unwrap_or_default();
            var = Var::Map(Vars::from([(last.to_owned(), var)]));
        }
        Vars::from([(parts.concat(), var)])
    }

    fn is_known(&self, environment: &Environment, project: &Project, root: &Path) -> Result<(), Diagnostic> {
        let name = self.name.as_str();
        let is_part =
            |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.starts_with('.'));
        let asked = || project.asked_vars.iter().map(String::as_str);
        let has = |environment: &Environment| find(&environment.vars, name).is_some();
        if has(environment)
            || project.environments.iter().any(has)
            || asked().any(|asked| asked == name || is_part(asked, name) || is_part(name, asked))
        {
            return Ok(());
        }
        if let Some(schema) = &project.vars_schema
            && schema.describes(name, root)?
        {
            return Ok(());
        }
        let message = format!(
            "--var {name}: environment `{}` has no variable `{name}`, and nothing in the project file asks for it",
            environment.name
        );
        let error = Diagnostic::error("project/unknown-variable", message).at(environment.place.clone());
        let mut known: Vec<String> = paths(&environment.vars, "")
            .into_iter()
            .map(|path| path.trim_start_matches('.').to_owned())
            .collect();
        known.extend(asked().map(str::to_owned));
        known.sort();
        known.dedup();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        Err(if known.is_empty() {
            error.hint("the project file has no variables: add it below `vars`")
        } else {
            suggest(error, name, &known)
        })
    }
}

/// Covers what is named like a secret below a variable.
fn hidden(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let entries = map.into_iter().map(|(key, value)| {
                let value = if is_sensitive(&key) { HIDDEN.into() } else { hidden(value) };
                (key, value)
            });
            Value::Object(entries.collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(hidden).collect()),
        other => other,
    }
}

/// The variables of environments that texts of the project file ask for: `replicas` for `${env.vars.replicas}`.
pub(super) fn asked(file: &Node) -> Vec<String> {
    let mut names = Vec::new();
    let mut open = vec![file];
    while let Some(node) = open.pop() {
        open.extend(&node.content);
        let text: &str = if node.kind == Kind::Scalar { node.value.as_str() } else { "" };
        for part in text.split("${").skip(1) {
            let name = part.split('}').next().unwrap_or_default().trim();
            names.extend(name.strip_prefix("env.vars.").map(str::to_owned));
        }
    }
    names.sort();
    names.dedup();
    names
}

/// That variables were given, for errors that they may have caused.
pub(crate) fn told(error: Diagnostic, all: &[GivenVar]) -> Diagnostic {
    if all.is_empty() {
        return error;
    }
    let given: Vec<String> =
        GivenVar::shown(all).into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    error.note(format!("given on the command line: {}", given.join(", ")))
}

/// The alias in a node, told at its place: a project file may use one only below the key that has its anchor.
pub(super) fn alias(file: &str, node: &Node) -> Option<Diagnostic> {
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        if node.kind == Kind::Alias {
            let message =
                format!("the alias `*{}` leads out of its key: a project file has no aliases", node.value);
            return Some(
                Diagnostic::error("project/alias", message)
                    .at(place(file, node))
                    .hint("what releases, environments and clusters have in common stands in a values file, or below `vars` of an environment that others extend"),
            );
        }
        open.extend(node.content.iter().rev());
    }
    None
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::GivenVar;
    use crate::project::{Var, parse};

    fn value(text: &str) -> Result<serde_json::Value, String> {
        text.parse::<GivenVar>().map(|given| given.var.value())
    }

    #[test]
    fn values_are_typed_as_in_the_file() {
        for (text, expected) in [
            ("a=3", json!(3)),
            ("a=true", json!(true)),
            ("a=1.10", json!(1.1)),
            ("a=\"3\"", json!("3")),
            ("a='yes'", json!("yes")),
            ("a=nginx:1.27", json!("nginx:1.27")),
            ("a=b=c", json!("b=c")),
            ("a=", json!("")),
            ("a=x: y", json!("x: y")),
            ("a=x # y", json!("x # y")),
            ("a=- x", json!("- x")),
            ("a=*x", json!("*x")),
            ("a=[1, b]", json!([1, "b"])),
            ("a={b: {c: 1}}", json!({"b": {"c": 1}})),
        ] {
            assert_eq!(value(text).as_ref(), Ok(&expected), "{text}");
        }
        // Within a text it is what was typed.
        let version: GivenVar = "v=1.10".parse().unwrap();
        assert!(matches!(version.var, Var::Scalar(_, written) if written == "1.10"));
        for (text, part) in [
            ("a", "write NAME=VALUE"),
            ("=1", "names no variable"),
            ("a..b=1", "names no variable"),
            ("a b=1", "names no variable"),
            ("a={b", "is no YAML"),
            ("a=null", "an empty text"),
            ("a=~", "an empty text"),
        ] {
            assert!(value(text).unwrap_err().contains(part), "{text}: {:?}", value(text));
        }
    }

    const FILE: &str = "apiVersion: longshore.dev/v1alpha1
kind: Project
name: shop
varsSchema: {properties: {mode: {enum: [a, b]}, deep: {properties: {er: {type: integer}}}}}
environments:
  base: {vars: {size: small, db: {size: 1Gi, class: fast}, a.b: 1}}
  dev: {extends: base}
  prod: {vars: {only: here}}
releases: {web: {chart: c, set: {tag: 'v${env.vars.tag}', x: '${ env.vars.all.of }'}}}
";

    fn set(texts: &[&str]) -> Result<serde_json::Value, String> {
        let project = parse(FILE, "longshore.yaml").unwrap();
        let mut environment = project.environment(Some("dev")).unwrap();
        let given: Vec<GivenVar> = texts.iter().map(|text| text.parse().unwrap()).collect();
        GivenVar::set(&given, &mut environment, &project, Path::new("."))
            .map_err(|error| error.to_string())?;
        Ok(Var::Map(environment.vars).value())
    }

    #[test]
    fn they_are_over_those_of_the_environment() {
        let all = set(&[
            "size=large",
            "db.size=5Gi",
            "a.b=2",
            "tag=9",
            "only=x",
            "all={of: 1}",
            "mode=a",
            "deep.er=1",
        ]);
        let expected = json!({
            "size": "large", "db": {"size": "5Gi", "class": "fast"}, "a.b": 2, "tag": 9, "only": "x",
            "all": {"of": 1}, "mode": "a", "deep": {"er": 1},
        });
        assert_eq!(all, Ok(expected));
        assert_eq!(
            set(&["db={size: 2Gi}", "size=a", "size=b"]).unwrap()["db"],
            json!({"size": "2Gi", "class": "fast"})
        );
    }

    #[test]
    fn a_name_that_nothing_knows_is_a_mistake() {
        let unknown = |name: &str, hint: &str| {
            let expected = format!(
                "longshore.yaml:7:3: --var {name}: environment `dev` has no variable `{name}`, and nothing in the project file asks for it ({hint})"
            );
            assert_eq!(set(&[&format!("{name}=1")]), Err(expected));
        };
        unknown("sise", "did you mean `size`?");
        unknown("tga", "did you mean `tag`?");
        unknown("deep.est", "known are `a.b`, `all.of`, `db.class`, `db.size`, `size`, `tag`");
    }

    #[test]
    fn what_is_named_like_a_secret_is_not_shown() {
        let given: Vec<GivenVar> = ["a=1", "db.password=x", "mail={token: y, host: z}"]
            .iter()
            .map(|text| text.parse().unwrap())
            .collect();
        let shown = serde_json::to_value(GivenVar::shown(&given)).unwrap();
        assert_eq!(
            shown,
            json!({"a": 1, "db.password": "(hidden)", "mail": {"token": "(hidden)", "host": "z"}})
        );
    }
}
