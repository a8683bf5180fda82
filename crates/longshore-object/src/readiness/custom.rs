//! Readiness rules of the user's own: a JSON path, and which of its values mean what.
//!
//! They stand in the project file (by kind) or in annotations of an object, and go before the rules of
//! this crate: who writes one knows the controller better. A value that no list names means that the
//! object is on its way; `*` in a list stands for every value that no list names.

use serde_json::Value as Json;

use super::{JsonPath, Readiness, unobserved};
use crate::Object;
use crate::live::text;

/// The annotations that make a rule, each with what it holds.
pub mod annotation {
    /// The JSON path of the value.
    pub const PATH: &str = "longshore.dev/ready-path";
    /// The values that mean ready, with commas between them.
    pub const READY: &str = "longshore.dev/ready-values";
    /// The values that mean on its way.
    pub const PROGRESSING: &str = "longshore.dev/progressing-values";
    /// The values that mean failed.
    pub const FAILED: &str = "longshore.dev/failed-values";
    /// The JSON path of the words that tell why.
    pub const MESSAGE: &str = "longshore.dev/message-path";
}

/// When an object of some kind is ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomRule {
    /// The kind.
    pub kind: String,
    /// The API group; `None` for any.
    pub group: Option<String>,
    /// Where the value is.
    pub path: JsonPath,
    /// Values that mean ready. Several values at the path (`[*]`) must all be among them.
    pub ready: Vec<String>,
    /// Values that mean on its way.
    pub progressing: Vec<String>,
    /// Values that mean failed, for good.
    pub failed: Vec<String>,
    /// Where the words are that tell why.
    pub message: Option<JsonPath>,
}

/// Why the annotations of an object make no rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    /// The annotation.
    pub annotation: &'static str,
    /// What is wrong with it.
    pub message: String,
}

