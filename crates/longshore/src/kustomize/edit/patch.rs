//! `kustomize edit add patch` and `remove patch`.

use anyhow::bail;
use longshore_go::{Map, Value};
use longshore_kustomize::edit::text_of;

use super::super::Settings;
use super::{File, leaf, log};
use crate::cobra::{Command, Flag, Kind, Matches};

/// The flags of a target, and its fields.
const TARGET: &[(&str, &str)] = &[
    ("group", "group"),
    ("version", "version"),
    ("kind", "kind"),
    ("name", "name"),
    ("namespace", "namespace"),
    ("annotation-selector", "annotationSelector"),
    ("label-selector", "labelSelector"),
];

pub(super) fn add() -> Command<Settings> {
    leaf("patch", "add to patches", flags(), run_add)
}

pub(super) fn remove() -> Command<Settings> {
    leaf("patch", "remove the patch that has exactly these fields", flags(), run_remove)
}

fn flags() -> Vec<Flag> {
    let text = |name, usage| Flag::new(name, Kind::Text, usage);
    vec![
        text("path", "file of the patch"),
        text("patch", "text of the patch"),
        text("group", "group of the target"),
        text("version", "version of the target"),
        text("kind", "kind of the target"),
        text("name", "name of the target"),
        text("namespace", "namespace of the target"),
        text("annotation-selector", "annotations of the target"),
        text("label-selector", "labels of the target"),
    ]
}

fn given(matches: &Matches) -> anyhow::Result<Map> {
    let patch = Map::new();
    let put = |object: &Map, key: &'static str, text: &str| {
        if !text.is_empty() {
            object.insert(key, Value::str(text));
        }
    };
    put(&patch, "path", matches.text("path"));
    put(&patch, "patch", matches.text("patch"));
    if patch.len() == 2 {
        bail!("patch and path can't be set at the same time");
    }
    let target = Map::new();
    for (flag, field) in TARGET {
        put(&target, field, matches.text(flag));
    }
    if !target.is_empty() {
        patch.insert("target", Value::Map(target));
    }
    Ok(patch)
}

fn run_add(_: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let patch = given(matches)?;
    if text_of(&patch, "path").is_empty() && text_of(&patch, "patch").is_empty() {
        bail!("must provide either patch or path");
    }
    let mut file = File::read()?;
    if file.document.items("patches").iter().filter_map(Value::as_map).any(|there| same(there, &patch)) {
        log(&format!("patch {} already in kustomization file", told(&patch)));
        return Ok(());
    }
    file.document.add("patches", Value::Map(patch));
    file.write()
}

fn run_remove(_: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let patch = given(matches)?;
    let mut file = File::read()?;
    let all = file.document.items("patches");
    let rest: Vec<Value> = all
        .iter()
        .filter(|there| !there.as_map().is_some_and(|there| same(there, &patch)))
        .cloned()
        .collect();
    if rest.len() == all.len() {
        log(&format!("patch {} doesn't exist in kustomization file", text_of(&patch, "patch")));
        return Ok(());
    }
    file.document.set("patches", Value::list(rest));
    file.write()
}

/// Whether two patches have the same path, text, target and options.
fn same(one: &Map, other: &Map) -> bool {
    let texts = ["path", "patch"].iter().all(|key| text_of(one, key) == text_of(other, key));
    let (target, other_target) = (one.get(b"target"), other.get(b"target"));
    let targets = match (&target, &other_target) {
        (None, None) => true,
        (Some(Value::Map(one)), Some(Value::Map(other))) => {
            TARGET.iter().all(|(_, field)| text_of(one, field) == text_of(other, field))
        }
        _ => false,
    };
    // No flag says options.
    texts && targets && !one.contains_key(b"options")
}

/// A patch as Go prints its struct, where its target is told by its address.
fn told(patch: &Map) -> String {
    let quoted = |key| {
        String::from_utf8_lossy(&longshore_go::strconv::quote(text_of(patch, key).as_bytes())).into_owned()
    };
    let target = if patch.contains_key(b"target") { "0xc000000000" } else { "nil" };
    format!(
        "types.Patch{{Path:{}, Patch:{}, Target:(*types.Selector)({target}), Options:(*types.PatchArgs)(nil)}}",
        quoted("path"),
        quoted("patch")
    )
}
