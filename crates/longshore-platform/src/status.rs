//! What runs, and how well.

mod around;
mod cron;
mod drift;

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt, TryStreamExt};
use longshore_cluster::Error as ClusterError;
use longshore_object::{Object, ObjectKey, Readiness, readiness};
use longshore_release::record::Status;
use longshore_release::{Context, Mask, ObjectDrift, ReleaseError, Snapshot, Stored, holder, objects};
use serde::Serialize;
use serde_json::Value;

pub use around::{EventStatus, IngressStatus, PodStatus, ServiceStatus};
pub use cron::{CronJobStatus, LastJob};
pub use drift::{PlatformDrift, ReleaseDrift, drift};

use crate::plan::shown;
use crate::session::Session;
use around::{Around, ingress_status};

const CONCURRENCY: usize = 16;

/// The state of a platform in one environment.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlatformStatus {
    /// The platform.
    pub platform: String,
    /// The environment.
    pub environment: String,
    /// The cluster, as the user calls it.
    pub cluster: String,
    /// The namespace; the first of several.
    pub namespace: String,
    /// All of them, if there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub namespaces: Vec<String>,
    /// Each release of the project file, in the order of deploying.
    pub releases: Vec<ReleaseStatus>,
    /// Lines for `/etc/hosts`, or a DNS server: the ingress' address and the platform's host names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<HostLine>,
}

/// The state of one release.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseStatus {
    /// Its namespace, if there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The release.
    pub release: String,
    /// Helm's word for its newest revision; `not deployed` if there is none.
    pub status: String,
    /// Its newest revision.
    pub revision: u32,
    /// When that was written (RFC 3339).
    pub updated: String,
    /// `name-version` of its chart.
    pub chart: String,
    /// What the record says of it.
    pub description: String,
    /// Who is working on it now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// Objects that are waited for, and how far each is.
    pub objects: Vec<ObjectStatus>,
    /// Its notes, as they were rendered.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub notes: String,
    /// Its Services, and how many pods answer behind each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<ServiceStatus>,
    /// Its Ingresses, with their hosts and addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ingresses: Vec<IngressStatus>,
    /// Its CronJobs, with how the last run of each ended.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cron_jobs: Vec<CronJobStatus>,
    /// The pods of its workloads.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pods: Vec<PodStatus>,
    /// What the cluster has warned of lately, about its objects and their pods; the newest last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<EventStatus>,
    /// Objects that are not as they were deployed, but for what autoscalers scale.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<ObjectDrift>,
}

/// The state of one object.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectStatus {
    /// `Deployment/web`.
    pub object: String,
    /// Whether it is what its manifest asks for.
    pub ready: bool,
    /// How far it is.
    pub message: String,
}

/// A line for `/etc/hosts`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HostLine {
    /// The ingress' address; `<ingress-ip>` until it has one.
    pub address: String,
    /// The host name.
    pub host: String,
}

impl ReleaseStatus {
    /// What the release is called where it is shown.
    pub fn shown(&self) -> String {
        shown(self.namespace.as_ref(), &self.release)
    }
}

impl PlatformStatus {
    /// Whether everything is deployed and ready.
    pub fn is_healthy(&self) -> bool {
        self.releases.iter().all(|release| {
            release.status == Status::Deployed.as_str() && release.objects.iter().all(|object| object.ready)
        })
    }
}

/// Looks at the selected releases.
///
/// # Errors
/// The cluster cannot be asked.
pub async fn status(session: &Session) -> Result<PlatformStatus, ReleaseError> {
    let found = newest(session).await?;
    let live = expecting(session, &found);
    let namespaces = session.selection.chosen_namespaces();
    let mut around = BTreeMap::new();
    for namespace in &namespaces {
        around.insert(namespace.as_str(), Box::pin(Around::of(session, namespace)).await?);
    }
    let mut releases = Vec::new();
    let mut ingress = None;
    for (name, last) in &found {
        let release = match last {
            Some(last) => one(session, last, &live, &around[session.selection.namespace_of(name)]).await?,
            None => missing(name),
        };
        let release = ReleaseStatus { namespace: session.selection.told_namespace(name), ..release };
        let mut addresses = release.ingresses.iter().flat_map(|ingress| &ingress.addresses);
        ingress = ingress.or_else(|| addresses.next().cloned());
        releases.push(release);
    }
    let hosts = session.selection.hosts.iter();
    let address = ingress.unwrap_or_else(|| "<ingress-ip>".to_owned());
    Ok(PlatformStatus {
        platform: session.selection.platform.project.name.value.clone(),
        environment: session.environment().to_owned(),
        cluster: session.cluster_name().to_owned(),
        namespace: namespaces[0].clone(),
        namespaces: if session.selection.is_spread() { namespaces } else { Vec::new() },
        releases,
        hosts: hosts.map(|host| HostLine { address: address.clone(), host: host.clone() }).collect(),
    })
}

