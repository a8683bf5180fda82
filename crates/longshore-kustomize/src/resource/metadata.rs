//! Name, namespace, labels and annotations of an object, as kyaml reads and writes them.

use std::collections::BTreeMap;

use longshore_yaml::{Kind, Node, Style, Text};

use super::{Resource, annotations};
use crate::field;

/// What a resource must say of itself (`GetValidatedMetadata`), in the shape in which messages show it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// `apiVersion`
    pub api_version: String,
    /// `kind`
    pub kind: String,
    /// `metadata.name`
    pub name: String,
    /// `metadata.namespace`
    pub namespace: String,
    /// `metadata.labels`
    pub labels: BTreeMap<String, String>,
    /// `metadata.annotations`
    pub annotations: BTreeMap<String, String>,
}

impl Metadata {
    /// What the object says of itself; `None` if it says nothing at all.
    pub fn of(object: &Node) -> Option<Self> {
        let text = |node: Option<&Node>| node.map(|node| node.value.to_string()).unwrap_or_default();
        let map = |node: Option<&Node>| node.map(strings).unwrap_or_default();
        let (api_version, kind) = (field::filled(object, "apiVersion"), field::filled(object, "kind"));
        let metadata = field::filled(object, "metadata");
        let parts = ["name", "namespace", "labels", "annotations"].map(|name| field::filled(metadata?, name));
        if api_version.is_none() && kind.is_none() && parts.iter().all(Option::is_none) {
            return None;
        }
        let [name, namespace, labels, annotations] = parts;
        Some(Self {
            api_version: text(api_version),
            kind: text(kind),
            name: text(name),
            namespace: text(namespace),
            labels: map(labels),
            annotations: map(annotations),
        })
    }
}

/// As Go prints the struct.
impl std::fmt::Display for Metadata {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let map = |map: &BTreeMap<String, String>| {
            let pairs: Vec<String> = map.iter().map(|(key, value)| format!("{key}:{value}")).collect();
            format!("map[{}]", pairs.join(" "))
        };
        write!(
            f,
            "{{{{{} {}}} {{{{{} {}}} {} {}}}}}",
            self.api_version,
            self.kind,
            self.name,
            self.namespace,
            map(&self.labels),
            map(&self.annotations)
        )
    }
}

/// Keys and values of a mapping as texts, whatever they are.
fn strings(node: &Node) -> BTreeMap<String, String> {
    let text = |node: &Node| if field::is_null(node) { String::new() } else { node.value.to_string() };
    node.entries().map(|(key, value)| (text(key), text(value))).collect()
}

impl Resource {
    fn metadata(&self) -> Option<&Node> {
        field::filled(&self.node, "metadata")
    }

    fn metadata_text(&self, name: &str) -> Text {
        let value = self.metadata().and_then(|metadata| field::filled(metadata, name));
        value.map(|value| value.value.clone()).unwrap_or_default()
    }

    /// `kind`
    pub fn kind(&self) -> Text {
        field::text(&self.node, "kind")
    }

    /// `metadata.name`; empty if there is none.
    pub fn name(&self) -> Text {
        self.metadata_text("name")
    }

    /// `metadata.namespace`; empty if there is none.
    pub fn namespace(&self) -> Text {
        self.metadata_text("namespace")
    }

    /// Sets `metadata.name`. The text decides about its type, unless the old one stood in quotes.
    pub fn set_name(&mut self, name: &str) {
        self.set_metadata_text("name", name);
    }

    /// Sets `metadata.namespace`, or takes it away if it is empty.
    pub fn set_namespace(&mut self, namespace: &str) {
        if namespace.is_empty() {
            if let Some(metadata) = field::get_mut(&mut self.node, "metadata") {
                // What is no mapping has none.
                let _ = field::clear(metadata, "namespace");
            }
        } else {
            self.set_metadata_text("namespace", namespace);
        }
    }

    /// Sets `kind`.
    pub fn set_kind(&mut self, kind: &str) {
        // Only mappings become resources, so it cannot fail.
        let _ = field::set(&mut self.node, "kind", field::untyped(kind));
    }

    /// Sets `apiVersion`.
    pub fn set_api_version(&mut self, api_version: &str) {
        let _ = field::set(&mut self.node, "apiVersion", field::untyped(api_version));
    }

