//! Nest's chart is its document's, table by table (NE1 to NE16), as far as that shows without a cluster.

use std::collections::BTreeMap;
use std::path::PathBuf;

use longshore_testkit::{Outcome, Program};
use serde_json::{Value, json};

fn folder() -> PathBuf {
    longshore_testkit::tools::workspace_root().join("platforms/nest")
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

/// The objects of an outcome by kind and name.
fn objects(outcome: &Outcome) -> BTreeMap<String, Value> {
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let list: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|object| {
            let name = object["metadata"]["name"].as_str().unwrap();
            (format!("{}/{name}", object["kind"].as_str().unwrap()), object.clone())
        })
        .collect()
}

fn rendered(environment: &str) -> BTreeMap<String, Value> {
    objects(&longshore(&format!("render -q -o json -e {environment}")))
}

/// What `helm template` prints with these arguments, with every secret given.
fn template(release: &str, arguments: &str) -> Outcome {
    longshore(&format!(
        "helm template {release} ./k8s/helm/nest --set database.externalConnection.password=a,secrets.secretKey=b \
         --set cache.externalConnection.password=c,secrets.jwtSecretKey=d {arguments}"
    ))
}

/// NE1, NE9: the document's three tables.
#[test]
fn ne1_environments_are_as_tabled() {
    for (environment, tag, cpu, memory, level, database) in [
        ("dev", "latest", ["250m", "500m"], ["256Mi", "512Mi"], "DEBUG", "nest_dev"),
        ("staging", "v1.0.0", ["500m", "1000m"], ["512Mi", "1Gi"], "INFO", "nest_staging"),
        ("production", "v1.0.0", ["1000m", "2000m"], ["1Gi", "2Gi"], "WARN", "nest_prod"),
    ] {
        let objects = rendered(environment);
        let spec = &objects["Deployment/nest"]["spec"];
        let container = &spec["template"]["spec"]["containers"][0];
        assert_eq!(container["image"], format!("penguintech/nest:{tag}"));
        for (at, amount) in ["requests", "limits"].iter().enumerate() {
            let expected = json!({"cpu": cpu[at], "memory": memory[at]});
            assert_eq!(container["resources"][amount], expected, "{environment}");
        }
        let config = &objects["ConfigMap/nest-config"]["data"];
        assert_eq!((&config["LOG_LEVEL"], &config["DATABASE_NAME"]), (&json!(level), &json!(database)));
        let scaled = match environment {
            "dev" => None,
            "staging" => Some((2, 5, 80, 1)),
            _ => Some((3, 10, 70, 2)),
        };
        assert_eq!(objects.contains_key("NetworkPolicy/nest"), scaled.is_some());
        let Some((least, most, share, available)) = scaled else {
            assert_eq!(spec["replicas"], 1);
            assert!(!objects.contains_key("HorizontalPodAutoscaler/nest"));
            assert!(!objects.contains_key("PodDisruptionBudget/nest"));
            continue;
        };
        let scaling = &objects["HorizontalPodAutoscaler/nest"]["spec"];
        assert_eq!((&scaling["minReplicas"], &scaling["maxReplicas"]), (&json!(least), &json!(most)));
        for (at, resource) in ["cpu", "memory"].iter().enumerate() {
            let metric = &scaling["metrics"][at]["resource"];
            assert_eq!(metric["name"], *resource);
            assert_eq!(metric["target"], json!({"type": "Utilization", "averageUtilization": share}));
        }
        assert!(spec.get("replicas").is_none(), "the autoscaler's");
        assert_eq!(objects["PodDisruptionBudget/nest"]["spec"]["minAvailable"], available);
    }
}

/// NE1, NE16: every file that the document lists.
#[test]
fn ne1_every_listed_file_is_there() {
    for file in "Chart.yaml values.yaml values-dev.yaml values-staging.yaml values-prod.yaml templates/_helpers.tpl \
                 templates/deployment.yaml templates/service.yaml templates/ingress.yaml templates/configmap.yaml \
                 templates/secret.yaml templates/serviceaccount.yaml templates/servicemonitor.yaml templates/hpa.yaml \
                 templates/networkpolicy.yaml templates/poddisruptionbudget.yaml templates/pvc.yaml \
                 templates/external-secrets-example.yaml ../../../README.md ../../../INSTALL.md \
                 ../../../QUICK_REFERENCE.md ../../../LICENSE.md"
        .split_whitespace()
    {
        assert!(folder().join("k8s/helm/nest").join(file).is_file(), "{file}");
    }
}

