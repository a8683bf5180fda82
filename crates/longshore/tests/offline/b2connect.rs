//! B2Connect renders what its document says, whatever a release is called (BC1 to BC3, BC7 to BC10, BC13, BC21).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;

use longshore_testkit::{Outcome, Program, Project};
use serde_json::{Value, json};

pub(crate) type Objects = BTreeMap<String, Value>;

pub(crate) fn folder() -> PathBuf {
    longshore_testkit::tools::workspace_root().join("platforms/b2connect")
}

fn longshore(arguments: &str) -> Outcome {
    let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap();
    program.args(arguments.split_whitespace()).folder(folder()).run().unwrap()
}

/// Objects of a JSON list by kind and name.
fn named(outcome: &Outcome) -> Objects {
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let list: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let objects = list["items"].as_array().unwrap().iter();
    objects
        .map(|object| {
            let name = object["metadata"]["name"].as_str().unwrap();
            (format!("{}/{name}", object["kind"].as_str().unwrap()), object.clone())
        })
        .collect()
}

/// What the project renders for an environment.
pub(crate) fn of_environment(environment: &str) -> Objects {
    named(&longshore(&format!("render -q -o json -e {environment}")))
}

/// What a chart of the platform renders with its own values and these, as a release of another name.
pub(crate) fn of_chart(chart: &str, set: &Value) -> Objects {
    named(&tried(chart, set))
}

/// Production, and the chart with its own values: rendered once for all tests that only look at them.
pub(crate) static PRODUCTION: LazyLock<Objects> = LazyLock::new(|| of_environment("production"));
pub(crate) static DEFAULTS: LazyLock<Objects> = LazyLock::new(|| of_chart("helm", &json!({})));

fn tried(chart: &str, set: &Value) -> Outcome {
    let chart = folder().join(chart);
    let project = Project::new("").unwrap();
    let text = json!({
        "apiVersion": "longshore.dev/v1alpha1", "kind": "Project", "name": "other",
        "environments": {"production": {"namespace": "b2connect"}},
        "defaultEnvironment": "production",
        "releases": {"any-name": {"chart": chart, "set": set}},
    });
    project.write("longshore.yaml", &text.to_string()).unwrap();
    crate::longshore(&project, "render -q -o json")
}

