//! Which of the charts in `charts/` are in use, under which names, and what their parents take over from
//! their values.
//!
//! The algorithm is Helm's `ProcessDependencies`
//! (<https://github.com/helm/helm/blob/v4.3.1/pkg/chart/v2/util/dependencies.go>), except that it gives a
//! new chart instead of changing the one it is given.

mod import;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use longshore_diag::Place;
use longshore_go::{Map, Value, semver};

use crate::Log;
use crate::compat::Rules;
use crate::load;
use crate::metadata::{Dependency, Metadata};
use crate::values::Coalescer;
use crate::values::table::{path_value, table};
use crate::{Chart, Error, ErrorKind};

/// The chart with the dependencies that `values` leave in use, aliases as names, and imported values.
///
/// Helm's warnings on the way are added to `warnings`.
///
/// # Errors
/// `chart dependencies processing failed: type mismatch on db: %!t(string=x)`.
pub fn resolve(chart: &Chart, values: &Map, rules: &Rules, warnings: &mut Vec<Log>) -> Result<Chart, Error> {
    let mut chart = chart.clone();
    let mut work = Work { rules, warnings };
    let name = chart.name().to_owned();
    work.choose(&mut chart, values, "", &name).and_then(|()| work.import(&mut chart)).map_err(|error| {
        if rules.names_dependency_stage {
            error.within("chart dependencies processing failed")
        } else {
            error
        }
    })?;
    Ok(chart)
}

/// Checks that a chart is no library.
///
/// # Errors
/// Helm's text.
pub fn check_kind(chart: &Chart) -> Result<(), Error> {
    let kind = &chart.metadata().kind;
    if matches!(kind.as_str(), "" | "application") {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Dependency, format!("{kind} charts are not installable")))
}

/// Checks that a chart can be installed: it is no library, its API version is one that is rendered, and every chart that
/// it lists is there. What `helm template`, `install` and `upgrade` ask before they render.
///
/// # Errors
/// Helm's text.
pub fn check_installable(chart: &Chart, rules: &Rules) -> Result<(), Error> {
    check_kind(chart)?;
    load::check_api(chart, rules)?;
    let missing = missing(chart);
    if missing.is_empty() {
        return Ok(());
    }
    let (advice, missing) = (rules.missing_charts_advice, missing.join(", "));
    let text = format!("{advice}: found in Chart.yaml, but missing in charts/ directory: {missing}");
    Err(Error::new(ErrorKind::Dependency, text).at(Place::file("Chart.yaml")))
}

/// The charts that Chart.yaml lists and `charts/` does not hold, by name.
pub fn missing(chart: &Chart) -> Vec<&str> {
    let listed = chart.metadata().dependencies.iter().flatten();
    listed
        .map(|dependency| dependency.name.as_str())
        .filter(|name| !chart.dependencies().iter().any(|child| child.name() == *name))
        .collect()
}

pub(crate) struct Work<'a> {
    pub(crate) rules: &'a Rules,
    pub(crate) warnings: &'a mut Vec<Log>,
}

