//! Packing a chart into an archive (`.tgz`), as `helm package` does.
//!
//! What goes in, and in which order, is Helm's
//! (<https://github.com/helm/helm/blob/v4.3.1/pkg/chart/v2/util/save.go>): metadata and lock are written anew, values,
//! templates and files as they are, charts of `charts/` unpacked behind them. The compressed bytes are not Go's.

use std::io::Write;
use std::sync::Arc;

use flate2::{Compression, GzBuilder};
use longshore_go::semver::Version;
use longshore_yaml::sigs;
use serde_json::Value as Json;

use crate::file::base;
use crate::{Chart, Error, ErrorKind, File, values};

impl Chart {
    /// The same chart under another version, or for another version of the application.
    ///
    /// # Errors
    /// Its version, be it the new one or the one it has, is none.
    pub fn versioned(mut self, version: Option<&str>, app_version: Option<&str>) -> Result<Self, Error> {
        let metadata = Arc::make_mut(&mut self.metadata);
        if let Some(version) = version {
            version.clone_into(&mut metadata.version);
        }
        if let Some(version) = app_version {
            version.clone_into(&mut metadata.app_version);
        }
        match Version::parse(metadata.version.as_bytes()) {
            Ok(_) => Ok(self),
            Err(error) => Err(Error::new(ErrorKind::Metadata, error.to_string())),
        }
    }

    /// The same chart with all locks, those of its dependencies too, made at `generated` (RFC 3339).
    pub fn locked_at(mut self, generated: &str) -> Self {
        if let Some(lock) = &mut self.lock {
            generated.clone_into(&mut Arc::make_mut(lock).generated);
        }
        self.dependencies = self.dependencies.into_iter().map(|chart| chart.locked_at(generated)).collect();
        self
    }

    /// The name of the chart's archive: `web-1.2.3.tgz`.
    pub fn archive_name(&self) -> String {
        format!("{}-{}.tgz", self.name(), self.metadata.version)
    }

    /// Packs the chart; `modified` is the age of all files, in seconds of Unix time.
    ///
    /// # Errors
    /// A name leads to another folder, or the schema is no JSON.
    ///
    /// ```
    /// use longshore_chart::{Chart, File, Level};
    /// let chart = Chart::load([File::new("Chart.yaml", "{apiVersion: v2, name: web, version: 1.0.0}")], Level::default())?;
    /// let archive = chart.pack(0)?;
    /// assert_eq!(Chart::unpack(&archive, Level::default())?.metadata(), chart.metadata());
    /// assert_eq!(chart.archive_name(), "web-1.0.0.tgz");
    /// # Ok::<(), longshore_chart::Error>(())
    /// ```
    pub fn pack(&self, modified: u64) -> Result<Vec<u8>, Error> {
        let gzip = GzBuilder::new().comment("Helm").write(Vec::new(), Compression::default());
        let mut archive = tar::Builder::new(gzip);
        self.append(&mut archive, "", modified)?;
        let bytes = archive.into_inner().and_then(flate2::write::GzEncoder::finish);
        bytes.map_err(|error| failed(&error))
    }

    fn append(
        &self,
        archive: &mut tar::Builder<impl Write>,
        above: &str,
        modified: u64,
    ) -> Result<(), Error> {
        let name = self.name();
        if base(name) != name {
            let text = format!("chart.metadata.name {name:?} is invalid");
            return Err(Error::new(ErrorKind::Metadata, text));
        }
        for file in self.own_files()? {
            let mut header = tar::Header::new_gnu();
            header.set_mode(0o644);
            header.set_mtime(modified);
            header.set_size(file.data.as_bytes().len() as u64);
            let path = format!("{above}{name}/{}", file.name);
            archive.append_data(&mut header, path, &file.data[..]).map_err(|error| failed(&error))?;
        }
        self.check_read()?;
        let below = format!("{above}{name}/charts/");
        self.dependencies.iter().try_for_each(|chart| chart.append(archive, &below, modified))
    }

    /// The files of the chart as it is saved, those of its dependencies left out.
    pub(crate) fn own_files(&self) -> Result<Vec<File>, Error> {
        let mut metadata = self.metadata.to_json();
        if self.metadata.api_version == "v1"
            && let Json::Object(fields) = &mut metadata
        {
            fields.remove("dependencies");
        }
        let mut files = vec![File::new("Chart.yaml", yaml(&metadata)?)];
        if let Some(lock) = self.lock.as_ref().filter(|_| self.metadata.api_version == "v2") {
            files.push(File::new("Chart.lock", yaml(&lock.to_json())?));
        }
        files.extend(self.raw.iter().filter(|file| file.name == "values.yaml").cloned());
        if let Some(schema) = &self.schema {
            if serde_json::from_slice::<Json>(schema).is_err() {
                return Err(Error::new(ErrorKind::Schema, "invalid JSON in values.schema.json"));
            }
            files.push(File::new("values.schema.json", schema.clone()));
        }
        files.extend(self.templates.iter().chain(self.files.iter()).cloned());
        Ok(files)
    }
}

fn yaml(json: &Json) -> Result<Vec<u8>, Error> {
    sigs::marshal(&values::from_json(json))
        .map_err(|error| Error::new(ErrorKind::Metadata, error.to_string()))
}

fn failed(error: &std::io::Error) -> Error {
    Error::new(ErrorKind::Load, format!("the archive cannot be written: {error}"))
}
