//! A resource: an object, and what a build knows of its past.
//!
//! Names change on the way (prefixes, namespaces, hashes), and whoever refers to an object by an older name must find it.
//! Kustomize notes the past in annotations of the object, which it takes away at the end. They are kept there here too,
//! because it shows: a patch can replace all annotations, and with them the past.
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/resource/resource.go>.

pub mod annotations;
mod metadata;
mod past;
mod read;

use longshore_yaml::Node;

use crate::field;
use crate::gvk::Gvk;
use crate::id::Id;
use crate::scope::Scopes;
use crate::spot::Source;

pub use metadata::Metadata;
pub use past::Way;
pub use read::{check, of_file, read};

/// What becomes of a generated object if there is one of its id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Behavior {
    /// Nothing was said; there must be none.
    #[default]
    Unspecified,
    /// There must be none.
    Create,
    /// It takes the place of the other one.
    Replace,
    /// Its data are added to those of the other one.
    Merge,
}

impl Behavior {
    /// From the text in a kustomization; what is unknown says nothing.
    pub fn of(text: &str) -> Self {
        match text {
            "create" => Self::Create,
            "replace" => Self::Replace,
            "merge" => Self::Merge,
            _ => Self::Unspecified,
        }
    }

    /// The text of it.
    pub fn text(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::Create => "create",
            Self::Replace => "replace",
            Self::Merge => "merge",
        }
    }
}

/// An object with what a build knows of it.
#[derive(Clone, Debug)]
pub struct Resource {
    /// The object: a mapping, or null once it was deleted.
    node: Node,
    /// The variables that take their values from it.
    vars: Vec<String>,
    /// How many numbers have been given to nodes that may stand in several places (see [`field::settle`]).
    identities: u32,
    /// Whether any node does.
    is_sharing: bool,
    /// The file or generator that it comes from.
    source: Source,
    /// Which of all it is, if the build is traced: it stays whatever becomes of the name.
    number: u32,
}

impl Resource {
    /// A resource of this object.
    pub fn new(mut node: Node) -> Self {
        if node.kind == longshore_yaml::Kind::Document && !node.content.is_empty() {
            node = node.content.swap_remove(0);
        }
        Self {
            node,
            vars: Vec::new(),
            identities: 0,
            is_sharing: false,
            source: Source::default(),
            number: 0,
        }
    }

    /// The object.
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// The object, to be changed; [`Resource::settle`] is to be called then.
    pub fn node_mut(&mut self) -> &mut Node {
        &mut self.node
    }

    /// The file or generator that it comes from.
    pub fn source(&self) -> Source {
        self.source
    }

    /// Says which file or generator it comes from.
    pub(crate) fn set_source(&mut self, source: Source) {
        self.source = source;
    }

    /// Which of all it is in a build that is traced.
    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    /// Says which of all it is.
    pub(crate) fn set_number(&mut self, number: u32) {
        self.number = number;
    }

    /// Puts another object in its place.
    pub fn replace_node(&mut self, node: Node) {
        self.node = Self::new(node).node;
        self.is_sharing = false;
    }

    /// Deletes the object; the resource is dropped with the next transformer.
    pub fn delete(&mut self) {
        self.node = Node::null();
    }

    /// Whether there is nothing left of it.
    pub fn is_empty(&self) -> bool {
        field::is_empty(&self.node)
    }

    /// Gives changes of a node that stands in several places to all of them.
    pub fn settle(&mut self) {
        if self.is_sharing {
            field::settle(&mut self.node);
        }
    }

    /// A number for a node that may stand in several places; if it does, [`Resource::note_sharing`] is to be called.
    pub fn new_identity(&mut self) -> u32 {
        self.identities += 1;
        self.identities
    }

    /// Notes that a node stands in several places.
    pub fn note_sharing(&mut self) {
        self.is_sharing = true;
    }

    /// Its type.
    pub fn gvk(&self, scopes: &Scopes) -> Gvk {
        Gvk::new(&field::text(&self.node, "apiVersion"), field::text(&self.node, "kind"), scopes)
    }

    /// What it is known by now.
    pub fn id(&self, scopes: &Scopes) -> Id {
        Id::new(self.gvk(scopes), self.name(), self.namespace())
    }

    /// What it was known by first.
    pub fn original_id(&self, scopes: &Scopes) -> Id {
        self.past_ids().into_iter().next().unwrap_or_else(|| self.id(scopes))
    }

    /// The variables that take their values from it.
    pub fn vars(&self) -> &[String] {
        &self.vars
    }

    /// Notes a variable that takes its value from it.
    pub fn add_var(&mut self, name: &str) {
        self.vars.push(name.to_owned());
    }

    /// Takes over labels, annotations, name, namespace and past of another resource, as a generated object does that takes
    /// its place; what both have is its own, except for the past (`CopyMergeMetaDataFieldsFrom`).
    pub fn take_metadata_from(&mut self, other: &Self) {
        let mut labels = other.labels();
        labels.extend(self.labels());
        self.set_labels(&labels);
        let (own, old) = (self.annotations(), other.annotations());
        let mut merged = old.clone();
        merged.extend(own.clone());
        for name in annotations::BUILD {
            match old.get(name) {
                Some(value) => merged.insert(name.to_owned(), value.clone()),
                None => merged.remove(name),
            };
        }
        if !own.contains_key(annotations::NEEDS_HASH) {
            merged.remove(annotations::NEEDS_HASH);
        }
        self.set_annotations(&merged);
        self.set_name(&other.name());
        self.set_namespace(&other.namespace());
        self.vars.clone_from(&other.vars);
        (self.source, self.number) = (other.source, other.number);
    }
}
