//! `extends`: a service that begins with another one, of this file or of another.

use longshore_diag::Diagnostic;
use longshore_yaml::Node;

use crate::files::{Reader, join};
use crate::tree::{mapping, place, scalar};

/// How many services may extend one another.
const DEPTH: usize = 20;

/// Keys of which both sides count.
const ADDED: [&str; 7] = ["ports", "expose", "volumes", "secrets", "configs", "env_file", "tmpfs"];

/// Puts what services extend into them.
///
/// # Errors
/// A file or service is not there, or services extend one another in a circle.
pub(super) fn resolve(reader: &Reader<'_>, file: &str, root: &mut Node) -> Result<(), Diagnostic> {
    let whole = root.clone();
    let Some(services) = root.get_mut("services") else { return Ok(()) };
    for (key, node) in services.entries_mut() {
        if node.get("extends").is_some() {
            *node = resolved(reader, file, &whole, key.value.as_str(), node, 0)?;
        }
    }
    Ok(())
}

fn resolved(
    reader: &Reader<'_>,
    file: &str,
    root: &Node,
    name: &str,
    node: &Node,
    depth: usize,
) -> Result<Node, Diagnostic> {
    let Some(extends) = node.get("extends") else { return Ok(node.clone()) };
    if depth == DEPTH {
        let message = format!("service `{name}` extends others in a circle, or more than {DEPTH} of them");
        return Err(Diagnostic::error("import/cycle", message).at(place(file, extends)));
    }
    let other = scalar(extends).or_else(|| extends.get("service").and_then(scalar)).unwrap_or(name);
    let elsewhere = extends.get("file").and_then(scalar);
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let path = elsewhere.map_or_else(|| file.to_owned(), |path| join(folder, path));
    let read;
    let root = if elsewhere.is_some() {
        let text = reader.required(&path).map_err(|error| error.or_at(place(file, extends)))?;
        read = mapping(&path, "the Compose file", &text)?;
        &read
    } else {
        root
    };
    let Some(base) = root.at(&["services", other]) else {
        let message = format!("there is no service `{other}` in `{path}` to extend");
        return Err(Diagnostic::error("import/extends", message).at(place(file, extends)));
    };
    let mut base = resolved(reader, &path, root, other, base, depth + 1)?;
    let mut own = node.clone();
    own.remove("extends");
    base.remove("extends");
    base.remove("depends_on");
    merge(&mut base, &own, "");
    Ok(base)
}

/// Puts `over` over `base`.
fn merge(base: &mut Node, over: &Node, key: &str) {
    if base.is_mapping() && over.is_mapping() {
        for (key, value) in over.entries() {
            match base.get_mut(key.value.as_str()) {
                Some(below) => merge(below, value, key.value.as_str()),
                None => base.set(key.value.as_str(), value.clone()),
            }
        }
    } else if base.is_sequence() && over.is_sequence() && (ADDED.contains(&key) || key == "environment") {
        base.content.extend(over.content.iter().cloned());
    } else {
        *base = over.clone();
    }
}
