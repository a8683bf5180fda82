//! The plugins that are installed.

use std::path::PathBuf;

use longshore_chart::Level;

use super::manifest::{self, FILE, Plugin};
use crate::helm::locate::{logged, quoted};
use crate::helm::{paths, say};

/// The folders that plugins lie in: `HELM_PLUGINS`, or the one below Helm's data.
pub(super) fn folders() -> Vec<PathBuf> {
    let listed = std::env::var_os("HELM_PLUGINS").filter(|value| !value.is_empty());
    let listed = listed.unwrap_or_else(|| paths::data("plugins").into());
    std::env::split_paths(&listed).filter(|path| !path.as_os_str().is_empty()).collect()
}

/// All of them, folder by folder and by name. Of those that cannot be read 4.x only says so.
///
/// # Errors
/// Two have one name; up to 3.x, also if one cannot be read.
pub(super) fn all(level: Level) -> Result<Vec<Plugin>, String> {
    let ignored = |file: PathBuf, problem: &str| {
        say(&format!(
            "level=WARN msg=\"failed to load plugin (ignoring)\" plugin_yaml={} error={}",
            logged(&file.display().to_string()),
            quoted(problem)
        ));
    };
    all_of(&folders(), level, &ignored)
}

/// Those that get files; none where one cannot be read. Nothing is said, because every command looks for them.
pub(super) fn getters(level: Level) -> Vec<Plugin> {
    // 4.x takes the whole of HELM_PLUGINS for one folder here.
    let folder = || std::env::var_os("HELM_PLUGINS").filter(|value| !value.is_empty());
    let folders = if level.rules().major == 3 {
        folders()
    } else {
        vec![folder().unwrap_or_else(|| paths::data("plugins").into()).into()]
    };
    all_of(&folders, level, &|_, _| ()).unwrap_or_default()
}

fn all_of(folders: &[PathBuf], level: Level, ignored: &dyn Fn(PathBuf, &str)) -> Result<Vec<Plugin>, String> {
    let mut found = Vec::new();
    for folder in folders {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut dirs: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        dirs.sort();
        let mut here: Vec<Plugin> = Vec::new();
        for dir in dirs.iter().filter(|dir| dir.join(FILE).exists()) {
            match manifest::load(dir, level) {
                Ok(plugin) => here.push(plugin),
                Err(problem) if level.rules().major == 3 => return Err(problem),
                Err(problem) => ignored(dir.join(FILE), &problem),
            }
        }
        for (i, one) in here.iter().enumerate() {
            if let Some(other) = here[..i].iter().find(|other| other.name == one.name) {
                let quoted = |dir: &PathBuf| quoted(dir.display().to_string());
                return Err(format!(
                    "two plugins claim the name {} at {} and {}",
                    crate::helm::locate::quoted(&one.name),
                    quoted(&other.dir),
                    quoted(&one.dir)
                ));
            }
        }
        found.append(&mut here);
    }
    Ok(found)
}
