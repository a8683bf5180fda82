//! Which fields the transformers change: what is builtin, what `configurations` add, what `crds` say.
//!
//! Rules: <https://github.com/kubernetes-sigs/kustomize/tree/kustomize/v5.8.1/api/internal/plugins/builtinconfig>.

pub mod crds;
mod fields;
mod name_fields;
mod var_fields;

use std::sync::LazyLock;

use longshore_yaml::{Text, sigs};

use crate::decode::{Reader, decode_struct};
use crate::error::{Context, Error};
use crate::fieldspec::FieldSpec;
use crate::gvk::Gvk;
use fields::Row;

/// The fields of each transformer (`builtinconfig.TransformerConfig`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// `namePrefix`
    pub name_prefix: Vec<FieldSpec>,
    /// `nameSuffix`
    pub name_suffix: Vec<FieldSpec>,
    /// `namespace`
    pub namespace: Vec<FieldSpec>,
    /// `commonLabels`: labels and selectors.
    pub common_labels: Vec<FieldSpec>,
    /// `labels`: for each entry of `labels` besides.
    pub labels: Vec<FieldSpec>,
    /// `templateLabels`: labels without selectors.
    pub template_labels: Vec<FieldSpec>,
    /// `commonAnnotations`
    pub common_annotations: Vec<FieldSpec>,
    /// `nameReference`
    pub name_reference: Vec<NameReference>,
    /// `varReference`
    pub var_reference: Vec<FieldSpec>,
    /// `images`
    pub images: Vec<FieldSpec>,
    /// `replicas`
    pub replicas: Vec<FieldSpec>,
}

decode_struct!(Config as "builtinconfig.TransformerConfig" {
    "namePrefix" => name_prefix, "nameSuffix" => name_suffix, "namespace" => namespace,
    "commonLabels" => common_labels, "labels" => labels, "templateLabels" => template_labels,
    "commonAnnotations" => common_annotations, "nameReference" => name_reference, "varReference" => var_reference,
    "images" => images, "replicas" => replicas,
});

/// A type of objects, and the fields that name objects of this type (`NameBackReferences`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameReference {
    /// `group`; empty for all, as the next two.
    pub group: Text,
    /// `version`
    pub version: Text,
    /// `kind`
    pub kind: Text,
    /// `fieldSpecs`: who names them, and where.
    pub referrers: Vec<FieldSpec>,
}

decode_struct!(NameReference as "builtinconfig.NameBackReferences" {
    "group" in "Gvk" => group, "version" in "Gvk" => version, "kind" in "Gvk" => kind, "fieldSpecs" => referrers,
});

impl NameReference {
    /// The type of what is named.
    pub fn gvk(&self) -> Gvk {
        Gvk::unscoped(self.group.clone(), self.version.clone(), self.kind.clone())
    }
}

