//! Objects that several releases have. An object belongs to one release: the second deploy would be refused for it, and
//! the first would write it twice, so that it is told before anything is written.

use std::collections::BTreeMap;

use longshore_check::Finding;
use longshore_diag::{Diagnostic, Place, counted};
use longshore_object::{Object, ObjectKey};

/// A release on a cluster, with the objects that it owns there, by their numbers.
pub(crate) struct Owner<'a> {
    pub(crate) release: &'a str,
    pub(crate) namespace: &'a str,
    pub(crate) objects: Vec<(usize, &'a Object)>,
}

/// The objects that an earlier release has, too.
pub(crate) fn shared(owners: &[Owner<'_>]) -> Vec<Finding> {
    let mut first: BTreeMap<ObjectKey, (usize, &Place)> = BTreeMap::new();
    let mut found = Vec::new();
    for (release, owner) in owners.iter().enumerate() {
        for (number, object) in owner.objects.iter().filter(|(_, object)| !object.name().is_empty()) {
            let key = object.key_in(owner.namespace);
            match first.get(&key) {
                // Twice in one release is told where that is read.
                Some((other, _)) if *other == release => {}
                Some((other, place)) => {
                    let other = owners[*other].release;
                    let message = format!("{key:#} is also an object of release `{other}`");
                    let advice = if *place == object.place() {
                        "both releases name the same files: an object belongs to one release"
                    } else {
                        "an object belongs to one release: take it out of one of them, or give it another name"
                    };
                    let diagnostic = Diagnostic::error("release/shared", message)
                        .at(object.place().clone())
                        .note(format!("in release `{other}` it is at {place}"))
                        .hint(advice);
                    found.push(Finding { release, object: *number, diagnostic });
                }
                None => {
                    first.insert(key, (release, object.place()));
                }
            }
        }
    }
    found
}

/// That nothing is shared.
///
/// # Errors
/// Something is: the first, and how much there is besides.
pub(crate) fn nothing_is_shared(owners: &[Owner<'_>]) -> Result<(), Diagnostic> {
    let mut found = shared(owners).into_iter();
    let Some(first) = found.next() else { return Ok(()) };
    let error = first.diagnostic.within(format!("in release `{}`", owners[first.release].release), None);
    Err(match found.len() {
        0 => error,
        more => {
            error.note(format!("so it is with {} more: `longshore check` tells all", counted(more, "object")))
        }
    })
}
