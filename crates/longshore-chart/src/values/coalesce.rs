//! Coalescing: the values of a chart and its subcharts from what the user gave and what each chart brings.
//!
//! The algorithm is Helm's, aliasing included
//! (<https://github.com/helm/helm/blob/v4.3.1/pkg/chart/common/util/coalesce.go>): a parent's globals are
//! copied one level deep into the child's, so that a nested global map is one map in both, and what a
//! child adds to it can be seen by its siblings.

use longshore_go::strconv::quoted;
use longshore_go::{Map, Str, Value, fmt};

use super::DefaultValue;
use crate::Log;
use crate::compat::Rules;
use crate::{Chart, Error, ErrorKind};

#[cfg(test)]
mod tests;

/// The key whose content every subchart sees.
const GLOBAL: &[u8] = b"global";

/// Coalesces values, and collects what Helm would log on the way.
#[derive(Debug)]
pub struct Coalescer<'a> {
    rules: &'a Rules,
    /// Helm's warnings, in its words.
    pub warnings: Vec<Log>,
}

impl<'a> Coalescer<'a> {
    /// Coalescing by the rules of a level.
    pub fn new(rules: &'a Rules) -> Self {
        Self { rules, warnings: Vec::new() }
    }

    /// The values of `chart` with `values` over its own, those of its subcharts below their names.
    /// `values` stays as it is. A null in `values` takes a key away.
    ///
    /// # Errors
    /// The values of a subchart are no map: `type mismatch on db: %!t(string=x)`.
    pub fn coalesce(&mut self, chart: &Chart, values: &Map) -> Result<Map, Error> {
        self.chart(chart, &deep_copy(values), "", false)
    }

    /// As [`Coalescer::coalesce`], and nulls stay, for a later coalescing to see.
    pub fn merge(&mut self, chart: &Chart, values: &Map) -> Result<Map, Error> {
        self.chart(chart, &deep_copy(values), "", true)
    }

    /// Lays `over` over `base`, into `over` and the tables in it: what `CoalesceTables` does.
    pub fn overlay(&mut self, over: &Map, base: &Map) {
        self.tables(over, base, "", false);
    }

    fn chart(&mut self, chart: &Chart, into: &Map, prefix: &str, merge: bool) -> Result<Map, Error> {
        self.own_values(chart, into, prefix, merge);
        for child in chart.dependencies() {
            let values = match into.get(child.name().as_bytes()) {
                None => {
                    let values = Map::new();
                    into.insert(child.name(), Value::Map(values.clone()));
                    values
                }
                Some(Value::Map(values)) => values,
                Some(other) => {
                    let shown = fmt::sprintf(b"%t", &[other]);
                    let text =
                        format!("type mismatch on {}: {}", child.name(), String::from_utf8_lossy(&shown));
                    return Err(Error::new(ErrorKind::Values, text));
                }
            };
            let prefix = join(prefix, chart.name());
            self.globals(&values, into, &prefix);
            self.chart(child, &values, &prefix, merge)?;
        }
        Ok(into.clone())
    }

    /// Merges the globals of `from` into those of `into`.
    fn globals(&mut self, into: &Map, from: &Map, prefix: &str) {
        let target = match into.get(GLOBAL) {
            None => Map::new(),
            Some(Value::Map(map)) => map,
            Some(_) => {
                return self
                    .warn(138, "warning: skipping globals because destination global is not a table.");
            }
        };
        let source = match from.get(GLOBAL) {
            None => Map::new(),
            Some(Value::Map(map)) => map,
            Some(_) => {
                return self.warn(145, "warning: skipping globals because source global is not a table.");
            }
        };
        for (key, value) in source.snapshot() {
            match (&value, target.get(&key)) {
                (Value::Map(map), None) => {
                    target.insert(key, Value::Map(shallow_copy(map)));
                }
                (Value::Map(map), Some(Value::Map(own))) => {
                    let copy = shallow_copy(map);
                    let prefix = join(prefix, &key.to_str_lossy());
                    self.tables(&copy, &own, &prefix, true);
                    target.insert(key, Value::Map(copy));
                }
                (Value::Map(_), Some(_)) => {
                    let key = quoted(&key);
                    self.warn(161, format!("Conflict: cannot merge map onto non-map for {key}. Skipping."));
                }
                (_, Some(Value::Map(_))) => {
                    self.warn(175, format!("key {} is table. Skipping", key.to_str_lossy()));
                }
                _ => {
                    target.insert(key, value);
                }
            }
        }
        into.insert(GLOBAL, Value::Map(target));
    }

