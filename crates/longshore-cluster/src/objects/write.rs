//! Writing objects as kubectl and Helm do: JSON as it is, with the name of a field manager.
//!
//! [`Cluster::apply`] is for objects with places, whose conflicts and mistakes are explained. Here the server's words
//! stand: what tools say that scripts know. Parameters: <https://kubernetes.io/docs/reference/using-api/api-concepts/>.

use http::Method;
use longshore_object::Gvk;
use serde_json::Value as Json;

use super::{Patch, bytes_of, identity, key, read};
use crate::apply::FieldValidation;
use crate::cluster::Cluster;
use crate::discovery::{Resource, escape};
use crate::error::{Error, Subject};
use crate::transport::{Reply, Request};

/// How to write.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WriteOptions {
    /// As whom fields are owned.
    pub field_manager: String,
    /// What happens to unknown fields; the server's own way if nothing is said.
    pub field_validation: Option<FieldValidation>,
    /// An apply takes over fields that others own. Other writes do that anyway.
    pub force: bool,
    /// The server does everything but write.
    pub dry_run: bool,
}

impl WriteOptions {
    /// For real, without force, unknown fields as the server has it.
    pub fn new(field_manager: impl Into<String>) -> Self {
        Self { field_manager: field_manager.into(), ..Self::default() }
    }

    fn query(&self) -> String {
        let mut query = format!("fieldManager={}", escape(&self.field_manager));
        if let Some(validation) = self.field_validation {
            query.push_str("&fieldValidation=");
            query.push_str(validation.as_str());
        }
        if self.dry_run {
            query.push_str("&dryRun=All");
        }
        query
    }
}

/// An object after it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The whole object as the server has it now.
    pub live: Json,
    /// What the server warns of.
    pub warnings: Vec<String>,
}

impl Cluster {
    /// Applies an object on the server side, with one request. `namespace` is for one that names none.
    ///
    /// # Errors
    /// [`Error::Refused`], for a conflict with the fields in the server's message.
    pub async fn apply_json(
        &self,
        object: &Json,
        namespace: Option<&str>,
        options: &WriteOptions,
    ) -> Result<Written, Error> {
        let (resource, own, at) = self.target("apply", object, namespace).await?;
        let path = resource.object(own.as_deref(), &at.1);
        let request = Request {
            content_type: "application/apply-patch+yaml",
            ..Request::with_body(
                Method::PATCH,
                format!("{path}?{}&force={}", options.query(), options.force),
                bytes_of(object),
            )
        };
        self.written(&request, &resource, options, || at.0.clone()).await
    }

    /// Creates an object.
    ///
    /// # Errors
    /// [`Error::is_already_exists`] if the name is taken.
    pub async fn create_as(
        &self,
        object: &Json,
        namespace: Option<&str>,
        options: &WriteOptions,
    ) -> Result<Written, Error> {
        let (resource, own, at) = self.target("create", object, namespace).await?;
        let path = resource.collection(own.as_deref());
        let request =
            Request::with_body(Method::POST, format!("{path}?{}", options.query()), bytes_of(object));
        self.written(&request, &resource, options, || at.0.clone()).await
    }

    /// Replaces an object as a whole; the version that it is at, where `object` names none, does not matter.
    ///
    /// # Errors
    /// [`Error::is_not_found`] if it is not there, [`Error::is_stale`] if it is at another version than it says.
    pub async fn replace_as(
        &self,
        object: &Json,
        namespace: Option<&str>,
        options: &WriteOptions,
    ) -> Result<Written, Error> {
        let (resource, own, at) = self.target("replace", object, namespace).await?;
        let path = resource.object(own.as_deref(), &at.1);
        let version = object.pointer("/metadata/resourceVersion").and_then(Json::as_str);
        let request = Request {
            fenced: version.is_some_and(|version| !version.is_empty()),
            ..Request::with_body(Method::PUT, format!("{path}?{}", options.query()), bytes_of(object))
        };
        self.written(&request, &resource, options, || at.0.clone()).await
    }

    /// Patches an object.
    ///
    /// # Errors
    /// [`Error::is_stale`] if the patch names another resource version than the live one.
    pub async fn patch_as(
        &self,
        gvk: &Gvk,
        namespace: Option<&str>,
        name: &str,
        patch: &Patch,
        options: &WriteOptions,
    ) -> Result<Written, Error> {
        let at = || Subject::object("patch", key(gvk, namespace, name));
        let resource = self.resource_for(gvk, at).await?;
        let path = resource.object(self.place(&resource, namespace), name);
        let (content_type, body) = patch.parts();
        let request = Request {
            content_type,
            // Operations may replace the version.
            fenced: matches!(patch, Patch::Json(_)) || body.pointer("/metadata/resourceVersion").is_some(),
            repeatable: !matches!(patch, Patch::Json(_)),
            ..Request::with_body(Method::PATCH, format!("{path}?{}", options.query()), bytes_of(body))
        };
        self.written(&request, &resource, options, at).await
    }

    /// How the server serves the object, the namespace that it goes to, and what is said of it with its name.
    async fn target(
        &self,
        action: &'static str,
        object: &Json,
        namespace: Option<&str>,
    ) -> Result<(Resource, Option<String>, (Subject, String)), Error> {
        let (gvk, own, name) = identity(object);
        let namespace = own.as_deref().or(namespace);
        let at = Subject::object(action, key(&gvk, namespace, &name));
        let resource = self.resource_for(&gvk, || at.clone()).await?;
        let namespace = self.place(&resource, namespace).map(str::to_owned);
        Ok((resource, namespace, (at, name)))
    }

    async fn written(
        &self,
        request: &Request,
        resource: &Resource,
        options: &WriteOptions,
        at: impl Fn() -> Subject,
    ) -> Result<Written, Error> {
        let reply: Reply = match self.send(request).await {
            Ok(reply) => reply,
            Err(failure) => return Err(Error::of(failure, at(), self.endpoint_shared(), None)),
        };
        let live = read(&reply, at)?;
        if resource.gvk.kind == "CustomResourceDefinition" && !options.dry_run {
            self.definition_written();
        }
        Ok(Written { live, warnings: reply.warnings })
    }
}
