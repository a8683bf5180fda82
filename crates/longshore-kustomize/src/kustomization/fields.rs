//! What the fields of a kustomization hold, as far as it is not about targets or charts.

use std::collections::BTreeMap;

use crate::decode::decode_struct;
use crate::fieldspec::FieldSpec;

/// `metadata` of a kustomization or of a plugin's configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectMeta {
    /// `name`
    pub name: String,
    /// `namespace`
    pub namespace: String,
    /// `labels`
    pub labels: BTreeMap<String, String>,
    /// `annotations`
    pub annotations: BTreeMap<String, String>,
}

decode_struct!(ObjectMeta as "types.ObjectMeta" {
    "name" => name, "namespace" => namespace, "labels" => labels, "annotations" => annotations,
});

/// Labels to be set, and where.
#[derive(Clone, Debug, Default)]
pub struct Label {
    /// `pairs`
    pub pairs: BTreeMap<String, String>,
    /// `includeSelectors`: also where objects select others.
    pub include_selectors: bool,
    /// `includeTemplates`: also on the objects that objects make.
    pub include_templates: bool,
    /// `fields`: also there.
    pub fields: Vec<FieldSpec>,
}

decode_struct!(Label as "types.Label" {
    "pairs" => pairs, "includeSelectors" => include_selectors, "includeTemplates" => include_templates,
    "fields" => fields,
});

/// What to make of an image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// `name`: a regular expression, whatever was meant.
    pub name: String,
    /// `newName`
    pub new_name: String,
    /// `tagSuffix`: appended to the tag that is there.
    pub tag_suffix: String,
    /// `newTag`
    pub new_tag: String,
    /// `digest`
    pub digest: String,
}

decode_struct!(Image as "types.Image" {
    "name" => name, "newName" => new_name, "tagSuffix" => tag_suffix, "newTag" => new_tag, "digest" => digest,
});

/// How many replicas the objects of a name shall have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replica {
    /// `name`
    pub name: String,
    /// `count`
    pub count: i64,
}

decode_struct!(Replica as "types.Replica" { "name" => name, "count" => count });

/// `sortOptions`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SortOptions {
    /// `order`: `fifo` or `legacy`.
    pub order: String,
    /// `legacySortOptions`
    pub legacy: Option<LegacySortOptions>,
}

decode_struct!(SortOptions as "types.SortOptions" { "order" => order, "legacySortOptions" => legacy });

/// Kinds that come first and last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LegacySortOptions {
    /// `orderFirst`
    pub first: Vec<String>,
    /// `orderLast`
    pub last: Vec<String>,
}

decode_struct!(LegacySortOptions as "types.LegacySortOptions" { "orderFirst" => first, "orderLast" => last });

/// Where the data of a generated object come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyValueSources {
    /// `literals`: `key=value`
    pub literals: Vec<String>,
    /// `files`: `path` or `key=path`
    pub files: Vec<String>,
    /// `envs`: files with a `key=value` in each line.
    pub envs: Vec<String>,
    /// `env`: one more of those; empty once a kustomization is completed.
    pub env: String,
}

/// A ConfigMap to be generated; all but the type of a Secret too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigMapArgs {
    /// `namespace`
    pub namespace: String,
    /// `name`
    pub name: String,
    /// `behavior`: what becomes of an object that is there.
    pub behavior: String,
    /// The data.
    pub sources: KeyValueSources,
    /// `options`
    pub options: Option<GeneratorOptions>,
}

decode_struct!(ConfigMapArgs as "types.ConfigMapArgs" {
    "namespace" in "GeneratorArgs" => namespace, "name" in "GeneratorArgs" => name, "behavior" in "GeneratorArgs" => behavior, "literals" in "GeneratorArgs.KvPairSources" => sources.literals,
    "files" in "GeneratorArgs.KvPairSources" => sources.files, "envs" in "GeneratorArgs.KvPairSources" => sources.envs, "env" in "GeneratorArgs.KvPairSources" => sources.env, "options" in "GeneratorArgs" => options,
});

/// A Secret to be generated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecretArgs {
    /// What a ConfigMap has too.
    pub base: ConfigMapArgs,
    /// `type`
    pub secret_type: String,
}

decode_struct!(SecretArgs as "types.SecretArgs" {
    "namespace" in "GeneratorArgs" => base.namespace, "name" in "GeneratorArgs" => base.name, "behavior" in "GeneratorArgs" => base.behavior,
    "literals" in "GeneratorArgs.KvPairSources" => base.sources.literals, "files" in "GeneratorArgs.KvPairSources" => base.sources.files, "envs" in "GeneratorArgs.KvPairSources" => base.sources.envs,
    "env" in "GeneratorArgs.KvPairSources" => base.sources.env, "options" in "GeneratorArgs" => base.options, "type" => secret_type,
});

/// `generatorOptions` and the `options` of a generator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GeneratorOptions {
    /// `labels`
    pub labels: BTreeMap<String, String>,
    /// `annotations`
    pub annotations: BTreeMap<String, String>,
    /// `disableNameSuffixHash`
    pub disable_name_suffix_hash: bool,
    /// `immutable`
    pub immutable: bool,
}

decode_struct!(GeneratorOptions as "types.GeneratorOptions" {
    "labels" => labels, "annotations" => annotations, "disableNameSuffixHash" => disable_name_suffix_hash,
    "immutable" => immutable,
});

impl GeneratorOptions {
    /// A generator's own options with those of all generators where it says nothing.
    pub fn merged(own: Option<&Self>, all: Option<&Self>) -> Option<Self> {
        let Some(all) = all else { return own.cloned() };
        let mut merged = own.cloned().unwrap_or_default();
        for (key, value) in &all.labels {
            merged.labels.entry(key.clone()).or_insert_with(|| value.clone());
        }
        for (key, value) in &all.annotations {
            merged.annotations.entry(key.clone()).or_insert_with(|| value.clone());
        }
        merged.disable_name_suffix_hash |= all.disable_name_suffix_hash;
        merged.immutable |= all.immutable;
        Some(merged)
    }
}
