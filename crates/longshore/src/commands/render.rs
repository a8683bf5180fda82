//! `longshore render`: the objects of an environment, without a cluster.

use longshore_platform::{RenderOptions, render};

use crate::args::{GlobalArgs, Output, RenderArgs};
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::settings::selection;

/// Renders and prints; the text form is YAML already.
pub(crate) fn run(global: &GlobalArgs, args: &RenderArgs, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let selection = selection(global, &args.select, Some(&args.method), None)?;
    let options = RenderOptions {
        kube_version: args.kube_version.clone(),
        api_versions: args.api_versions.clone(),
        list: global.output == Output::Json,
    };
    let rendered = render(&selection, &options)?;
    for warning in &rendered.warnings {
        printer.remark(warning);
    }
    match global.output {
        Output::Json => printer.result(&rendered.list, String::new)?,
        Output::Text | Output::Yaml => printer.raw(rendered.text.as_bytes())?,
    }
    Ok(ExitStatus::Success)
}
