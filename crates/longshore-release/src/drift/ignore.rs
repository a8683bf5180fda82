//! Differences that the user knows of: rules of the project file, and of the command line.

use serde_json::Value;

use super::path::{Step, steps};
use super::{DriftState, ObjectDrift};

/// What is no drift: fields of objects, or whole objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoreRule {
    /// Only in this release.
    pub release: Option<String>,
    /// Only of this API group.
    pub group: Option<String>,
    /// Of this kind.
    pub kind: String,
    /// Only the object of this name.
    pub name: Option<String>,
    /// The fields, each with all that is in it, as JSON pointers in which an item of a list may also be called by
    /// its name, and `*` is every key and item. None at all: the objects as a whole, be they changed, missing or
    /// added.
    pub pointers: Vec<String>,
}

impl IgnoreRule {
    /// Reads `Deployment`, `Deployment/web`, `Deployment/web:/spec/replicas`, `Deployment:/spec/replicas`.
    ///
    /// # Errors
    /// It has another form; the text says which is wanted.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!("`{text}` is no rule; write KIND[/NAME][:POINTER], as in Deployment/web:/spec/replicas")
        };
        let (object, pointer) = match text.split_once(':') {
            Some((object, pointer)) => (object, Some(pointer)),
            None => (text, None),
        };
        if pointer.is_some_and(|pointer| !pointer.starts_with('/')) {
            return Err(wrong());
        }
        let (kind, name) = match object.split_once('/') {
            Some((kind, name)) => (kind, Some(name)),
            None => (object, None),
        };
        if kind.is_empty() || name.is_some_and(|name| name.is_empty() || name.contains('/')) {
            return Err(wrong());
        }
        Ok(Self {
            release: None,
            group: None,
            kind: kind.to_owned(),
            name: name.map(str::to_owned),
            pointers: pointer.map(str::to_owned).into_iter().collect(),
        })
    }

    fn is_about(&self, release: &str, drift: &ObjectDrift) -> bool {
        let is =
            |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|wanted| wanted == found);
        self.kind == drift.object.kind
            && is(&self.release, release)
            && is(&self.group, &drift.object.group)
            && is(&self.name, &drift.object.name)
    }

    fn covers(&self, path: &[Step]) -> bool {
        self.pointers.iter().any(|pointer| {
            let tokens: Vec<String> =
                pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")).collect();
            tokens.len() <= path.len() && tokens.iter().zip(path).all(|(token, step)| step.is_meant(token))
        })
    }
}

/// The drift without what is ignored; `None` if nothing is left. `sides` are the object as deployed and as it is.
pub(super) fn apply(
    rules: &[IgnoreRule],
    release: &str,
    mut drift: ObjectDrift,
    sides: &[Option<&Value>],
) -> Option<ObjectDrift> {
    for rule in rules.iter().filter(|rule| rule.is_about(release, &drift)).cloned().collect::<Vec<_>>() {
        if rule.pointers.is_empty() {
            return None;
        }
        drift.fields.retain(|field| !rule.covers(&steps(&field.path, sides)));
    }
    (drift.state != DriftState::Changed || !drift.fields.is_empty()).then_some(drift)
}

#[cfg(test)]
mod tests {
    use longshore_object::ObjectKey;
    use serde_json::json;

    use super::{IgnoreRule, apply};
    use crate::drift::{Cause, DriftState, FieldDrift, ObjectDrift};

    fn drift(state: DriftState) -> ObjectDrift {
        let field = |path: &str| FieldDrift {
            path: path.to_owned(),
            deployed: None,
            live: None,
            cause: Cause::Human,
            by: None,
        };
        let fields = match state {
            DriftState::Changed => {
                vec![
                    field("spec.replicas"),
                    field("spec.containers[web].image"),
                    field("metadata.labels[a/b]"),
                ]
            }
            _ => Vec::new(),
        };
        let object = ObjectKey {
            group: "apps".into(),
            kind: "Deployment".into(),
            namespace: Some("shop".into()),
            name: "web".into(),
        };
        ObjectDrift { object, state, cause: None, by: None, fields }
    }

    fn left(rules: &[&str], state: DriftState) -> Option<Vec<String>> {
        let live = json!({"metadata": {"labels": {"a/b": "1"}}, "spec": {"replicas": 2, "containers": [
            {"name": "side"}, {"name": "web", "image": "x"}]}});
        let rules: Vec<IgnoreRule> = rules.iter().map(|rule| IgnoreRule::parse(rule).unwrap()).collect();
        let left = apply(&rules, "shop", drift(state), &[None, Some(&live)])?;
        Some(left.fields.into_iter().map(|field| field.path).collect())
    }

    #[test]
    fn what_a_rule_covers_is_no_drift() {
        let all = ["spec.replicas", "spec.containers[web].image", "metadata.labels[a/b]"].map(str::to_owned);
        let check = |rules: &[&str], expected: &[usize]| {
            let expected: Vec<String> = expected.iter().map(|index| all[*index].clone()).collect();
            assert_eq!(left(rules, DriftState::Changed), Some(expected), "{rules:?}");
        };
        check(&[], &[0, 1, 2]);
        check(&["Deployment:/spec/replicas"], &[1, 2]);
        check(&["Deployment/web:/spec/containers/web/image"], &[0, 2]);
        check(&["Deployment/web:/spec/containers/*/image"], &[0, 2]);
        check(&["Deployment/web:/spec/containers/1"], &[0, 2]);
        check(&["Deployment/web:/metadata/labels/a~1b", "Deployment:/spec/replicas"], &[1]);
        check(&["Deployment/other:/spec", "Service:/spec", "Deployment:/spec/replica"], &[0, 1, 2]);
        assert_eq!(left(&["Deployment:/spec", "Deployment:/metadata"], DriftState::Changed), None);
        assert_eq!(left(&["Deployment"], DriftState::Missing), None);
        assert_eq!(left(&["Deployment:/spec"], DriftState::Missing), Some(Vec::new()));
    }

    #[test]
    fn rules_have_one_form() {
        for wrong in ["", "/web", "Deployment/", "Deployment:spec", "Deployment/a/b", ":/spec"] {
            assert!(IgnoreRule::parse(wrong).is_err(), "{wrong}");
        }
    }
}
