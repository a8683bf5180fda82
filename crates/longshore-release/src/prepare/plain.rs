//! New objects of the plainest kinds, of which it is certain without asking that the server takes them.
//!
//! These are rules of validation of <https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/apis/core/validation/validation.go>,
//! each as strict as in any version that is supported, for the fields that ConfigMaps, opaque Secrets and Services inside
//! the cluster mostly have. An object with anything else in it is not certain, and left to the server's dry run: the
//! rules err on that side only. That a test compares with a real server.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

/// The server takes 1 MiB of data, and 256 KiB of annotations; this is less.
const MOST_DATA: usize = 900 << 10;
const MOST_ANNOTATIONS: usize = 200 << 10;

/// Whether the server is certain to take a new object, as far as its content goes.
pub(super) fn is_certain(object: &Value) -> bool {
    let Some(fields) = object.as_object() else { return false };
    let kind = object["kind"].as_str().unwrap_or_default();
    let own = |key: &str, value: &Value| match (kind, key) {
        ("ConfigMap", "data") => is_data(value, |value| Some(value.as_str()?.len())),
        ("ConfigMap" | "Secret", "immutable") => value.is_boolean(),
        ("Secret", "type") => value == "Opaque",
        ("Secret", "stringData") => is_data(value, |value| Some(value.as_str()?.len())),
        ("Secret", "data") => is_data(value, |value| Some(STANDARD.decode(value.as_str()?).ok()?.len())),
        ("Service", "spec") => is_service(value),
        _ => false,
    };
    object["apiVersion"] == "v1"
        && matches!(kind, "ConfigMap" | "Secret" | "Service")
        && (kind != "Service" || fields.contains_key("spec"))
        && fields.iter().all(|(key, value)| match key.as_str() {
            "apiVersion" | "kind" => true,
            "metadata" => is_metadata(kind, value),
            key => own(key, value),
        })
}

fn is_metadata(kind: &str, metadata: &Value) -> bool {
    let Some(metadata) = metadata.as_object() else { return false };
    let is_name = |name: &str| if kind == "Service" { is_service_name(name) } else { is_subdomain(name) };
    metadata.get("name").and_then(Value::as_str).is_some_and(is_name)
        && metadata.iter().all(|(key, value)| match key.as_str() {
            "name" => true,
            "namespace" => value.as_str().is_some_and(is_label),
            "labels" => are_labels(value),
            "annotations" => are_annotations(value),
            _ => false,
        })
}

/// Data by keys; `size` is that of a value, if it is one.
fn is_data(data: &Value, size: impl Fn(&Value) -> Option<usize>) -> bool {
    let is_key = |key: &str| {
        (1..=253).contains(&key.len())
            && !key.starts_with("..")
            && key != "."
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
    };
    let sizes = |data: &Map<String, Value>| data.iter().map(|(_, value)| size(value)).sum::<Option<usize>>();
    data.as_object().is_some_and(|data| {
        data.keys().all(|key| is_key(key)) && sizes(data).is_some_and(|all| all <= MOST_DATA)
    })
}

fn is_service(spec: &Value) -> bool {
    let Some(spec) = spec.as_object() else { return false };
    spec.contains_key("ports")
        && spec.iter().all(|(key, value)| match key.as_str() {
            "selector" => are_labels(value),
            "type" => value == "ClusterIP",
            "sessionAffinity" | "clusterIP" => value == "None",
            "publishNotReadyAddresses" => value.is_boolean(),
            "ports" => value.as_array().is_some_and(|ports| are_ports(ports)),
            _ => false,
        })
}

fn are_ports(ports: &[Value]) -> bool {
    let is_number = |value: &Value| value.as_u64().is_some_and(|port| (1..=65_535).contains(&port));
    let is_port = |port: &Value| {
        port.get("port").is_some_and(is_number)
            && port.as_object().into_iter().flatten().all(|(key, value)| match key.as_str() {
                "port" => true,
                "name" => value.as_str().is_some_and(is_label),
                "protocol" => ["TCP", "UDP", "SCTP"].iter().any(|protocol| value == protocol),
                "targetPort" => is_number(value) || value.as_str().is_some_and(is_port_name),
                _ => false,
            })
    };
    let names: BTreeSet<&str> = ports.iter().filter_map(|port| port["name"].as_str()).collect();
    let numbers: BTreeSet<(&str, Option<u64>)> = ports
        .iter()
        .map(|port| (port["protocol"].as_str().unwrap_or("TCP"), port["port"].as_u64()))
        .collect();
    !ports.is_empty()
        && ports.iter().all(is_port)
        && numbers.len() == ports.len()
        && (ports.len() == 1 || names.len() == ports.len())
}

fn are_labels(labels: &Value) -> bool {
    let is_value = |value: &str| value.is_empty() || is_word(value);
    labels.as_object().is_some_and(|labels| {
        labels.iter().all(|(key, value)| is_qualified(key) && value.as_str().is_some_and(is_value))
    })
}

