//! What an account may not do, in the API server's words, and the smallest Role that lets it.
//!
//! The words come from `k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/errors.go` and stand in the logs of
//! whoever was refused, with `\"` for quotes where the log is of JSON.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Meaning, between};

/// One thing that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// Who asked, as the server sees it: `system:serviceaccount:shop:app`.
    pub user: String,
    /// `list`.
    pub verb: String,
    /// `pods`, `pods/log`; empty for a path.
    pub resource: String,
    /// `apps`; empty for the core group.
    pub group: String,
    /// Where; `None` for the whole cluster.
    pub namespace: Option<String>,
    /// The object, if one was named.
    pub name: Option<String>,
    /// What was asked for that is no resource: `/metrics`.
    pub path: Option<String>,
    /// Whether it was to be watched after it had been listed.
    reflects: bool,
}

impl Denied {
    /// Namespace and name of the service account, if it is one.
    pub fn account(&self) -> Option<(&str, &str)> {
        self.user.strip_prefix("system:serviceaccount:")?.split_once(':')
    }

    /// `pods`, `deployments.apps/scale`, as `kubectl create role --resource` takes it.
    fn resource_in_words(&self) -> String {
        match (self.group.as_str(), self.resource.split_once('/')) {
            ("", _) => self.resource.clone(),
            (group, Some((resource, part))) => format!("{resource}.{group}/{part}"),
            (group, None) => format!("{}.{group}", self.resource),
        }
    }

    /// Whether one rule of one Role may let both.
    fn goes_with(&self, other: &Self) -> bool {
        (&self.user, &self.resource, &self.group, &self.namespace, &self.path)
            == (&other.user, &other.resource, &other.group, &other.namespace, &other.path)
    }

    fn wherein(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("in namespace `{namespace}`"),
            None => "in the whole cluster".to_owned(),
        }
    }
}

/// What a line, or the message of an event, says was refused.
///
/// ```
/// use longshore_object::diagnosis::denied;
/// let line = r#"pods is forbidden: User "system:serviceaccount:a:app" cannot list resource "pods" in API group "" in the namespace "a""#;
/// let found = denied(line).unwrap();
/// assert_eq!((found.account(), found.verb.as_str()), (Some(("a", "app")), "list"));
/// ```
pub fn denied(text: &str) -> Option<Denied> {
    let text = text.replace("\\\"", "\"");
    let (before, after) = text.split_once("User \"")?;
    let (user, rest) = after.split_once("\" cannot ")?;
    let (verb, rest) = rest.split_once(' ')?;
    let reflects = text.contains("reflector") || text.contains("Failed to watch");
    let base = Denied {
        user: user.to_owned(),
        verb: verb.to_owned(),
        resource: String::new(),
        group: String::new(),
        namespace: None,
        name: None,
        path: None,
        reflects,
    };
    if let Some(path) = between(rest, "path \"", "\"") {
        return Some(Denied { path: Some(path.to_owned()), ..base });
    }
    let resource = between(rest, "resource \"", "\"")?.to_owned();
    // `pods "web-1" is forbidden: `
    let head = before.trim_end().strip_suffix("is forbidden:").unwrap_or_default().trim_end();
    let name = head.strip_suffix('"').and_then(|head| head.rsplit_once('"')).map(|(_, name)| name.to_owned());
    Some(Denied {
        group: between(rest, "API group \"", "\"").unwrap_or_default().to_owned(),
        namespace: between(rest, "in the namespace \"", "\"").map(str::to_owned),
        name: name.filter(|name| !name.is_empty()),
        resource,
        ..base
    })
}

/// What a line means, and the smallest Role that lets all that lines like it were refused.
pub(super) fn read(line: &str, all: &[&str]) -> Option<(Meaning, Denied)> {
    let found = denied(line)?;
    let all: Vec<Denied> = all.iter().filter_map(|line| denied(line)).collect();
    Some((why_denied(&found, &all), found))
}

/// What a refusal means. `all` are those that are known, which one Role is to let if they are about the same.
pub fn why_denied(found: &Denied, all: &[Denied]) -> Meaning {
    let who = match found.account() {
        Some((_, name)) => format!("ServiceAccount/{name}"),
        None => format!("user `{}`", found.user),
    };
    let object = match &found.path {
        Some(path) => format!("the path `{path}`"),
        None => match &found.name {
            Some(name) => format!("{} `{name}`", found.resource_in_words()),
            None => found.resource_in_words(),
        },
    };
    let what = format!("{who} may not {} {object} {}", found.verb, found.wherein());
    let alike: Vec<&Denied> =
        all.iter().filter(|other| found.goes_with(other)).chain(std::iter::once(found)).collect();
    let mut hint = grant(found, &alike);
    let others: BTreeSet<String> = all
        .iter()
        .filter(|other| other.user == found.user && !found.goes_with(other))
        .map(|other| format!("{} {}", other.verb, other.path.clone().unwrap_or(other.resource_in_words())))
        .collect();
    if !others.is_empty() {
        let others: Vec<String> = others.into_iter().collect();
        let _ = write!(hint, "; it was refused {}, too", others.join(", "));
    }
    Meaning { what, hint }
}

