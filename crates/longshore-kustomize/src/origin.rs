//! Where resources come from and what has changed them, as `buildMetadata` asks for it.
//!
//! If it asks for anything at all, each resource carries its origin and the transformers that were run on it in
//! annotations; those that were not asked for are taken away at the end.
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/resource/origin.go>.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};

use longshore_go::path;
use longshore_yaml::{EmitOptions, Kind, Node, Text, emit, sigs};

use crate::decode::{Reader, decode_struct};
use crate::error::Error;
use crate::field;
use crate::fieldspec::FieldSpec;
use crate::remote::Repository;
use crate::resource::{Resource, annotations};
use crate::resources::Resources;
use crate::transform;

/// Where something lies, or who made it; what is not said is empty.
///
/// ```
/// use longshore_kustomize::origin::Origin;
/// let base = Origin::default().below("../base");
/// assert_eq!(base.below("web.yaml").text(), "path: ../base/web.yaml\n");
/// let patch = base.builtin("kustomization.yaml", "PatchTransformer");
/// assert!(patch.text().starts_with("configuredIn: ../base/kustomization.yaml\n"));
/// let remote = base.below("https://x.example/o/r//a?ref=v1").below("../b");
/// assert_eq!(remote.text(), "path: b\nrepo: https://x.example/o/r\nref: v1\n");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Seen from the kustomization that is built, or from the root of the repository.
    path: String,
    /// The address of the repository.
    repo: String,
    /// Branch, tag or commit.
    reference: String,
    /// The file that names who made it.
    configured_in: String,
    /// Who made it.
    configured_by: Configuration,
}

/// What a generator or transformer is known by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Configuration {
    api_version: String,
    kind: String,
    name: String,
    namespace: String,
}

decode_struct!(Origin as "resource.Origin" {
    "path" => path, "repo" => repo, "ref" => reference, "configuredIn" => configured_in,
    "configuredBy" => configured_by,
});

decode_struct!(Configuration as "yaml.ResourceIdentifier" {
    "apiVersion" in "TypeMeta" => api_version, "kind" in "TypeMeta" => kind, "name" in "NameMeta" => name,
    "namespace" in "NameMeta" => namespace,
});

impl Origin {
    /// Where a file, folder or repository lies that is named there.
    pub fn below(&self, path: &str) -> Self {
        let Ok(repository) = Repository::parse(path) else {
            return Self { path: join(&self.path, path), ..self.clone() };
        };
        // Upstream takes the first part off a path that has only one where no folder is named.
        let folder = if repository.folder.is_empty() { NO_FOLDER } else { &repository.folder };
        Self {
            path: join("", folder),
            repo: repository.address,
            reference: repository.reference,
            ..self.clone()
        }
    }

    /// What a field of the kustomization makes or does, by the kind of the builtin behind it.
    pub fn builtin(&self, file_name: &str, kind: &str) -> Self {
        Self {
            path: String::new(),
            configured_in: join(&self.path, file_name),
            configured_by: Configuration {
                api_version: String::from("builtin"),
                kind: kind.to_owned(),
                ..Configuration::default()
            },
            ..self.clone()
        }
    }

    /// As an annotation has it.
    pub fn text(&self) -> String {
        print(&self.node())
    }

    fn node(&self) -> Node {
        let filled = |fields: &[(&str, &String)]| -> Node {
            let used = fields.iter().filter(|(_, text)| !text.is_empty());
            used.map(|(name, text)| (*name, Node::string(text.as_str()))).collect()
        };
        let mut node = filled(&[
            ("path", &self.path),
            ("repo", &self.repo),
            ("ref", &self.reference),
            ("configuredIn", &self.configured_in),
        ]);
        let by = &self.configured_by;
        let by = filled(&[
            ("apiVersion", &by.api_version),
            ("kind", &by.kind),
            ("name", &by.name),
            ("namespace", &by.namespace),
        ]);
        if !by.content.is_empty() {
            node.set("configuredBy", by);
        }
        node
    }
}

/// What stands for the folder of a repository of which none is named.
const NO_FOLDER: &str = "notCloned";

