//! What the Access Layer's chart makes only when asked, on which versions of Kubernetes, and what its old script passes on:
//! AL1, AL8, AL9, AL10, AL13, AL15.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use longshore_testkit::{Outcome, Program, Project};
use serde_json::{Value, json};

const SERVICES: [&str; 5] = ["gateway", "streaming", "auth", "entitlements", "metrics"];

fn folder() -> PathBuf {
    longshore_testkit::tools::workspace_root().join("platforms/access-layer")
}

/// What the chart makes of values, as one release.
fn made(set: &Value, version: &str) -> Vec<Value> {
    let project = Project::new("").unwrap();
    let text = json!({
        "apiVersion": "longshore.dev/v1alpha1", "kind": "Project", "name": "asked",
        "environments": {"production": {"namespace": "254carbon-access"}},
        "defaultEnvironment": "production",
        "releases": {"all": {"chart": folder().join("helm/254carbon-access-layer"), "set": set}},
    });
    project.write("longshore.yaml", &text.to_string()).unwrap();
    let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap();
    let program = program.args(["render", "-q", "-o", "json", "--kube-version", version]);
    let outcome = program.folder(project.path()).run().unwrap();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    serde_json::from_str::<Value>(&outcome.stdout).unwrap()["items"].as_array().unwrap().clone()
}

fn of_kind<'a>(objects: &'a [Value], kind: &str) -> Vec<&'a Value> {
    objects.iter().filter(|object| object["kind"] == kind).collect()
}

fn named<'a>(objects: &'a [Value], kind: &str, name: &str) -> &'a Value {
    let found = of_kind(objects, kind).into_iter().find(|object| object["metadata"]["name"] == name);
    found.unwrap_or_else(|| panic!("no {kind}/{name}"))
}

/// AL9, AL10: for all services, and otherwise for one.
#[test]
fn al9_services_are_scaled_out_and_up() {
    let objects = made(
        &json!({
            "autoscaling": {"enabled": true},
            "gateway": {"autoscaling": {"minReplicas": 3, "maxReplicas": 20}},
            "verticalPodAutoscaler": {"enabled": true},
        }),
        "1.30",
    );
    for service in SERVICES {
        let spec = &named(&objects, "HorizontalPodAutoscaler", &format!("{service}-hpa"))["spec"];
        assert_eq!(spec["scaleTargetRef"]["name"], format!("{service}-deployment"));
        let bounds = if service == "gateway" { (3, 20) } else { (2, 10) };
        assert_eq!((&spec["minReplicas"], &spec["maxReplicas"]), (&json!(bounds.0), &json!(bounds.1)));
        for (metric, resource) in spec["metrics"].as_array().unwrap().iter().zip(["cpu", "memory"]) {
            assert_eq!(metric["resource"]["name"], resource, "{service}");
            assert_eq!(metric["resource"]["target"]["averageUtilization"], 80, "{service}");
        }
        let deployment = named(&objects, "Deployment", &format!("{service}-deployment"));
        assert!(deployment["spec"].get("replicas").is_none(), "{service}: the autoscaler's");
        let vertical = named(&objects, "VerticalPodAutoscaler", &format!("{service}-vpa"));
        assert_eq!(vertical["spec"]["updatePolicy"]["updateMode"], "Off", "{service}: it only recommends");
    }
    let usual = made(&json!({}), "1.30");
    assert!(of_kind(&usual, "HorizontalPodAutoscaler").is_empty());
    assert!(of_kind(&usual, "VerticalPodAutoscaler").is_empty());
}

