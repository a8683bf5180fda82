//! The charts of the platforms print the same bytes by real Helm, at both levels, as by ours (NE1, NE15, KB1 to KB6), what
//! is refused included. Secrets are given: drawn ones differ each time.

use longshore_testkit::Program;
use longshore_testkit::tools::{Tool, workspace_root};

const NEST: &str = "--set database.externalConnection.password=a,cache.externalConnection.password=b \
                    --set secrets.secretKey=c,secrets.jwtSecretKey=d";
const KUBENTLY: &str = "--set redis.password=a,api.apiKey=b,tls.internal.certificate=c,tls.internal.key=d";

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
];

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