/// The newest record of each selected release.
async fn newest(session: &Session) -> Result<Vec<(String, Option<Stored>)>, ReleaseError> {
    let names: Vec<String> = session.selection.releases().map(|release| release.name.clone()).collect();
    stream::iter(names)
        .map(|name| {
            let store = session.store_of(&name);
            async move {
                let mut history = store.history(&name).await?;
                Ok((name, history.pop()))
            }
        })
        .buffered(CONCURRENCY)
        .try_collect()
        .await
}

/// The live objects of all of them, to be asked for kind by kind.
fn expecting(session: &Session, found: &[(String, Option<Stored>)]) -> Snapshot {
    let live = Snapshot::new(session.cluster.clone());
    for stored in found.iter().filter_map(|(_, stored)| stored.as_ref()) {
        let known = objects(&stored.release);
        let namespace = session.selection.namespace_of(&stored.release.name);
        live.expect(known.iter().map(|object| (object.gvk(), object.key_in(namespace))));
    }
    live
}

fn missing(name: &str) -> ReleaseStatus {
    ReleaseStatus {
        namespace: None,
        release: name.to_owned(),
        status: "not deployed".to_owned(),
        revision: 0,
        updated: String::new(),
        chart: String::new(),
        description: String::new(),
        holder: None,
        objects: Vec::new(),
        notes: String::new(),
        services: Vec::new(),
        ingresses: Vec::new(),
        cron_jobs: Vec::new(),
        pods: Vec::new(),
        warnings: Vec::new(),
        drift: Vec::new(),
    }
}

async fn one(
    session: &Session,
    last: &Stored,
    snapshot: &Snapshot,
    around: &Around,
) -> Result<ReleaseStatus, ReleaseError> {
    let release = &last.release;
    let context = &session.context_of(&release.name);
    let known = objects(release);
    let found: Vec<(ObjectKey, Option<Value>)> = stream::iter(&known)
        .map(|object| look(context, snapshot, object))
        .buffered(CONCURRENCY)
        .try_collect()
        .await?;
    let mut awaited = Vec::new();
    for (key, live) in &found {
        if longshore_object::readiness::is_awaited(&key.group, &key.kind) {
            awaited.push(state(session, key, live.as_ref()).await);
        }
    }
    let keys: Vec<&ObjectKey> = found.iter().map(|(key, _)| key).collect();
    let mask = Mask::of_releases([(release, known.as_slice())]);
    let services = keys.iter().filter(|key| key.kind == "Service" && key.group.is_empty());
    let rules = session.ignored_drift();
    let drift = if release.info.status == Status::Deployed {
        longshore_release::drift(context, snapshot, last, &rules).await?
    } else {
        Vec::new()
    };
    Ok(ReleaseStatus {
        namespace: None,
        release: release.name.clone(),
        status: release.info.status.to_string(),
        revision: release.revision,
        updated: release.info.last_deployed.as_str().to_owned(),
        chart: release.chart_name_version(),
        description: release.info.description.clone(),
        holder: holder(&last.annotations).map(str::to_owned),
        objects: awaited,
        notes: release.info.notes.clone(),
        services: services.filter_map(|key| around.service(&key.name)).collect(),
        ingresses: found
            .iter()
            .filter(|(key, _)| key.kind == "Ingress")
            .filter_map(|(key, live)| Some(ingress_status(key, live.as_ref()?)))
            .collect(),
        cron_jobs: found
            .iter()
            .filter(|(key, _)| key.kind == "CronJob" && key.group == "batch")
            .filter_map(|(key, live)| Some(around.cron_job(key, live.as_ref()?, &mask)))
            .collect(),
        pods: around.pods(&keys),
        warnings: around.warnings(&keys, &mask),
        drift: drift.into_iter().filter_map(ObjectDrift::unexpected).collect(),
    })
}

/// The live object, if it is there.
async fn look(
    context: &Context,
    snapshot: &Snapshot,
    object: &Object,
) -> Result<(ObjectKey, Option<Value>), ReleaseError> {
    let key: ObjectKey = object.key_in(&context.namespace);
    let is_wanted = longshore_object::readiness::is_awaited(&key.group, &key.kind)
        || matches!(key.kind.as_str(), "Ingress" | "CronJob");
    if !is_wanted {
        return Ok((key, None));
    }
    match snapshot.get(object.gvk(), &key).await {
        // Its definition is gone, and the object with it.
        Err(ClusterError::UnknownKind { .. }) => Ok((key, None)),
        live => Ok((key, live?)),
    }
}

/// The state of an object that is waited for.
async fn state(session: &Session, key: &ObjectKey, live: Option<&Value>) -> ObjectStatus {
    let Some(live) = live else {
        return ObjectStatus { object: key.to_string(), ready: false, message: "is missing".to_owned() };
    };
    if let Some(held) = session.cluster.why_held(live).await {
        return ObjectStatus { object: key.to_string(), ready: false, message: held.what };
    }
    let verdict = readiness(live);
    let message = match &verdict {
        Readiness::Ready => "ready".to_owned(),
        Readiness::Progressing { reason } | Readiness::Failed { reason, .. } => reason.clone(),
    };
    ObjectStatus { object: key.to_string(), ready: verdict.is_ready(), message }
}
