//! `kustomize edit add`.

use std::path::Path;

use anyhow::bail;
use longshore_go::{Map, Value};

use super::super::{Settings, glob};
use super::{File, build_metadata, generator, group, leaf, pairs, patch, put};
use crate::cobra::{Command, Flag, Kind, Matches};

pub(super) fn command() -> Command<Settings> {
    let force = |usage| Flag::new("force", Kind::Bool, usage).short('f');
    let label_flags = vec![
        force("overwrite labels that are there"),
        Flag::new("without-selector", Kind::Bool, "add to labels, which leave selectors alone"),
        Flag::new("include-templates", Kind::Bool, "label templates too (with --without-selector)"),
    ];
    let resource_flags = vec![Flag::new("no-verify", Kind::Bool, "do not look whether they are there")];
    let children = vec![
        leaf(
            "annotation",
            "add to commonAnnotations",
            vec![force("overwrite annotations that are there")],
            annotation,
        ),
        leaf("base", "add folders to resources", vec![], base),
        leaf("buildmetadata", "add to buildMetadata", vec![], metadata),
        leaf("component", "add to components", vec![], component),
        generator::add_config_map(),
        leaf("generator", "add files to generators", vec![], generators),
        leaf("label", "add to commonLabels or labels", label_flags, label),
        patch::add(),
        leaf("resource", "add files and folders to resources", resource_flags, resource),
        generator::add_secret(),
        leaf("transformer", "add files to transformers", vec![], transformer),
    ];
    group("add", "add to the kustomization file", children)
}

fn resource(_: &Settings, matches: &Matches) -> anyhow::Result<()> {
    if matches.arguments.is_empty() {
        bail!("must specify a resource file");
    }
    let skips = matches.is_on("no-verify");
    let found = if skips { matches.arguments.clone() } else { glob::files_or_folders(&matches.arguments)? };
    add_all("resources", "resource", &found)
}

fn component(_: &Settings, matches: &Matches) -> anyhow::Result<()> {
    if matches.arguments.is_empty() {
        bail!("must specify a component file");
    }
    add_all("components", "component", &glob::files_or_folders(&matches.arguments)?)
}

fn generators(_: &Settings, matches: &Matches) -> anyhow::Result<()> {
    if matches.arguments.is_empty() {
        bail!("must specify a yaml file which contains a generator plugin resource");
    }
    add_all("generators", "generator", &glob::files(&matches.arguments)?)
}

fn transformer(_: &Settings, matches: &Matches) -> anyhow::Result<()> {
    if matches.arguments.is_empty() {
        bail!("must specify a yaml file which contains a transformer plugin resource");
    }
    add_all("transformers", "transformer", &glob::files(&matches.arguments)?)
}

/// Adds paths to a list, but not the kustomization file itself.
fn add_all(list: &'static str, what: &str, found: &[String]) -> anyhow::Result<()> {
    if found.is_empty() {
        return Ok(());
    }
    let mut file = File::read()?;
    let itself = |path: &String| matches!(list, "resources" | "components") && path == file.path;
    let others: Vec<String> = found.iter().filter(|path| !itself(path)).cloned().collect();
    file.add_paths(list, what, &others);
    file.write()
}

fn base(_: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let [paths] = &matches.arguments[..] else { bail!("must specify a base directory") };
    let mut file = File::read()?;
    for path in paths.split(',') {
        if !Path::new(path).exists() {
            bail!("{path} does not exist");
        }
        if file.document.texts("resources").iter().any(|there| there == path) {
            bail!("base {path} already in kustomization file");
        }
        file.document.add_text("resources", path);
    }
    file.write()
}

fn metadata(_: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let options = build_metadata(&matches.arguments)?;
    let mut file = File::read()?;
    for option in options {
        if file.document.texts("buildMetadata").iter().any(|there| there == option) {
            bail!("buildMetadata option {option} already in kustomization file");
        }
        file.document.add_text("buildMetadata", option);
    }
    file.write()
}

fn annotation(_: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let pairs = given(matches, "annotation")?;
    let mut file = File::read()?;
    let object = file.document.object("commonAnnotations");
    put_new(&object, &pairs, "annotation", matches.is_on("force"))?;
    file.write()
}

fn label(_: &Settings, matches: &Matches) -> anyhow::Result<()> {
    if matches.arguments.is_empty() {
        bail!("must specify label");
    }
    let (alone, templates) = (matches.is_on("without-selector"), matches.is_on("include-templates"));
    if templates && !alone {
        bail!("--without-selector flag must be specified for --include-templates to work");
    }
    let pairs = given(matches, "label")?;
    let mut file = File::read()?;
    let object = if alone { labels_of(&mut file, templates) } else { file.document.object("commonLabels") };
    put_new(&object, &pairs, "label", matches.is_on("force"))?;
    file.write()
}

/// The pairs of the first of `labels` that leaves selectors alone and treats templates so.
fn labels_of(file: &mut File, templates: bool) -> Map {
    let is_on = |label: &Map, key: &str| label.get(key.as_bytes()).is_some_and(|value| value.truth());
    let fits =
        |label: &Map| !is_on(label, "includeSelectors") && is_on(label, "includeTemplates") == templates;
    let labels = file.document.items("labels");
    let label = labels.iter().filter_map(Value::as_map).find(|label| fits(label)).cloned();
    let label = label.unwrap_or_else(|| {
        let label = Map::new();
        label.insert("includeTemplates", Value::Bool(templates));
        file.document.add("labels", Value::Map(label.clone()));
        label
    });
    if let Some(Value::Map(pairs)) = label.get(b"pairs") {
        return pairs;
    }
    let pairs = Map::new();
    label.insert("pairs", Value::Map(pairs.clone()));
    pairs
}

fn given(matches: &Matches, kind: &str) -> anyhow::Result<Vec<(String, String)>> {
    if matches.arguments.is_empty() {
        bail!("must specify {kind}");
    }
    pairs(matches.arguments.iter().map(String::as_str), kind)
}

/// Writes pairs into an object that does not have their keys yet, or over what it has.
fn put_new(object: &Map, pairs: &[(String, String)], kind: &str, force: bool) -> anyhow::Result<()> {
    let there = |(key, _): &&(String, String)| object.contains_key(key.as_bytes());
    if let Some((key, _)) = pairs.iter().find(there).filter(|_| !force) {
        bail!("{kind} {key} already in kustomization file. Use --force to override.");
    }
    put(object, pairs);
    Ok(())
}
