//! Tests of what does not fit together.

use super::{Labels, asks_for_pods, wiring};
use crate::parse_manifests;

const WEB: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web, tier: front}}
    spec: {containers: [{name: web, image: x, ports: [{name: http, containerPort: 80}]}]}
---
";

fn found(more: &str) -> Vec<String> {
    let objects = parse_manifests(&format!("{WEB}{more}"), "a.yaml").unwrap();
    wiring(&objects, Some(&[Labels::new()])).iter().map(ToString::to_string).collect()
}

#[test]
fn what_fits_is_silent() {
    let good = "
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}
";
    assert!(found(good).is_empty());
    assert!(!asks_for_pods(&parse_manifests(&format!("{WEB}{good}"), "a").unwrap()));
}

#[test]
fn what_does_not_fit_is_told_with_its_line_and_the_next_step() {
    for (object, expected) in [
        (
            "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {selector: {app: wbe, tier: front}}}",
            "a.yaml:12:61: Service/s selects no pod: app=wbe,tier=front (pods of Deployment/web have app=web,tier=front)",
        ),
        (
            "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {selector: {app: web}, ports: [{port: 80, targetPort: htpt}]}}",
            "Service/s sends to port `htpt`, which Deployment/web does not have (did you mean `http`?)",
        ),
        (
            "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: h}, spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: wbe}}}",
            "HorizontalPodAutoscaler/h scales Deployment/wbe, which is not in this release (did you mean `web`?)",
        ),
        (
            "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: h}, spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]}}",
            "HorizontalPodAutoscaler/h scales by a share of requested cpu, and container web of Deployment/web requests none",
        ),
        (
            "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: p}, spec: {minAvailable: 2, selector: {matchLabels: {app: web}}}}",
            "PodDisruptionBudget/p never lets a pod of Deployment/web go: 2 replicas",
        ),
        (
            "{apiVersion: v1, kind: Service, metadata: {name: shop}, spec: {selector: {app: web}}}\n---\n{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i}, spec: {rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: shopp, port: {number: 80}}}}]}}]}}",
            "Ingress/i sends to Service/shopp, which is not in this release (did you mean `shop`?)",
        ),
        (
            "{apiVersion: v1, kind: Secret, metadata: {name: web-tls}}\n---\n{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i}, spec: {tls: [{hosts: [a.example], secretName: web-tsl}]}}",
            "Ingress/i has its certificate in Secret/web-tsl, which is not in this release (did you mean `web-tls`?)",
        ),
        (
            "{apiVersion: v1, kind: Service, metadata: {name: db-pods}, spec: {clusterIP: None}}\n---\n{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {serviceName: db-pod}}",
            "StatefulSet/db is governed by Service/db-pod, which is not in this release (did you mean `db-pods`?)",
        ),
        (
            "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: net}, spec: {podSelector: {matchLabels: {app: wbe}}}}",
            "a.yaml:12:87: NetworkPolicy/net guards no pod: app=wbe (pods of Deployment/web have app=web,tier=front)",
        ),
        (
            "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: net}, spec: {podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}, {podSelector: {matchLabels: {tier: back}}}]}]}}",
            "NetworkPolicy/net lets in no pod: tier=back",
        ),
    ] {
        let told = found(object);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains(expected), "{}\n{expected}", told[0]);
    }
}

/// A policy for pods that are not there names only pods that it may be meant for.
#[test]
fn a_policy_is_not_explained_by_pods_that_have_nothing_to_do_with_it() {
    let told = |labels: &str| {
        found(&format!(
            "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: net}}, spec: {{podSelector: {{matchLabels: {{{labels}}}}}}}}}"
        ))
        .remove(0)
    };
    for (labels, hint) in [
        ("app: wbe", true),
        ("app: web, role: leader", true),
        ("app: wbe, tier: front", true),
        ("app: postgres", false),
        ("app: postgres, tier: front", false),
        ("team: payments", false),
    ] {
        let told = told(labels);
        assert_eq!(told.contains("(pods of Deployment/web have app=web,tier=front)"), hint, "{told}");
    }
}

/// The number of pods is the autoscaler's, and may be left out of the workload.
#[test]
fn a_budget_counts_on_what_the_autoscaler_leaves() {
    let told = |fewest: &str, least: u32| {
        let target = "scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}";
        found(&format!(
            "{{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {{name: h}}, spec: {{{target}{fewest}}}}}
---
{{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {{name: p}}, spec: {{minAvailable: {least}, selector: {{matchLabels: {{app: web}}}}}}}}"
        ))
    };
    assert!(told(", minReplicas: 3", 2).is_empty());
    assert!(told(", minReplicas: 3", 3)[0].contains("never lets a pod of Deployment/web go: 3 replicas"));
    assert!(told("", 1)[0].contains("go: 1 replica") && !told("", 1)[0].contains("1 replicas"));
}

#[test]
fn certificates_and_pods_that_others_make_are_none_of_ours() {
    for object in [
        "{apiVersion: v1, kind: Secret, metadata: {name: web-tls}}\n---\n{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i, annotations: {cert-manager.io/issuer: x}}, spec: {tls: [{secretName: web-tsl}]}}",
        "{apiVersion: v1, kind: Secret, metadata: {name: web-tls}}\n---\n{apiVersion: cert-manager.io/v1, kind: Certificate, metadata: {name: c}, spec: {secretName: web-tsl}}\n---\n{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i}, spec: {tls: [{secretName: web-tsl}]}}",
        "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: net}, spec: {podSelector: {matchLabels: {app: web}}, ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: prometheus}}}, {ipBlock: {cidr: 10.0.0.0/8}}]}]}}",
        "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: net}, spec: {podSelector: {matchLabels: {app: x}, matchExpressions: [{key: a, operator: Exists}]}}}",
    ] {
        assert!(found(object).is_empty(), "{:?}", found(object));
    }
    let policy = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: net}, spec: {podSelector: {matchLabels: {app: operator}}}}";
    let objects = parse_manifests(policy, "a.yaml").unwrap();
    assert!(asks_for_pods(&objects));
    let pod = Labels::from([("app".to_owned(), "operator".to_owned())]);
    assert!(wiring(&objects, Some(&[pod])).is_empty() && wiring(&objects, None).is_empty());
}

#[test]
fn pods_of_others_are_looked_at_before_a_selector_is_called_wrong() {
    let text = "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {selector: {app: operator}}}";
    let objects = parse_manifests(text, "a.yaml").unwrap();
    assert!(asks_for_pods(&objects));
    let pod = Labels::from([("app".to_owned(), "operator".to_owned())]);
    assert!(wiring(&objects, Some(&[pod])).is_empty());
    assert!(wiring(&objects, None).is_empty());
}