    fn set_metadata_text(&mut self, name: &str, text: &str) {
        if let Ok(Some(metadata)) = field::get_or_create(&mut self.node, "metadata", Kind::Mapping) {
            // Metadata that are no mapping have no name, which was seen when the object was read.
            let _ = field::set(metadata, name, field::untyped(text));
        }
    }

    /// `metadata.labels` as texts.
    pub fn labels(&self) -> BTreeMap<String, String> {
        self.metadata_map("labels")
    }

    /// `metadata.annotations` as texts, those of the build among them.
    pub fn annotations(&self) -> BTreeMap<String, String> {
        self.metadata_map("annotations")
    }

    fn metadata_map(&self, name: &str) -> BTreeMap<String, String> {
        let Some(map) = self.metadata().and_then(|metadata| field::get(metadata, name)) else {
            return BTreeMap::new();
        };
        map.content
            .chunks_exact(2)
            .map(|pair| (pair[0].value.to_string(), pair[1].value.to_string()))
            .collect()
    }

    /// Writes `metadata.labels` anew: sorted, all strings.
    pub fn set_labels(&mut self, labels: &BTreeMap<String, String>) {
        self.set_metadata_map("labels", labels);
    }

    /// Writes `metadata.annotations` anew: sorted, all strings.
    pub fn set_annotations(&mut self, annotations: &BTreeMap<String, String>) {
        self.set_metadata_map("annotations", annotations);
    }

    fn set_metadata_map(&mut self, name: &str, map: &BTreeMap<String, String>) {
        let Ok(Some(metadata)) = field::get_or_create(&mut self.node, "metadata", Kind::Mapping) else {
            return;
        };
        if field::clear(metadata, name).is_err() || metadata.kind != Kind::Mapping || map.is_empty() {
            return;
        }
        let mut node = Node::new(Kind::Mapping, "");
        for (key, value) in map {
            node.content.extend([field::untyped(key), field::string(value)]);
        }
        metadata.content.extend([field::untyped(name), node]);
    }

    /// The text of an annotation.
    pub fn annotation(&self, name: &str) -> Option<Text> {
        let annotations = self.metadata().and_then(|metadata| field::get(metadata, "annotations"))?;
        let pair = annotations.content.chunks_exact(2).find(|pair| pair[0].value == name)?;
        Some(pair[1].value.clone())
    }

    /// Sets one annotation, in single quotes if it is new (`SetAnnotation`).
    pub(super) fn note(&mut self, name: &str, value: &str) {
        let mut node = Node::string(value);
        node.style = Style::SingleQuoted;
        if let Some(metadata) = field::get_mut(&mut self.node, "metadata")
            && let Some(at) = field::position(metadata, "annotations")
            && metadata.content[at + 1].content.is_empty()
        {
            metadata.content.drain(at..at + 2);
        }
        let Ok(Some(metadata)) = field::get_or_create(&mut self.node, "metadata", Kind::Mapping) else {
            return;
        };
        if let Ok(Some(annotations)) = field::get_or_create(metadata, "annotations", Kind::Mapping) {
            let _ = field::set(annotations, name, node);
        }
    }

    /// Sets an annotation of the build, all others being written anew.
    pub fn switch_on(&mut self, name: &str) {
        self.set_annotation(name, annotations::ENABLED);
    }

    /// Sets an annotation, all others being written anew.
    pub fn set_annotation(&mut self, name: &str, value: &str) {
        let mut annotations = self.annotations();
        annotations.insert(name.to_owned(), value.to_owned());
        self.set_annotations(&annotations);
    }

    /// Whether a switch of the build is on.
    pub fn is_on(&self, name: &str) -> bool {
        self.annotation(name).is_some_and(|value| value == annotations::ENABLED)
    }

    /// Takes away what the build has noted, writing the other annotations anew.
    pub fn drop_build_annotations(&mut self) {
        let all = self.metadata().and_then(|metadata| field::get(metadata, "annotations"));
        let mut keys = all.iter().flat_map(|all| all.content.chunks_exact(2)).map(|pair| &*pair[0].value);
        if keys.all(|key| annotations::BUILD.contains(&key)) {
            if all.is_some_and(|all| !all.content.is_empty()) {
                self.set_annotations(&BTreeMap::new());
            }
            return;
        }
        let mut annotations = self.annotations();
        for name in annotations::BUILD {
            annotations.remove(name);
        }
        self.set_annotations(&annotations);
    }
}
