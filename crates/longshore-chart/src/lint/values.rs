//! Rules about values.yaml and its schema.

use longshore_go::Map;

use super::{Folder, Input, Report, Severity};
use crate::compat::Rules;
use crate::values::{Coalescer, read_document, to_json};
use crate::{Error, schema};

const FILE: &str = "values.yaml";

pub(super) fn check(folder: &Folder, input: &Input<'_>, rules: &Rules, report: &mut Report) {
    let Some(content) = &folder.values_file else {
        report.rule(Severity::Info, FILE, Err(String::from("file does not exist")));
        return;
    };
    let content = content.as_ref().map_err(Clone::clone);
    let of_type = |error: Error| {
        let name = format!("{}.Values", rules.packages.values);
        error.to_string().replace("map[string]interface {}", &name)
    };
    let own = content.and_then(|content| read_document(content).map_err(of_type));
    let found = own.map_err(|problem| format!("unable to parse YAML: {problem}")).and_then(|own| {
        let values = overlaid(input.values, &own, rules, report);
        if folder.schema_file.is_empty() || input.skip_schema && rules.lint.skips_values_schema {
            return Ok(());
        }
        schema::check_one(&folder.schema_file, &to_json(&values.into()))
    });
    report.rule(Severity::Error, FILE, found);
}

/// The values given over the chart's own. Tables that were given are filled in place, as Helm does it: what
/// comes after sees them so.
fn overlaid(given: &Map, own: &Map, rules: &Rules, report: &mut Report) -> Map {
    let values: Map = given.snapshot().into_iter().collect();
    let mut coalescer = Coalescer::new(rules);
    coalescer.overlay(&values, own);
    report.logs.append(&mut coalescer.warnings);
    values
}
