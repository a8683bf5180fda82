//! What runs, and how well.

use futures::stream::{self, StreamExt, TryStreamExt};
use longshore_cluster::Error as ClusterError;
use longshore_object::{Object, ObjectKey, Readiness, readiness};
use longshore_release::record::{Release, Status};
use longshore_release::{
    Candidate, ConflictOutcome, FieldChange, Intent, ObjectAction, ReleaseError, Store, holder, objects,
    prepare,
};
use serde::Serialize;

use crate::session::Session;

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
    /// The namespace.
    pub namespace: String,
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
    /// Fields that are not as they were deployed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<Drift>,
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

/// A change that nobody deployed.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Drift {
    /// `Deployment/web`.
    pub object: String,
    /// What is different; nothing if the object is gone.
    pub fields: Vec<FieldChange>,
    /// Who changed it, where the server knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manager: Option<String>,
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

impl PlatformStatus {
    /// Whether everything is deployed and ready.
    pub fn is_healthy(&self) -> bool {
        self.releases.iter().all(|release| {
            release.status == Status::Deployed.as_str() && release.objects.iter().all(|object| object.ready)
        })
    }
}

/// Looks at the selected releases.
pub async fn status(session: &Session) -> Result<PlatformStatus, ReleaseError> {
    let mut releases = Vec::new();
    let mut ingress = None;
    for release in session.selection.releases() {
        releases.push(one(session, &release.name, &mut ingress).await?);
    }
    let hosts = session.selection.platform.project.hosts.iter();
    let address = ingress.unwrap_or_else(|| "<ingress-ip>".to_owned());
    Ok(PlatformStatus {
        platform: session.selection.platform.project.name.value.clone(),
        environment: session.environment().to_owned(),
        cluster: session.cluster.name().to_owned(),
        namespace: session.selection.namespace.clone(),
        releases,
        hosts: hosts.map(|host| HostLine { address: address.clone(), host: host.clone() }).collect(),
    })
}

async fn one(
    session: &Session,
    name: &str,
    ingress: &mut Option<String>,
) -> Result<ReleaseStatus, ReleaseError> {
    let store = Store::new(session.cluster.clone(), &session.selection.namespace);
    let history = store.history(name).await?;
    let Some(last) = history.last() else {
        return Ok(ReleaseStatus {
            release: name.to_owned(),
            status: "not deployed".to_owned(),
            revision: 0,
            updated: String::new(),
            chart: String::new(),
            description: String::new(),
            holder: None,
            objects: Vec::new(),
            notes: String::new(),
            drift: Vec::new(),
        });
    };
    let release = &last.release;
    let states: Vec<Option<(ObjectStatus, Option<String>)>> = stream::iter(objects(release))
        .map(|object| look(session, object))
        .buffered(CONCURRENCY)
        .try_collect()
        .await?;
    let mut awaited = Vec::new();
    for (state, address) in states.into_iter().flatten() {
        *ingress = ingress.take().or(address);
        awaited.push(state);
    }
    Ok(ReleaseStatus {
        release: name.to_owned(),
        status: release.info.status.to_string(),
        revision: release.revision,
        updated: release.info.last_deployed.as_str().to_owned(),
        chart: release.chart_name_version(),
        description: release.info.description.clone(),
        holder: holder(&last.annotations).map(str::to_owned),
        objects: awaited,
        notes: release.info.notes.clone(),
        drift: if release.info.status == Status::Deployed {
            drift(session, release).await?
        } else {
            Vec::new()
        },
    })
}

/// The state of an object that is waited for, and the address if it is an ingress.
async fn look(
    session: &Session,
    object: Object,
) -> Result<Option<(ObjectStatus, Option<String>)>, ReleaseError> {
    let key: ObjectKey = object.key_in(&session.selection.namespace);
    if !longshore_object::readiness::is_awaited(&key.group, &key.kind) {
        return Ok(None);
    }
    let live = match session.cluster.get(object.gvk(), key.namespace.as_deref(), &key.name).await {
        // Its definition is gone, and the object with it.
        Err(ClusterError::UnknownKind { .. }) => None,
        live => live?,
    };
    let Some(live) = live else {
        let state = ObjectStatus { object: key.to_string(), ready: false, message: "is missing".to_owned() };
        return Ok(Some((state, None)));
    };
    let verdict = readiness(&live);
    let message = match &verdict {
        Readiness::Ready => "ready".to_owned(),
        Readiness::Progressing { reason } | Readiness::Failed { reason, .. } => reason.clone(),
    };
    let point = &live["status"]["loadBalancer"]["ingress"][0];
    let address = (key.kind == "Ingress")
        .then(|| point["ip"].as_str().or_else(|| point["hostname"].as_str()).map(str::to_owned))
        .flatten();
    Ok(Some((ObjectStatus { object: key.to_string(), ready: verdict.is_ready(), message }, address)))
}

/// What differs from the record, found by applying the record once more without keeping it.
async fn drift(session: &Session, release: &Release) -> Result<Vec<Drift>, ReleaseError> {
    let candidate = Candidate::recorded(release)?;
    let prepared = prepare(&session.context, &release.name, candidate, Intent::Deploy, false).await?;
    let mut drift: Vec<Drift> = prepared
        .plan
        .objects
        .into_iter()
        .filter(|change| matches!(change.action, ObjectAction::Create | ObjectAction::Update))
        .filter(|change| change.action == ObjectAction::Create || !change.fields.is_empty())
        .map(|change| Drift { object: change.object.to_string(), fields: change.fields, manager: None })
        .collect();
    // What an autoscaler has set is as it should be.
    let changed =
        prepared.plan.conflicts.into_iter().filter(|conflict| conflict.outcome != ConflictOutcome::Left);
    drift.extend(changed.map(|conflict| Drift {
        object: conflict.object.to_string(),
        fields: vec![FieldChange {
            path: conflict.field,
            old: conflict.live,
            new: conflict.ours,
            owners: vec![conflict.manager.clone()],
        }],
        manager: Some(conflict.manager),
    }));
    Ok(drift)
}