/// The commands that let it, with no more than what was asked for.
fn grant(found: &Denied, alike: &[&Denied]) -> String {
    let Some((namespace, account)) = found.account() else {
        return format!("grant it a role with verb `{}` on `{}`", found.verb, found.resource_in_words());
    };
    let mut verbs: BTreeSet<&str> = alike.iter().map(|denied| denied.verb.as_str()).collect();
    if verbs.contains("list") && alike.iter().any(|denied| denied.reflects) {
        verbs.insert("watch");
    }
    let verbs = verbs.into_iter().collect::<Vec<_>>().join(",");
    let plain: String = found.resource.chars().map(|c| if c == '/' { '-' } else { c }).collect();
    let of = match &found.path {
        Some(path) => format!("--non-resource-url={path}"),
        None => format!("--resource={}", found.resource_in_words()),
    };
    let role = if found.path.is_some() { format!("{account}-path") } else { format!("{account}-{plain}") };
    // Names can be left out of a rule only where each request names one, and pods have new ones each time.
    let names: BTreeSet<&str> = alike.iter().filter_map(|denied| denied.name.as_deref()).collect();
    let each_named = alike.iter().all(|denied| denied.name.is_some() && denied.verb != "create");
    let mut only = String::new();
    if each_named && !found.resource.starts_with("pods") {
        for name in names {
            let _ = write!(only, " --resource-name={name}");
        }
    }
    let subject = format!("--serviceaccount={namespace}:{account}");
    match &found.namespace {
        Some(place) => format!(
            "`kubectl create role {role} -n {place} --verb={verbs} {of}{only}` and `kubectl create rolebinding {role} -n {place} --role={role} {subject}` allow it, as do a Role and a RoleBinding in the release"
        ),
        None => format!(
            "`kubectl create clusterrole {role} --verb={verbs} {of}{only}` and `kubectl create clusterrolebinding {role} --clusterrole={role} {subject}` allow it, as do a ClusterRole and a ClusterRoleBinding in the release; or have it ask in its own namespace only"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::{denied, read};

    fn told(lines: &[&str]) -> (String, String) {
        let (meaning, _) = read(lines[lines.len() - 1], lines).unwrap();
        (meaning.what, meaning.hint)
    }

    #[test]
    fn lines_name_who_may_not_do_what() {
        for (line, what, hint) in [
            (
                r#"pods is forbidden: User "system:serviceaccount:shop:app" cannot list resource "pods" in API group "" in the namespace "shop""#,
                "ServiceAccount/app may not list pods in namespace `shop`",
                "`kubectl create role app-pods -n shop --verb=list --resource=pods` and `kubectl create rolebinding app-pods -n shop --role=app-pods --serviceaccount=shop:app` allow it",
            ),
            (
                r#"E1122 08:00:00.1 1 reflector.go:150] Failed to watch *v1.Pod: failed to list *v1.Pod: pods is forbidden: User "system:serviceaccount:shop:app" cannot list resource "pods" in API group "" in the namespace "shop""#,
                "ServiceAccount/app may not list pods in namespace `shop`",
                "--verb=list,watch --resource=pods`",
            ),
            (
                r#"{"level":"error","error":"deployments.apps \"web\" is forbidden: User \"system:serviceaccount:shop:app\" cannot patch resource \"deployments/scale\" in API group \"apps\" in the namespace \"shop\""}"#,
                "ServiceAccount/app may not patch deployments.apps/scale `web` in namespace `shop`",
                "create role app-deployments-scale -n shop --verb=patch --resource=deployments.apps/scale --resource-name=web`",
            ),
            (
                r#"nodes is forbidden: User "system:serviceaccount:ops:agent" cannot list resource "nodes" in API group "" at the cluster scope"#,
                "ServiceAccount/agent may not list nodes in the whole cluster",
                "`kubectl create clusterrole agent-nodes --verb=list --resource=nodes` and `kubectl create clusterrolebinding agent-nodes --clusterrole=agent-nodes --serviceaccount=ops:agent` allow it",
            ),
            (
                r#"forbidden: User "system:serviceaccount:ops:agent" cannot get path "/metrics""#,
                "ServiceAccount/agent may not get the path `/metrics` in the whole cluster",
                "create clusterrole agent-path --verb=get --non-resource-url=/metrics`",
            ),
            (
                r#"configmaps is forbidden: User "jane" cannot create resource "configmaps" in API group "" in the namespace "a""#,
                "user `jane` may not create configmaps in namespace `a`",
                "grant it a role with verb `create` on `configmaps`",
            ),
            (
                r#"secrets "tls" is forbidden: User "system:serviceaccount:a:app" cannot create resource "secrets" in API group "" in the namespace "b""#,
                "ServiceAccount/app may not create secrets `tls` in namespace `b`",
                "create role app-secrets -n b --verb=create --resource=secrets` and",
            ),
        ] {
            let (said, next) = told(&[line]);
            assert_eq!(said, what, "{line}");
            assert!(next.contains(hint), "{next}");
        }
        assert_eq!(denied("pods \"x\" is forbidden: exceeded quota: small"), None);
        assert_eq!(denied("User \"x\" cannot"), None);
    }

    #[test]
    fn one_role_lets_all_that_was_refused_of_one_kind() {
        let line = |verb: &str, resource: &str| {
            format!(
                r#"{resource} is forbidden: User "system:serviceaccount:a:app" cannot {verb} resource "{resource}" in API group "" in the namespace "a""#
            )
        };
        let lines = [line("list", "services"), line("get", "pods"), line("list", "pods")];
        let (_, hint) = told(&lines.each_ref().map(String::as_str));
        assert!(hint.contains("--verb=get,list --resource=pods`"), "{hint}");
        assert!(hint.ends_with("; it was refused list services, too"), "{hint}");
    }
}
