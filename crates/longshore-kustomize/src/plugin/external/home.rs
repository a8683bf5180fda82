//! Where plugins lie that are programs: `HOME/GROUP/VERSION/LOWERCASE(KIND)/KIND`.
//!
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/konfig/plugins.go>.

use longshore_go::{path, strconv};

use crate::error::Error;
use crate::id::Id;
use crate::loader::join;
use crate::programs::Programs;

/// The program of a type.
///
/// # Errors
/// There is no home, no such program in it, or it may not be executed; Go's plugins cannot be loaded at all.
pub(super) fn find(id: &Id, programs: &dyn Programs, warnings: &mut Vec<String>) -> Result<String, Error> {
    let gvk = &id.gvk;
    let lower = gvk.kind.to_lowercase();
    let folder = path::join(&[&*gvk.group, &*gvk.version, &lower].map(str::as_bytes));
    let mut path = join(&join(&home(programs)?, &String::from_utf8_lossy(&folder)), &gvk.kind);
    match programs.is_executable(&path)? {
        Some(true) => return Ok(path),
        Some(false) => return Err(Error::new(format!("unexecutable plugin at: {path}"))),
        None => {}
    }
    path.push_str(".so");
    if matches!(programs.is_executable(&path), Ok(None)) {
        return Err(Error::new(format!("expected file with Go object code at: {path}")));
    }
    // As Kustomize's released programs say it, which are built without what loads object code.
    warnings.push(format!("Attempting plugin load from {}", strconv::quoted(&path)));
    Err(Error::new(format!("plugin {path} fails to load: plugin: not implemented")))
}

/// The first of the folders that plugins may lie in which is there.
fn home(programs: &dyn Programs) -> Result<String, Error> {
    let set = |name: &str| programs.variable(name).filter(|value| !value.is_empty());
    let user = set("HOME").unwrap_or_else(|| String::from("~"));
    let candidates = [
        ("homed in $KUSTOMIZE_PLUGIN_HOME", set("KUSTOMIZE_PLUGIN_HOME")),
        ("homed in $XDG_CONFIG_HOME", set("XDG_CONFIG_HOME").map(|root| join(&root, "kustomize/plugin"))),
        ("homed in default value of $XDG_CONFIG_HOME", Some(join(&user, ".config/kustomize/plugin"))),
        ("homed in home directory", Some(join(&user, "kustomize/plugin"))),
    ];
    let mut tried = Vec::new();
    for (note, folder) in candidates {
        let Some(folder) = folder else {
            tried.push(format!("('<no value>'; {note})"));
            continue;
        };
        if matches!(programs.is_executable(&folder), Ok(Some(_))) {
            return Ok(folder);
        }
        tried.push(format!("('{folder}'; {note})"));
    }
    Err(Error::new(format!("unable to find plugin root - tried: {}", tried.join(", "))))
}
