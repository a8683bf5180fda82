//! Which resource is meant: `deployment/web`, as `kubectl` has it.

use longshore_diag::nearest;

use crate::trace::Known;

/// Short names that `kubectl` knows.
const SHORT: [(&str, &str); 26] = [
    ("cj", "CronJob"),
    ("cm", "ConfigMap"),
    ("crd", "CustomResourceDefinition"),
    ("crds", "CustomResourceDefinition"),
    ("cs", "ComponentStatus"),
    ("csr", "CertificateSigningRequest"),
    ("deploy", "Deployment"),
    ("ds", "DaemonSet"),
    ("ep", "Endpoints"),
    ("ev", "Event"),
    ("hpa", "HorizontalPodAutoscaler"),
    ("ing", "Ingress"),
    ("limits", "LimitRange"),
    ("netpol", "NetworkPolicy"),
    ("no", "Node"),
    ("ns", "Namespace"),
    ("pc", "PriorityClass"),
    ("pdb", "PodDisruptionBudget"),
    ("po", "Pod"),
    ("pv", "PersistentVolume"),
    ("pvc", "PersistentVolumeClaim"),
    ("quota", "ResourceQuota"),
    ("rc", "ReplicationController"),
    ("rs", "ReplicaSet"),
    ("sa", "ServiceAccount"),
    ("sc", "StorageClass"),
];
/// More of them, with names that are no beginnings of others.
const MORE: [(&str, &str); 2] = [("sts", "StatefulSet"), ("svc", "Service")];

/// A question for one resource.
///
/// ```
/// use longshore_kustomize::explain::Query;
/// assert!(Query::parse("deploy/web", "shop").is_ok());
/// assert!(Query::parse("Deployment.v1.apps/web", "").is_ok());
/// assert!(Query::parse("web", "").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    typed: String,
    kind: String,
    version: String,
    group: String,
    name: String,
    namespace: String,
}

/// Why no resource was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmatched {
    /// What was found.
    pub message: String,
    /// The next thing to do.
    pub hint: String,
}

impl Query {
    /// Reads `KIND/NAME`, `KIND.GROUP/NAME` or `KIND.VERSION.GROUP/NAME`; the kind may be plural or short, in any case. No
    /// namespace means any.
    ///
    /// # Errors
    /// It is none of these.
    pub fn parse(typed: &str, namespace: &str) -> Result<Self, Unmatched> {
        let wrong = || Unmatched {
            message: format!("`{typed}` names no resource"),
            hint: String::from("write kind and name with a slash between them: `deployment/web`"),
        };
        let (kind, name) = typed.split_once('/').ok_or_else(wrong)?;
        if kind.is_empty() || name.is_empty() || name.contains('/') {
            return Err(wrong());
        }
        let (kind, rest) = kind.split_once('.').unwrap_or((kind, ""));
        let (first, behind) = rest.split_once('.').unwrap_or((rest, ""));
        let (version, group) = if is_version(first) { (first, behind) } else { ("", rest) };
        Ok(Self {
            typed: typed.to_owned(),
            kind: kind.to_lowercase(),
            version: version.to_owned(),
            group: group.to_owned(),
            name: name.to_owned(),
            namespace: namespace.to_owned(),
        })
    }

