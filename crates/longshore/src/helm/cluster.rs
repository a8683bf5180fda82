//! The cluster that `helm template` asks when it is told to: for what it is, what it has, and whether the objects could
//! be installed.
//!
//! Everything here waits for the network on a runtime of its own, which only these flags start.

mod objects;

use std::future::Future;

use anyhow::{anyhow, bail};
use longshore_chart::{Capabilities, KubeVersion, Level};
use longshore_cluster::{
    Cluster, ClusterOptions, Environment, Error, Impersonation, KubeconfigError, LookupError, Selector,
};
use longshore_go::strconv;
use longshore_object::Gvk;
use longshore_platform::World;
use longshore_release::helm::Resource;
use tokio::runtime::{Builder, Runtime};

use super::locate::{line, quoted};
use super::{Settings, say};
use crate::cobra::Matches;
pub(super) use objects::{Install, check};

/// Where a cluster is looked for that nothing names.
pub(super) const NOWHERE: &str = "http://localhost:8080";

/// What a cluster is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// For its version and kinds, and whether the objects can be installed.
    pub(super) validates: bool,
    /// By `lookup`.
    pub(super) looks_up: bool,
}

impl Asked {
    /// What `--dry-run` and `--validate` say.
    ///
    /// # Errors
    /// The value is none, in Helm's words.
    pub(super) fn of(settings: &Settings, matches: &Matches) -> anyhow::Result<Self> {
        let value = matches.text("dry-run");
        let validates = matches.is_on("validate");
        if settings.level.rules().major == 3 {
            return match value {
                "server" | "none" | "false" => Ok(Self { validates, looks_up: true }),
                "client" | "unset" | "true" | "" => Ok(Self { validates, looks_up: false }),
                _ => bail!(
                    "Invalid dry-run flag. Flag must one of the following: false, true, none, client, server"
                ),
            };
        }
        let invalid = |allowed| anyhow!("invalid dry-run value ({}). Must be {allowed}", quoted(value));
        match value {
            "client" => {}
            "unset" => {
                settings.log("WARN", "--dry-run is deprecated and should be replaced with '--dry-run=client'");
            }
            "server" => return Ok(Self { validates: true, looks_up: true }),
            _ => match strconv::parse_bool(value.as_bytes()) {
                Err(_) if value != "none" => return Err(invalid("\"none\", \"server\", or \"client\"")),
                Ok(true) => settings.log("WARN", &format!(
                    "boolean '--dry-run={value}' flag is deprecated and must be replaced with '--dry-run=client'"
                )),
                _ => return Err(invalid("\"server\" or \"client\"")),
            },
        }
        Ok(Self { validates, looks_up: validates })
    }
}

/// A cluster, and what is needed to wait for its answers.
#[derive(Debug)]
pub(super) struct Live {
    cluster: Cluster,
    runtime: Runtime,
}

impl Live {
    /// The cluster that flags and kubeconfig name. Unless it is only for look-ups, it must answer.
    ///
    /// # Errors
    /// It cannot be chosen or does not answer, in Helm's words.
    pub(super) fn connect(settings: &Settings, matches: &Matches, asked: Asked) -> anyhow::Result<Self> {
        let runtime = runtime()?;
        let connected = runtime.block_on(choose(matches)).and_then(|cluster| {
            if asked.validates {
                let version = runtime.block_on(cluster.fetch_version());
                version.map_err(|error| error.as_client_go("/version"))?;
            }
            Ok(cluster)
        });
        let is_old = settings.level.rules().major == 3;
        let cluster = connected.map_err(|problem| {
            if !asked.validates {
                let hint =
                    if settings.debug { "" } else { "\n\nUse --debug flag to render out invalid YAML" };
                return anyhow!("{problem}{hint}");
            }
            if is_old {
                return anyhow!("Kubernetes cluster unreachable: {problem}");
            }
            let problem =
                format!("cluster reachability check failed: kubernetes cluster unreachable: {problem}");
            settings.log("ERROR", &problem);
            anyhow!(problem)
        })?;
        Ok(Self { cluster, runtime })
    }

    /// The cluster that flags and kubeconfig name, which must answer.
    ///
    /// # Errors
    /// It cannot be chosen or does not answer, in Helm's words.
    pub(super) fn reach(settings: &Settings, matches: &Matches) -> anyhow::Result<Self> {
        Self::reach_on(runtime()?, settings, matches)
    }

    /// The same on a runtime that something else waits on, too.
    ///
    /// # Errors
    /// As [`Live::reach`].
    pub(super) fn reach_on(runtime: Runtime, settings: &Settings, matches: &Matches) -> anyhow::Result<Self> {
        let cluster = runtime.block_on(async {
            let cluster = choose(matches).await?;
            cluster.fetch_version().await.map_err(|error| error.as_client_go("/version"))?;
            Ok(cluster)
        });
        let name = if settings.level.rules().major == 3 { "Kubernetes" } else { "kubernetes" };
        let cluster = cluster.map_err(|problem: String| anyhow!("{name} cluster unreachable: {problem}"))?;
        Ok(Self { cluster, runtime })
    }

