//! `helm create`: a chart to begin with.
//!
//! Its files and the keys of its values are called as Helm's are; what stands in them is ours.

mod scaffold;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use longshore_chart::{Level, starter};
use longshore_go::path;

use super::locate::{logged, quoted, reason};
use super::{Settings, locate, paths, print, say};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches};

/// Longest name of a chart, in bytes.
const MAX_NAME: usize = 250;

/// What charts may be of; the first one if nothing is said.
const API_VERSIONS: [&str; 2] = ["v2", "v3"];

/// The environment variable with which charts of API v3 may be made.
const GATE: &str = "HELM_EXPERIMENTAL_CHART_V3";

pub(super) fn command(level: Level) -> Command<Settings> {
    let mut all = vec![
        Flag::new("starter", Kind::Text, "chart to begin with: a name in the folder of starters, or a path")
            .short('p'),
    ];
    if level.rules().major > 3 {
        let flag = Flag::new("chart-api-version", Kind::Text, "API version of the chart: v2 or v3");
        let flag = flag.default(API_VERSIONS[0]);
        all.push(if has_next() { flag } else { flag.hidden() });
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
    let api_version = match matches.text("chart-api-version") {
        "" => API_VERSIONS[0],
        "v3" if !has_next() => bail!(
            "this feature has been marked as experimental and is not enabled by default. Please set {GATE}=1 in your environment to use this feature"
        ),
        other => match API_VERSIONS.into_iter().find(|known| *known == other) {
            Some(known) => known,
            None => {
                bail!("unsupported chart API version: {other} (supported: {})", API_VERSIONS.join(", "))
            }
        },
    };
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let name = text(path::base(path.as_bytes()).to_vec());
    let folder = PathBuf::from(text(path::dir(path.as_bytes())));
    match matches.text("starter") {
        "" => from_scaffold(&name, &folder, api_version),
        starter => from_starter(&name, &folder, starter, api_version, settings.level),
    }
}

/// Whether charts of API v3 may be made, which 4.x tries out.
fn has_next() -> bool {
    std::env::var_os(GATE).is_some_and(|value| !value.is_empty())
}

fn from_scaffold(name: &str, folder: &Path, api_version: &str) -> anyhow::Result<()> {
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
    let is_next = api_version != API_VERSIONS[0];
    for (file, text) in scaffold::FILES {
        let file = chart.join(file);
        let text = text.replace(starter::PLACEHOLDER, name);
        let text = match text.strip_prefix("apiVersion: v2\n") {
            Some(rest) if is_next => format!("apiVersion: {api_version}\n{rest}"),
            _ => text,
        };
        if file.exists() {
            let shown = file.display().to_string();
            if is_next {
                say(&format!("level=WARN msg=\"Overwriting existing file\" file={}", logged(&shown)));
            } else {
                print(&format!("WARNING: File {} already exists. Overwriting.\n", quoted(&shown)))?;
            }
        }
        write(&file, text.as_bytes())?;
    }
    make_folder(&chart.join("charts"))
}

/// A chart made of another one, in which its name stands for the placeholder.
fn from_starter(
    name: &str,
    folder: &Path,
    starter: &str,
    api_version: &str,
    level: Level,
) -> anyhow::Result<()> {
    // A path that is absolute takes the place of the folder.
    let path = Path::new(&paths::data("starters")).join(starter);
    let chart =
        locate::open(&path, level).map_err(|error| anyhow!("could not load {}: {error}", path.display()))?;
    let chart_folder = chart_folder(folder, name)?;
    make_folder(&chart_folder)?;
    for file in starter::files(&chart, name, api_version).map_err(|error| anyhow!("{error}"))? {
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
