//! The file or folder that was meant by a path at which there is none.

use std::fs;
use std::path::{Path, PathBuf};

use longshore_diag::slip;

/// A folder with more entries than this is not looked through.
const MOST: usize = 10_000;

/// A path that is there, and of which this one is most likely a slip: in one of its parts, or in the ending of the file
/// (`.yml` for `.yaml`).
pub fn near(path: &Path) -> Option<PathBuf> {
    let there = path.ancestors().skip(1).map(|folder| (folder, opened(folder))).find(|(_, at)| at.is_dir());
    let (above, open) = there?;
    let mut rest = path.strip_prefix(above).ok()?.components();
    let wanted = rest.next()?.as_os_str().to_str()?.to_owned();
    let names: Vec<String> = fs::read_dir(open)
        .ok()?
        .take(MOST)
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| *name != wanted)
        .collect();
    let stem = |name: &str| {
        ["yaml", "yml", "json"]
            .iter()
            .find_map(|end| Some(name.strip_suffix(end)?.strip_suffix('.')?.to_owned()))
    };
    let of_another_ending = names.iter().find(|name| stem(name).is_some() && stem(name) == stem(&wanted));
    let name = match of_another_ending {
        Some(name) => name,
        None => slip(&wanted, names.iter().map(String::as_str))?,
    };
    let mut meant = above.join(name);
    // An empty path would add a slash.
    meant.extend(rest);
    opened(&meant).exists().then_some(meant)
}

/// The folder of a path without one is the present one.
fn opened(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::near;

    #[test]
    fn a_slip_in_any_part_is_seen() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("charts/web")).unwrap();
        fs::write(dir.path().join("charts/web/values-prod.yaml"), "").unwrap();
        let meant = |path: &str| {
            near(&dir.path().join(path))
                .map(|path| path.strip_prefix(dir.path()).unwrap().display().to_string())
        };
        let file = Some("charts/web/values-prod.yaml".to_owned());
        assert_eq!(meant("charts/web/values-prd.yaml"), file);
        assert_eq!(meant("charts/web/values-prod.yml"), file);
        assert_eq!(meant("chart/web/values-prod.yaml"), file);
        assert_eq!(meant("charts/wbe").as_deref(), Some("charts/web"));
        assert_eq!(meant("charts/mail"), None);
        assert_eq!(meant("chart/web/values-dev.yaml"), None);
    }
}
