//! Each rule with a mistake and without.

mod beside;

use longshore_object::parse_manifests;

use crate::{Options, Release, check};

/// A release in which everything fits.
const GOOD: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      containers:
      - name: web
        image: nginx
        ports: [{name: http, containerPort: 80}]
        env:
        - {name: MODE, valueFrom: {configMapKeyRef: {name: settings, key: mode}}}
        - {name: PASSWORD, valueFrom: {secretKeyRef: {name: login, key: password}}}
        resources: {requests: {cpu: 10m}}
        readinessProbe: {httpGet: {port: http}}
        volumeMounts: [{name: data, mountPath: /data}]
      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {mode: fast}}
---
{apiVersion: v1, kind: Secret, metadata: {name: login}, stringData: {password: hunter2-hunter2}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: web}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec: {rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec: {rules: [{backendRefs: [{name: web, port: 80}]}]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  maxReplicas: 3
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: web}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}
subjects: [{kind: ServiceAccount, name: web}]
";

fn told_with(text: &str, options: &Options) -> Vec<String> {
    let objects = parse_manifests(text, "a.yaml").unwrap();
    let releases = [Release { name: "web", namespace: "shop", objects: &objects }];
    let found = check(&releases, options);
    found
        .iter()
        .map(|finding| {
            let mut diagnostic = finding.diagnostic.clone();
            if let Some(place) = &mut diagnostic.place {
                place.column = 0;
            }
            format!("{:?}[{}] {diagnostic}", diagnostic.severity, diagnostic.code)
        })
        .collect()
}

fn told(text: &str) -> Vec<String> {
    told_with(text, &Options { minors: vec![36], ..Options::default() })
}

/// What one change of the good release makes wrong.
#[track_caller]
fn check_change(from: &str, to: &str, expected: &[&str]) {
    assert!(GOOD.contains(from), "{from}");
    assert_eq!(told(&GOOD.replacen(from, to, 1)), expected, "{from} -> {to}");
}

#[test]
fn what_fits_is_silent() {
    assert_eq!(told(GOOD), Vec::<String>::new());
}

/// Secrets that controllers make are there, with the keys that their makers tell, and by no other name.
#[test]
fn secrets_that_are_made_are_known() {
    let secret =
        "{apiVersion: v1, kind: Secret, metadata: {name: login}, stringData: {password: hunter2-hunter2}}";
    let login = "{name: login, key: password}";
    let of = |maker: &str, reads: &str| told(&GOOD.replacen(secret, maker, 1).replacen(login, reads, 1));
    let external = |rest: &str| {
        format!(
            "{{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {{name: shop}}, spec: {{target: {{name: login}}, {rest}}}}}"
        )
    };
    let known = external("data: [{secretKey: password, remoteRef: {key: a}}]");
    let none: [&str; 0] = [];
    assert_eq!(of(&known, login), none);
    assert_eq!(
        of(&known, "{name: login, key: pasword}"),
        [
            "Error[references/no-key] a.yaml:16: Deployment/web reads key `pasword` of Secret/login, which is made of ExternalSecret/shop without one of that name (did you mean `password`?)"
        ]
    );
    // Its own name is not that of its Secret, and does not stand for others.
    assert_eq!(
        of(&known, "{name: shop-logn, key: password}"),
        [
            "Warning[references/no-secret] a.yaml:16: Deployment/web reads Secret/shop-logn, which nothing here makes (if it is made elsewhere, name `Secret/shop-logn` under `check: external:` of the project)"
        ]
    );
    assert_eq!(
        of(&known, "{name: logn, key: password}"),
        [
            "Warning[references/no-secret] a.yaml:16: Deployment/web reads Secret/logn, which nothing here makes (did you mean `login`?)"
        ]
    );
    assert_eq!(of(&external("dataFrom: [{extract: {key: a}}]"), "{name: login, key: any}"), none);
    let shared = external("data: [{secretKey: password}]")
        .replace("ExternalSecret", "ClusterExternalSecret")
        .replace("spec: {", "spec: {externalSecretSpec: {")
        + "}";
    assert_eq!(of(&shared, login), none);
    let sealed = "{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, metadata: {name: login}, spec: {encryptedData: {password: AgB}}}";
    assert_eq!(of(sealed, login), none);
    assert_eq!(of(sealed, "{name: login, key: user}").len(), 1);
    let vault = |create: bool| {
        format!(
            "{{apiVersion: secrets.hashicorp.com/v1beta1, kind: VaultStaticSecret, metadata: {{name: x}}, spec: {{destination: {{name: login, create: {create}}}}}}}"
        )
    };
    assert_eq!(of(&vault(true), login), none);
    assert_eq!(of(&vault(false), login).len(), 1);
    let class = "{apiVersion: secrets-store.csi.x-k8s.io/v1, kind: SecretProviderClass, metadata: {name: x}, spec: {secretObjects: [{secretName: login, data: [{key: password}]}]}}";
    assert_eq!(of(class, login), none);
}