    /// Lays `values` over the chart's own.
    fn own_values(&mut self, chart: &Chart, values: &Map, prefix: &str, merge: bool) {
        let Some(own) = chart.values() else { return };
        let prefix = join(prefix, chart.name());
        for (key, default) in own.iter() {
            match values.get(key) {
                Some(Value::Nil) if !merge => {
                    values.remove(key);
                }
                Some(Value::Map(table)) => {
                    let key = key.to_str_lossy();
                    if let Some(default) = default.as_table() {
                        let source = default.to_map();
                        let merge = merge || chart.dependencies().iter().any(|child| child.name() == key);
                        if !merge && self.rules.drops_default_nulls {
                            drop_nulls(&source);
                        }
                        self.tables(&table, &source, &join(&prefix, &key), merge);
                    } else if *default != DefaultValue::Null {
                        self.warn(237, format!("warning: skipped value for {prefix}.{key}: Not a table."));
                    }
                }
                Some(_) => {}
                None => {
                    let value = default.to_value();
                    if !merge && self.rules.drops_default_nulls {
                        match &value {
                            Value::Nil => continue,
                            Value::Map(map) => drop_nulls(map),
                            _ => {}
                        }
                    }
                    values.insert(key.clone(), value);
                }
            }
        }
    }

    /// Lays `over` over `base`, into `over`.
    fn tables(&mut self, over: &Map, base: &Map, prefix: &str, merge: bool) {
        let had_value: Vec<Str> =
            base.entries().iter().filter(|(_, value)| !value.is_nil()).map(|(key, _)| key.clone()).collect();
        for (key, value) in over.snapshot() {
            if value.is_nil() {
                base.insert(key, Value::Nil);
            }
        }
        for (key, value) in base.snapshot() {
            let Some(there) = over.get(&key) else {
                over.insert(key, value);
                continue;
            };
            if there.is_nil() && !merge && had_value.binary_search(&key).is_ok() {
                over.remove(&key);
                continue;
            }
            match (&value, &there) {
                (Value::Map(base), Value::Map(over)) => {
                    let prefix = join(prefix, &key.to_str_lossy());
                    self.tables(over, base, &prefix, merge);
                }
                (Value::Map(_), _) => {
                    let (path, shown) = (join(prefix, &key.to_str_lossy()), plain(&value));
                    let text = format!("warning: cannot overwrite table with non table for {path} ({shown})");
                    self.warn(316, text);
                }
                (other, Value::Map(_)) if !other.is_nil() => {
                    let (path, shown) = (join(prefix, &key.to_str_lossy()), plain(&value));
                    let text = format!(
                        "warning: destination for {path} is a table. Ignoring non-table value ({shown})"
                    );
                    self.warn(319, text);
                }
                _ => {}
            }
        }
    }

    /// Notes a warning that 3.22.0 logs in this line of its `coalesce.go`.
    fn warn(&mut self, line: u32, text: impl Into<String>) {
        let mut text = text.into();
        if self.rules.logs_lines {
            text = format!("coalesce.go:{line}: {text}");
        }
        self.warnings.push(Log::info(text));
    }
}

/// Lays `over` over `base` into `over`, which wins; nulls in `over` stay. What `--reset-then-reuse-values`
/// and imports of values do.
pub fn merge_tables(over: &Map, base: &Map, rules: &Rules) {
    Coalescer::new(rules).tables(over, base, "", true);
}

fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}

/// The value as `%v`.
fn plain(value: &Value) -> String {
    let mut out = Vec::new();
    fmt::append_value(&mut out, value);
    String::from_utf8_lossy(&out).into_owned()
}

fn shallow_copy(map: &Map) -> Map {
    map.snapshot().into_iter().collect()
}

/// A copy that shares no map with the original.
pub(crate) fn deep_copy(map: &Map) -> Map {
    map.entries().iter().map(|(key, value)| (key.clone(), deep_copy_value(value))).collect()
}

fn deep_copy_value(value: &Value) -> Value {
    match value {
        Value::Map(map) => Value::Map(deep_copy(map).retyped(map.type_info())),
        Value::List(list) => Value::List(longshore_go::List::typed(
            list.type_info(),
            list.iter().map(deep_copy_value).collect(),
        )),
        other => other.clone(),
    }
}

fn drop_nulls(map: &Map) {
    map.entries_mut().retain(|_, value| !value.is_nil());
    for (_, value) in map.snapshot() {
        if let Value::Map(map) = value {
            drop_nulls(&map);
        }
    }
}