impl Config {
    /// What is builtin.
    pub fn builtin() -> &'static Self {
        static BUILTIN: LazyLock<Config> = LazyLock::new(|| {
            let mut config = Config {
                name_prefix: specs(fields::NAME_PREFIX),
                name_suffix: specs(fields::NAME_SUFFIX),
                namespace: specs(fields::NAMESPACE),
                common_labels: [specs(fields::SELECTOR_LABELS), specs(fields::TEMPLATE_LABELS)].concat(),
                labels: Vec::new(),
                template_labels: specs(fields::TEMPLATE_LABELS),
                common_annotations: specs(fields::COMMON_ANNOTATIONS),
                name_reference: name_references(),
                var_reference: specs(var_fields::VAR_REFERENCES),
                images: specs(fields::IMAGES),
                replicas: specs(fields::REPLICAS),
            };
            config.sort();
            config
        });
        &BUILTIN
    }

    /// Reads a file of `configurations`.
    ///
    /// # Errors
    /// No YAML, an unknown field or one of a wrong type.
    pub fn read(text: &[u8]) -> Result<Self, Error> {
        // Lists have types of their own there.
        let named = |error: Error| {
            let text = error.text().replace("[]types.FieldSpec", "types.FsSlice");
            Error::new(text.replace("[]builtinconfig.NameBackReferences", "builtinconfig.nbrSlice"))
        };
        let value = sigs::to_json_value_strict(text)?;
        let mut config: Self = Reader::without_unknown().read(&value).map_err(named)?;
        config.sort();
        Ok(config)
    }

    /// Adds what `other` has.
    ///
    /// # Errors
    /// A field that is made where it is not there by one of them only.
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        if self == other || *other == Self::default() {
            return Ok(());
        }
        // What most kustomizations begin with.
        static BEGUN: LazyLock<Config> = LazyLock::new(|| {
            let mut config = Config::default();
            // The builtin fields do not contradict each other.
            let _ = config.add(Config::builtin());
            config
        });
        if std::ptr::eq(other, Self::builtin()) && *self == Self::default() {
            self.clone_from(&BEGUN);
            return Ok(());
        }
        self.add(other)
    }

    fn add(&mut self, other: &Self) -> Result<(), Error> {
        let lists = [
            (&mut self.name_prefix, &other.name_prefix, "NamePrefix"),
            (&mut self.name_suffix, &other.name_suffix, "NameSuffix"),
            (&mut self.namespace, &other.namespace, "NameSpace"),
            (&mut self.common_annotations, &other.common_annotations, "CommonAnnotations"),
            (&mut self.common_labels, &other.common_labels, "CommonLabels"),
            (&mut self.labels, &other.labels, "Labels"),
            (&mut self.template_labels, &other.template_labels, "TemplateLabels"),
            (&mut self.var_reference, &other.var_reference, "VarReference"),
            (&mut self.images, &other.images, "Images"),
            (&mut self.replicas, &other.replicas, "Replicas"),
        ];
        for (own, other, name) in lists {
            merge_all(own, other).context(|| format!("failed to merge {name} fieldSpec"))?;
        }
        for reference in &other.name_reference {
            self.add_name_reference(reference)
                .context(|| String::from("failed to merge NameReference fieldSpec"))?;
        }
        self.sort();
        Ok(())
    }

    /// Adds fields that name objects of a type.
    ///
    /// # Errors
    /// As [`merge_one`].
    pub fn add_name_reference(&mut self, reference: &NameReference) -> Result<(), Error> {
        let is_same = |own: &&mut NameReference| {
            own.group == reference.group && own.version == reference.version && own.kind == reference.kind
        };
        if let Some(own) = self.name_reference.iter_mut().find(is_same) {
            return merge_all(&mut own.referrers, &reference.referrers);
        }
        self.name_reference.push(reference.clone());
        Ok(())
    }

    /// By type, in the order in which Kustomize sorts objects.
    fn sort(&mut self) {
        let lists = [
            &mut self.name_prefix,
            &mut self.name_suffix,
            &mut self.namespace,
            &mut self.common_labels,
            &mut self.labels,
            &mut self.template_labels,
            &mut self.common_annotations,
            &mut self.var_reference,
            &mut self.images,
            &mut self.replicas,
        ];
        for list in lists {
            list.sort_by_cached_key(|spec| spec.gvk().legacy_place());
        }
        self.name_reference.sort_by_cached_key(|reference| reference.gvk().legacy_place());
    }
}

/// Adds all that are not there.
///
/// # Errors
/// As [`merge_one`].
pub fn merge_all(list: &mut Vec<FieldSpec>, other: &[FieldSpec]) -> Result<(), Error> {
    other.iter().try_for_each(|spec| merge_one(list, spec))
}

/// Adds a field, unless the list has the same path for a type that it is about.
///
/// # Errors
/// One of the two is made where it is not there, the other is not.
pub fn merge_one(list: &mut Vec<FieldSpec>, spec: &FieldSpec) -> Result<(), Error> {
    let is_known = |own: &&FieldSpec| own.path == spec.path && spec.selects(&own.gvk());
    match list.iter().find(is_known) {
        Some(own) if own.create != spec.create => Err(Error::new("conflicting fieldspecs")),
        Some(_) => Ok(()),
        None => {
            list.push(spec.clone());
            Ok(())
        }
    }
}

fn specs(rows: &[Row]) -> Vec<FieldSpec> {
    let spec = |&(group, version, kind, path, create): &Row| FieldSpec {
        group: Text::from_static(group),
        version: Text::from_static(version),
        kind: Text::from_static(kind),
        path: Text::from_static(path),
        create,
    };
    rows.iter().map(spec).collect()
}

fn name_references() -> Vec<NameReference> {
    let reference = |&((group, version, kind), rows): &name_fields::Target| NameReference {
        group: Text::from_static(group),
        version: Text::from_static(version),
        kind: Text::from_static(kind),
        referrers: specs(rows),
    };
    name_fields::NAME_REFERENCES.iter().map(reference).collect()
}