#[test]
fn what_pods_name_is_looked_for() {
    let external = "if it is made elsewhere, name `";
    assert!(told(&GOOD.replace("name: settings, key", "name: other-name, key"))[0].contains(external));
    check_change(
        "configMapKeyRef: {name: settings",
        "configMapKeyRef: {name: setings",
        &[
            "Warning[references/no-config-map] a.yaml:15: Deployment/web reads ConfigMap/setings, which nothing here makes (did you mean `settings`?)",
        ],
    );
    check_change(
        "key: mode",
        "key: mod",
        &[
            "Error[references/no-key] a.yaml:15: Deployment/web reads key `mod` of ConfigMap/settings, which has none of that name (did you mean `mode`?)",
        ],
    );
    check_change(
        "secretKeyRef: {name: login",
        "secretKeyRef: {name: logins",
        &[
            "Warning[references/no-secret] a.yaml:16: Deployment/web reads Secret/logins, which nothing here makes (did you mean `login`?)",
        ],
    );
    check_change("secretKeyRef: {name: login", "secretKeyRef: {optional: true, name: logins", &[]);
    check_change(
        "serviceAccountName: web",
        "serviceAccountName: wep",
        &[
            "Warning[references/no-service-account] a.yaml:9: Deployment/web runs as ServiceAccount/wep, which nothing here makes (did you mean `web`?)",
        ],
    );
    check_change("serviceAccountName: web", "serviceAccountName: default", &[]);
    check_change(
        "claimName: data",
        "claimName: date",
        &[
            "Warning[references/no-claim] a.yaml:20: Deployment/web uses PersistentVolumeClaim/date, which nothing here makes (did you mean `data`?)",
        ],
    );
    check_change(
        "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}",
        "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: wbe}",
        &[
            "Warning[references/no-role] a.yaml:68: RoleBinding/web grants Role/wbe, which nothing here makes (did you mean `web`?)",
        ],
    );
}

#[test]
fn pods_fit_in_themselves() {
    check_change(
        "volumeMounts: [{name: data",
        "volumeMounts: [{name: dat",
        &[
            "Error[pods/no-volume] a.yaml:19: Deployment/web: container `web` mounts volume `dat`, which the pod does not have (did you mean `data`?)",
        ],
    );
    check_change(
        "httpGet: {port: http}",
        "httpGet: {port: htpt}",
        &[
            "Error[pods/no-port] a.yaml:18: Deployment/web: `readinessProbe` of container `web` asks port `htpt`, which the container does not have (did you mean `http`?)",
        ],
    );
    check_change("httpGet: {port: http}", "httpGet: {port: '80'}", &[]);
    check_change(
        "- {name: MODE,",
        "- {name: PASSWORD, value: ''}\n        - {name: MODE,",
        &[
            "Error[pods/repeated] a.yaml:17: Deployment/web: `spec.template.spec.containers[0].env` has `PASSWORD` twice (take one of the two out: server-side apply refuses both)",
        ],
    );
    check_change(
        "ports: [{name: http, port: 80, targetPort: http}]",
        "ports: [{name: http, port: 80, targetPort: http}, {name: other, port: 80, protocol: TCP}, {name: dns, port: 80, protocol: UDP}]",
        &[
            "Error[pods/repeated] a.yaml:25: Service/web: `spec.ports` has `80/TCP` twice (take one of the two out: server-side apply refuses both)",
        ],
    );
    check_change(
        "ports: [{name: http, containerPort: 80}]",
        "ports: [{name: http, containerPort: 80}, {name: http, containerPort: 81}, {name: dns, containerPort: 80, protocol: UDP}]",
        &[
            "Error[pods/repeated] a.yaml:13: Deployment/web: `spec.template.spec.containers[0].ports` has `http` twice (give one of the two another name: what names a port would not know which, and the server refuses both)",
        ],
    );
}

#[test]
fn routes_lead_to_ports_that_are_there() {
    check_change(
        "service: {name: web, port: {number: 80}}",
        "service: {name: wep, port: {number: 80}}",
        &[
            "Warning[references/no-service] a.yaml:41: Ingress/web sends to Service/wep, which nothing here makes (did you mean `web`?)",
        ],
    );
    check_change(
        "port: {number: 80}",
        "port: {number: 8080}",
        &[
            "Error[references/no-port] a.yaml:41: Ingress/web sends to port `8080` of Service/web, which has none of that (its ports are 80 (http))",
        ],
    );
    check_change("port: {number: 80}", "port: {name: use-annotation}", &[]);
    check_change(
        "backendRefs: [{name: web, port: 80}]",
        "backendRefs: [{name: web, port: 81}]",
        &[
            "Error[references/no-port] a.yaml:46: HTTPRoute/web sends to port `81` of Service/web, which has none of that (its ports are 80 (http))",
        ],
    );
}

