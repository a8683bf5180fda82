//! A namespace for one test.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{DeleteParams, PostParams};
use kube::{Api, Client};
use serde_json::json;
use tempfile::TempDir;

use crate::cluster::{client, kubeconfig_for_namespace, namespace_equipped};
use crate::eventually::eventually;

/// The variable that keeps the namespaces of tests, to look at what a failed one left.
pub const KEEP_VARIABLE: &str = "LONGSHORE_TEST_KEEP";

/// A namespace that nobody else uses. Dropping it deletes it, without waiting for it to be gone.
#[derive(Debug)]
pub struct TestNamespace {
    name: String,
    folder: TempDir,
}

impl TestNamespace {
    pub(crate) async fn create(kubeconfig: &Path, name: &str) -> Result<Self> {
        let client = client(kubeconfig).await?;
        let wanted: Namespace = serde_json::from_value(json!({
            "metadata": {"generateName": format!("{name}-"), "labels": {"longshore.dev/test": name}},
        }))
        .context("the namespace's text is not one")?;
        let created = Api::all(client.clone())
            .create(&PostParams::default(), &wanted)
            .await
            .with_context(|| format!("cannot make a namespace for {name}"))?;
        let name = created.metadata.name.context("what was created has a name")?;
        let folder = tempfile::tempdir().context("no place for a kubeconfig")?;
        kubeconfig_for_namespace(kubeconfig, &folder.path().join("kubeconfig"), &name)?;
        // From here on it is deleted, whatever happens.
        let namespace = Self { name, folder };
        eventually("the namespace's service account", Duration::from_mins(1), async || {
            Ok(namespace_equipped(&client, &namespace.name).await?.then_some(()))
        })
        .await?;
        Ok(namespace)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A kubeconfig of the administrator whose current namespace is this one.
    pub fn kubeconfig(&self) -> PathBuf {
        self.folder.path().join("kubeconfig")
    }

    /// A client whose default namespace is this one. It belongs to the runtime that it is made in.
    pub async fn client(&self) -> Result<Client> {
        client(&self.kubeconfig()).await
    }
}

impl Drop for TestNamespace {
    fn drop(&mut self) {
        if std::env::var_os(KEEP_VARIABLE).is_some_and(|value| !value.is_empty()) {
            return;
        }
        let (kubeconfig, name) = (self.kubeconfig(), self.name.clone());
        // The test's runtime may be ending, and this is not async, so the request gets a thread and a runtime of its
        // own. If it fails, the cluster's end is not far.
        let deleting = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let namespaces: Api<Namespace> = Api::all(client(&kubeconfig).await?);
                let how = DeleteParams::background();
                tokio::time::timeout(Duration::from_secs(10), namespaces.delete(&name, &how)).await??;
                anyhow::Ok(())
            })
        });
        let _ = deleting.join();
    }
}
