//! What a release that comes from no chart is recorded as: its objects, and a synthetic chart (design decision 1).

use longshore_diag::Diagnostic;
use longshore_object::{Object, identities_are_unique};
use longshore_release::Candidate;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::generate::{self, Random};
use crate::pinned;
use crate::project::{Method, ReleaseSpec};
use crate::selection::Selection;
use crate::to_yaml;

/// The annotation of a synthetic chart that says what it stands for.
const METHOD_ANNOTATION: &str = "longshore.dev/method";
/// The annotation of a synthetic chart that names its files.
const SOURCE_ANNOTATION: &str = "longshore.dev/source";

/// What is known of a generated Secret from before.
pub(crate) trait Existing {
    /// The `data` of the Secret called `name` as it is now.
    fn data(&self, name: &str) -> Option<Map<String, Value>>;
}

/// An object, and the text by which the record has it.
pub(crate) struct Written {
    /// The object.
    pub(crate) object: Object,
    /// One document of YAML without `---`, which parses to the object again.
    pub(crate) text: String,
    /// What its comment names as its source.
    pub(crate) source: String,
}

impl Written {
    /// As Helm and kubectl would write it.
    pub(crate) fn anew(object: Object, source: String) -> Self {
        let text = to_yaml(&object.to_json());
        Self { object, text, source }
    }
}

/// A candidate of objects that `source` was read as by `method`, and of the Secrets that the release generates.
///
/// # Errors
/// Two objects are the same, or a secret cannot be had.
pub(crate) fn candidate(
    selection: &Selection,
    release: &ReleaseSpec,
    (method, source): (Method, &str),
    mut written: Vec<Written>,
    existing: &dyn Existing,
    random: &mut dyn Random,
) -> Result<Candidate, Diagnostic> {
    for written in &mut written {
        if let Some((text, object)) = pinned::object(selection, release, &written.text, &written.object)? {
            written.text = text;
            written.object = object;
        }
    }
    // Of the objects, not of the files: a comment makes no new version, and neither does another folder.
    let mut digest = Sha256::new();
    for Written { text, .. } in &written {
        digest.update(text);
    }
    for secret in &selection.generated(release)? {
        let data = existing.data(&secret.name);
        let object = generate::secret(secret, data.as_ref(), random)?;
        let file = object.place().file.clone();
        written.push(Written::anew(object, file));
    }
    let manifest = written.iter().map(document).collect();
    let objects: Vec<Object> = written.into_iter().map(|written| written.object).collect();
    identities_are_unique(&objects, selection.namespace_of(&release.name)).map_err(|error| {
        let is_one = error
            .place
            .as_ref()
            .is_some_and(|at| error.notes.iter().any(|note| note.ends_with(&format!(" at {at}"))));
        if is_one {
            error.hint("its file is read twice: name it, or the folder that it is in, once")
        } else {
            error
        }
    })?;
    Ok(Candidate {
        chart: chart(&release.name, &hex(&digest.finalize()), method, source),
        config: Map::new(),
        manifest,
        hooks: Vec::new(),
        notes: String::new(),
        crds: Vec::new(),
        objects,
        set_images: Vec::new(),
    })
}

/// One document of a record's manifest, in the form in which Helm writes it.
fn document(Written { text, source, .. }: &Written) -> String {
    format!("---\n# Source: {source}\n{text}")
}

/// What the record has instead of a chart: a name and a version that say what it was made from, and no
/// templates.
fn chart(release: &str, digest: &str, method: Method, source: &str) -> Value {
    let what = match method {
        Method::Kustomize => "A kustomization",
        Method::Helm | Method::Manifests => "Plain manifests",
    };
    json!({
        "metadata": {
            "apiVersion": "v2",
            "name": release,
            "version": format!("0.0.0+{}", &digest[..12]),
            "description": format!("{what}, deployed by Longshore"),
            "type": "application",
            "annotations": {METHOD_ANNOTATION: method.as_str(), SOURCE_ANNOTATION: source},
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