fn are_annotations(annotations: &Value) -> bool {
    let Some(annotations) = annotations.as_object() else { return false };
    let mut size = 0;
    for (key, value) in annotations {
        let Some(value) = value.as_str() else { return false };
        size += key.len() + value.len();
        if !is_qualified(key) {
            return false;
        }
    }
    size <= MOST_ANNOTATIONS
}

/// `app`, `example.com/app`.
fn is_qualified(key: &str) -> bool {
    match key.split_once('/') {
        Some((prefix, name)) => is_subdomain(prefix) && is_word(name),
        None => is_word(key),
    }
}

/// Letters, digits, and between them `-`, `_`, `.`; at most 63.
fn is_word(text: &str) -> bool {
    is_made_of(text, 63, |byte| byte.is_ascii_alphanumeric(), |byte| b"-_.".contains(&byte))
}

/// RFC 1123: small letters and digits, and between them `-`; at most 63.
fn is_label(text: &str) -> bool {
    is_made_of(text, 63, is_small, |byte| byte == b'-')
}

/// Labels with dots between them; at most 253.
fn is_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label)
}

/// RFC 1035: a label that begins with a letter.
fn is_service_name(text: &str) -> bool {
    is_label(text) && text.as_bytes()[0].is_ascii_lowercase()
}

/// RFC 6335: at most 15, a letter in it, and no two `-` side by side.
fn is_port_name(text: &str) -> bool {
    is_made_of(text, 15, is_small, |byte| byte == b'-')
        && text.bytes().any(|byte| byte.is_ascii_lowercase())
        && !text.contains("--")
}

fn is_small(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// Whether a text is not empty nor too long, begins and ends with `outer`, and has those and `inner` between.
fn is_made_of(text: &str, most: usize, outer: impl Fn(u8) -> bool, inner: impl Fn(u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    (1..=most).contains(&bytes.len())
        && outer(bytes[0])
        && outer(bytes[bytes.len() - 1])
        && bytes.iter().all(|byte| outer(*byte) || inner(*byte))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::is_certain;

    fn check(expected: bool, kind: &str, rest: &Value) {
        let mut object = json!({"apiVersion": "v1", "kind": kind,
            "metadata": {"name": "web", "namespace": "a", "labels": {"app": "web", "example.com/a": ""},
                "annotations": {"meta.helm.sh/release-name": "x y\n"}}});
        for (key, value) in rest.as_object().unwrap() {
            object[key] = value.clone();
        }
        assert_eq!(is_certain(&object), expected, "{object}");
    }

    #[test]
    fn plain_objects_are_certain() {
        check(true, "ConfigMap", &json!({"data": {"a.b": "x", "A_-1": ""}, "immutable": true}));
        check(true, "Secret", &json!({"data": {"a": "eA=="}, "stringData": {"b": "x"}, "type": "Opaque"}));
        let ports = json!([{"port": 80, "name": "http", "targetPort": "http-alt"},
            {"port": 80, "protocol": "UDP", "name": "dns", "targetPort": 53}]);
        check(
            true,
            "Service",
            &json!({"spec": {"selector": {"a": "b"}, "ports": ports, "clusterIP": "None"}}),
        );
    }

    #[test]
    fn everything_else_is_left_to_the_server() {
        check(false, "Pod", &json!({}));
        check(false, "ConfigMap", &json!({"apiVersion": "v2"}));
        check(false, "ConfigMap", &json!({"status": {}}));
        for data in [
            json!({"a": 1}),
            json!({"..a": ""}),
            json!({".": ""}),
            json!({"a b": ""}),
            json!([]),
            Value::Null,
        ] {
            check(false, "ConfigMap", &json!({"data": data}));
        }
        check(false, "Secret", &json!({"data": {"a": "x"}}));
        check(false, "Secret", &json!({"type": "kubernetes.io/tls"}));
        for metadata in [
            json!({"name": "Web"}),
            json!({"name": "-a"}),
            json!({"generateName": "a-"}),
            json!({"name": "a", "labels": {"a": "-"}}),
            json!({"name": "a", "labels": {"a/b/c": "x"}}),
            json!({"name": "a", "annotations": {"a": 1}}),
            json!({"name": "a", "finalizers": ["x"]}),
        ] {
            check(false, "ConfigMap", &json!({"metadata": metadata}));
        }
        check(false, "Service", &json!({}));
        check(false, "Service", &json!({"metadata": {"name": "1a"}, "spec": {"ports": [{"port": 1}]}}));
        for ports in [
            json!([]),
            json!([{"port": 0}]),
            json!([{"port": 70000}]),
            json!([{"port": "80"}]),
            json!([{"port": 80, "nodePort": 30000}]),
            json!([{"port": 80, "targetPort": "a--b"}]),
            json!([{"port": 80, "targetPort": "80"}]),
            json!([{"port": 80}, {"port": 81}]),
            json!([{"port": 80, "name": "a"}, {"port": 80, "name": "b"}]),
            json!([{"port": 80, "name": "a"}, {"port": 81, "name": "a"}]),
        ] {
            check(false, "Service", &json!({"spec": {"ports": ports}}));
        }
    }
}
