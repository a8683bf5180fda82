//! The cases of a chart.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::oracle::differ::{Case, below};

/// The release's name in every case.
const NAME: &str = "demo";

/// Flags that no chart should mind, and what each is there for: names that all names are made of, another place, values
/// by `--set` over those of the chart, the branches for upgrades, and those for old clusters.
const FLAGS: &[&[&str]] = &[
    &["--set", "fullnameOverride=x"],
    &["--set", "nameOverride=y,global.imageRegistry=registry.example"],
    &["--namespace", "other", "--include-crds"],
    &["--is-upgrade"],
    &["--kube-version", "1.25.0"],
];

/// One way to render the chart at `path`.
fn case(root: &Path, path: &Path, what: &str, flags: &[&str]) -> Case {
    let chart = path.to_string_lossy();
    let arguments = ["template", NAME, &*chart].iter().chain(flags).map(|&word| word.to_owned()).collect();
    Case { subject: below(root, path), what: what.to_owned(), folder: None, arguments }
}

/// All cases of the chart at `path`, somewhere below `root`.
pub(super) fn table(root: &Path, path: &Path) -> Result<Vec<Case>> {
    let mut cases = vec![case(root, path, "own values", &[])];
    for file in value_files(&path.join("ci"))? {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let what = format!("-f ci/{name}");
        cases.push(case(root, path, &what, &["-f", &file.to_string_lossy()]));
    }
    cases.extend(FLAGS.iter().map(|flags| case(root, path, &flags.join(" "), flags)));
    Ok(cases)
}

/// The YAML files of a folder, if it is there. Their names mean nothing: chart-testing takes those that end in
/// `-values.yaml`, others take all.
fn value_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    if !folder.is_dir() {
        return Ok(files);
    }
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry.with_context(|| format!("cannot list {}", folder.display()))?.path();
        if path.is_file()
            && path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_values_then_those_of_ci_then_flags() {
        let folder = tempfile::tempdir().unwrap();
        let chart = folder.path().join("people/web");
        fs::create_dir_all(chart.join("ci/deeper.yaml")).unwrap();
        for name in ["b-values.yaml", "a.yml", "lint.sh"] {
            fs::write(chart.join("ci").join(name), "").unwrap();
        }
        let cases = table(folder.path(), &chart).unwrap();
        let names: Vec<_> = cases.iter().map(Case::name).collect();
        let expected = ["own values", "-f ci/a.yml", "-f ci/b-values.yaml", "--set fullnameOverride=x"];
        assert_eq!(names[..4], expected.map(|what| format!("people/web: {what}")));
        assert_eq!(
            cases[1].arguments[3..],
            ["-f".to_owned(), chart.join("ci/a.yml").to_string_lossy().into_owned()]
        );
        assert_eq!(cases.len(), 3 + FLAGS.len());
        assert_eq!(cases[0].collection(), "people");
    }

    #[test]
    fn the_folder_itself_may_be_the_chart() {
        let folder = tempfile::tempdir().unwrap();
        let case = table(folder.path(), folder.path()).unwrap().swap_remove(0);
        assert_eq!((&*case.name(), case.collection()), (".: own values", "."));
    }
}