fn join(folder: &str, path: &str) -> String {
    String::from_utf8_lossy(&path::join(&[folder.as_bytes(), path.as_bytes()])).into_owned()
}

fn print(node: &Node) -> String {
    String::from_utf8_lossy(&emit([node], &EmitOptions::v3().indent(2))).into_owned()
}

/// The origin of what a configuration makes or does; none if nobody noted where the configuration comes from.
///
/// # Errors
/// What is noted there is no origin.
pub fn of_configuration(configuration: &Resource) -> Result<Option<Origin>, Error> {
    let Some(own) = configuration.annotation(annotations::ORIGIN) else { return Ok(None) };
    let own = read(&own)?;
    Ok(Some(Origin {
        path: String::new(),
        repo: own.repo,
        reference: own.reference,
        configured_in: own.path,
        configured_by: Configuration {
            api_version: field::text(configuration.node(), "apiVersion").to_string(),
            kind: configuration.kind().to_string(),
            name: configuration.name().to_string(),
            namespace: configuration.namespace().to_string(),
        },
    }))
}

fn read(text: &str) -> Result<Origin, Error> {
    Reader::lenient().read(&sigs::to_json_value(text.as_bytes())?)
}

/// Notes where resources that were read from a file come from.
///
/// # Errors
/// The annotations of one are no mapping.
pub fn note_file(resources: &mut Resources, origin: &Origin) -> Result<(), Error> {
    let pairs = std::iter::once((annotations::ORIGIN.to_owned(), origin.text())).collect();
    let spec = FieldSpec::of_all("metadata/annotations", true);
    transform::entries::apply(resources.list_mut(), &pairs, &[spec])
}

/// Notes where resources that were generated come from, unless they know.
pub fn note_generator(resources: &mut [Resource], origin: &Origin) {
    let text = origin.text();
    for resource in resources.iter_mut().filter(|resource| resource.annotation(annotations::ORIGIN).is_none())
    {
        resource.set_annotation(annotations::ORIGIN, &text);
    }
}

/// Notes a transformer that was run on all resources. Who has no origin was made by it.
///
/// # Errors
/// What a resource has for its origin, or for the transformers before, is none: a program may have changed it.
pub fn note_transformer(resources: &mut Resources, origin: &Origin) -> Result<(), Error> {
    // Many resources have the same annotations, and each of them is looked at once.
    let mut origins = BTreeSet::<Text>::new();
    let mut lists = BTreeMap::<Text, String>::new();
    let text = origin.text();
    for resource in resources.list_mut().iter_mut().filter(|resource| !resource.is_empty()) {
        let Some(known) = resource.annotation(annotations::ORIGIN) else {
            resource.set_annotation(annotations::ORIGIN, &text);
            continue;
        };
        if !origins.contains(&known) {
            read(&known)?;
            origins.insert(known);
        }
        let before = resource.annotation(annotations::TRANSFORMATIONS).unwrap_or_default();
        let list = match lists.entry(before) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let list = longer(new.key(), origin)?;
                new.insert(list)
            }
        };
        resource.set_annotation(annotations::TRANSFORMATIONS, list);
    }
    Ok(())
}

/// A list of transformers with one more.
fn longer(before: &str, origin: &Origin) -> Result<String, Error> {
    let list: Transformations = Reader::lenient().read(&sigs::to_json_value(before.as_bytes())?)?;
    let mut node = Node::new(Kind::Sequence, "");
    node.content.extend(list.0.iter().chain([origin]).map(Origin::node));
    Ok(print(&node))
}

/// The transformers that were run on a resource.
#[derive(Default)]
struct Transformations(Vec<Origin>);

impl crate::decode::Decode for Transformations {
    fn decode(reader: &mut Reader, value: &longshore_go::Value) -> Result<Self, Error> {
        if value.as_list().is_none() {
            return reader.wrong_type(value, &Self::type_name());
        }
        Vec::decode(reader, value).map(Self)
    }

    fn type_name() -> String {
        String::from("resource.Transformations")
    }
}
