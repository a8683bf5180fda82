//! What programs get and give: resources with their ids, and what becomes of what is printed.
//!
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/internal/plugins/utils/utils.go>.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use longshore_go::{Map, Value, json, strconv};
use longshore_yaml::sigs;

use crate::error::Error;
use crate::id::{Id, Key};
use crate::resource::{self, Behavior, Resource, annotations};
use crate::resources::Resources;
use crate::scope::Scopes;

/// What the id of a resource is when a program gets it.
const ID: &str = "kustomize.config.k8s.io/id";
/// By this a program asks for the hash in the name.
const NEEDS_HASH: &str = "kustomize.config.k8s.io/needs-hash";
/// By this a program says what becomes of an object if there is one of its id.
const BEHAVIOR: &str = "kustomize.config.k8s.io/behavior";

/// Copies of resources that say their ids.
///
/// # Errors
/// An id cannot be written.
pub(super) fn with_ids(list: &[Resource], scopes: &Scopes) -> Result<Vec<Resource>, Error> {
    let noted = |resource: &Resource| {
        let mut resource = resource.clone();
        let id = sigs::marshal(&Value::Map(parts(&resource.id(scopes))))?;
        resource.set_annotation(ID, &String::from_utf8_lossy(&id));
        Ok(resource)
    };
    list.iter().map(noted).collect()
}

/// The parts of an id that it has.
fn parts(id: &Id) -> Map {
    let gvk = &id.gvk;
    let all = [
        ("group", &gvk.group),
        ("version", &gvk.version),
        ("kind", &gvk.kind),
        ("name", &id.name),
        ("namespace", &id.written_namespace),
    ];
    all.into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| (name, Value::from(&**text)))
        .collect()
}

/// The resources that a generator printed, what they ask for being noted.
///
/// # Errors
/// They are none, two have the same id, or one asks for something that cannot be.
pub(super) fn generated(printed: &[u8], scopes: &Scopes) -> Result<Vec<Resource>, Error> {
    let mut resources = Resources::default();
    for resource in resource::read(printed)? {
        resources.append(resource, scopes)?;
    }
    let mut list = resources.into_list();
    for resource in &mut list {
        let mut own = resource.annotations();
        let behavior = own.remove(BEHAVIOR).unwrap_or_default();
        let needs_hash = match own.remove(NEEDS_HASH) {
            None => false,
            Some(text) => strconv::parse_bool(text.as_bytes()).map_err(|_| {
                let quoted = strconv::quoted(&text);
                Error::new(format!("the annotation \"{NEEDS_HASH}\" contains an invalid value ({quoted})"))
            })?,
        };
        resource.set_annotations(&own);
        if needs_hash {
            resource.switch_on(annotations::NEEDS_HASH);
        }
        resource.set_behavior(Behavior::of(&behavior));
    }
    Ok(list)
}

/// Puts what a transformer printed in the place of the resources of the same id; others are added, and what it did not
/// print is gone, unless the list is to stay.
///
/// # Errors
/// They are no resources, two have the same id, or several resources have the id of one.
pub(super) fn update(
    name: &str,
    printed: &[u8],
    resources: &mut Resources,
    list_stays: bool,
    scopes: &Scopes,
) -> Result<(), Error> {
    let mut places: IndexMap<Key, Vec<usize>> = IndexMap::new();
    for (at, resource) in resources.list().iter().enumerate() {
        places.entry(resource.id(scopes).key()).or_default().push(at);
    }
    let mut printed_ids = BTreeSet::new();
    let list = resources.list_mut();
    for mut resource in resource::read(printed)? {
        let mut own = resource.annotations();
        own.remove(ID);
        resource.set_annotations(&own);
        let id = resource.id(scopes);
        if !printed_ids.insert(id.key()) {
            return Err(Error::new(format!("plugin {name} generated duplicate resource: {}", shown(&id))));
        }
        match places.get(&id.key()).map(Vec::as_slice) {
            None | Some([]) if list_stays => {}
            None | Some([]) => list.push(resource),
            Some([at]) => list[*at].replace_node(resource.node().clone()),
            Some(several) => return Err(Error::new(format!("id matched {} resources", several.len()))),
        }
    }
    if list_stays {
        return Ok(());
    }
    let mut gone = BTreeSet::new();
    for id in list.iter().map(|resource| resource.id(scopes)) {
        if !printed_ids.contains(&id.key()) && !gone.insert((id.key(), id.written_namespace.clone())) {
            return Err(Error::new(format!("id {id} not found in removal")));
        }
    }
    list.retain(|resource| printed_ids.contains(&resource.id(scopes).key()));
    Ok(())
}

/// An id as JSON.
fn shown(id: &Id) -> String {
    let gvk = &id.gvk;
    let fields = [
        ("group", &gvk.group),
        ("version", &gvk.version),
        ("kind", &gvk.kind),
        ("name", &id.name),
        ("namespace", &id.written_namespace),
    ];
    let mut pairs = Vec::new();
    for (name, text) in fields.into_iter().filter(|(_, text)| !text.is_empty()) {
        let mut written = Vec::new();
        // A text can always be written.
        let _ = json::append(&mut written, &Value::from(&**text), json::EscapeHtml::Yes);
        pairs.push(format!("\"{name}\":{}", String::from_utf8_lossy(&written)));
    }
    format!("{{{}}}", pairs.join(","))
}
