//! All objects of an environment, and what else there may be beside them.

use std::collections::BTreeMap;

use longshore_diag::Diagnostic;
use longshore_object::diagnosis::wiring::{Pods, Surroundings};
use longshore_object::references::{pod_spec, pod_template};
use longshore_object::{MadeSecret, Object, ObjectKey, Tree, makes_secrets, secrets_made};

use crate::Release;
use crate::flows::Labels;
use crate::schema::{Definitions, is_builtin};

/// Groups whose objects make none of those that pods and routes name.
const MAKE_NOTHING: [&str; 10] = [
    "autoscaling.k8s.io",
    "cilium.io",
    "keda.sh",
    "kyverno.io",
    "networking.istio.io",
    "route.openshift.io",
    "security.istio.io",
    "security.openshift.io",
    "snapshot.storage.k8s.io",
    "traefik.io",
];

/// Kinds of other groups that make none of them either.
const WATCH_ONLY: [&str; 5] = ["ServiceMonitor", "PodMonitor", "PrometheusRule", "Probe", "HTTPRoute"];

/// What is made in each cluster and namespace.
const ALWAYS_THERE: [(&str, &str); 5] = [
    ("ServiceAccount", "default"),
    ("ConfigMap", "kube-root-ca.crt"),
    ("ConfigMap", "openshift-service-ca.crt"),
    ("ConfigMap", "istio-ca-root-cert"),
    ("Service", "kubernetes"),
];

/// The objects of an environment.
pub(crate) struct World<'a> {
    objects: BTreeMap<ObjectKey, &'a Object>,
    /// Custom resources whose controllers may make other objects.
    makers: Vec<&'a Object>,
    /// Secrets that controllers make, with what they are made of; without a namespace those that are made in several.
    secrets: BTreeMap<(Option<String>, String), (&'a Object, MadeSecret)>,
    /// What programs in pods are told: arguments and plain variables.
    told: Vec<&'a str>,
    namespaces: BTreeMap<&'a str, Surroundings<'a>>,
    /// The labels of pods by namespace, of those that releases are deployed to.
    pods: BTreeMap<&'a str, Vec<Labels>>,
    /// For each release, what its programs may create: plural names of resources.
    creates: Vec<Vec<&'a str>>,
    external: &'a [String],
    pub(crate) definitions: Definitions<'a>,
}

impl<'a> World<'a> {
    /// The world that releases make. `external` names what is there beside them: `Secret/registry`, with `*` for any part.
    pub(crate) fn new(releases: &[Release<'a>], external: &'a [String]) -> Self {
        let all = || releases.iter().flat_map(|release| release.objects);
        let mut objects = BTreeMap::new();
        let mut namespaces: BTreeMap<&str, Vec<&Object>> = BTreeMap::new();
        for release in releases {
            for object in release.objects {
                objects.insert(object.key_in(release.namespace), object);
                let namespace = object.namespace().unwrap_or(release.namespace);
                namespaces.entry(namespace).or_default().push(object);
            }
        }
        let mut told = Vec::new();
        for object in all() {
            words(object, &mut told);
        }
        let mut pods: BTreeMap<&str, Vec<Labels>> =
            releases.iter().map(|release| (release.namespace, Vec::new())).collect();
        for (namespace, objects) in &namespaces {
            if let Some(pods) = pods.get_mut(namespace) {
                pods.extend(objects.iter().filter_map(|object| labels(object)));
            }
        }
        let around = |(namespace, objects): (&'a str, Vec<&'a Object>)| {
            // Who else has pods in a namespace that no release is deployed to is not known.
            let pods = if pods.contains_key(namespace) { Pods::Ours } else { Pods::Unknown };
            (namespace, Surroundings::new(objects, pods))
        };
        let namespaces = namespaces.into_iter().map(around).collect();
        Self {
            objects,
            makers: all().filter(|object| may_make(object)).collect(),
            secrets: secrets(releases),
            told,
            namespaces,
            pods,
            creates: releases.iter().map(|release| creates(release.objects)).collect(),
            external,
            definitions: Definitions::of(all()),
        }
    }

    /// The object of that identity.
    pub(crate) fn find(&self, group: &str, kind: &str, namespace: &str, name: &str) -> Option<&'a Object> {
        let key = ObjectKey {
            group: group.to_owned(),
            kind: kind.to_owned(),
            namespace: Some(namespace.to_owned()),
            name: name.to_owned(),
        };
        self.objects.get(&key).copied()
    }

