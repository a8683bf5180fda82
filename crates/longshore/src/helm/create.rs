//! `helm create`: a chart to begin with.
//!
//! Its files and the keys of its values are called as Helm's are; what stands in them is ours.

mod scaffold;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use longshore_chart::{Level, starter};
use longshore_go::path;

use super::locate::{quoted, reason};
use super::{Settings, locate, paths, print};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches};

/// Longest name of a chart, in bytes.
const MAX_NAME: usize = 250;

pub(super) fn command(level: Level) -> Command<Settings> {
    let mut all = vec![
        Flag::new("starter", Kind::Text, "chart to begin with: a name in the folder of starters, or a path")
            .short('p'),
    ];
    if level.rules().major > 3 {
        all.push(Flag::new("chart-api-version", Kind::Text, "").default("v2").hidden());
    }
    Command {
        usage: "create NAME",
        aliases: &[],
        short: "make a chart to begin with",
        long: "Makes a folder with a chart that runs a web server and has all that most charts need: a deployment, a service,
an ingress, a service account, autoscaling, notes and a test.

Files that are there already are written over; others stay.",
        flags: all,
        arguments: Arguments::Exactly(1),
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    }
}

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let path = matches.arguments.first().map_or("", String::as_str);
    print(&format!("Creating {path}\n"))?;
    match matches.text("chart-api-version") {
        "v2" | "" => {}
        "v3" if std::env::var_os("HELM_EXPERIMENTAL_CHART_V3").is_none_or(|value| value.is_empty()) => bail!(
            "this feature has been marked as experimental and is not enabled by default. Please set HELM_EXPERIMENTAL_CHART_V3=1 in your environment to use this feature"
        ),
        "v3" => bail!("charts of API version v3 are not there yet"),
        other => bail!("unsupported chart API version: {other} (supported: v2, v3)"),
    }
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let name = text(path::base(path.as_bytes()).to_vec());
    let folder = PathBuf::from(text(path::dir(path.as_bytes())));
    match matches.text("starter") {
        "" => from_scaffold(&name, &folder),
        starter => from_starter(&name, &folder, starter, settings.level),
    }
}

fn from_scaffold(name: &str, folder: &Path) -> anyhow::Result<()> {
    if name.is_empty() || name.len() > MAX_NAME {
        bail!("chart name must be between 1 and {MAX_NAME} characters");
    }
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)) {
        bail!("chart name must match the regular expression \"^[a-zA-Z0-9._-]+$\"");
    }
    let absolute = std::path::absolute(folder)?;
    let absolute = paths::clean(&absolute);
    let shown = absolute.display();
    let metadata = fs::metadata(&absolute).map_err(|error| anyhow!("stat {shown}: {}", reason(&error)))?;
    if !metadata.is_dir() {
        bail!("no such directory {shown}");
    }
    let chart = chart_folder(&absolute, name)?;
    for (file, text) in scaffold::FILES {
        let file = chart.join(file);
        if file.exists() {
            let shown = quoted(&file.display().to_string());
            print(&format!("WARNING: File {shown} already exists. Overwriting.\n"))?;
        }
        write(&file, text.replace(starter::PLACEHOLDER, name).as_bytes())?;
    }
    make_folder(&chart.join("charts"))
}

/// A chart made of another one, in which its name stands for the placeholder.
fn from_starter(name: &str, folder: &Path, starter: &str, level: Level) -> anyhow::Result<()> {
    // A path that is absolute takes the place of the folder.
    let path = Path::new(&paths::data("starters")).join(starter);
    let chart =
        locate::open(&path, level).map_err(|error| anyhow!("could not load {}: {error}", path.display()))?;
    let chart_folder = chart_folder(folder, name)?;
    make_folder(&chart_folder)?;
    for file in starter::files(&chart, name).map_err(|error| anyhow!("{error}"))? {
        write(&chart_folder.join(&file.name), &file.data)?;
    }
    Ok(())
}

fn chart_folder(folder: &Path, name: &str) -> anyhow::Result<PathBuf> {
    let path = paths::clean(&folder.join(name));
    if path.is_file() {
        bail!("file {} already exists and is not a directory", path.display());
    }
    Ok(path)
}

fn make_folder(path: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(path).map_err(|error| anyhow!("mkdir {}: {}", path.display(), reason(&error)))
}

fn write(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    if let Some(above) = path.parent() {
        make_folder(above)?;
    }
    fs::write(path, content).map_err(|error| anyhow!("open {}: {}", path.display(), reason(&error)))
}
