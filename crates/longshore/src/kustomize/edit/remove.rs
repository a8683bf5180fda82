//! `kustomize edit remove`.

use anyhow::{anyhow, bail};
use longshore_go::path::matches_file;

use super::super::Settings;
use super::{File, build_metadata, generator, group, leaf, patch};
use crate::cobra::{Command, Flag, Kind, Matches};

pub(super) fn command() -> Command<Settings> {
    let ignore =
        || vec![Flag::new("ignore-non-existence", Kind::Bool, "what is not there is no mistake").short('i')];
    let children = vec![
        leaf("annotation", "remove from commonAnnotations", ignore(), annotation),
        leaf("buildmetadata", "remove from buildMetadata", vec![], metadata),
        generator::remove_config_map(),
        leaf("label", "remove from commonLabels", ignore(), label),
        patch::remove(),
        leaf("resource", "remove from resources", vec![], resource),
        generator::remove_secret(),
        leaf("transformer", "remove from transformers", vec![], transformer),
    ];
    group("remove", "remove from the kustomization file", children)
}

fn resource(_: &Settings, matches: &Matches) -> anyhow::Result<()> {
    paths(matches, "resources", "resource")
}

fn transformer(_: &Settings, matches: &Matches) -> anyhow::Result<()> {
    paths(matches, "transformers", "transformer")
}

/// Removes the paths of a list that any pattern fits.
fn paths(matches: &Matches, list: &'static str, what: &str) -> anyhow::Result<()> {
    if matches.arguments.is_empty() {
        bail!("must specify a {what} file");
    }
    let mut file = File::read()?;
    let all = file.document.texts(list);
    let mut rest = Vec::new();
    for path in &all {
        let mut fits = false;
        for pattern in &matches.arguments {
            fits |= matches_file(pattern.as_bytes(), path.as_bytes())
                .map_err(|_| anyhow!("syntax error in pattern"))?;
        }
        if !fits {
            rest.push(path.as_str());
        }
    }
    if rest.len() == all.len() {
        return Ok(());
    }
    file.document.set_texts(list, rest);
    file.write()
}

fn metadata(_: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let options = build_metadata(&matches.arguments)?;
    let mut file = File::read()?;
    let all = file.document.texts("buildMetadata");
    let rest = all.iter().map(String::as_str).filter(|option| !options.contains(option));
    file.document.set_texts("buildMetadata", rest);
    file.write()
}

fn label(_: &Settings, matches: &Matches) -> anyhow::Result<()> {
    keys(matches, "commonLabels", "label")
}

fn annotation(_: &Settings, matches: &Matches) -> anyhow::Result<()> {
    keys(matches, "commonAnnotations", "annotation")
}

fn keys(matches: &Matches, field: &'static str, kind: &str) -> anyhow::Result<()> {
    // The original says `label` of annotations, too, until it looks for them.
    let keys: Vec<&str> = match &matches.arguments[..] {
        [] => bail!("must specify label"),
        [keys] => keys.split(',').collect(),
        _ => bail!("labels must be comma-separated, with no spaces"),
    };
    if keys.contains(&"") {
        bail!("invalid label: '' (name is empty)");
    }
    let ignores = matches.is_on("ignore-non-existence");
    let mut file = File::read()?;
    if file.document.get(field).is_none() && !ignores {
        bail!("{field} is not defined in kustomization file");
    }
    let object = file.document.object(field);
    for key in keys {
        if object.remove(key.as_bytes()).is_none() && !ignores {
            bail!("{kind} {key} is not defined in kustomization file");
        }
    }
    file.write()
}