    /// The resource that is meant.
    pub(crate) fn find<'k>(&self, known: &'k [Known]) -> Result<&'k Known, Unmatched> {
        let of_kind: Vec<&Known> = known.iter().filter(|each| self.is_of_kind(each)).collect();
        let named: Vec<&Known> = of_kind.iter().copied().filter(|each| self.is_named(each)).collect();
        // The name as built comes first.
        let exact: Vec<&Known> =
            named.iter().copied().filter(|each| each.names.last() == Some(&self.name)).collect();
        // So does a type without a group, which cannot be told otherwise.
        let plain: Vec<&Known> = exact.iter().copied().filter(|each| each.group.is_empty()).collect();
        match (&named[..], &exact[..], &plain[..]) {
            ([one], ..) | (_, [one], _) | (.., [one]) => Ok(one),
            ([], ..) => Err(self.unmatched(known, &of_kind)),
            (several, ..) => Err(Unmatched {
                message: format!("`{}` may be any of {} resources", self.typed, several.len()),
                hint: format!(
                    "say more: {}",
                    list(&several.iter().map(|each| full(each)).collect::<Vec<_>>())
                ),
            }),
        }
    }

    fn is_of_kind(&self, known: &Known) -> bool {
        let kind = known.kind.to_lowercase();
        let short = SHORT.iter().chain(&MORE).find(|(short, _)| *short == self.kind);
        let is_kind = self.kind == kind
            || self.kind == plural(&kind)
            || short.is_some_and(|(_, kind)| *kind == known.kind);
        is_kind
            && (self.group.is_empty() || self.group == known.group)
            && (self.version.is_empty() || self.version == known.version)
    }

    fn is_named(&self, known: &Known) -> bool {
        let is_in = self.namespace.is_empty() || known.namespaces.contains(&self.namespace);
        known.names.contains(&self.name) && is_in
    }

    fn unmatched(&self, known: &[Known], of_kind: &[&Known]) -> Unmatched {
        let message = format!("the build has no `{}`", self.typed);
        if known.is_empty() {
            return Unmatched { message, hint: String::from("nothing comes out of it") };
        }
        let candidates: Vec<&Known> =
            if of_kind.is_empty() { known.iter().collect() } else { of_kind.to_vec() };
        let names = candidates.iter().flat_map(|each| each.names.iter().map(String::as_str));
        let near = nearest(&self.name, names);
        let found =
            near.and_then(|near| candidates.iter().find(|each| each.names.iter().any(|name| name == near)));
        let hint = match found {
            Some(found) => format!("did you mean {}?", full(found)),
            None if of_kind.is_empty() => {
                let mut kinds: Vec<String> = known.iter().map(|each| each.kind.clone()).collect();
                kinds.sort_unstable();
                kinds.dedup();
                match nearest(&self.kind, kinds.iter().map(String::as_str)) {
                    Some(kind) => format!("did you mean the kind `{kind}`?"),
                    None => format!("there is {}", list(&kinds)),
                }
            }
            None => format!("there is {}", list(&of_kind.iter().map(|each| full(each)).collect::<Vec<_>>())),
        };
        Unmatched { message, hint }
    }
}

/// Whether it is a version of an API, not a group.
fn is_version(text: &str) -> bool {
    let rest = text.strip_prefix('v').unwrap_or_default();
    rest.starts_with(|c: char| c.is_ascii_digit()) && rest.chars().all(|c| c.is_ascii_alphanumeric())
}

/// The plural of a kind in lower case, as Kubernetes guesses it.
fn plural(kind: &str) -> String {
    match kind {
        "endpoints" => kind.to_owned(),
        _ if kind.ends_with('s') => format!("{kind}es"),
        _ => match kind.strip_suffix('y') {
            Some(stem) => format!("{stem}ies"),
            None => format!("{kind}s"),
        },
    }
}

/// A resource as one can ask for it.
fn full(known: &Known) -> String {
    let dot = if known.group.is_empty() { "" } else { "." };
    let name = known.names.last().map_or("", String::as_str);
    let namespace = match known.namespaces.last().map(String::as_str) {
        None | Some("default" | crate::id::NO_NAMESPACE) => String::new(),
        Some(namespace) => format!(" -n {namespace}"),
    };
    format!("`{}{dot}{}/{name}{namespace}`", known.kind.to_lowercase(), known.group)
}

fn list(words: &[String]) -> String {
    crate::finding::list(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(kind: &str, names: &[&str], namespace: &str) -> Known {
        Known {
            number: 1,
            group: String::from("apps"),
            version: String::from("v1"),
            kind: kind.to_owned(),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            namespaces: vec![namespace.to_owned()],
        }
    }

    #[test]
    fn kinds_may_be_short_plural_or_full() {
        let web = [known("Deployment", &["web", "dev-web"], "shop")];
        let check = |typed, namespace| Query::parse(typed, namespace).unwrap().find(&web).is_ok();
        for typed in [
            "deploy/web",
            "deployments/web",
            "Deployment/dev-web",
            "Deployment.apps/web",
            "deployment.v1.apps/web",
        ] {
            assert!(check(typed, ""), "{typed}");
        }
        assert!(check("deploy/web", "shop"));
        for (typed, namespace) in
            [("deploy/api", ""), ("sts/web", ""), ("deployment.batch/web", ""), ("deploy/web", "other")]
        {
            assert!(!check(typed, namespace), "{typed} {namespace}");
        }
    }

    #[test]
    fn what_may_be_several_is_asked_back() {
        let all = [known("Deployment", &["web"], "a"), known("Deployment", &["web"], "b")];
        let unmatched = Query::parse("deploy/web", "").unwrap().find(&all).unwrap_err();
        assert_eq!(unmatched.hint, "say more: `deployment.apps/web -n a`, `deployment.apps/web -n b`");
    }
}