#[test]
fn selectors_choose_pods() {
    check_change(
        "spec: {selector: {app: web}",
        "spec: {selector: {app: wep}",
        &[
            "Warning[wiring/no-endpoints] a.yaml:25: Service/web selects no pod: app=wep (pods of Deployment/web have app=web)",
        ],
    );
    check_change(
        "targetPort: http",
        "targetPort: htpt",
        &[
            "Warning[wiring/no-port] a.yaml:25: Service/web sends to port `htpt`, which Deployment/web does not have (did you mean `http`?)",
        ],
    );
    check_change(
        "maxUnavailable: 1, selector: {matchLabels: {app: web}}",
        "maxUnavailable: 1, selector: {matchLabels: {app: wep}}",
        &[
            "Warning[references/no-pods] a.yaml:59: PodDisruptionBudget/web selects no pod of any release (give it the labels of the pods that it is meant for)",
        ],
    );
    check_change(
        "resources: {requests: {cpu: 10m}}",
        "resources: {}",
        &[
            "Warning[wiring/no-requests] a.yaml:48: HorizontalPodAutoscaler/web scales by a share of requested cpu, and container web of Deployment/web requests none (give the container `resources.requests.cpu`; until then nothing is scaled)",
        ],
    );
    check_change(
        "kind: Deployment, name: web",
        "kind: Deployment, name: wep",
        &[
            "Warning[references/no-target] a.yaml:52: HorizontalPodAutoscaler/web scales Deployment/wep, which nothing here makes (did you mean `web`?)",
        ],
    );
}

#[test]
fn what_operators_and_people_make_is_not_asked_for() {
    let other = GOOD.replace("secretKeyRef: {name: login,", "secretKeyRef: {name: main-app,");
    assert_eq!(told(&other).len(), 1);
    for maker in [
        // A database whose operator makes Secrets called after it.
        "{apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: {name: main}}",
        "{apiVersion: cert-manager.io/v1, kind: Certificate, metadata: {name: x}, spec: {secretName: main-app, keystores: {}}}",
        "{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: main-app}}",
        "{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, metadata: {name: main-app}}",
        // A Job that is told the name.
        "{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: x, args: [--secret-name=main-app]}]}}}}",
    ] {
        assert_eq!(told(&format!("{other}---\n{maker}\n")), Vec::<String>::new(), "{maker}");
    }
    let external = |name: &str| {
        told_with(
            &other,
            &Options { minors: vec![36], external: vec![name.to_owned()], ..Options::default() },
        )
        .len()
    };
    assert_eq!(
        (external("Secret/main-app"), external("Secret/main-*"), external("ConfigMap/main-app")),
        (0, 0, 1)
    );
    // Pods of an operator.
    let service = "---\n{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {selector: {cnpg.io/cluster: main}, ports: [{port: 1}]}}\n";
    let operated = "---\n{apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: {name: main}}\n";
    assert_eq!(told(&format!("{GOOD}{service}")).len(), 1);
    assert_eq!(told(&format!("{GOOD}{service}{operated}")), Vec::<String>::new());
}

#[test]
fn secrets_in_plain_text_are_told_and_not_shown() {
    let change =
        GOOD.replace("- {name: MODE,", "- {name: API_TOKEN, value: s3cr3t-value}\n        - {name: MODE,");
    assert_eq!(
        told(&change),
        [
            "Warning[secrets/plain] a.yaml:15: Deployment/web: variable `API_TOKEN` is named like a secret and stands here in plain text (put it into a Secret; everybody who may read the object reads it here)"
        ]
    );
    let change = GOOD.replace("data: {mode: fast}", "data: {mode: fast, url: 'amqp://a:s3cr3t-value@mq'}");
    let found = told(&change);
    assert!(found.len() == 1 && found[0].contains("key `url` is an address with a password"), "{found:?}");
    assert!(!found[0].contains("s3cr3t"), "{found:?}");
}

