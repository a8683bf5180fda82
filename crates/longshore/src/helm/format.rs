//! `-o`: the forms in which lists are printed.

use anyhow::{anyhow, bail};
use longshore_chart::values::from_json;
use longshore_go::json;
use longshore_yaml::sigs;
use serde::Serialize;

use crate::cobra::{Flag, Kind, Matches};

/// A form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Table,
    Json,
    Yaml,
}

pub(super) fn flag() -> Flag {
    Flag::new("output", Kind::Named("format"), "form of the output: table, json or yaml")
        .short('o')
        .default("table")
}

/// The form that was asked for.
///
/// # Errors
/// There is no such form.
pub(super) fn of(matches: &Matches) -> anyhow::Result<Format> {
    match matches.text("output") {
        "table" => Ok(Format::Table),
        "json" => Ok(Format::Json),
        "yaml" => Ok(Format::Yaml),
        other => {
            let other = super::locate::quoted(other);
            bail!("invalid argument {other} for \"-o, --output\" flag: invalid format type")
        }
    }
}

/// A list in JSON on one line, or in YAML.
///
/// # Errors
/// A text cannot be written in YAML.
pub(super) fn print(list: &impl Serialize, format: Format) -> anyhow::Result<()> {
    if format == Format::Yaml {
        let yaml =
            sigs::marshal(&from_json(&serde_json::to_value(list)?)).map_err(|error| anyhow!("{error}"))?;
        return super::print(&yaml);
    }
    super::print(&(json::escape_html(&serde_json::to_string(list)?) + "\n"))
}
