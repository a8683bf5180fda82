//! Reading and writing objects as JSON: get, list, create, replace, patch, delete.
//!
//! These are the API's own verbs, for what server-side apply is not made for: release records with a
//! resource version to hold on to, deletions, and looking around. All take a [`Gvk`] and, where the kind
//! lives in namespaces, a namespace; the namespace given for a cluster-wide kind is ignored.

mod delete;
mod forms;
mod write;

use bytes::Bytes;
use http::Method;
use longshore_object::{Gvk, ObjectKey};
use serde_json::Value as Json;

pub use delete::{DeleteOptions, Propagation};
pub use write::{WriteOptions, Written};

use crate::cluster::Cluster;
use crate::discovery::{Resource, escape};
use crate::error::{Error, Subject};
use crate::transport::{Failure, Reply, Request};

/// How many objects one page of a list has.
const PAGE: usize = 500;

/// Which objects of a kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selector {
    /// A label selector: `owner=helm,name=web`.
    pub labels: Option<String>,
    /// A field selector: `metadata.name=web`.
    pub fields: Option<String>,
}

impl Selector {
    /// Objects that match a label selector.
    pub fn labels(labels: impl Into<String>) -> Self {
        Self { labels: Some(labels.into()), fields: None }
    }

    /// The query's part, each with a trailing `&`.
    pub(crate) fn query(&self) -> String {
        let mut query = String::new();
        if let Some(labels) = &self.labels {
            query = format!("labelSelector={}&", escape(labels));
        }
        if let Some(fields) = &self.fields {
            query = format!("{query}fieldSelector={}&", escape(fields));
        }
        query
    }
}

/// The objects of a list, each with the `apiVersion` and `kind` that lists leave out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct List {
    /// The objects.
    pub items: Vec<Json>,
    /// The moment of the list, to watch from.
    pub resource_version: String,
}

/// A change to an object, in one of the API's forms.
#[derive(Debug, Clone, PartialEq)]
pub enum Patch {
    /// RFC 7386: what is named replaces, `null` removes, lists are replaced whole.
    Merge(Json),
    /// RFC 6902: a list of operations.
    Json(Json),
    /// Kubernetes' own: lists are merged by key. Builtin kinds only.
    Strategic(Json),
}

impl Patch {
    /// The content type that says which it is, and the body.
    fn parts(&self) -> (&'static str, &Json) {
        match self {
            Self::Merge(body) => ("application/merge-patch+json", body),
            Self::Json(body) => ("application/json-patch+json", body),
            Self::Strategic(body) => ("application/strategic-merge-patch+json", body),
        }
    }
}

impl Cluster {
    /// Gets one object; `None` if there is none of that name (or no such namespace).
    pub async fn get(&self, gvk: &Gvk, namespace: Option<&str>, name: &str) -> Result<Option<Json>, Error> {
        let at = || Subject::object("get", key(gvk, namespace, name));
        let resource = self.resource_for(gvk, at).await?;
        let request = Request::get(resource.object(self.place(&resource, namespace), name));
        match self.answer(&request, at).await {
            Ok((json, _)) => Ok(Some(json)),
            Err(error) if error.is_not_found() => self.missing(gvk, at).await.map(|()| None),
            Err(error) => Err(error),
        }
    }

    /// Whether "not found" means the object. A builtin kind is asked for without discovery; if this
    /// server has no such version, that is another error.
    async fn missing(&self, gvk: &Gvk, at: impl Fn() -> Subject) -> Result<(), Error> {
        let discovery = self.discovery().await?;
        match discovery.resource(gvk) {
            Some(_) => Ok(()),
            None => self.resource_for(gvk, at).await.map(drop),
        }
    }

    /// Lists the objects of a kind in one namespace, or in all where `namespace` is `None`.
    pub async fn list(&self, gvk: &Gvk, namespace: Option<&str>, selector: &Selector) -> Result<List, Error> {
        self.list_as(gvk, namespace, selector, "application/json").await
    }

    /// As [`Cluster::list`], unless there are more than `most`: then `None`, as soon as that is known.
    pub async fn list_at_most(
        &self,
        gvk: &Gvk,
        namespace: Option<&str>,
        selector: &Selector,
        most: usize,
    ) -> Result<Option<List>, Error> {
        self.pages(gvk, namespace, selector, "application/json", most).await
    }

    /// Lists in the form that `accept` names.
    async fn list_as(
        &self,
        gvk: &Gvk,
        namespace: Option<&str>,
        selector: &Selector,
        accept: &'static str,
    ) -> Result<List, Error> {
        let all = self.pages(gvk, namespace, selector, accept, usize::MAX).await?;
        Ok(all.unwrap_or_default())
    }

