//! Server-side apply.
//!
//! The server merges what we say with what others say, field by field, and remembers who said what
//! (<https://kubernetes.io/docs/reference/using-api/server-side-apply/>). Decision 3 of the design: a
//! field that somebody else owns is never taken over unless the caller asks for it; the refusal comes
//! back with each field and its owner.

use std::fmt;

use http::Method;
use longshore_object::{Object, ObjectKey};
use serde_json::Value as Json;

use crate::cluster::{Cluster, unknown_kind};
use crate::discovery::escape;
use crate::error::{Error, Subject};
use crate::objects::{bytes_of, read};
use crate::transport::Request;

/// `fieldValidation`: what the server does with fields that the kind does not have.
///
/// Helm sends it with every apply, so it can be said here. An API server of 1.36 refuses an apply with a
/// field that the kind's schema lacks whatever is said (seen for builtin kinds and custom resources); it
/// heeds the word for what it decodes beyond that.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FieldValidation {
    /// Refuses the object.
    #[default]
    Strict,
    /// Drops them with a warning.
    Warn,
    /// Drops them.
    Ignore,
}

impl FieldValidation {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "Strict",
            Self::Warn => "Warn",
            Self::Ignore => "Ignore",
        }
    }
}

/// How to apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplyOptions {
    /// As whom the fields are owned. `helm` for what real Helm is to go on with.
    pub field_manager: String,
    /// Takes over fields that others own.
    pub force: bool,
    /// The server does everything but write.
    pub dry_run: bool,
    /// What happens to unknown fields.
    pub field_validation: FieldValidation,
    /// The namespace for objects that name none, instead of the cluster's default one.
    pub namespace: Option<String>,
}

impl ApplyOptions {
    /// Without force, for real, and strict about unknown fields.
    pub fn new(field_manager: impl Into<String>) -> Self {
        Self {
            field_manager: field_manager.into(),
            force: false,
            dry_run: false,
            field_validation: FieldValidation::default(),
            namespace: None,
        }
    }
}

/// What an apply did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The object is new.
    Created,
    /// The object, or who owns its fields, has changed.
    Configured,
    /// Nothing has changed.
    Unchanged,
}

impl fmt::Display for Outcome {
    /// `kubectl`'s words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Created => "created",
            Self::Configured => "configured",
            Self::Unchanged => "unchanged",
        })
    }
}

/// An object after its apply.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// Its identity, with the namespace that it landed in.
    pub key: ObjectKey,
    /// The whole object as the server has it now (in a dry run: as it would have it).
    pub live: Json,
    /// What was done.
    pub outcome: Outcome,
    /// What the server warns of: deprecated versions, Pod Security, dropped fields.
    pub warnings: Vec<String>,
}

impl Cluster {
    /// Applies an object. Two requests: only the version before tells "unchanged" from "configured".
    ///
    /// # Errors
    /// [`Error::Refused`]: for a conflict the fields and their owners, for an invalid object its fields
    /// with the lines they stand on.
    pub async fn apply(&self, object: &Object, options: &ApplyOptions) -> Result<Applied, Error> {
        let before = self.before(object, options).await?;
        let version = before.as_ref().and_then(version_of);
        let mut applied = self.apply_after(object, options, version).await?;
        // A dry run writes no version; but it changes nothing either where nothing is to be changed.
        if options.dry_run && before.is_some_and(|before| before == applied.live) {
            applied.outcome = Outcome::Unchanged;
        }
        Ok(applied)
    }

