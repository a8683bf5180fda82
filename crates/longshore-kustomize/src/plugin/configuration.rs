//! Generators and transformers that have a configuration of their own: an object of `apiVersion: builtin`.

use std::collections::BTreeMap;

use longshore_go::Value;

use super::{External, Generator, Transformer, affix, helm};
use crate::build::Context;
use crate::decode::{Reader, decode_struct};
use crate::error::{Context as _, Error};
use crate::fieldspec::FieldSpec;
use crate::kustomization::{
    ConfigMapArgs, Image, ObjectMeta, Patch, Replacement, Replica, SecretArgs, Selector,
};
use crate::loader::Loader;
use crate::output;
use crate::replacement;
use crate::resource::Resource;
use crate::transform::namespace::Subjects;
use crate::transform::patches;
use crate::transform::value_add::ValueAdd;

/// The fields that configurations have; each kind reads some of them.
#[derive(Clone, Debug, Default)]
struct Fields {
    metadata: ObjectMeta,
    specs: Option<Vec<FieldSpec>>,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
    replica: Replica,
    image: Image,
    unset_only: bool,
    subjects: String,
}

decode_struct!(Fields as "builtins.Plugin" {
    "metadata" => metadata, "fieldSpecs" => specs, "labels" => labels,
    "annotations" => annotations, "replica" => replica, "imageTag" => image, "unsetOnly" => unset_only,
    "setRoleBindingSubjects" => subjects,
});

/// The fields of `PatchStrategicMergeTransformer`.
#[derive(Clone, Debug, Default)]
struct Merges {
    paths: Vec<String>,
    patches: String,
}

decode_struct!(Merges as "builtins.Plugin" { "paths" => paths, "patches" => patches });

/// The fields of `PatchJson6902Transformer`.
#[derive(Clone, Debug, Default)]
struct Operations {
    target: Option<Selector>,
    path: String,
    patch: String,
}

decode_struct!(Operations as "builtins.Plugin" { "target" => target, "path" => path, "jsonOp" => patch });

/// The field of `ReplacementTransformer`.
#[derive(Clone, Debug, Default)]
struct Replacements {
    list: Vec<Replacement>,
}

decode_struct!(Replacements as "builtins.Plugin" { "replacements" => list });

/// Only the name and the namespace of an object.
#[derive(Clone, Debug, Default)]
struct Named {
    metadata: ObjectMeta,
}

decode_struct!(Named as "builtins.Plugin" { "metadata" => metadata });

/// The generator that an object configures.
///
/// # Errors
/// There is no such generator, or the configuration is not one for it.
pub fn generator(
    configuration: &Resource,
    loader: &Loader<'_>,
    context: &mut Context,
) -> Result<Generator, Error> {
    let Some(kind) = builtin_kind(configuration, context)? else {
        return External::load(configuration, loader, context).map(Generator::External);
    };
    let value = output::value(configuration)?;
    let made = match &*kind {
        "ConfigMapGenerator" => config_map(&value).map(Generator::ConfigMap),
        "SecretGenerator" => Reader::lenient().read(&value).and_then(|args: SecretArgs| {
            Ok(Generator::Secret(SecretArgs { base: named(args.base, &value)?, ..args }))
        }),
        "IAMPolicyGenerator" => Reader::lenient().read(&value).map(Generator::IamPolicy),
        "HelmChartInflationGenerator" => {
            helm::of_configuration(&value, loader, context).map(|made| Generator::Chart(Box::new(made)))
        }
        _ if TRANSFORMERS.contains(&&*kind) => {
            let id = configuration.original_id(&context.scopes);
            return Err(Error::new(format!("plugin {id} not a generator")));
        }
        _ => return Err(unknown(configuration, context)),
    };
    made.context(|| format!("plugin {} fails configuration", configuration.original_id(&context.scopes)))
}

/// The kinds that change resources.
const TRANSFORMERS: [&str; 14] = [
    "AnnotationsTransformer",
    "HashTransformer",
    "ImageTagTransformer",
    "LabelTransformer",
    "NamespaceTransformer",
    "PatchJson6902Transformer",
    "PatchStrategicMergeTransformer",
    "PatchTransformer",
    "PrefixSuffixTransformer",
    "PrefixTransformer",
    "SuffixTransformer",
    "ReplacementTransformer",
    "ReplicaCountTransformer",
    "ValueAddTransformer",
];

/// The kinds that make resources.
const GENERATORS: [&str; 4] =
    ["ConfigMapGenerator", "IAMPolicyGenerator", "SecretGenerator", "HelmChartInflationGenerator"];

/// The kinds of all builtins. Upstream lists those that make resources first, too, but else in random order.
pub fn builtin_kinds() -> impl Iterator<Item = &'static str> {
    GENERATORS.into_iter().chain(TRANSFORMERS)
}