#[test]
fn versions_that_end_are_told_before_they_do() {
    let budget = GOOD.replace("apiVersion: policy/v1\n", "apiVersion: policy/v1beta1\n");
    let of = |minors: &[u32]| {
        told_with(&budget, &Options { minors: minors.to_vec(), ..Options::default() })
            .into_iter()
            .filter(|line| line.contains("policy"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        of(&[24]),
        [
            "Warning[api/deprecated] a.yaml:56: PodDisruptionBudget/web: policy/v1beta1 PodDisruptionBudget is deprecated in v1.21+, unavailable in v1.25+; use policy/v1 PodDisruptionBudget"
        ]
    );
    let both = of(&[24, 25]);
    assert!(
        both.len() == 2
            && both[0].contains("no longer served")
            && both[0].ends_with("use policy/v1 PodDisruptionBudget)"),
        "{both:?}"
    );
}

#[test]
fn findings_are_silenced_by_rule_and_with_a_reason() {
    let bad = GOOD.replace("serviceAccountName: web", "serviceAccountName: other");
    let silenced = |annotation: &str| {
        told(&bad.replacen(
            "metadata: {name: web}",
            &format!("metadata: {{name: web, annotations: {{{annotation}}}}}"),
            1,
        ))
    };
    assert_eq!(
        silenced("ignore-check.longshore.dev/references.no-service-account: made by Terraform"),
        Vec::<String>::new()
    );
    let without = silenced("ignore-check.longshore.dev/references.no-service-account: ''");
    assert!(without.len() == 2 && without[1].contains("without a reason"), "{without:?}");
    let unknown = silenced("ignore-check.longshore.dev/references.no-serviceaccount: x");
    assert!(
        unknown.len() == 2 && unknown[1].contains("did you mean `references.no-service-account`?"),
        "{unknown:?}"
    );
    let disabled = ["references/no-service-account".to_owned()].into();
    assert_eq!(
        told_with(&bad, &Options { minors: vec![36], disabled, ..Options::default() }),
        Vec::<String>::new()
    );
}

#[test]
fn labels_that_pods_get_while_they_run_are_not_asked_of_templates() {
    let of = |selector: &str| {
        let selected = format!("spec: {{selector: {{{selector}}}");
        told(&GOOD.replacen("spec: {selector: {app: web}", &selected, 1)).len()
    };
    assert_eq!(of("app: web, role: leader"), 0);
    assert_eq!(of("app: web, statefulset.kubernetes.io/pod-name: web-0"), 0);
    assert_eq!(of("app: web, tier: front"), 1);
    assert_eq!(of("role: leader"), 1);
}

#[test]
fn policies_are_told_only_if_they_misspell_a_label() {
    let of = |label: &str| {
        let policy = format!(
            "---\n{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p}}, spec: {{podSelector: {{matchLabels: {{{label}}}}}}}}}\n"
        );
        told(&format!("{GOOD}{policy}"))
    };
    assert_eq!(of("app: web"), Vec::<String>::new());
    assert_eq!(of("app: worker"), Vec::<String>::new());
    let found = of("app: wbe");
    assert!(found.len() == 1 && found[0].contains("[wiring/no-pods]"), "{found:?}");
    // So it is with those that it lets in: clients are of other releases as often as not.
    let from = |label: &str| {
        let policy = format!(
            "---\n{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p}}, spec: {{podSelector: {{matchLabels: {{app: web}}}}, ingress: [{{from: [{{podSelector: {{matchLabels: {{{label}}}}}}}]}}]}}}}\n"
        );
        told(&format!("{GOOD}{policy}"))
    };
    assert_eq!(from("web-client: 'true'"), Vec::<String>::new());
    assert_eq!(from("app: other"), Vec::<String>::new());
    assert!(from("app: wbe")[0].contains("lets in no pod: app=wbe"));
}

#[test]
fn programs_that_may_create_secrets_are_trusted_to() {
    let other = GOOD.replace("secretKeyRef: {name: login,", "secretKeyRef: {name: certificate,");
    assert_eq!(told(&other).len(), 1);
    let role = "---\n{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: r}, rules: [{apiGroups: [''], resources: [secrets], verbs: [create]}]}\n";
    assert_eq!(told(&format!("{other}{role}")), Vec::<String>::new());
    assert_eq!(told(&format!("{other}{}", role.replace("secrets", "pods"))).len(), 1);
    // A name that is one of those that are there but for a slip is told all the same.
    let slip = GOOD.replace("secretKeyRef: {name: login,", "secretKeyRef: {name: logni,");
    let found = told(&format!("{slip}{role}"));
    assert!(found.len() == 1 && found[0].contains("did you mean `login`?"), "{found:?}");
    let longer = GOOD.replace("secretKeyRef: {name: login,", "secretKeyRef: {name: login-a,");
    assert_eq!(told(&format!("{longer}{role}")), Vec::<String>::new());
}

#[test]
fn several_workloads_may_share_the_ports_of_a_service() {
    let worker = "---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: worker}, spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: w, image: x}]}}}}\n";
    assert_eq!(told(&format!("{GOOD}{worker}")), Vec::<String>::new());
}
