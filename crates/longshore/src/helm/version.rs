//! `helm version`.

use std::fmt::Write as _;
use std::sync::Arc;

use anyhow::anyhow;
use longshore_chart::Level;
use longshore_go::{Map, Value};
use longshore_template::{Budget, FuncTable, Set};

use super::{Settings, print};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches};

pub(super) fn command(level: Level) -> Command<Settings> {
    let mut flags = vec![
        Flag::new("short", Kind::Bool, "only the version number"),
        Flag::new("template", Kind::Text, "template for the version"),
    ];
    if level.rules().major == 3 {
        // Of the days when there was a server, too: scripts still say `version -c`.
        let client = Flag::new("client", Kind::Bool, "the version of the client").short('c');
        flags.push(client.default("true").hidden());
    }
    Command {
        usage: "version",
        aliases: &[],
        short: "print the version of Helm that this is compatible with",
        long: "Which Helm this is compatible with: scripts that ask for Helm's version see the one whose bytes they get.

A template has the fields .Version, .GitCommit, .GitTreeState and .GoVersion.",
        flags,
        arguments: Arguments::None,
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    }
}

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let rules = settings.level.rules();
    let fields = [
        ("Version", rules.helm_version),
        ("GitCommit", ""),
        ("GitTreeState", "clean"),
        ("GoVersion", rules.go_version),
        ("KubeClientVersion", rules.kube_client_version.unwrap_or_default()),
    ];
    let template = matches.text("template");
    if matches.is_on("short") {
        return print(&format!("{}\n", rules.helm_version));
    }
    if !template.is_empty() {
        let mut set = Set::new("_", Arc::new(FuncTable::default()));
        set.parse("_", template).map_err(|error| anyhow!("{error}"))?;
        let data: Map = fields.into_iter().map(|(name, text)| (name, Value::from(text))).collect();
        let mut out = Vec::new();
        set.execute(b"_", Value::Map(data), &(), &Budget::default(), &mut out)
            .map_err(|error| anyhow!("{error}"))?;
        return print(&out);
    }
    let mut text = String::from("version.BuildInfo{");
    for (i, (name, value)) in fields.into_iter().enumerate() {
        if name == "KubeClientVersion" && value.is_empty() {
            continue;
        }
        let _ = write!(text, "{}{name}:\"{value}\"", if i > 0 { ", " } else { "" });
    }
    text.push_str("}\n");
    print(&text)
}
