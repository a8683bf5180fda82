//! `helm lint`: what is wrong with a chart, and what is better done otherwise.
//!
//! The rules, their order and words are Helm's
//! (<https://github.com/helm/helm/tree/v4.3.1/pkg/chart/v2/lint>): Chart.yaml, values and their schema, what
//! templates render to, dependencies, definitions in `crds/`. A rule that cannot go on ends its part, and
//! the next part begins.

mod address;
mod chart_file;
mod definitions;
mod dependencies;
mod deprecated;
mod documents;
mod folder;
mod names;
mod templates;
mod values;

use std::fmt;

use longshore_go::Map;

use crate::compat::Level;
use crate::functions::Services;
use crate::{Chart, File, KubeVersion, Log};
pub use folder::{Entry, Folder};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Could be better.
    Info,
    /// Works, but against convention.
    Warning,
    /// Most likely does not work.
    Error,
}

/// What a rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// How bad it is.
    pub severity: Severity,
    /// The file or folder, below the chart; of dependencies, the chart's own.
    pub path: String,
    /// What is wrong.
    pub text: String,
}

impl fmt::Display for Message {
    /// `[ERROR] Chart.yaml: name is required`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Info => "INFO",
            Severity::Warning => "WARNING",
            Severity::Error => "ERROR",
        };
        write!(f, "[{severity}] {}: {}", self.path, self.text)
    }
}

/// With what a chart is linted.
pub struct Input<'a> {
    /// What the user gave. As with Helm, values of the chart are laid into its tables.
    pub values: &'a Map,
    /// The release's namespace.
    pub namespace: &'a str,
    /// The Kubernetes version, unless it is that of the level.
    pub kube_version: Option<&'a KubeVersion>,
    /// Values are not held against schemas.
    pub skip_schema: bool,
    /// Time and randomness.
    pub services: &'a dyn Services,
}

/// What linting a chart came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// What is wrong, in Helm's order.
    pub messages: Vec<Message>,
    /// What Helm logs meanwhile.
    pub logs: Vec<Log>,
}

impl Report {
    /// Notes what a rule says; whether it found nothing.
    fn rule(&mut self, severity: Severity, path: &str, found: Result<(), String>) -> bool {
        let Err(text) = found else { return true };
        self.messages.push(Message { severity, path: path.to_owned(), text });
        false
    }
}

/// Lints a chart.
///
/// ```
/// use longshore_chart::lint::{self, Folder};
/// use longshore_chart::{File, Level};
/// # struct NoServices;
/// # impl longshore_chart::Services for NoServices {
/// #     fn random(&self, buffer: &mut [u8]) { buffer.fill(4) }
/// # }
/// let level = Level::default();
/// let files = vec![
///     File::new("Chart.yaml", "{apiVersion: v2, name: web, version: 1.0.0}"),
///     File::new("values.yaml", ""),
///     File::new("templates/a.yaml", "kind: Service\nmetadata: {name: A}"),
/// ];
/// let report = lint::lint(&Folder::of_files("/charts/web", &files, level)?, &lint::Input {
///     values: &longshore_go::Map::new(),
///     namespace: "default",
///     kube_version: None,
///     skip_schema: false,
///     services: &NoServices,
/// }, level);
/// assert_eq!(report.messages[0].to_string(), "[INFO] Chart.yaml: icon is recommended");
/// assert!(report.messages[1].text.starts_with("object name does not conform to Kubernetes naming requirements"));
/// # Ok::<(), longshore_chart::Error>(())
/// ```
pub fn lint(folder: &Folder, input: &Input<'_>, level: Level) -> Report {
    let rules = level.rules();
    let mut report = Report::default();
    chart_file::check(folder, rules, &mut report);
    values::check(folder, input, rules, &mut report);
    templates::check(folder, input, level, &mut report);
    dependencies::check(folder, &mut report);
    if rules.lint.definitions {
        definitions::check(folder, rules, &mut report);
    }
    report
}

/// How often Helm loads a chart with such folders to lint it, and logs what it logs of loading: for its dependencies,
/// and for each folder that is there.
pub fn loads(templates: Entry, crds: Entry, level: Level) -> usize {
    let rules = &level.rules().lint;
    let renders = match templates {
        Entry::Folder => true,
        Entry::Missing => !rules.wants_templates,
        Entry::File => false,
    };
    1 + usize::from(renders) + usize::from(rules.definitions && crds == Entry::Folder)
}

/// The chart, for one of the parts that each load it anew.
fn load<'f>(folder: &'f Folder, report: &mut Report) -> Result<&'f Chart, String> {
    let chart = folder.chart.as_ref().map_err(Clone::clone)?;
    report.logs.extend_from_slice(chart.warnings());
    Ok(chart)
}

/// The order in which Helm walks a folder: by the parts of the paths.
fn walked<'f>(files: impl Iterator<Item = &'f File>) -> Vec<&'f File> {
    let mut files: Vec<&File> = files.collect();
    files.sort_by(|a, b| a.name.split('/').cmp(b.name.split('/')));
    files
}
