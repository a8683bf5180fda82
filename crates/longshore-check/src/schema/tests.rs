//! Objects with one mistake each, and objects without.

use longshore_object::parse_manifests;

use super::{Definitions, validate};

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: nginx
        imagePullPolicy: Always
        ports: [{containerPort: 80, protocol: TCP}]
        env: [{name: A, value: '1'}]
        resources: {limits: {memory: 1Gi, cpu: 1}}
        readinessProbe: {httpGet: {path: /, port: http}}
";

fn told(text: &str, minors: &[u32]) -> Vec<String> {
    let objects = parse_manifests(text, "a.yaml").unwrap();
    let definitions = Definitions::of(&objects);
    let found = objects.iter().flat_map(|object| validate(object, minors, &definitions));
    found.map(|diagnostic| format!("{}: {diagnostic}", diagnostic.code)).collect()
}

/// The Deployment with one text replaced by another.
fn check(from: &str, to: &str, expected: &[&str]) {
    assert!(DEPLOYMENT.contains(from), "{from}");
    assert_eq!(told(&DEPLOYMENT.replace(from, to), &[36]), expected, "{to}");
}

#[test]
fn what_is_right_is_silent_in_all_versions() {
    let all: Vec<u32> = super::versions().collect();
    assert_eq!(told(DEPLOYMENT, &all), Vec::<String>::new());
    check("replicas: 2", "replicas: null", &[]);
    check("replicas: 2", "replicas: 2.0", &[]);
    check("port: http", "port: 80", &[]);
    check("imagePullPolicy: Always", "imagePullPolicy: ''", &[]);
}

#[test]
fn each_mistake_is_told_at_its_line_with_the_next_step() {
    check(
        "imagePullPolicy",
        "imagePulPolicy",
        &[
            "schema/unknown-field: a.yaml:13:25: Deployment/web: unknown field `spec.template.spec.containers[0].imagePulPolicy` (Container has none of that name) (did you mean `imagePullPolicy`?)",
        ],
    );
    check(
        "replicas: 2",
        "replicas: '2'",
        &[
            "schema/wrong-type: a.yaml:5:13: Deployment/web: `spec.replicas` must be a whole number, not a string (write it without quotes)",
        ],
    );
    check(
        "replicas: 2",
        "replicas: 3000000000",
        &[
            "schema/wrong-type: a.yaml:5:13: Deployment/web: `spec.replicas` must be a whole number of 32 bits, not a number",
        ],
    );
    check(
        "value: '1'",
        "value: true",
        &[
            "schema/wrong-type: a.yaml:15:32: Deployment/web: `spec.template.spec.containers[0].env[0].value` must be a string, not a bool (put it into quotes)",
        ],
    );
    check(
        "Always",
        "Allways",
        &[
            "schema/unknown-value: a.yaml:13:26: Deployment/web: `spec.template.spec.containers[0].imagePullPolicy` may not be `Allways` (did you mean `Always`?)",
        ],
    );
    check(
        "memory: 1Gi",
        "memory: 1GB",
        &[
            "schema/wrong-type: a.yaml:16:38: Deployment/web: `spec.template.spec.containers[0].resources.limits.memory` must be a quantity such as `500m` or `1Gi`",
        ],
    );
    check(
        "  selector: {matchLabels: {app: web}}\n",
        "",
        &["schema/missing-field: a.yaml:4:1: Deployment/web: `spec.selector` is missing"],
    );
    check(
        "kind: Deployment",
        "kind: Deploymnet",
        &[
            "schema/unknown-kind: a.yaml:1:13: Deploymnet/web: no version of Kubernetes that is known here serves apps/v1 Deploymnet (did you mean `Deployment`?)",
        ],
    );
}