    /// A Secret that a controller makes, with what it is made of.
    pub(crate) fn made_secret(&self, namespace: &str, name: &str) -> Option<&(&'a Object, MadeSecret)> {
        let at = |namespace: Option<String>| self.secrets.get(&(namespace, name.to_owned()));
        at(Some(namespace.to_owned())).or_else(|| at(None))
    }

    /// The names of the Secrets that controllers make in a namespace.
    pub(crate) fn made_secrets(&self, namespace: &str) -> impl Iterator<Item = &str> {
        let is_here = move |of: &Option<String>| of.as_deref().is_none_or(|of| of == namespace);
        self.secrets.keys().filter(move |(of, _)| is_here(of)).map(|(_, name)| &**name)
    }

    /// The names of all objects of a kind in a namespace.
    pub(crate) fn names(&self, group: &str, kind: &str, namespace: &str) -> impl Iterator<Item = &str> {
        let is_like = move |key: &&ObjectKey| {
            key.group == group && key.kind == kind && key.namespace.as_deref() == Some(namespace)
        };
        self.objects.keys().filter(is_like).map(|key| &*key.name)
    }

    /// What of an object does not fit to the others of its namespace.
    pub(crate) fn wiring(&self, object: &Object, namespace: &str) -> Vec<Diagnostic> {
        self.namespaces.get(namespace).map_or_else(Vec::new, |around| around.wiring(object))
    }

    /// The labels of the pods that releases make in a namespace; `None` for one that no release is deployed to.
    pub(crate) fn pods(&self, namespace: &str) -> Option<&[Labels]> {
        self.pods.get(namespace).map(Vec::as_slice)
    }

    /// Whether an object that no release has may be there all the same: it always is, somebody has said so, a custom
    /// resource is called like it or names it, or a program is told its name.
    pub(crate) fn may_be_there(&self, kind: &str, name: &str) -> bool {
        ALWAYS_THERE.contains(&(kind, name))
            || self.external.iter().any(|pattern| is_like(&format!("{kind}/{name}"), pattern))
            || self.makers.iter().any(|maker| is_called_like(name, maker.name()) || names(maker.tree(), name))
            || self.told.iter().any(|text| mentions(text, name))
    }

    /// Whether the programs of a release may create ConfigMaps or Secrets: then those that it names may be of their making.
    pub(crate) fn may_create(&self, release: usize, kind: &str) -> bool {
        let plural = format!("{}s", kind.to_ascii_lowercase());
        self.creates.get(release).is_some_and(|names| names.contains(&&*plural) || names.contains(&"*"))
    }

    /// Whether a controller of a custom resource may make pods with this label.
    pub(crate) fn may_have_pods(&self, key: &str, value: &str) -> bool {
        let domain = key.split_once('/').map_or("", |(domain, _)| domain);
        self.makers.iter().any(|maker| {
            let group = &maker.gvk().group;
            is_called_like(value, maker.name())
                || (!domain.is_empty() && (group == domain || group.ends_with(&format!(".{domain}"))))
        })
    }
}

fn secrets<'a>(releases: &[Release<'a>]) -> BTreeMap<(Option<String>, String), (&'a Object, MadeSecret)> {
    let mut found = BTreeMap::new();
    for release in releases {
        let is_maker = |object: &&Object| makes_secrets(&object.gvk().group, object.kind());
        for object in release.objects.iter().filter(is_maker) {
            let own = object.namespace().unwrap_or(release.namespace);
            for made in secrets_made(&object.tree().to_json()) {
                let namespace = Some(own.to_owned()).filter(|_| !made.is_everywhere);
                found.insert((namespace, made.name.clone()), (object, made));
            }
        }
    }
    found
}

