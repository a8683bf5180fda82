//! A chart in memory.

use std::sync::Arc;

use longshore_go::{Map, Str};

use crate::Log;
use crate::compat::Level;
use crate::load;
use crate::metadata::{Lock, Metadata};
use crate::values::Defaults;
use crate::{Error, ErrorKind, File};

mod record;

/// A chart with everything it brings: metadata, values, templates, files, and the charts it depends on.
///
/// A chart is plain data, cheap to clone and `Send + Sync`; rendering never changes it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chart {
    pub(crate) metadata: Arc<Metadata>,
    pub(crate) lock: Option<Arc<Lock>>,
    pub(crate) templates: Arc<Vec<File>>,
    pub(crate) values: Option<Arc<Defaults>>,
    pub(crate) schema: Option<Str>,
    pub(crate) files: Arc<Vec<File>>,
    pub(crate) raw: Arc<Vec<File>>,
    pub(crate) dependencies: Vec<Chart>,
    pub(crate) warnings: Arc<Vec<Log>>,
    /// The path that those of its dependencies count from, where that is not its own.
    pub(crate) old_path: Option<Arc<str>>,
}

impl Chart {
    /// Makes a chart of its files: of a folder ([`crate::load::Ignore`] says which to read) or of an
    /// archive ([`Chart::unpack`]).
    ///
    /// # Errors
    /// Helm's text: `Chart.yaml file is missing`, `validation: chart.metadata.version "x" is invalid`,
    /// `cannot load values.yaml: …`, and for a vendored chart `error unpacking subchart db in app: …`.
    pub fn load(files: impl IntoIterator<Item = File>, level: Level) -> Result<Self, Error> {
        load::files(files, level, &mut load::Budget::default())
    }

    /// Makes a chart of the bytes of a `.tgz`.
    ///
    /// # Errors
    /// As [`Chart::load`], and what [`load::unpack`] refuses.
    pub fn unpack(archive: &[u8], level: Level) -> Result<Self, Error> {
        load::archive(archive, level, &mut load::Budget::default())
    }

    /// What Chart.yaml says.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The name it goes by here: its own, or its alias.
    pub fn name(&self) -> &str {
        &self.metadata.name
    }

    /// What Chart.lock says.
    pub fn lock(&self) -> Option<&Lock> {
        self.lock.as_deref()
    }

    /// The files below `templates/`.
    pub fn templates(&self) -> &[File] {
        &self.templates
    }

    /// Its default values; `None` without a values.yaml.
    pub fn values(&self) -> Option<&Defaults> {
        self.values.as_deref()
    }

    /// The same chart with other default values.
    #[must_use]
    pub fn with_values(self, values: &Map) -> Self {
        Self { values: Some(Arc::new(Defaults::of(values))), ..self }
    }

    /// The content of values.schema.json.
    pub fn schema(&self) -> Option<&Str> {
        self.schema.as_ref()
    }

    /// The files that templates reach as `.Files`: all that have no meaning of their own, `crds/` too.
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// Every file as it was loaded, those of vendored charts included.
    pub fn raw(&self) -> &[File] {
        &self.raw
    }

    /// Whether all could be read that was put off ([`longshore_go::Bytes::later`]) and looked at since.
    pub(crate) fn check_read(&self) -> Result<(), Error> {
        match self.raw.iter().find_map(|file| file.data.failure()) {
            Some(why) => Err(Error::new(ErrorKind::Load, why)),
            None => Ok(()),
        }
    }

    /// The charts in `charts/`, by folder name; after [`crate::dependencies::resolve`] those in use.
    pub fn dependencies(&self) -> &[Chart] {
        &self.dependencies
    }

    /// What Helm would have logged while loading.
    pub fn warnings(&self) -> &[Log] {
        &self.warnings
    }

    /// The custom resource definitions in `crds/`, those of dependencies after its own. The name of each
    /// is its path from the top: `app/charts/db/crds/x.yaml`.
    pub fn crds(&self) -> Vec<File> {
        let mut found = Vec::new();
        self.collect_crds(self.name(), &mut found);
        found
    }

    fn collect_crds(&self, path: &str, found: &mut Vec<File>) {
        for file in self.files.iter().filter(|file| file.is_definition()) {
            found.push(File { name: format!("{path}/{}", file.name), ..file.clone() });
        }
        let path = self.old_path.as_deref().unwrap_or(path);
        for child in &self.dependencies {
            child.collect_crds(&format!("{path}/charts/{}", child.name()), found);
        }
    }
}
