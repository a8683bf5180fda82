//! Whether anybody has a say in new objects of a kind, besides the server itself: webhooks and policies of admission.

use std::collections::BTreeSet;

use futures::future::join_all;
use longshore_cluster::{Cluster, Error as ClusterError, Selector};
use longshore_object::{Gvk, kinds};
use serde_json::Value;

/// The configurations of webhooks and policies, and where their rules stand.
const KINDS: [(&str, &str); 4] = [
    ("ValidatingWebhookConfiguration", "webhooks"),
    ("MutatingWebhookConfiguration", "webhooks"),
    ("ValidatingAdmissionPolicy", "spec"),
    ("MutatingAdmissionPolicy", "spec"),
];

/// Which resources webhooks and policies are asked about.
#[derive(Debug)]
pub(super) enum Admission {
    /// These, as (group, resource); either may be `*`.
    Concerns(BTreeSet<(String, String)>),
    /// We may not know.
    Unknown,
}

impl Admission {
    /// Asks the cluster. Who is not allowed to know, or a server without policies, makes it unknown.
    ///
    /// # Errors
    /// The server does not answer.
    pub(super) async fn of(cluster: &Cluster) -> Result<Self, ClusterError> {
        let mut concerns = BTreeSet::new();
        let asked = KINDS.map(|(kind, _)| Gvk::new("admissionregistration.k8s.io/v1", kind));
        let all = Selector::default();
        let answers = join_all(asked.iter().map(|gvk| cluster.list(gvk, None, &all))).await;
        for ((kind, rules), answer) in KINDS.into_iter().zip(answers) {
            let found = match answer {
                Ok(found) => found.items,
                // Servers before 1.34 have none that are on by default.
                Err(ClusterError::UnknownKind(_)) if kind == "MutatingAdmissionPolicy" => continue,
                Err(ClusterError::Refused(_) | ClusterError::UnknownKind(_)) => return Ok(Self::Unknown),
                Err(error) => return Err(error),
            };
            for item in &found {
                collect(&item[rules], &mut concerns);
            }
        }
        Ok(Self::Concerns(concerns))
    }

    /// Whether a new object of a builtin kind is the server's own business.
    pub(super) fn leaves_alone(&self, gvk: &Gvk) -> bool {
        let (Self::Concerns(concerns), Some(info)) = (self, kinds::builtin(&gvk.group, &gvk.kind)) else {
            return false;
        };
        !concerns.iter().any(|(group, resource)| {
            let resource = resource.split('/').next().unwrap_or_default();
            (group == "*" || *group == gvk.group) && (resource == "*" || resource == info.plural)
        })
    }
}

/// Every rule below `value`: of webhooks they are called `rules`, of policies `resourceRules`.
fn collect(value: &Value, concerns: &mut BTreeSet<(String, String)>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, concerns)),
        Value::Object(fields) => {
            let texts = |key: &str| -> Vec<String> {
                let texts = fields.get(key).and_then(Value::as_array).into_iter().flatten();
                texts.filter_map(|text| text.as_str().map(str::to_owned)).collect()
            };
            for group in texts("apiGroups") {
                concerns.extend(texts("resources").into_iter().map(|resource| (group.clone(), resource)));
            }
            for key in ["rules", "matchConstraints", "resourceRules"] {
                if let Some(inner) = fields.get(key) {
                    collect(inner, concerns);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use longshore_object::Gvk;
    use serde_json::json;

    use super::{Admission, collect};

    fn check(rules: &serde_json::Value, kind: (&str, &str), expected: bool) {
        let mut concerns = BTreeSet::new();
        collect(rules, &mut concerns);
        let leaves_alone = Admission::Concerns(concerns).leaves_alone(&Gvk::new(kind.0, kind.1));
        assert_eq!(leaves_alone, expected, "{rules}");
    }

    #[test]
    fn rules_of_webhooks_and_policies_are_found() {
        let rule =
            |group: &str, resource: &str| json!({"apiGroups": [group], "resources": ["pods", resource]});
        let webhook = |rule| json!([{"name": "a"}, {"name": "b", "rules": [rule]}]);
        check(&webhook(rule("", "configmaps")), ("v1", "ConfigMap"), false);
        check(&webhook(rule("*", "*/*")), ("v1", "ConfigMap"), false);
        check(&webhook(rule("apps", "deployments")), ("v1", "ConfigMap"), true);
        let policy = json!({"matchConstraints": {"resourceRules": [rule("", "services")]}});
        check(&policy, ("v1", "Service"), false);
        check(&policy, ("v1", "Secret"), true);
        check(&json!([]), ("example.com/v1", "Widget"), false);
        assert!(!Admission::Unknown.leaves_alone(&Gvk::new("v1", "Secret")));
    }
}
