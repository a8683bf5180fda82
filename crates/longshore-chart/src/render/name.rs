//! Names of releases that a template gives (`--name-template`).

use longshore_go::Map;

use super::{Options, Release, RenderInput, render};
use crate::{Capabilities, Chart, File, Level, Services};

/// The name that a template gives: it has the functions of a chart, and nothing to ask for.
///
/// # Errors
/// What is wrong with the template, in Helm's words.
///
/// ```
/// struct NoServices;
/// impl longshore_chart::Services for NoServices {
///     fn random(&self, buffer: &mut [u8]) { buffer.fill(4) }
/// }
/// let name = longshore_chart::release_name("{{ upper \"shop\" | lower }}-1", &NoServices)?;
/// assert_eq!(name, "shop-1");
/// let problem = longshore_chart::release_name("{{ nope }}", &NoServices).unwrap_err();
/// assert_eq!(problem, "template: name-template:1: function \"nope\" not defined");
/// # Ok::<(), String>(())
/// ```
pub fn release_name(template: &str, services: &dyn Services) -> Result<String, String> {
    // The level whose errors are one line, as those of templates outside of charts are at every level.
    let level = Level::V3_22;
    let files = [
        File::new("Chart.yaml", "{apiVersion: v2, name: name-template, version: 0.0.0}"),
        File::new("templates/NOTES.txt", template),
    ];
    let chart = Chart::load(files, level).map_err(|error| error.to_string())?;
    let input = RenderInput {
        values: Map::new(),
        release: Release { name: "", namespace: "", revision: 1, is_upgrade: false },
        capabilities: Capabilities::assumed(level.rules()),
        services,
        options: Options::default(),
    };
    let rendered = render(&chart, &input, level);
    Ok(rendered.map_err(|error| plain(&error.to_string()))?.notes)
}

/// The error without the chart, which is not there for Helm: what a chart's loader says of a template that does not
/// parse is what Go says.
fn plain(text: &str) -> String {
    let text = text.replace("name-template/templates/NOTES.txt", "name-template");
    let unparsed =
        text.strip_prefix("parse error at (name-template:").and_then(|rest| rest.split_once("): "));
    match unparsed {
        Some((line, problem)) => format!("template: name-template:{line}: {problem}"),
        None => text,
    }
}
