//! `kustomize edit set`.

use std::collections::BTreeMap;

use anyhow::bail;
use longshore_go::{Map, Value};
use longshore_kustomize::edit::text_of;
use longshore_kustomize::transform::images;

use super::super::Settings;
use super::{File, build_metadata, generator, group, leaf, pairs, put};
use crate::cobra::{Command, Matches};

/// Stands for what the file has already.
const KEEP: &str = "*";

pub(super) fn command() -> Command<Settings> {
    let children = vec![
        leaf("annotation", "set in commonAnnotations", vec![], annotation),
        leaf("buildmetadata", "set buildMetadata", vec![], metadata),
        generator::set_config_map(),
        leaf("image", "set names, tags and digests in images", vec![], image),
        leaf("label", "set in commonLabels", vec![], label),
        leaf("nameprefix", "set namePrefix", vec![], prefix),
        leaf("namespace", "set namespace", vec![], namespace),
        leaf("namesuffix", "set nameSuffix", vec![], suffix),
        leaf("replicas", "set in replicas", vec![], replicas),
        generator::set_secret(),
    ];
    group("set", "set in the kustomization file", children)
}

fn prefix(_: &Settings, matches: &Matches) -> anyhow::Result<()> {
    set_text(matches, "namePrefix", "prefix")
}

fn suffix(_: &Settings, matches: &Matches) -> anyhow::Result<()> {
    set_text(matches, "nameSuffix", "suffix")
}

fn namespace(_: &Settings, matches: &Matches) -> anyhow::Result<()> {
    set_text(matches, "namespace", "namespace")
}

fn set_text(matches: &Matches, field: &'static str, what: &str) -> anyhow::Result<()> {
    let [value] = &matches.arguments[..] else { bail!("must specify exactly one {what} value") };
    let mut file = File::read()?;
    file.document.set_text(field, value);
    file.write()
}

fn metadata(_: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let options = build_metadata(&matches.arguments)?;
    let mut file = File::read()?;
    file.document.set_texts("buildMetadata", options);
    file.write()
}

fn label(_: &Settings, matches: &Matches) -> anyhow::Result<()> {
    set_pairs(matches, "commonLabels", "label", |_| true)
}

fn annotation(_: &Settings, matches: &Matches) -> anyhow::Result<()> {
    set_pairs(matches, "commonAnnotations", "annotation", is_annotation_key)
}

fn set_pairs(
    matches: &Matches,
    field: &'static str,
    kind: &str,
    is_valid: fn(&str) -> bool,
) -> anyhow::Result<()> {
    if matches.arguments.is_empty() {
        bail!("must specify {kind}");
    }
    let pairs = pairs(matches.arguments.iter().map(String::as_str), kind)?;
    if !pairs.iter().all(|(key, _)| is_valid(key)) {
        bail!(
            "invalid annotation key: see the syntax and character set rules at \
             https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/"
        );
    }
    let mut file = File::read()?;
    put(&file.document.object(field), &pairs);
    file.write()
}

/// Whether it is a name of 63 characters at most, behind a prefix of 253 and a slash or not.
fn is_annotation_key(key: &str) -> bool {
    let ends_well = |text: &str| text.ends_with(|last: char| last.is_ascii_alphanumeric());
    let all = |text: &str, more: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c));
    let (prefix, name) = key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    let prefix_fits = prefix.is_none_or(|prefix| {
        prefix.starts_with(|first: char| first.is_ascii_alphabetic())
            && ends_well(prefix)
            && all(prefix, "-.")
            && prefix.len() <= 253
    });
    prefix_fits
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && ends_well(name)
        && all(name, "-_.")
        && name.len() <= 63
}

fn image(_: &Settings, matches: &Matches) -> anyhow::Result<()> {
    if matches.arguments.is_empty() {
        bail!("no image specified");
    }
    let mut images: BTreeMap<String, Map> = BTreeMap::new();
    for argument in &matches.arguments {
        let image = parse_image(argument)?;
        images.insert(text_of(&image, "name"), image);
    }
    let mut file = File::read()?;
    for there in file.document.items("images").iter().filter_map(Value::as_map) {
        let name = text_of(there, "name");
        let Some(new) = images.get(&name) else {
            images.insert(name, there.clone());
            continue;
        };
        for field in ["newName", "newTag", "digest"] {
            if text_of(new, field) == KEEP {
                new.insert(field, Value::str(text_of(there, field)));
            }
        }
    }
    for (image, field) in
        images.values().flat_map(|image| ["newName", "newTag", "digest"].map(|field| (image, field)))
    {
        if text_of(image, field) == KEEP {
            image.remove(field.as_bytes());
        }
    }
    file.document.set("images", Value::list(images.into_values().map(Value::Map).collect()));
    file.write()
}

/// `name=new:tag@digest`, in which all but one may be left out.
fn parse_image(argument: &str) -> anyhow::Result<Map> {
    let (key, value) = argument.split_once('=').map_or(("", argument), |(key, value)| (key, value));
    let (name, tag, digest) = images::split(value);
    if name == argument {
        bail!(
            "invalid format of image, use one of the following options:
- <image>=<newimage>:<newtag>
- <image>=<newimage>@<digest>
- <image>=<newimage>:<newtag>@<digest>
- <image>=<newimage>
- <image>:<newtag>
- <image>:<newtag>@<digest>
- <image>@<digest>"
        );
    }
    let (name, new_name) = if key.is_empty() { (name, "") } else { (key, name) };
    let fields = [("name", name), ("newName", new_name), ("newTag", tag), ("digest", digest)];
    Ok(fields.into_iter().map(|(field, text)| (field, Value::str(text))).collect())
}

fn replicas(_: &Settings, matches: &Matches) -> anyhow::Result<()> {
    if matches.arguments.is_empty() {
        bail!("no replicas specified");
    }
    let mut replicas: BTreeMap<String, Value> = BTreeMap::new();
    for argument in &matches.arguments {
        let parsed =
            argument.split_once('=').and_then(|(name, count)| Some((name, count.parse::<i64>().ok()?)));
        let Some((name, count)) = parsed else {
            bail!("invalid format of replica, use the following format: <name>=<count>")
        };
        let replica: Map = [("name", Value::str(name)), ("count", Value::int64(count))].into_iter().collect();
        replicas.insert(name.to_owned(), Value::Map(replica));
    }
    let mut file = File::read()?;
    for there in file.document.items("replicas") {
        let name = there.as_map().map(|there| text_of(there, "name")).unwrap_or_default();
        replicas.entry(name).or_insert(there);
    }
    file.document.set("replicas", Value::list(replicas.into_values().collect()));
    file.write()
}
