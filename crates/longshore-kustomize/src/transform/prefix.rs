//! Prefixes and suffixes of names.

use longshore_yaml::Kind;

use crate::error::{Error, HERE};
use crate::field;
use crate::fieldspec::FieldSpec;
use crate::gvk::Gvk;
use crate::resource::Resource;
use crate::scope::Scopes;

/// The field that is a resource's name.
const NAME: &str = "metadata/name";

/// What a name gets.
#[derive(Clone, Copy, Debug)]
pub enum Affix<'t> {
    /// In front.
    Prefix(&'t str),
    /// Behind.
    Suffix(&'t str),
}

/// Types whose names mean something by themselves: they stay.
fn is_skipped(gvk: &Gvk) -> bool {
    match &*gvk.kind {
        "CustomResourceDefinition" | "Namespace" => true,
        "APIService" => gvk.group == "apiregistration.k8s.io",
        _ => false,
    }
}

/// Puts it in front of or behind the fields, and notes it if the field is the name.
///
/// # Errors
/// Something in the way to a field is neither a mapping nor a list, or the field is no scalar.
pub fn apply(
    resources: &mut [Resource],
    affix: Affix<'_>,
    specs: &[FieldSpec],
    scopes: &Scopes,
) -> Result<(), Error> {
    for resource in resources {
        let gvk = resource.original_id(scopes).gvk;
        if is_skipped(&gvk) {
            continue;
        }
        for spec in specs.iter().filter(|spec| spec.selects(&gvk)) {
            if spec.path == NAME {
                let text = match affix {
                    Affix::Prefix(text) => {
                        resource.note_prefix(text);
                        text
                    }
                    Affix::Suffix(text) => {
                        resource.note_suffix(text);
                        text
                    }
                };
                if !text.is_empty() {
                    resource.store_id(scopes);
                }
            }
            spec.apply(resource.node_mut(), Some((Kind::Scalar, "!!str")), &mut |node| {
                let text = match affix {
                    Affix::Prefix(text) => format!("{text}{}", node.root().value),
                    Affix::Suffix(text) => format!("{}{text}", node.root().value),
                };
                let mut value = field::untyped(text);
                field::quote_if_keyword(&mut value);
                field::set_scalar(node, value)
            })
            .map_err(|error| error.about(HERE, resource))?;
            resource.settle();
        }
    }
    Ok(())
}
