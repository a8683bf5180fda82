//! `kustomize create`.

use std::fs;

use anyhow::{Context, bail};
use longshore_kustomize::resource;

use super::edit::{File, pairs, put};
use super::{Settings, glob};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches};

/// The file that is made.
const PATH: &str = "kustomization.yaml";

pub(super) fn command() -> Command<Settings> {
    let text = |name, usage| Flag::new(name, Kind::Text, usage);
    Command {
        usage: "create",
        aliases: &["init"],
        short: "make a kustomization file in this folder",
        long: "Makes a kustomization.yaml in this folder, of what the flags say.",
        flags: vec![
            text("resources", "files and folders, with commas between them"),
            text("namespace", "namespace"),
            text("annotations", "commonAnnotations: key:value, with commas between them"),
            text("labels", "commonLabels: key:value, with commas between them"),
            text("nameprefix", "namePrefix"),
            text("namesuffix", "nameSuffix"),
            Flag::new(
                "autodetect",
                Kind::Bool,
                "take all files of this folder that hold objects as resources",
            ),
            Flag::new("recursive", Kind::Bool, "look below this folder, too"),
        ],
        arguments: Arguments::AtLeast(0),
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    }
}

fn run(_: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let given: Vec<String> = match matches.text("resources") {
        "" => Vec::new(),
        given => given.split(',').map(ToOwned::to_owned).collect(),
    };
    let mut resources = glob::files_or_folders(&given)?;
    if File::path().is_ok() {
        bail!("kustomization file already exists");
    }
    if matches.is_on("autodetect") {
        for path in glob::walk(matches.is_on("recursive"))? {
            let is_resource = || {
                fs::metadata(&path).is_ok_and(|path| path.is_dir())
                    || fs::read(&path).is_ok_and(|text| resource::read(&text).is_ok())
            };
            if !resources.contains(&path) && is_resource() {
                resources.push(path);
            }
        }
    }
    fs::write(PATH, "").with_context(|| format!("cannot write {PATH}"))?;
    let mut file = File::read()?;
    file.document.set_texts("resources", resources.iter().map(String::as_str));
    for (field, flag) in
        [("namespace", "namespace"), ("namePrefix", "nameprefix"), ("nameSuffix", "namesuffix")]
    {
        file.document.set_text(field, matches.text(flag));
    }
    for (field, flag, kind) in
        [("commonAnnotations", "annotations", "annotation"), ("commonLabels", "labels", "label")]
    {
        let given = matches.text(flag);
        let words = given.split(',').filter(|_| !given.is_empty());
        put(&file.document.object(field), &pairs(words, kind)?);
    }
    file.write()
}