    /// The names of the namespaces of the cluster that flags and kubeconfig name.
    ///
    /// # Errors
    /// It cannot be chosen or does not tell.
    pub(super) fn namespaces(matches: &Matches) -> anyhow::Result<Vec<String>> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let cluster = choose(matches).await.map_err(|problem| anyhow!(problem))?;
            let all = cluster.list_metadata(&Gvk::new("v1", "Namespace"), None, &Selector::default()).await?;
            let names = all.items.iter().filter_map(|item| item["metadata"]["name"].as_str());
            Ok(names.map(str::to_owned).collect())
        })
    }

    /// The cluster itself.
    pub(super) fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// Waits for an answer.
    pub(super) fn wait<T>(&self, answer: impl Future<Output = T>) -> T {
        self.runtime.block_on(answer)
    }

    /// The objects of a manifest as the cluster knows their kinds.
    ///
    /// # Errors
    /// What is no object, or of a kind that the cluster does not have, in Helm's words.
    pub(super) fn build(&self, manifest: &str, namespace: &str) -> anyhow::Result<Vec<Resource>> {
        objects::build(self, manifest, namespace)
    }

    /// What charts are told of it.
    ///
    /// # Errors
    /// It does not say what kinds it has.
    pub(super) fn capabilities(&self) -> anyhow::Result<Capabilities> {
        let version = self.cluster.version();
        let discovery = self.runtime.block_on(self.cluster.discovery());
        let discovery = discovery.map_err(|error| {
            anyhow!("could not get apiVersions from Kubernetes: {}", error.as_client_go("/api?timeout=32s"))
        })?;
        Ok(Capabilities {
            kube_version: KubeVersion::of_server(&version.git_version, &version.major, &version.minor),
            api_versions: discovery.api_versions(),
        })
    }

    /// A world in which `lookup` asks it.
    pub(super) fn world(&self, level: Level) -> World {
        World {
            cluster: Some((self.cluster.clone(), self.runtime.handle().clone())),
            told: Some(Box::new(move |error| tell(error, level))),
            ..World::default()
        }
    }
}

/// What waits for a cluster's answers.
pub(super) fn runtime() -> std::io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(1).enable_all().build()
}

async fn choose(matches: &Matches) -> Result<Cluster, String> {
    let text = |flag: &str| Some(matches.text(flag).to_owned()).filter(|text| !text.is_empty());
    // What the variable says is a list of files, of which none need be there.
    let file = text("kubeconfig").filter(|file| std::env::var("KUBECONFIG").ok().as_ref() != Some(file));
    let (user, groups) = (text("kube-as-user"), matches.all("kube-as-group"));
    if user.is_none() && !groups.is_empty() {
        return Err(String::from(
            "invalid configuration: requesting uid, groups or user-extra without impersonating a user",
        ));
    }
    let options = ClusterOptions {
        kubeconfig: file.map(Into::into),
        context: text("kube-context"),
        server: text("kube-apiserver"),
        token: text("kube-token").map(Into::into),
        certificate_authority: text("kube-ca-file").map(Into::into),
        tls_server_name: text("kube-tls-server-name"),
        insecure_skip_tls_verify: matches.is_on("kube-insecure-skip-tls-verify"),
        impersonate: user.map(|user| Impersonation { user, groups: groups.to_vec(), uid: None }),
        environment: Environment::from_process(),
        ..ClusterOptions::default()
    };
    let chosen = Cluster::choose(options.clone()).await;
    let is_nowhere = |error: &KubeconfigError| match error {
        KubeconfigError::Missing { .. } => options.kubeconfig.is_none(),
        KubeconfigError::NoContext { .. } => true,
        _ => false,
    };
    let chosen = match chosen {
        Err(Error::Kubeconfig(error)) if options.context.is_none() && is_nowhere(&error) => {
            Cluster::choose(ClusterOptions { server: Some(NOWHERE.to_owned()), ..options }).await
        }
        chosen => chosen,
    };
    chosen.map_err(|error| error.as_client_go("/version"))
}

/// Says what Helm logs about a look-up that found out nothing.
fn tell(error: &LookupError, level: Level) {
    let LookupError::Kinds { group_version, kind, message } = error else { return };
    if level.rules().major == 3 {
        say(&format!(
            "lookup_func.go:130: [ERROR] unable to retrieve resource list for: {group_version} , error: {message}"
        ));
        say(&format!(
            "lookup_func.go:104: [ERROR] unable to get apiresource from unstructured: {kind} , error {message}"
        ));
        return;
    }
    let log = |text: &str, name: &str, value: &str| {
        say(&line("level=ERROR msg=", &quoted(text), &[(name, value), ("error", message)]));
    };
    log("unable to retrieve resource list", "GroupVersion", group_version);
    log("unable to get apiresource", "groupVersionKind", kind);
}