/// AL8: OpenShift's constraints say what the pods say, and a policy stands before every workload.
#[test]
fn al8_openshift_and_policies_when_asked() {
    let objects = made(&json!({"openshift": {"enabled": true}, "networkPolicy": {"enabled": true}}), "1.30");
    let constraints = of_kind(&objects, "SecurityContextConstraints")[0];
    assert_eq!(constraints["runAsUser"], json!({"type": "MustRunAs", "uid": 1000}));
    assert_eq!(constraints["readOnlyRootFilesystem"], true);
    assert_eq!(constraints["requiredDropCapabilities"], json!(["ALL"]));
    let bound = named(&objects, "RoleBinding", "access-scc")["subjects"].as_array().unwrap().len();
    let workloads = of_kind(&objects, "Deployment");
    assert_eq!(bound, workloads.len());
    for workload in workloads {
        let labels = workload["spec"]["template"]["metadata"]["labels"].as_object().unwrap();
        let selects = |policy: &&Value| {
            let wanted = policy["spec"]["podSelector"]["matchLabels"].as_object().unwrap();
            wanted.iter().all(|(key, value)| labels.get(key) == Some(value))
        };
        let name = &workload["metadata"]["name"];
        assert!(of_kind(&objects, "NetworkPolicy").iter().any(selects), "{name}");
    }
    assert!(of_kind(&made(&json!({}), "1.30"), "NetworkPolicy").is_empty());
}

