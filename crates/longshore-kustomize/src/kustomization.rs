//! The file that says what a folder of resources is made of: `kustomization.yaml`.
//!
//! Decoding, what is filled in, what is refused and what is warned of are those of Kustomize 5.8.1
//! (<https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/types/kustomization.go>).

mod fields;
mod helm;
pub(crate) mod schema;
mod targets;

use std::collections::BTreeMap;

use longshore_go::Value;
use longshore_yaml::{Dialect, Limits, unmarshal};

use crate::decode::{Reader, decode_struct};
use crate::error::{Context, Error};

pub use fields::{
    ConfigMapArgs, GeneratorOptions, Image, KeyValueSources, Label, LegacySortOptions, ObjectMeta, Replica,
    SecretArgs, SortOptions,
};
pub use helm::{HelmChart, HelmChartArgs, HelmGlobals};
pub use targets::{
    FieldOptions, Patch, PatchOptions, Replacement, Selector, SourceSelector, TargetSelector, Var, VarField,
    VarTarget,
};

/// The names that the file may have; a folder must hold exactly one of them.
pub const FILE_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

const KIND: &str = "Kustomization";
const VERSION: &str = "kustomize.config.k8s.io/v1beta1";
const COMPONENT: &str = "Component";
const COMPONENT_VERSION: &str = "kustomize.config.k8s.io/v1alpha1";

/// A kustomization or a component, as decoded and completed.
#[derive(Clone, Debug, Default)]
pub struct Kustomization {
    /// `kind`, filled in.
    pub kind: String,
    /// `apiVersion`, filled in.
    pub api_version: String,
    /// `metadata`, which has no effect.
    pub metadata: Option<ObjectMeta>,
    /// `openapi`
    pub openapi: BTreeMap<String, String>,
    /// `namePrefix`
    pub name_prefix: String,
    /// `nameSuffix`
    pub name_suffix: String,
    /// `namespace`
    pub namespace: String,
    /// `commonLabels`
    pub common_labels: Option<BTreeMap<String, String>>,
    /// `labels`
    pub labels: Vec<Label>,
    /// `commonAnnotations`
    pub common_annotations: BTreeMap<String, String>,
    /// `patchesStrategicMerge`: paths or patches.
    pub patches_strategic_merge: Option<Vec<String>>,
    /// `patchesJson6902`
    pub patches_json6902: Option<Vec<Patch>>,
    /// `patches`
    pub patches: Vec<Patch>,
    /// `images`, with those of `imageTags` behind.
    pub images: Vec<Image>,
    /// `imageTags`
    pub image_tags: Option<Vec<Image>>,
    /// `replacements`
    pub replacements: Vec<Replacement>,
    /// `replicas`
    pub replicas: Vec<Replica>,
    /// `vars`
    pub vars: Option<Vec<Var>>,
    /// `sortOptions`
    pub sort_options: Option<SortOptions>,
    /// `resources`, with `bases` behind.
    pub resources: Vec<String>,
    /// `components`
    pub components: Vec<String>,
    /// `crds`
    pub crds: Vec<String>,
    /// `bases`
    pub bases: Option<Vec<String>>,
    /// `configMapGenerator`
    pub config_map_generator: Vec<ConfigMapArgs>,
    /// `secretGenerator`
    pub secret_generator: Vec<SecretArgs>,
    /// `helmGlobals`
    pub helm_globals: Option<HelmGlobals>,
    /// `helmCharts`, with those of `helmChartInflationGenerator` behind.
    pub helm_charts: Vec<HelmChart>,
    /// `helmChartInflationGenerator`
    pub helm_chart_inflation_generator: Vec<HelmChartArgs>,
    /// `generatorOptions`
    pub generator_options: Option<GeneratorOptions>,
    /// `configurations`
    pub configurations: Vec<String>,
    /// `generators`
    pub generators: Vec<String>,
    /// `transformers`
    pub transformers: Vec<String>,
    /// `validators`
    pub validators: Vec<String>,
    /// `buildMetadata`
    pub build_metadata: Vec<String>,
}

decode_struct!(Kustomization as "types.Kustomization" {
    "kind" in "TypeMeta" => kind, "apiVersion" in "TypeMeta" => api_version, "metadata" => metadata, "openapi" => openapi,
    "namePrefix" => name_prefix, "nameSuffix" => name_suffix, "namespace" => namespace,
    "commonLabels" => common_labels, "labels" => labels, "commonAnnotations" => common_annotations,
    "patchesStrategicMerge" => patches_strategic_merge, "patchesJson6902" => patches_json6902, "patches" => patches,
    "images" => images, "imageTags" => image_tags, "replacements" => replacements, "replicas" => replicas,
    "vars" => vars, "sortOptions" => sort_options, "resources" => resources, "components" => components,
    "crds" => crds, "bases" => bases, "configMapGenerator" => config_map_generator,
    "secretGenerator" => secret_generator, "helmGlobals" => helm_globals, "helmCharts" => helm_charts,
    "helmChartInflationGenerator" => helm_chart_inflation_generator, "generatorOptions" => generator_options,
    "configurations" => configurations, "generators" => generators, "transformers" => transformers,
    "validators" => validators, "buildMetadata" => build_metadata,
});

