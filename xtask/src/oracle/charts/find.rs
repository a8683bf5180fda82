//! Which folders below a folder are charts.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// What a folder has.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Charts that can be rendered, in the order of their paths.
    pub(super) charts: Vec<PathBuf>,
    /// How many library charts were skipped: Helm renders none of them.
    pub(super) libraries: usize,
}

/// Looks for charts in `folder` and below it. The `charts/` of a chart has parts of that chart and is left out.
pub(super) fn charts(folder: &Path) -> Result<Found> {
    let mut found = Found::default();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let described = folder.join("Chart.yaml");
        let is_chart = described.is_file();
        if is_chart {
            let text =
                fs::read(&described).with_context(|| format!("cannot read {}", described.display()))?;
            if is_library(&String::from_utf8_lossy(&text)) {
                found.libraries += 1;
            } else {
                found.charts.push(folder.clone());
            }
        }
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
            let entry = entry.with_context(|| format!("cannot list {}", folder.display()))?;
            // Links are not followed: they may lead in circles, and what they lead to is found where it is.
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let name = entry.file_name();
            if is_folder && !(is_chart && name == "charts") && name != ".git" {
                folders.push(entry.path());
            }
        }
    }
    found.charts.sort();
    Ok(found)
}

/// Whether the metadata says `type: library`, as everybody writes it.
fn is_library(metadata: &str) -> bool {
    metadata.lines().filter_map(|line| line.strip_prefix("type:")).any(|value| {
        let value = value.split('#').next().unwrap_or_default();
        value.trim().trim_matches(['"', '\'']) == "library"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_are_found_but_not_parts_of_charts() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("charts/b/Chart.yaml", "name: b\n");
        write("charts/b/charts/part/Chart.yaml", "name: part\n");
        write("charts/a/Chart.yaml", "name: a\ntype: application\n");
        write("charts/a/examples/c/Chart.yaml", "name: c\n");
        write("charts/common/Chart.yaml", "name: common\ntype: \"library\" # no more\n");
        write("charts/none/values.yaml", "");
        let found = charts(folder.path()).unwrap();
        let names: Vec<_> = found
            .charts
            .iter()
            .map(|path| path.strip_prefix(folder.path()).unwrap().to_str().unwrap())
            .collect();
        assert_eq!(names, ["charts/a", "charts/a/examples/c", "charts/b"]);
        assert_eq!(found.libraries, 1);
        assert_eq!(charts(&folder.path().join("charts/a")).unwrap().charts.len(), 2);
    }
}