/// The labels of the pods that an object makes.
fn labels(object: &Object) -> Option<Labels> {
    let (template, _) = pod_template(object)?;
    let labels = template.get("/metadata/labels").and_then(Tree::as_map).into_iter().flatten();
    Some(labels.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect())
}

/// The resources of the core group that Roles among the objects allow to create.
fn creates(objects: &[Object]) -> Vec<&str> {
    let roles = objects.iter().filter(|object| matches!(object.kind(), "Role" | "ClusterRole"));
    let rules = roles.flat_map(|role| role.get("/rules").map_or(&[][..], Tree::items));
    let has = |rule: &Tree, key: &str, words: &[&str]| {
        let items = rule.child(key).map_or(&[][..], Tree::items);
        items.iter().any(|item| item.as_str().is_some_and(|word| words.contains(&word)))
    };
    rules
        .filter(|rule| has(rule, "verbs", &["create", "*"]) && has(rule, "apiGroups", &["", "*"]))
        .flat_map(|rule| rule.child("resources").map_or(&[][..], Tree::items))
        .filter_map(Tree::as_str)
        .collect()
}

/// Whether a controller may make other objects for it.
fn may_make(object: &Object) -> bool {
    let gvk = object.gvk();
    !is_builtin(&gvk.group)
        && !MAKE_NOTHING.contains(&&*gvk.group)
        && !WATCH_ONLY.contains(&&*gvk.kind)
        // Those say exactly what they make.
        && !makes_secrets(&gvk.group, &gvk.kind)
        && !object.name().is_empty()
}

/// `db-credentials` is called like `db`.
fn is_called_like(name: &str, maker: &str) -> bool {
    name.strip_prefix(maker).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// Whether a text anywhere in the tree is this name.
fn names(tree: &Tree, name: &str) -> bool {
    tree.as_str() == Some(name)
        || tree.items().iter().any(|item| names(item, name))
        || tree.as_map().is_some_and(|members| members.values().any(|value| names(value, name)))
}

/// Whether a text has the name as a word.
fn mentions(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    text.match_indices(name)
        .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + name.len()..].starts_with(is_part))
}

/// What the containers of an object are told.
fn words<'a>(object: &'a Object, told: &mut Vec<&'a str>) {
    let Some((spec, _)) = pod_spec(object) else { return };
    for list in ["initContainers", "containers"] {
        for container in spec.child(list).map_or(&[][..], Tree::items) {
            for key in ["command", "args"] {
                let words = container.child(key).map_or(&[][..], Tree::items);
                told.extend(words.iter().filter_map(Tree::as_str));
            }
            for variable in container.child("env").map_or(&[][..], Tree::items) {
                told.extend(variable.child("value").and_then(Tree::as_str));
            }
        }
    }
}

/// Whether a text is like a pattern in which `*` stands for anything.
pub(crate) fn is_like(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut last = None;
    for part in parts {
        last = Some(part);
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    match last {
        Some(last) => last.is_empty() || rest.is_empty() || text.ends_with(last),
        None => rest.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::{is_called_like, is_like, mentions};

    #[test]
    fn names_are_compared_as_a_whole() {
        assert!(is_called_like("db", "db") && is_called_like("db-app", "db") && !is_called_like("dbx", "db"));
        assert!(
            mentions("--secret-name=admission", "admission") && !mentions("--x=my-admission", "admission")
        );
        assert!(mentions("a/b:c", "b") && !mentions("abc", "b") && !mentions("b.c", "b"));
    }

    #[test]
    fn patterns_may_have_stars() {
        for (text, pattern, expected) in [
            ("Secret/a", "Secret/a", true),
            ("Secret/ab", "Secret/a", false),
            ("Secret/ab", "Secret/*", true),
            ("Secret/ab", "*/ab", true),
            ("Secret/abc", "*/ab", false),
            ("Secret/a-x-tls", "Secret/*-tls", true),
            ("Secret/a-tls-tls", "Secret/*-tls", true),
            ("Secret/a-tls-x", "Secret/*-tls", false),
            ("ConfigMap/a", "Secret/*", false),
        ] {
            assert_eq!(is_like(text, pattern), expected, "{text} {pattern}");
        }
    }
}
