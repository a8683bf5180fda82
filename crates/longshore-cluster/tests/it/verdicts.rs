//! What `longshore check` says of objects, against what a real API server does with them: whatever it calls an error of
//! their schema a strict dry run refuses, and what the server takes it says nothing of.

use std::collections::BTreeMap;

use anyhow::Result;
use futures::stream::{self, StreamExt as _};
use longshore_check::{Options, Release, check};
use longshore_cluster::{ApplyOptions, Cluster, Error};
use longshore_diag::{Diagnostic, Severity};
use longshore_object::{Object, parse_manifests};
use serde_json::{Value as Json, json};

use crate::namespace;

/// Objects of all common kinds; the server takes each of them.
const GOOD: &str = include_str!("../../../longshore-check/tests/objects/good.yaml");

/// The minor version of the server.
const MINOR: u32 = 36;

/// A mistake in one of the objects: which, what stands there, what takes its place, and the rule that tells of it.
type Mistake = (&'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const MISTAKES: &[Mistake] = &[
    ("Deployment/web", "replicas: 2", "replicas: two", "schema/wrong-type"),
    ("Deployment/web", "replicas: 2", "replica: 2", "schema/unknown-field"),
    ("Deployment/web", "replicas: 2", "replicas: 3000000000", "schema/wrong-type"),
    ("Deployment/web", "type: RollingUpdate", "type: Rolling", "schema/unknown-value"),
    ("Deployment/web", "imagePullPolicy: IfNotPresent", "imagePullPolicy: Sometimes", "schema/unknown-value"),
    ("Deployment/web", "{name: A, value: \"1\"}", "{name: A, value: 1}", "schema/wrong-type"),
    ("Deployment/web", "{name: A, value: \"1\"}", "{name: A, value: true}", "schema/wrong-type"),
    ("Deployment/web", "{name: A, value: \"1\"}", "{nam: A, value: \"1\"}", "schema/unknown-field"),
    ("Deployment/web", "memory: 1Gi", "memory: 1GB", "schema/wrong-type"),
    ("Deployment/web", "{grpc: {port: 80}}", "{grpc: {service: a}}", "schema/missing-field"),
    ("Deployment/web", "automountServiceAccountToken: false", "automountServiceAccountToken: \"no\"", "schema/wrong-type"),
    ("Deployment/web", "annotations: {note: \"yes\"}", "annotations: {note: 1}", "schema/wrong-type"),
    ("Deployment/web", "apiVersion: apps/v1", "apiVersion: apps/v1beta1", "api/removed"),
    ("Deployment/web", "apiVersion: apps/v1", "apiVersion: extensions/v1beta1", "api/removed"),
    ("Deployment/web", "kind: Deployment", "kind: Deploymnet", "schema/unknown-kind"),
    ("Deployment/web", "whenUnsatisfiable: ScheduleAnyway", "whenUnsatisfiable: Ignore", "schema/unknown-value"),
    ("Deployment/web", "containerPort: 80, protocol: TCP}", "containerPort: 80}, {name: http, containerPort: 81}", "pods/repeated"),
    ("Deployment/web", "{name: B, valueFrom", "{name: A, valueFrom", "pods/repeated"),
    ("Deployment/web", "{name: config, mountPath", "{name: confi, mountPath", "pods/no-volume"),
    ("Service/web", "name: metrics", "name: http", "pods/repeated"),
    ("StatefulSet/db", "serviceName: db", "serviceNames: db", "schema/unknown-field"),
    ("StatefulSet/db", "podManagementPolicy: Parallel", "podManagementPolicy: All", "schema/unknown-value"),
    ("StatefulSet/db", "accessModes: [ReadWriteOnce]", "accessModes: ReadWriteOnce", "schema/wrong-type"),
    ("StatefulSet/db", "accessModes: [ReadWriteOnce]", "accessModes: [ReadWriteTwice]", "schema/unknown-value"),
    ("DaemonSet/agent", "type: OnDelete", "type: Recreate", "schema/unknown-value"),
    ("DaemonSet/agent", "spec:\n", "spec:\n  replicas: 1\n", "schema/unknown-field"),
    ("ReplicaSet/rs", "  selector: {matchLabels: {app: rs}}\n", "", "schema/missing-field"),
    ("Pod/pod", "containers", "container", "schema/unknown-field"),
    ("Pod/pod", "{name: a, image: x}", "{image: x}", "schema/missing-field"),
    ("Job/job", "restartPolicy: Never", "restartPolicy: Perhaps", "schema/unknown-value"),
    ("Job/job", "completionMode: NonIndexed", "completionMode: Any", "schema/unknown-value"),
    ("CronJob/cron", "schedule: \"0 * * * *\"", "shedule: \"0 * * * *\"", "schema/unknown-field"),
    ("CronJob/cron", "concurrencyPolicy: Forbid", "concurrencyPolicy: Deny", "schema/unknown-value"),
    ("CronJob/cron", "apiVersion: batch/v1", "apiVersion: batch/v1beta1", "api/removed"),
    ("Service/web", "type: ClusterIP", "type: ClusterIp", "schema/unknown-value"),
    ("Service/web", "selector: {app: web}", "selector: {app: 1}", "schema/wrong-type"),
    ("Service/web", "selector: {app: web}", "selector: {matchLabels: {app: web}}", "schema/wrong-type"),
    ("Service/web", "port: 80,", "port: \"80\",", "schema/wrong-type"),
    ("Service/web", "protocol: TCP", "protocol: HTTP", "schema/unknown-value"),
    ("Service/web", "port: 81, targetPort", "targetPort", "schema/missing-field"),
    ("ConfigMap/settings", "{a: \"1\"}", "{a: 1}", "schema/wrong-type"),
    ("ConfigMap/settings", "{a: \"1\"}", "{a: {b: c}}", "schema/wrong-type"),
    ("ConfigMap/settings", "YQ==", "hello!", "schema/wrong-type"),
    ("Secret/secret", "data: {c: YQ==}", "data: {c: pass word}", "schema/wrong-type"),
    ("Secret/secret", "stringData: {a: b}", "stringData: {a: 5}", "schema/wrong-type"),
    ("Secret/secret", "stringData", "stringdata", "schema/unknown-field"),
    ("ServiceAccount/web", "[{name: registry}]", "[registry]", "schema/wrong-type"),
    ("PersistentVolumeClaim/data", "storage: 1Gi", "storage: big", "schema/wrong-type"),
    ("PersistentVolumeClaim/data", "volumeMode: Block", "volumeMode: Disk", "schema/unknown-value"),
    ("PersistentVolume/check-volume", "Retain", "Keep", "schema/unknown-value"),
    ("ResourceQuota/quota", "hard: {pods: 10}", "hard: {pods: ten}", "schema/wrong-type"),
    ("LimitRange/limits", "type: Container, ", "", "schema/missing-field"),
    ("Ingress/web", "pathType: Prefix", "pathType: prefix", "schema/unknown-value"),
    ("Ingress/web", "pathType: Prefix, ", "", "schema/missing-field"),
    ("Ingress/web", "backend: {service: {name: web, port: {name: http}}}", "backend: {serviceName: web, servicePort: 80}", "schema/unknown-field"),
    ("Ingress/web", "apiVersion: networking.k8s.io/v1", "apiVersion: networking.k8s.io/v1beta1", "api/removed"),
    ("NetworkPolicy/policy", "podSelector: {}, namespaceSelector: {}", "podSelectors: {}", "schema/unknown-field"),
    ("NetworkPolicy/policy", "policyTypes: [Ingress, Egress]", "policyTypes: [In]", "schema/unknown-value"),
    ("NetworkPolicy/policy", "endPort: 90", "endPort: http", "schema/wrong-type"),
    ("PodDisruptionBudget/web", "minAvailable: 1", "minAvailable: true", "schema/wrong-type"),
    ("PodDisruptionBudget/web", "apiVersion: policy/v1", "apiVersion: policy/v1beta1", "api/removed"),
    ("HorizontalPodAutoscaler/web", "maxReplicas: 3", "maxReplica: 3", "schema/unknown-field"),
    ("HorizontalPodAutoscaler/web", "  maxReplicas: 3\n", "", "schema/missing-field"),
    ("HorizontalPodAutoscaler/web", "apiVersion: autoscaling/v2", "apiVersion: autoscaling/v2beta2", "api/removed"),
    ("Role/role", "verbs: [get]", "verbs: get", "schema/wrong-type"),
    ("ClusterRole/check-role", "verbs: [get]", "verb: [get]", "schema/unknown-field"),
    ("RoleBinding/binding", "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: role}\n", "", "schema/missing-field"),
    ("PriorityClass/check-priority", "value: 10", "value: high", "schema/wrong-type"),
    ("StorageClass/check-storage", "volumeBindingMode: WaitForFirstConsumer", "volumeBindingMode: Later", "schema/unknown-value"),
    ("StorageClass/check-storage", "provisioner: example.com/a\n", "", "schema/missing-field"),
    ("ValidatingWebhookConfiguration/check-hook", "failurePolicy: Ignore", "failurePolicy: Skip", "schema/unknown-value"),
    ("ValidatingWebhookConfiguration/check-hook", "  sideEffects: None\n", "", "schema/missing-field"),
    ("CustomResourceDefinition/checks.example.com", "plural: checks, ", "", "schema/missing-field"),
    ("CustomResourceDefinition/checks.example.com", "served: true", "served: \"true\"", "schema/wrong-type"),
];