/// NE2, NE10: pods, their environment and their rights.
#[test]
fn ne2_pods_are_as_described() {
    let objects = rendered("production");
    let pod = &objects["Deployment/nest"]["spec"]["template"]["spec"];
    let container = &pod["containers"][0];
    assert_eq!(pod["terminationGracePeriodSeconds"], 30);
    assert_eq!(
        (&pod["securityContext"]["runAsUser"], &pod["securityContext"]["runAsNonRoot"]),
        (&json!(1000), &json!(true))
    );
    assert_eq!(pod["automountServiceAccountToken"], false);
    assert!(!objects.keys().any(|key| key.starts_with("Role")), "no rights");
    let security = json!({
        "allowPrivilegeEscalation": false,
        "readOnlyRootFilesystem": true,
        "capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]},
    });
    assert_eq!(container["securityContext"], security);
    let volumes: Vec<&Value> =
        container["volumeMounts"].as_array().unwrap().iter().map(|m| &m["name"]).collect();
    assert_eq!(volumes, ["tmp", "cache"]);
    assert!(container["livenessProbe"].is_object() && container["readinessProbe"].is_object());
    let from = json!([{"configMapRef": {"name": "nest-config"}}, {"secretRef": {"name": "nest-secrets"}}]);
    assert_eq!(container["envFrom"], from);
    let config = objects["ConfigMap/nest-config"]["data"].as_object().unwrap();
    for (key, expected) in [
        ("FLASK_ENV", "production"),
        ("DATABASE_HOST", "postgres.prod.svc.cluster.local"),
        ("CACHE_PORT", "6379"),
        ("CACHE_URL", "redis://redis.prod.svc.cluster.local:6379/0"),
        ("LICENSE_SERVER_URL", "https://license.penguintech.io"),
        ("LICENSE_CACHE_EXPIRY", "86400"), // NE14
        ("METRICS_PATH", "/metrics"),
        ("CORS_ORIGINS", "https://nest.penguintech.io"),
        ("TLS_ENABLED", "true"),
    ] {
        assert_eq!(config[key], expected, "{key}");
    }
    assert!(
        template("nest", "--set config.custom.myKey=myValue").stdout.contains("\n  myKey: \"myValue\"\n")
    );
}

/// NE6, NE7: the way in, and the scrape.
#[test]
fn ne6_outside_and_monitoring() {
    let objects = rendered("production");
    let ingress = &objects["Ingress/nest"];
    let tls = json!([{"secretName": "nest-prod-tls", "hosts": ["nest.penguintech.io"]}]);
    assert_eq!(ingress["spec"]["tls"], tls);
    let annotations = &ingress["metadata"]["annotations"];
    assert_eq!(annotations["cert-manager.io/cluster-issuer"], "letsencrypt-prod");
    assert_eq!(annotations["nginx.ingress.kubernetes.io/force-ssl-redirect"], "true");
    assert_eq!(annotations["nginx.ingress.kubernetes.io/limit-rps"], "50");
    let scrape = &objects["ServiceMonitor/nest"]["spec"]["endpoints"][0];
    assert_eq!((&scrape["path"], &scrape["interval"]), (&json!("/metrics"), &json!("30s")));
    let dashboard = objects["ConfigMap/nest-dashboard"]["data"]["nest.json"].as_str().unwrap();
    let dashboard: Value = serde_json::from_str(dashboard).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    assert!(panels.iter().all(|panel| !panel["targets"].as_array().unwrap().is_empty()));
}

