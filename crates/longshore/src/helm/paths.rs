//! Where Helm keeps its files: by its own variables, by those of the XDG convention, or below the home folder.

use std::path::{Path, PathBuf};

use longshore_go::path;

/// A file or folder below the cache.
pub(super) fn cache(below: &str) -> String {
    path("HELM_CACHE_HOME", "XDG_CACHE_HOME", ".cache", below)
}

/// A file or folder below the configuration.
pub(super) fn config(below: &str) -> String {
    path("HELM_CONFIG_HOME", "XDG_CONFIG_HOME", ".config", below)
}

/// A file or folder below the data.
pub(super) fn data(below: &str) -> String {
    path("HELM_DATA_HOME", "XDG_DATA_HOME", ".local/share", below)
}

/// A path without `.`, `..` and doubled slashes, as Go cleans it: links are not followed.
pub(super) fn clean(path: &Path) -> PathBuf {
    let text = path.to_string_lossy();
    PathBuf::from(String::from_utf8_lossy(&path::clean(text.as_bytes())).into_owned())
}

fn path(own: &str, shared: &str, fallback: &str, below: &str) -> String {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let mut path = variable(own).unwrap_or_else(|| {
        let home = || std::env::home_dir().unwrap_or_default().join(fallback);
        variable(shared).unwrap_or_else(home).join("helm")
    });
    if !below.is_empty() {
        path.push(below);
    }
    path.to_string_lossy().into_owned()
}
