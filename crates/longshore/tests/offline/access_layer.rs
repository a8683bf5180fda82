//! The Access Layer renders the same objects by both methods, in every environment (AL1, AL10).

use std::collections::BTreeMap;
use std::path::Path;

use longshore_testkit::Program;
use serde_json::Value;

/// The rendered objects by kind and name, without what only one method has: the generated Secrets, and Helm's own
/// labels and annotations.
fn objects(environment: &str, method: &str) -> BTreeMap<String, Value> {
    rendered(environment, method, &[])
}

fn rendered(environment: &str, method: &str, more: &[&str]) -> BTreeMap<String, Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../platforms/access-layer");
    let outcome = Program::new(env!("CARGO_BIN_EXE_longshore"))
        .unwrap()
        .args(["render", "-q", "-o", "json", "-e", environment, "--method", method])
        .args(more)
        .folder(folder)
        .run()
        .unwrap();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let list: Value = serde_json::from_str(&outcome.stdout).unwrap();
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|object| object["kind"] != "Secret")
        .map(|object| {
            let mut object = object.clone();
            strip(&mut object);
            let name = object["metadata"]["name"].as_str().unwrap().to_owned();
            (format!("{}/{name}", object["kind"].as_str().unwrap()), object)
        })
        .collect()
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for key in ["helm.sh/chart", "helm.sh/resource-policy", "app.kubernetes.io/managed-by"] {
                map.remove(key);
            }
            map.values_mut().for_each(strip);
            map.retain(|key, value| key != "annotations" || value.as_object().is_none_or(|a| !a.is_empty()));
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

/// AL1, AL10, and AL15 with the manifests for the oldest version.
#[test]
fn both_methods_make_the_same_objects() {
    for environment in ["dev", "staging", "production"] {
        for (version, services) in [("1.36", "services"), ("1.19", "services-1.19")] {
            let version = ["--kube-version", version];
            let helm = rendered(environment, "helm", &version);
            let services = format!("services={services}");
            let plain = rendered(environment, "manifests", &[&version[..], &["--var", &services]].concat());
            assert!(helm.len() > 40, "{environment}: {}", helm.len());
            for (key, object) in &helm {
                let other = plain.get(key);
                let other = other.unwrap_or_else(|| panic!("{environment}: no {key} among the manifests"));
                assert_eq!(object, other, "{environment} {version:?}: {key}");
            }
            assert_eq!(helm.len(), plain.len(), "{environment} {version:?}");
        }
    }
}

/// AL2: the document's table of resources, to the letter.
#[test]
fn resources_are_as_tabled() {
    let table = [
        ("gateway", ["250m", "500m", "256Mi", "512Mi"], 3),
        ("streaming", ["500m", "1000m", "512Mi", "1Gi"], 2),
        ("auth", ["100m", "250m", "128Mi", "256Mi"], 2),
        ("entitlements", ["250m", "500m", "256Mi", "512Mi"], 2),
        ("metrics", ["500m", "1000m", "512Mi", "1Gi"], 1),
    ];
    let objects = objects("production", "helm");
    for (service, [cpu, cpu_limit, memory, memory_limit], replicas) in table {
        let deployment = &objects[&format!("Deployment/{service}-deployment")];
        let resources = &deployment["spec"]["template"]["spec"]["containers"][0]["resources"];
        assert_eq!(resources["requests"]["cpu"], cpu, "{service}");
        assert_eq!(resources["limits"]["cpu"], cpu_limit, "{service}");
        assert_eq!(resources["requests"]["memory"], memory, "{service}");
        assert_eq!(resources["limits"]["memory"], memory_limit, "{service}");
        assert_eq!(deployment["spec"]["replicas"], replicas, "{service}");
    }
}

/// AL5, AL7, AL8: settings, probes and pod security of every service.
#[test]
fn settings_probes_and_security_are_the_documents() {
    let objects = objects("production", "helm");
    let config = objects["ConfigMap/access-config"]["data"].as_object().unwrap();
    assert_eq!(config.len(), 11);
    assert_eq!(config["ACCESS_LOG_LEVEL"], "warn", "3:295 for values-prod.yaml");
    assert_eq!(config["ACCESS_REDIS_URL"], "redis://redis-service:6379/0");
    for service in ["gateway", "streaming", "auth", "entitlements", "metrics"] {
        let pod = &objects[&format!("Deployment/{service}-deployment")]["spec"]["template"]["spec"];
        let container = &pod["containers"][0];
        for (probe, delay, period) in [("livenessProbe", 30, 10), ("readinessProbe", 5, 5)] {
            assert_eq!(container[probe]["httpGet"]["path"], "/health", "{service}");
            assert_eq!(container[probe]["initialDelaySeconds"], delay, "{service}");
            assert_eq!(container[probe]["periodSeconds"], period, "{service}");
        }
        assert_eq!(container["securityContext"]["readOnlyRootFilesystem"], true, "{service}");
        assert_eq!(container["securityContext"]["capabilities"]["drop"][0], "ALL", "{service}");
        assert_eq!(pod["securityContext"]["runAsUser"], 1000, "{service}");
    }
}
