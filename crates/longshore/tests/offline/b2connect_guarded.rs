//! B2Connect's pods, ways and views: what may run, who reaches whom, what is looked at (BC11, BC12, BC15, BC16).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::b2connect::{DEFAULTS, Objects, PRODUCTION, folder, of_chart};

/// Specifications of all pods outside of the namespace that is privileged, with their labels.
fn pods(objects: &Objects) -> Vec<(&str, &Value)> {
    let workloads = objects.iter().filter(|(_, object)| object["spec"]["template"]["spec"].is_object());
    let theirs = workloads.map(|(name, object)| (name.as_str(), &object["spec"]["template"]));
    let own = objects.iter().filter(|(name, _)| name.starts_with("Pod/"));
    theirs.chain(own.map(|(name, object)| (name.as_str(), object))).collect()
}

/// BC16: every pod meets the restricted standard but Fluent Bit, which is in a namespace that says so.
#[test]
fn bc16_pods_are_restricted() {
    let objects = &PRODUCTION;
    let shipper = objects["DaemonSet/fluent-bit"]["metadata"]["namespace"].as_str().unwrap();
    let labels = &objects[&format!("Namespace/{shipper}")]["metadata"]["labels"];
    assert_eq!(labels["pod-security.kubernetes.io/enforce"], "privileged");
    let mut seen = 0;
    for (name, pod) in pods(objects) {
        if name == "DaemonSet/fluent-bit" {
            continue;
        }
        seen += 1;
        let spec = &pod["spec"];
        assert_eq!(spec["securityContext"]["runAsNonRoot"], true, "{name}");
        assert_eq!(spec["securityContext"]["seccompProfile"]["type"], "RuntimeDefault", "{name}");
        let volumes = spec["volumes"].as_array().into_iter().flatten();
        assert!(volumes.into_iter().all(|volume| volume.get("hostPath").is_none()), "{name}");
        let first = spec["initContainers"].as_array().into_iter().flatten();
        for container in first.chain(spec["containers"].as_array().unwrap()) {
            let context = &container["securityContext"];
            assert_eq!(context["allowPrivilegeEscalation"], false, "{name}");
            assert_eq!(context["readOnlyRootFilesystem"], true, "{name}");
            assert_eq!(context["capabilities"]["drop"], json!(["ALL"]), "{name}");
            assert!(container["resources"]["requests"]["memory"].is_string(), "BC9: {name}");
            assert!(container["resources"]["limits"]["memory"].is_string(), "BC9: {name}");
        }
        // Only who talks to the API server has a token for it.
        let talks = ["StatefulSet/postgres", "StatefulSet/postgres-replica", "StatefulSet/rabbitmq"];
        assert_eq!(spec["automountServiceAccountToken"], talks.contains(&name), "{name}");
    }
    assert!(seen >= 12, "{seen}");
}

/// BC16: whoever says whom it calls is let out to it and in to it; DNS is open to all, and nothing else is.
#[test]
fn bc16_ways_are_open_at_both_ends() {
    let objects = &PRODUCTION;
    let deny = &objects["NetworkPolicy/default-deny"]["spec"];
    assert_eq!(deny, &json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}));
    let mut ways = BTreeSet::new();
    for (name, pod) in pods(objects) {
        let labels = pod["metadata"]["labels"].as_object().unwrap();
        let app = labels["app"].as_str().unwrap();
        let policy = &objects[&format!("NetworkPolicy/{app}-policy")]["spec"];
        assert_eq!(policy["podSelector"], json!({"matchLabels": {"app": app}}), "{name}");
        let out = policy["egress"].as_array().unwrap();
        let dns = json!([{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]);
        assert!(out.iter().any(|rule| rule["ports"] == dns), "{name}: DNS");
        for label in labels.keys() {
            let Some(called) = label.strip_prefix("b2connect.com/uses-") else { continue };
            let to = json!([{"podSelector": {"matchLabels": {"app": called}}}]);
            let rule = out.iter().find(|rule| rule["to"] == to);
            let rule = rule.unwrap_or_else(|| panic!("{name} is not let out to {called}"));
            let let_in =
                objects[&format!("NetworkPolicy/{called}-policy")]["spec"]["ingress"].as_array().unwrap();
            let from = json!({"podSelector": {"matchLabels": {label: "true"}}});
            let back = let_in.iter().find(|rule| rule["from"].as_array().unwrap().contains(&from));
            let back = back.unwrap_or_else(|| panic!("{called} does not let {name} in"));
            assert_eq!(rule["ports"], back["ports"], "{name} to {called}");
            ways.insert(format!("{app} {called}"));
        }
    }
    for way in ["orders postgres", "api-gateway catalog", "catalog elasticsearch", "kibana elasticsearch"] {
        assert!(ways.contains(way), "{way}: {ways:?}");
    }
    for way in ["storefront postgres", "api-gateway postgres", "identity rabbitmq"] {
        assert!(!ways.contains(way), "{way}");
    }
}

