//! When the files of a chart were last changed, as records of 4.x have it.
//!
//! Rules: `LoadFiles` of <https://github.com/helm/helm/blob/v4.3.1/pkg/chart/v2/loader/load.go>. Nothing is made of these
//! times; they are in the record because Go's structs have them.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use flate2::read::GzDecoder;
use jiff::Zoned;
use serde_json::Value as Json;

/// An archive of more than this was refused before.
const MAX_BYTES: u64 = 1 << 30;

/// The times of a chart's files, by their names in it.
#[derive(Debug)]
pub(super) enum Times {
    /// Those of the files in a folder.
    Folder(std::path::PathBuf),
    /// Those that an archive names.
    Archive(BTreeMap<String, SystemTime>),
}

impl Times {
    /// Those of the chart at that path.
    pub(super) fn of(path: &Path) -> Self {
        if path.is_dir() { Self::Folder(path.to_owned()) } else { Self::Archive(of_archive(path)) }
    }

    fn get(&self, name: &str) -> Option<String> {
        let time = match self {
            Self::Folder(folder) => std::fs::metadata(folder.join(name)).ok()?.modified().ok()?,
            Self::Archive(times) => *times.get(name)?,
        };
        shown(time)
    }

    /// Puts them into a chart as a record has it.
    pub(super) fn stamp(&self, chart: &mut Json) {
        for list in ["templates", "files"] {
            for file in chart[list].as_array_mut().into_iter().flatten() {
                if let Some(time) = file["name"].as_str().and_then(|name| self.get(name)) {
                    file["modtime"] = Json::String(time);
                }
            }
        }
        let own = self.get("Chart.yaml");
        let schema = self.get("values.schema.json").filter(|_| !chart["schema"].is_null());
        let Some(chart) = chart.as_object_mut() else { return };
        for (name, time) in [("modtime", own), ("schemamodtime", schema)] {
            if let Some(time) = time {
                chart.insert(name.to_owned(), Json::String(time));
            }
        }
    }
}

/// What cannot be read has no times.
fn of_archive(path: &Path) -> BTreeMap<String, SystemTime> {
    let mut times = BTreeMap::new();
    let Ok(file) = std::fs::File::open(path) else { return times };
    let mut archive = tar::Archive::new(GzDecoder::new(file).take(MAX_BYTES));
    let Ok(entries) = archive.entries() else { return times };
    for entry in entries.map_while(Result::ok) {
        let name = String::from_utf8_lossy(&entry.path_bytes()).replace('\\', "/");
        let below = name.split_once('/').map(|(_, below)| below.to_owned());
        if let (Some(below), Ok(seconds)) = (below, entry.header().mtime()) {
            times.insert(below, SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        }
    }
    times
}

/// A time as Go writes it: RFC 3339, in the zone that is set here.
fn shown(time: SystemTime) -> Option<String> {
    let time = Zoned::try_from(time).ok()?.with_time_zone(jiff::tz::TimeZone::system());
    let zone = if time.offset().is_zero() { "Z" } else { "%:z" };
    Some(time.strftime(&format!("%Y-%m-%dT%H:%M:%S%.f{zone}")).to_string())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use serde_json::json;

    use super::Times;

    #[test]
    fn files_of_a_folder_have_its_times() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let file = std::fs::File::create(folder.path().join("Chart.yaml"))?;
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_millis(1_767_225_600_250))?;
        let mut chart =
            json!({"templates": [{"name": "gone"}], "files": null, "schema": null, "schemamodtime": "x"});
        Times::of(folder.path()).stamp(&mut chart);
        let time = chart["modtime"].as_str().unwrap_or_default();
        assert!(time.contains(":00.25"), "{time}");
        assert_eq!(chart["templates"], json!([{"name": "gone"}]));
        assert_eq!(chart["schemamodtime"], "x");
        Ok(())
    }
}