    /// Applies an object, with one request, of which the caller knows the resource version before (`None`
    /// if it did not exist). A wrong version makes a wrong [`Outcome`], nothing else.
    ///
    /// In a dry run, which writes no version, an object that exists always counts as configured: compare
    /// it with [`Applied::live`].
    pub async fn apply_after(
        &self,
        object: &Object,
        options: &ApplyOptions,
        before: Option<&str>,
    ) -> Result<Applied, Error> {
        let (key, path) = self.locate("apply", object, options.namespace.as_deref()).await?;
        let at = || Subject::object("apply", key.clone()).at(object.place().clone());
        let mut query = format!(
            "fieldManager={}&force={}&fieldValidation={}",
            escape(&options.field_manager),
            options.force,
            options.field_validation.as_str(),
        );
        if options.dry_run {
            query.push_str("&dryRun=All");
        }
        let request = Request {
            // JSON is YAML; the server knows applies by this type.
            content_type: "application/apply-patch+yaml",
            ..Request::with_body(Method::PATCH, format!("{path}?{query}"), body(object, &key))
        };
        let reply = match self.send(&request).await {
            Ok(reply) => reply,
            Err(failure) => {
                let error = Error::of(failure, at(), self.endpoint_shared(), Some(object));
                return Err(self.or_unknown_kind(error, object).await);
            }
        };
        let live = read(&reply, at)?;
        if key.kind == "CustomResourceDefinition" && !options.dry_run {
            self.definition_written();
        }
        let outcome = match before {
            _ if reply.code == 201 => Outcome::Created,
            Some(before) if Some(before) == version_of(&live) && !options.dry_run => Outcome::Unchanged,
            _ => Outcome::Configured,
        };
        Ok(Applied { key, live, outcome, warnings: reply.warnings })
    }

    /// Identity and path of a written object.
    async fn locate(
        &self,
        action: &'static str,
        object: &Object,
        namespace: Option<&str>,
    ) -> Result<(ObjectKey, String), Error> {
        let subject = || Subject::object(action, object.key()).at(object.place().clone());
        let resource = self.resource_for(object.gvk(), subject).await?;
        let mut key = object.key();
        key.namespace = self.place(&resource, object.namespace().or(namespace)).map(str::to_owned);
        let path = resource.object(key.namespace.as_deref(), &key.name);
        Ok((key, path))
    }

    /// The live object that a written one names, if it exists. `namespace` is for objects that name none.
    pub async fn get_live(&self, object: &Object, namespace: Option<&str>) -> Result<Option<Json>, Error> {
        let (key, _) = self.locate("get", object, namespace).await?;
        self.get(object.gvk(), key.namespace.as_deref(), &key.name).await
    }

    /// The object before an apply: as a whole for a dry run, else its metadata alone, so that specs and
    /// data do not travel twice.
    async fn before(&self, object: &Object, options: &ApplyOptions) -> Result<Option<Json>, Error> {
        const METADATA: &str =
            "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";
        let (_, path) = self.locate("apply", object, options.namespace.as_deref()).await?;
        let accept = if options.dry_run { "application/json" } else { METADATA };
        let request = Request { accept, ..Request::get(path) };
        let at = || Subject::object("get", object.key()).at(object.place().clone());
        match self.answer(&request, at).await {
            Ok((json, _)) => Ok(Some(json)),
            // No namespace, no object, no such version of a builtin kind: the apply will say. And who
            // may patch need not be allowed to read.
            Err(error) if error.is_not_found() || error.is_forbidden() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// "Not found" of an apply means its kind, which a builtin one is only asked about now.
    async fn or_unknown_kind(&self, error: Error, object: &Object) -> Error {
        if !error.is_not_found() {
            return error;
        }
        let at = || Subject::object("apply", object.key()).at(object.place().clone());
        match self.refresh_discovery().await {
            Ok(discovery) if discovery.resource(object.gvk()).is_none() => {
                unknown_kind(object.gvk(), at(), &discovery)
            }
            _ => error,
        }
    }
}

fn version_of(live: &Json) -> Option<&str> {
    live.pointer("/metadata/resourceVersion").and_then(Json::as_str)
}

/// The object's JSON with the namespace that it goes to, which the server wants to see in it.
fn body(object: &Object, key: &ObjectKey) -> bytes::Bytes {
    let mut json = object.to_json();
    if let (Some(namespace), Some(Json::Object(metadata))) = (&key.namespace, json.get_mut("metadata")) {
        metadata.insert("namespace".to_owned(), Json::String(namespace.clone()));
    }
    bytes_of(&json)
}
