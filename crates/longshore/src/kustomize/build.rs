//! `kustomize build`.

use std::fs;
use std::mem::ManuallyDrop;
use std::path::Path;

use anyhow::{anyhow, bail};
use longshore_go::os::reason;
use longshore_kustomize::{Error, Options, Reorder, Restriction, build};

use super::sources::Sources;
use super::{Settings, files, print, remotes, told, warn};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches};

pub(super) fn command(is_called_so: bool) -> Command<Settings> {
    let quiet =
        Flag::new(QUIET, Kind::Bool, "do not warn of patches, images and replacements that matched nothing")
            .short('q');
    let mut command = of_kustomize();
    if !is_called_so {
        command.flags.push(quiet);
        command.flags.extend(remotes::flags());
    }
    command
}

/// Our own flag.
const QUIET: &str = "quiet";

/// The command as Kustomize has it.
fn of_kustomize() -> Command<Settings> {
    let output = "write to this file, or to a file for each object in this folder";
    let output = Flag::new("output", Kind::Text, output).short('o');
    Command {
        usage: "build DIR",
        aliases: &[],
        short: "build a kustomization from a folder",
        long: "Builds the objects of a kustomization: DIR is a folder with a 'kustomization.yaml', '.' if it is left out.",
        flags: [output].into_iter().chain(flags()).collect(),
        arguments: Arguments::AtLeast(0),
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    }
}

/// What can be said of any build.
pub(super) fn flags() -> Vec<Flag> {
    vec![
            Flag::new("load-restrictor", Kind::Text, "'LoadRestrictionsNone' lets kustomizations load files from anywhere")
                .default("LoadRestrictionsRootOnly"),
            Flag::new("reorder", Kind::Text, "order of the objects: 'legacy' or 'none'")
                .default("legacy")
                .deprecated("use the new 'sortOptions' field in kustomization.yaml instead."),
            Flag::new("enable-alpha-plugins", Kind::Bool, "run plugins and functions that are programs; inflate charts"),
            Flag::new("enable-exec", Kind::Bool, "run functions that are programs (not for kustomizations that you do not trust)"),
            Flag::new("env", Kind::Texts, "a variable for functions that are programs, as NAME=VALUE").short('e'),
            Flag::new("network", Kind::Bool, "let functions ask for the network"),
            // Upstream these are for containers alone, and a build with a function in one fails here: none is ignored.
            Flag::new("network-name", Kind::Text, "for functions in containers, which are refused: their network").default("bridge"),
            Flag::new("mount", Kind::Texts, "for functions in containers, which are refused: what they may read of the file system"),
            Flag::new("as-current-user", Kind::Bool, "for functions in containers, which are refused: run them as this user"),
            Flag::new("enable-helm", Kind::Bool, "inflate charts"),
            Flag::new("helm-command", Kind::Text, "taken for scripts: no program is run, but none ('') is refused").default("helm"),
            Flag::new("helm-api-versions", Kind::Texts, "API versions that charts see"),
            Flag::new("helm-kube-version", Kind::Text, "version of Kubernetes that charts see"),
            Flag::new("helm-debug", Kind::Bool, "taken for scripts: Kustomize says more where Helm fails, this does not"),
            Flag::new("enable-managedby-label", Kind::Bool, "label all objects as managed by this program").deprecated(
                "The flag `enable-managedby-label` has been deprecated. Use the `managedByLabel` option in the \
                 `buildMetadata` field instead.",
            ),
    ]
}

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let folder = match &matches.arguments[..] {
        [] => ".",
        [folder] => folder,
        _ => bail!("specify one path to kustomization.yaml"),
    };
    let options = options(settings, matches)?;
    let sources = Sources::new(options.enable_helm || options.enable_plugins, &settings.remotes)?;
    // The process ends with this command: to take all objects apart takes time for nothing.
    let built = ManuallyDrop::new(build(&sources, folder, &options));
    warn(&built.warnings);
    told::warn(&built.findings, &sources);
    let failed = |error: &Error| told::failed(error, &sources, folder, settings);
    let output = matches.text("output");
    if !output.is_empty() && Path::new(output).is_dir() {
        return files::write(Path::new(output), built.resources.as_ref().map_err(failed)?);
    }
    let text = built.documents().map_err(|error| failed(&error))?;
    if output.is_empty() {
        return print(&text);
    }
    fs::write(output, text).map_err(|error| anyhow!("open {output}: {}", reason(&error)))
}

/// What was said of a build.
///
/// # Errors
/// A flag has a value that there is not.
pub(super) fn options(settings: &Settings, matches: &Matches) -> anyhow::Result<Options> {
    let restriction = match matches.text("load-restrictor") {
        "LoadRestrictionsRootOnly" | "" => Restriction::RootOnly,
        "LoadRestrictionsNone" => Restriction::None,
        other => bail!(
            "illegal flag value --load-restrictor {other}; legal values: [LoadRestrictionsRootOnly LoadRestrictionsNone]"
        ),
    };
    let reorder = match matches.text("reorder") {
        "none" => Reorder::None,
        "legacy" => Reorder::Legacy,
        other => bail!("illegal flag value --reorder {other}; legal values: [legacy none]"),
    };
    Ok(Options {
        restriction,
        reorder: if matches.is_given("reorder") { reorder } else { Reorder::Unspecified },
        managed_by_label: matches.is_on("enable-managedby-label") || settings.manages,
        enable_helm: matches.is_on("enable-helm"),
        no_helm_command: matches.text("helm-command").is_empty(),
        helm_api_versions: matches.all("helm-api-versions").to_vec(),
        helm_kube_version: matches.text("helm-kube-version").to_owned(),
        enable_plugins: matches.is_on("enable-alpha-plugins"),
        enable_exec: matches.is_on("enable-exec"),
        network: matches.is_on("network"),
        function_variables: matches.all("env").to_vec(),
        notices: settings.explains && !matches.is_on(QUIET),
    })
}
