//! CronJobs: a schedule or a time zone that the server refuses is told at its line, and `status` tells how the last run
//! ended.

use std::time::Duration;

use longshore_testkit::eventually;
use serde_json::{Value, json};

use crate::Stage;

fn tick(schedule: &str, more: &str) -> String {
    format!(
        "
        //- longshore.yaml
        apiVersion: longshore.dev/v1alpha1
        kind: Project
        name: shop
        environments: {{dev: {{}}}}
        defaultEnvironment: dev
        releases: {{web: {{manifests: web.yaml}}}}
        //- web.yaml
        apiVersion: batch/v1
        kind: CronJob
        metadata: {{name: tick}}
        spec:
          schedule: \"{schedule}\"{more}
          jobTemplate:
            spec:
              backoffLimit: 0
              template:
                metadata: {{annotations: {{longshore.dev/kwok: fail, longshore.dev/kwok-exit-code: '4'}}}}
                spec: {{restartPolicy: Never, containers: [{{name: main, image: x}}]}}
        "
    )
}

/// BC18: the line of the field, what is wrong with it, and what may stand there.
#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_that_is_none_is_explained_at_its_line() {
    for (name, schedule, more, place, what, hint) in [
        (
            "cronrange",
            "61 * * * *",
            "",
            "web.yaml:5:",
            "the minute is `61`",
            "minute (0 to 59), hour (0 to 23)",
        ),
        ("cronlow", "0 0 0 * *", "", "web.yaml:5:", "the day of the month is `0`", "goes from 1 to 31"),
        ("cronsix", "0 0 * * * *", "", "web.yaml:5:", "it has 6 fields", "there is none for seconds"),
        ("cronword", "@nightly", "", "web.yaml:5:", "`@nightly` is no schedule", "@daily"),
        (
            "cronzone",
            "0 3 * * *",
            "\n          timeZone: Mars/Base",
            "web.yaml:6:",
            "the server knows no time zone `Mars/Base`",
            "Europe/Berlin",
        ),
    ] {
        let stage = Stage::new(name, &tick(schedule, more)).await;
        let refused = stage.longshore("deploy");
        assert_eq!(refused.code, Some(1), "{refused}");
        for words in ["error[cluster/invalid]", place, what, hint, "nothing was changed"] {
            assert!(refused.stderr.contains(words), "{words:?} is not in\n{refused}");
        }
        assert!(stage.everything().await.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn status_tells_that_a_cron_job_is_suspended_and_what_its_last_job_failed_of() {
    let more = "\n          suspend: true\n          timeZone: Europe/Berlin";
    let stage = Stage::new("cronlast", &tick("0 3 * * *", more)).await;
    stage.ok("deploy");
    let status = stage.ok("status");
    assert!(status.stdout.contains("0 3 * * * (Europe/Berlin)"), "{status}");
    assert!(status.stdout.contains("suspended, none that has ended"), "{status}");

    // As `kubectl create job --from` does, or its controller at three o'clock.
    let cron_job = stage.live("apis/batch/v1", "cronjobs", "tick").await.unwrap();
    let owner = json!([{"apiVersion": "batch/v1", "kind": "CronJob", "name": "tick", "uid": cron_job["metadata"]["uid"], "controller": true}]);
    let job = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "tick-1", "ownerReferences": owner},
        "spec": cron_job["spec"]["jobTemplate"]["spec"]});
    stage.make("apis/batch/v1/namespaces/{ns}/jobs", &job).await;
    eventually("the Job failed", Duration::from_mins(1), async || {
        let job = stage.live("apis/batch/v1", "jobs", "tick-1").await.unwrap();
        let mut conditions = job["status"]["conditions"].as_array().into_iter().flatten();
        Ok(conditions.any(|told| told["type"] == "Failed" && told["status"] == "True").then_some(()))
    })
    .await
    .unwrap();
    let status = stage.ok("status");
    assert!(status.stdout.contains("suspended, tick-1 failed "), "{status}");
    assert!(status.stdout.contains(": container main ended: exit code 4"), "{status}");
    let told: Value = stage.json("status");
    let told = &told["releases"][0]["cronJobs"][0];
    assert_eq!(told["lastJob"]["succeeded"], json!(false), "{told}");
    assert_eq!(told["lastJob"]["message"], json!("container main ended: exit code 4"), "{told}");
    assert_eq!((&told["cronJob"], &told["suspended"]), (&json!("tick"), &json!(true)), "{told}");
}
