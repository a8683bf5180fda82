//! The lock of an environment on several clusters: a Lease on its first one.
//!
//! Each release has its record, which one command holds at a time; the lock keeps two commands from being at work on
//! different clusters of one environment, which would end in a mixture. A holder is dead when its renew time stayed the
//! same for a full term of the observer's own clock; one that could not renew for [three quarters](patience) of a term
//! stops.

use std::time::Duration;

use longshore_cluster::{DeleteOptions, Error as ClusterError};
use longshore_diag::Diagnostic;
use longshore_object::Gvk;
use longshore_release::ReleaseError;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout_at};

use crate::session::Session;

/// How long a holder goes on that cannot renew: the rest of the term is for what is on its way then.
fn patience(term: Duration) -> Duration {
    term * 3 / 4
}

/// The longest term that is believed.
const LONGEST_TERM: Duration = Duration::from_mins(5);

/// A lock that is held.
pub(super) struct Lock<'a> {
    session: &'a Session,
    name: String,
    /// Where it lies.
    namespace: String,
}

impl<'a> Lock<'a> {
    /// Takes the lock, once its holder, if there is one, has been silent for a term.
    ///
    /// # Errors
    /// Somebody holds it and is at work; the cluster cannot be asked.
    pub(super) async fn take(session: &'a Session, created: &[&str]) -> Result<Self, ReleaseError> {
        let namespace = place(session, created).await?;
        if created.contains(&namespace.as_str()) {
            session.create_namespace(&namespace).await?;
        }
        let lock = Self { session, name: name(session), namespace };
        let mut seen: Option<(String, Instant)> = None;
        loop {
            let Some(live) = lock.live().await? else {
                match session.cluster.create(&lock.lease(None)).await {
                    Ok(_) => return Ok(lock),
                    Err(error) if error.is_already_exists() => continue,
                    Err(error) => return Err(error.into()),
                }
            };
            let holder = live["spec"]["holderIdentity"].as_str().unwrap_or_default();
            let renewed = live["spec"]["renewTime"].as_str().unwrap_or_default().to_owned();
            let promised = live["spec"]["leaseDurationSeconds"].as_u64().map(Duration::from_secs);
            let term = promised.unwrap_or(session.context.term).min(LONGEST_TERM);
            match &seen {
                _ if holder.is_empty() => {}
                // Our own: the answer to a request that was sent twice was that it is there.
                _ if holder == session.context.holder => {}
                Some((before, _)) if *before != renewed => return Err(busy(session, holder)),
                Some((_, since)) if since.elapsed() >= term => {}
                Some(_) => {
                    sleep(term / 5).await;
                    continue;
                }
                None => {
                    seen = Some((renewed, Instant::now()));
                    continue;
                }
            }
            match session.cluster.replace(&lock.lease(live["metadata"]["resourceVersion"].as_str())).await {
                Ok(_) => return Ok(lock),
                Err(error) if error.is_stale() || error.is_not_found() => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Does `work` while the lock is renewed.
    ///
    /// # Errors
    /// The lock could not be renewed in time, or somebody else took it: the work is left where it is.
    pub(super) async fn during<T>(&self, work: impl Future<Output = T>) -> Result<T, ReleaseError> {
        tokio::select! {
            done = work => Ok(done),
            lost = self.renew() => Err(lost),
        }
    }

    /// Renews the lock; comes back when it is lost.
    async fn renew(&self) -> ReleaseError {
        let term = self.session.context.term;
        let mut good = Instant::now();
        let mut pause = term / 5;
        loop {
            sleep(pause).await;
            let sent = Instant::now();
            match timeout_at(good + patience(term), self.renewed()).await {
                Ok(Ok(true)) => (good, pause) = (sent, term / 5),
                Ok(Ok(false)) => return busy(self.session, "another command"),
                // An API server that restarts is borne as long as nobody may take us for dead.
                Ok(Err(_)) if good.elapsed() < patience(term) => pause = term / 30,
                Ok(Err(error)) => return error.into(),
                Err(_) => return silent(self.session),
            }
        }
    }

    async fn renewed(&self) -> Result<bool, ClusterError> {
        let Some(live) = self.live().await? else { return Ok(false) };
        if live["spec"]["holderIdentity"] != *self.session.context.holder {
            return Ok(false);
        }
        let lease = self.lease(live["metadata"]["resourceVersion"].as_str());
        self.session.cluster.replace(&lease).await.map(|_| true)
    }

    /// Gives the lock back. What cannot be given back is free after a term.
    pub(super) async fn release(&self) {
        give_back(self.session, &self.namespace).await;
    }

    async fn live(&self) -> Result<Option<Value>, ClusterError> {
        self.session.cluster.get(&gvk(), Some(&self.namespace), &self.name).await
    }

    fn lease(&self, version: Option<&str>) -> Value {
        let context = &self.session.context;
        let mut metadata = json!({
            "name": self.name,
            "namespace": self.namespace,
            "labels": {"app.kubernetes.io/managed-by": "longshore"},
        });
        if let Some(version) = version {
            metadata["resourceVersion"] = version.into();
        }
        json!({
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": metadata,
            "spec": {
                "holderIdentity": context.holder,
                "leaseDurationSeconds": context.term.max(Duration::from_secs(1)).as_secs(),
                "renewTime": context.clock.now().strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string(),
            },
        })
    }
}

/// Where the lock lies: in the first namespace that is there, or is created. One that a release brings is not there yet.
async fn place(session: &Session, created: &[&str]) -> Result<String, ReleaseError> {
    let namespaces = session.selection.namespaces();
    for namespace in &namespaces {
        if created.contains(&namespace.as_str()) || session.live_namespace(namespace).await?.is_some() {
            return Ok(namespace.clone());
        }
    }
    Ok(session.context.namespace.clone())
}

/// Removes the lock if it is ours, wherever it lies.
pub(super) async fn let_go(session: &Session) {
    for namespace in session.selection.namespaces() {
        give_back(session, &namespace).await;
    }
}

/// Removes the lock if it is ours.
async fn give_back(session: &Session, namespace: &str) {
    let name = name(session);
    let removing = async {
        let live = session.cluster.get(&gvk(), Some(namespace), &name).await?;
        if live.is_some_and(|live| live["spec"]["holderIdentity"] == *session.context.holder) {
            session.cluster.delete(&gvk(), Some(namespace), &name, &DeleteOptions::default()).await?;
        }
        Ok::<_, ClusterError>(())
    };
    // What cannot be removed now is found dead after a term; nothing is lost.
    let _ = removing.await;
}

fn gvk() -> Gvk {
    Gvk::new("coordination.k8s.io/v1", "Lease")
}

fn name(session: &Session) -> String {
    format!("longshore-{}-{}", session.selection.platform.project.name.value, session.environment())
}

fn silent(session: &Session) -> ReleaseError {
    let message = format!(
        "the lock of environment `{}` could not be renewed on cluster `{}`, so that nothing more is written",
        session.environment(),
        session.cluster_name()
    );
    Diagnostic::error("platform/lock-lost", message)
        .hint("run the command again when that cluster answers: it goes on from here")
        .into()
}

fn busy(session: &Session, by: &str) -> ReleaseError {
    let message = format!(
        "{by} is deploying environment `{}` of platform `{}` (the lock lies on cluster `{}`)",
        session.environment(),
        session.selection.platform.project.name.value,
        session.cluster_name()
    );
    Diagnostic::error("platform/busy", message)
        .hint("wait until that has ended, then run the command again")
        .into()
}