/// The deprecated fields, and what to use instead.
const DEPRECATED: [(&str, &str); 6] = [
    ("bases", "resources"),
    ("commonLabels", "labels"),
    ("imageTags", "images"),
    ("patchesJson6902", "patches"),
    ("patchesStrategicMerge", "patches"),
    ("vars", "replacements"),
];

impl Kustomization {
    /// Reads a file, warns of deprecated fields, and fills in what it leaves out.
    ///
    /// # Errors
    /// No YAML, an unknown field, a field of a wrong type, nothing in it, or a kind or version that is neither a
    /// kustomization's nor a component's. `root` is the folder that messages name.
    ///
    /// ```
    /// use longshore_kustomize::Kustomization;
    /// let mut warnings = Vec::new();
    /// let read = Kustomization::read(b"{RESOURCES: [a.yaml], bases: [b]}", "/app", &mut warnings)?;
    /// assert_eq!(read.resources, ["a.yaml", "b"]);
    /// assert!(warnings[0].starts_with("# Warning: 'bases' is deprecated."));
    /// # Ok::<(), longshore_kustomize::Error>(())
    /// ```
    pub fn read(text: &[u8], root: &str, warnings: &mut Vec<String>) -> Result<Self, Error> {
        let (mut this, value) = Self::decode(text)?;
        this.warn(warnings);
        this.complete();
        if is_empty(&value) {
            return Err(Error::new("kustomization.yaml is empty"));
        }
        this.check_type(root)?;
        Ok(this)
    }

    /// A file as it stands there, and all of its values.
    pub(crate) fn decode(text: &[u8]) -> Result<(Self, Value), Error> {
        let wrong = || String::from("invalid Kustomization");
        let value = unmarshal(text, Dialect::V2, &Limits::default()).context(wrong)?;
        let this = Reader::strict().read(&value).context(wrong)?;
        Ok((this, value))
    }

    /// Whether it is a component.
    pub fn is_component(&self) -> bool {
        self.kind == COMPONENT
    }

    fn warn(&self, warnings: &mut Vec<String>) {
        for (old, new) in DEPRECATED {
            let is_used = match old {
                "bases" => self.bases.is_some(),
                "commonLabels" => self.common_labels.is_some(),
                "imageTags" => self.image_tags.is_some(),
                "patchesJson6902" => self.patches_json6902.is_some(),
                "patchesStrategicMerge" => self.patches_strategic_merge.is_some(),
                _ => self.vars.is_some(),
            };
            let experimental = if old == "vars" { "[EXPERIMENTAL] " } else { "" };
            if is_used {
                warnings.push(format!(
                    "# Warning: '{old}' is deprecated. Please use '{new}' instead. {experimental}Run 'kustomize edit \
                     fix' to update your Kustomization automatically."
                ));
            }
        }
    }

    /// Fills in the type, and moves deprecated fields to where they are now.
    fn complete(&mut self) {
        if self.kind.is_empty() {
            KIND.clone_into(&mut self.kind);
        }
        if self.api_version.is_empty() {
            if self.is_component() { COMPONENT_VERSION } else { VERSION }.clone_into(&mut self.api_version);
        }
        self.resources.extend(self.bases.take().unwrap_or_default());
        self.images.extend(self.image_tags.take().unwrap_or_default());
        let sources = self.config_map_generator.iter_mut().map(|args| &mut args.sources);
        for sources in sources.chain(self.secret_generator.iter_mut().map(|args| &mut args.base.sources)) {
            if !sources.env.is_empty() {
                sources.envs.push(std::mem::take(&mut sources.env));
            }
        }
        helm::move_old_charts(self);
    }

    fn check_type(&self, root: &str) -> Result<(), Error> {
        let mut wrong = Vec::new();
        if self.kind != KIND && self.kind != COMPONENT {
            wrong.push(format!("kind should be {KIND} or {COMPONENT}"));
        }
        let version = if self.is_component() { COMPONENT_VERSION } else { VERSION };
        if self.api_version != version {
            wrong.push(format!("apiVersion for {} should be {version}", self.kind));
        }
        if wrong.is_empty() {
            return Ok(());
        }
        Err(Error::new(format!("Failed to read kustomization file under {root}:\n{}", wrong.join("\n"))))
    }
}

/// Whether nothing but a type is said.
fn is_empty(value: &Value) -> bool {
    let says = |key: &str, value: &Value| {
        let is = |name: &str| key.eq_ignore_ascii_case(name);
        let is_moved = is("bases") || is("imageTags") || is("helmChartInflationGenerator");
        match value {
            Value::Nil | Value::Missing => false,
            Value::Str(text) => !text.is_empty(),
            Value::List(list) if is_moved => !list.is_empty(),
            _ => true,
        }
    };
    let is_type = |key: &str| key.eq_ignore_ascii_case("kind") || key.eq_ignore_ascii_case("apiVersion");
    value.as_map().is_none_or(|map| {
        map.entries()
            .iter()
            .all(|(key, value)| is_type(&key.to_str_lossy()) || !says(&key.to_str_lossy(), value))
    })
}
