//! A release made of plain manifests: files and folders, and the Secrets that Longshore generates.

use std::path::Path;

use longshore_diag::{Diagnostic, Place};
use longshore_object::{Object, identities_are_unique, parse_manifests};
use longshore_release::Candidate;
use longshore_source::{Limits, read_file, read_tree};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::generate::{self, Random};
use crate::project::ReleaseSpec;
use crate::selection::Selection;
use crate::to_yaml;

/// The annotation of a synthetic chart that says what it stands for.
pub(crate) const METHOD_ANNOTATION: &str = "longshore.dev/method";
/// The annotation of a synthetic chart that names its files.
pub(crate) const SOURCE_ANNOTATION: &str = "longshore.dev/source";

/// What is known of a generated Secret from before.
pub(crate) trait Existing {
    /// The `data` of the Secret called `name` as it is now.
    fn data(&self, name: &str) -> Option<Map<String, Value>>;
}

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
    let mut digest = Sha256::new();
    let mut sources = Vec::new();
    for entry in &release.manifests {
        let path = selection.path(&entry.value, &entry.place)?;
        sources.push(selection.fill(&entry.value, &entry.place)?);
        for (name, bytes) in read(&path).map_err(|error| error.or_at(entry.place.clone()))? {
            let text = String::from_utf8(bytes).map_err(|_| {
                Diagnostic::error("yaml/encoding", "a manifest must be UTF-8").at(Place::file(&name))
            })?;
            objects.extend(parse_manifests(&text, &name)?);
        }
    }
    // Of the objects, not of the files: a comment makes no new version, and neither does another folder.
    for object in &objects {
        digest.update(to_yaml(&object.to_json()));
    }
    for secret in &release.generate {
        let data = existing.data(&secret.name);
        objects.push(generate::secret(secret, data.as_ref(), random)?);
    }
    identities_are_unique(&objects, &selection.namespace)?;
    let chart = synthetic_chart(&release.name, &hex(&digest.finalize()), &sources.join(" "));
    Ok(Candidate {
        chart,
        config: Map::new(),
        manifest: objects.iter().map(document).collect(),
        hooks: Vec::new(),
        notes: String::new(),
        crds: Vec::new(),
        objects,
    })
}

/// One document of a record's manifest, in the form in which Helm writes it.
fn document(object: &Object) -> String {
    format!("---\n# Source: {}\n{}", object.place().file, to_yaml(&object.to_json()))
}

/// The files at `path`: itself, or the YAML and JSON files below it.
fn read(path: &Path) -> Result<Vec<(String, Vec<u8>)>, Diagnostic> {
    let limits = Limits::default();
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

/// What the record has instead of a chart: a name and a version that say what it was made from, and no
/// templates (design decision 1).
fn synthetic_chart(release: &str, digest: &str, sources: &str) -> Value {
    json!({
        "metadata": {
            "apiVersion": "v2",
            "name": release,
            "version": format!("0.0.0+{}", &digest[..12]),
            "description": "Plain manifests, deployed by Longshore",
            "type": "application",
            "annotations": {METHOD_ANNOTATION: "manifests", SOURCE_ANNOTATION: sources},
        },
        "lock": null,
        "templates": [],
        "values": {},
        "schema": null,
        "files": [],
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
