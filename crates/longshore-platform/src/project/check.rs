//! `check` of the project file: what is there beside the releases, and rules that are left out.

use longshore_check::RULES;
use longshore_diag::Diagnostic;

use super::fields::Fields;
use super::{Placed, suggest};

const CHECK_KEYS: [&str; 2] = ["external", "disable"];

/// What `longshore check` looks for.
#[derive(Debug, Clone, Default)]
pub struct CheckSpec {
    /// Objects that nobody here makes and that are there: `Secret/registry`, with `*` for any part.
    pub external: Vec<String>,
    /// Rules that are left out.
    pub disable: Vec<String>,
}

/// Reads `check`.
///
/// # Errors
/// An object without its kind; a rule that is not there.
pub(super) fn check(file: &str, fields: &Fields<'_>) -> Result<CheckSpec, Diagnostic> {
    let Some(node) = fields.get("check") else { return Ok(CheckSpec::default()) };
    let fields = Fields::read(file, "`check`", node, &CHECK_KEYS)?;
    let external = fields.strings("external")?;
    if let Some(wrong) = external.iter().find(|external| external.value.split('/').count() != 2) {
        let message = format!("`{}` names no object", wrong.value);
        return Err(Diagnostic::error("project/check", message)
            .at(wrong.place.clone())
            .hint("write `Kind/name`, as in `Secret/registry` or `Secret/*-tls`"));
    }
    let disable = fields.strings("disable")?;
    for rule in &disable {
        is_rule(&rule.value).map_err(|error| error.at(rule.place.clone()))?;
    }
    let values = |list: Vec<Placed<String>>| list.into_iter().map(|placed| placed.value).collect();
    Ok(CheckSpec { external: values(external), disable: values(disable) })
}

/// The names of all rules: those about objects, and those about how releases are made.
pub(super) fn rules() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|rule| rule.code).chain(crate::check::WARNINGS)
}

/// Checks that there is a rule of that name.
///
/// # Errors
/// There is none; the nearest is suggested.
pub(crate) fn is_rule(name: &str) -> Result<(), Diagnostic> {
    let known: Vec<&str> = rules().collect();
    if known.contains(&name) {
        return Ok(());
    }
    let error = Diagnostic::error("project/check", format!("there is no rule `{name}`"));
    Err(suggest(error, name, &known))
}
