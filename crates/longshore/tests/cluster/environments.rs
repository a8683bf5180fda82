//! Environments of the platforms, the whole life of each ([`Life`]), on a control plane that has what they need of
//! others: definitions of kinds, classes of storage. The definitions are the tests' own: any content is theirs.

mod kubently;

use longshore_testkit::tools::workspace_root;
use longshore_testkit::{Project, TestCluster};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::Stage;
use crate::access_layer::copy;
use crate::whole_life::Life;

/// What production has and the cluster of all tests has not: tests there are refused for it.
static EQUIPPED: OnceCell<TestCluster> = OnceCell::const_new();

/// Group, version, plural and kind.
const DEFINED: [(&str, &str, &str, &str); 3] = [
    ("monitoring.coreos.com", "v1", "servicemonitors", "ServiceMonitor"),
    ("networking.istio.io", "v1", "gateways", "Gateway"),
    ("networking.istio.io", "v1", "virtualservices", "VirtualService"),
];

async fn equipped() -> &'static TestCluster {
    EQUIPPED
        .get_or_init(async || {
            let cluster = TestCluster::start("equipped").await.unwrap();
            let client = cluster.client().await.unwrap();
            let post = async |path: &str, body: Value| {
                let request = http::Request::post(path).header("content-type", "application/json");
                let request = request.body(body.to_string().into_bytes()).unwrap();
                client.request::<Value>(request).await.unwrap()
            };
            for (group, version, plural, kind) in DEFINED {
                let name = format!("{plural}.{group}");
                let schema = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
                let definition = json!({
                    "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                    "metadata": {"name": name},
                    "spec": {
                        "group": group, "scope": "Namespaced",
                        "names": {"plural": plural, "singular": kind.to_lowercase(), "kind": kind, "listKind": format!("{kind}List")},
                        "versions": [{"name": version, "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}}],
                    },
                });
                post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition).await;
                served(&client, group, version, plural).await;
            }
            post("/api/v1/namespaces", json!({"metadata": {"name": "istio-system"}})).await;
            for class in ["fast-ssd", "regional"] {
                let class = json!({"metadata": {"name": class}, "provisioner": "kubernetes.io/host-path"});
                post("/apis/storage.k8s.io/v1/storageclasses", class).await;
            }
            cluster
        })
        .await
}

/// Waits until a kind is listed by discovery, from which everybody learns of it.
async fn served(client: &kube::Client, group: &str, version: &str, plural: &str) {
    longshore_testkit::eventually(plural, std::time::Duration::from_mins(2), async || {
        let request = http::Request::get(format!("/apis/{group}/{version}")).body(Vec::new())?;
        let list: Value = client.request(request).await?;
        let found = list["resources"].as_array().unwrap().iter().any(|resource| resource["name"] == plural);
        Ok(found.then_some(()))
    })
    .await
    .unwrap();
}

/// A namespace, and a copy of a platform of which no pod's word is waited for.
async fn stage(platform: &str, name: &str) -> Stage {
    let stage = Stage::on(equipped().await, name, "").await;
    copy(&workspace_root().join("platforms").join(platform), &stage.project);
    settled(&stage.project);
    stage
}

/// Pods that KWOK plays are taken at their word.
fn settled(project: &Project) {
    let text = project.read("longshore.yaml").unwrap();
    project.write("longshore.yaml", &format!("{text}\nwait: {{grace: {{settle: 0s}}}}\n")).unwrap();
}

/// NE1, NE9: all three environments as they are, autoscaler, budget and scrape included.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ne1_ne9_nest_lives_in_every_environment() {
    let live = async |environment: &str, tag: &str| {
        let stage = stage("nest", &format!("nest-{environment}")).await;
        let file = format!("k8s/helm/nest/values-{}.yaml", environment.replace("production", "prod"));
        let how = format!("-e {environment}");
        let mut life = Life::of(&stage, &how, (&file, tag, "tag: v1.0.1")).await;
        life.updated = &["deployments/nest"];
        let first = life.comes().await;
        let monitor = first.get(&format!("servicemonitors.{}/nest", stage.namespace.name()));
        let interval = monitor.map(|monitor| &monitor["spec"]["endpoints"][0]["interval"]);
        assert_eq!(interval, (environment != "dev").then_some(&json!("30s")), "{environment}");
        life.changes(&first).await;
        life.goes().await;
    };
    live("dev", "tag: latest").await;
    live("staging", "tag: v1.0.0").await;
    live("production", "tag: v1.0.0").await;
}

