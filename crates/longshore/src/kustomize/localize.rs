//! `kustomize localize`: what [`longshore_kustomize::localize`] finds is written to a new folder, and both are built.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use longshore_go::os::reason;
use longshore_go::strconv::quoted;
use longshore_kustomize::localize::{Target, Tree, Written};
use longshore_kustomize::{Options, build};

use super::sources::Sources;
use super::{Settings, log, remotes, warn};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches};

pub(super) fn command(is_called_so: bool) -> Command<Settings> {
    let own = if is_called_so { Vec::new() } else { remotes::flags().into() };
    Command {
        usage: "localize [target [destination]]",
        aliases: &[],
        short: "copy a kustomization with all that it builds on",
        long: "Copies a kustomization, from a folder or a repository at a 'ref', to a new folder. What it names by URLs is
copied to 'localized-files' there, and the copy names it there. Fields of kustomization files are in the order of their
names then.",
        flags: vec![
            Flag::new(
                "scope",
                Kind::Text,
                "the folder that everything local must be in: that of the kustomization, if it is left out",
            ),
            Flag::new("no-verify", Kind::Bool, "do not build the kustomization and its copy"),
        ]
        .into_iter()
        .chain(own)
        .collect(),
        arguments: Arguments::AtLeast(0),
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    }
}

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let (target, destination) = match &matches.arguments[..] {
        [] => (".", ""),
        [target] => (target.as_str(), ""),
        [target, destination] => (target.as_str(), destination.as_str()),
        more => bail!("accepts at most 2 arg(s), received {}", more.len()),
    };
    let scope = matches.text("scope");
    let sources = Sources::new(false, &settings.remotes)?;
    let destination = localize(&sources, target, scope, destination)?;
    if !matches.is_on("no-verify") {
        // Upstream looks for a copy of the target's name where a scope is given, wherever in it the target is.
        let copy = if scope.is_empty() || scope == target {
            destination.clone()
        } else {
            destination.join(Path::new(target).file_name().unwrap_or_default())
        };
        verify(&sources, target, &copy, &destination)?;
    }
    log(&format!("SUCCESS: localized {} to directory {}", quoted(target), destination.display()));
    Ok(())
}

/// Localizes to a new folder, and gives back its path.
fn localize(sources: &Sources, target: &str, scope: &str, given: &str) -> anyhow::Result<PathBuf> {
    let opened = Target::open(sources, target, scope).map_err(|error| anyhow!("{error}"))?;
    let name = if given.is_empty() { opened.default_destination() } else { given.to_owned() };
    let destination =
        make(&name).with_context(|| format!("invalid localize destination {}", quoted(given)))?;
    let written = opened
        .localize(&destination.to_string_lossy())
        .map_err(|error| anyhow!("{error}"))
        .and_then(|tree| write(&destination, &tree));
    if written.is_err()
        && let Err(error) = fs::remove_dir_all(&destination)
    {
        log(&format!("unable to clean localize destination: {}", reason(&error)));
    }
    written.map(|()| destination)
}

/// Makes the destination, in a folder that is there.
fn make(name: &str) -> anyhow::Result<PathBuf> {
    if Path::new(name).exists() {
        bail!("localize destination {} already exists", quoted(name));
    }
    fs::create_dir(name).map_err(|error| {
        anyhow!("unable to create localize destination directory: mkdir {name}: {}", reason(&error))
    })?;
    fs::canonicalize(name)
        .map_err(|error| anyhow!("unable to establish localize destination: {}", reason(&error)))
}

fn write(destination: &Path, tree: &Tree) -> anyhow::Result<()> {
    for (path, written) in tree.entries() {
        let path = destination.join(path);
        match written {
            Written::Folder => fs::create_dir(&path),
            Written::File(content) => fs::write(&path, content),
        }
        .map_err(|error| anyhow!("cannot write {}: {}", path.display(), reason(&error)))?;
    }
    Ok(())
}

/// Builds both. What upstream means to compare are two texts that are always empty, so that only a build that fails makes
/// it fail; that the results differ is said here, and changes nothing either.
fn verify(sources: &Sources, target: &str, copy: &Path, destination: &Path) -> anyhow::Result<()> {
    let copy = copy.to_string_lossy();
    let mut texts = Vec::new();
    for folder in [target, &*copy] {
        let built = build(sources, folder, &Options::default());
        warn(&built.warnings);
        texts.push(built.documents().map_err(|error| {
            log(&format!(
                "If your target directory requires flags to build: \n\
                 1. Add executable permissions for the downloaded exec binaries in '{folder}'. \n\
                 2. Run kustomize build with the necessary flags and self-verify the outputs."
            ));
            anyhow!("{error}")
        })?);
    }
    let both = format!("`kustomize build` for {target} and {}", destination.display());
    if texts[0] == texts[1] {
        log(&format!("VERIFICATION SUCCESS: {both} are the same after localization."));
    } else {
        log(&format!("Warning: {both} are different after localization."));
    }
    Ok(())
}