/// BC21: the document's objects, by the fields that it gives (`1:23` and so on are lines of it); BC4, BC11 among them.
#[test]
fn bc21_the_documents_objects_are_there_to_the_letter() {
    let objects = &DEFAULTS;
    let expected = [
        // 1:64
        (
            "ConfigMap/aspire-config",
            json!({"data": {
                "ASPNETCORE_ENVIRONMENT": "Production",
                "Services__ApiGateway": "http://api-gateway:5000",
                "HealthCheck__Enabled": "true",
            }}),
        ),
        // 1:100
        (
            "HorizontalPodAutoscaler/api-gateway-hpa",
            json!({"apiVersion": "autoscaling/v2", "spec": {
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "api-gateway"},
                "minReplicas": 2,
                "maxReplicas": 10,
            }}),
        ),
        // 1:38, 1:148
        (
            "Deployment/api-gateway",
            json!({"spec": {"strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"},
            }}}),
        ),
        // 1:172
        (
            "Ingress/b2connect-ingress",
            json!({
                "metadata": {"annotations": {
                    "nginx.ingress.kubernetes.io/ssl-redirect": "true",
                    "cert-manager.io/cluster-issuer": "letsencrypt-prod",
                }},
                "spec": {
                    "tls": [{"hosts": ["api.b2connect.com"], "secretName": "b2connect-tls"}],
                    "rules": [{"host": "api.b2connect.com", "http": {"paths": [{
                        "path": "/",
                        "pathType": "Prefix",
                        "backend": {"service": {"name": "api-gateway", "port": {"number": 80}}},
                    }]}}],
                },
            }),
        ),
        // 1:218
        (
            "PersistentVolumeClaim/postgres-pvc",
            json!({"spec": {
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": "fast-ssd",
                "resources": {"requests": {"storage": "100Gi"}},
            }}),
        ),
        // 1:245
        (
            "ServiceMonitor/api-gateway-monitor",
            json!({"spec": {
                "selector": {"matchLabels": {"app": "api-gateway"}},
                "endpoints": [{"port": "metrics", "path": "/metrics"}],
            }}),
        ),
        // 1:272
        (
            "NetworkPolicy/api-gateway-policy",
            json!({"spec": {
                "podSelector": {"matchLabels": {"app": "api-gateway"}},
                "policyTypes": ["Ingress", "Egress"],
            }}),
        ),
    ];
    for (name, fields) in expected {
        let object = objects.get(name).unwrap_or_else(|| panic!("no {name}"));
        assert!(has(object, &fields), "{name}: {object:#}");
    }

    let gateway = &objects["Deployment/api-gateway"]["spec"];
    let requests = json!({"cpu": "500m", "memory": "512Mi"});
    assert_eq!(gateway["template"]["spec"]["containers"][0]["resources"]["requests"], requests);
    assert!(gateway.get("replicas").is_none(), "replicas are the autoscaler's");
    let cpu = json!({"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}});
    assert_eq!(objects["HorizontalPodAutoscaler/api-gateway-hpa"]["spec"]["metrics"][0]["resource"], cpu);
    let ports = objects["Service/api-gateway"]["spec"]["ports"].as_array().unwrap();
    let numbers: Vec<&Value> = ports.iter().map(|port| &port["port"]).collect();
    assert!(numbers.contains(&&json!(80)) && numbers.contains(&&json!(5000)), "{ports:?}");
    assert!(ports.iter().any(|port| port["name"] == "metrics"));
    for key in ["postgres-password", "jwt-secret"] {
        assert!(objects["Secret/db-secrets"]["data"][key].is_string(), "1:81: {key}");
    }
    let ingress = objects["NetworkPolicy/api-gateway-policy"]["spec"]["ingress"].to_string();
    assert!(ingress.contains(r#"{"name":"ingress-nginx"}"#), "1:272: {ingress}");

    // 1:148: without an autoscaler the number counts.
    let fixed = of_chart("helm", &json!({"defaults": {"autoscaling": {"enabled": false}}}));
    assert_eq!(fixed["Deployment/api-gateway"]["spec"]["replicas"], 3);
}

/// Whether an object has these fields; lists have to be the same.
fn has(object: &Value, fields: &Value) -> bool {
    match fields {
        Value::Object(fields) => {
            fields.iter().all(|(key, field)| object.get(key).is_some_and(|value| has(value, field)))
        }
        other => object == other,
    }
}

/// BC3: each environment in its namespace with sizes of its own; BC13: their volumes.
#[test]
fn bc3_environments_have_namespaces_and_sizes() {
    for (environment, namespace, name, replicas, nodes, storage) in [
        ("dev", "b2connect-dev", "Development", 1, 1, "2Gi"),
        ("staging", "b2connect-staging", "Staging", 1, 1, "20Gi"),
        ("production", "b2connect", "Production", 2, 3, "100Gi"),
    ] {
        let objects = of_environment(environment);
        let labels = &objects[&format!("Namespace/{namespace}")]["metadata"]["labels"];
        assert_eq!(labels["name"], namespace);
        assert_eq!(labels["pod-security.kubernetes.io/enforce"], "restricted");
        assert_eq!(objects["ConfigMap/aspire-config"]["data"]["ASPNETCORE_ENVIRONMENT"], name);
        assert_eq!(objects["StatefulSet/postgres-replica"]["spec"]["replicas"], replicas, "{environment}");
        assert_eq!(objects["StatefulSet/rabbitmq"]["spec"]["replicas"], 3, "{environment}");
        let settings = objects["ConfigMap/rabbitmq-config"]["data"]["rabbitmq.conf"].as_str().unwrap();
        assert!(settings.contains("\ncluster_partition_handling = pause_minority\n"), "{settings}");
        assert_eq!(objects["StatefulSet/elasticsearch"]["spec"]["replicas"], nodes, "{environment}");
        let claim = &objects["PersistentVolumeClaim/postgres-pvc"];
        assert_eq!(claim["spec"]["resources"]["requests"]["storage"], storage);
        assert_eq!(claim["metadata"]["annotations"]["helm.sh/resource-policy"], "keep");
        // BC7: structured logs in production, plain ones in development.
        let format = if environment == "dev" { "simple" } else { "json" };
        assert_eq!(objects["ConfigMap/aspire-config"]["data"]["Logging__Console__FormatterName"], format);
    }
    let classes = of_chart("cluster", &json!({}));
    for class in ["standard", "fast-ssd", "regional"] {
        assert!(classes.contains_key(&format!("StorageClass/{class}")), "BC13: {class}");
    }
}

/// BC7: a flag changes one ConfigMap, which pods have as a folder, and nothing that would start them anew.
#[test]
fn bc7_a_feature_flag_starts_no_pod_anew() {
    let given = json!({"secrets": {"existing": true}, "elasticsearch": {"replicas": 1}});
    let mut switched = given.clone();
    switched["features"] = json!({"checkoutV2": true, "brandNew": "blue"});
    let (before, after) = (of_chart("helm", &given), of_chart("helm", &switched));
    let changed: Vec<&String> = after.keys().filter(|name| after[*name] != before[*name]).collect();
    assert_eq!(changed, ["ConfigMap/b2connect-features"]);
    let flags: Value = serde_json::from_str(
        after["ConfigMap/b2connect-features"]["data"]["features.json"].as_str().unwrap(),
    )
    .unwrap();
    assert_eq!(flags["FeatureManagement"]["checkoutV2"], true);
    assert_eq!(flags["FeatureManagement"]["brandNew"], "blue");
    let container = &after["Deployment/orders"]["spec"]["template"]["spec"]["containers"][0];
    let mounts = container["volumeMounts"].as_array().unwrap();
    let features = mounts.iter().find(|mount| mount["name"] == "features").unwrap();
    assert!(features.get("subPath").is_none(), "a single file is never changed");

    // A setting, on the other hand, starts the services anew, and no front end and no server.
    let mut louder = given;
    louder["config"] = json!({"logLevel": "Debug"});
    let after = of_chart("helm", &louder);
    let mut changed: Vec<&str> =
        after.keys().filter(|name| after[*name] != before[*name]).map(String::as_str).collect();
    changed.retain(|name| *name != "ConfigMap/aspire-config");
    assert_eq!(
        changed,
        ["Deployment/api-gateway", "Deployment/catalog", "Deployment/identity", "Deployment/orders"]
    );
}

/// BC8: with a vault no Secret is drawn, and every key that a pod reads is fetched.
#[test]
fn bc8_secrets_come_from_a_vault() {
    for (provider, settings, kind) in [
        ("azure", json!({"vaultUrl": "https://b2connect.vault.azure.net"}), "azurekv"),
        ("vault", json!({"server": "https://vault.example.com"}), "vault"),
    ] {
        let mut external = json!({"provider": provider});
        external[provider] = settings;
        let objects = of_chart("helm", &json!({"secrets": {"external": external}}));
        assert!(!objects.contains_key("Secret/db-secrets"), "{provider}");
        assert!(objects["SecretStore/b2connect"]["spec"]["provider"][kind].is_object(), "{provider}");
        let fetched = objects["ExternalSecret/db-secrets"]["spec"]["data"].as_array().unwrap();
        let fetched: Vec<&str> = fetched.iter().map(|entry| entry["secretKey"].as_str().unwrap()).collect();
        let keys = DEFAULTS["Secret/db-secrets"]["data"].as_object().unwrap();
        assert!(keys.keys().all(|key| fetched.contains(&key.as_str())), "{provider}: {fetched:?}");
    }
    let refused = tried("helm", &json!({"secrets": {"external": {"provider": "vault"}}}));
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("secrets.external.vault.server is needed"), "{refused}");
}

/// BC10: what others make is pinned to one version, has a condition, and is off until asked for.
#[test]
fn bc10_charts_of_others_are_pinned_and_off() {
    let text = std::fs::read_to_string(folder().join("third-party/Chart.yaml")).unwrap();
    let values = std::fs::read_to_string(folder().join("third-party/values.yaml")).unwrap();
    let (_, dependencies) = text.split_once("\ndependencies:\n").unwrap();
    let mut names = Vec::new();
    for entry in dependencies.split("  - name: ").skip(1) {
        let name = entry.lines().next().unwrap();
        let field = |key: &str| {
            let line = entry.lines().find_map(|line| line.trim().strip_prefix(key));
            line.unwrap_or_else(|| panic!("{name} has no `{key}`")).trim()
        };
        let version = field("version:").trim_start_matches('v');
        assert_eq!(
            version.split('.').filter(|part| part.parse::<u32>().is_ok()).count(),
            3,
            "{name}: {version}"
        );
        assert_eq!(field("condition:"), format!("{name}.enabled"));
        assert!(values.contains(&format!("\n{name}:\n  enabled: false\n")), "{name}");
        names.push(name);
    }
    assert_eq!(names, ["postgresql", "redis", "ingress-nginx", "traefik", "cert-manager"]);
}

/// A clean bill in every environment, for every Kubernetes that matters, warnings included.
#[test]
fn check_finds_nothing() {
    for version in ["1.24", "1.30", "1.36"] {
        let outcome = longshore(&format!("check --all --strict --kube-version {version}"));
        assert_eq!(outcome.code, Some(0), "{outcome}");
        assert!(outcome.stdout.contains("nothing found"), "{outcome}");
    }
}

/// What is wrong in the values is told with its name, before anything is rendered.
#[test]
fn mistakes_are_told() {
    for (set, told) in [
        (json!({"apiGatway": {}}), "apiGatway"),
        (json!({"global": {"environment": "prod"}}), "must be one of"),
        (json!({"orders": {"uses": ["nobody"]}}), r#"there is no service \"nobody\""#),
        (json!({"orders": {"autoscaling": {"minReplicas": 9}}}), "minReplicas 9 is more than maxReplicas 6"),
        (json!({"elasticsearch": {"replicas": 2}}), "two nodes elect nobody"),
        (json!({"postgresql": {"replica": 1}}), "replica"),
    ] {
        let outcome = tried("helm", &set);
        assert_eq!(outcome.code, Some(1), "{set}");
        assert!(outcome.stderr.contains(told), "{set}: {outcome}");
    }
}