/// BC3, BC9, BC15: staging and production with all that they scrape, spread, restrict and ship.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bc3_b2connect_lives_in_staging_and_production() {
    let live = async |environment: &str| {
        let stage = stage("b2connect", &format!("b2c-{environment}")).await;
        let how = format!("-e {environment}");
        let update = ("helm/values.yaml", "tag: \"\"  # the chart's appVersion when empty", "tag: v1.0.1");
        let mut life = Life::of(&stage, &how, update).await;
        // Its namespace is there before the platform.
        life.run = Box::new(|command| {
            let adopt =
                if command.starts_with("deploy") || command.starts_with("plan") { "--adopt" } else { "" };
            stage.longshore(&format!("{command} {how} {adopt}"))
        });
        let shipper = format!("{}-logging", stage.namespace.name());
        life.namespaces.push(shipper.clone());
        life.updated = &[
            "deployments/admin-portal",
            "deployments/api-gateway",
            "deployments/catalog",
            "deployments/identity",
            "deployments/orders",
            "deployments/storefront",
        ];
        (life.opens, life.data) = (&["db-secrets"], true);
        life.whole().await;
        let request =
            http::Request::delete(format!("/api/v1/namespaces/{shipper}")).body(Vec::new()).unwrap();
        let _: Result<Value, _> = life.client.request(request).await;
    };
    live("staging").await;
    live("production").await;
}

/// NC1, NC3: every environment by overlay and by chart.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nc1_nc3_nowconnect_lives_in_every_environment_by_both_methods() {
    for (environment, values, tag) in
        [("dev", "dev", "main"), ("staging", "staging", "v1.1.0-rc.1"), ("production", "prod", "v1.0.0")]
    {
        let overlay = format!("kustomize/overlays/{environment}/kustomization.yaml");
        let values = format!("helm/nowconnect/values-{values}.yaml");
        for (method, file, key) in [("kustomize", &overlay, "newTag"), ("helm", &values, "tag")] {
            let stage = stage("nowconnect", &format!("now-{environment}")).await;
            let how = format!("-e {environment} --method {method}");
            let (from, to) = (format!("{key}: {tag}"), format!("{key}: v9.9.9"));
            let mut life = Life::of(&stage, &how, (file, &from, &to)).await;
            life.run = Box::new(|command| match command.split_once(' ').map_or(command, |words| words.0) {
                "destroy" | "rollback" => stage.longshore(&format!("{command} -e {environment}")),
                _ => stage.longshore(&format!("{command} {how}")),
            });
            life.updated = &["deployments/nowconnect"];
            life.whole().await;
        }
    }
}

/// AL1, AL10: development and production, each by one method. Staging by both is `access_layer`'s.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn al10_the_access_layer_lives_in_development_and_production() {
    for (environment, method) in [("dev", "helm"), ("production", "manifests")] {
        let stage = stage("access-layer", &format!("al-{environment}")).await;
        let plain = format!("k8s/{environment}/services.yaml");
        let update = match method {
            "helm" => (
                "helm/254carbon-access-layer/values.yaml",
                "# <image.registry>/gateway when empty\n    tag: \"\"",
                "\n    tag: v1.0.1",
            ),
            _ => (plain.as_str(), "254carbon/gateway:v1.0.0", "254carbon/gateway:v1.0.1"),
        };
        let how = format!("-e {environment} --method {method}");
        let mut life = Life::of(&stage, &how, update).await;
        life.run = Box::new(|command| match command.split_once(' ').map_or(command, |words| words.0) {
            "destroy" | "rollback" => stage.longshore(&format!("{command} -e {environment}")),
            _ => stage.longshore(&format!("{command} {how}")),
        });
        (life.updated, life.data) = (&["deployments/gateway-deployment"], true);
        life.whole().await;
    }
}
