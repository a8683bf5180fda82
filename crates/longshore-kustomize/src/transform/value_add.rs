//! `ValueAddTransformer`: writes a value into fields, or between the parts of paths that are there.
//!
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/filters/valueadd/valueadd.go>.

use longshore_go::{Value, path};
use longshore_yaml::{Kind, Node, sigs};

use super::namespace::Namespace;
use super::patches::select;
use crate::build::Context;
use crate::decode::{Reader, decode_struct};
use crate::error::Error;
use crate::field;
use crate::fieldspec::split_path;
use crate::kustomization::Selector;
use crate::loader::{Loader, join};
use crate::resources::Resources;

/// What to write, and where.
#[derive(Clone, Debug, Default)]
pub struct ValueAdd {
    value: String,
    targets: Vec<Target>,
    target_file: String,
}

#[derive(Clone, Debug, Default)]
struct Target {
    selector: Option<Selector>,
    path: String,
    position: isize,
}

decode_struct!(ValueAdd as "builtins.ValueAddTransformerPlugin" {
    "value" => value, "targets" => targets, "targetFilePath" => target_file,
});
decode_struct!(Target as "builtins.Target" {
    "selector" => selector, "fieldPath" => path, "filePathPosition" => position,
});

impl ValueAdd {
    /// Reads a configuration. Without a value it is the name of the kustomization's folder.
    ///
    /// # Errors
    /// There is no target, one has no path, or the file with targets cannot be read.
    pub fn read(value: &Value, loader: &Loader<'_>) -> Result<Self, Error> {
        let mut this: Self = Reader::lenient().read(value)?;
        this.value = this.value.trim().to_owned();
        if this.value.is_empty() {
            this.value = String::from_utf8_lossy(path::base(loader.root().as_bytes())).into_owned();
        }
        if !this.target_file.is_empty() {
            let text = loader.load(&this.target_file)?;
            let more: Self = Reader::lenient().read(&sigs::to_json_value(&text)?)?;
            this.targets.extend(more.targets);
        }
        if this.targets.is_empty() {
            return Err(Error::new("must specify at least one target"));
        }
        for target in &this.targets {
            if target.path.is_empty() {
                return Err(Error::new("fieldPath cannot be empty"));
            }
            if target.position < 0 {
                let text = format!("value of FilePathPosition ({}) cannot be negative", target.position);
                return Err(Error::new(text));
            }
        }
        Ok(this)
    }

    /// Writes the value into the fields of the resources that the targets choose.
    ///
    /// # Errors
    /// A selector is none, or a field is no scalar.
    pub fn apply(&self, resources: &mut Resources, context: &Context) -> Result<(), Error> {
        for target in &self.targets {
            let chosen = match &target.selector {
                None => (0..resources.list().len()).collect(),
                Some(selector) => select(resources, selector, context)?,
            };
            for at in chosen {
                let resource = &mut resources.list_mut()[at];
                if target.path == "metadata/namespace" {
                    let namespace = Namespace { name: &self.value, ..Namespace::default() };
                    namespace.set(resource.node_mut(), &context.scopes)?;
                } else {
                    self.write(resource.node_mut(), target)?;
                }
                resource.settle();
            }
        }
        Ok(())
    }

    fn write(&self, object: &mut Node, target: &Target) -> Result<(), Error> {
        let names: Vec<String> =
            split_path(&target.path).into_iter().filter(|name| !name.is_empty()).collect();
        let Some((last, names)) = names.split_last() else { return Ok(()) };
        let mut place = object;
        for name in names {
            let Some(next) = field::get_or_create(place, name, Kind::Mapping)? else { return Ok(()) };
            place = next;
        }
        let Some(place) = field::get_or_create(place, last, Kind::Scalar)? else { return Ok(()) };
        field::expect(place, Kind::Scalar)?;
        let value = match target.position {
            0 => self.value.clone(),
            position => inserted(&place.value, position as usize - 1, &self.value),
        };
        let mut value = field::untyped(value);
        field::quote_if_keyword(&mut value);
        field::set_scalar(place, value)
    }
}

/// A path with a part more at a place counted from 0; behind the others, if there are not so many. An absolute path stays
/// one.
fn inserted(path: &str, place: usize, part: &str) -> String {
    let mut parts: Vec<&str> = if path.is_empty() { Vec::new() } else { path.split('/').collect() };
    if path == "/" {
        parts.pop();
    }
    let is_absolute = parts.first() == Some(&"");
    let place = match place.min(parts.len()) {
        place if is_absolute && place < parts.len() => place + 1,
        place => place,
    };
    parts.insert(place, part);
    join(if parts[0].is_empty() { "/" } else { "" }, &parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table in upstream's comment on the position.
    #[test]
    fn a_part_is_inserted_into_a_path() {
        let check = |path, place, expected| assert_eq!(inserted(path, place, "PEACH"), expected, "{path}");
        check("", 3, "PEACH");
        check("/", 0, "/PEACH");
        check("pie", 0, "PEACH/pie");
        check("/pie", 0, "/PEACH/pie");
        check("raw", 1, "raw/PEACH");
        check("/raw", 1, "/raw/PEACH");
        check("a/nice/warm/pie", 3, "a/nice/warm/PEACH/pie");
        check("/a/nice/warm/pie", 3, "/a/nice/warm/PEACH/pie");
    }
}
