//! The transformers that the fields of a kustomization ask for, in the order in which they run.

use super::Transformer;
use crate::config::{Config, merge_all, merge_one};
use crate::error::{Context as _, Error};
use crate::fieldspec::FieldSpec;
use crate::kustomization::{Kustomization, Label};
use crate::loader::Loader;
use crate::replacement;
use crate::spot::Key;
use crate::transform::namespace::Subjects;
use crate::transform::patches;

/// The transformers of a kustomization, each with the way to the entry that asks for it.
///
/// # Errors
/// Fields contradict each other, or a patch cannot be read.
pub fn of_kustomization(
    kustomization: &Kustomization,
    config: &Config,
    loader: &Loader<'_>,
) -> Result<Vec<(Transformer, Vec<Key>)>, Error> {
    let entry = |field, at| vec![Key::Field(field), Key::Item(at)];
    let mut list = Vec::new();
    let merges = kustomization.patches_strategic_merge.as_deref().unwrap_or_default();
    if !merges.is_empty() {
        let patch = patches::strategic_merge(merges, "", loader);
        let patch = patch
            .context(|| configuring("PatchStrategicMerge", &patches::shown_list("paths", merges)))
            .under([Key::Field("patchesStrategicMerge")])?;
        list.push((Transformer::Patch(patch), vec![Key::Field("patchesStrategicMerge")]));
    }
    for (at, each) in kustomization.patches.iter().enumerate() {
        let shown = patches::shown(each, "patch");
        let patch = patches::patch(each, &shown, loader)
            .context(|| configuring("Patch", &shown))
            .under([Key::Field("patches"), Key::Item(at)])?;
        list.push((Transformer::Patch(patch), entry("patches", at)));
    }
    if !kustomization.namespace.is_empty() {
        let namespace = Transformer::Namespace {
            name: kustomization.namespace.clone(),
            specs: config.namespace.clone(),
            unset_only: false,
            subjects: Subjects::default(),
        };
        list.push((namespace, vec![Key::Field("namespace")]));
    }
    if !kustomization.name_prefix.is_empty() {
        let prefix = Transformer::Prefix(kustomization.name_prefix.clone(), config.name_prefix.clone());
        list.push((prefix, vec![Key::Field("namePrefix")]));
    }
    if !kustomization.name_suffix.is_empty() {
        let suffix = Transformer::Suffix(kustomization.name_suffix.clone(), config.name_suffix.clone());
        list.push((suffix, vec![Key::Field("nameSuffix")]));
    }
    for (at, label) in kustomization.labels.iter().enumerate() {
        let specs = label_specs(label, config)
            .map_err(|error| error.wrapped("failed to merge labels"))
            .under([Key::Field("labels"), Key::Item(at)])?;
        list.push((Transformer::Labels(label.pairs.clone(), specs), entry("labels", at)));
    }
    let labels = kustomization.common_labels.clone().unwrap_or_default();
    if !labels.is_empty() || !kustomization.labels.is_empty() {
        // Without any it changes nothing, but it is noted that it was run.
        let labels = Transformer::Labels(labels, config.common_labels.clone());
        list.push((labels, vec![Key::Field("commonLabels")]));
    }
    if !kustomization.common_annotations.is_empty() {
        let annotations = kustomization.common_annotations.clone();
        let annotations = Transformer::Annotations(annotations, config.common_annotations.clone());
        list.push((annotations, vec![Key::Field("commonAnnotations")]));
    }
    for (at, each) in kustomization.patches_json6902.iter().flatten().enumerate() {
        let patch = patches::json6902(each, loader)
            .context(|| configuring("PatchJson6902", &patches::shown(each, "jsonOp")))
            .under([Key::Field("patchesJson6902"), Key::Item(at)])?;
        list.push((Transformer::Patch(patch), entry("patchesJson6902", at)));
    }
    for (at, replica) in kustomization.replicas.iter().enumerate() {
        list.push((Transformer::Replicas(replica.clone(), config.replicas.clone()), entry("replicas", at)));
    }
    for (at, image) in kustomization.images.iter().enumerate() {
        list.push((Transformer::Images(image.clone(), config.images.clone()), entry("images", at)));
    }
    if !kustomization.replacements.is_empty() {
        let all = replacement::read(&kustomization.replacements, loader)
            .context(|| configuring("Replacement", &replacement::shown(&kustomization.replacements)))
            .under([Key::Field("replacements")])?;
        list.push((Transformer::Replacements(all), vec![Key::Field("replacements")]));
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