impl Work<'_> {
    /// Aliases, tags and conditions. `path` is the chart's place in the values, with a dot at its end; `old_path` is its
    /// path from the top by the names that it and those around it had when they were loaded.
    fn choose(&mut self, chart: &mut Chart, values: &Map, path: &str, old_path: &str) -> Result<(), Error> {
        let Some(listed) = &chart.metadata.dependencies else {
            return Ok(());
        };
        let mut listed = listed.clone();
        // Charts that lie there without being listed are in use as they are.
        let mut children: Vec<Chart> = chart
            .dependencies
            .iter()
            .filter(|child| !listed.iter().any(|dependency| fits(dependency, child)))
            .cloned()
            .collect();
        let mut old_paths: Vec<String> =
            children.iter().map(|child| format!("{old_path}/charts/{}", child.name())).collect();
        for dependency in &mut listed {
            if let Some(found) = chart.dependencies.iter().find(|child| fits(dependency, child)) {
                let mut child = found.clone();
                let old_path = format!("{old_path}/charts/{}", found.name());
                if self.rules.forgets_parents && child.metadata.dependencies.is_none() {
                    child.old_path = Some(old_path.as_str().into());
                }
                old_paths.push(old_path);
                if !dependency.alias.is_empty() {
                    let name = dependency.alias.clone();
                    child.metadata = Arc::new(Metadata { name, ..(*child.metadata).clone() });
                }
                children.push(child);
            }
            if !dependency.alias.is_empty() {
                dependency.name.clone_from(&dependency.alias);
            }
            dependency.enabled = true;
        }
        let old_paths: BTreeMap<String, String> =
            children.iter().map(|child| child.name().to_owned()).zip(old_paths).collect();
        chart.dependencies = children;
        let mut coalescer = Coalescer::new(self.rules);
        let values = coalescer.coalesce(chart, values)?;
        self.warnings.append(&mut coalescer.warnings);
        self.tags(&mut listed, &values);
        self.conditions(&mut listed, &values, path);
        let unused: Vec<String> = listed
            .iter()
            .filter(|dependency| !dependency.enabled)
            .map(|dependency| dependency.name.clone())
            .collect();
        chart.dependencies.retain(|child| !unused.iter().any(|name| name == child.name()));
        listed.retain(|dependency| !unused.contains(&dependency.name));
        for child in &mut chart.dependencies {
            let path = format!("{path}{}.", child.name());
            let old_path = old_paths.get(child.name()).map_or("", String::as_str);
            self.choose(child, &values, &path, old_path)?;
        }
        let metadata = Arc::make_mut(&mut chart.metadata);
        metadata.dependencies = (!listed.is_empty()).then_some(listed);
        Ok(())
    }

    /// A dependency is in use if one of its tags is true, or none is false.
    fn tags(&mut self, listed: &mut [Dependency], values: &Map) {
        let Ok(tags) = table(values, "tags") else { return };
        for dependency in listed {
            let (mut on, mut off) = (false, false);
            for tag in &dependency.tags {
                match tags.get(tag.as_bytes()) {
                    Some(Value::Bool(true)) => on = true,
                    Some(Value::Bool(false)) => off = true,
                    Some(_) => {
                        let chart = &dependency.name;
                        self.warnings.push(if self.rules.logs_lines {
                            Log::info(format!("dependencies.go:95: Warning: Tag '{tag}' for chart {chart} returned non-bool value"))
                        } else {
                            Log::warn("returned non-bool value", &[("tag", tag), ("chart", chart)])
                        });
                    }
                    None => {}
                }
            }
            dependency.enabled = on || !off;
        }
    }

    /// The first condition that is a bool decides, whatever the tags said.
    fn conditions(&mut self, listed: &mut [Dependency], values: &Map, path: &str) {
        for dependency in listed {
            for condition in dependency.condition.trim().split(',').filter(|condition| !condition.is_empty())
            {
                match path_value(values, &format!("{path}{condition}")) {
                    Some(Value::Bool(value)) => {
                        dependency.enabled = value;
                        break;
                    }
                    Some(_) => {
                        let chart = &dependency.name;
                        self.warnings.push(if self.rules.logs_lines {
                            Log::info(format!("dependencies.go:64: Warning: Condition path '{condition}' for chart {chart} returned non-bool value"))
                        } else {
                            Log::warn("returned non-bool value", &[("path", condition), ("chart", chart)])
                        });
                    }
                    None => {}
                }
            }
        }
    }
}

/// Whether the chart is the one that is asked for, in a version that will do.
fn fits(dependency: &Dependency, chart: &Chart) -> bool {
    dependency.name == chart.name() && is_compatible(&dependency.version, &chart.metadata.version)
}

/// Whether a version meets a constraint; neither may be malformed.
pub(crate) fn is_compatible(constraint: &str, version: &str) -> bool {
    let (Ok(version), Ok(constraint)) =
        (semver::Version::parse(version.as_bytes()), semver::Constraint::parse(constraint.as_bytes()))
    else {
        return false;
    };
    constraint.check(&version)
}
