//! Kubently's chart: every scenario, pattern and snippet of its document, and the migration's project files (KB1 to KB6,
//! KB8, KB10, KB12), as far as that shows without a cluster.

use std::collections::BTreeMap;
use std::path::PathBuf;

use longshore_testkit::{Outcome, Program, Project};
use serde_json::{Value, json};

fn folder() -> PathBuf {
    longshore_testkit::tools::workspace_root().join("platforms/kubently")
}

fn longshore(arguments: &str) -> Outcome {
    Program::new(env!("CARGO_BIN_EXE_longshore"))
        .unwrap()
        .env("KUBECONFIG", "none")
        .args(arguments.split_whitespace())
        .folder(folder())
        .run()
        .unwrap()
}

type Objects = BTreeMap<String, Value>;

/// What the chart makes of values, in the namespace `kubently`.
fn made(release: &str, values: &str) -> Objects {
    let project = Project::new(&format!(
        "
        //- longshore.yaml
        apiVersion: longshore.dev/v1alpha1
        kind: Project
        name: k
        environments: {{dev: {{namespace: kubently}}}}
        defaultEnvironment: dev
        releases: {{{release}: {{chart: {}, values: [values.yaml]}}}}
        //- values.yaml
        ",
        folder().join("deployment/helm/kubently").display()
    ))
    .unwrap();
    project.write("values.yaml", values).unwrap();
    let outcome = Program::new(env!("CARGO_BIN_EXE_longshore"))
        .unwrap()
        .args(["render", "-q", "-o", "json"])
        .folder(project.path())
        .run()
        .unwrap();
    assert_eq!(outcome.code, Some(0), "{values}\n{outcome}");
    let list: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|object| {
            let name = object["metadata"]["name"].as_str().unwrap();
            let namespace =
                object["metadata"]["namespace"].as_str().filter(|namespace| *namespace != "kubently");
            let namespace = namespace.map(|namespace| format!("{namespace}/")).unwrap_or_default();
            (format!("{namespace}{}/{name}", object["kind"].as_str().unwrap()), object.clone())
        })
        .collect()
}

fn of_file(release: &str, file: &str, more: &str) -> Objects {
    made(release, &(std::fs::read_to_string(folder().join(file)).unwrap() + more))
}

/// The executor's variables.
fn variables(objects: &Objects) -> BTreeMap<String, String> {
    let container = &objects["Deployment/kubently-executor"]["spec"]["template"]["spec"]["containers"][0];
    let variables = container["env"].as_array().unwrap().iter();
    variables
        .filter_map(|variable| {
            Some((variable["name"].as_str()?.to_owned(), variable["value"].as_str()?.to_owned()))
        })
        .collect()
}

fn has_api(objects: &Objects) -> bool {
    objects.contains_key("Deployment/kubently-api")
}

/// KB1 to KB5: who is there, whom the executor calls, and what the ingress shows.
#[test]
fn kb1_to_kb5_scenarios() {
    let remote = "  clusterId: eu\n  token: abc\n";
    for (file, more, api, url, host, issuer) in [
        (
            "internal-tls-values.yaml",
            "",
            true,
            Some("http://kubently-api:8080"),
            Some("kubently.local"),
            None,
        ),
        (
            "public-tls-values.yaml",
            "",
            true,
            Some("https://api.kubently.example.com"),
            Some("api.kubently.example.com"),
            Some("letsencrypt-prod"),
        ),
        (
            "api-cluster-values.yaml",
            "",
            true,
            None,
            Some("api.kubently.example.com"),
            Some("letsencrypt-prod"),
        ),
        ("executor-cluster-values.yaml", "", false, Some("https://api.kubently.example.com"), None, None),
        (
            "hybrid-api-values.yaml",
            "",
            true,
            Some("http://kubently-api:8080"),
            Some("api.kubently.internal.company.com"),
            Some("internal-ca"),
        ),
        (
            "remote-executor-values.yaml",
            "",
            false,
            Some("https://api.kubently.internal.company.com"),
            None,
            None,
        ),
        (
            "region-us-east-values.yaml",
            "",
            true,
            None,
            Some("api-us.kubently.example.com"),
            Some("letsencrypt-prod"),
        ),
        (
            "region-eu-west-values.yaml",
            "",
            true,
            None,
            Some("api-eu.kubently.example.com"),
            Some("letsencrypt-prod"),
        ),
        (
            "region-executor-values.yaml",
            remote,
            false,
            Some("https://api-us.kubently.example.com"),
            None,
            None,
        ),
    ] {
        let objects = of_file("some", file, more);
        assert_eq!(has_api(&objects), api, "{file}");
        assert_eq!(objects.contains_key("StatefulSet/kubently-redis-master"), api, "{file}");
        let called = objects
            .contains_key("Deployment/kubently-executor")
            .then(|| variables(&objects)["KUBENTLY_API_URL"].clone());
        assert_eq!(called.as_deref(), url, "{file}");
        let Some(host) = host else {
            assert!(!objects.contains_key("Ingress/kubently"), "{file}");
            continue;
        };
        let ingress = &objects["Ingress/kubently"];
        assert_eq!(ingress["spec"]["rules"][0]["host"], host, "{file}");
        let tls = &ingress["spec"]["tls"][0];
        assert_eq!(
            (&tls["secretName"], &tls["hosts"][0]),
            (&json!("kubently-api-tls"), &json!(host)),
            "{file}"
        );
        let signs = &ingress["metadata"]["annotations"]["cert-manager.io/cluster-issuer"];
        assert_eq!(signs.as_str(), issuer, "{file}");
        assert_eq!(objects.contains_key("Secret/kubently-api-tls"), issuer.is_none(), "{file}: self-signed");
    }
    let regions = &of_file("us", "region-us-east-values.yaml", "")["Ingress/kubently"]["spec"];
    assert_eq!(regions["rules"][1]["host"], "api.kubently.example.com", "GeoDNS");
}

