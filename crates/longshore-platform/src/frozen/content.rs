//! What a frozen plan holds of one release: all that deploying it needs.

use longshore_diag::{Diagnostic, Place};
use longshore_object::Object;
use longshore_release::record::Hook;
use longshore_release::{Basis, Candidate, HIDDEN, Mask, Prepared, SetImage};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

/// A candidate, and what its plan was made from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Content {
    chart: Value,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    config: Map<String, Value>,
    manifest: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    hooks: Vec<Hook>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    notes: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    crds: Vec<Written>,
    objects: Vec<Written>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    set_images: Vec<SetImage>,
    basis: Basis,
}

/// An object and where it was written.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Written {
    file: String,
    #[serde(default)]
    line: u32,
    object: Value,
}

/// A content that is sealed, with what it belongs to.
#[derive(Serialize, Deserialize)]
pub(super) struct SealedContent {
    pub(super) release: String,
    pub(super) of: Vec<String>,
    pub(super) content: Content,
}

impl Content {
    pub(super) fn of(prepared: &Prepared) -> Self {
        let Candidate { chart, config, manifest, hooks, notes, crds, objects, set_images } =
            prepared.candidate.clone();
        Self {
            chart,
            config,
            manifest,
            hooks,
            notes,
            crds: crds.iter().map(Written::of).collect(),
            objects: objects.iter().map(Written::of).collect(),
            set_images,
            basis: prepared.basis.clone().unwrap_or_default(),
        }
    }

    /// Whether it must not be read by everybody: it has a Secret, or secrets are known that may stand in it.
    pub(super) fn is_secret(&self, mask: &Mask) -> bool {
        !mask.is_empty()
            || self.objects.iter().any(|written| is_secret(&written.object))
            || self.hooks.iter().any(|hook| hook.kind == "Secret")
    }

    /// The objects with secrets covered.
    pub(super) fn covered(&self, mask: &Mask) -> Vec<Value> {
        let cover = |written: &Written| {
            let mut object = written.object.clone();
            if is_secret(&object) {
                for field in ["data", "stringData"] {
                    for value in object.get_mut(field).and_then(Value::as_object_mut).into_iter().flatten() {
                        *value.1 = Value::String(HIDDEN.to_owned());
                    }
                }
            }
            mask.value(&mut object);
            object
        };
        self.objects.iter().map(cover).collect()
    }

    /// What is deployed, and what the plan was made from.
    ///
    /// # Errors
    /// An object is none any more.
    pub(super) fn candidate(self) -> Result<(Candidate, Basis), Diagnostic> {
        let objects =
            |written: Vec<Written>| written.into_iter().map(Written::object).collect::<Result<_, _>>();
        let candidate = Candidate {
            chart: self.chart,
            config: self.config,
            manifest: self.manifest,
            hooks: self.hooks,
            notes: self.notes,
            crds: objects(self.crds)?,
            objects: objects(self.objects)?,
            set_images: self.set_images,
        };
        Ok((candidate, self.basis))
    }
}

impl Written {
    fn of(object: &Object) -> Self {
        let place = object.place();
        Self { file: place.file.clone(), line: place.line, object: object.to_json() }
    }

    fn object(self) -> Result<Object, Diagnostic> {
        Object::from_json(self.object, Place::new(self.file, self.line, 0))
    }
}

fn is_secret(object: &Value) -> bool {
    object["kind"] == "Secret" && object["apiVersion"] == "v1"
}

impl SealedContent {
    /// To be sealed; wiped when it is dropped.
    pub(super) fn to_bytes(&self) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
        let bytes = serde_json::to_vec(self);
        bytes.map(Zeroizing::new).map_err(|error| Diagnostic::error("plan/write", error.to_string()))
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }
}