/// AL13: replicas are kept apart, pods meet the restricted standard without rights at the API, alerts and a dashboard ask for
/// what the services tell.
#[test]
fn al13_spread_restricted_and_looked_at() {
    let objects = made(&json!({}), "1.30");
    for deployment in of_kind(&objects, "Deployment") {
        let name = deployment["metadata"]["name"].as_str().unwrap();
        let pod = &deployment["spec"]["template"]["spec"];
        assert_eq!(pod["automountServiceAccountToken"], false, "{name}");
        assert_eq!(pod["securityContext"]["runAsNonRoot"], true, "{name}");
        assert_eq!(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault", "{name}");
        let first = pod["initContainers"].as_array().into_iter().flatten();
        for container in first.chain(pod["containers"].as_array().unwrap()) {
            let context = &container["securityContext"];
            assert_eq!(context["allowPrivilegeEscalation"], false, "{name}");
            assert_eq!(context["capabilities"]["drop"], json!(["ALL"]), "{name}");
        }
        if !SERVICES.iter().any(|service| name == format!("{service}-deployment")) {
            continue;
        }
        let apart = &pod["affinity"]["podAntiAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"][0];
        assert_eq!(apart["podAffinityTerm"]["topologyKey"], "kubernetes.io/hostname", "{name}");
        let zones = &pod["topologySpreadConstraints"][0];
        assert_eq!(zones["topologyKey"], "topology.kubernetes.io/zone", "{name}");
        let labels = &deployment["spec"]["template"]["metadata"]["labels"];
        for (key, value) in zones["labelSelector"]["matchLabels"].as_object().unwrap() {
            assert_eq!(&labels[key], value, "{name}: it keeps apart its own pods");
        }
    }
    assert!(objects.iter().all(|object| !object["kind"].as_str().unwrap().starts_with("ClusterRole")));
    let hard = made(&json!({"scheduling": {"podAntiAffinity": "hard", "zoneSpread": "hard"}}), "1.30");
    let pod = &named(&hard, "Deployment", "gateway-deployment")["spec"]["template"]["spec"];
    assert!(pod["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"].is_array());
    assert_eq!(pod["topologySpreadConstraints"][0]["whenUnsatisfiable"], "DoNotSchedule");

    let files = folder().join("helm/254carbon-access-layer/files");
    let alerts = fs::read_to_string(files.join("prometheus/alerts.yaml")).unwrap();
    for alert in ["AccessServiceDown", "AccessErrorRate", "AccessSlow"] {
        assert!(alerts.contains(&format!("- alert: {alert}\n")), "{alert}");
    }
    let mounted = of_kind(&objects, "ConfigMap")
        .into_iter()
        .any(|map| map["data"].to_string().contains("AccessServiceDown"));
    assert!(mounted, "Prometheus has them");
    let board = fs::read_to_string(files.join("grafana/dashboards/access-layer.json")).unwrap();
    let board: Value = serde_json::from_str(&board).unwrap();
    let mut ids = BTreeSet::new();
    for panel in board["panels"].as_array().unwrap() {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{}", panel["title"]);
        let targets = panel["targets"].as_array().unwrap();
        assert!(!targets.is_empty() && targets.iter().all(|target| target["expr"].is_string()));
    }
}

/// AL15: the API version that a cluster has, and the way to wait before a pod's end.
#[test]
fn al15_api_versions_follow_the_cluster() {
    let set = json!({"autoscaling": {"enabled": true}, "gateway": {"preStopSeconds": 5}});
    let sleeps = json!({"preStop": {"sleep": {"seconds": 5}}});
    let runs = json!({"preStop": {"exec": {"command": ["sleep", "5"]}}});
    for (version, scaler, budget, hooks) in [
        ("1.19", "autoscaling/v2beta2", "policy/v1beta1", &runs),
        ("1.21", "autoscaling/v2beta2", "policy/v1", &runs),
        ("1.23", "autoscaling/v2", "policy/v1", &runs),
        ("1.30", "autoscaling/v2", "policy/v1", &sleeps),
        ("1.36", "autoscaling/v2", "policy/v1", &sleeps),
    ] {
        let objects = made(&set, version);
        for (kind, expected) in [
            ("HorizontalPodAutoscaler", scaler),
            ("PodDisruptionBudget", budget),
            ("Ingress", "networking.k8s.io/v1"),
        ] {
            let found = of_kind(&objects, kind);
            assert!(!found.is_empty(), "{version}: {kind}");
            assert!(found.iter().all(|object| object["apiVersion"] == expected), "{version}: {kind}");
        }
        let container = |service: &str| {
            let deployment = named(&objects, "Deployment", &format!("{service}-deployment"));
            deployment["spec"]["template"]["spec"]["containers"][0].clone()
        };
        assert_eq!(&container("gateway")["lifecycle"], hooks, "{version}");
        assert!(container("auth").get("lifecycle").is_none(), "{version}: only who asks for it");
    }
    // What the service has of its own stays, and goes before.
    let own =
        json!({"gateway": {"preStopSeconds": 5, "lifecycle": {"postStart": {"exec": {"command": ["x"]}}}}});
    let objects = made(&own, "1.30");
    let hooks =
        &named(&objects, "Deployment", "gateway-deployment")["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(hooks["lifecycle"]["postStart"]["exec"]["command"], json!(["x"]));
    assert_eq!(hooks["lifecycle"]["preStop"], sleeps["preStop"]);
}

/// The document's script, with a `longshore` that only tells what it was given.
fn script(arguments: &str) -> Outcome {
    let program = Program::new(folder().join("scripts/deploy-k8s.sh")).unwrap();
    program.args(arguments.split_whitespace()).env("LONGSHORE", "/bin/echo").run().unwrap()
}

/// AL1: `-m -n -e -d`, and their defaults.
#[test]
fn al1_the_script_passes_on_what_it_is_told() {
    for (arguments, passed) in [
        ("", "deploy --method manifests -n 254carbon-access -e production --yes"),
        ("-n my-namespace", "deploy --method manifests -n my-namespace -e production --yes"),
        ("-e staging", "deploy --method manifests -n 254carbon-access -e staging --yes"),
        ("-m helm", "deploy --method helm -n 254carbon-access -e production --yes"),
        ("-m helm -d", "deploy --method helm -n 254carbon-access -e production --yes --dry-run"),
        ("-m kubectl -e development", "deploy --method manifests -n 254carbon-access -e dev --yes"),
    ] {
        let outcome = script(arguments);
        assert_eq!(outcome.code, Some(0), "{outcome}");
        assert_eq!(outcome.stdout, format!("{passed}\n"), "{arguments}");
    }
    for (arguments, told) in [
        ("-m rpm", "there is no method 'rpm'"),
        ("-e moon", "there is no environment 'moon'"),
        ("-x", "there is no option -x"),
        ("-n", "option -n needs a value"),
        ("now", "unexpected argument 'now'"),
    ] {
        let outcome = script(arguments);
        assert_eq!((outcome.code, &*outcome.stdout), (Some(2), ""), "{outcome}");
        assert!(outcome.stderr.contains(told), "{outcome}");
    }
}
