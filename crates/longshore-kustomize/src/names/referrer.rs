//! The resource whose references are being corrected, as far as it decides about whom it can mean.

use std::collections::BTreeSet;

use longshore_yaml::{Kind, Text};

use crate::error::Error;
use crate::field;
use crate::gvk::Gvk;
use crate::id::Id;
use crate::resource::{Resource, Way};
use crate::scope::Scopes;

/// What is known of it before anything is changed.
pub(super) struct Referrer {
    /// What it is known by.
    pub(super) id: Id,
    /// Namespaces of the accounts that a RoleBinding binds: it can refer to them too.
    pub(super) bound_namespaces: BTreeSet<Text>,
    /// The type of the role that a binding binds, if it says so.
    pub(super) role: Option<Gvk>,
    /// Its prefixes and suffixes.
    pub(super) way: Way,
}

impl Referrer {
    pub(super) fn of(resource: &Resource, scopes: &Scopes) -> Result<Self, Error> {
        let id = resource.id(scopes);
        let bound_namespaces = bound_namespaces(resource, &id)?;
        let role = role(resource);
        Ok(Self { id, bound_namespaces, role, way: resource.way() })
    }
}

fn bound_namespaces(resource: &Resource, id: &Id) -> Result<BTreeSet<Text>, Error> {
    let mut found = BTreeSet::new();
    if resource.kind() != "RoleBinding" {
        return Ok(found);
    }
    let subjects = field::get(resource.node(), "subjects").filter(|subjects| subjects.kind == Kind::Sequence);
    for subject in subjects.into_iter().flat_map(|subjects| &subjects.content) {
        let Some(namespace) = field::get(subject, "namespace") else { continue };
        if field::text(subject, "kind") != "ServiceAccount" {
            continue;
        }
        if namespace.kind != Kind::Scalar || namespace.tag != "!!str" && !namespace.tag.is_empty() {
            let text = format!("Invalid Input: namespace is blank for resource {:?}\n", id.to_string());
            return Err(Error::new(text));
        }
        found.insert(namespace.value.clone());
    }
    Ok(found)
}

fn role(resource: &Resource) -> Option<Gvk> {
    let role = field::get(resource.node(), "roleRef")?;
    let (group, kind) = (field::get(role, "apiGroup")?, field::get(role, "kind")?);
    Some(Gvk::unscoped(group.value.clone(), "", kind.value.clone()))
}
