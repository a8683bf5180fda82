//! Which field of which objects a transformer changes, and the way to it.
//!
//! A path has names with `/` between them (`\/` is a slash in a name) and says nothing of lists: they are gone through.
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/filters/fieldspec/fieldspec.go>.

use std::fmt;

use longshore_yaml::{Kind, Node, Text};

use crate::decode::decode_struct;
use crate::error::{Context, Error};
use crate::field;
use crate::fieldpath::split_escaped;
use crate::gvk::{Gvk, split_api_version};
use crate::id::Id;

/// A field of the objects of a type (`types.FieldSpec`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldSpec {
    /// `group`; empty for all, as the next two.
    pub group: Text,
    /// `version`
    pub version: Text,
    /// `kind`
    pub kind: Text,
    /// `path`
    pub path: Text,
    /// `create`: makes the field where it is not there.
    pub create: bool,
}

decode_struct!(FieldSpec as "types.FieldSpec" {
    "group" in "Gvk" => group, "version" in "Gvk" => version, "kind" in "Gvk" => kind, "path" => path, "create" => create,
});

/// The kind and tag of a field that is made.
pub type Create = Option<(Kind, &'static str)>;

impl FieldSpec {
    /// A field of all objects.
    pub fn of_all(path: &str, create: bool) -> Self {
        Self { path: path.into(), create, ..Self::default() }
    }

    /// The type that it is about.
    pub fn gvk(&self) -> Gvk {
        Gvk::unscoped(self.group.clone(), self.version.clone(), self.kind.clone())
    }

    /// Whether it is about objects of this type.
    pub fn selects(&self, gvk: &Gvk) -> bool {
        self.is_about(&gvk.group, &gvk.version, &gvk.kind)
    }

    fn is_about(&self, group: &str, version: &str, kind: &str) -> bool {
        let fits = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
        fits(&self.kind, kind) && fits(&self.group, group) && fits(&self.version, version)
    }

    /// Whether it is about this object, by the object's own text.
    pub fn is_for(&self, object: &Node) -> bool {
        let text = |name| field::get(object, name).map_or("", |value| &*value.value);
        let (group, version) = split_api_version(text("apiVersion"));
        self.is_about(group, version, text("kind"))
    }

    /// Calls `set` on the field, or on each of them if lists are in its way. Does nothing to objects of other types, and
    /// where the field is not there and shall not be made.
    ///
    /// # Errors
    /// Something in the way is neither a mapping nor a list, or what `set` says.
    pub fn apply(
        &self,
        object: &mut Node,
        create: Create,
        set: &mut dyn FnMut(&mut Node) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if !self.is_for(object) {
            return Ok(());
        }
        if self.path.contains('\\') {
            return self.walk(&split_path(&self.path), object, create, set);
        }
        // The same without copies of the names.
        let names: Vec<&str> = self.path.strip_prefix('/').unwrap_or(&self.path).split('/').collect();
        self.walk(&names, object, create, set)
    }

    /// The same without looking at the type, along the path as [`split_path`] has split it.
    ///
    /// # Errors
    /// As [`FieldSpec::apply`].
    pub fn walk(
        &self,
        path: &[impl AsRef<str>],
        object: &mut Node,
        create: Create,
        set: &mut dyn FnMut(&mut Node) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let create = create.filter(|_| self.create);
        walk(object.root_mut(), path, create, set).map_err(|error| {
            error.wrapped(format!("considering field '{}' of object {}", self.path, id_text(object)))
        })
    }
}

/// As in messages: type, whether it is made, path.
impl fmt::Display for FieldSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.gvk(), self.create, self.path)
    }
}

/// The id of an object by its text alone.
pub(crate) fn id_text(object: &Node) -> Id {
    let api_version = field::text(object, "apiVersion");
    let (group, version) = split_api_version(&api_version);
    let gvk = Gvk::unscoped(group, version, field::text(object, "kind"));
    let metadata = field::get(object, "metadata");
    let of = |name| metadata.map(|metadata| field::text(metadata, name)).unwrap_or_default();
    Id::new(gvk, of("name"), of("namespace"))
}

/// The names of a path.
pub fn split_path(path: &str) -> Vec<String> {
    split_escaped(path, '/')
}

fn walk(
    node: &mut Node,
    path: &[impl AsRef<str>],
    create: Create,
    set: &mut dyn FnMut(&mut Node) -> Result<(), Error>,
) -> Result<(), Error> {
    let Some((name, rest)) = path.split_first() else { return set(node) };
    if field::is_null(node) {
        return Ok(());
    }
    match node.kind {
        Kind::Sequence => {
            for item in &mut node.content {
                walk(item, path, create, set).context(|| {
                    let names: Vec<&str> = path.iter().map(AsRef::as_ref).collect();
                    format!("visit traversal on path: [{}]", names.join(" "))
                })?;
            }
            Ok(())
        }
        Kind::Mapping => {
            let name = name.as_ref();
            let (plain, is_list) = match name.strip_suffix("[]") {
                Some(plain) => (plain, true),
                None => (name, false),
            };
            if plain.is_empty() {
                return Err(Error::new("cannot set or create an empty field name"));
            }
            if let Some(error) = not_a_name(plain, node) {
                return Err(error.wrapped(format!("fieldName: {plain}")));
            }
            let made = match create {
                _ if is_list => None,
                Some(leaf) if rest.is_empty() => Some(leaf),
                Some(_) => Some((Kind::Mapping, "!!map")),
                None => None,
            };
            let found = match made {
                Some((kind, _)) => {
                    field::get_or_create(node, plain, kind).context(|| format!("fieldName: {plain}"))?
                }
                None => field::get_mut(node, plain),
            };
            let Some(found) = found else { return Ok(()) };
            // What is null becomes what it should be.
            let hint = made.or(is_list.then_some((Kind::Sequence, "")));
            if let Some((kind, tag)) = hint
                && field::is_null(found)
            {
                found.kind = kind;
                found.tag = tag.into();
                found.tagged = false;
            }
            walk(found, rest, create, set)
        }
        _ => Err(Error::new("expected sequence or mapping node")),
    }
}

/// Parts of a path that kyaml takes for places in a list, where a mapping is.
fn not_a_name(name: &str, node: &Node) -> Option<Error> {
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let is_place = name == "-" || (name.starts_with('[') && name.ends_with(']'));
    match name.parse::<i64>() {
        Ok(number) if number < 0 => Some(Error::new(format!("array index {number} cannot be negative"))),
        Err(_) if name == "*" => Some(Error::new("wildcard is not supported in PathGetter")),
        Err(_) if !is_place => None,
        _ => Some(field::wrong_kind(node, Kind::Sequence)),
    }
}
