//! The transformers that the fields of a kustomization ask for, in the order in which they run.

use super::Transformer;
use crate::config::{Config, merge_all, merge_one};
use crate::error::{Context as _, Error};
use crate::fieldspec::FieldSpec;
use crate::kustomization::{Kustomization, Label};
use crate::loader::Loader;
use crate::replacement;
use crate::transform::namespace::Subjects;
use crate::transform::patches;

/// The transformers of a kustomization.
///
/// # Errors
/// Fields contradict each other, or a patch cannot be read.
pub fn of_kustomization(
    kustomization: &Kustomization,
    config: &Config,
    loader: &Loader<'_>,
) -> Result<Vec<Transformer>, Error> {
    let mut list = Vec::new();
    let merges = kustomization.patches_strategic_merge.as_deref().unwrap_or_default();
    if !merges.is_empty() {
        let patch = patches::strategic_merge(merges, "", loader);
        let patch =
            patch.context(|| configuring("PatchStrategicMerge", &patches::shown_list("paths", merges)))?;
        list.push(Transformer::Patch(patch));
    }
    for entry in &kustomization.patches {
        let shown = patches::shown(entry, "patch");
        let patch = patches::patch(entry, &shown, loader).context(|| configuring("Patch", &shown))?;
        list.push(Transformer::Patch(patch));
    }
    if !kustomization.namespace.is_empty() {
        list.push(Transformer::Namespace {
            name: kustomization.namespace.clone(),
            specs: config.namespace.clone(),
            unset_only: false,
            subjects: Subjects::default(),
        });
    }
    if !kustomization.name_prefix.is_empty() {
        list.push(Transformer::Prefix(kustomization.name_prefix.clone(), config.name_prefix.clone()));
    }
    if !kustomization.name_suffix.is_empty() {
        list.push(Transformer::Suffix(kustomization.name_suffix.clone(), config.name_suffix.clone()));
    }
    for label in &kustomization.labels {
        let specs = label_specs(label, config).map_err(|error| error.wrapped("failed to merge labels"))?;
        list.push(Transformer::Labels(label.pairs.clone(), specs));
    }
    let labels = kustomization.common_labels.clone().unwrap_or_default();
    if !labels.is_empty() || !kustomization.labels.is_empty() {
        // Without any it changes nothing, but it is noted that it was run.
        list.push(Transformer::Labels(labels, config.common_labels.clone()));
    }
    if !kustomization.common_annotations.is_empty() {
        let annotations = kustomization.common_annotations.clone();
        list.push(Transformer::Annotations(annotations, config.common_annotations.clone()));
    }
    for entry in kustomization.patches_json6902.as_deref().unwrap_or_default() {
        let patch = patches::json6902(entry, loader)
            .context(|| configuring("PatchJson6902", &patches::shown(entry, "jsonOp")))?;
        list.push(Transformer::Patch(patch));
    }
    for replica in &kustomization.replicas {
        list.push(Transformer::Replicas(replica.clone(), config.replicas.clone()));
    }
    for image in &kustomization.images {
        list.push(Transformer::Images(image.clone(), config.images.clone()));
    }
    if !kustomization.replacements.is_empty() {
        let all = replacement::read(&kustomization.replacements, loader)
            .context(|| configuring("Replacement", &replacement::shown(&kustomization.replacements)))?;
        list.push(Transformer::Replacements(all));
    }
    Ok(list)
}

/// What messages say of a transformer whose configuration is wrong.
fn configuring(kind: &str, shown: &str) -> String {
    format!("trouble configuring builtin {kind}Transformer with config: `\n{shown}`")
}

/// The fields of an entry of `labels`: its own, then those of the configuration.
fn label_specs(label: &Label, config: &Config) -> Result<Vec<FieldSpec>, Error> {
    let mut specs = label.fields.clone();
    merge_all(&mut specs, &config.labels)?;
    if label.include_selectors {
        merge_all(&mut specs, &config.common_labels)?;
        return Ok(specs);
    }
    if label.include_templates {
        merge_all(&mut specs, &config.template_labels)
            .context(|| String::from("failed to merge template fieldSpec"))?;
    }
    merge_one(&mut specs, &FieldSpec::of_all("metadata/labels", true))?;
    Ok(specs)
}
