//! Objects in another form than their own: only their metadata, or as the server prints them.
//!
//! Both are what the server makes of objects on request:
//! <https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables>.

use longshore_object::Gvk;
use serde_json::Value as Json;

use super::{List, Selector, key};
use crate::cluster::Cluster;
use crate::error::{Error, Subject};
use crate::transport::Request;

/// The metadata of a list's objects.
const METADATA: &str = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";

/// A table, or the objects themselves of a server that makes none.
const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";

impl Cluster {
    /// As [`Cluster::list`], but each item has nothing but its `metadata`: what labels and annotations say of large
    /// objects costs little then.
    ///
    /// # Errors
    /// As [`Cluster::list`].
    pub async fn list_metadata(
        &self,
        gvk: &Gvk,
        namespace: Option<&str>,
        selector: &Selector,
    ) -> Result<List, Error> {
        self.list_as(gvk, namespace, selector, METADATA).await
    }

    /// An object as a `Table` of one row with the object in it, or the object itself if the server prints no such kind.
    ///
    /// # Errors
    /// Also if there is no such object ([`Error::is_not_found`]).
    pub async fn get_table(&self, gvk: &Gvk, namespace: Option<&str>, name: &str) -> Result<Json, Error> {
        let at = || Subject::object("get", key(gvk, namespace, name));
        let resource = self.resource_for(gvk, at).await?;
        let path = resource.object(self.place(&resource, namespace), name);
        let request = Request { accept: TABLE, ..Request::get(format!("{path}?includeObject=Object")) };
        self.answer(&request, at).await.map(|(json, _)| json)
    }

    /// The objects of a kind as one `Table`, or as a list if the server prints no such kind.
    ///
    /// # Errors
    /// As [`Cluster::list`].
    pub async fn list_table(
        &self,
        gvk: &Gvk,
        namespace: Option<&str>,
        selector: &Selector,
    ) -> Result<Json, Error> {
        self.list_whole(gvk, namespace, &format!("includeObject=Object&{}", selector.query()), TABLE).await
    }

    /// The objects of a kind as the list that the server gives, in one answer.
    ///
    /// # Errors
    /// As [`Cluster::list`].
    pub async fn list_raw(
        &self,
        gvk: &Gvk,
        namespace: Option<&str>,
        selector: &Selector,
    ) -> Result<Json, Error> {
        self.list_whole(gvk, namespace, &selector.query(), "application/json").await
    }

    async fn list_whole(
        &self,
        gvk: &Gvk,
        namespace: Option<&str>,
        query: &str,
        accept: &'static str,
    ) -> Result<Json, Error> {
        let at = || Subject::many("list", gvk, namespace);
        let resource = self.resource_for(gvk, at).await?;
        let path = format!("{}?{}", resource.collection(namespace), query.trim_end_matches('&'));
        let request = Request { accept, ..Request::get(path) };
        self.answer(&request, at).await.map(|(json, _)| json)
    }
}
