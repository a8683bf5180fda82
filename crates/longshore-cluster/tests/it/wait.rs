//! Waiting for real controllers and simulated pods.

use std::time::Duration;

use anyhow::Result;
use longshore_cluster::{
    ApplyOptions, Cluster, Progress, WaitError, WaitFailure, WaitOptions, WaitTarget, WaitVerdict,
};
use longshore_object::readiness::Grace;
use longshore_object::readiness::pod::Cause;
use serde_json::{Value as Json, json};

use crate::{config_map, deployment, namespace, object};

/// Applies objects and makes targets of them.
async fn applied(cluster: &Cluster, objects: &[Json]) -> Result<Vec<WaitTarget>> {
    let mut targets = Vec::new();
    for json in objects {
        let object = object(json.clone());
        let applied = cluster.apply(&object, &ApplyOptions::new("test")).await?;
        targets.push(WaitTarget::of(&object, applied.key));
    }
    Ok(targets)
}

/// Pods that KWOK plays have no probes, and need not prove themselves.
fn at_their_word() -> Grace {
    Grace { settle: Duration::ZERO, ..Grace::default() }
}

fn short() -> WaitOptions {
    let second = Duration::from_secs(1);
    let grace = Grace { restarts: 2, unschedulable: second, pull: second, other: second, ..at_their_word() };
    WaitOptions { timeout: Duration::from_secs(40), grace, ..WaitOptions::default() }
}

/// Waits for what must fail.
async fn failing(cluster: &Cluster, objects: &[Json], options: WaitOptions) -> Result<WaitFailure> {
    let targets = applied(cluster, objects).await?;
    match cluster.wait(targets, &options, |_| {}).await {
        Err(WaitError::Failed(failure)) => Ok(*failure),
        other => panic!("it must fail: {other:?}"),
    }
}

#[tokio::test]
async fn workloads_become_ready_and_say_how_far_they_are() -> Result<()> {
    let (_namespace, cluster) = namespace("wait").await?;
    let job = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "migrate"},
        "spec": {"template": {"spec": {"restartPolicy": "Never",
            "containers": [{"name": "main", "image": "x"}]}}}});
    let mut set = deployment("db", 2, "ready");
    set["kind"] = json!("StatefulSet");
    set["spec"]["serviceName"] = json!("db");
    let objects = [deployment("web", 3, "ready"), set, job, config_map("settings", &json!({}))];
    let targets = applied(&cluster, &objects).await?;
    let mut told = Vec::new();
    let options = WaitOptions { grace: at_their_word(), ..WaitOptions::default() };
    let waited = cluster.wait(targets.clone(), &options, |progress| told.push(progress)).await?;
    assert_eq!(waited.objects, 4);
    let web: Vec<_> = told
        .iter()
        .filter_map(|progress| match progress {
            Progress::Waiting { key, reason } if key.name == "web" => Some(reason.as_str()),
            _ => None,
        })
        .collect();
    assert!(web.iter().any(|reason| reason.contains("of 3 pods")), "{told:?}");
    assert!(matches!(told.last(), Some(Progress::Ready { ready: 4, total: 4, .. })), "{told:?}");
    // Nothing to wait for any more.
    let before = cluster.requests();
    cluster.wait(targets, &options, |_| {}).await?;
    assert!(cluster.requests() - before <= 6, "a list and a watch per kind");
    Ok(())
}

#[tokio::test]
async fn a_crash_loop_is_traced_to_its_container() -> Result<()> {
    let (namespace, cluster) = namespace("crash").await?;
    let mut json = deployment("web", 2, "crash-loop");
    let annotations = &mut json["spec"]["template"]["metadata"]["annotations"];
    annotations["longshore.dev/kwok-run"] = json!("50ms");
    annotations["longshore.dev/kwok-backoff"] = json!("50ms");
    annotations["longshore.dev/kwok-exit-code"] = json!("3");
    let failure = failing(&cluster, &[json, deployment("fine", 1, "ready")], short()).await?;
    assert_eq!(failure.verdict, WaitVerdict::Failed);
    let root = failure.root().expect("something is wrong");
    let pod = root.pod.as_ref().expect("it is a pod's fault");
    assert_eq!((pod.cause, pod.container.as_deref()), (Cause::CrashLoop, Some("main")));
    assert!(pod.restarts >= 2 && pod.pod.starts_with("web-"), "{pod:?}");
    let told = failure.diagnostic();
    assert!(told.message.starts_with("Deployment/web: container main keeps crashing"), "{told}");
    assert!(told.message.contains("exit code 3"), "{told}");
    assert!(told.hint.as_ref().is_some_and(|h| h.contains(namespace.name()) && h.contains("--previous")));
    assert!(failure.elapsed < Duration::from_secs(40));
    Ok(())
}

