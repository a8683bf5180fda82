//! Generators and transformers, from the fields of a kustomization or from configurations of their own.
//!
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/internal/target/kusttarget_configplugin.go>
//! and <https://github.com/kubernetes-sigs/kustomize/tree/kustomize/v5.8.1/api/internal/builtins>.

mod affix;
mod configuration;
mod external;
pub(crate) mod helm;
mod iam;
mod inflate;
mod kustomization;

use std::collections::BTreeMap;

use crate::build::Context;
use crate::error::Error;
use crate::fieldspec::FieldSpec;
use crate::files::Files;
use crate::kustomization::{ConfigMapArgs, Image, Replacement, Replica, SecretArgs};
use crate::replacement;
use crate::resource::Resource;
use crate::resources::Resources;
use crate::scope::Scopes;
use crate::transform::namespace::{Namespace, Subjects};
use crate::transform::patches::Patch;
use crate::transform::prefix::Affix;
use crate::transform::value_add::ValueAdd;
use crate::transform::{entries, images, prefix, replicas};

pub use configuration::{builtin_kinds, generator, transformer};
pub use external::External;
pub use helm::{Inflation, ValuesMerge};
pub use iam::IamPolicy;
pub use kustomization::of_kustomization;

/// What makes resources.
#[derive(Clone, Debug)]
pub enum Generator {
    /// `ConfigMapGenerator`
    ConfigMap(ConfigMapArgs),
    /// `SecretGenerator`
    Secret(SecretArgs),
    /// `IAMPolicyGenerator`
    IamPolicy(IamPolicy),
    /// `HelmChartInflationGenerator`
    Chart(Box<Inflation>),
    /// A program.
    External(External),
}

/// What changes resources. All of them are told the fields that they change.
#[derive(Clone, Debug)]
pub enum Transformer {
    /// `NamespaceTransformer`
    Namespace {
        /// The namespace.
        name: String,
        /// Fields besides `metadata.namespace`.
        specs: Vec<FieldSpec>,
        /// Only where there is none.
        unset_only: bool,
        /// Which subjects of bindings get it.
        subjects: Subjects,
    },
    /// `PrefixTransformer`
    Prefix(String, Vec<FieldSpec>),
    /// `SuffixTransformer`
    Suffix(String, Vec<FieldSpec>),
    /// `LabelTransformer`
    Labels(BTreeMap<String, String>, Vec<FieldSpec>),
    /// `AnnotationsTransformer`
    Annotations(BTreeMap<String, String>, Vec<FieldSpec>),
    /// `ReplicaCountTransformer`
    Replicas(Replica, Vec<FieldSpec>),
    /// `ImageTagTransformer`
    Images(Image, Vec<FieldSpec>),
    /// `PatchTransformer`, `PatchStrategicMergeTransformer`, `PatchJson6902Transformer`
    Patch(Patch),
    /// `ReplacementTransformer`
    Replacements(Vec<Replacement>),
    /// `ValueAddTransformer`
    ValueAdd(ValueAdd),
    /// `HashTransformer`
    Hash,
    /// Several, one after the other: `PrefixSuffixTransformer`
    Several(Vec<Transformer>),
    /// A program.
    External(External),
}

impl Generator {
    /// The kind of the builtin; of a program, how it is told what to do.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::External(external) => external.kind(),
            Self::ConfigMap(_) => "ConfigMapGenerator",
            Self::Secret(_) => "SecretGenerator",
            Self::IamPolicy(_) => "IAMPolicyGenerator",
            Self::Chart(_) => "HelmChartInflationGenerator",
        }
    }
}

