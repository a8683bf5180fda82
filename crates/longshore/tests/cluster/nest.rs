//! Nest on a real control plane: deployed, unchanged, updated, rolled back and removed (NE1, NE3, NE4, NE15).

use std::path::Path;

use serde_json::Value;

use crate::Stage;

fn file() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../platforms/nest/longshore.yaml").display().to_string()
}

async fn secret(stage: &Stage) -> Value {
    stage.live("api/v1", "secrets", "nest-secrets").await.unwrap()["data"].clone()
}

/// NE3: what was drawn once stays; NE4, NE5: servers in the cluster, whose data outlives the release.
#[tokio::test(flavor = "multi_thread")]
async fn ne3_passwords_and_data_stay() {
    let (stage, file) = (Stage::new("nest-alone", "").await, file());
    let before = stage.everything().await;
    let done = stage.ok(&format!("deploy -e staging-alone -f {file}"));
    // The budget counts on the autoscaler, and the pod of `helm test` comes later.
    for warning in ["wiring/no-eviction", "wiring/no-pods"] {
        assert!(!done.stderr.contains(warning), "{done}");
    }
    let drawn = secret(&stage).await;
    for key in ["DATABASE_PASSWORD", "CACHE_PASSWORD", "SECRET_KEY", "JWT_SECRET_KEY"] {
        assert!(drawn[key].as_str().unwrap().len() > 40, "{key}");
    }
    let again = stage.ok(&format!("deploy -e staging-alone -f {file}"));
    assert!(again.stdout.contains("nothing has changed"), "{again}");
    stage.ok(&format!("plan --detailed-exitcode -e staging-alone -f {file}"));

    stage.ok(&format!("set image nest nest=penguintech/nest:v1.0.1 -e staging-alone -f {file}"));
    assert_eq!(secret(&stage).await, drawn);
    stage.ok(&format!("rollback nest -e staging-alone -f {file}"));
    let deployment = stage.live("apis/apps/v1", "deployments", "nest").await.unwrap();
    assert_eq!(deployment["spec"]["template"]["spec"]["containers"][0]["image"], "penguintech/nest:v1.0.0");
    assert_eq!(secret(&stage).await, drawn);

    let gone = stage.ok(&format!("destroy --yes -e staging-alone -f {file}"));
    let claims = ["data-nest-postgresql-0", "data-nest-redis-0"];
    for claim in claims {
        assert!(gone.stdout.contains(claim), "{gone}");
    }
    let mut left = before.clone();
    left.extend(claims.iter().map(|claim| format!("persistentvolumeclaims/{claim}")));
    assert_eq!(stage.everything().await, left);
    stage.ok(&format!("deploy -e staging-alone -f {file}"));
    stage.ok(&format!("destroy --yes --delete-data -e staging-alone -f {file}"));
    assert_eq!(stage.everything().await, before);
}

/// NE1, NE15: development; and production on a cluster that lacks the kind of its scrape is refused whole.
#[tokio::test(flavor = "multi_thread")]
async fn ne15_development_and_a_missing_definition() {
    let (stage, file) = (Stage::new("nest", "").await, file());
    let before = stage.everything().await;
    let refused = stage.longshore(&format!("deploy -e production -f {file}"));
    assert_eq!(refused.code, Some(1), "{refused}");
    assert!(refused.stderr.contains("has no kind `ServiceMonitor`"), "{refused}");
    assert_eq!(stage.everything().await, before);

    stage.ok(&format!("deploy -f {file}"));
    let deployment = stage.live("apis/apps/v1", "deployments", "nest").await.unwrap();
    assert_eq!(deployment["status"]["readyReplicas"], 1);
    stage.ok(&format!("destroy --yes -f {file}"));
    assert_eq!(stage.everything().await, before);
}
