//! The order of the result.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::{Context, Reorder};
use crate::error::Error;
use crate::gvk::{FIRST, LAST, or};
use crate::id::Id;
use crate::kustomization::SortOptions;
use crate::resource::Resource;

/// Sorts as the kustomization says, else as the command line says, else in the order of old.
///
/// # Errors
/// The kustomization asks for an order that there is not, or for kinds in an order that has none.
pub(super) fn sort(
    resources: &mut Vec<Resource>,
    options: Option<&SortOptions>,
    context: &mut Context,
) -> Result<(), Error> {
    let owned = |list: &[&str]| list.iter().map(|kind| String::from(*kind)).collect();
    let (mut first, mut last) = (owned(&FIRST), owned(&LAST));
    if let Some(options) = options {
        if context.options.reorder != Reorder::Unspecified {
            context.warnings.push(String::from(
                "Warning: Sorting order is set both in 'kustomization.yaml' ('sortOptions') and in a CLI flag \
                 ('--reorder'). Using the kustomization file over the CLI flag.",
            ));
        }
        match (options.order.as_str(), &options.legacy) {
            ("fifo", None) => return Ok(()),
            ("fifo", Some(_)) => {
                return Err(Error::new(
                    "the field 'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not \
                     'legacy'",
                ));
            }
            ("legacy", None) => {}
            ("legacy", Some(kinds)) => (first, last) = (kinds.first.clone(), kinds.last.clone()),
            _ => return Err(Error::new("the field 'sortOptions.order' must be one of [fifo, legacy]")),
        }
    } else if context.options.reorder == Reorder::None {
        return Ok(());
    }
    let mut ranks: BTreeMap<&str, i64> = BTreeMap::new();
    ranks.extend(first.iter().enumerate().map(|(at, kind)| (kind.as_str(), at as i64 - first.len() as i64)));
    ranks.extend(last.iter().enumerate().map(|(at, kind)| (kind.as_str(), at as i64 + 1)));
    let key = |resource: Resource| {
        let id = resource.id(&context.scopes);
        let rank = ranks.get(&*id.gvk.kind).copied().unwrap_or(0);
        (Place { rank, by_type: id.gvk.sort_text(), by_id: id_text(&id), id }, resource)
    };
    let mut keyed: Vec<(Place, Resource)> = std::mem::take(resources).into_iter().map(key).collect();
    keyed.sort_by(|(a, _), (b, _)| a.compare(b));
    resources.extend(keyed.into_iter().map(|(_, resource)| resource));
    Ok(())
}

struct Place {
    rank: i64,
    by_type: String,
    by_id: String,
    id: Id,
}

impl Place {
    fn compare(&self, other: &Self) -> Ordering {
        let (own, theirs) = (&self.id.gvk, &other.id.gvk);
        if own.is_same(theirs) {
            return self.by_id.cmp(&other.by_id);
        }
        let by_type = || {
            let is_namespace = own.kind == "Namespace" && theirs.kind == "Namespace";
            // The Namespaces of the core group come before those of others, if Namespaces have a place of their own.
            if is_namespace && self.rank != 0 && (own.group.is_empty() || theirs.group.is_empty()) {
                other.by_type.cmp(&self.by_type)
            } else {
                self.by_type.cmp(&other.by_type)
            }
        };
        self.rank.cmp(&other.rank).then_with(by_type)
    }
}

fn id_text(id: &Id) -> String {
    [&id.gvk.to_string(), "|", or(&id.written_namespace, "~X"), "|", or(&id.name, "~N")].concat()
}
