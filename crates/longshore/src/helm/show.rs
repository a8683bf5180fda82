//! `helm show`: what a chart says of itself.

use std::fmt::Write as _;

use anyhow::anyhow;
use longshore_chart::{Chart, File, Level, values};
use longshore_yaml::sigs;

use super::{Settings, flags, locate, print, registry};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches, Run};

/// What of a chart is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    All,
    Chart,
    Crds,
    Readme,
    Values,
}

pub(super) fn command(level: Level) -> Command<Settings> {
    let part = |usage, short, run: Run<Settings>| {
        let mut all = flags::chart(level);
        all.push(Flag::new(
            "devel",
            Kind::Bool,
            "development versions too; the same as --version '>0.0.0-0'",
        ));
        Command {
            usage,
            aliases: &[],
            short,
            long: short,
            flags: all,
            arguments: Arguments::Exactly(1),
            exclusive: &[],
            children: Vec::new(),
            run: Some(run),
        }
    };
    Command {
        usage: "show",
        aliases: &["inspect"],
        short: "print what a chart says of itself",
        long: "Prints the files by which a chart tells what it is and how to use it.",
        flags: Vec::new(),
        arguments: Arguments::None,
        exclusive: &[],
        children: vec![
            part("all [CHART]", "print everything", |settings, matches| run(settings, matches, Part::All)),
            part("chart [CHART]", "print its definition (Chart.yaml)", |settings, matches| {
                run(settings, matches, Part::Chart)
            }),
            part("crds [CHART]", "print its custom resource definitions", |settings, matches| {
                run(settings, matches, Part::Crds)
            }),
            part("readme [CHART]", "print its README", |settings, matches| {
                run(settings, matches, Part::Readme)
            }),
            part("values [CHART]", "print its values", |settings, matches| {
                run(settings, matches, Part::Values)
            }),
        ],
        run: None,
    }
}

fn run(settings: &Settings, matches: &Matches, part: Part) -> anyhow::Result<()> {
    registry::check_files(settings)?;
    let name = matches.arguments.first().map_or("", String::as_str);
    settings.debug_version(matches, "original chart version", "show.go", [214, 216]);
    let chart = locate::open(&locate::locate(name, settings, matches)?, settings.level)?;
    print(&text(&chart, part, settings.level)?)
}

fn text(chart: &Chart, part: Part, level: Level) -> anyhow::Result<String> {
    let shows = |one| part == one || part == Part::All;
    let mut text = String::new();
    if shows(Part::Chart) {
        let metadata = sigs::marshal(&values::from_json(&chart.metadata().to_json()))
            .map_err(|error| anyhow!("{error}"))?;
        let _ = writeln!(text, "{}", String::from_utf8_lossy(&metadata));
    }
    let mut add = |file: &File| {
        if part == Part::All {
            text.push_str("---\n");
        }
        let _ = writeln!(text, "{}", file.data.to_str_lossy());
    };
    if shows(Part::Values)
        && chart.values().is_some()
        && let Some(file) = chart.raw().iter().find(|file| file.name == "values.yaml")
    {
        add(file);
    }
    if shows(Part::Readme)
        && let Some(file) = readme(chart.files())
    {
        add(file);
    }
    if shows(Part::Crds) {
        for (i, file) in chart.crds().into_iter().enumerate() {
            // 3.x parts them only from what stands above.
            let parted = level.rules().major > 3 || part == Part::All && i == 0;
            if parted && !file.data.starts_with(b"---") {
                text.push_str("---\n");
            }
            let _ = writeln!(text, "{}", file.data.to_str_lossy());
        }
    }
    Ok(text)
}

/// The first file with one of the names that a README may have.
fn readme(files: &[File]) -> Option<&File> {
    const NAMES: [&str; 3] = ["readme.md", "readme.txt", "readme"];
    files.iter().find(|file| NAMES.iter().any(|name| file.name.eq_ignore_ascii_case(name)))
}
