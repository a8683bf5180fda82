//! Where resources come from and what has changed them, as `buildMetadata` asks for it.
//!
//! If it asks for anything at all, each resource carries its origin and the transformers that were run on it in
//! annotations; those that were not asked for are taken away at the end.
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/resource/origin.go>.

use longshore_go::path;
use longshore_yaml::{Dialect, EmitOptions, Limits, Node, emit, unmarshal};

use crate::error::Error;
use crate::field;
use crate::fieldspec::FieldSpec;
use crate::remote::Repository;
use crate::resource::{Resource, annotations};
use crate::resources::Resources;
use crate::transform;

/// Where a kustomization lies, seen from the one that is built.
///
/// ```
/// use longshore_kustomize::origin::Origin;
/// let base = Origin::default().below("../base");
/// assert_eq!(base.file("web.yaml"), "path: ../base/web.yaml\n");
/// let remote = base.below("https://x.example/o/r//a?ref=v1").below("../b");
/// assert_eq!(remote.file("web.yaml"), "path: b/web.yaml\nrepo: https://x.example/o/r\nref: v1\n");
/// assert!(base.builtin("kustomization.yaml", "PatchTransformer").starts_with("configuredIn: ../base/kustomization.yaml\n"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    path: String,
    /// The address of the repository that it lies in, and the reference; both are empty for what lies here.
    repository: String,
    reference: String,
}

/// What upstream takes for the path of a folder that is all of a repository.
const WHOLE: &str = "notCloned";

impl Origin {
    /// The same of a folder that it builds on, or of a file. What is taken for a repository is one here, too, although it
    /// may be the URL of a file.
    pub fn below(&self, path: &str) -> Self {
        match Repository::parse(path) {
            Ok(repository) => Self {
                path: if repository.folder.is_empty() {
                    WHOLE.to_owned()
                } else {
                    join("", &repository.folder)
                },
                repository: repository.address,
                reference: repository.reference,
            },
            Err(_) => Self { path: join(&self.path, path), ..self.clone() },
        }
    }

    /// The origin of what a file holds.
    pub fn file(&self, path: &str) -> String {
        let Self { path, repository, reference } = self.below(path);
        print(&[("path", path), ("repo", repository), ("ref", reference)], None)
    }

    /// The origin of what a field of the kustomization makes or does, by the kind of the builtin behind it.
    pub fn builtin(&self, file_name: &str, kind: &str) -> String {
        let by = [("apiVersion", "builtin".to_owned()), ("kind", kind.to_owned())];
        self.configured(join(&self.path, file_name), &by)
    }

    fn configured(&self, path: String, by: &[(&str, String)]) -> String {
        let fields =
            [("repo", self.repository.clone()), ("ref", self.reference.clone()), ("configuredIn", path)];
        print(&fields, Some(by))
    }
}

/// The origin of what a configuration makes or does; none if nobody noted where the configuration comes from.
pub fn of_configuration(configuration: &Resource) -> Option<String> {
    let own = configuration.annotation(annotations::ORIGIN)?;
    let noted = unmarshal(own.as_bytes(), Dialect::V3, &Limits::default()).ok()?;
    let of = |name: &str| {
        let value = noted.as_map().and_then(|map| map.get(name.as_bytes()));
        value.and_then(|value| Some(value.as_str()?.to_str_lossy().into_owned())).unwrap_or_default()
    };
    let by = [
        ("apiVersion", field::text(configuration.node(), "apiVersion").to_string()),
        ("kind", configuration.kind().to_string()),
        ("name", configuration.name().to_string()),
        ("namespace", configuration.namespace().to_string()),
    ];
    let origin = Origin { path: String::new(), repository: of("repo"), reference: of("ref") };
    Some(origin.configured(of("path"), &by))
}

fn join(folder: &str, path: &str) -> String {
    String::from_utf8_lossy(&path::join(&[folder.as_bytes(), path.as_bytes()])).into_owned()
}

fn print(fields: &[(&str, String)], by: Option<&[(&str, String)]>) -> String {
    let map = |fields: &[(&str, String)]| -> Node {
        let used = fields.iter().filter(|(_, text)| !text.is_empty());
        used.map(|(name, text)| (*name, Node::string(text))).collect()
    };
    let mut node = map(fields);
    if let Some(by) = by {
        node.set("configuredBy", map(by));
    }
    String::from_utf8_lossy(&emit([&node], &EmitOptions::v3().indent(2))).into_owned()
}

/// Notes where resources that were read from a file come from.
///
/// # Errors
/// The annotations of one are no mapping.
pub fn note_file(resources: &mut Resources, origin: &str) -> Result<(), Error> {
    let pairs = std::iter::once((annotations::ORIGIN.to_owned(), origin.to_owned())).collect();
    let spec = FieldSpec::of_all("metadata/annotations", true);
    transform::entries::apply(resources.list_mut(), &pairs, &[spec])
}

/// Notes where a resource that was generated comes from, unless it knows.
pub fn note_generator(resource: &mut Resource, origin: &str) {
    if resource.annotation(annotations::ORIGIN).is_none() {
        resource.set_annotation(annotations::ORIGIN, origin);
    }
}

/// Notes a transformer that was run on all resources. Who has no origin was made by it.
pub fn note_transformer(resources: &mut Resources, origin: &str) {
    let mut item = String::with_capacity(origin.len() + 8);
    for (at, line) in origin.lines().enumerate() {
        item.push_str(if at == 0 { "- " } else { "  " });
        item.push_str(line);
        item.push('\n');
    }
    for resource in resources.list_mut().iter_mut().filter(|resource| !resource.is_empty()) {
        if resource.annotation(annotations::ORIGIN).is_none() {
            resource.set_annotation(annotations::ORIGIN, origin);
            continue;
        }
        let before = resource.annotation(annotations::TRANSFORMATIONS).unwrap_or_default();
        resource.set_annotation(annotations::TRANSFORMATIONS, &format!("{before}{item}"));
    }
}