/// NE8: in from the controller and from Prometheus, out to exactly what is configured.
#[test]
fn ne8_policies_follow_the_settings() {
    let objects = rendered("staging");
    let spec = &objects["NetworkPolicy/nest"]["spec"];
    let from: Vec<&str> = spec["ingress"][0]["from"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|peer| peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"].as_str())
        .collect();
    assert_eq!(from, ["ingress-nginx", "monitoring"]);
    let ports = |spec: &Value| -> Vec<u64> {
        let rules = spec["egress"].as_array().unwrap().iter();
        rules.map(|rule| rule["ports"][0]["port"].as_u64().unwrap()).collect()
    };
    assert_eq!(ports(spec), [53, 5432, 6379, 443]);
    let galera = template(
        "nest",
        "--set networkPolicy.enabled=true,database.type=mariadb,config.license.enabled=false,cache.enabled=false",
    );
    assert!(galera.stdout.contains("port: 3306") && !galera.stdout.contains("port: 5432"), "{galera}");
    assert!(!galera.stdout.contains("port: 6379") && !galera.stdout.contains("port: 443"), "{galera}");
}

/// NE4, NE5: servers in the cluster, which only the application reaches.
#[test]
fn ne4_servers_in_the_cluster() {
    let objects = rendered("staging-alone");
    let config = &objects["ConfigMap/nest-config"]["data"];
    assert_eq!(
        (&config["DATABASE_HOST"], &config["CACHE_HOST"]),
        (&json!("nest-postgresql"), &json!("nest-redis"))
    );
    for (server, port) in [("nest-postgresql", 5432), ("nest-redis", 6379)] {
        let policy = &objects[&format!("NetworkPolicy/{server}")]["spec"];
        assert_eq!(policy["ingress"][0]["ports"][0]["port"], port);
        assert_eq!(policy["egress"], json!([]));
        let claim = &objects[&format!("StatefulSet/{server}")]["spec"]["volumeClaimTemplates"][0];
        assert_eq!(claim["metadata"]["name"], "data");
    }
    let valkey = template("nest", "--set cache.useExternal=false,cache.type=valkey");
    assert!(valkey.stdout.contains("image: docker.io/valkey/valkey:8.1-alpine"), "{valkey}");
}

/// NE12: the names.
#[test]
fn ne12_names_follow_the_release() {
    let names = |release: &str| {
        let outcome = template(release, "--show-only templates/deployment.yaml");
        outcome.stdout.lines().find_map(|line| line.strip_prefix("  name: ").map(str::to_owned)).unwrap()
    };
    assert_eq!([names("nest"), names("blue"), names("nestor")], ["nest", "blue-nest", "nestor-nest"]);
    let helpers = std::fs::read_to_string(folder().join("k8s/helm/nest/templates/_helpers.tpl")).unwrap();
    for helper in ["name", "fullname", "chart", "labels", "selectorLabels", "serviceAccountName"] {
        assert!(helpers.contains(&format!("{{{{- define \"nest.{helper}\" -}}}}")), "{helper}");
    }
}

/// NE13: four stores, and a SealedSecret among the values.
#[test]
fn ne13_secrets_from_elsewhere() {
    for (provider, expected) in [
        ("aws", "service: SecretsManager"),
        ("vault", "mountPath: kubernetes"),
        ("azure", "authType: ManagedIdentity"),
        (
            "gcp,externalSecrets.gcp.projectID=p,externalSecrets.gcp.clusterLocation=l,externalSecrets.gcp.clusterName=c",
            "workloadIdentity:",
        ),
    ] {
        let outcome = template(
            "nest",
            &format!("--set externalSecrets.enabled=true,externalSecrets.provider={provider}"),
        );
        assert!(
            outcome.stdout.contains(expected) && outcome.stdout.contains("kind: ExternalSecret"),
            "{outcome}"
        );
        assert!(!outcome.stdout.contains("kind: Secret\n"), "{outcome}");
    }
    let sealed = longshore_testkit::Project::new(
        r#"
        //- sealed-secret.json
        {"apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret", "metadata": {"name": "x"}, "spec": {"encryptedData": {"SECRET_KEY": "AgBy"}}}
        "#,
    )
    .unwrap();
    let file = sealed.file("sealed-secret.json").display().to_string();
    let values = "-f ./k8s/helm/nest/values-prod.yaml";
    let with = template("nest", &format!("{values} -f {file}"));
    assert_eq!(with.stdout, template("nest", values).stdout);
    let taken = template("nest", &format!("{values} -f {file} --set sealedSecrets.enabled=true"));
    assert!(taken.stdout.contains("SECRET_KEY: AgBy") && !taken.stdout.contains("kind: Secret\n"), "{taken}");
}

/// NE15: the document's commands that need no cluster, and NE11.
#[test]
fn ne15_commands_work_as_written() {
    for command in [
        "helm lint ./k8s/helm/nest",
        "helm template nest ./k8s/helm/nest -f ./k8s/helm/nest/values-prod.yaml",
        "helm install nest ./k8s/helm/nest --dry-run=client -f ./k8s/helm/nest/values-prod.yaml",
    ] {
        let outcome = longshore(command);
        assert_eq!(outcome.code, Some(0), "{outcome}");
    }
    assert_eq!(longshore("helm values nest -n nest-prod").code, Some(1));
    let claim = template("nest", "--set app.persistence.enabled=true --set app.persistence.size=50Gi");
    assert!(claim.stdout.contains("storage: 50Gi") && claim.stdout.contains("- ReadWriteOnce"), "{claim}");
}

/// What cannot work is refused, with what was expected.
#[test]
fn what_cannot_work_is_refused() {
    let prod = "-f ./k8s/helm/nest/values-prod.yaml --set";
    for (arguments, expected) in [
        (format!("{prod} ingress.tls=null"), "expected tls: [{secretName: ..., hosts: [...]}]"),
        (format!("{prod} podDisruptionBudget.minAvailable=3"), "there may be as few as 3 pods"),
        (
            format!("{prod} app.persistence.enabled=true,app.persistence.accessModes={{ReadWriteOnce}}"),
            "ReadWriteMany",
        ),
        (
            "--set database.useExternal=false,database.type=mysql".to_owned(),
            "in the cluster there is PostgreSQL only",
        ),
        ("--set sealedSecrets.enabled=true".to_owned(), "sealedSecrets.encryptedData is empty"),
        ("--set secrets.existingSecret=a,externalSecrets.enabled=true".to_owned(), "expected one of them"),
        ("--set app.replicas=3".to_owned(), "additional properties 'replicas' not allowed"),
    ] {
        let outcome = template("nest", &arguments);
        assert_eq!(outcome.code, Some(1), "{outcome}");
        assert!(outcome.stderr.contains(expected), "{outcome}");
    }
}