impl Transformer {
    /// The kind of the builtin; of a program, how it is told what to do.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::External(external) => external.kind(),
            Self::Namespace { .. } => "NamespaceTransformer",
            Self::Prefix(..) => "PrefixTransformer",
            Self::Suffix(..) => "SuffixTransformer",
            Self::Labels(..) => "LabelTransformer",
            Self::Annotations(..) => "AnnotationsTransformer",
            Self::Replicas(..) => "ReplicaCountTransformer",
            Self::Images(..) => "ImageTagTransformer",
            Self::Patch(patch) => patch.kind(),
            Self::Replacements(_) => "ReplacementTransformer",
            Self::Hash => "HashTransformer",
            Self::Several(_) => "PrefixSuffixTransformer",
            Self::ValueAdd(_) => "ValueAddTransformer",
        }
    }

    /// Changes the resources.
    ///
    /// # Errors
    /// What the transformer says.
    pub fn apply(
        &self,
        resources: &mut Resources,
        files: &dyn Files,
        context: &mut Context,
    ) -> Result<(), Error> {
        let scopes = &context.scopes;
        match self {
            Self::Namespace { name, specs, unset_only, subjects } => {
                let namespace = Namespace { name, specs, unset_only: *unset_only, subjects: *subjects };
                namespace.apply(resources.list_mut(), scopes)
            }
            Self::Prefix(text, specs) => {
                prefix::apply(resources.list_mut(), Affix::Prefix(text), specs, scopes)
            }
            Self::Suffix(text, specs) => {
                prefix::apply(resources.list_mut(), Affix::Suffix(text), specs, scopes)
            }
            Self::Labels(pairs, _) | Self::Annotations(pairs, _) if pairs.is_empty() => Ok(()),
            Self::Labels(pairs, specs) | Self::Annotations(pairs, specs) => {
                entries::apply(resources.list_mut(), pairs, specs)
            }
            Self::Replicas(replica, specs) => replicas::apply(resources.list_mut(), replica, specs, scopes),
            Self::Images(image, specs) => {
                images::apply(resources.list_mut(), image, specs, &context.findings)
            }
            Self::Patch(patch) => patch.apply(resources, context),
            Self::Replacements(all) => replacement::apply(resources.list_mut(), all, &context.findings),
            Self::ValueAdd(add) => add.apply(resources, context),
            Self::Hash => crate::hash::add_to_names(resources.list_mut(), scopes),
            Self::Several(list) => list.iter().try_for_each(|each| each.apply(resources, files, context)),
            Self::External(external) => external.apply(resources, false, files, context),
        }
    }
}

impl Transformer {
    /// Lets a validator look at the resources, and change them.
    ///
    /// # Errors
    /// What the validator says.
    pub fn validate(
        &self,
        resources: &mut Resources,
        files: &dyn Files,
        context: &mut Context,
    ) -> Result<(), Error> {
        match self {
            Self::External(external) => external.apply(resources, true, files, context),
            _ => self.apply(resources, files, context),
        }
    }
}

/// The label with which validators may say who they were.
const VALIDATED_BY: &str = "validated-by";

/// Refuses resources that are not what they were, but for the label of validators.
///
/// # Errors
/// A resource was deleted or changed.
pub fn check_unchanged(before: &[Resource], after: &[Resource], scopes: &Scopes) -> Result<(), Error> {
    let without_label = |resource: &Resource| {
        let mut resource = resource.clone();
        let mut labels = resource.labels();
        if labels.remove(VALIDATED_BY).is_some() {
            resource.set_labels(&labels);
        }
        resource
    };
    let mut by_id = BTreeMap::new();
    for resource in after {
        by_id.insert(resource.id(scopes).key(), without_label(resource));
    }
    for resource in before {
        let id = resource.id(scopes);
        let Some(other) = by_id.get(&id.key()) else {
            return Err(Error::new(format!("id in self missing from other; id: {id}")));
        };
        if resource.node() != other.node() {
            let (own, other) = (crate::output::json_text(resource), crate::output::json_text(other));
            let structure = structure(resource);
            return Err(Error::new(format!(
                "nodes unequal: \n -- {own},\n -- {other}\n\n--\n{structure}\n------\n{structure}\n"
            )));
        }
    }
    Ok(())
}

/// A resource as Go prints the struct, where the address of its node stands for the node.
fn structure(resource: &Resource) -> String {
    let vars: Vec<String> = resource.vars().iter().map(|name| format!("{name:?}")).collect();
    let vars = if vars.is_empty() { String::from("(nil)") } else { format!("{{{}}}", vars.join(", ")) };
    format!(
        "&resource.Resource{{RNode:yaml.RNode{{fieldPath:[]string(nil), value:(*yaml.Node)(0xc000000000), ShouldKeep:false, Match:[]string(nil)}}, refVarNames:[]string{vars}}}"
    )
}
