//! Files by patterns, as Go's `filepath.Glob` finds them and Kustomize takes them: hidden ones only if asked for.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use longshore_go::path::matches_file;
use longshore_kustomize::kustomization::FILE_NAMES;

use super::log;

/// What the patterns fit; those that fit nothing are told of.
pub(super) fn files(patterns: &[String]) -> anyhow::Result<Vec<String>> {
    let mut all = Vec::new();
    for pattern in patterns {
        let found = glob(pattern)?;
        if found.is_empty() {
            log(&format!("{pattern} has no match"));
        }
        all.extend(found);
    }
    Ok(all)
}

/// What the patterns fit.
///
/// # Errors
/// A pattern that fits nothing.
pub(super) fn files_or_folders(patterns: &[String]) -> anyhow::Result<Vec<String>> {
    let mut all = Vec::new();
    for pattern in patterns {
        let found = glob(pattern)?;
        if found.is_empty() {
            let here = std::env::current_dir().map_err(|error| anyhow!("no folder to work in: {error}"))?;
            let path = here.join(pattern);
            let path = path.display();
            bail!(
                "{pattern} has no match: must build at directory: not a valid directory: evalsymlink failure on '{path}' : lstat {path}: no such file or directory"
            );
        }
        all.extend(found);
    }
    Ok(all)
}

/// What one pattern fits, hidden files left out unless its own parts are hidden.
fn glob(pattern: &str) -> anyhow::Result<Vec<String>> {
    let hidden = |path: &str| {
        Path::new(path).iter().any(|part| {
            let part = part.to_string_lossy();
            part.starts_with('.') && part != "." && part != ".."
        })
    };
    let mut found = fitting(pattern)?;
    if !hidden(pattern) {
        found.retain(|path| !hidden(path));
    }
    Ok(found)
}

fn fitting(pattern: &str) -> anyhow::Result<Vec<String>> {
    matches_file(pattern.as_bytes(), b"")
        .map_err(|_| anyhow!("error checking the filesystem: syntax error in pattern"))?;
    if !pattern.contains(['*', '?', '[', '\\']) {
        return Ok(if Path::new(pattern).symlink_metadata().is_ok() {
            vec![pattern.to_owned()]
        } else {
            Vec::new()
        });
    }
    let (folder, name) = pattern.rsplit_once('/').map_or(("", pattern), |(folder, name)| (folder, name));
    let folders = if folder.is_empty() { vec![String::new()] } else { fitting(folder)? };
    let mut found = Vec::new();
    for folder in folders {
        let Ok(entries) = fs::read_dir(if folder.is_empty() { Path::new(".") } else { Path::new(&folder) })
        else {
            continue;
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<String> = names
            .filter(|entry| matches_file(name.as_bytes(), entry.as_bytes()).unwrap_or_default())
            .collect();
        names.sort();
        found.extend(
            names.into_iter().map(|name| if folder.is_empty() { name } else { format!("{folder}/{name}") }),
        );
    }
    Ok(found)
}

/// The files of a folder, and of those below it if asked for, in the order of their names; folders with a kustomization
/// stand for what is in them.
pub(super) fn walk(recursive: bool) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(path) = open.pop() {
        if path.as_os_str().is_empty() || path.is_dir() && !path.is_symlink() {
            if !path.as_os_str().is_empty() {
                if !recursive {
                    continue;
                }
                if FILE_NAMES.iter().any(|name| path.join(name).exists()) {
                    found.push(path.to_string_lossy().into_owned());
                    continue;
                }
            }
            let folder = if path.as_os_str().is_empty() { Path::new(".") } else { &path };
            let entries =
                fs::read_dir(folder).map_err(|error| anyhow!("cannot list {}: {error}", folder.display()))?;
            let mut names: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.file_name())).collect();
            names.sort();
            open.extend(names.into_iter().rev().map(|name| path.join(name)));
        } else {
            found.push(path.to_string_lossy().into_owned());
        }
    }
    Ok(found)
}
