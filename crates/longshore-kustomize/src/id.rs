//! What an object is known by: type, name and namespace.

use std::fmt;

use longshore_yaml::Text;

use crate::gvk::{Gvk, or};

/// The namespace that counts where none is named.
pub const DEFAULT_NAMESPACE: &str = "default";

/// What stands for the namespace of an object that cannot have one.
pub const NO_NAMESPACE: &str = "_non_namespaceable_";

/// What an object is known by (`resid.ResId`).
///
/// `==` compares what is written; [`Id::is_same`] compares what is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Id {
    /// The type.
    pub gvk: Gvk,
    /// `metadata.name`
    pub name: Text,
    /// `metadata.namespace` as written; see [`Id::namespace`].
    pub written_namespace: Text,
}

/// What two ids have in common if they mean the same object: group, version, kind, name, effective namespace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Text, Text, Text, Text, Text);

impl Id {
    /// To look the object up by.
    pub fn key(&self) -> Key {
        let namespace = match self.namespace() {
            effective if self.written_namespace == effective => self.written_namespace.clone(),
            effective => effective.into(),
        };
        let gvk = self.gvk.clone();
        Key(gvk.group, gvk.version, gvk.kind, self.name.clone(), namespace)
    }

    /// The id of these parts.
    pub fn new(gvk: Gvk, name: impl Into<Text>, namespace: impl Into<Text>) -> Self {
        Self { gvk, name: name.into(), written_namespace: namespace.into() }
    }

    /// The namespace that the object is really in: `default` if it names none, and a word that is no namespace if its
    /// type is known to have none.
    pub fn namespace(&self) -> &str {
        match &*self.written_namespace {
            _ if self.gvk.is_cluster_scoped => NO_NAMESPACE,
            "" => DEFAULT_NAMESPACE,
            namespace => namespace,
        }
    }

    /// The same type, name and effective namespace.
    pub fn is_same(&self, other: &Id) -> bool {
        self.name == other.name && self.gvk.is_same(&other.gvk) && self.namespace() == other.namespace()
    }

    /// Whether each part that `selector` names is the same.
    pub fn is_selected_by(&self, selector: &Id) -> bool {
        (selector.name.is_empty() || selector.name == self.name)
            && (selector.written_namespace.is_empty() || selector.namespace() == self.namespace())
            && self.gvk.is_selected_by(&selector.gvk)
    }
}

/// As in messages: `Deployment.v1.apps/web.shop`, `Service.v1.[noGrp]/web.[noNs]`.
impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}.{}", self.gvk, or(&self.name, "[noName]"), or(&self.written_namespace, "[noNs]"))
    }
}