#[test]
fn versions_differ() {
    let cron = "{apiVersion: batch/v1, kind: CronJob, metadata: {name: a}, spec: {schedule: x, timeZone: UTC, jobTemplate: {spec: {template: {spec: {containers: [{name: a}], restartPolicy: Never}}}}}}";
    assert_eq!(
        told(cron, &[20, 24, 27]),
        [
            "api/not-yet: a.yaml:1:14: CronJob/a: batch/v1 CronJob is served from Kubernetes 1.21 on (in Kubernetes 1.20)",
        ]
    );
    assert_eq!(
        told(cron, &[21]),
        [
            "schema/unknown-field: a.yaml:1:90: CronJob/a: field `spec.timeZone` is there from Kubernetes 1.24 on"
        ]
    );
    let budget = "{apiVersion: policy/v1beta1, kind: PodDisruptionBudget, metadata: {name: a}}";
    assert_eq!(told(budget, &[24]), Vec::<String>::new());
    assert_eq!(
        told(budget, &[25]),
        [
            "api/removed: a.yaml:1:14: PodDisruptionBudget/a: policy/v1beta1 PodDisruptionBudget is no longer served, since Kubernetes 1.25 (use policy/v1 PodDisruptionBudget)"
        ]
    );
    let old = "{apiVersion: extensions/v1beta1, kind: Deployment, metadata: {name: a}}";
    assert_eq!(
        told(old, &[30]),
        [
            "api/removed: a.yaml:1:14: Deployment/a: extensions/v1beta1 Deployment is no longer served, in all versions that are asked for (use apps/v1 Deployment)"
        ]
    );
}

#[test]
fn secrets_are_checked_and_never_shown() {
    let secret = "{apiVersion: v1, kind: Secret, metadata: {name: a}, data: {password: hunter2-hunter2}}";
    let told = told(secret, &[36]);
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("must be base64") && !told[0].contains("hunter2"), "{told:?}");
}

#[test]
fn custom_resources_go_by_their_definitions() {
    let definition = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Thing, plural: things}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        required: [spec]
        properties:
          spec:
            type: object
            required: [size, mode]
            properties:
              size: {type: integer}
              mode: {type: string, enum: [Fast, Slow], default: Fast}
              port: {x-kubernetes-int-or-string: true}
              any: {type: object, x-kubernetes-preserve-unknown-fields: true}
              labels: {type: object, additionalProperties: {type: string}}
---
";
    let of = |spec: &str| {
        told(
            &format!("{definition}apiVersion: example.com/v1\nkind: Thing\nmetadata: {{name: a}}\n{spec}"),
            &[36],
        )
    };
    assert_eq!(of("spec: {size: 1, port: http, any: {x: 1}, labels: {a: b}}"), Vec::<String>::new());
    for (spec, expected) in [
        ("spec: {size: big}", "`spec.size` must be a whole number, not a string"),
        ("spec: {mode: Fast}", "`spec.size` is missing"),
        ("spec: {size: 1, mode: Fats}", "`spec.mode` may not be `Fats` (did you mean `Fast`?)"),
        ("spec: {size: 1, sice: 2}", "unknown field `spec.sice` (did you mean `size`?)"),
        ("spec: {size: 1, labels: {a: 1}}", "`spec.labels.a` must be a string, not a number"),
        ("spec: {size: 1, port: true}", "`spec.port` must be a whole number or a string, not a bool"),
    ] {
        let found = of(spec);
        assert!(found.len() == 1 && found[0].contains(expected), "{spec}: {found:?}");
    }
    // Kinds that nobody here defines are not looked at.
    assert_eq!(
        told("{apiVersion: other.io/v1, kind: Thing, metadata: {name: a}, spec: 1}", &[36]),
        Vec::<String>::new()
    );
}

#[test]
fn objects_that_a_server_takes_are_silent() {
    let text = include_str!("../../tests/objects/good.yaml");
    assert_eq!(told(text, &[36]), Vec::<String>::new());
}

#[test]
fn what_was_required_once_and_is_no_more_is_not_asked_for() {
    // `serviceName` of a StatefulSet was called required until 1.32, and never was.
    let set =
        "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: a}, spec: {selector: {}, template: {}}}";
    assert_eq!(told(set, &[19, 36]), Vec::<String>::new());
}

#[test]
fn charts_are_told_what_a_version_serves() {
    let (old, new) = (super::api_versions(20), super::api_versions(25));
    let has = |all: &[String], name: &str| all.iter().any(|known| known == name);
    assert!(
        has(&old, "policy/v1beta1")
            && has(&old, "policy/v1beta1/PodDisruptionBudget")
            && !has(&old, "policy/v1")
    );
    assert!(has(&new, "policy/v1/PodDisruptionBudget") && !has(&new, "policy/v1beta1"));
}