    /// Lists page by page, until there are more than `most`.
    async fn pages(
        &self,
        gvk: &Gvk,
        namespace: Option<&str>,
        selector: &Selector,
        accept: &'static str,
        most: usize,
    ) -> Result<Option<List>, Error> {
        let at = || Subject::many("list", gvk, namespace);
        let resource = self.resource_for(gvk, at).await?;
        let path = resource.collection(namespace);
        let mut all = List::default();
        let mut token = String::new();
        loop {
            let query = format!("{}limit={PAGE}{token}", selector.query());
            let request = Request { accept, ..Request::get(format!("{path}?{query}")) };
            let (mut page, _) = match self.answer(&request, at).await {
                Ok(answer) => answer,
                // The list is older than what the server keeps: from the start.
                Err(Error::Refused(refused)) if refused.status.code == 410 && !token.is_empty() => {
                    all = List::default();
                    token.clear();
                    continue;
                }
                // A collection is there, or its kind is not.
                Err(error) if error.is_not_found() => {
                    self.missing(gvk, at).await?;
                    return Err(error);
                }
                Err(error) => return Err(error),
            };
            if let Some(Json::Array(items)) = page.get_mut("items").map(Json::take) {
                all.items.extend(items.into_iter().map(|item| typed(item, gvk)));
            }
            let text = |pointer| page.pointer(pointer).and_then(Json::as_str).unwrap_or_default();
            text("/metadata/resourceVersion").clone_into(&mut all.resource_version);
            let left = page.pointer("/metadata/remainingItemCount").and_then(Json::as_u64).unwrap_or(0);
            if all.items.len().saturating_add(left as usize) > most {
                return Ok(None);
            }
            match text("/metadata/continue") {
                "" => return Ok(Some(all)),
                next => token = format!("&continue={}", escape(next)),
            }
        }
    }

    /// Creates an object. If an answer was lost on the way and the object is then found to exist with
    /// just this content, it counts as created.
    ///
    /// # Errors
    /// [`Error::is_already_exists`] if the name is taken.
    pub async fn create(&self, object: &Json) -> Result<Json, Error> {
        let (gvk, namespace, name) = identity(object);
        let at = || Subject::object("create", key(&gvk, namespace.as_deref(), &name));
        let resource = self.resource_for(&gvk, at).await?;
        let namespace = self.place(&resource, namespace.as_deref()).map(str::to_owned);
        let path = resource.collection(namespace.as_deref());
        // A second attempt is safe because of the name; without a name the server invents one. What asks for rights
        // leaves nothing behind.
        let repeatable = !name.is_empty() || gvk.group == "authorization.k8s.io";
        let request = Request { repeatable, ..Request::with_body(Method::POST, path, bytes_of(object)) };
        match self.send(&request).await {
            Ok(reply) => read(&reply, at),
            Err(Failure::Status { status, after_doubt: true, .. }) if status.reason == "AlreadyExists" => {
                let live = self.get(&gvk, namespace.as_deref(), &name).await?;
                live.filter(|live| holds(live, object)).ok_or_else(|| {
                    let failure = Failure::Status { status, attempts: 1, after_doubt: true };
                    Error::of(failure, at(), self.endpoint_shared(), None)
                })
            }
            Err(failure) => Err(Error::of(failure, at(), self.endpoint_shared(), None)),
        }
    }

    /// Replaces an object as a whole. With a `metadata.resourceVersion` in it, only if it is still at
    /// that version.
    ///
    /// # Errors
    /// [`Error::is_stale`] if it was changed in the meantime.
    pub async fn replace(&self, object: &Json) -> Result<Json, Error> {
        let (gvk, namespace, name) = identity(object);
        let at = || Subject::object("replace", key(&gvk, namespace.as_deref(), &name));
        let resource = self.resource_for(&gvk, at).await?;
        let path = resource.object(self.place(&resource, namespace.as_deref()), &name);
        let version = object.pointer("/metadata/resourceVersion").and_then(Json::as_str);
        let fenced = version.is_some_and(|version| !version.is_empty());
        let mut request = Request { fenced, ..Request::with_body(Method::PUT, path, bytes_of(object)) };
        request.repeatable = true;
        match self.send(&request).await {
            Ok(reply) => read(&reply, at),
            // Our own first attempt may be what changed it.
            Err(Failure::Status { status, after_doubt: true, attempts }) if fenced && status.code == 409 => {
                let live = self.get(&gvk, namespace.as_deref(), &name).await?;
                live.filter(|live| holds(live, object)).ok_or_else(|| {
                    let failure = Failure::Status { status, attempts, after_doubt: true };
                    Error::of(failure, at(), self.endpoint_shared(), None)
                })
            }
            Err(failure) => Err(Error::of(failure, at(), self.endpoint_shared(), None)),
        }
    }