/// KB3: the document's names, whatever the release is called.
#[test]
fn kb3_names_are_fixed() {
    let names = |release| of_file(release, "internal-tls-values.yaml", "").into_keys().collect::<Vec<_>>();
    let first = names("kubently");
    assert_eq!(first, names("something-else"));
    for name in ["Service/kubently-api", "Ingress/kubently", "Secret/kubently-api-tls"] {
        assert!(first.iter().any(|found| found == name), "{name}");
    }
    let objects = of_file("x", "internal-tls-values.yaml", "");
    assert_eq!(objects["StatefulSet/kubently-redis-master"]["spec"]["replicas"], 1);
}

/// 4:148-161 and the other blocks: each snippet is an input of its own.
#[test]
fn snippets_are_taken_alone() {
    let api = made("us", "tls:\n  external:\n    domain: \"api-us.kubently.example.com\"\n");
    assert!(has_api(&api), "tls.external alone implies external");
    assert_eq!(variables(&api)["KUBENTLY_API_URL"], "https://api-us.kubently.example.com");
    let internal = "executor:\n  apiUrl: \"http://kubently-api.kubently.svc.cluster.local:8080\"\n";
    assert!(has_api(&made("k", internal)), "a Service's address is no other cluster's");
    let token = made("kubently-executor", "executor: {token: abc}");
    assert_eq!(token["Secret/kubently-executor"]["data"]["token"], "YWJj");
    let checks = "executor:\n  env:\n    HEALTH_CHECK_INTERVAL: \"15\"\n    CONNECTION_TIMEOUT: \"5\"\n";
    let checks = variables(&made("k", checks));
    assert_eq!((&*checks["HEALTH_CHECK_INTERVAL"], &*checks["CONNECTION_TIMEOUT"]), ("15", "5")); // KB10
    assert_eq!(checks["KUBENTLY_SSL_VERIFY"], "true");
    let ca = "
executor:
  extraVolumes:
    - name: ca-cert
      configMap:
        name: internal-ca
  extraVolumeMounts:
    - name: ca-cert
      mountPath: /etc/ssl/certs/
  env:
    SSL_CERT_DIR: \"/etc/ssl/certs\"
";
    let ca = made("k", ca);
    assert_eq!(variables(&ca)["SSL_CERT_DIR"], "/etc/ssl/certs");
    let pod = &ca["Deployment/kubently-executor"]["spec"]["template"]["spec"];
    assert_eq!(pod["containers"][0]["volumeMounts"][1]["mountPath"], "/etc/ssl/certs/");
}

/// KB6: three patterns.
#[test]
fn kb6_network_patterns() {
    let balanced = of_file("k", "internal-load-balancer-values.yaml", "");
    assert_eq!(balanced["Ingress/kubently"]["spec"]["ingressClassName"], "nginx-internal");
    let mesh = of_file("k", "istio-values.yaml", "");
    assert!(has_api(&mesh));
    assert_eq!(mesh["Gateway/kubently-api"]["spec"]["servers"][0]["tls"]["mode"], "MUTUAL");
    let address = "kubently-api.istio-system.svc.cluster.local";
    assert_eq!(mesh["VirtualService/kubently-api"]["spec"]["hosts"], json!([address]));
    assert_eq!(mesh["istio-system/Service/kubently-api"]["spec"]["ports"][0]["targetPort"], 8443);
    assert_eq!(variables(&mesh)["KUBENTLY_API_URL"], format!("https://{address}"));
    let private = of_file("k", "private-ca-values.yaml", "");
    assert_eq!(variables(&private)["SSL_CERT_DIR"], "/etc/ssl/certs:/etc/kubently/ca/ca-bundle");
    let pod = &private["Deployment/kubently-executor"]["spec"]["template"]["spec"];
    assert_eq!(pod["containers"][0]["volumeMounts"][1]["mountPath"], "/etc/kubently/ca/ca-bundle");
    assert_eq!(pod["volumes"][1]["configMap"]["name"], "corporate-ca-bundle");
}

