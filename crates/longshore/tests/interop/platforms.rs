//! The charts of the platforms print the same bytes by real Helm, at both levels, as by ours (NE1, NE15, KB1 to KB6, BC10,
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
];

/// NE15, BC10, NC1, KB1 to KB6.
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

/// What the documents' readers run first (NC1, BC10).
#[test]
fn helm_lint_has_nothing_to_say() {
    for tool in ["helm4", "helm3"] {
        let real = match Tool::named(tool).unwrap().built() {
            Ok(real) => real,
            Err(reason) => {
                eprintln!("SKIPPED {tool}: {reason:#}");
                continue;
            }
        };
        for (chart, files) in [
            ("b2connect/helm", &["dev", "staging", "prod", "data-bitnami"][..]),
            ("b2connect/cluster", &[]),
            ("b2connect/namespaces", &[]),
            ("nowconnect/helm/nowconnect", &["document", "dev", "staging", "prod"]),
        ] {
            let folder = workspace_root().join("platforms").join(chart);
            let files = files.iter().map(|file| vec!["-f".to_owned(), format!("values-{file}.yaml")]);
            for file in std::iter::once(Vec::new()).chain(files) {
                let program = Program::new(&real).unwrap().args(["lint", "--strict", "."]);
                let outcome = program.args(file).folder(&folder).run().unwrap();
                assert_eq!(outcome.code, Some(0), "{tool} {chart}\n{outcome}");
            }
        }
    }
}
