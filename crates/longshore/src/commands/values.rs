//! `longshore values`: what charts are given, and who has set one of it.

use std::fmt::Write;

use longshore_platform::{ExplainedValue, explain_value, release_values, to_yaml};

use crate::args::{GlobalArgs, ValuesArgs, ValuesCommand};
use crate::exit::ExitStatus;
use crate::printer::{Paint, Printer};
use crate::settings::selection;

/// Shows the values of the selected charts, or explains one.
pub(crate) fn run(global: &GlobalArgs, args: &ValuesArgs, printer: &Printer) -> anyhow::Result<ExitStatus> {
    if let Some(ValuesCommand::Explain { key, select, method }) = &args.command {
        let found = explain_value(&selection(global, select, Some(method), None)?, key)?;
        printer.result(&found, || explained(&found, printer))?;
        return Ok(ExitStatus::Success);
    }
    let all = release_values(&selection(global, &args.select, Some(&args.method), None)?)?;
    printer.result(&all, || {
        let texts = all.iter().map(|one| {
            let heading = printer.paint(Paint::Dim, &format!("# {}", one.release));
            format!("{heading}\n{}", to_yaml(&one.values))
        });
        texts.collect::<Vec<_>>().join("---\n")
    })?;
    Ok(ExitStatus::Success)
}

fn explained(found: &[ExplainedValue], printer: &Printer) -> String {
    let mut out = String::new();
    for value in found {
        // Writing to a string does not fail.
        let given = match &value.value {
            Some(value) if value.is_object() || value.is_array() => ":".to_owned(),
            Some(serde_json::Value::String(text)) => format!(": {text}"),
            Some(value) => format!(": {value}"),
            None => String::new(),
        };
        let _ = writeln!(out, "{} {}{given}", printer.paint(Paint::Bold, &value.release), value.key);
        for (at, setting) in value.set_by.iter().enumerate() {
            let layer = setting.layer.as_ref().map(|layer| format!(" ({layer})")).unwrap_or_default();
            let line = format!("{}  <- {}:{}{layer}", setting.value, setting.file, setting.line);
            let line = if at == 0 { line } else { printer.paint(Paint::Dim, &line) };
            let _ = writeln!(out, "  {line}");
            for output in &setting.outputs {
                let line = format!(
                    "output `{}` of release `{}`: {}  <- {}:{}",
                    output.output, output.release, output.from, output.file, output.line
                );
                let _ = writeln!(out, "    {}", printer.paint(Paint::Dim, &line));
            }
        }
    }
    out
}
