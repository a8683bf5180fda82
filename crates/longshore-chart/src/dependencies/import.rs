//! `import-values`: what a parent takes over from the values of its dependencies.

use std::sync::Arc;

use longshore_go::{Map, Value, fmt};
use serde_json::{Value as Json, json};

use super::Work;
use crate::Log;
use crate::values::table::table;
use crate::values::{Coalescer, Defaults, deep_copy, from_json, merge_tables};
use crate::{Chart, Error};

impl Work<'_> {
    /// Takes over values, dependencies first, so that a grandchild's reach the top.
    pub(super) fn import(&mut self, chart: &mut Chart) -> Result<(), Error> {
        for child in &mut chart.dependencies {
            self.import(child)?;
        }
        let Some(listed) = &chart.metadata.dependencies else {
            return Ok(());
        };
        let mut listed = listed.clone();
        let mut coalescer = Coalescer::new(self.rules);
        let values = coalescer.merge(chart, &Map::new())?;
        self.warnings.append(&mut coalescer.warnings);
        let imported = Map::new();
        for dependency in &mut listed {
            let mut normalised = Vec::new();
            for import in &dependency.import_values {
                let (child, parent) = match import {
                    Json::String(name) => (format!("exports.{name}"), ".".to_owned()),
                    Json::Object(map) => {
                        let field = |name: &str| shown(map.get(name).unwrap_or(&Json::Null));
                        (field("child"), field("parent"))
                    }
                    _ => continue,
                };
                normalised.push(json!({"child": child, "parent": parent}));
                match table(&values, &format!("{}.{child}", dependency.name)) {
                    Ok(found) => {
                        // What was imported before wins.
                        merge_tables(&imported, &below(&parent, found), self.rules);
                    }
                    Err(error) => {
                        let chart = &dependency.name;
                        // The chart is not named where it lists exports.
                        self.warnings.push(match (import, self.rules.logs_lines) {
                            (Json::String(_), true) => {
                                Log::info(format!("dependencies.go:287: Warning: ImportValues missing table: {error}"))
                            }
                            (Json::String(_), false) => Log::warn("ImportValues missing table", &[("error", &error)]),
                            (_, true) => Log::info(format!(
                                "dependencies.go:270: Warning: ImportValues missing table from chart {chart}: {error}"
                            )),
                            (_, false) => {
                                Log::warn("ImportValues missing table from chart", &[("chart", chart), ("error", &error)])
                            }
                        });
                    }
                }
            }
            dependency.import_values = normalised;
        }
        // The chart's own values win over imported ones.
        let own = if imported.is_empty() {
            values
        } else {
            // They share tables until here.
            let own = deep_copy(&values);
            merge_tables(&own, &deep_copy(&imported), self.rules);
            own
        };
        chart.values = Some(Arc::new(Defaults::of(&own)));
        Arc::make_mut(&mut chart.metadata).dependencies = Some(listed);
        Ok(())
    }
}

/// The table below a dotted path; `.` is the top.
fn below(path: &str, values: Map) -> Map {
    if path == "." {
        return values;
    }
    path.rsplit('.').fold(values, |inner, name| [(name, Value::Map(inner))].into_iter().collect())
}

/// The value as `%v`.
fn shown(json: &Json) -> String {
    let mut out = Vec::new();
    fmt::append_value(&mut out, &from_json(json));
    String::from_utf8_lossy(&out).into_owned()
}
