//! Replacements as a kustomization or a configuration has them: inline, or in files with one or several.

use longshore_go::Value;
use longshore_yaml::sigs;

use crate::decode::Reader;
use crate::error::{Context as _, Error};
use crate::kustomization::{FieldOptions, Replacement, SourceSelector, TargetSelector};
use crate::loader::Loader;
use crate::shown::{map, selector, text, texts, yaml};
use crate::spot::Key;

/// Replaces entries that name a file by what it holds.
///
/// # Errors
/// An entry names a file and has a replacement of its own; the file cannot be read, or holds something else.
pub fn read(entries: &[Replacement], loader: &Loader<'_>) -> Result<Vec<Replacement>, Error> {
    let mut all = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        if entry.path.is_empty() {
            all.push(Replacement { place: (at, None), ..entry.clone() });
            continue;
        }
        if entry.source.is_some() || !entry.targets.is_empty() {
            return Err(Error::new("cannot specify both path and inline replacement").under([Key::Item(at)]));
        }
        let text = loader.load(&entry.path);
        let value = text.and_then(|text| Ok(sigs::to_value(&text)?)).under([Key::Item(at)])?;
        let read = || match &value {
            Value::List(_) => Reader::lenient().read::<Vec<Replacement>>(&value),
            Value::Map(_) => Reader::lenient().read(&value).map(|one| vec![one]),
            other => {
                let kind = match other {
                    Value::Nil | Value::Missing => "invalid",
                    Value::Str(_) => "string",
                    Value::Bool(_) => "bool",
                    _ => "float64",
                };
                Err(Error::new(format!(
                    "unsupported replacement type encountered within replacement path: {kind}"
                )))
            }
        };
        let read = read().under([Key::Item(at)])?;
        let numbered = read.into_iter().enumerate();
        all.extend(numbered.map(|(item, each)| Replacement { place: (at, Some(item)), ..each }));
    }
    Ok(all)
}

/// The entries as their configuration looks: what is empty is left out.
pub fn shown(entries: &[Replacement]) -> String {
    let list = Value::list(entries.iter().map(entry).collect());
    yaml(&map([("Replacements", Some(list))]))
}

fn entry(entry: &Replacement) -> Value {
    let targets = entry.targets.iter().map(|each| each.as_ref().map_or(Value::Nil, target)).collect();
    map([
        ("source", entry.source.as_ref().map(source)),
        ("targets", (!entry.targets.is_empty()).then(|| Value::list(targets))),
        ("sourceValue", entry.source_value.as_deref().map(Value::str)),
        ("path", text(&entry.path)),
    ])
}

fn source(source: &SourceSelector) -> Value {
    map([
        ("group", text(&source.group)),
        ("version", text(&source.version)),
        ("kind", text(&source.kind)),
        ("name", text(&source.name)),
        ("namespace", text(&source.namespace)),
        ("fieldPath", text(&source.field_path)),
        ("options", source.options.as_ref().map(options)),
    ])
}

fn target(target: &TargetSelector) -> Value {
    let rejects = target.reject.iter().map(|each| each.as_ref().map_or(Value::Nil, selector)).collect();
    map([
        ("select", Some(target.select.as_ref().map_or(Value::Nil, selector))),
        ("reject", (!target.reject.is_empty()).then(|| Value::list(rejects))),
        ("fieldPaths", (!target.field_paths.is_empty()).then(|| texts(&target.field_paths))),
        ("options", target.options.as_ref().map(options)),
    ])
}

fn options(options: &FieldOptions) -> Value {
    map([
        ("delimiter", text(&options.delimiter)),
        ("index", (options.index != 0).then(|| Value::int(options.index as i64))),
        ("encoding", text(&options.encoding)),
        ("create", options.create.then_some(Value::Bool(true))),
    ])
}
