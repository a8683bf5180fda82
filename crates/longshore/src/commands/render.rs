//! `longshore render`: the objects of an environment, without a cluster.

use std::ops::RangeInclusive;

use anyhow::bail;
use longshore_platform::{RenderOptions, Selection, TracedLine, render, trace};
use serde::Serialize;

use crate::args::{GlobalArgs, Output, RenderArgs};
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::settings::selection;
use crate::view;

/// Renders and prints; the text form is YAML already.
pub(crate) fn run(global: &GlobalArgs, args: &RenderArgs, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let selection = selection(global, &args.select, Some(&args.method), None)?;
    let options = RenderOptions {
        kube_version: args.kube_version.clone(),
        api_versions: args.api_versions.clone(),
        only_api_versions: false,
        throwaway_keys: false,
        list: global.format() == Output::Json,
    };
    if let Some(wanted) = &args.trace {
        return traced(&selection, &options, wanted, printer);
    }
    let rendered = render(&selection, &options)?;
    for warning in &rendered.warnings {
        printer.remark(warning);
    }
    match global.format() {
        Output::Json => printer.result(&rendered.list, String::new)?,
        _ => printer.raw(rendered.text.as_bytes())?,
    }
    Ok(ExitStatus::Success)
}

/// A line of the output with its number, for machines.
#[derive(Serialize)]
struct Numbered<'a> {
    line: usize,
    #[serde(flatten)]
    traced: &'a TracedLine,
}

fn traced(
    selection: &Selection,
    options: &RenderOptions,
    wanted: &RangeInclusive<usize>,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let all = trace(selection, options)?;
    let count = all.len();
    if *wanted.start() > count.max(1) {
        bail!("there is no line {}: the output has {count}", wanted.start());
    }
    let lines = all.into_iter().enumerate().map(|(index, line)| (index + 1, line));
    let lines: Vec<(usize, TracedLine)> = lines.filter(|(number, _)| wanted.contains(number)).collect();
    let numbered: Vec<Numbered<'_>> =
        lines.iter().map(|(line, traced)| Numbered { line: *line, traced }).collect();
    printer.result(&numbered, || match lines.as_slice() {
        [(number, line)] => view::trace::detail(*number, line),
        lines => view::trace::trace(lines, printer),
    })?;
    Ok(ExitStatus::Success)
}
