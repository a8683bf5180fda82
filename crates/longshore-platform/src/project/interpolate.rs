//! `${env.…}` in scalars, after parsing.

use longshore_diag::{Diagnostic, Place};

use super::{Environment, suggest};

/// Replaces every `${…}` in `text`; `$${` stands for a literal `${`.
///
/// # Errors
/// An unknown variable, or a `${` that is never closed.
pub(crate) fn interpolate(
    text: &str,
    place: &Place,
    environment: &Environment,
    namespace: &str,
) -> Result<String, Diagnostic> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        if rest[..start].ends_with('$') {
            out.push_str(&rest[..start - 1]);
            out.push_str("${");
            rest = &rest[start + 2..];
            continue;
        }
        out.push_str(&rest[..start]);
        let Some(length) = rest[start..].find('}') else {
            return Err(Diagnostic::error(
                "project/interpolation",
                format!("`${{` is not closed in `{text}`"),
            )
            .at(place.clone())
            .hint("close it with `}`, or write `$${` for a literal `${`"));
        };
        let name = rest[start + 2..start + length].trim();
        out.push_str(&lookup(name, place, environment, namespace)?);
        rest = &rest[start + length + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

fn lookup(
    name: &str,
    place: &Place,
    environment: &Environment,
    namespace: &str,
) -> Result<String, Diagnostic> {
    match name {
        "env.name" => return Ok(environment.name.clone()),
        "env.namespace" => return Ok(namespace.to_owned()),
        _ => {}
    }
    if let Some(value) = name.strip_prefix("env.vars.").and_then(|key| environment.vars.get(key)) {
        return Ok(value.clone());
    }
    let mut known = vec!["env.name".to_owned(), "env.namespace".to_owned()];
    known.extend(environment.vars.keys().map(|key| format!("env.vars.{key}")));
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let message = format!("`${{{name}}}` is not known in environment `{}`", environment.name);
    let error = Diagnostic::error("project/unknown-variable", message).at(place.clone());
    Err(suggest(error, name, &known))
}

#[cfg(test)]
mod tests {
    use longshore_diag::Place;

    use super::interpolate;
    use crate::project::Environment;

    fn check(text: &str, expected: &str) {
        let environment = Environment {
            name: "staging".into(),
            namespace: None,
            create_namespace: None,
            context: None,
            extends: None,
            vars: [("region".to_owned(), "eu".to_owned())].into(),
            recipients: Vec::new(),
            wait: crate::project::WaitSpec::default(),
            place: Place::file("longshore.yaml"),
        };
        let got = match interpolate(text, &Place::new("longshore.yaml", 4, 2), &environment, "ns") {
            Ok(text) => text,
            Err(error) => error.to_string(),
        };
        assert_eq!(got, expected);
    }

    #[test]
    fn variables_are_replaced() {
        check("k8s/${env.name}/a-${ env.vars.region }.yaml", "k8s/staging/a-eu.yaml");
        check("${env.namespace}", "ns");
        check("no variable", "no variable");
    }

    #[test]
    fn a_doubled_dollar_is_literal() {
        check("$${HOME}", "${HOME}");
    }

    #[test]
    fn mistakes_are_named() {
        check(
            "${env.vars.regoin}",
            "longshore.yaml:4:2: `${env.vars.regoin}` is not known in environment `staging` (did you mean `env.vars.region`?)",
        );
        check(
            "a ${env.name",
            "longshore.yaml:4:2: `${` is not closed in `a ${env.name` (close it with `}`, or write `$${` for a literal `${`)",
        );
    }
}
