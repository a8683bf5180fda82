//! `helm status`: a release, its objects and its tests.

mod resources;
mod tables;

use longshore_chart::Level;
use longshore_go::{Map, Value, strconv};

use super::colour::Colour;
use super::format::{self, Format};
use super::shown::{self, Shown};
use super::{Settings, print, recorded, records};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches};
use resources::Found;

const DESCRIPTION: &str = "show-desc";
const RESOURCES: &str = "show-resources";

pub(super) fn command(level: Level) -> Command<Settings> {
    let mut flags = vec![revision_flag(), format::flag()];
    if level.rules().major == 3 {
        flags.push(Flag::new(DESCRIPTION, Kind::Bool, "its description as well"));
        flags.push(Flag::new(RESOURCES, Kind::Bool, "its objects as well"));
    }
    Command {
        usage: "status RELEASE_NAME",
        aliases: &[],
        short: "print how a release is",
        long: "Prints the status of a release: when it was deployed, its revision, its objects as the cluster has them, how its
tests went, and its notes.",
        flags,
        arguments: Arguments::Exactly(1),
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    }
}

/// The revision that is meant.
pub(super) fn revision_flag() -> Flag {
    Flag::new("revision", Kind::Int, "a revision in place of the last one")
}

/// The revision that was typed; zero for the last one.
pub(super) fn revision(matches: &Matches) -> i64 {
    strconv::parse_int(matches.text("revision").as_bytes(), 0, 64).unwrap_or_default()
}

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let is_old = settings.level.rules().major == 3;
    let form = format::of(matches);
    let name = matches.arguments.first().map_or("", String::as_str);
    let opened = records::open(settings, matches, false)?;
    let release = records::content(&opened, name, revision(matches))?;
    let shows_resources = !is_old || matches.is_on(RESOURCES);
    let found = match opened.live() {
        Some(live) if shows_resources => {
            resources::find(settings, live, &release.manifest, form == Format::Table)?
        }
        _ => Found::new(),
    };
    if form == Format::Table {
        let how = Shown {
            level: settings.level,
            colour: Colour::of(settings, matches),
            description: matches.is_on(DESCRIPTION),
            metadata: false,
            debug: false,
            is_new: false,
            hide_notes: false,
            resources: &tables::text(&found),
        };
        return print(&shown::shown(&release, &how)?);
    }
    let resources = found
        .iter()
        .map(|(kind, objects)| (kind.as_str(), Value::list(objects.iter().map(shown::live).collect())));
    let resources = (!found.is_empty()).then(|| Value::Map(resources.collect::<Map>()));
    format::print_value(&recorded::written(&release, resources, is_old), form)
}
