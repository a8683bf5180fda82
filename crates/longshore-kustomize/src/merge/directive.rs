//! `$patch: delete`, `replace` and `merge`: what a patch says about itself.
//!
//! In a mapping the directive is a key; in a list it is an item that has no other key. It is taken out of the patch when it
//! is read (<https://github.com/kubernetes-sigs/kustomize/blob/kyaml/v0.21.1/kyaml/yaml/merge2/smpdirective.go>).

use longshore_yaml::{Kind, Node};

use super::list;
use crate::error::Error;
use crate::field;

/// The key of a directive.
const KEY: &str = "$patch";

/// What is to be done with what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Directive {
    Merge,
    Replace,
    Delete,
}

impl Directive {
    fn of(text: &str) -> Result<Self, Error> {
        match text {
            "merge" => Ok(Self::Merge),
            "replace" => Ok(Self::Replace),
            "delete" => Ok(Self::Delete),
            other => Err(Error::new(format!("unknown patch strategy '{other}'"))),
        }
    }

    /// Takes the directive out of a patch for a mapping or a list; to merge is the default.
    ///
    /// # Errors
    /// It is none of the three.
    pub(super) fn take(patch: &mut Node) -> Result<Self, Error> {
        match patch.kind {
            Kind::Mapping => Self::take_of_mapping(patch),
            Kind::Sequence => Self::take_of_list(patch),
            _ => Ok(Self::Merge),
        }
    }

    fn take_of_mapping(patch: &mut Node) -> Result<Self, Error> {
        let Some(found) = field::get(patch, KEY) else { return Ok(Self::Merge) };
        let directive = Self::of(&found.value)?;
        field::clear(patch, KEY)?;
        Ok(directive)
    }

    fn take_of_list(patch: &mut Node) -> Result<Self, Error> {
        let item = patch.content.iter().find(|item| field::get(item, KEY).is_some());
        let Some(item) = item.filter(|item| item.content.len() <= 2) else { return Ok(Self::Merge) };
        let text = field::get(item, KEY).map(|value| value.value.to_string()).unwrap_or_default();
        let directive = Self::of(&text)?;
        list::remove(patch, &[KEY], &[text])?;
        Ok(directive)
    }
}
