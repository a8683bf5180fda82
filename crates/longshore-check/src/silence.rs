//! Findings that an object says are meant to be: `ignore-check.longshore.dev/AREA.WHAT: "reason"`.

use longshore_diag::{Diagnostic, nearest};
use longshore_object::Object;

use crate::path;
use crate::rules::RULES;

/// What the annotation begins with; behind it stands a rule, with a dot for its slash.
pub const ANNOTATION: &str = "ignore-check.longshore.dev/";

/// Takes out what the object [silences](silence), and adds what is wrong with how it does.
pub(crate) fn apply(object: &Object, found: &mut Vec<Diagnostic>) {
    for (key, reason) in object.annotations() {
        let Some(rule) = key.strip_prefix(ANNOTATION) else { continue };
        let code = rule.replacen('.', "/", 1);
        let at = path::place(object, &format!("/metadata/annotations/{}", path::token(key)));
        if !RULES.iter().any(|rule| rule.code == code) {
            let warning = Diagnostic::warning(
                "check/annotation",
                format!("{}: there is no rule `{code}`", object.key()),
            );
            let near = nearest(&code, RULES.iter().map(|rule| rule.code));
            found.push(match near {
                Some(near) => warning.at(at).hint(format!("did you mean `{}`?", near.replacen('/', ".", 1))),
                None => warning.at(at).hint("the name of a rule stands in brackets behind its findings"),
            });
        } else if reason.trim().is_empty() {
            let message = format!("{}: `{code}` is silenced without a reason", object.key());
            found.push(
                Diagnostic::warning("check/annotation", message).at(at).hint("say why it is meant to be so"),
            );
        }
    }
    silence(object, found);
}

/// Takes out what the object says is meant to be, with a reason.
pub fn silence(object: &Object, found: &mut Vec<Diagnostic>) {
    for (key, reason) in object.annotations() {
        let Some(rule) = key.strip_prefix(ANNOTATION) else { continue };
        if !reason.trim().is_empty() {
            found.retain(|diagnostic| diagnostic.code != rule.replacen('.', "/", 1));
        }
    }
}
