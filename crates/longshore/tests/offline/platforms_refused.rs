//! Bad input for each of the five platforms, as far as no cluster is needed: it is told what is wrong, and nothing is begun.

use longshore_testkit::tools::workspace_root;
use longshore_testkit::{Outcome, Program};

fn longshore(platform: &str, arguments: &str) -> Outcome {
    Program::new(env!("CARGO_BIN_EXE_longshore"))
        .unwrap()
        .args(arguments.split_whitespace())
        .env("KUBECONFIG", "none")
        .folder(workspace_root().join("platforms").join(platform))
        .run()
        .unwrap()
}

/// Values that lack something, and what is said of it.
type Lacking = (&'static str, &'static str);

/// Each platform with the path of its chart and what it cannot do without.
const REQUIRED: &[(&str, &str, &[Lacking])] = &[
    (
        "nest",
        "k8s/helm/nest",
        &[
            ("app.image.repository=null", "at '/app/image': missing property 'repository'"),
            ("-f k8s/helm/nest/values-prod.yaml --set ingress.tls=null", "expected tls:"),
            ("sealedSecrets.enabled=true", "sealedSecrets.encryptedData is empty"),
        ],
    ),
    (
        "b2connect",
        "helm",
        &[
            ("global.environment=null", "at '/global': missing property 'environment'"),
            ("secrets.external.provider=vault", "secrets.external.vault.server is needed"),
        ],
    ),
    (
        "nowconnect",
        "helm/nowconnect",
        &[
            ("image.repository=null", "at '/image': missing property 'repository'"),
            ("gateway.enabled=true,gateway.host=null", "at '/gateway': missing property 'host'"),
            ("ingress.hosts[0].paths[0].pathType=Prefix", "missing property 'host'"),
        ],
    ),
    (
        "access-layer",
        "helm/254carbon-access-layer",
        &[
            ("image.registry=null", "at '/image': missing property 'registry'"),
            ("gateway.port=null", "at '/gateway': missing property 'port'"),
            ("postgres.auth.username=null", "at '/postgres/auth': missing property 'username'"),
            ("config.redisUrl=null", "at '/config': missing property 'redisUrl'"),
        ],
    ),
    (
        "kubently",
        "deployment/helm/kubently",
        &[
            ("api.image.repository=null", "at '/api/image': missing property 'repository'"),
            ("tls.mode=external", "tls.external.domain is empty"),
            ("redis.enabled=false", "redis.external.host is needed"),
            // A token that is absent.
            ("executor.apiUrl=https://a.example.com,executor.clusterId=eu", "executor.token is empty"),
        ],
    ),
];

#[test]
fn a_value_that_is_missing_is_named() {
    for (platform, chart, cases) in REQUIRED {
        for (values, told) in *cases {
            let set = if values.starts_with("-f ") { "" } else { "--set " };
            let outcome = longshore(platform, &format!("helm template {platform} {chart} {set}{values}"));
            assert_eq!(outcome.code, Some(1), "{platform} {values}\n{outcome}");
            assert!(outcome.stderr.contains(told), "{platform} {values}\n{outcome}");
            assert_eq!(outcome.stdout, "", "{platform} {values}");
        }
    }
}

#[test]
fn an_environment_that_is_none_is_told_with_those_that_are() {
    for (platform, ..) in REQUIRED {
        for command in ["render", "check", "plan", "deploy --yes", "status", "destroy --yes"] {
            let outcome = longshore(platform, &format!("{command} -e moon"));
            assert_eq!(outcome.code, Some(1), "{platform} {command}\n{outcome}");
            // What `check` finds is its result.
            let told = if command == "check" { &outcome.stdout } else { &outcome.stderr };
            assert!(told.contains("there is no environment `moon` in the project"), "{outcome}");
            assert!(told.contains("`dev`, `staging`, `production`"), "{outcome}");
        }
    }
}

/// KB3, KB9: tokens of executors come from the environment, and no deploy begins without them.
#[test]
fn a_token_that_is_absent_is_told_by_its_variable() {
    for (environment, variable) in
        [("production", "KUBENTLY_TOKEN_B"), ("staging", "KUBENTLY_STAGING_TOKEN_B")]
    {
        let cluster = if environment == "production" { "b" } else { "staging-b" };
        let outcome = longshore("kubently", &format!("render -e {environment} --cluster {cluster}"));
        assert_eq!((outcome.code, &*outcome.stdout), (Some(1), ""), "{outcome}");
        assert!(outcome.stderr.contains(&format!("the variable `{variable}` is not set")), "{outcome}");
    }
}
