//! The charts of the platforms print the same bytes by real Helm, at both levels, as by ours (NE1, NE15, KB1 to KB6, BC10, AL15,
//! NC1), what is refused included. Secrets are given: drawn ones differ each time.

use longshore_testkit::Program;
use longshore_testkit::tools::{Tool, workspace_root};

const NEST: &str = "--set database.externalConnection.password=a,cache.externalConnection.password=b \
                    --set secrets.secretKey=c,secrets.jwtSecretKey=d";
const KUBENTLY: &str = "--set redis.password=a,api.apiKey=b,tls.internal.certificate=c,tls.internal.key=d";
const B2CONNECT: &str = "-n b2connect --set secrets.given.postgres-password=a,secrets.given.jwt-secret=b \
                         --set secrets.given.postgres-superuser-password=c,secrets.given.postgres-replication-password=d \
                         --set secrets.given.redis-password=e,secrets.given.rabbitmq-password=f \
                         --set secrets.given.rabbitmq-erlang-cookie=g,secrets.given.elasticsearch-password=h \
                         --set secrets.given.elasticsearch-admin-password=i,secrets.given.elasticsearch-log-password=j \
                         --set secrets.given.kibana-password=k \
                         --set secrets.given.kibana-encryption-key=llllllllllllllllllllllllllllllll \
                         --set elasticsearch.transport.ca=a,elasticsearch.transport.certificate=b \
                         --set elasticsearch.transport.key=c";

const ACCESS_LAYER: &str = "--set postgres.auth.password=a,grafana.auth.password=b";

/// A platform, the path of its chart, what is given always, and with what it is tried.
const CASES: &[(&str, &str, &str, &[&str])] = &[
    (
        "nest",
        "k8s/helm/nest",
        NEST,
        &[
            "",
            "-f k8s/helm/nest/values-dev.yaml -n nest-dev",
            "-f k8s/helm/nest/values-staging.yaml --kube-version 1.24.0",
            "-f k8s/helm/nest/values-prod.yaml",
            "-f k8s/helm/nest/values-prod.yaml --set database.useExternal=false,cache.useExternal=false",
            "--set cache.useExternal=false,cache.type=valkey,cache.externalConnection.tls=true,cache.inCluster.tlsSecret=x",
            "--set externalSecrets.enabled=true,externalSecrets.provider=vault",
            "--set sealedSecrets.enabled=true,sealedSecrets.encryptedData.SECRET_KEY=AgBy",
            "--set database.type=mariadb,networkPolicy.enabled=true,app.persistence.enabled=true",
            "-f k8s/helm/nest/values-prod.yaml --set ingress.tls=null",
            "--set app.replicas=2",
        ],
    ),
    (
        "kubently",
        "deployment/helm/kubently",
        KUBENTLY,
        &[
            "-f internal-tls-values.yaml --set executor.token=t",
            "-f public-tls-values.yaml --set executor.token=t --kube-version 1.24.0",
            "-f api-cluster-values.yaml",
            "-f executor-cluster-values.yaml",
            "-f hybrid-api-values.yaml --set executor.token=t",
            "-f remote-executor-values.yaml",
            "-f region-us-east-values.yaml",
            "-f internal-load-balancer-values.yaml --set executor.token=t",
            "-f istio-values.yaml --set executor.token=t",
            "-f private-ca-values.yaml --set executor.token=t,networkPolicy.enabled=true",
            "-f environments/production-api.yaml --set api.tokens.b=u",
            "-f region-executor-values.yaml",
        ],
    ),
    (
        "b2connect",
        "helm",
        B2CONNECT,
        &[
            "",
            "-f helm/values-dev.yaml --kube-version 1.24.0",
            "-f helm/values-staging.yaml --kube-version 1.30.0",
            "-f helm/values-prod.yaml",
            "-f helm/values-data-bitnami.yaml",
            "--set global.mesh.provider=istio",
            "--set global.mesh.provider=linkerd,loadBalancers.internal.enabled=true",
            "--set secrets.external.provider=vault,secrets.external.vault.server=https://v",
            "--set secrets.external.provider=azure",
            "--set global.environment=prod",
        ],
    ),
    ("b2connect", "cluster", "", &["", "--set storageClasses.cloud=gcp"]),
    ("b2connect", "namespaces", "-n b2connect", &[""]),
    ("b2connect", "third-party", "", &[""]),
    (
        "nowconnect",
        "helm/nowconnect",
        "-n nowconnect",
        &[
            "-f helm/nowconnect/values-document.yaml",
            "-f helm/nowconnect/values-dev.yaml",
            "-f helm/nowconnect/values-staging.yaml --kube-version 1.24.0",
            "-f helm/nowconnect/values-prod.yaml",
            "--set ingress.className=nginx,mesh.mode=hub",
            "--set mesh.mode=hub,traefikDynamic.create=true,networkPolicy.enabled=true",
            "--set gateway.enabled=true",
            "--set mesh.host=api.example.com",
        ],
    ),
    (
        "access-layer",
        "helm/254carbon-access-layer",
        ACCESS_LAYER,
        &[
            "",
            "-f helm/254carbon-access-layer/values-dev.yaml --kube-version 1.19.0",
            "-f helm/254carbon-access-layer/values-dev.yaml",
            "-f helm/254carbon-access-layer/values-staging.yaml --kube-version 1.24.0",
            "-f helm/254carbon-access-layer/values-prod.yaml -n 254carbon-access",
            "--set autoscaling.enabled=true,verticalPodAutoscaler.enabled=true,networkPolicy.enabled=true",
            "--set openshift.enabled=true --set gateway.autoscaling.enabled=true,gateway.autoscaling.minReplicas=20",
        ],
    ),
];

