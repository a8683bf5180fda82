//! `helm package`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{anyhow, bail};
use longshore_chart::{Chart, Level, dependencies};
use longshore_go::strconv;
use longshore_go::time::{Location, Time};

use super::dependency::{Manager, Signatures};
use super::locate::reason;
use super::{Settings, beside, flags, locate, print, registry, sign, versioned};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches};

/// As locks have their time.
const RFC3339: &[u8] = b"2006-01-02T15:04:05Z07:00";

pub(super) fn command(level: Level) -> Command<Settings> {
    let mut all = flags::chart(level);
    // Which chart is told by its folder.
    all.retain(|flag| !matches!(flag.name, "repo" | "verify" | "version" | "pass-credentials"));
    all.extend(flags::values());
    all.extend([
        Flag::new("app-version", Kind::Text, "version of the application, in place of Chart.yaml's"),
        Flag::new("dependency-update", Kind::Bool, "update missing dependencies first").short('u'),
        Flag::new("destination", Kind::Text, "folder to write the archive to").short('d').default("."),
        Flag::new("key", Kind::Text, "name of the key to sign with"),
        Flag::new("passphrase-file", Kind::Text, "file with the passphrase of the key, or `-`"),
        Flag::new("sign", Kind::Bool, "sign the archive"),
        Flag::new("version", Kind::Text, "version of the chart, in place of Chart.yaml's"),
    ]);
    Command {
        usage: "package [CHART_PATH] [...]",
        aliases: &[],
        short: "pack a chart's folder into an archive",
        long: "Packs the folders of charts into archives, each named by the chart and its version.

SOURCE_DATE_EPOCH gives the age of all files, so that the same chart makes the same archive.",
        flags: all,
        arguments: Arguments::AtLeast(0),
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    }
}

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    if matches.arguments.is_empty() {
        bail!("need at least one argument, the path to the chart");
    }
    let fixed = fixed_age()?;
    sign::check_flags(matches)?;
    locate::user_values(settings, matches)?;
    registry::check_files(settings)?;
    let mut passphrase = sign::Passphrase::default();
    for name in &matches.arguments {
        let path = Path::new(name);
        fs::metadata(path).map_err(|error| anyhow!("stat {name}: {}", reason(&error)))?;
        if matches.is_on("dependency-update") {
            let path = locate::absolute(name)?;
            let mut manager = Manager::new(settings, path, matches.text("keyring"), Signatures::Ignored)?;
            manager.is_silent = true;
            manager.update()?;
        }
        let mut chart = versioned::open_to_pack(path, settings.level)?;
        if settings.level.rules().major > 3 {
            chart = aged(chart, fixed);
        }
        let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs());
        let (chart, written) = package(chart, matches, fixed.unwrap_or_else(now))?;
        if matches.is_on("sign") {
            sign::sign(&written, &chart, settings, matches, &mut passphrase)?;
        }
        print(&format!("Successfully packaged chart and saved it to: {}\n", written.display()))?;
    }
    Ok(())
}

/// Writes the archive of a chart: the chart as it is in it, and where it is.
fn package(chart: Chart, matches: &Matches, modified: u64) -> anyhow::Result<(Chart, PathBuf)> {
    let given = |flag| Some(matches.text(flag)).filter(|text| !text.is_empty());
    let chart =
        chart.versioned(given("version"), given("app-version")).map_err(|error| anyhow!("{error}"))?;
    let missing = dependencies::missing(&chart);
    if !missing.is_empty() {
        bail!("found in Chart.yaml, but missing in charts/ directory: {}", missing.join(", "));
    }
    let folder = match matches.text("destination") {
        "." => std::env::current_dir()?,
        other => PathBuf::from(other),
    };
    let path = save(&chart, &folder, modified).map_err(|error| anyhow!("failed to save: {error}"))?;
    Ok((chart, path))
}

/// The chart with all its locks of that age, in seconds since 1970, if there is one.
pub(super) fn aged(chart: Chart, age: Option<u64>) -> Chart {
    let Some(seconds) = age else { return chart };
    let time = Time::unix(seconds.cast_signed(), 0).in_location(Location::Utc);
    chart.locked_at(&String::from_utf8_lossy(&time.format(RFC3339)))
}

/// Writes the archive of a chart into a folder: where it is.
pub(super) fn save(chart: &Chart, folder: &Path, modified: u64) -> anyhow::Result<PathBuf> {
    let archive = chart.pack(modified)?;
    let failed = |what: &str, path: &Path, error: &std::io::Error| {
        anyhow!("{what} {}: {}", path.display(), reason(error))
    };
    fs::create_dir_all(folder).map_err(|error| failed("mkdir", folder, &error))?;
    let path = folder.join(chart.archive_name());
    beside::write(&path, &archive).map_err(|error| failed("open", &path, &error))?;
    Ok(path)
}

/// What SOURCE_DATE_EPOCH says.
pub(super) fn fixed_age() -> anyhow::Result<Option<u64>> {
    match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) if !text.is_empty() => match strconv::parse_int(text.as_bytes(), 10, 64) {
            Ok(seconds) => match u64::try_from(seconds) {
                Ok(seconds) => Ok(Some(seconds)),
                Err(_) => bail!("invalid SOURCE_DATE_EPOCH: must not be negative"),
            },
            Err(error) => bail!("invalid SOURCE_DATE_EPOCH: {error}"),
        },
        _ => Ok(None),
    }
}
