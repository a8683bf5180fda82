//! What the user may do, asked of the server before it is done.
//!
//! One request tells most of what may be done in a namespace (`SelfSubjectRulesReview`). Its answer may be
//! incomplete where another authoriser than RBAC decides, and says nothing of cluster-wide objects; what it
//! does not grant is asked for singly (`SelfSubjectAccessReview`), and that answer counts
//! (<https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access>).

use std::fmt;

use http::Method;
use longshore_object::Gvk;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::cluster::Cluster;
use crate::error::{Error, Subject};
use crate::objects::bytes_of;
use crate::transport::Request;

/// One thing to be done.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Action {
    /// `create`, `patch`, `delete`.
    pub verb: String,
    /// API group; empty for the core group.
    pub group: String,
    /// The resource's name in URLs: `deployments`.
    pub resource: String,
    /// Where; `None` for a cluster-wide object.
    pub namespace: Option<String>,
    /// The object, where only one is meant.
    pub name: Option<String>,
}

impl fmt::Display for Action {
    /// `create deployments.apps in namespace shop`, as `kubectl auth can-i` takes it but for the namespace.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, self.resource)?;
        if !self.group.is_empty() {
            write!(f, ".{}", self.group)?;
        }
        if let Some(name) = &self.name {
            write!(f, "/{name}")?;
        }
        match &self.namespace {
            Some(namespace) => write!(f, " in namespace {namespace}"),
            None => write!(f, " in the whole cluster"),
        }
    }
}

/// What a user may do in a namespace, as far as the server's rules tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    namespace: String,
    rules: Vec<Rule>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Rule {
    verbs: Vec<String>,
    api_groups: Vec<String>,
    resources: Vec<String>,
    resource_names: Vec<String>,
}

impl Rules {
    /// Whether the rules grant it. If not, it may be allowed all the same: see [`Cluster::may`].
    pub fn grant(&self, action: &Action) -> bool {
        // The rules of a namespace do not tell which of them hold outside of it.
        if action.namespace.as_ref() != Some(&self.namespace) {
            return false;
        }
        let has = |list: &[String], word: &str| list.iter().any(|entry| entry == word || entry == "*");
        self.rules.iter().any(|rule| {
            has(&rule.verbs, &action.verb)
                && has(&rule.api_groups, &action.group)
                && has(&rule.resources, &action.resource)
                && (rule.resource_names.is_empty()
                    || action.name.as_ref().is_some_and(|name| rule.resource_names.contains(name)))
        })
    }
}

impl Cluster {
    /// What the user may do in a namespace. One request, which every user may make.
    pub async fn rules_in(&self, namespace: &str) -> Result<Rules, Error> {
        let review = self.review("SelfSubjectRulesReview", &json!({"namespace": namespace})).await?;
        let rules = review.pointer("/status/resourceRules").cloned().filter(|rules| !rules.is_null());
        let rules = match rules {
            Some(rules) => serde_json::from_value(rules).map_err(|error| Error::Answer {
                at: Box::new(Subject::new("ask what may be done")),
                message: error.to_string(),
            })?,
            None => Vec::new(),
        };
        Ok(Rules { namespace: namespace.to_owned(), rules })
    }

    /// Whether the user may do this now.
    pub async fn may(&self, action: &Action) -> Result<bool, Error> {
        let Action { verb, group, resource, namespace, name } = action;
        let mut attributes = json!({"verb": verb, "group": group, "resource": resource});
        for (key, value) in [("namespace", namespace), ("name", name)] {
            if let Some(value) = value {
                attributes[key] = Json::String(value.clone());
            }
        }
        let review =
            self.review("SelfSubjectAccessReview", &json!({"resourceAttributes": attributes})).await?;
        Ok(review.pointer("/status/allowed").and_then(Json::as_bool).unwrap_or(false))
    }

    /// Asks by creating what is never stored: unlike other objects without a name it may be sent twice.
    async fn review(&self, kind: &str, spec: &Json) -> Result<Json, Error> {
        let gvk = Gvk::new("authorization.k8s.io/v1", kind);
        let at = || Subject::new("ask what may be done");
        let path = self.resource_for(&gvk, at).await?.collection(None);
        let body = json!({"apiVersion": gvk.api_version(), "kind": kind, "spec": spec});
        let request = Request { repeatable: true, ..Request::with_body(Method::POST, path, bytes_of(&body)) };
        self.answer(&request, at).await.map(|(review, _)| review)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Action, Rules};

    fn action(verb: &str, group: &str, resource: &str, namespace: Option<&str>) -> Action {
        Action {
            verb: verb.into(),
            group: group.into(),
            resource: resource.into(),
            namespace: namespace.map(str::to_owned),
            name: None,
        }
    }

    #[test]
    fn rules_grant_what_they_name_in_their_namespace_only() {
        let rules = json!([
            {"verbs": ["get", "patch"], "apiGroups": ["apps"], "resources": ["deployments"]},
            {"verbs": ["*"], "apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["one"]},
        ]);
        let rules = Rules { namespace: "shop".into(), rules: serde_json::from_value(rules).unwrap() };
        assert!(rules.grant(&action("patch", "apps", "deployments", Some("shop"))));
        assert!(!rules.grant(&action("create", "apps", "deployments", Some("shop"))));
        assert!(!rules.grant(&action("patch", "apps", "deployments", Some("other"))));
        assert!(!rules.grant(&action("patch", "apps", "deployments", None)));
        let mut one = action("delete", "", "configmaps", Some("shop"));
        assert!(!rules.grant(&one), "all of them are more than one");
        one.name = Some("one".into());
        assert!(rules.grant(&one));
        assert_eq!(one.to_string(), "delete configmaps/one in namespace shop");
    }
}
