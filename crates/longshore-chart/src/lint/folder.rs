//! A chart's folder as the linter sees it.

use crate::compat::Level;
use crate::load::{self, Ignore, MAX_CHART_BYTES};
use crate::metadata::Metadata;
use crate::{Chart, Error, ErrorKind, File};

/// What lies under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// Nothing.
    Missing,
    /// A file.
    File,
    /// A folder.
    Folder,
}

/// A chart's folder as it lies there, and the chart that it loads to.
///
/// Some rules ask for files that [`crate::load::Ignore`] leaves out, and for what is not even a file.
#[derive(Debug)]
pub struct Folder {
    /// Where it is, for messages about the whole: an absolute path.
    pub path: String,
    /// What Chart.yaml is.
    pub chart_entry: Entry,
    /// The content of Chart.yaml, or the system's words why there is none.
    pub chart_file: Result<Vec<u8>, String>,
    /// The content of values.yaml, or the system's words; `None` if there is none.
    pub values_file: Option<Result<Vec<u8>, String>>,
    /// The content of values.schema.json; empty if there is none.
    pub schema_file: Vec<u8>,
    /// What `templates` is.
    pub templates: Entry,
    /// What `crds` is.
    pub crds: Entry,
    /// The chart, or Helm's words why it does not load.
    pub chart: Result<Chart, String>,
}

impl Folder {
    /// The folder that these files make.
    ///
    /// # Errors
    /// What is wrong with its `.helmignore`.
    pub fn of_files(path: impl Into<String>, files: &[File], level: Level) -> Result<Self, Error> {
        let rules = files.iter().find(|file| file.name == ".helmignore");
        let ignore = Ignore::parse(rules.map_or(b"", |file| &file.data))?;
        let content = |name: &str| files.iter().find(|file| file.name == name).map(|file| file.data.to_vec());
        let entry = |name: &str| {
            let is_below =
                |file: &File| file.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('/'));
            match files.iter().any(is_below) {
                true => Entry::Folder,
                false if content(name).is_some() => Entry::File,
                false => Entry::Missing,
            }
        };
        Ok(Self {
            path: path.into(),
            chart_entry: entry("Chart.yaml"),
            chart_file: content("Chart.yaml").ok_or_else(|| String::from("no such file or directory")),
            values_file: content("values.yaml").map(Ok),
            schema_file: content("values.schema.json").unwrap_or_default(),
            templates: entry("templates"),
            crds: entry("crds"),
            chart: Chart::load(files.iter().filter(|file| !ignore.hides(&file.name)).cloned(), level)
                .map_err(|error| error.to_string()),
        })
    }

    /// The folder that an archive would be unpacked to; its path is that of the chart below `parent`.
    ///
    /// # Errors
    /// Helm's text: what [`load::unpack`] refuses, and `chart name not specified`.
    pub fn of_archive(parent: &str, archive: &[u8], level: Level) -> Result<Self, Error> {
        let files = load::unpack(archive, MAX_CHART_BYTES, level)?;
        let name = name(&files, level)?;
        Self::of_files(format!("{parent}/{name}"), &files, level)
    }
}

/// The name that a chart's folder is unpacked under.
fn name(files: &[File], level: Level) -> Result<String, Error> {
    let refuse = |text: String| Err(Error::new(ErrorKind::Load, text));
    let mut metadata = Metadata::default();
    for file in files.iter().filter(|file| file.name == "Chart.yaml") {
        load::fill(file, &mut metadata, level)?;
    }
    let name = metadata.name;
    let quoted = longshore_go::strconv::quoted(&name);
    match name.as_str() {
        "" => refuse(String::from("chart name not specified")),
        "." | ".." => refuse(format!("chart name {quoted} is not allowed")),
        _ if name.contains('/') => refuse(format!("chart name {quoted} must not contain path separators")),
        _ => Ok(name),
    }
}
