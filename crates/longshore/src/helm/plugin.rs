//! `helm plugin`, and plugins as commands of their own.
//!
//! A plugin is a folder with a `plugin.yaml` that names a program. Rules:
//! <https://github.com/helm/helm/tree/v4.3.1/internal/plugin>. Plugins that are WebAssembly are refused.

mod find;
mod getter;
mod install;
mod manifest;
mod package;
mod platform;
mod post_render;
mod run;
mod statement;
mod vcs;

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{anyhow, bail};
use longshore_chart::Level;
use longshore_source::provenance;

use super::locate::reason;
use super::table::table;
use super::{Settings, flags, paths, print};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches, Run};
pub(super) use getter::Getter;
use manifest::Plugin;
pub(super) use post_render::post_renderer;
pub(super) use run::run_command;

/// To which width a column of the list is cut.
const WIDEST: usize = 80;

pub(super) fn command(level: Level) -> Command<Settings> {
    let is_old = level.rules().major == 3;
    let child = |usage, aliases, short, arguments, flags, run: Run<Settings>| Command {
        usage,
        aliases,
        short,
        long: short,
        flags,
        arguments,
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    };
    let version = Flag::new(
        "version",
        Kind::Text,
        "version, range of versions, branch or commit; of archives there is only one",
    );
    let mut install_flags = vec![version];
    let mut list_flags = Vec::new();
    if !is_old {
        install_flags.push(flags::keyring(level));
        install_flags.push(Flag::new("verify", Kind::Bool, "check who signed an archive").default("true"));
        let mut access = flags::chart(level);
        access.retain(|flag| {
            matches!(
                flag.name,
                "ca-file"
                    | "cert-file"
                    | "insecure-skip-tls-verify"
                    | "key-file"
                    | "password"
                    | "plain-http"
                    | "username"
            )
        });
        install_flags.extend(access);
        list_flags.push(Flag::new("type", Kind::Text, "only plugins of this type"));
    }
    let any = Arguments::AtLeast(0);
    let one = Arguments::Exactly(1);
    let mut children = vec![
        child(
            "install [options] <path|url>",
            &["add"],
            "install a plugin from a folder, an archive, a git repository or a registry",
            one,
            install_flags,
            install::install,
        ),
        child("list", &["ls"], "print the plugins that are installed", any, list_flags, list),
        child("uninstall <plugin>...", &["rm", "remove"], "take plugins away", any, Vec::new(), uninstall),
        child("update <plugin>...", &["up"], "bring plugins up to date", any, Vec::new(), update),
    ];
    if !is_old {
        let pack_flags = vec![
            Flag::new("destination", Kind::Text, "folder to write the archive to").short('d').default("."),
            Flag::new("key", Kind::Text, "name of the key to sign with"),
            flags::keyring(level),
            Flag::new("passphrase-file", Kind::Text, "file with the passphrase of the key, or `-`"),
            Flag::new("sign", Kind::Bool, "sign the archive").default("true"),
        ];
        children.push(child(
            "package [PATH]",
            &[],
            "pack a plugin's folder into an archive",
            one,
            pack_flags,
            package::package,
        ));
        children.push(child(
            "verify [PATH]",
            &[],
            "check that a plugin's archive is as its maker signed it",
            one,
            vec![flags::keyring(level)],
            package::verify,
        ));
    }
    Command {
        usage: "plugin",
        aliases: &[],
        short: "install, list and take away plugins",
        long: "Plugins are programs that run as commands of this one, get files, or change what was rendered.",
        flags: Vec::new(),
        arguments: Arguments::None,
        exclusive: &[],
        children,
        run: None,
    }
}

/// Commands of plugins, and what they are for.
pub(super) fn commands(level: Level) -> Vec<(String, String)> {
    if std::env::var_os("HELM_NO_PLUGINS").is_some_and(|value| value == "1") {
        return Vec::new();
    }
    let all = find::all(level).unwrap_or_default();
    let all = all.into_iter().filter(|plugin| level.rules().major == 3 || plugin.kind == "cli/v1");
    all.map(|plugin| {
        let short = match plugin.short.as_str() {
            "" => format!("the {} plugin", super::locate::quoted(&plugin.name)),
            short => short.to_owned(),
        };
        (plugin.command().to_owned(), short)
    })
    .collect()
}

/// Names of plugins that can be taken away or updated, and what they are for.
pub(super) fn names(level: Level, but: &[String]) -> Vec<(String, String)> {
    let mut all = find::all(level).unwrap_or_default();
    all.retain(|plugin| !but.contains(&plugin.name) && (level.rules().major == 3 || plugin.kind == "cli/v1"));
    all.into_iter().map(|plugin| (plugin.name, plugin.short)).collect()
}

