//! Deleting, and knowing when it is done.

use std::time::Duration;

use http::Method;
use longshore_object::Gvk;
use longshore_object::diagnosis::{Meaning, why_held};
use serde_json::{Value as Json, json};
use tokio::time::Instant;

use super::{bytes_of, key};
use crate::cluster::Cluster;
use crate::error::{Error, Subject};
use crate::transport::Request;

/// What happens to what an object owns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Propagation {
    /// Deleted after the object, by the garbage collector. What Helm and kubectl do by default.
    #[default]
    Background,
    /// Deleted before the object, which stays until then.
    Foreground,
    /// Kept, without an owner.
    Orphan,
}

impl Propagation {
    /// The API's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Background => "Background",
            Self::Foreground => "Foreground",
            Self::Orphan => "Orphan",
        }
    }
}

/// How to delete.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeleteOptions {
    /// What happens to what the object owns.
    pub propagation: Propagation,
    /// Only if the object still has this uid: it might have been replaced by one of the same name.
    pub uid: Option<String>,
    /// Only if the object is still at this version.
    pub resource_version: Option<String>,
    /// Nothing is deleted, only asked whether it would be.
    pub dry_run: bool,
}

impl Cluster {
    /// Asks for an object's deletion; `false` if there was none. Finalizers may keep it for a while:
    /// see [`Cluster::wait_gone`].
    pub async fn delete(
        &self,
        gvk: &Gvk,
        namespace: Option<&str>,
        name: &str,
        options: &DeleteOptions,
    ) -> Result<bool, Error> {
        let at = || Subject::object("delete", key(gvk, namespace, name));
        let resource = self.resource_for(gvk, at).await?;
        let path = resource.object(self.place(&resource, namespace), name);
        let mut body = json!({
            "apiVersion": "v1", "kind": "DeleteOptions",
            "propagationPolicy": options.propagation.as_str(),
        });
        if let Some(uid) = &options.uid {
            body["preconditions"]["uid"] = json!(uid);
        }
        if let Some(version) = &options.resource_version {
            body["preconditions"]["resourceVersion"] = json!(version);
        }
        if options.dry_run {
            body["dryRun"] = json!(["All"]);
        }
        let request = Request {
            fenced: body.get("preconditions").is_some(),
            ..Request::with_body(Method::DELETE, path, bytes_of(&body))
        };
        match self.answer(&request, at).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Waits until an object is gone, by watching it. With a `uid`, an object of the same name that
    /// came after it does not count.
    ///
    /// # Errors
    /// [`Error::Deadline`] with the finalizers that still hold it.
    pub async fn wait_gone(
        &self,
        gvk: &Gvk,
        namespace: Option<&str>,
        name: &str,
        uid: Option<&str>,
        within: Duration,
    ) -> Result<(), Error> {
        let until = Instant::now() + within;
        let mut last: Option<Json> = None;
        let gone = async {
            loop {
                let live = self.get(gvk, namespace, name).await?;
                match &live {
                    None => return Ok(()),
                    Some(live) if uid.is_some_and(|uid| text(live, "/metadata/uid") != uid) => {
                        return Ok(());
                    }
                    Some(_) => last = live,
                }
                if self.next_deletion(gvk, namespace, name, &mut last).await? {
                    return Ok(());
                }
            }
        };
        match tokio::time::timeout_at(until, gone).await {
            Ok(result) => result,
            Err(_) => Err(Error::Deadline {
                at: Box::new(Subject::object("delete", key(gvk, namespace, name))),
                after: within,
                because: Box::pin(self.still_there(gvk, namespace, name, last)).await.map(Box::new),
            }),
        }
    }

    /// Why an object is still there: as the server has it now, for a namespace says only after a while what it still
    /// holds; as it was last, if the server does not answer.
    async fn still_there(
        &self,
        gvk: &Gvk,
        namespace: Option<&str>,
        name: &str,
        last: Option<Json>,
    ) -> Option<Meaning> {
        const PATIENCE: Duration = Duration::from_secs(5);
        let look = async {
            let now = self.get(gvk, namespace, name).await.ok().flatten();
            let live = now.or(last.clone())?;
            self.why_held(&live).await.or_else(|| {
                let hint = "run the command again";
                Some(Meaning { what: "nobody has asked for its deletion".to_owned(), hint: hint.to_owned() })
            })
        };
        match tokio::time::timeout(PATIENCE, look).await {
            Ok(found) => found,
            Err(_) => why_held(&last?, None, &[]),
        }
    }
}

fn text<'a>(json: &'a Json, pointer: &str) -> &'a str {
    json.pointer(pointer).and_then(Json::as_str).unwrap_or_default()
}