/// KB8, KB10: the document's policy, with what it leaves out; and its scrape.
#[test]
fn kb8_policies_and_kb10_metrics() {
    let values = "
tls: {mode: internal}
networkPolicy:
  enabled: true
  ingress:
    - from:
      - namespaceSelector:
          matchLabels:
            name: kubently
      - podSelector:
          matchLabels:
            app: executor
serviceMonitor:
  enabled: true
  endpoints:
    - port: metrics
      interval: 30s
";
    let objects = made("k", values);
    let rules = &objects["NetworkPolicy/kubently-api"]["spec"]["ingress"];
    let ours = rules[0]["from"].to_string();
    assert!(ours.contains("ingress-nginx") && ours.contains(r#""app":"executor""#), "{ours}");
    assert!(rules[1]["from"].to_string().contains("monitoring"));
    assert_eq!(rules[2]["from"][0]["namespaceSelector"]["matchLabels"]["name"], "kubently");
    let executor = &objects["Deployment/kubently-executor"]["spec"]["template"]["metadata"]["labels"];
    assert_eq!(executor["app"], "executor");
    let egress = &objects["NetworkPolicy/kubently-executor"]["spec"]["egress"];
    assert_eq!((&egress[0]["ports"][0]["port"], &egress[1]["ports"][0]["port"]), (&json!(53), &json!(8080)));
    assert_eq!(objects["NetworkPolicy/kubently-redis"]["spec"]["egress"], json!([]));
    let scrape = &objects["ServiceMonitor/kubently-api"]["spec"]["endpoints"];
    assert_eq!(*scrape, json!([{"port": "metrics", "interval": "30s"}]));
    let ports = objects["Service/kubently-api"]["spec"]["ports"].as_array().unwrap();
    assert!(ports.iter().any(|port| port["name"] == "metrics"));
}

/// The document's commands that need no cluster, with its own files.
#[test]
fn commands_work_as_written() {
    for command in [
        "helm template kubently-api ./deployment/helm/kubently -f api-cluster-values.yaml",
        "helm template kubently-executor ./deployment/helm/kubently -f executor-cluster-values.yaml \
         --set executor.clusterId=cluster-b",
        "helm lint ./deployment/helm/kubently",
    ] {
        let outcome = longshore(command);
        assert_eq!(outcome.code, Some(0), "{outcome}");
    }
}

/// What a phase brings to a cluster.
fn rendered(phase: u32, cluster: &str) -> String {
    let outcome = Program::new(env!("CARGO_BIN_EXE_longshore"))
        .unwrap()
        .args(["render", "-q", "-f", &format!("migration/phase-{phase}.yaml"), "--cluster", cluster])
        .env("KUBENTLY_TOKEN_B", "b")
        .env("KUBENTLY_TOKEN_C", "c")
        .folder(folder())
        .run()
        .unwrap();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    outcome.stdout
}

/// KB12: four states of the project file, one after the other.
#[test]
fn kb12_the_phases_are_project_files() {
    for (phase, main, others) in [(1, true, 0), (2, true, 0), (3, true, 2), (4, false, 2)] {
        let outcome = longshore(&format!("check --strict -o json -f migration/phase-{phase}.yaml"));
        assert_eq!(outcome.code, Some(0), "{outcome}");
        let clusters = if others > 0 { &["main", "b", "c"][..] } else { &["main"] };
        let rendered: String = clusters.iter().map(|cluster| rendered(phase, cluster)).collect();
        let executors = rendered.matches("kind: Deployment\nmetadata:\n  name: kubently-executor").count();
        assert_eq!(executors, usize::from(main) + others, "phase {phase}");
        assert_eq!(rendered.contains("letsencrypt-prod"), phase > 1, "phase {phase}");
    }
}

/// What cannot work is refused before anything is made.
#[test]
fn what_cannot_work_is_refused() {
    for (arguments, expected) in [
        ("-f region-executor-values.yaml --set executor.clusterId=eu", "executor.token is empty"),
        ("-f region-executor-values.yaml --set executor.token=a", "executor.clusterId is empty"),
        ("--set api.enabled=false,executor.token=a,executor.clusterId=eu", "executor.apiUrl is empty"),
        ("--set tls.mode=external", "tls.external.domain is empty"),
        ("--set executor.token=a,api.tokens.eu=a", "is the token of another cluster, too"),
        ("--set redis.enabled=false", "redis.external.host is needed"),
        ("--set tls.mode=none", "tls"),
    ] {
        let outcome = longshore(&format!("helm template k ./deployment/helm/kubently {arguments}"));
        assert_eq!(outcome.code, Some(1), "{outcome}");
        assert!(outcome.stderr.contains(expected) && outcome.stdout.is_empty(), "{outcome}");
    }
    let outcome = longshore("render -e production --cluster main");
    assert_eq!(outcome.code, Some(1), "{outcome}");
    assert!(outcome.stderr.contains("the variable `KUBENTLY_TOKEN_B` is not set"), "{outcome}");
}
