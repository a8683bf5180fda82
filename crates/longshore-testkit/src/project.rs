//! A temporary folder with files from one string.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

/// A folder that is gone when this is dropped.
///
/// ```
/// let project = longshore_testkit::Project::new(
///     "
///     //- longshore.yaml
///     apiVersion: longshore.dev/v1
///     //- charts/web/Chart.yaml
///     name: web
///     ",
/// )?;
/// assert_eq!(project.read("charts/web/Chart.yaml")?, "name: web\n");
/// # anyhow::Ok(())
/// ```
#[derive(Debug)]
pub struct Project {
    folder: TempDir,
}

impl Project {
    /// Makes the files of a fixture: each begins with a line `//- PATH`. The indentation of the first such line is taken
    /// off every line, so a fixture can be indented like the code around it.
    pub fn new(fixture: &str) -> Result<Self> {
        let project = Self { folder: tempfile::tempdir().context("no place for a project")? };
        for (path, text) in split(fixture)? {
            project.write(&path, &text)?;
        }
        Ok(project)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The place of a file in it.
    pub fn file(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Writes a file, and the folders above it.
    pub fn write(&self, path: &str, text: &str) -> Result<()> {
        let file = self.file(path);
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
        }
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
    }

    /// Reads a file.
    pub fn read(&self, path: &str) -> Result<String> {
        let file = self.file(path);
        fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))
    }

    /// Every file by its path, to compare before and after.
    pub fn contents(&self) -> Result<BTreeMap<String, Vec<u8>>> {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let name = path.strip_prefix(self.path()).context("it was found in there")?;
                found.insert(name.to_string_lossy().into_owned(), fs::read(&path)?);
            }
        }
        Ok(found)
    }
}

fn split(fixture: &str) -> Result<Vec<(String, String)>> {
    let mut files: Vec<(String, String)> = Vec::new();
    let mut indent = None;
    for line in fixture.lines() {
        let bare = line.trim_start();
        let line = match indent {
            None if bare.is_empty() => continue,
            None => {
                indent = Some(line.len() - bare.len());
                bare
            }
            // A line with less indentation is an empty one, or the end of the fixture.
            Some(width) => line.get(width..).filter(|_| line.len() - bare.len() >= width).unwrap_or(bare),
        };
        if let Some(path) = line.strip_prefix("//- ") {
            files.push((path.trim().to_owned(), String::new()));
        } else if let Some((_, text)) = files.last_mut() {
            text.push_str(line);
            text.push('\n');
        } else {
            bail!("a fixture begins with a line `//- PATH`, not with {line:?}");
        }
    }
    // The line on which the closing quote stands is not one of the last file's.
    if let Some((_, text)) = files.last_mut()
        && fixture.ends_with([' ', '\t'])
        && let Some(shorter) = text.strip_suffix('\n')
        && (shorter.is_empty() || shorter.ends_with('\n'))
    {
        *text = shorter.to_owned();
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(fixture: &str, expect: &[(&str, &str)]) {
        let files = split(fixture).unwrap();
        let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        assert_eq!(files, expect);
    }

    #[test]
    fn fixtures_are_split_and_outdented() {
        check("", &[]);
        check("//- a\n//- b\nx\n", &[("a", ""), ("b", "x\n")]);
        check("\n    //- a\n    x:\n      y\n\n    z\n    ", &[("a", "x:\n  y\n\nz\n")]);
        check("\n    //- a\n    ---\n    # //- no file\n", &[("a", "---\n# //- no file\n")]);
        assert!(split("x\n//- a\n").is_err());
    }

    #[test]
    fn contents_tell_every_file() {
        let project = Project::new("//- a/b\n1\n//- c\n").unwrap();
        project.write("a/d/e", "2").unwrap();
        let contents = project.contents().unwrap();
        assert_eq!(contents.keys().collect::<Vec<_>>(), ["a/b", "a/d/e", "c"]);
        assert_eq!(contents["a/b"], b"1\n");
    }
}