/// The good objects, each with its text.
fn good() -> BTreeMap<String, &'static str> {
    let documents = GOOD.split("\n---\n");
    documents
        .map(|text| {
            let objects = parse_manifests(text, "good.yaml").expect("a manifest");
            let version = objects[0].api_version().to_owned();
            let is_old = version == "autoscaling/v1";
            let key = objects[0].key().to_string();
            (if is_old { format!("{key} of {version}") } else { key }, text)
        })
        .collect()
}

/// The errors of which check says that a server refuses the object for them.
fn errors(object: &Object) -> Vec<Diagnostic> {
    let objects = [object.clone()];
    let release = Release { name: "a", namespace: "a", objects: &objects };
    let found = check(&[release], &Options { minors: vec![MINOR], ..Options::default() });
    let refused = |diagnostic: &Diagnostic| {
        ["schema/", "api/", "pods/repeated", "pods/no-volume"]
            .iter()
            .any(|code| diagnostic.code.starts_with(code))
    };
    let found = found.into_iter().map(|finding| finding.diagnostic);
    found.filter(|diagnostic| diagnostic.severity == Severity::Error && refused(diagnostic)).collect()
}

/// What a strict dry run says; nothing if it takes the object.
async fn refusal(cluster: &Cluster, object: &Object) -> Option<String> {
    let dry = ApplyOptions { dry_run: true, ..ApplyOptions::new("check") };
    match cluster.apply_after(object, &dry, None).await {
        Ok(_) => None,
        Err(error @ (Error::Refused(_) | Error::UnknownKind(_))) => Some(error.diagnostic().message.clone()),
        Err(error) => panic!("{}: {error}", object.key()),
    }
}

