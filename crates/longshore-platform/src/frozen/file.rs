//! The file of a frozen plan: JSON, with a head that says what it is for.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use longshore_diag::{Diagnostic, Place};
use longshore_release::{Force, ReleaseError};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::content::Content;
use super::several::LIST;
use crate::plan::Planned;
use crate::project::{API_VERSION, WaitSpec};
use crate::session::{Behaviour, Session};

/// A file may be this large, in bytes.
const MAX_FILE: usize = 512 << 20;

/// What a frozen plan is for, and where it comes from.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Head {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) made: Made,
    pub(super) platform: String,
    pub(super) environment: String,
    pub(super) namespace: String,
    /// Whether the command line has chosen the namespace.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) namespace_chosen: bool,
    /// The names that the environment had before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) former_environments: Vec<String>,
    /// Whether it makes the namespace.
    #[serde(default)]
    pub(super) creates_namespace: bool,
    /// Those of several namespaces that it makes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) creates_namespaces: Vec<String>,
    /// Namespaces that its releases bring.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) awaits: Vec<String>,
    /// Labels of namespaces that it makes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) namespace_labels: BTreeMap<String, String>,
    /// Annotations of namespaces that it makes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) namespace_annotations: BTreeMap<String, String>,
    /// The context of the kubeconfig by which it was made, if one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) context: Option<String>,
    pub(super) cluster: ClusterOfPlan,
    /// Whether it takes over what others have deployed.
    #[serde(default)]
    pub(super) adopt: bool,
    /// Whether it overwrites fields of others.
    #[serde(default)]
    pub(super) overwrite: bool,
    /// Objects that it may delete and make anew.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) recreate: BTreeSet<String>,
    /// Whether it leaves charts' `crds/` alone.
    #[serde(default)]
    pub(super) skip_crds: bool,
    /// How it waits, as the project file has it; see [`WaitSpec::written`].
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(super) wait: Value,
}

/// The cluster that a plan is for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClusterOfPlan {
    /// Which, whatever it is called.
    pub(super) id: String,
    /// What it was called.
    pub(super) name: String,
    /// What the project calls it, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) in_project: Option<String>,
    /// The kubeconfig file that the project names for it, as seen from where the plan was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) kubeconfig: Option<String>,
}

/// Who made a plan, when, from what.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Made {
    /// When (RFC 3339).
    pub at: String,
    /// Who.
    pub by: String,
    /// From which commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// In which pipeline run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pipeline_run: Option<String>,
    /// With which variables on the command line; what is named like a secret is hidden.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub vars: BTreeMap<String, Value>,
    /// By which version of Longshore.
    pub longshore: String,
}

/// What a file holds of one release: its content, or that sealed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FrozenRelease {
    pub(super) name: String,
    /// Its namespace, if there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) namespace: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) content: Option<Content>,
    /// The objects of a sealed content with secrets covered: to be looked at, not carried out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) objects: Vec<Value>,
    /// To whom it is sealed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) recipients: Vec<String>,
    /// The content, sealed with age, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sealed: Option<String>,
}

/// The plan of one cluster, which is the whole file if there is no other.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct File {
    #[serde(flatten)]
    head: Head,
    /// The plan as `-o json` prints it: to be looked at.
    plan: Value,
    waves: Vec<Vec<FrozenRelease>>,
}

/// A frozen plan of one cluster that was read.
#[derive(Debug)]
pub struct Frozen {
    name: String,
    digest: String,
    file: File,
    wait: WaitSpec,
}

impl Head {
    pub(super) async fn of(session: &Session, planned: &Planned) -> Result<Self, ReleaseError> {
        let context = &session.context;
        let provenance = |key: &str| context.provenance.get(&format!("longshore.dev/{key}")).cloned();
        Ok(Self {
            api_version: API_VERSION.to_owned(),
            kind: "Plan".to_owned(),
            made: Made {
                at: context.clock.now().to_string(),
                by: provenance("deployed-by").unwrap_or_default(),
                commit: provenance("commit"),
                pipeline_run: provenance("pipeline-run"),
                vars: session.selection.given.clone(),
                longshore: env!("CARGO_PKG_VERSION").to_owned(),
            },
            platform: planned.plan.platform.clone(),
            environment: planned.plan.environment.clone(),
            namespace: planned.plan.namespace.clone(),
            namespace_chosen: session.selection.namespace_chosen,
            former_environments: context.former_environments.clone(),
            creates_namespace: planned.plan.creates_namespace,
            creates_namespaces: planned.plan.creates_namespaces.clone(),
            awaits: planned.awaits.clone(),
            namespace_labels: session.selection.marks.labels.clone(),
            namespace_annotations: session.selection.marks.annotations.clone(),
            context: session.selection.context.clone(),
            cluster: ClusterOfPlan {
                id: session.cluster.id().await?.as_str().to_owned(),
                name: session.cluster.name().to_owned(),
                in_project: session.selection.cluster_name().map(str::to_owned),
                kubeconfig: session.selection.kubeconfig().map(|file| file.display().to_string()),
            },
            adopt: context.force.adopt,
            overwrite: context.force.overwrite,
            recreate: context.recreate.clone(),
            skip_crds: context.skip_crds,
            wait: session.selection.environment.wait.written(),
        })
    }