fn list(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let plugins = find::all(settings.level).map_err(anyhow::Error::msg)?;
    let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
    let mut rows = Vec::new();
    if settings.level.rules().major == 3 {
        rows.push(row(&["NAME", "VERSION", "DESCRIPTION"]));
        rows.extend(plugins.iter().map(|plugin| row(&[&plugin.name, &plugin.version, &plugin.long])));
    } else {
        let wanted = matches.text("type");
        rows.push(row(&["NAME", "VERSION", "TYPE", "APIVERSION", "PROVENANCE", "SOURCE"]));
        for plugin in plugins.iter().filter(|plugin| wanted.is_empty() || plugin.kind == wanted) {
            let source = if plugin.source.is_empty() { "unknown" } else { &plugin.source };
            let (name, version, kind) = (&plugin.name, &plugin.version, &plugin.kind);
            rows.push(row(&[name, version, kind, &plugin.api_version, origin(plugin), source]));
        }
    }
    print(&format!("{}\n", table(&rows, WIDEST)))
}

/// What is known of where a plugin came from, without checking its signature.
fn origin(plugin: &Plugin) -> &'static str {
    let folder = paths::data("plugins");
    let folder = Path::new(&folder);
    let Ok(metadata) = folder.join(&plugin.name).symlink_metadata() else { return "unknown" };
    if metadata.is_symlink() {
        return "local dev";
    }
    let name = format!("{}-{}.tgz", plugin.name, plugin.version);
    let archive = provenance::read(&folder.join(&name).to_string_lossy());
    let statement = provenance::read(&folder.join(format!("{name}.prov")).to_string_lossy());
    let (Ok(archive), Ok(statement)) = (archive, statement) else { return "unsigned" };
    let statement = String::from_utf8_lossy(&statement);
    if !statement.contains("-----BEGIN PGP SIGNED MESSAGE-----") {
        return "invalid provenance";
    }
    let own = provenance::statement("", &archive, &name);
    let is_its_own = own.lines().next_back().is_some_and(|sum| statement.lines().any(|line| line == sum));
    if is_its_own { "signed" } else { "mismatched provenance" }
}

/// Does something to each plugin that is named; all mistakes are told together.
fn each(
    settings: &Settings,
    matches: &Matches,
    (verb, done): (&str, &str),
    act: &dyn Fn(&Plugin) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let names = &matches.arguments;
    if names.is_empty() {
        bail!("please provide plugin name to {verb}");
    }
    let plugins = find::all(settings.level).map_err(anyhow::Error::msg)?;
    let mut problems = Vec::new();
    let is_old = settings.level.rules().major == 3;
    let word = |new: &'static str, old: &'static str| if is_old { old } else { new };
    for name in names {
        match plugins.iter().find(|plugin| plugin.name == *name) {
            None => problems.push(format!("{}: {name} not found", word("plugin", "Plugin"))),
            Some(plugin) => match act(plugin) {
                Ok(()) => print(&format!("{done} plugin: {name}\n"))?,
                Err(error) => {
                    problems.push(format!(
                        "{} to {verb} plugin {name}, got error ({error})",
                        word("failed", "Failed")
                    ));
                }
            },
        }
    }
    if problems.is_empty() { Ok(()) } else { bail!(problems.join("\n")) }
}

fn uninstall(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    each(settings, matches, ("uninstall", "Uninstalled"), &|plugin| {
        let dir = &plugin.dir;
        let is_link = dir.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
        // What a link leads to is somebody's work.
        let removed = if is_link { std::fs::remove_file(dir) } else { std::fs::remove_dir_all(dir) };
        removed.map_err(|error| anyhow!("unlinkat {}: {}", dir.display(), reason(&error)))?;
        if settings.level.rules().major > 3
            && !plugin.version.is_empty()
            && let Some(folder) = find::folders().first()
        {
            let mut name = format!("{}-{}.tgz", plugin.name, plugin.version);
            let _ = std::fs::remove_file(folder.join(&name));
            let _ = write!(name, ".prov");
            let _ = std::fs::remove_file(folder.join(name));
        }
        run::hook(plugin, "delete", settings).map_err(anyhow::Error::msg)
    })
}

/// Only plugins from version control can be updated: what was linked is up to date by itself, and of archives it is
/// not known where they came from.
fn update(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    each(settings, matches, ("update", "Updated"), &|plugin| vcs::update(plugin, settings))
}
