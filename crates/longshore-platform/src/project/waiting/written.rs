//! `wait:` as a frozen plan holds it: what the project file says, all inherited values in place, in the same words.

use std::time::Duration;

use longshore_diag::{Diagnostic, Place};
use longshore_object::readiness::{CustomRule, GraceValue};
use longshore_yaml::{Dialect, Limits};
use serde_json::{Map, Value, json};

use super::super::fields::Fields;
use super::{IdleTimeout, WaitSpec, waiting};

impl WaitSpec {
    /// The mapping that [`WaitSpec::read_written`] reads; null if nothing is set.
    pub(crate) fn written(&self) -> Value {
        let mut map = Map::new();
        let mut put = |key: &str, value: Option<Value>| value.map(|value| map.insert(key.to_owned(), value));
        put("timeout", self.timeout.map(lasting));
        put("idleTimeout", self.idle_timeout.map(|IdleTimeout(idle)| idle.map_or(json!("never"), lasting)));
        put("rollbackOnFailure", self.rollback_on_failure.map(Value::from));
        put("loadBalancerAddress", self.load_balancer_address.map(Value::from));
        put("ingressAddress", self.ingress_address.map(Value::from));
        let grace = self.grace.iter().map(|(name, value)| match value {
            GraceValue::Restarts(restarts) => (name.clone(), json!(restarts)),
            GraceValue::Lasting(duration) => (name.clone(), lasting(*duration)),
        });
        put("grace", (!self.grace.is_empty()).then(|| grace.collect()));
        put("readiness", (!self.readiness.is_empty()).then(|| self.readiness.iter().map(rule).collect()));
        if map.is_empty() { Value::Null } else { Value::Object(map) }
    }

    /// Reads what [`WaitSpec::written`] gave; `file` is where it is from.
    ///
    /// # Errors
    /// It is not what that writes.
    pub(crate) fn read_written(written: &Value, file: &str) -> Result<Self, Diagnostic> {
        if written.is_null() {
            return Ok(Self::default());
        }
        let broken = |why: String| {
            Diagnostic::error("plan/broken", format!("the plan is damaged: {why}")).at(Place::file(file))
        };
        // JSON is YAML, and the reader of the project file checks every key and value.
        let text = json!({"wait": written}).to_string();
        let documents = longshore_yaml::parse(text.as_bytes(), Dialect::V2, &Limits::default());
        let documents = documents.map_err(|error| broken(error.to_string()))?;
        let root = documents.first().ok_or_else(|| broken("it is empty".to_owned()))?.root();
        let fields = Fields::read(file, "the plan", root, &["wait"]);
        fields.and_then(|fields| waiting(file, &fields)).map_err(|error| broken(error.message.clone()))
    }
}

fn lasting(duration: Duration) -> Value {
    match duration.as_millis() {
        0 => json!("0s"),
        millis if millis % 1000 == 0 => json!(format!("{}s", millis / 1000)),
        millis => json!(format!("{millis}ms")),
    }
}

fn rule(rule: &CustomRule) -> Value {
    let kind = match &rule.group {
        Some(group) => format!("{}.{group}", rule.kind),
        None => rule.kind.clone(),
    };
    let mut map = Map::from_iter([
        ("kind".to_owned(), json!(kind)),
        ("path".to_owned(), json!(rule.path.to_string())),
        ("ready".to_owned(), json!(rule.ready)),
    ]);
    for (key, values) in [("progressing", &rule.progressing), ("failed", &rule.failed)] {
        if !values.is_empty() {
            map.insert(key.to_owned(), json!(values));
        }
    }
    if let Some(message) = &rule.message {
        map.insert("message".to_owned(), json!(message.to_string()));
    }
    Value::Object(map)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::super::parse;
    use super::WaitSpec;

    #[test]
    fn what_is_written_is_read_again() {
        let text = "apiVersion: longshore.dev/v1alpha1\nkind: Project\nname: shop\nenvironments:\n  dev: {}\n  prod: {wait: {idleTimeout: never, rollbackOnFailure: true, grace: {pull: 1h30m, settle: 0s}}}\nreleases: {web: {manifests: web.yaml}}\nwait:\n  timeout: 1500ms\n  loadBalancerAddress: true\n  ingressAddress: false\n  idleTimeout: 90s\n  grace: {restarts: 6, pull: 30s}\n  readiness:\n  - {kind: Database.example.com, path: \".status.conditions[?(@.type=='Up')].status\", ready: ['True', 1], progressing: x, failed: ['*'], message: .status.message}\n  - {kind: ConfigMap, path: .data.a, ready: 'on'}\n";
        let project = parse(text, "longshore.yaml").unwrap();
        for environment in ["dev", "prod"] {
            let mut wait = project.environment(Some(environment)).unwrap().wait;
            wait.grace.sort_by(|(a, _), (b, _)| a.cmp(b));
            assert_eq!(
                WaitSpec::read_written(&wait.written(), "a.plan").unwrap(),
                wait,
                "{}",
                wait.written()
            );
        }
        assert_eq!(WaitSpec::default().written(), Value::Null);
        assert_eq!(WaitSpec::read_written(&Value::Null, "a.plan").unwrap(), WaitSpec::default());
    }

    #[test]
    fn what_is_something_else_is_told() {
        for (written, message) in [
            (
                json!({"timeout": "soon"}),
                "a.plan: the plan is damaged: `soon` is no duration; write `90s`, `5m` or `1h30m`",
            ),
            (json!([1]), "a.plan: the plan is damaged: `wait` of the plan must be a mapping, not a list"),
        ] {
            assert_eq!(WaitSpec::read_written(&written, "a.plan").unwrap_err().to_string(), message);
        }
    }
}