    /// Whether it makes a namespace.
    pub(super) fn creates(&self, name: &str) -> bool {
        match &self.creates_namespaces[..] {
            [] => self.creates_namespace && self.namespace == name,
            several => several.iter().any(|one| one == name),
        }
    }

    /// What ties a sealed part to its plan.
    pub(super) fn identity(&self) -> Vec<String> {
        [&self.platform, &self.environment, &self.namespace, &self.cluster.id, &self.made.at]
            .map(Clone::clone)
            .to_vec()
    }
}

impl File {
    pub(super) fn of(
        head: Head,
        planned: &Planned,
        waves: Vec<Vec<FrozenRelease>>,
    ) -> Result<Self, Diagnostic> {
        let plan = serde_json::to_value(&planned.plan).map_err(|error| unwritten(&error))?;
        Ok(Self { head, plan, waves })
    }
}

fn unwritten(error: &serde_json::Error) -> Diagnostic {
    Diagnostic::error("plan/write", error.to_string())
}

/// The bytes of a file.
pub(super) fn write(file: &impl Serialize) -> Result<Vec<u8>, Diagnostic> {
    let mut bytes = serde_json::to_vec_pretty(file).map_err(|error| unwritten(&error))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// What a file is.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Kind {
    api_version: String,
    kind: String,
}

/// What a file is, `Plan` or `PlanList`: then [`parse`] may read it as one.
///
/// # Errors
/// It is neither, or of another version of Longshore.
pub(super) fn kind(bytes: &[u8], name: &str) -> Result<String, Diagnostic> {
    let broken = |message: String| broken(name, message);
    if bytes.len() > MAX_FILE {
        return Err(broken(format!("a plan has at most {} MiB", MAX_FILE >> 20)));
    }
    let kind: Kind = serde_json::from_slice(bytes)
        .map_err(|error| broken(format!("this is no frozen plan (no JSON at {})", told(&error))))?;
    if !["Plan", LIST].contains(&kind.kind.as_str()) {
        return Err(broken("this is no frozen plan (its `kind` is not `Plan`)".to_owned()));
    }
    if kind.api_version != API_VERSION {
        let (theirs, ours) = (&kind.api_version, API_VERSION);
        return Err(broken(format!("a plan of `{theirs}`, and this Longshore reads `{ours}`")));
    }
    Ok(kind.kind)
}

/// Reads what [`kind`] has looked at.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8], name: &str) -> Result<T, Diagnostic> {
    serde_json::from_slice(bytes)
        .map_err(|error| broken(name, format!("the plan is damaged at {}", told(&error))))
}

/// What is in a file that is no plan is not quoted: it may be anything.
fn told(error: &serde_json::Error) -> String {
    format!("line {}, column {}", error.line(), error.column())
}

pub(super) fn broken(name: &str, message: String) -> Diagnostic {
    Diagnostic::error("plan/broken", message)
        .at(Place::file(name))
        .hint("`longshore plan -o FILE` writes one")
}

impl Frozen {
    /// A plan of a file; `digest` is the file's.
    pub(super) fn of(file: File, name: &str, digest: &str) -> Result<Self, Diagnostic> {
        let wait = WaitSpec::read_written(&file.head.wait, name)?;
        Ok(Self { name: name.to_owned(), digest: digest.to_owned(), file, wait })
    }

    /// The name of its file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `sha256:` and what `sha256sum` says of its file.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The environment that it is for.
    pub fn environment(&self) -> &str {
        &self.file.head.environment
    }

    /// The namespace that it is for.
    pub fn namespace(&self) -> &str {
        &self.file.head.namespace
    }

    /// What it may overrule is what it was made with; all else is as in `behaviour`.
    pub fn behaviour(&self, behaviour: Behaviour) -> Behaviour {
        let head = &self.file.head;
        Behaviour {
            force: Force { adopt: head.adopt, overwrite: head.overwrite },
            recreate: head.recreate.clone(),
            skip_crds: head.skip_crds,
            freezes: true,
            ..behaviour
        }
    }

    /// The cluster that it is for: as the project calls it, else as it was called.
    pub fn cluster(&self) -> &str {
        let cluster = &self.file.head.cluster;
        cluster.in_project.as_deref().unwrap_or(&cluster.name)
    }

    /// How it waits.
    pub(super) fn wait(&self) -> &WaitSpec {
        &self.wait
    }

    pub(super) fn head(&self) -> &Head {
        &self.file.head
    }

    pub(super) fn waves(&self) -> &[Vec<FrozenRelease>] {
        &self.file.waves
    }
}

pub(super) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}
