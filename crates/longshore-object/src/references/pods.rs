//! What a pod needs before its containers can start.

use super::{Collector, Relation, member};
use crate::{Object, Tree};

/// The pod template of a workload (or the Pod itself) and its JSON pointer; `None` for all other kinds.
///
/// A custom resource is not looked into: what its `spec.template` means is its controller's business.
pub fn pod_template(object: &Object) -> Option<(&Tree, String)> {
    let gvk = object.gvk();
    let pointer = match (gvk.group.as_str(), gvk.kind.as_str()) {
        ("", "Pod") => "",
        ("", "PodTemplate") => "/template",
        ("", "ReplicationController")
        | ("apps" | "extensions", "Deployment" | "DaemonSet" | "ReplicaSet" | "StatefulSet")
        | ("batch", "Job") => "/spec/template",
        ("batch", "CronJob") => "/spec/jobTemplate/spec/template",
        _ => return None,
    };
    Some((object.get(pointer)?, pointer.to_owned()))
}

/// The pod spec of a workload and its JSON pointer.
pub fn pod_spec(object: &Object) -> Option<(&Tree, String)> {
    let (template, pointer) = pod_template(object)?;
    Some((template.child("spec")?, format!("{pointer}/spec")))
}

/// Adds what the pod spec at `base` names.
pub(super) fn collect(spec: &Tree, base: &str, out: &mut Collector) {
    for key in ["serviceAccountName", "serviceAccount"] {
        if spec.child(key).is_some() {
            let field = format!("{base}/{key}");
            out.add(Relation::RunsAs, "", "ServiceAccount", spec.child(key), field);
            break;
        }
    }
    for (key, group, kind) in [
        ("priorityClassName", "scheduling.k8s.io", "PriorityClass"),
        ("runtimeClassName", "node.k8s.io", "RuntimeClass"),
    ] {
        out.add(Relation::Class, group, kind, spec.child(key), format!("{base}/{key}"));
    }
    for (i, secret) in items(spec, "imagePullSecrets").iter().enumerate() {
        let field = format!("{base}/imagePullSecrets/{i}/name");
        out.add(Relation::Mounts, "", "Secret", secret.child("name"), field);
    }
    for (i, volume) in items(spec, "volumes").iter().enumerate() {
        volume_sources(volume, &format!("{base}/volumes/{i}"), out);
    }
    for key in ["initContainers", "containers"] {
        for (i, container) in items(spec, key).iter().enumerate() {
            environment(container, &format!("{base}/{key}/{i}"), out);
        }
    }
}

fn items<'a>(tree: &'a Tree, key: &str) -> &'a [Tree] {
    tree.child(key).map_or(&[], Tree::items)
}

fn is_optional(tree: &Tree) -> bool {
    tree.child("optional").and_then(Tree::as_bool).unwrap_or(false)
}

/// Adds `source.<key>.<name_key>` as an object of that kind.
fn source(tree: &Tree, base: &str, key: &str, name_key: &str, kind: &str, out: &mut Collector) {
    if let Some(source) = tree.child(key) {
        let name = source.child(name_key);
        let field = format!("{base}/{key}/{name_key}");
        out.add_in(Relation::Mounts, "", kind, None, name, field, is_optional(source));
    }
}

fn volume_sources(volume: &Tree, base: &str, out: &mut Collector) {
    source(volume, base, "configMap", "name", "ConfigMap", out);
    source(volume, base, "secret", "secretName", "Secret", out);
    source(volume, base, "persistentVolumeClaim", "claimName", "PersistentVolumeClaim", out);
    if let Some(csi) = volume.child("csi") {
        source(csi, &format!("{base}/csi"), "nodePublishSecretRef", "name", "Secret", out);
        let class = "/volumeAttributes/secretProviderClass";
        let field = format!("{base}/csi{class}");
        out.add(Relation::Mounts, "secrets-store.csi.x-k8s.io", "SecretProviderClass", csi.get(class), field);
    }
    if let Some(projected) = volume.child("projected") {
        for (i, item) in items(projected, "sources").iter().enumerate() {
            let base = format!("{base}/projected/sources/{i}");
            source(item, &base, "configMap", "name", "ConfigMap", out);
            source(item, &base, "secret", "name", "Secret", out);
        }
    }
}

fn environment(container: &Tree, base: &str, out: &mut Collector) {
    for (i, from) in items(container, "envFrom").iter().enumerate() {
        let base = format!("{base}/envFrom/{i}");
        source(from, &base, "configMapRef", "name", "ConfigMap", out);
        source(from, &base, "secretRef", "name", "Secret", out);
    }
    for (i, variable) in items(container, "env").iter().enumerate() {
        if let Some(from) = variable.child("valueFrom") {
            let base = format!("{base}/env/{i}/valueFrom");
            source(from, &base, "configMapKeyRef", "name", "ConfigMap", out);
            source(from, &base, "secretKeyRef", "name", "Secret", out);
        }
    }
}

/// The keys that the pods of `object` read from ConfigMaps and Secrets one by one, as variables and as files: kind, name,
/// key and the pointer of the naming field, optional ones left out.
pub fn keys_read(object: &Object) -> Vec<(&'static str, String, String, String)> {
    let mut found = Vec::new();
    let Some((spec, base)) = pod_spec(object) else {
        return found;
    };
    for list in ["initContainers", "containers"] {
        for (i, container) in items(spec, list).iter().enumerate() {
            for (j, variable) in items(container, "env").iter().enumerate() {
                let Some(from) = variable.child("valueFrom") else { continue };
                let base = format!("{base}/{list}/{i}/env/{j}/valueFrom");
                for (source, kind) in [("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")] {
                    let Some(source_tree) = from.child(source).filter(|tree| !is_optional(tree)) else {
                        continue;
                    };
                    if let (Some(name), Some(key)) = (member(source_tree, "name"), member(source_tree, "key"))
                    {
                        found.push((kind, name.to_owned(), key.to_owned(), format!("{base}/{source}/key")));
                    }
                }
            }
        }
    }
    for (i, volume) in items(spec, "volumes").iter().enumerate() {
        let base = format!("{base}/volumes/{i}");
        files(volume, ("secret", "secretName"), &base, &mut found);
        files(volume, ("configMap", "name"), &base, &mut found);
        let sources = volume.get("/projected/sources").map_or(&[][..], Tree::items);
        for (j, source) in sources.iter().enumerate() {
            let base = format!("{base}/projected/sources/{j}");
            files(source, ("secret", "name"), &base, &mut found);
            files(source, ("configMap", "name"), &base, &mut found);
        }
    }
    found
}

/// Adds the keys that a volume makes files of, if it names them.
fn files(
    volume: &Tree,
    (source, name_key): (&str, &str),
    base: &str,
    found: &mut Vec<(&'static str, String, String, String)>,
) {
    let kind = if source == "secret" { "Secret" } else { "ConfigMap" };
    let Some(tree) = volume.child(source).filter(|tree| !is_optional(tree)) else { return };
    let Some(name) = member(tree, name_key) else { return };
    for (i, item) in items(tree, "items").iter().enumerate() {
        if let Some(key) = member(item, "key") {
            let field = format!("{base}/{source}/items/{i}/key");
            found.push((kind, name.to_owned(), key.to_owned(), field));
        }
    }
}