/// NE15, BC10, NC1, KB1 to KB6, AL15.
#[test]
fn platforms_print_the_same_by_real_helm() {
    for (tool, level) in [("helm4", "4.3"), ("helm3", "3.22")] {
        let real = match Tool::named(tool).unwrap().built() {
            Ok(real) => real,
            Err(reason) => {
                eprintln!("SKIPPED {tool}: {reason:#}");
                continue;
            }
        };
        for (platform, chart, given, cases) in CASES {
            let folder = workspace_root().join("platforms").join(platform);
            for case in *cases {
                let arguments = format!("template {platform} {chart} {given} {case}");
                let run = |program: Program| {
                    program
                        .args(arguments.split_whitespace())
                        .env("KUBECONFIG", "none")
                        .folder(&folder)
                        .run()
                        .unwrap()
                };
                let theirs = run(Program::new(&real).unwrap());
                let ours = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap().args(["helm"]);
                let ours = run(ours.env("LONGSHORE_HELM_COMPAT", level));
                assert_eq!(theirs.stdout, ours.stdout, "{tool} {arguments}");
                assert_eq!((theirs.code, theirs.stderr), (ours.code, ours.stderr), "{tool} {arguments}");
            }
        }
    }
}

/// A platform, the path of its chart, and the values that it comes with.
const LINTED: &[(&str, &str, &[&str])] = &[
    (
        "nest",
        "k8s/helm/nest",
        &[
            "k8s/helm/nest/values-dev.yaml",
            "k8s/helm/nest/values-staging.yaml",
            "k8s/helm/nest/values-prod.yaml",
        ],
    ),
    (
        "b2connect",
        "helm",
        &[
            "helm/values-dev.yaml",
            "helm/values-staging.yaml",
            "helm/values-prod.yaml",
            "helm/values-data-bitnami.yaml",
        ],
    ),
    ("b2connect", "cluster", &[]),
    ("b2connect", "namespaces", &[]),
    (
        "nowconnect",
        "helm/nowconnect",
        &[
            "helm/nowconnect/values-document.yaml",
            "helm/nowconnect/values-dev.yaml",
            "helm/nowconnect/values-staging.yaml",
            "helm/nowconnect/values-prod.yaml",
        ],
    ),
    (
        "kubently",
        "deployment/helm/kubently",
        &[
            "internal-tls-values.yaml",
            "public-tls-values.yaml",
            "api-cluster-values.yaml",
            "executor-cluster-values.yaml",
            "hybrid-api-values.yaml",
            "remote-executor-values.yaml",
            "region-us-east-values.yaml",
            "region-eu-west-values.yaml",
            "internal-load-balancer-values.yaml",
            "istio-values.yaml",
            "private-ca-values.yaml",
            "environments/production-api.yaml",
            "environments/staging-api.yaml",
        ],
    ),
    (
        "access-layer",
        "helm/254carbon-access-layer",
        &[
            "helm/254carbon-access-layer/values-dev.yaml",
            "helm/254carbon-access-layer/values-staging.yaml",
            "helm/254carbon-access-layer/values-prod.yaml",
        ],
    ),
];

/// What the documents' readers run first (NC1, BC10), by ours, and by the real ones in the same words.
#[test]
fn helm_lint_has_nothing_to_say() {
    for (tool, level) in [("helm4", "4.3"), ("helm3", "3.22")] {
        let real = Tool::named(tool).unwrap().built();
        if let Err(reason) = &real {
            eprintln!("SKIPPED {tool}: {reason:#}");
        }
        for (platform, chart, files) in LINTED {
            let folder = workspace_root().join("platforms").join(platform);
            let files = files.iter().map(|file| vec!["-f", *file]);
            for file in std::iter::once(Vec::new()).chain(files) {
                let run = |program: Program| {
                    let program = program.args(["lint", "--strict", chart]).args(&file);
                    let outcome = program.env("KUBECONFIG", "none").folder(&folder).run().unwrap();
                    assert_eq!(outcome.code, Some(0), "{tool} {platform} {file:?}\n{outcome}");
                    outcome
                };
                let ours = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap().args(["helm"]);
                let ours = run(ours.env("LONGSHORE_HELM_COMPAT", level));
                if let Ok(real) = &real {
                    assert_eq!(run(Program::new(real).unwrap()).stdout, ours.stdout, "{platform} {file:?}");
                }
            }
        }
    }
}

/// NC3: the overlays, the base and the component by real Kustomize and by ours.
#[test]
fn overlays_print_the_same_by_real_kustomize() {
    let real = match Tool::named("kustomize").unwrap().built() {
        Ok(real) => real,
        Err(reason) => return eprintln!("SKIPPED kustomize: {reason:#}"),
    };
    let folder = workspace_root().join("platforms/nowconnect/kustomize");
    for build in ["base", "traefik", "overlays/dev", "overlays/staging", "overlays/production"] {
        let run = |program: Program| program.args(["build", build]).folder(&folder).run().unwrap();
        let theirs = run(Program::new(&real).unwrap());
        let ours = run(Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap().args(["kustomize"]));
        assert_eq!((theirs.code, &*theirs.stderr), (Some(0), ""), "{build}\n{theirs}");
        assert_eq!(
            (ours.code, ours.stderr, ours.stdout),
            (theirs.code, theirs.stderr, theirs.stdout),
            "{build}"
        );
    }
}