#[tokio::test]
async fn the_server_takes_what_check_says_nothing_of() -> Result<()> {
    let (_namespace, cluster) = namespace("verdicts").await?;
    let good = good();
    assert!(good.len() >= 40, "{}", good.len());
    for (key, text) in good {
        let object = &parse_manifests(text, "good.yaml")?[0];
        assert!(errors(object).is_empty(), "{key}: {:?}", errors(object));
        assert_eq!(refusal(&cluster, object).await, None, "{key}");
    }
    Ok(())
}

#[tokio::test]
async fn each_mistake_is_told_by_check_and_refused_by_the_server() -> Result<()> {
    let (_namespace, cluster) = namespace("verdicts").await?;
    let good = good();
    let mut wrong = Vec::new();
    for (key, from, to, rule) in MISTAKES {
        let text = good.get(*key).unwrap_or_else(|| panic!("there is no {key}"));
        assert!(text.contains(from), "{key} has no {from}");
        let object = &parse_manifests(&text.replacen(from, to, 1), "good.yaml")?[0];
        let told = errors(object);
        if !told.iter().any(|diagnostic| diagnostic.code == *rule) {
            wrong.push(format!("{key}: {to}: {rule} is not told: {told:?}"));
        }
        if refusal(&cluster, object).await.is_none() {
            wrong.push(format!("{key}: {to}: the server takes it"));
        }
    }
    assert!(MISTAKES.len() >= 60);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// Every fifth of the objects that come of spoiling one field: a key that is spelled otherwise, a value of another type,
/// a field that is left out.
#[tokio::test]
async fn what_check_calls_an_error_in_any_field_the_server_refuses() -> Result<()> {
    let (_namespace, cluster) = namespace("verdicts").await?;
    let mut spoiled = Vec::new();
    for (key, text) in good() {
        let object = &parse_manifests(text, "good.yaml")?[0];
        let whole = object.to_json();
        let mut pointers = Vec::new();
        fields(&whole, "", &mut pointers);
        for pointer in pointers {
            for (how, json) in spoil(&whole, &pointer) {
                let Ok(object) = Object::from_json(json, object.place().clone()) else { continue };
                if !errors(&object).is_empty() {
                    spoiled.push((format!("{key} {pointer} {how}"), object));
                }
            }
        }
    }
    assert!(spoiled.len() > 1000, "{}", spoiled.len());
    let some = spoiled.iter().step_by(5).map(|(what, object)| {
        let cluster = &cluster;
        async move { refusal(cluster, object).await.is_none().then(|| what.clone()) }
    });
    let taken: Vec<String> =
        stream::iter(some).buffer_unordered(8).filter_map(std::future::ready).collect().await;
    assert!(taken.is_empty(), "{} are taken:\n{}", taken.len(), taken.join("\n"));
    Ok(())
}

/// The pointers of all fields, but for those by which an object is known.
fn fields(json: &Json, base: &str, found: &mut Vec<String>) {
    let items: Vec<(String, &Json)> = match json {
        Json::Object(map) => {
            map.iter().map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        Json::Array(items) => items.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => return,
    };
    for (key, value) in items {
        let pointer = format!("{base}/{key}");
        if ["/apiVersion", "/kind", "/metadata", "/metadata/name"].contains(&&*pointer) {
            continue;
        }
        if json.is_object() {
            found.push(pointer.clone());
        }
        fields(value, &pointer, found);
    }
}

/// The object with one field spoiled in each way.
fn spoil(whole: &Json, pointer: &str) -> Vec<(&'static str, Json)> {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
    let key = key.replace("~1", "/").replace("~0", "~");
    let with = |change: &dyn Fn(&mut serde_json::Map<String, Json>)| {
        let mut json = whole.clone();
        let parent = if parent.is_empty() { Some(&mut json) } else { json.pointer_mut(parent) };
        change(parent.and_then(Json::as_object_mut).expect("a mapping"));
        json
    };
    let other = match whole.pointer(pointer).expect("a field") {
        Json::String(_) | Json::Array(_) => json!({"a": 1}),
        Json::Number(_) => json!("seven"),
        Json::Bool(_) => json!("yes"),
        Json::Object(_) | Json::Null => json!("x"),
    };
    vec![
        ("left out", with(&|map| drop(map.remove(&key)))),
        (
            "spelled otherwise",
            with(&|map| {
                if let Some(value) = map.remove(&key) {
                    map.insert(format!("{key}x"), value);
                }
            }),
        ),
        ("of another type", with(&|map| drop(map.insert(key.clone(), other.clone())))),
    ]
}
