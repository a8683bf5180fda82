//! Every play of a simulated pod shows what the documentation of the stages says.

use std::time::Duration;

use longshore_testkit::{TestCluster, TestNamespace, eventually};

use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{ContainerStatus, Event, PersistentVolumeClaim, Pod, Service};
use kube::Api;
use kube::api::{DeleteParams, ListParams, PostParams};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_mins(1);

/// Something that can be created from its text.
trait Created: Clone + std::fmt::Debug + serde::de::DeserializeOwned + serde::Serialize {}
impl<T: Clone + std::fmt::Debug + serde::de::DeserializeOwned + serde::Serialize> Created for T {}

async fn create<K>(namespace: &TestNamespace, object: Value) -> Api<K>
where
    K: kube::Resource<Scope = k8s_openapi::NamespaceResourceScope, DynamicType = ()> + Created,
{
    let api: Api<K> = Api::default_namespaced(namespace.client().await.unwrap());
    api.create(&PostParams::default(), &serde_json::from_value(object).unwrap()).await.unwrap();
    api
}

/// Waits until an object satisfies a condition, and returns it.
async fn until<K>(api: &Api<K>, name: &str, condition: impl Fn(&K) -> bool) -> K
where
    K: kube::Resource + Created,
{
    eventually(name, PATIENCE, async || Ok(Some(api.get(name).await?).filter(&condition))).await.unwrap()
}

fn pod(name: &str, play: &str, spec: &Value) -> Value {
    json!({"metadata": {"name": name, "annotations": {"longshore.dev/kwok": play}}, "spec": spec})
}

fn container(pod: &Pod, name: &str) -> ContainerStatus {
    let status = pod.status.as_ref().unwrap();
    let mains = status.container_statuses.iter().flatten();
    let inits = status.init_container_statuses.iter().flatten();
    mains.chain(inits).find(|container| container.name == name).unwrap().clone()
}

fn waits(pod: &Pod, name: &str, reason: &str) -> bool {
    let statuses = pod.status.as_ref().and_then(|status| status.container_statuses.as_ref());
    if statuses.is_none() {
        return false;
    }
    let state = container(pod, name).state.unwrap_or_default();
    state.waiting.is_some_and(|waiting| waiting.reason.as_deref() == Some(reason))
}

fn phase(pod: &Pod) -> &str {
    pod.status.as_ref().and_then(|status| status.phase.as_deref()).unwrap_or_default()
}

fn condition(pod: &Pod, kind: &str) -> (String, String) {
    let conditions = pod.status.as_ref().and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    let condition = conditions.iter().find(|condition| condition.type_ == kind);
    let condition = condition.map(|condition| (condition.status.clone(), condition.reason.clone()));
    condition.map(|(status, reason)| (status, reason.unwrap_or_default())).unwrap_or_default()
}

fn one_container() -> Value {
    json!({"containers": [{"name": "main", "image": "example/main:1"}]})
}

