//! The chart as a release record holds it, both ways.
//!
//! Field names are those of Helm's struct tags
//! (<https://github.com/helm/helm/blob/v4.3.1/pkg/chart/v2/chart.go>). A record never holds vendored
//! charts: what they rendered is in the manifest.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use longshore_go::Str;
use serde_json::{Map, Value as Json, json};

use super::Chart;
use crate::compat::Level;
use crate::metadata::{Decode as _, Lock, Metadata};
use crate::values::{Defaults, from_json};
use crate::{Error, ErrorKind, File};

/// Go's zero time, which a record writes where no time is known.
const ZERO_TIME: &str = "0001-01-01T00:00:00Z";

impl Chart {
    /// The chart as Helm's record has it.
    pub fn to_record_json(&self) -> Json {
        json!({
            "metadata": self.metadata.to_json(),
            "lock": self.lock.as_ref().map(|lock| lock.to_json()),
            "templates": list(&self.templates),
            "values": self.values.as_deref().map(Defaults::to_json),
            "schema": self.schema.as_ref().map(|schema| STANDARD.encode(schema.as_bytes())),
            "schemamodtime": ZERO_TIME,
            "files": list(&self.files),
        })
    }

    /// The chart of a record, of any Helm from 3.0 on.
    ///
    /// # Errors
    /// A part has the wrong type, or is not base 64.
    pub fn from_record_json(json: &Json) -> Result<Self, Error> {
        let refuse = |what: &str| Error::new(ErrorKind::Load, format!("release record: chart: {what}"));
        let mut metadata = Metadata::default();
        let part = |name: &str| json.get(name).filter(|part| !part.is_null());
        if let Some(json) = part("metadata") {
            metadata.decode(&from_json(json), Level::default().rules()).map_err(|error| refuse(&error))?;
        }
        let mut lock = None;
        if let Some(json) = part("lock") {
            let mut content = Lock::default();
            content.decode(&from_json(json), Level::default().rules()).map_err(|error| refuse(&error))?;
            lock = Some(Arc::new(content));
        }
        let values = match part("values") {
            None => None,
            Some(Json::Object(map)) => Some(Arc::new(Defaults::from(map))),
            Some(_) => return Err(refuse("values are not a map")),
        };
        let schema = match part("schema") {
            None => None,
            Some(json) => Some(bytes(json).ok_or_else(|| refuse("schema is not base 64"))?),
        };
        Ok(Self {
            metadata: Arc::new(metadata),
            lock,
            templates: Arc::new(unlist(part("templates")).ok_or_else(|| refuse("broken templates"))?),
            values,
            schema,
            files: Arc::new(unlist(part("files")).ok_or_else(|| refuse("broken files"))?),
            ..Self::default()
        })
    }
}

/// Files as Go writes a slice of them: null where there are none.
fn list(files: &[File]) -> Json {
    if files.is_empty() {
        return Json::Null;
    }
    let items: Vec<Json> = files
        .iter()
        .map(|file| {
            let mut map = Map::new();
            map.insert("name".to_owned(), Json::from(file.name.as_str()));
            map.insert("data".to_owned(), Json::from(STANDARD.encode(file.data.as_bytes())));
            if let Some(modified) = &file.modified {
                map.insert("modtime".to_owned(), Json::from(modified.as_str()));
            }
            Json::Object(map)
        })
        .collect();
    Json::Array(items)
}

fn bytes(json: &Json) -> Option<Str> {
    Some(STANDARD.decode(json.as_str()?).ok()?.into())
}

fn unlist(json: Option<&Json>) -> Option<Vec<File>> {
    let Some(json) = json else { return Some(Vec::new()) };
    json.as_array()?
        .iter()
        .filter(|item| !item.is_null())
        .map(|item| {
            let name = item.get("name").and_then(Json::as_str).unwrap_or_default();
            let data = item.get("data").filter(|data| !data.is_null()).map_or(Some(Str::default()), bytes)?;
            let modified = item.get("modtime").and_then(Json::as_str).map(str::to_owned);
            Some(File { name: name.to_owned(), data: data.into(), modified })
        })
        .collect()
}
