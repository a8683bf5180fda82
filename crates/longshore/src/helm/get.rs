//! `helm get`: parts of a release's record.

mod metadata;

use std::sync::Arc;

use anyhow::anyhow;
use longshore_go::{Map, Value};
use longshore_release::record::Release;
use longshore_template::{Budget, FuncTable, Set};

use super::colour::Colour;
use super::format::{self, Format};
use super::shown::{self, Shown};
use super::status::{revision, revision_flag};
use super::{Settings, print, recorded, records};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches, Run};

pub(super) fn command() -> Command<Settings> {
    let part = |usage, short, more: Vec<Flag>, run: Run<Settings>| Command {
        usage,
        aliases: &[],
        short,
        long: short,
        flags: [vec![revision_flag()], more].concat(),
        arguments: Arguments::Exactly(1),
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    };
    let template = Flag::new("template", Kind::Text, "template for what is printed: {{.Release.Name}}");
    let all = Flag::new("all", Kind::Bool, "those of the chart as well").short('a');
    Command {
        usage: "get",
        aliases: &[],
        short: "print what is recorded of a release",
        long: "Prints parts of a release's record: values, manifest, hooks, notes, and what is known of its chart.",
        flags: Vec::new(),
        arguments: Arguments::None,
        exclusive: &[],
        children: vec![
            part("all RELEASE_NAME", "print everything", vec![template], run_all),
            part("hooks RELEASE_NAME", "print its hooks", Vec::new(), |settings, matches| {
                print(&shown::hooks(&release(settings, matches)?))
            }),
            part("manifest RELEASE_NAME", "print its manifest", Vec::new(), |settings, matches| {
                print(&(release(settings, matches)?.manifest + "\n"))
            }),
            part(
                "metadata RELEASE_NAME",
                "print what is known of it and its chart",
                vec![format::flag()],
                metadata::run,
            ),
            part("notes RELEASE_NAME", "print its notes", Vec::new(), run_notes),
            part("values RELEASE_NAME", "print its values", vec![all, format::flag()], run_values),
        ],
        run: None,
    }
}

/// The revision that is meant.
fn release(settings: &Settings, matches: &Matches) -> anyhow::Result<Release> {
    let opened = records::open(settings, matches, false)?;
    let name = matches.arguments.first().map_or("", String::as_str);
    records::content(&opened, name, revision(matches))
}

fn run_all(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let release = release(settings, matches)?;
    let template = matches.text("template");
    if !template.is_empty() {
        let mut set = Set::new("_", Arc::new(FuncTable::default()));
        set.parse("_", template).map_err(|error| anyhow!("{error}"))?;
        let data: Map =
            [("Release", recorded::seen(&release, settings.level.rules().major == 3))].into_iter().collect();
        let mut out = Vec::new();
        let done = set.execute(b"_", Value::Map(data), &(), &Budget::default(), &mut out);
        print(&out)?;
        return done.map_err(|error| anyhow!("{error}"));
    }
    let how = Shown {
        level: settings.level,
        colour: Colour::of(settings, matches),
        description: false,
        metadata: true,
        debug: true,
        is_new: false,
        hide_notes: false,
        resources: "",
    };
    print(&shown::shown(&release, &how)?)
}

fn run_notes(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let notes = release(settings, matches)?.info.notes;
    if notes.is_empty() { Ok(()) } else { print(&format!("NOTES:\n{notes}\n")) }
}

fn run_values(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let form = format::of(matches);
    let release = release(settings, matches)?;
    let (title, values) = if matches.is_on("all") {
        ("COMPUTED VALUES:\n", shown::computed_values(&release, settings.level)?)
    } else {
        ("USER-SUPPLIED VALUES:\n", shown::user_values(&release))
    };
    if form == Format::Table {
        print(title)?;
    }
    format::print_value(&values, form)
}