#[tokio::test]
async fn a_deployment_becomes_ready_with_all_its_containers() {
    let namespace = TestCluster::get().await.unwrap().namespace("deployment").await.unwrap();
    let deployments = create::<Deployment>(
        &namespace,
        json!({
            "metadata": {"name": "web"},
            "spec": {
                "replicas": 3,
                "selector": {"matchLabels": {"app": "web"}},
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "initContainers": [
                            {"name": "migrate", "image": "example/migrate:1"},
                            {"name": "proxy", "image": "example/proxy:1", "restartPolicy": "Always"},
                        ],
                        "containers": [{"name": "web", "image": "example/web:1"}, {"name": "log", "image": "example/log:1"}],
                    },
                },
            },
        }),
    )
    .await;
    until(&deployments, "web", |web: &Deployment| {
        web.status.as_ref().is_some_and(|status| status.available_replicas == Some(3))
    })
    .await;

    let pods: Api<Pod> = Api::default_namespaced(namespace.client().await.unwrap());
    let pod = pods.list(&ListParams::default()).await.unwrap().items.remove(0);
    assert_eq!(phase(&pod), "Running");
    assert!(pod.status.as_ref().unwrap().pod_ip.is_some());
    for name in ["web", "log", "proxy"] {
        let container = container(&pod, name);
        assert!(container.ready && container.state.unwrap().running.is_some(), "{name}");
    }
    let migrate = container(&pod, "migrate");
    assert_eq!(migrate.state.unwrap().terminated.unwrap().exit_code, 0);

    // A deleted pod goes, and another takes its place.
    let name = pod.metadata.name.unwrap();
    pods.delete(&name, &DeleteParams::default()).await.unwrap();
    eventually("the end of the pod", PATIENCE, async || {
        Ok(pods.get_opt(&name).await?.is_none().then_some(()))
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn an_image_tag_chooses_the_play_too() {
    let namespace = TestCluster::get().await.unwrap().namespace("tag").await.unwrap();
    let spec = json!({"containers": [
        {"name": "good", "image": "example/good:1"},
        {"name": "bad", "image": "example.com:5000/bad:kwok-image-pull"},
    ]});
    let pods = create::<Pod>(&namespace, json!({"metadata": {"name": "tagged"}, "spec": spec})).await;
    let pod = until(&pods, "tagged", |pod| waits(pod, "bad", "ImagePullBackOff")).await;
    assert_eq!(phase(&pod), "Pending");
    assert!(container(&pod, "good").ready);
    let message = container(&pod, "bad").state.unwrap().waiting.unwrap().message.unwrap();
    assert!(message.contains("example.com:5000/bad:kwok-image-pull"), "{message}");
}

#[tokio::test]
async fn a_pod_is_never_ready() {
    let namespace = TestCluster::get().await.unwrap().namespace("never").await.unwrap();
    let pods = create::<Pod>(&namespace, pod("never", "never-ready", &one_container())).await;
    let pod = until(&pods, "never", |pod| phase(pod) == "Running").await;
    let main = container(&pod, "main");
    assert!(!main.ready && main.started == Some(true));
    assert_eq!(condition(&pod, "Ready"), ("False".into(), "ContainersNotReady".into()));
    assert_eq!(condition(&pod, "Initialized").0, "True");
}

#[tokio::test]
async fn a_pod_becomes_ready_late_or_after_one_restart() {
    let namespace = TestCluster::get().await.unwrap().namespace("late").await.unwrap();
    for (play, restarts) in [("late-ready", 0), ("restart-once", 1)] {
        let pods = create::<Pod>(&namespace, pod(play, play, &one_container())).await;
        let pod = until(&pods, play, |pod| condition(pod, "Ready").0 == "True").await;
        assert_eq!(container(&pod, "main").restart_count, restarts, "{play}");
    }
}

#[tokio::test]
async fn a_pod_crashes_again_and_again() {
    let namespace = TestCluster::get().await.unwrap().namespace("crash").await.unwrap();
    let pods = create::<Pod>(&namespace, pod("crash", "crash-loop", &one_container())).await;
    let pod = until(&pods, "crash", |pod| {
        waits(pod, "main", "CrashLoopBackOff") && container(pod, "main").restart_count >= 4
    })
    .await;
    assert_eq!(phase(&pod), "Running");
    let ended = container(&pod, "main").last_state.unwrap().terminated.unwrap();
    assert_eq!((ended.exit_code, ended.reason.as_deref()), (1, Some("Error")));

    // The kubelet that is not there says so too.
    let events: Api<Event> = Api::default_namespaced(namespace.client().await.unwrap());
    eventually("the event", PATIENCE, async || {
        let events = events.list(&ListParams::default()).await?.items;
        let back_off = |event: &Event| {
            event.reason.as_deref() == Some("BackOff")
                && event.involved_object.name.as_deref() == Some("crash")
                && event
                    .message
                    .iter()
                    .any(|text| text.starts_with("Back-off restarting failed container main in pod crash_"))
                && event.count >= Some(2)
        };
        Ok(events.iter().any(back_off).then_some(()))
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn an_init_container_crashes_and_nothing_behind_it_begins() {
    let namespace = TestCluster::get().await.unwrap().namespace("init").await.unwrap();
    let mut object = pod(
        "init",
        "crash-loop",
        &json!({
            "initContainers": [{"name": "first", "image": "example/first:1"}, {"name": "second", "image": "example/second:1"}],
            "containers": [{"name": "main", "image": "example/main:1"}],
        }),
    );
    object["metadata"]["annotations"]["longshore.dev/kwok-container"] = json!("second");
    object["metadata"]["annotations"]["longshore.dev/kwok-exit-code"] = json!("42");
    let pods = create::<Pod>(&namespace, object).await;
    let pod = until(&pods, "init", |pod| {
        waits(pod, "main", "PodInitializing") && waits(pod, "second", "CrashLoopBackOff")
    })
    .await;
    assert_eq!(phase(&pod), "Pending");
    assert_eq!(condition(&pod, "Initialized"), ("False".into(), "ContainersNotInitialized".into()));
    assert!(container(&pod, "first").state.unwrap().terminated.is_some());
    assert_eq!(container(&pod, "second").last_state.unwrap().terminated.unwrap().exit_code, 42);
}

#[tokio::test]
async fn a_pod_is_killed_for_its_memory() {
    let namespace = TestCluster::get().await.unwrap().namespace("oom").await.unwrap();
    let pods = create::<Pod>(&namespace, pod("oom", "oom", &one_container())).await;
    let pod = until(&pods, "oom", |pod| waits(pod, "main", "CrashLoopBackOff")).await;
    let ended = container(&pod, "main").last_state.unwrap().terminated.unwrap();
    assert_eq!((ended.exit_code, ended.reason.as_deref()), (137, Some("OOMKilled")));
}

#[tokio::test]
async fn containers_that_cannot_be_created_say_why() {
    let namespace = TestCluster::get().await.unwrap().namespace("stuck").await.unwrap();
    for (play, reason) in
        [("invalid-image", "InvalidImageName"), ("config-error", "CreateContainerConfigError")]
    {
        let pods = create::<Pod>(&namespace, pod(play, play, &one_container())).await;
        until(&pods, play, |pod| waits(pod, "main", reason) && phase(pod) == "Pending").await;
    }
    let pods = create::<Pod>(&namespace, pod("hang", "hang", &one_container())).await;
    until(&pods, "hang", |pod| waits(pod, "main", "ContainerCreating")).await;
}

#[tokio::test]
async fn jobs_succeed_and_fail() {
    let namespace = TestCluster::get().await.unwrap().namespace("jobs").await.unwrap();
    let job = |name: &str, play: &str| {
        json!({"metadata": {"name": name}, "spec": {"backoffLimit": 0, "template": {
            "metadata": {"annotations": {"longshore.dev/kwok": play}},
            "spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "example/main:1"}]},
        }}})
    };
    let ended = |job: &Job, kind: &str| {
        let conditions =
            job.status.as_ref().and_then(|status| status.conditions.as_deref()).unwrap_or_default();
        conditions.iter().any(|condition| condition.type_ == kind && condition.status == "True")
    };
    let jobs = create::<Job>(&namespace, job("good", "ready")).await;
    create::<Job>(&namespace, job("bad", "fail")).await;
    until(&jobs, "good", |job| ended(job, "Complete")).await;
    until(&jobs, "bad", |job| ended(job, "Failed")).await;
}

#[tokio::test]
async fn volume_claims_bind_and_services_get_addresses() {
    let namespace = TestCluster::get().await.unwrap().namespace("volumes").await.unwrap();
    let sets = create::<StatefulSet>(
        &namespace,
        json!({"metadata": {"name": "db"}, "spec": {
            "serviceName": "db",
            "selector": {"matchLabels": {"app": "db"}},
            "template": {"metadata": {"labels": {"app": "db"}}, "spec": one_container()},
            "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {
                "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}},
            }}],
        }}),
    )
    .await;
    until(&sets, "db", |set| set.status.as_ref().is_some_and(|status| status.ready_replicas == Some(1)))
        .await;
    let claims: Api<PersistentVolumeClaim> = Api::default_namespaced(namespace.client().await.unwrap());
    let claim = claims.get("data-db-0").await.unwrap();
    assert_eq!(claim.status.unwrap().phase.as_deref(), Some("Bound"));

    let services = create::<Service>(
        &namespace,
        json!({"metadata": {"name": "web"}, "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]}}),
    )
    .await;
    until(&services, "web", |service: &Service| {
        let status = service.status.as_ref().and_then(|status| status.load_balancer.as_ref());
        status.and_then(|balancer| balancer.ingress.as_ref()).is_some_and(|ingress| ingress[0].ip.is_some())
    })
    .await;
}