    /// Patches an object (or one of its subresources: `status`, `scale`).
    pub async fn patch(
        &self,
        gvk: &Gvk,
        namespace: Option<&str>,
        name: &str,
        subresource: Option<&str>,
        patch: &Patch,
    ) -> Result<Json, Error> {
        let at = || Subject::object("patch", key(gvk, namespace, name));
        let resource = self.resource_for(gvk, at).await?;
        let mut path = resource.object(self.place(&resource, namespace), name);
        if let Some(subresource) = subresource {
            path = format!("{path}/{subresource}");
        }
        let (content_type, body) = patch.parts();
        let fenced = body.pointer("/metadata/resourceVersion").is_some();
        let request = Request {
            content_type,
            fenced,
            // Operations on positions in lists do not bear being carried out twice.
            repeatable: !matches!(patch, Patch::Json(_)),
            ..Request::with_body(Method::PATCH, path, bytes_of(body))
        };
        self.answer(&request, at).await.map(|(json, _)| json)
    }

    /// Creates a namespace unless it is there; whether it was created.
    ///
    /// # Errors
    /// [`Error::is_forbidden`] if the user may not create namespaces; a namespace that is there and that
    /// the user may only not read is no error of this call.
    pub async fn ensure_namespace(&self, name: &str) -> Result<bool, Error> {
        let namespace = serde_json::json!({
            "apiVersion": "v1", "kind": "Namespace",
            "metadata": {"name": name, "labels": {"name": name}},
        });
        match self.create(&namespace).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_already_exists() => Ok(false),
            Err(error) if error.is_forbidden() => {
                match self.get(&Gvk::new("v1", "Namespace"), None, name).await {
                    Ok(Some(_)) => Ok(false),
                    _ => Err(error),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// The namespace for an object of this kind: as given, or the default one.
    pub(crate) fn place<'a>(&'a self, resource: &Resource, namespace: Option<&'a str>) -> Option<&'a str> {
        resource.namespaced.then(|| namespace.unwrap_or(self.default_namespace()))
    }

    /// Sends, and reads the answer as JSON.
    pub(crate) async fn answer(
        &self,
        request: &Request,
        at: impl Fn() -> Subject,
    ) -> Result<(Json, Reply), Error> {
        match self.send(request).await {
            Ok(reply) => Ok((read(&reply, at)?, reply)),
            Err(failure) => Err(Error::of(failure, at(), self.endpoint_shared(), None)),
        }
    }
}

/// Reads an answer's body.
pub(crate) fn read(reply: &Reply, at: impl Fn() -> Subject) -> Result<Json, Error> {
    serde_json::from_slice(&reply.body)
        .map_err(|error| Error::Answer { at: Box::new(at()), message: error.to_string() })
}

pub(crate) fn bytes_of(json: &Json) -> Bytes {
    json.to_string().into()
}

pub(crate) fn key(gvk: &Gvk, namespace: Option<&str>, name: &str) -> ObjectKey {
    ObjectKey {
        group: gvk.group.clone(),
        kind: gvk.kind.clone(),
        namespace: namespace.map(str::to_owned),
        name: name.to_owned(),
    }
}

/// Kind, namespace and name as the object says them.
fn identity(object: &Json) -> (Gvk, Option<String>, String) {
    let text = |pointer| object.pointer(pointer).and_then(Json::as_str).unwrap_or_default();
    let namespace = Some(text("/metadata/namespace")).filter(|namespace| !namespace.is_empty());
    let gvk = Gvk::new(text("/apiVersion"), text("/kind"));
    (gvk, namespace.map(str::to_owned), text("/metadata/name").to_owned())
}

/// An item of a list with the type that only the list names.
pub(crate) fn typed(mut item: Json, gvk: &Gvk) -> Json {
    if let Json::Object(map) = &mut item {
        map.entry("apiVersion").or_insert_with(|| Json::String(gvk.api_version()));
        map.entry("kind").or_insert_with(|| Json::String(gvk.kind.clone()));
    }
    item
}

/// Whether `live` has everything that `wanted` says, and perhaps more. The resource version, which every
/// write changes, is no part of it.
fn holds(live: &Json, wanted: &Json) -> bool {
    match (live, wanted) {
        (Json::Object(live), Json::Object(wanted)) => wanted
            .iter()
            .filter(|(key, _)| *key != "resourceVersion")
            .all(|(key, wanted)| live.get(key).is_some_and(|live| holds(live, wanted))),
        (Json::Array(live), Json::Array(wanted)) => {
            live.len() == wanted.len() && live.iter().zip(wanted).all(|(l, w)| holds(l, w))
        }
        // What is said to be empty is left out by the server.
        (live, wanted) => live == wanted,
    }
}