/// BC15: dashboards that Grafana takes: JSON, one id for each panel, no panel over another, a query in each.
#[test]
fn bc15_dashboards_are_whole() {
    let objects = &PRODUCTION;
    let board = &objects["ConfigMap/b2connect-dashboards"];
    assert_eq!(board["metadata"]["labels"]["grafana_dashboard"], "1");
    let files = board["data"].as_object().unwrap();
    assert_eq!(files.len(), std::fs::read_dir(folder().join("helm/files/dashboards")).unwrap().count());
    let mut ids = BTreeSet::new();
    for (file, text) in files {
        let dashboard: Value = serde_json::from_str(text.as_str().unwrap()).unwrap();
        let id = dashboard["uid"].as_str().unwrap();
        assert!(id.len() <= 40 && ids.insert(id.to_owned()), "{file}: {id}");
        assert!(!text.as_str().unwrap().contains("NAMESPACE"), "{file}");
        let mut taken = BTreeSet::new();
        let mut panels = BTreeSet::new();
        for panel in dashboard["panels"].as_array().unwrap() {
            assert!(panels.insert(panel["id"].as_u64().unwrap()), "{file}: {}", panel["id"]);
            let [x, y, w, h] = ["x", "y", "w", "h"].map(|key| panel["gridPos"][key].as_u64().unwrap());
            assert!(x + w <= 24, "{file}: {}", panel["title"]);
            for cell in (x..x + w).flat_map(|x| (y..y + h).map(move |y| (x, y))) {
                assert!(taken.insert(cell), "{file}: {} lies on another", panel["title"]);
            }
            let targets = panel["targets"].as_array().unwrap();
            assert!(!targets.is_empty(), "{file}: {}", panel["title"]);
            for target in targets {
                let query = target["expr"].as_str().unwrap();
                for pair in ["()", "{}", "[]"] {
                    let [open, close] = [0, 1].map(|at| query.matches(pair.as_bytes()[at] as char).count());
                    assert_eq!(open, close, "{file}: {query}");
                }
            }
        }
    }
}

/// BC15: logs go to Elasticsearch with an account that may do nothing else.
#[test]
fn bc15_logs_reach_elasticsearch() {
    let objects = &PRODUCTION;
    let config = objects["ConfigMap/fluent-bit"]["data"]["fluent-bit.yaml"].as_str().unwrap();
    assert!(config.contains("path: /var/log/containers/*_b2connect_*.log"), "{config}");
    assert!(config.contains("host: elasticsearch.b2connect.svc"), "{config}");
    let from = json!([{
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "b2connect-logging"}},
        "podSelector": {"matchLabels": {"app": "fluent-bit"}},
    }]);
    let let_in = objects["NetworkPolicy/elasticsearch-policy"]["spec"]["ingress"].as_array().unwrap();
    assert!(let_in.iter().any(|rule| rule["from"] == from), "{let_in:?}");
    let secrets = (&objects["Secret/db-secrets"]["data"], &objects["Secret/fluent-bit"]["data"]);
    let key = "elasticsearch-log-password";
    assert_eq!(secrets.0[key], secrets.1[key], "one draw for both namespaces");
    assert_eq!(secrets.1.as_object().unwrap().len(), 1);
}

/// BC12: what each mesh needs, and nothing of the other.
#[test]
fn bc12_meshes_are_variants() {
    let istio = of_chart("helm", &json!({"global": {"mesh": {"provider": "istio"}}}));
    let mode = &istio["PeerAuthentication/orders"]["spec"]["mtls"]["mode"];
    assert_eq!(mode, "STRICT");
    assert!(istio.contains_key("DestinationRule/orders") && istio.contains_key("Telemetry/b2connect"));
    let pod = |objects: &Objects| objects["Deployment/orders"]["spec"]["template"]["metadata"].clone();
    assert_eq!(pod(&istio)["labels"]["sidecar.istio.io/inject"], "true");
    let linkerd = of_chart("helm", &json!({"global": {"mesh": {"provider": "linkerd"}}}));
    assert_eq!(pod(&linkerd)["annotations"]["linkerd.io/inject"], "enabled");
    assert!(pod(&linkerd)["labels"].get("sidecar.istio.io/inject").is_none());
    let dashboard = &linkerd["Ingress/b2connect-linkerd-dashboard"];
    assert_eq!(dashboard["metadata"]["namespace"], "linkerd-viz");
    assert!(linkerd.keys().all(|name| !name.starts_with("PeerAuthentication")));
    assert!(!DEFAULTS["Deployment/orders"].to_string().contains("inject"));
}

/// BC11: beside the ingress, load balancers outside and inside, and one name over several regions.
#[test]
fn bc11_traffic_comes_in_three_ways() {
    let set = json!({
        "global": {"region": "eu-west-1"},
        "loadBalancers": {"external": {"enabled": true}, "internal": {"enabled": true, "cloud": "aws"}},
        "ingress": {"multiRegion": {"enabled": true}},
    });
    let objects = of_chart("helm", &set);
    for name in ["api-gateway-external", "api-gateway-internal"] {
        assert_eq!(objects[&format!("Service/{name}")]["spec"]["type"], "LoadBalancer", "{name}");
    }
    let inside = &objects["Service/api-gateway-internal"]["metadata"]["annotations"];
    assert_eq!(inside["service.beta.kubernetes.io/aws-load-balancer-scheme"], "internal");
    let region = &objects["Ingress/b2connect-ingress"]["metadata"]["annotations"];
    assert_eq!(region["external-dns.alpha.kubernetes.io/set-identifier"], "eu-west-1");
}
