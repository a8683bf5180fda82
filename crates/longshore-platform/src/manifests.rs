//! A release made of plain manifests: files and folders, and the Secrets that Longshore generates.

use std::path::Path;

use longshore_diag::{Diagnostic, Place};
use longshore_object::parse_manifests;
use longshore_release::Candidate;
use longshore_source::{Limits, near, read_file, read_tree};

use crate::generate::Random;
use crate::project::{Method, ReleaseSpec};
use crate::selection::Selection;
use crate::synthetic::{self, Existing, Written};

/// Reads a release's manifests and generates its Secrets.
///
/// # Errors
/// A file is missing or cannot be read, is no YAML, or holds something that is no object; two objects
/// are the same; an object names another namespace than the release's in vain.
pub(crate) fn candidate(
    selection: &Selection,
    release: &ReleaseSpec,
    existing: &dyn Existing,
    random: &mut dyn Random,
) -> Result<Candidate, Diagnostic> {
    let mut objects = Vec::new();
    let mut sources = Vec::new();
    for entry in &release.manifests {
        let path = selection.path(&entry.value, &entry.place)?;
        sources.push(selection.fill(&entry.value, &entry.place)?);
        for (name, bytes) in read(&path).map_err(|error| error.or_at(entry.place.clone()))? {
            let text = String::from_utf8(bytes).map_err(|_| {
                Diagnostic::error("yaml/encoding", "a manifest must be UTF-8").at(Place::file(&name))
            })?;
            let read = parse_manifests(&text, &name).map_err(|error| other_source(error, &name))?.into_iter();
            objects.extend(read.map(|object| Written::anew(object, name.clone())));
        }
    }
    let source = (Method::Manifests, &*sources.join(" "));
    synthetic::candidate(selection, release, source, objects, existing, random)
}

/// The same error, with what a file is that is no manifest but lies among some.
fn other_source(error: Diagnostic, file: &str) -> Diagnostic {
    let path = Path::new(file);
    let folder = path.parent().unwrap_or(path).display();
    match path.file_name().and_then(|name| name.to_str()) {
        Some("kustomization.yaml" | "kustomization.yml") => {
            error.hint(format!("it is a kustomization: name its folder by `kustomize: {folder}`"))
        }
        Some("Chart.yaml") => error.hint(format!("it is a chart: name its folder by `chart: {folder}`")),
        _ => error,
    }
}

/// The files at `path`: itself, or the YAML and JSON files below it.
fn read(path: &Path) -> Result<Vec<(String, Vec<u8>)>, Diagnostic> {
    let limits = Limits::default();
    if !path.exists() {
        let shown = path.display().to_string();
        let error = Diagnostic::error("source/missing", format!("there is no file and no folder `{shown}`"));
        return Err(if shown.contains('*') {
            error.hint("patterns are not expanded: name the folder, of which all .yaml, .yml and .json files are taken")
        } else if let Some(meant) = near(path) {
            error.hint(format!("did you mean `{}`?", meant.display()))
        } else {
            error.hint("paths are relative to the project file")
        });
    }
    if !path.is_dir() {
        return Ok(vec![(path.display().to_string(), read_file(path, &limits)?)]);
    }
    let is_manifest = |file: &str| {
        [".yaml", ".yml", ".json"].iter().any(|ending| file.to_ascii_lowercase().ends_with(ending))
    };
    let files = read_tree(path, &limits, |file, folder| folder || is_manifest(file))?.files;
    if files.is_empty() {
        let message = format!("`{}` holds no .yaml, .yml or .json file", path.display());
        return Err(Diagnostic::error("source/empty", message));
    }
    Ok(files
        .into_iter()
        .map(|file| (path.join(&file.path).display().to_string(), file.bytes.to_vec()))
        .collect())
}
