//! A build as files: one for each object.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::anyhow;
use longshore_go::os::reason;
use longshore_kustomize::resource::Resource;
use longshore_kustomize::{Scopes, output};

/// Writes each object to a file of its own, whose name says its type and name, and its namespace where there are several.
pub(super) fn write(folder: &Path, resources: &[Resource]) -> anyhow::Result<()> {
    let scopes = Scopes::default();
    let ids: Vec<_> = resources.iter().map(|resource| resource.id(&scopes)).collect();
    let namespaces: BTreeSet<&str> =
        ids.iter().filter(|id| !id.gvk.is_cluster_scoped).map(longshore_kustomize::Id::namespace).collect();
    for (resource, id) in resources.iter().zip(&ids) {
        let name = format!("{}_{}.yaml", id.gvk.file_text().to_lowercase(), id.name.to_lowercase());
        let name = if namespaces.len() > 1 && !id.gvk.is_cluster_scoped {
            format!("{}_{name}", id.namespace().to_lowercase())
        } else {
            name
        };
        let path = folder.join(name);
        let text = output::document(resource).map_err(|error| anyhow!("{error}"))?;
        fs::write(&path, text).map_err(|error| anyhow!("open {}: {}", path.display(), reason(&error)))?;
    }
    Ok(())
}