/// The transformer that an object configures.
///
/// # Errors
/// There is no such transformer, or the configuration is not one for it.
pub fn transformer(
    configuration: &Resource,
    loader: &Loader<'_>,
    context: &mut Context,
) -> Result<Transformer, Error> {
    let Some(kind) = builtin_kind(configuration, context)? else {
        return External::load(configuration, loader, context).map(Transformer::External);
    };
    let id = configuration.original_id(&context.scopes);
    let value = output::value(configuration)?;
    let read = || Reader::lenient().read::<Fields>(&value);
    let affix = |name: &str| {
        let (text, specs) = affix::read(&output::document(configuration)?, name)?;
        Ok((text, some(specs)?))
    };
    let made = match &*kind {
        "AnnotationsTransformer" => read()
            .map(|fields| Transformer::Annotations(fields.annotations, fields.specs.unwrap_or_default())),
        "HashTransformer" => Ok(Transformer::Hash),
        "ImageTagTransformer" => {
            read().map(|fields| Transformer::Images(fields.image, fields.specs.unwrap_or_default()))
        }
        "LabelTransformer" => {
            read().map(|fields| Transformer::Labels(fields.labels, fields.specs.unwrap_or_default()))
        }
        "NamespaceTransformer" => {
            read().context(|| String::from("unmarshalling NamespaceTransformer config")).and_then(|fields| {
                Ok(Transformer::Namespace {
                    name: fields.metadata.namespace,
                    specs: fields.specs.unwrap_or_default(),
                    unset_only: fields.unset_only,
                    subjects: Subjects::of(&fields.subjects)?,
                })
            })
        }
        "PrefixTransformer" => affix("prefix").map(|(text, specs)| Transformer::Prefix(text, specs)),
        "SuffixTransformer" => affix("suffix").map(|(text, specs)| Transformer::Suffix(text, specs)),
        "PrefixSuffixTransformer" => affix("prefix").and_then(|(prefix, specs)| {
            let (suffix, same_specs) = affix("suffix")?;
            let both = [Transformer::Prefix(prefix, specs), Transformer::Suffix(suffix, same_specs)];
            Ok(Transformer::Several(both.into()))
        }),
        "ValueAddTransformer" => ValueAdd::read(&value, loader).map(Transformer::ValueAdd),
        "ReplicaCountTransformer" => {
            read().map(|fields| Transformer::Replicas(fields.replica, fields.specs.unwrap_or_default()))
        }
        "PatchTransformer" => Reader::lenient().read(&value).and_then(|entry| {
            let shown = String::from_utf8_lossy(&output::document(configuration)?).into_owned();
            patches::patch(&entry, &shown, loader).map(Transformer::Patch)
        }),
        "PatchStrategicMergeTransformer" => Reader::lenient().read(&value).and_then(|fields: Merges| {
            patches::strategic_merge(&fields.paths, &fields.patches, loader).map(Transformer::Patch)
        }),
        "PatchJson6902Transformer" => Reader::lenient().read(&value).and_then(|fields: Operations| {
            let Operations { target, path, patch } = fields;
            let entry = Patch { target, path, patch, options: None };
            patches::json6902(&entry, loader).map(Transformer::Patch)
        }),
        "ReplacementTransformer" => Reader::lenient().read(&value).and_then(|fields: Replacements| {
            replacement::read(&fields.list, loader).map(Transformer::Replacements)
        }),
        _ if GENERATORS.contains(&&*kind) => {
            return Err(Error::new(format!("plugin {id} not a transformer")));
        }
        _ => return Err(unknown(configuration, context)),
    };
    made.context(|| format!("plugin {id} fails configuration"))
}

/// The kind of a builtin; none of what is a program, if programs may be run.
fn builtin_kind(configuration: &Resource, context: &Context) -> Result<Option<longshore_yaml::Text>, Error> {
    let gvk = configuration.gvk(&context.scopes);
    if gvk.group.is_empty() && gvk.version == "builtin" {
        return Ok(Some(gvk.kind));
    }
    if context.options.enable_plugins {
        return Ok(None);
    }
    let kind = configuration.original_id(&context.scopes).gvk.kind;
    Err(Error::new(format!("external plugins disabled; unable to load external plugin '{kind}'")))
}

fn unknown(configuration: &Resource, context: &Context) -> Error {
    Error::new(format!("unable to load builtin {}", configuration.gvk(&context.scopes)))
}

fn some(specs: Option<Vec<FieldSpec>>) -> Result<Vec<FieldSpec>, Error> {
    specs.ok_or_else(|| Error::new("fieldSpecs is not expected to be nil"))
}

fn config_map(value: &Value) -> Result<ConfigMapArgs, Error> {
    named(Reader::lenient().read(value)?, value)
}

/// What says no name or namespace takes those of the configuration.
fn named(mut args: ConfigMapArgs, value: &Value) -> Result<ConfigMapArgs, Error> {
    let Named { metadata } = Reader::lenient().read(value)?;
    if args.name.is_empty() {
        args.name = metadata.name;
    }
    if args.namespace.is_empty() {
        args.namespace = metadata.namespace;
    }
    Ok(args)
}
