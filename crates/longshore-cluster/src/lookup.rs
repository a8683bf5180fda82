//! Objects for charts: what the template function `lookup` finds.
//!
//! It has rules of its own, which [`Cluster::get`] has not: a namespace that is left out is no namespace, a kind that
//! the server does not have in a version that it has finds nothing, and a list is given whole. Source:
//! <https://github.com/helm/helm/blob/v4.3.1/pkg/engine/lookup_func.go>. The words of errors are those of client-go,
//! because charts show them.

use longshore_object::Gvk;
use serde_json::Value as Json;

use crate::cluster::Cluster;
use crate::discovery::Resource;
use crate::error::Subject;
use crate::objects::typed;
use crate::transport::Request;

/// Why nothing was looked up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// The kinds of a version are not known.
    #[error("unable to get apiresource from unstructured: {kind}: {message}")]
    Kinds {
        /// The group and version; empty if what was given is none.
        group_version: String,
        /// Group, version and kind: `apps/v1, Kind=Deployment`.
        kind: String,
        /// Why not.
        message: String,
    },
    /// A name is none, or the server refuses.
    #[error("{0}")]
    Refused(String),
}

impl Cluster {
    /// The object, or the list if `name` is empty; `None` if there is none. Without a namespace it is looked for where
    /// objects have none, and lists are of all namespaces.
    ///
    /// # Errors
    /// The server has no such version, cannot be reached, or refuses.
    pub async fn lookup(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Option<Json>, LookupError> {
        // More than one slash is no version.
        let api_version = if api_version.matches('/').count() > 1 { "" } else { api_version };
        let gvk = Gvk::new(api_version, kind);
        let unknown = |message: String| LookupError::Kinds {
            group_version: api_version.to_owned(),
            kind: format!("{}/{}, Kind={kind}", gvk.group, gvk.version),
            message,
        };
        if api_version.is_empty() {
            return Err(unknown(String::from("groupVersion shouldn't be empty")));
        }
        let discovery = self.discovery().await.map_err(|error| {
            let root = if gvk.group.is_empty() { "api" } else { "apis" };
            unknown(error.as_client_go(&format!("/{root}/{api_version}?timeout=32s")))
        })?;
        if !discovery.group_versions.iter().any(|version| version == api_version) {
            return Err(unknown(String::from("the server could not find the requested resource")));
        }
        let resource = discovery.resource(&gvk);
        let namespace =
            Some(namespace).filter(|one| !one.is_empty() && resource.is_some_and(|found| found.namespaced));
        if let Some(namespace) = namespace {
            check_segment("namespace", namespace)?;
        }
        check_segment("resource name", name)?;
        let Some(resource) = resource else { return Ok(None) };
        self.ask(resource, &gvk, namespace, name).await
    }

    async fn ask(
        &self,
        resource: &Resource,
        gvk: &Gvk,
        namespace: Option<&str>,
        name: &str,
    ) -> Result<Option<Json>, LookupError> {
        let path =
            if name.is_empty() { resource.collection(namespace) } else { resource.object(namespace, name) };
        let at = || Subject::many("look up", gvk, namespace);
        match self.answer(&Request::get(path.clone()), at).await {
            Ok((json, _)) if name.is_empty() => Ok(Some(whole_list(json))),
            Ok((json, _)) => Ok(Some(json)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(LookupError::Refused(error.as_client_go(&path))),
        }
    }
}

/// A list whose objects have the type that only the list names.
fn whole_list(mut list: Json) -> Json {
    let text = |key: &str| list.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    let (api_version, kind) = (text("apiVersion"), text("kind"));
    let gvk = Gvk::new(&api_version, kind.strip_suffix("List").unwrap_or(&kind));
    let items = match list.get_mut("items").map(Json::take) {
        Some(Json::Array(items)) => items.into_iter().map(|item| typed(item, &gvk)).collect(),
        _ => Vec::new(),
    };
    if let Json::Object(map) = &mut list {
        map.insert(String::from("items"), Json::Array(items));
    }
    list
}

/// Whether a text may be a part of a path.
fn check_segment(what: &str, text: &str) -> Result<(), LookupError> {
    let problems: Vec<String> = match text {
        "." | ".." => vec![format!("may not be '{text}'")],
        _ => ["/", "%"]
            .into_iter()
            .filter(|mark| text.contains(mark))
            .map(|mark| format!("may not contain '{mark}'"))
            .collect(),
    };
    if problems.is_empty() {
        return Ok(());
    }
    Err(LookupError::Refused(format!("invalid {what} {text:?}: [{}]", problems.join(" "))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{check_segment, whole_list};

    #[test]
    fn objects_of_a_list_have_its_type() {
        let list = json!({"apiVersion": "v1", "kind": "PodList", "metadata": {}, "items": [{"metadata": {"name": "a"}}]});
        let expected = json!({"apiVersion": "v1", "kind": "PodList", "metadata": {},
            "items": [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}]});
        assert_eq!(whole_list(list), expected);
        assert_eq!(
            whole_list(json!({"kind": "FooList", "items": null})),
            json!({"kind": "FooList", "items": []})
        );
    }

    #[test]
    fn names_are_parts_of_paths() {
        let said = |text| check_segment("resource name", text).map_err(|error| error.to_string());
        assert_eq!(said("a b?c"), Ok(()));
        assert_eq!(said(".."), Err("invalid resource name \"..\": [may not be '..']".into()));
        assert_eq!(
            said("a/%"),
            Err("invalid resource name \"a/%\": [may not contain '/' may not contain '%']".into())
        );
    }
}