#[tokio::test]
async fn each_way_to_fail_has_its_cause() -> Result<()> {
    let (_namespace, cluster) = namespace("causes").await?;
    let mut init = deployment("init", 1, "crash-loop");
    init["spec"]["template"]["metadata"]["annotations"]["longshore.dev/kwok-container"] = json!("prepare");
    init["spec"]["template"]["spec"]["initContainers"] = json!([{"name": "prepare", "image": "x"}]);
    let mut huge = deployment("huge", 1, "ready");
    huge["spec"]["template"]["spec"]["containers"][0]["resources"] = json!({"requests": {"cpu": "9999"}});
    for (json, cause, container) in [
        (deployment("pull", 1, "image-pull"), Cause::ImagePull, Some("main")),
        (deployment("name", 1, "invalid-image"), Cause::ImageName, Some("main")),
        (deployment("config", 1, "config-error"), Cause::Config, Some("main")),
        (deployment("oom", 1, "oom"), Cause::OutOfMemory, Some("main")),
        (init, Cause::CrashLoop, Some("prepare")),
        (huge, Cause::Unschedulable, None),
    ] {
        let failure =
            failing(&cluster, &[json], WaitOptions { timeout: Duration::from_secs(90), ..short() }).await?;
        let pod = failure.root().and_then(|root| root.pod.as_ref()).expect("a pod's fault");
        assert_eq!((pod.cause, pod.container.as_deref()), (cause, container), "{failure:?}");
        assert_eq!(failure.verdict, WaitVerdict::Failed, "{failure:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_failed_job_is_traced_to_its_pod() -> Result<()> {
    let (_namespace, cluster) = namespace("job").await?;
    let json = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "migrate"},
        "spec": {"backoffLimit": 0, "template": {
            "metadata": {"annotations": {"longshore.dev/kwok": "fail", "longshore.dev/kwok-exit-code": "7"}},
            "spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "x"}]}}}});
    let failure = failing(&cluster, &[json], short()).await?;
    let root = failure.root().expect("something is wrong");
    let pod = root.pod.as_ref().expect("its pod failed");
    assert_eq!(pod.cause, Cause::Ended);
    assert!(pod.message.contains("exit code 7"), "{root:?}");
    Ok(())
}

#[tokio::test]
async fn a_quota_that_refuses_pods_is_found_for_every_kind_of_workload() -> Result<()> {
    let (_namespace, cluster) = namespace("podquota").await?;
    let quota = json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "none"},
        "spec": {"hard": {"pods": "0"}}});
    applied(&cluster, &[quota]).await?;
    let mut set = deployment("db", 1, "ready");
    set["kind"] = json!("StatefulSet");
    set["spec"]["serviceName"] = json!("db");
    for json in [deployment("web", 1, "ready"), set] {
        let failure = failing(&cluster, &[json], short()).await?;
        assert_eq!(failure.verdict, WaitVerdict::Failed);
        let reason = &failure.root().expect("something is wrong").reason;
        assert!(reason.contains("ResourceQuota/none is full"), "{reason}");
    }
    Ok(())
}

#[tokio::test]
async fn at_the_deadline_it_says_what_is_missing() -> Result<()> {
    let (_namespace, cluster) = namespace("deadline").await?;
    let objects = [deployment("slow", 2, "never-ready"), deployment("fine", 1, "ready")];
    let options = WaitOptions { timeout: Duration::from_secs(4), ..short() };
    let failure = failing(&cluster, &objects, options).await?;
    assert_eq!((failure.ready, failure.total), (1, 2), "{failure:?}");
    let told = failure.to_string();
    let start = "1 of 2 ready after 4 s: Deployment/slow: container main runs and does not become ready: ";
    assert!(told.starts_with(start), "{told}");
    assert!(told.contains("Readiness probe failed"), "{told}");
    Ok(())
}

#[tokio::test]
async fn a_rollout_is_not_blamed_on_old_pods() -> Result<()> {
    let (_namespace, cluster) = namespace("rollout").await?;
    let mut broken = deployment("web", 1, "crash-loop");
    let annotations = &mut broken["spec"]["template"]["metadata"]["annotations"];
    annotations["longshore.dev/kwok-run"] = json!("50ms");
    annotations["longshore.dev/kwok-backoff"] = json!("50ms");
    failing(&cluster, &[broken], short()).await?;
    // The old pod keeps crashing until the new one is ready.
    let mut good = deployment("web", 1, "ready");
    good["spec"]["template"]["metadata"]["annotations"]["longshore.dev/kwok-delay"] = json!("2s");
    let targets = applied(&cluster, &[good]).await?;
    cluster.wait(targets, &short(), |_| {}).await?;
    Ok(())
}
