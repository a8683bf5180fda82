//! Doing something with all objects: kinds one after the other, the objects of a kind at once.

use futures::future::join_all;

use super::{Error, Operation, Resource, Result};

/// What is said where there is nothing to do it with.
pub(super) const NOTHING: &str = "no objects visited";

/// Does something with each object. What goes wrong with one holds up none of the others.
///
/// Rule: `perform` of <https://github.com/helm/helm/blob/v4.3.1/pkg/kube/client.go>.
///
/// # Errors
/// All that went wrong as one error, in the order of the objects (Helm: as it happens); or there were no objects.
pub async fn perform(
    operation: &Operation,
    resources: &[Resource],
    run: impl AsyncFn(&Resource) -> Result<()>,
) -> Result<()> {
    if operation.without_cluster {
        return Ok(());
    }
    if resources.is_empty() {
        return Err(Error::new(NOTHING));
    }
    let mut errors = Vec::new();
    for batch in resources.chunk_by(|a, b| a.gvk.kind == b.gvk.kind) {
        let done = join_all(batch.iter().map(|resource| run(resource))).await;
        errors.extend(done.into_iter().filter_map(Result::err));
    }
    match errors.as_slice() {
        [] => Ok(()),
        errors if operation.is_old() => Err(Error::new(listed(errors))),
        _ => Err(Error::join(errors, "\n").expect("there is at least one")),
    }
}

/// Errors as 3.x lists them.
fn listed(errors: &[Error]) -> String {
    let lines: Vec<String> = errors.iter().map(|error| format!("* {error}")).collect();
    let said = match lines.len() {
        1 => String::from("1 error occurred"),
        count => format!("{count} errors occurred"),
    };
    format!("{said}:\n\t{}\n\n", lines.join("\n\t"))
}

#[cfg(test)]
mod tests {
    use super::{Error, listed};

    #[test]
    fn errors_are_listed_as_hashicorps_library_does() {
        assert_eq!(listed(&[Error::new("a")]), "1 error occurred:\n\t* a\n\n");
        assert_eq!(listed(&[Error::new("a"), Error::new("b")]), "2 errors occurred:\n\t* a\n\t* b\n\n");
    }
}
