//! What whoever waits knows of what was deployed: the objects as they were written, and which of them changed.
//!
//! It is what turns "secret not found" into "not in this release; did you mean…", and what ranks a cause that this
//! deploy brought before one that was there. Only names and keys of Secrets are ever read from it, never values.

use std::collections::BTreeSet;

use longshore_object::references::pod_template;
use longshore_object::{Gvk, Object, ObjectKey, makes_secrets, secrets_made};

/// The objects of a release.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Deployed {
    objects: Vec<(ObjectKey, Object)>,
    changed: BTreeSet<ObjectKey>,
}

impl Deployed {
    /// The written objects with their identities, and which of them this deploy has changed.
    pub fn new(objects: Vec<(ObjectKey, Object)>, changed: BTreeSet<ObjectKey>) -> Self {
        Self { objects, changed }
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// The written objects.
    pub(super) fn objects(&self) -> Vec<&Object> {
        self.objects.iter().map(|(_, object)| object).collect()
    }

    /// Whether this deploy has changed the object.
    pub(super) fn is_changed(&self, key: &ObjectKey) -> bool {
        self.changed.contains(key)
    }

    /// The written object.
    pub(super) fn find(&self, kind: &str, name: &str) -> Option<&Object> {
        self.objects.iter().map(|(_, object)| object).find(|o| o.kind() == kind && o.name() == name)
    }

    /// The object of this kind whose name is most like `name`.
    pub(super) fn nearest(&self, kind: &str, name: &str) -> Option<&str> {
        let named = self.objects.iter().map(|(_, object)| object).filter(|o| o.kind() == kind);
        longshore_diag::nearest(name, named.map(Object::name))
    }

    /// The names of the objects of this kind.
    pub(super) fn names_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a str> {
        self.objects.iter().map(|(_, object)| object).filter(move |o| o.kind() == kind).map(Object::name)
    }

    /// The keys of a ConfigMap or Secret; `None` if the release has none of that name.
    pub(super) fn keys_of(&self, kind: &str, name: &str) -> Option<Vec<String>> {
        let object = self.find(kind, name)?;
        let maps = ["/data", "/stringData", "/binaryData"].into_iter();
        let keys = maps.filter_map(|pointer| object.get(pointer)?.as_map());
        Some(keys.flat_map(|map| map.keys().cloned()).collect())
    }

    /// The object for which a controller makes the Secret.
    pub(super) fn maker_of_secret(&self, name: &str) -> Option<(Gvk, ObjectKey)> {
        let makers = self.objects.iter().filter(|(_, o)| makes_secrets(&o.gvk().group, o.kind()));
        let mut found =
            makers.filter(|(_, o)| secrets_made(&o.tree().to_json()).iter().any(|made| made.name == name));
        found.next().map(|(key, object)| (object.gvk().clone(), key.clone()))
    }

    /// The Service behind a host name as pods of the namespace write it: `db`, `db.shop`, `db.shop.svc.cluster.local`.
    pub(super) fn service_of(&self, host: &str) -> Option<&Object> {
        let mut labels = host.split('.');
        let first = labels.next()?;
        self.find("Service", first).or_else(|| {
            // A pod of a StatefulSet behind its headless Service: `db-0.db`.
            labels.next().and_then(|second| self.find("Service", second))
        })
    }

    /// The workload whose pods a Service of the release selects.
    pub(super) fn workload_behind(&self, service: &Object) -> Option<&ObjectKey> {
        let selector = service.get("/spec/selector")?.as_map()?;
        if selector.is_empty() {
            return None;
        }
        let chosen = self.objects.iter().find(|(_, object)| {
            let labels = pod_template(object).and_then(|(template, _)| template.get("/metadata/labels"));
            let Some(labels) = labels else { return false };
            selector.iter().all(|(key, value)| {
                labels.child(key).and_then(longshore_object::Tree::as_str) == value.as_str()
            })
        });
        chosen.map(|(key, _)| key)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use longshore_object::parse_manifests;

    use super::Deployed;

    #[test]
    fn names_keys_and_who_is_behind_a_host() {
        let text = "
{apiVersion: v1, kind: Secret, metadata: {name: db}, stringData: {password: x}, data: {user: eA==}}
---
{apiVersion: v1, kind: Service, metadata: {name: redis}, spec: {selector: {app: redis}}}
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: cache}, spec: {template: {metadata: {labels: {app: redis, x: y}}}}}
";
        let objects = parse_manifests(text, "a.yaml").unwrap();
        let objects = objects.into_iter().map(|object| (object.key_in("shop"), object)).collect();
        let deployed = Deployed::new(objects, BTreeSet::new());
        assert_eq!(deployed.keys_of("Secret", "db").unwrap(), ["user", "password"]);
        assert_eq!(deployed.nearest("Secret", "bd"), Some("db"));
        for host in ["redis", "redis.shop.svc.cluster.local", "cache-0.redis"] {
            let service = deployed.service_of(host).unwrap();
            assert_eq!(deployed.workload_behind(service).unwrap().to_string(), "StatefulSet/cache", "{host}");
        }
        assert!(deployed.service_of("redis-master").is_none());
    }
}
