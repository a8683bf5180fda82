//! Fields of a kustomization that choose objects and fields of objects: patches, replacements, variables.

use crate::decode::decode_struct;
use crate::spot::{Key, Source};

/// Chooses objects. What is empty chooses all; the parts of the id are regular expressions that must match whole, except
/// where a field says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector {
    /// `group`
    pub group: String,
    /// `version`
    pub version: String,
    /// `kind`
    pub kind: String,
    /// `name`
    pub name: String,
    /// `namespace`
    pub namespace: String,
    /// `annotationSelector`
    pub annotation_selector: String,
    /// `labelSelector`
    pub label_selector: String,
}

impl Selector {
    /// What it asks for, for people: ``kind `Deployment`, name `web` ``.
    pub fn shown(&self) -> String {
        let parts = [
            ("group", &self.group),
            ("version", &self.version),
            ("kind", &self.kind),
            ("name", &self.name),
            ("namespace", &self.namespace),
            ("annotations", &self.annotation_selector),
            ("labels", &self.label_selector),
        ];
        let parts = parts.into_iter().filter(|(_, text)| !text.is_empty());
        let parts: Vec<String> = parts.map(|(name, text)| format!("{name} `{text}`")).collect();
        if parts.is_empty() { String::from("a target without anything") } else { parts.join(", ") }
    }
}

decode_struct!(Selector as "types.Selector" {
    "group" in "ResId.Gvk" => group, "version" in "ResId.Gvk" => version, "kind" in "ResId.Gvk" => kind, "name" in "ResId" => name, "namespace" in "ResId" => namespace,
    "annotationSelector" => annotation_selector, "labelSelector" => label_selector,
});

/// An entry of `patches` or `patchesJson6902`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patch {
    /// `path`: the file that holds it.
    pub path: String,
    /// `patch`: the patch itself.
    pub patch: String,
    /// `target`
    pub target: Option<Selector>,
    /// `options`
    pub options: Option<PatchOptions>,
}

decode_struct!(Patch as "types.Patch" {
    "path" => path, "patch" => patch, "target" => target, "options" => options,
});

/// What a patch may change besides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PatchOptions {
    /// `allowNameChange`
    pub allow_name_change: bool,
    /// `allowKindChange`
    pub allow_kind_change: bool,
}

decode_struct!(PatchOptions as "types.PatchArgs" {
    "allowNameChange" => allow_name_change, "allowKindChange" => allow_kind_change,
});

/// An entry of `replacements`, or of a file with such.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replacement {
    /// `source`
    pub source: Option<SourceSelector>,
    /// `targets`; null for an entry that is null.
    pub targets: Vec<Option<TargetSelector>>,
    /// `sourceValue`: the value itself.
    pub source_value: Option<String>,
    /// `path`: a file with replacements.
    pub path: String,
    /// Where it stands: the number of the entry, and of the one in the file that the entry names.
    pub place: (usize, Option<usize>),
}

impl Replacement {
    /// Where it stands below `replacements`; of one in a file the number in the file leads on from the entry.
    pub(crate) fn key(&self) -> Key {
        match self.place {
            (entry, None) => Key::Item(entry),
            (entry, Some(item)) => Key::FileItem(entry, item),
        }
    }
}

decode_struct!(Replacement as "types.ReplacementField" {
    "source" in "Replacement" => source, "targets" in "Replacement" => targets, "sourceValue" in "Replacement" => source_value, "path" => path,
});

/// The field that a value is taken from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceSelector {
    /// `group`
    pub group: String,
    /// `version`
    pub version: String,
    /// `kind`
    pub kind: String,
    /// `name`
    pub name: String,
    /// `namespace`
    pub namespace: String,
    /// `fieldPath`
    pub field_path: String,
    /// `options`
    pub options: Option<FieldOptions>,
}

decode_struct!(SourceSelector as "types.SourceSelector" {
    "group" in "ResId.Gvk" => group, "version" in "ResId.Gvk" => version, "kind" in "ResId.Gvk" => kind, "name" in "ResId" => name, "namespace" in "ResId" => namespace,
    "fieldPath" => field_path, "options" => options,
});

/// The fields that a value is written to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetSelector {
    /// `select`
    pub select: Option<Selector>,
    /// `reject`; null for an entry that is null.
    pub reject: Vec<Option<Selector>>,
    /// `fieldPaths`
    pub field_paths: Vec<String>,
    /// `options`
    pub options: Option<FieldOptions>,
}

decode_struct!(TargetSelector as "types.TargetSelector" {
    "select" => select, "reject" => reject, "fieldPaths" => field_paths, "options" => options,
});

/// Which part of a field is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldOptions {
    /// `delimiter`: what the text is split at.
    pub delimiter: String,
    /// `index`: which part counts.
    pub index: isize,
    /// `encoding`, which has no effect.
    pub encoding: String,
    /// `create`: makes the field if it is not there.
    pub create: bool,
}

decode_struct!(FieldOptions as "types.FieldOptions" {
    "delimiter" => delimiter, "index" => index, "encoding" => encoding, "create" => create,
});

/// An entry of `vars`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Var {
    /// `name`
    pub name: String,
    /// `objref`
    pub object: VarTarget,
    /// `fieldref`
    pub field: VarField,
    /// Where it stands.
    pub(crate) source: Source,
}

decode_struct!(Var as "types.Var" { "name" => name, "objref" => object, "fieldref" => field });

/// The object that a variable is taken from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VarTarget {
    /// `apiVersion`
    pub api_version: String,
    /// `group`
    pub group: String,
    /// `version`
    pub version: String,
    /// `kind`
    pub kind: String,
    /// `name`
    pub name: String,
    /// `namespace`
    pub namespace: String,
}

decode_struct!(VarTarget as "types.Target" {
    "apiVersion" => api_version, "group" in "Gvk" => group, "version" in "Gvk" => version, "kind" in "Gvk" => kind, "name" => name,
    "namespace" => namespace,
});

/// The field that a variable is taken from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VarField {
    /// `fieldPath`; `metadata.name` if it is empty.
    pub field_path: String,
}

decode_struct!(VarField as "types.FieldSelector" { "fieldPath" => field_path });
