//! A kind that the cluster has no definition of, for each of the five platforms: it is told with who brings it, and nothing is
//! begun, neither in what comes before.

use longshore_testkit::tools::workspace_root;

use crate::Stage;
use crate::access_layer::copy;

/// A platform, the environment, a file with what is asked for there, and the kind.
type Lacking = (&'static str, &'static str, Option<(&'static str, &'static str)>, &'static str);

const LACKING: &[Lacking] = &[
    ("nest", "-e staging", None, "ServiceMonitor"),
    ("b2connect", "-e production --adopt", None, "ServiceMonitor"),
    (
        "nowconnect",
        "-e production --method helm",
        Some(("helm/nowconnect/values-prod.yaml", "gateway: {enabled: true}")),
        "Gateway",
    ),
    (
        "access-layer",
        "-e staging --method helm",
        Some(("helm/254carbon-access-layer/values-staging.yaml", "verticalPodAutoscaler: {enabled: true}")),
        "VerticalPodAutoscaler",
    ),
    (
        "kubently",
        "-e dev",
        Some(("internal-tls-values.yaml", "serviceMonitor: {enabled: true}")),
        "ServiceMonitor",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_without_a_definition_is_told_and_nothing_is_begun() {
    for (platform, how, asked, kind) in LACKING {
        let stage = Stage::new("lacking", "").await;
        copy(&workspace_root().join("platforms").join(platform), &stage.project);
        if let Some((file, more)) = asked {
            let text = stage.project.read(file).unwrap();
            stage.project.write(file, &format!("{text}\n{more}\n")).unwrap();
        }
        let refused = stage.longshore(&format!("deploy --yes {how}"));
        assert_eq!(refused.code, Some(1), "{platform}\n{refused}");
        let told = refused.stderr.contains(&format!("no kind `{kind}`"));
        assert!(told && refused.stderr.contains("nothing was changed"), "{platform}\n{refused}");
        assert!(stage.everything().await.is_empty(), "{platform}");
    }
}
