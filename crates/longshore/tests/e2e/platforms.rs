//! What the tests of whole platforms have in common.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use k8s_openapi::api::core::v1::{Namespace, Pod};
use kube::Api;
use kube::api::{ListParams, Patch, PatchParams};
use longshore_testkit::image::Image;
use longshore_testkit::tools::workspace_root;
use longshore_testkit::{Project, STAND_IN_VARIABLE};
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

use crate::Stage;

/// All servers of a platform start at once, and others use the machine.
pub(crate) const PATIENCE: Duration = Duration::from_mins(5);

static ONE: Mutex<()> = Mutex::const_new(());

/// The node has two processors, of which each platform asks for more than one: to be held to the test's end.
pub(crate) async fn one_at_a_time() -> MutexGuard<'static, ()> {
    ONE.lock().await
}

/// Where `cargo xtask e2e` has put the stand-in, a static program.
pub(crate) fn stand_in() -> PathBuf {
    std::env::var_os(STAND_IN_VARIABLE).expect("`cargo xtask e2e` says where the stand-in lies").into()
}

/// A stage whose project is a copy of a platform, with the platform's images on the node.
pub(crate) async fn stage(
    name: &str,
    platform: &str,
    images: fn(&Path) -> anyhow::Result<Vec<Image>>,
) -> Stage {
    let stage = Stage::new(name, "").await;
    let images = tokio::task::spawn_blocking(move || images(&stand_in())).await.unwrap().unwrap();
    for image in &images {
        stage.cluster.import(image).await.unwrap();
    }
    copy(&workspace_root().join("platforms").join(platform), &stage.project);
    stage
}

/// Copies a folder of text files into a project.
pub(crate) fn copy(from: &Path, project: &Project) {
    let mut open = vec![from.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(from).unwrap().to_str().unwrap().to_owned();
                project.write(&name, &std::fs::read_to_string(&path).unwrap()).unwrap();
            }
        }
    }
}

impl Stage {
    /// Lets the API server refuse pods here that do not meet the restricted standard.
    pub(crate) async fn restrict(&self) {
        let namespaces: Api<Namespace> = Api::all(self.namespace.client().await.unwrap());
        let labels = json!({"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}});
        let patch = Patch::Merge(&labels);
        namespaces.patch(self.namespace.name(), &PatchParams::default(), &patch).await.unwrap();
    }

    /// What a Service (`name:port`) answers, through the API server; an error unless it is a success.
    pub(crate) async fn through(
        &self,
        method: &str,
        service: &str,
        path: &str,
        body: &str,
    ) -> anyhow::Result<String> {
        let path = format!("/api/v1/namespaces/{}/services/{service}/proxy{path}", self.namespace.name());
        let request = http::Request::builder().method(method).uri(path).body(body.as_bytes().to_vec())?;
        Ok(self.namespace.client().await?.request_text(request).await?)
    }

    /// What the stand-in behind a Service says of a server that it depends on, asked anew: where, and as whom it is there.
    pub(crate) async fn connection(&self, service: &str, server: &str) -> anyhow::Result<String> {
        let all: Value = serde_json::from_str(&self.through("GET", service, "/dependencies?now", "").await?)?;
        let all = all["dependencies"].as_array().or(all.as_array()).cloned().unwrap_or_default();
        let found = all.iter().find(|status| status["name"] == server);
        anyhow::ensure!(found.is_some_and(|status| status["up"] == true), "{server}: {all:?}");
        Ok(found.and_then(|status| status["detail"].as_str()).unwrap_or_default().to_owned())
    }

    /// The pods that are there.
    pub(crate) async fn pods(&self) -> Api<Pod> {
        Api::default_namespaced(self.namespace.client().await.unwrap())
    }

    /// Kinds and names of what a platform is made of and is still there.
    pub(crate) async fn everything(&self) -> BTreeSet<String> {
        let client = self.namespace.client().await.unwrap();
        let mut found = BTreeSet::new();
        for (group, plural) in [
            ("api/v1", "configmaps"),
            ("api/v1", "secrets"),
            ("api/v1", "services"),
            ("api/v1", "serviceaccounts"),
            ("api/v1", "persistentvolumeclaims"),
            ("api/v1", "pods"),
            ("apis/apps/v1", "deployments"),
            ("apis/apps/v1", "statefulsets"),
            ("apis/networking.k8s.io/v1", "ingresses"),
            ("apis/networking.k8s.io/v1", "networkpolicies"),
            ("apis/policy/v1", "poddisruptionbudgets"),
            ("apis/autoscaling/v2", "horizontalpodautoscalers"),
        ] {
            let path = format!("/{group}/namespaces/{}/{plural}", self.namespace.name());
            let list: Value =
                client.request(http::Request::get(path).body(Vec::new()).unwrap()).await.unwrap();
            for item in list["items"].as_array().unwrap() {
                let name = item["metadata"]["name"].as_str().unwrap();
                if name != "kube-root-ca.crt" && (plural, name) != ("serviceaccounts", "default") {
                    found.insert(format!("{plural}/{name}"));
                }
            }
        }
        found
    }

    /// How many pods of each Deployment and StatefulSet are ready and up to date, of how many that are wanted.
    pub(crate) async fn readiness(&self) -> Vec<(String, u64, u64)> {
        let client = self.namespace.client().await.unwrap();
        let mut found = Vec::new();
        for plural in ["deployments", "statefulsets"] {
            let path = format!("/apis/apps/v1/namespaces/{}/{plural}", self.namespace.name());
            let list: Value =
                client.request(http::Request::get(path).body(Vec::new()).unwrap()).await.unwrap();
            for item in list["items"].as_array().unwrap() {
                let name = item["metadata"]["name"].as_str().unwrap().to_owned();
                let ready = item["status"]["readyReplicas"].as_u64().unwrap_or(0);
                found.push((name, ready, item["spec"]["replicas"].as_u64().unwrap_or(1)));
            }
        }
        found
    }
}

/// The identities of pods with a label, those that are going included.
pub(crate) async fn ids(pods: &Api<Pod>, label: &str) -> anyhow::Result<BTreeSet<String>> {
    let list = pods.list(&ListParams::default().labels(label)).await?;
    Ok(list.items.into_iter().filter_map(|pod| pod.metadata.uid).collect())
}
