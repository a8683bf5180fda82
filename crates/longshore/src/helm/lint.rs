//! `helm lint`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use longshore_chart::lint::{self, Entry, Folder, Input, Report, Severity};
use longshore_chart::{KubeVersion, Level};
use longshore_platform::World;

use super::locate::reason;
use super::paths::clean;
use super::settings::tell_all;
use super::{Settings, flags, locate, print};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches};

pub(super) fn command(level: Level) -> Command<Settings> {
    let mut all = flags::values();
    all.extend([
        Flag::new(
            "kube-version",
            Kind::Text,
            "Kubernetes version to render for and to hold API versions against",
        ),
        Flag::new("quiet", Kind::Bool, "only warnings and errors"),
        Flag::new("skip-schema-validation", Kind::Bool, "do not hold values against the schemas"),
        Flag::new("strict", Kind::Bool, "fail because of warnings too"),
        Flag::new("with-subcharts", Kind::Bool, "the charts below `charts` too"),
    ]);
    Command {
        usage: "lint PATH",
        aliases: &[],
        short: "look for mistakes in a chart",
        long: "Looks at charts for what is wrong and for what is better done otherwise.

An [ERROR] keeps the chart from being installed, and makes the command fail. A [WARNING] is something against
convention; with --strict it fails because of these too.",
        flags: all,
        // 3.x takes the folder that it is in.
        arguments: Arguments::AtLeast(usize::from(level.rules().major > 3)),
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    }
}

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let wanted = matches.text("kube-version");
    let version = match wanted {
        "" => None,
        _ => Some(
            KubeVersion::parse(wanted, settings.level.rules())
                .map_err(|reason| anyhow!("invalid kube version '{wanted}': {reason}"))?,
        ),
    };
    let mut paths = matches.arguments.clone();
    if paths.is_empty() {
        paths.push(String::from("."));
    }
    if matches.is_on("with-subcharts") {
        let below: Vec<String> = paths.iter().flat_map(|path| subcharts(path)).collect();
        paths.extend(below);
    }
    let values = locate::user_values(settings, matches)?;
    let world = World::default();
    let input = Input {
        values: &values,
        namespace: &settings.namespace,
        kube_version: version.as_ref(),
        skip_schema: matches.is_on("skip-schema-validation"),
        services: &world,
    };
    let least = if matches.is_on("strict") { Severity::Warning } else { Severity::Error };
    let is_quiet = matches.is_on("quiet");
    let (mut text, mut failed, mut noteworthy) = (String::new(), 0, 0);
    for path in &paths {
        let report = lint_one(path, &input, settings);
        let worst = match &report {
            Ok(report) => report.messages.iter().map(|message| message.severity).max(),
            Err(_) => Some(Severity::Error),
        };
        failed += usize::from(worst >= Some(least));
        let is_noteworthy = worst > Some(Severity::Info);
        noteworthy += usize::from(is_noteworthy);
        if is_quiet && !is_noteworthy {
            continue;
        }
        let _ = writeln!(text, "==> Linting {path}");
        match report {
            Err(error) => {
                let _ = writeln!(text, "Error {error}");
            }
            Ok(report) => {
                for message in &report.messages {
                    if !is_quiet || message.severity > Severity::Info {
                        let _ = writeln!(text, "{message}");
                    }
                }
            }
        }
        text.push('\n');
    }
    print(&text)?;
    let summary = format!("{} chart(s) linted, {failed} chart(s) failed", paths.len());
    if failed > 0 {
        bail!(summary);
    }
    if is_quiet && noteworthy == 0 { Ok(()) } else { print(&format!("{summary}\n")) }
}

/// Lints what lies at a path; the error is about what is no chart at all.
fn lint_one(path: &str, input: &Input<'_>, settings: &Settings) -> anyhow::Result<Report> {
    let folder = if is_archive(path) { unpacked(path, settings)? } else { on_disk(path, settings)? };
    let report = lint::lint(&folder, input, settings.level);
    tell_all(&report.logs, settings.level);
    Ok(report)
}

/// A chart's folder as it lies there.
fn on_disk(name: &str, settings: &Settings) -> anyhow::Result<Folder> {
    let joined = clean(&Path::new(name).join("Chart.yaml"));
    fs::metadata(&joined).map_err(|error| {
        anyhow!("unable to check Chart.yaml file in chart: stat {}: {}", joined.display(), reason(&error))
    })?;
    let path = clean(&std::path::absolute(name)?);
    let entry = |name: &str| match fs::metadata(path.join(name)) {
        Ok(found) if found.is_dir() => Entry::Folder,
        Ok(_) => Entry::File,
        Err(_) => Entry::Missing,
    };
    let read = |name: &str| {
        let file = path.join(name);
        let what = if file.is_dir() { "read" } else { "open" };
        fs::read(&file).map_err(|error| format!("{what} {}: {}", file.display(), reason(&error)))
    };
    let (templates, crds) = (entry("templates"), entry("crds"));
    let loads = lint::loads(templates, crds, settings.level);
    Ok(Folder {
        path: path.display().to_string(),
        chart_entry: entry("Chart.yaml"),
        chart_file: read("Chart.yaml"),
        values_file: (entry("values.yaml") != Entry::Missing).then(|| read("values.yaml")),
        schema_file: read("values.schema.json").unwrap_or_default(),
        templates,
        crds,
        chart: locate::load_telling(&path, settings.level, loads, None).map_err(|error| error.to_string()),
    })
}

/// The folder that an archive would be unpacked to; nothing is written.
fn unpacked(name: &str, settings: &Settings) -> anyhow::Result<Folder> {
    let bytes =
        fs::read(name).map_err(|error| anyhow!("unable to open tarball: open {name}: {}", reason(&error)))?;
    let parent = std::env::temp_dir().join("helm-lint");
    Folder::of_archive(&parent.to_string_lossy(), &bytes, settings.level)
        .map_err(|error| anyhow!("unable to extract tarball: {error}"))
}

/// Charts and archives below the folder `charts` of a chart, in the order of a walk.
fn subcharts(path: &str) -> Vec<String> {
    let mut found = Vec::new();
    walk(&clean(&Path::new(path).join("charts")), &mut found);
    found
}

fn walk(path: &Path, found: &mut Vec<String>) {
    let Ok(metadata) = fs::symlink_metadata(path) else { return };
    let shown = path.display().to_string();
    if path.file_name().is_some_and(|name| name == "Chart.yaml") {
        found.extend(path.parent().map(|folder| folder.display().to_string()));
    } else if is_archive(&shown) {
        found.push(shown);
    }
    if metadata.is_dir() {
        let mut entries: Vec<PathBuf> =
            fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        entries.sort();
        for entry in entries {
            walk(&entry, found);
        }
    }
}

/// Helm goes by the end of the name.
fn is_archive(path: &str) -> bool {
    [".tgz", ".tar.gz"].iter().any(|end| path.ends_with(end))
}
