//! Charts that others are made of: `helm create --starter`.

use std::sync::Arc;

use crate::metadata::Metadata;
use crate::{Chart, Error, File};

/// What a chart's name takes the place of in templates and values.
pub const PLACEHOLDER: &str = "<CHARTNAME>";

/// The files of a chart called `name`, of that API version, that has templates, values and files of `starter`, and new
/// metadata. Charts that it brings are packed.
///
/// ```
/// use longshore_chart::{Chart, File, Level, starter};
/// let chart = Chart::load([
///     File::new("Chart.yaml", "{apiVersion: v2, name: base, version: 1.0.0}"),
///     File::new("templates/a.yaml", "name: <CHARTNAME>"),
/// ], Level::default())?;
/// let files = starter::files(&chart, "shop", "v2")?;
/// assert_eq!(files[1].data.to_str_lossy(), "name: shop");
/// # Ok::<(), longshore_chart::Error>(())
/// ```
///
/// # Errors
/// A chart that it brings cannot be packed.
pub fn files(starter: &Chart, name: &str, api_version: &str) -> Result<Vec<File>, Error> {
    let metadata = Metadata {
        api_version: api_version.to_owned(),
        name: name.to_owned(),
        description: format!("{name} on Kubernetes"),
        kind: String::from("application"),
        version: String::from("0.1.0"),
        app_version: String::from("0.1.0"),
        ..Metadata::default()
    };
    let named = |file: &File| {
        let text = file.data.to_str_lossy().replace(PLACEHOLDER, name);
        File { data: text.into(), ..file.clone() }
    };
    let chart = Chart {
        metadata: Arc::new(metadata),
        templates: Arc::new(starter.templates.iter().map(named).collect()),
        raw: Arc::new(starter.raw.iter().filter(|file| file.name == "values.yaml").map(named).collect()),
        lock: None,
        ..starter.clone()
    };
    let mut files = chart.own_files()?;
    for child in chart.dependencies() {
        files.push(File::new(format!("charts/{}", child.archive_name()), child.pack(0)?));
    }
    Ok(files)
}
