//! `-o`: the forms in which lists are printed.

use anyhow::anyhow;
use longshore_chart::values::from_json;
use longshore_go::{Value, json};
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
        .check(|word, _| named(word).map(drop).ok_or_else(|| String::from("invalid format type")))
}

/// The form that was asked for.
pub(super) fn of(matches: &Matches) -> Format {
    named(matches.text("output")).unwrap_or(Format::Table)
}

fn named(word: &str) -> Option<Format> {
    match word {
        "table" => Some(Format::Table),
        "json" => Some(Format::Json),
        "yaml" => Some(Format::Yaml),
        _ => None,
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

/// A value in JSON on one line, or else in YAML.
///
/// # Errors
/// It cannot be written, in Helm's words.
pub(super) fn print_value(value: &Value, format: Format) -> anyhow::Result<()> {
    super::print(&written(value, format)?)
}

/// What [`print_value`] prints.
///
/// # Errors
/// It cannot be written, in Helm's words.
pub(super) fn written(value: &Value, format: Format) -> anyhow::Result<Vec<u8>> {
    if format != Format::Json {
        return sigs::marshal(value).map_err(|error| anyhow!("unable to write YAML output: {error}"));
    }
    let mut text = Vec::new();
    json::append(&mut text, value, json::EscapeHtml::Yes)
        .map_err(|error| anyhow!("unable to write JSON output: {error}"))?;
    text.push(b'\n');
    Ok(text)
}