/// A scalar as a rule names it: without quotes.
pub(super) fn words_of(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl CustomRule {
    /// Whether it is about objects of this kind.
    pub fn is_for(&self, group: &str, kind: &str) -> bool {
        self.kind == kind && self.group.as_deref().is_none_or(|of| of == group)
    }

    /// The rule that the annotations of an object make, if they do.
    ///
    /// # Errors
    /// A path that is none; values without a path, or a path without values that mean ready.
    pub fn of_annotations(
        group: &str,
        kind: &str,
        annotation: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Option<Self>, RuleError> {
        let path = |name: &'static str| -> Result<Option<JsonPath>, RuleError> {
            let Some(text) = annotation(name) else { return Ok(None) };
            let parsed = text.parse::<JsonPath>();
            parsed.map(Some).map_err(|error| RuleError { annotation: name, message: error.to_string() })
        };
        let values = |name: &'static str| -> Vec<String> {
            let text = annotation(name).unwrap_or_default();
            text.split(',').map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned).collect()
        };
        let others = [annotation::READY, annotation::PROGRESSING, annotation::FAILED, annotation::MESSAGE];
        let Some(place) = path(annotation::PATH)? else {
            return match others.into_iter().find(|name| annotation(name).is_some()) {
                None => Ok(None),
                Some(name) => {
                    let message = format!("there is no `{}` beside it", annotation::PATH);
                    Err(RuleError { annotation: name, message })
                }
            };
        };
        let rule = Self {
            kind: kind.to_owned(),
            group: Some(group.to_owned()),
            path: place,
            ready: values(annotation::READY),
            progressing: values(annotation::PROGRESSING),
            failed: values(annotation::FAILED),
            message: path(annotation::MESSAGE)?,
        };
        if rule.ready.is_empty() {
            let message = format!("no value means ready: `{}` is missing or empty", annotation::READY);
            return Err(RuleError { annotation: annotation::PATH, message });
        }
        Ok(Some(rule))
    }

    /// The rule in the annotations of a written object.
    ///
    /// # Errors
    /// As [`CustomRule::of_annotations`], as a diagnostic with the annotation's line.
    pub fn of_object(object: &Object) -> Result<Option<Self>, longshore_diag::Diagnostic> {
        let gvk = object.gvk();
        let read = |name: &'static str| object.annotation(name).map(str::to_owned);
        Self::of_annotations(&gvk.group, &gvk.kind, read).map_err(|error| {
            let pointer = format!("/metadata/annotations/{}", error.annotation.replace('/', "~1"));
            let place = object.place_of(&pointer).unwrap_or_else(|| object.place().clone());
            let message =
                format!("annotation `{}` makes no readiness rule: {}", error.annotation, error.message);
            longshore_diag::Diagnostic::error("readiness/annotation", message)
                .at(place)
                .hint("docs/readiness.md shows how such rules are written")
        })
    }

    /// The rule in the annotations of a live object; nothing if they make none.
    pub(super) fn of_live(live: &Json) -> Option<Self> {
        let notes = live.pointer("/metadata/annotations")?;
        notes.get(annotation::PATH)?;
        let api_version = text(live, "/apiVersion");
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        let read = |name: &'static str| notes.get(name).and_then(Json::as_str).map(str::to_owned);
        Self::of_annotations(group, text(live, "/kind"), read).ok().flatten()
    }

    /// The verdict of the rule.
    pub fn verdict(&self, live: &Json) -> Readiness {
        if let Some(waiting) = unobserved(live) {
            return waiting;
        }
        let found: Vec<String> = self.path.find(live).into_iter().map(words_of).collect();
        if found.is_empty() {
            return Readiness::progressing(format!("nothing at {} yet", self.path));
        }
        let why = self.message.as_ref().and_then(|path| path.find(live).first().map(|words| words_of(words)));
        let told = |value: &str| match why.as_deref().filter(|words| !words.is_empty()) {
            Some(words) => format!("{} is {value}: {words}", self.path),
            None => format!("{} is {value}", self.path),
        };
        if let Some(value) = found.iter().find(|value| self.names(&self.failed, value)) {
            return Readiness::failed(told(value), true);
        }
        match found.iter().find(|value| !self.names(&self.ready, value)) {
            Some(value) => Readiness::progressing(told(value)),
            None => Readiness::Ready,
        }
    }

    /// Whether `list` names the value: itself, or by a `*` where no list names it.
    fn names(&self, list: &[String], value: &str) -> bool {
        let by_name = |list: &[String]| list.iter().any(|name| name == value);
        let nowhere =
            || ![&self.ready, &self.progressing, &self.failed].into_iter().any(|list| by_name(list));
        by_name(list) || (list.iter().any(|name| name == "*") && nowhere())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Readiness, Rules, readiness_by};
    use super::{CustomRule, annotation};
    use crate::Object;

    fn rule(ready: &[&str], progressing: &[&str], failed: &[&str]) -> CustomRule {
        let own = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect();
        CustomRule {
            kind: "Widget".to_owned(),
            group: Some("example.com".to_owned()),
            path: ".status.phase".parse().unwrap(),
            ready: own(ready),
            progressing: own(progressing),
            failed: own(failed),
            message: Some(".status.why".parse().unwrap()),
        }
    }

    #[test]
    fn values_mean_what_the_lists_say() {
        let verdict = |rule: &CustomRule, phase: &str| {
            rule.verdict(&json!({"status": {"phase": phase, "why": "so"}})).reason().map(str::to_owned)
        };
        let plain = rule(&["Up"], &[], &["Broken"]);
        assert_eq!(verdict(&plain, "Up"), None);
        assert_eq!(verdict(&plain, "Odd").as_deref(), Some(".status.phase is Odd: so"));
        let failed = plain.verdict(&json!({"status": {"phase": "Broken"}}));
        assert_eq!(failed, Readiness::failed(".status.phase is Broken", true));
        let strict = rule(&["Up"], &["Coming"], &["*"]);
        assert!(matches!(strict.verdict(&json!({"status": {"phase": "Odd"}})), Readiness::Failed { .. }));
        assert!(matches!(
            strict.verdict(&json!({"status": {"phase": "Coming"}})),
            Readiness::Progressing { .. }
        ));
        assert_eq!(plain.verdict(&json!({})).reason(), Some("nothing at .status.phase yet"));
    }

    #[test]
    fn a_rule_goes_before_those_of_the_house_and_an_annotation_before_both() {
        let mut live = json!({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"},
            "status": {"phase": "Coming", "state": "fine"}});
        let rules = Rules { custom: vec![rule(&["Up"], &[], &[])].into(), ..Rules::default() };
        assert!(readiness_by(&live, &Rules::default()).is_ready());
        assert!(!readiness_by(&live, &rules).is_ready());
        live["metadata"]["annotations"] =
            json!({annotation::PATH: ".status.state", annotation::READY: "good, fine"});
        assert!(readiness_by(&live, &rules).is_ready());
        let other = Rules {
            custom: vec![CustomRule { group: Some("x".to_owned()), ..rule(&["Up"], &[], &[]) }].into(),
            ..Rules::default()
        };
        live["metadata"]["annotations"] = json!({});
        assert!(readiness_by(&live, &other).is_ready(), "a rule for another group");
    }

    #[test]
    fn annotations_that_make_no_rule_are_told_with_their_line() {
        let object = |notes: &str| {
            let text = format!(
                "apiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: w\n  annotations:\n{notes}"
            );
            let object = crate::parse_manifests(&text, "w.yaml").unwrap().remove(0);
            CustomRule::of_object(&object).unwrap_err().to_string()
        };
        let told = object("    longshore.dev/ready-path: .status[\n    longshore.dev/ready-values: Up\n");
        assert!(told.starts_with("w.yaml:6:"), "{told}");
        assert!(told.contains("a number, `*`, `'name'` or `?(…)` expected at character 9"), "{told}");
        let told = object("    longshore.dev/ready-values: Up\n");
        assert!(
            told.starts_with("w.yaml:6:") && told.contains("there is no `longshore.dev/ready-path`"),
            "{told}"
        );
        let told = object("    longshore.dev/ready-path: .a\n");
        assert!(told.contains("no value means ready"), "{told}");
        let _: fn(&Object) -> _ = CustomRule::of_object;
    }
}
