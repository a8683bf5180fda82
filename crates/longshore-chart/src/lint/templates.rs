//! Rules about templates, and what they render to.

use longshore_go::strconv::quoted;
use std::cell::RefCell;

use longshore_go::Value;
use longshore_go::time::{Location, Time};
use longshore_yaml::sigs;

use super::documents::{Documents, Object};
use super::{Entry, Folder, Input, Log, Report, Severity, deprecated, load, names, walked};
use crate::compat::{Level, Rules};
use crate::engine::Executed;
use crate::file::extension;
use crate::functions::{GaveUp, Keys, Services};
use crate::metadata::{Fields, Struct};
use crate::values::Coalescer;
use crate::{Capabilities, Chart, Engine, Error, File, Options, Release, RenderInput, dependencies};

const FOLDER: &str = "templates/";

type Found = Result<(), String>;

pub(super) fn check(folder: &Folder, input: &Input<'_>, level: Level, report: &mut Report) {
    let rules = level.rules();
    let lint = &rules.lint;
    let missing = folder.templates == Entry::Missing && lint.wants_templates;
    let is_there = if missing { Err(String::from("directory does not exist")) } else { Ok(()) };
    if !report.rule(Severity::Warning, FOLDER, is_there) {
        return;
    }
    let is_file = folder.templates == Entry::File;
    let is_folder = if is_file { Err(String::from("not a directory")) } else { Ok(()) };
    let severity = if lint.wants_templates { Severity::Error } else { Severity::Warning };
    if !report.rule(severity, FOLDER, is_folder) {
        return;
    }
    let chart = match load(folder, report) {
        Ok(chart) => chart,
        Err(problem) => {
            report.rule(Severity::Error, FOLDER, Err(problem));
            return;
        }
    };
    let services = Checking { of: input.services, rules, logs: RefCell::default() };
    let rendered = render(chart, input, &services, level, report);
    report.logs.append(&mut services.logs.into_inner());
    let (files, broken) = match rendered {
        Ok(Some(executed)) => executed,
        Ok(None) => return,
        Err(problem) => {
            report.rule(Severity::Error, FOLDER, Err(problem.to_string()));
            return;
        }
    };
    let capabilities = Capabilities::assumed(rules);
    let version = input.kube_version.unwrap_or(&capabilities.kube_version);
    for template in walked(chart.templates().iter()) {
        file(template, rules, report);
        let extension = extension(&template.name);
        let is_yaml = match extension {
            _ if rules.lint.knows_yml => {
                [".yaml", ".yml"].iter().any(|known| extension.eq_ignore_ascii_case(known))
            }
            _ => extension == ".yaml",
        };
        let path = format!("{}/{}", chart.name(), template.name);
        let content = files.get(&path).map_or("", String::as_str);
        if !is_yaml || content.trim().is_empty() {
            continue;
        }
        report.rule(Severity::Warning, &template.name, indent(content));
        for document in Documents::new(content, broken.get(&path).map(Vec::as_slice), rules) {
            match document {
                // It is said once, and no template behind it is looked at.
                Err(problem) => {
                    let problem = format!("unable to parse YAML: {problem}");
                    report.rule(Severity::Error, &template.name, Err(problem));
                    return;
                }
                Ok(None) => {}
                Ok(Some(object)) => {
                    let name = &template.name;
                    report.rule(Severity::Warning, name, names::check(&object));
                    let numbers = (version.major.as_str(), version.minor.as_str());
                    report.rule(Severity::Warning, name, deprecated::check(&object, numbers));
                    report.rule(Severity::Error, name, selector(&object, content));
                    report.rule(Severity::Error, name, list(&object, content, rules));
                }
            }
        }
    }
}

/// Every rendered file; `None` where Helm gives up without a word.
fn render(
    chart: &Chart,
    input: &Input<'_>,
    services: &Checking<'_>,
    level: Level,
    report: &mut Report,
) -> Result<Option<Executed>, Error> {
    let rules = level.rules();
    let mut warnings = Vec::new();
    let resolved = dependencies::resolve(chart, input.values, rules, &mut warnings);
    let mut coalescer = Coalescer::new(rules);
    // Helm coalesces twice, and the second time takes nulls away that the first one left.
    let values = resolved.and_then(|chart| {
        let values = coalescer.coalesce(&chart, input.values)?;
        Ok((coalescer.coalesce(&chart, &values)?, chart))
    });
    warnings.append(&mut coalescer.warnings);
    report.logs.append(&mut warnings);
    let Ok((values, chart)) = values else { return Ok(None) };
    let mut capabilities = Capabilities::assumed(rules);
    if let Some(version) = input.kube_version {
        capabilities.kube_version = version.clone();
    }
    let release =
        Release { name: "test-release", namespace: input.namespace, revision: 0, is_upgrade: false };
    let options = Options { skip_schema: input.skip_schema, ..Options::default() };
    let input = RenderInput { values: values.clone(), release, capabilities, services, options };
    Engine::new(level).execute(&chart, &values, &input, || Ok(()), None).map(Some)
}

/// Rules about the text of a template.
fn file(template: &File, rules: &Rules, report: &mut Report) {
    let extension = extension(&template.name);
    let is_known = [".yaml", ".yml", ".tpl", ".txt"].contains(&extension);
    let found = if is_known {
        Ok(())
    } else {
        Err(format!(
            "file extension '{extension}' not valid. Valid extensions are .yaml, .yml, .tpl, or .txt"
        ))
    };
    report.rule(Severity::Error, &template.name, found);
    if rules.lint.looks_for_helm_2 {
        let text = template.data.to_str_lossy();
        report.rule(Severity::Warning, &template.name, no_definition_hooks(&text));
        report.rule(Severity::Error, &template.name, no_release_time(&text));
    }
}

/// `helm.sh/hook: crd-install`, in quotes or not.
fn no_definition_hooks(text: &str) -> Found {
    const KEY: &str = "helm.sh/hook";
    let is_hook = |at: usize| {
        let behind = &text[at + KEY.len()..];
        let Some(value) = behind.strip_prefix('"').unwrap_or(behind).strip_prefix(':') else { return false };
        let trimmed = value.trim_start_matches(['\t', '\n', '\x0C', '\r', ' ']);
        trimmed.len() < value.len() && trimmed.starts_with("crd-install")
    };
    if text.match_indices(KEY).any(|(at, _)| is_hook(at)) {
        return Err(String::from(
            "manifest is a crd-install hook. This hook is no longer supported in v3 and all CRDs should also exist the crds/ directory at the top level of the chart",
        ));
    }
    Ok(())
}

fn no_release_time(text: &str) -> Found {
    if text.contains(".Release.Time") {
        return Err(String::from(
            ".Release.Time has been removed in v3, please replace with the `now` function in your templates",
        ));
    }
    Ok(())
}

/// The first line with text must not be indented.
fn indent(content: &str) -> Found {
    /// What Go's scanner takes for a line.
    const MAX_LINE: usize = 64 * 1024;
    for line in content.split_inclusive('\n') {
        if line.len() > MAX_LINE {
            return Err(String::from("bufio.Scanner: token too long"));
        }
        let line = line.strip_suffix('\n').unwrap_or(line);
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.trim().is_empty() {
            continue;
        }
        if line.starts_with([' ', '\t']) {
            let line = quoted(line);
            return Err(format!(
                "document starts with an illegal indent: {line}, which may cause parsing problems"
            ));
        }
        return Ok(());
    }
    Ok(())
}

/// What runs pods must say which are its own; Helm looks at the whole file for it.
fn selector(object: &Object, content: &str) -> Found {
    let kind = object.kind.as_str();
    let has_pods = matches!(kind, "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet");
    if !has_pods || content.contains("matchLabels") || content.contains("matchExpressions") {
        return Ok(());
    }
    let name = quoted(&object.name);
    Err(format!("a {kind} must contain matchLabels or matchExpressions, and {name} does not"))
}

/// A policy to keep objects is not seen within a list. Helm looks at the first document of the file.
fn list(object: &Object, content: &str, rules: &Rules) -> Found {
    if object.kind != "List" {
        return Ok(());
    }
    const ITEM: &str = "struct { Metadata struct { Annotations map[string]string } }";
    const METADATA: &str = "struct { Annotations map[string]string }";
    let failed = |problem: &dyn std::fmt::Display| format!("unable to parse YAML: {problem}");
    let value = sigs::to_json_value(content.as_bytes()).map_err(|error| failed(&error))?;
    let Some(map) = value.as_map() else { return Ok(()) };
    let mut error = None;
    let of = |path: &str| Struct { name: "", package: "", path: path.to_owned() };
    let items = Fields::new(of(""), map, &mut error).array("Items", &format!("[]{ITEM}"));
    let mut keeps = false;
    for item in items.iter().flat_map(|items| items.iter()).filter(|item| !item.is_nil()) {
        let Some(item) = item.as_map() else {
            Fields::new(of(""), map, &mut error).refuse(item, "Items", ITEM);
            continue;
        };
        let mut fields = Fields::new(of("Items."), item, &mut error);
        match fields.get("Metadata") {
            None => {}
            Some(Value::Map(metadata)) => {
                let mut annotations = None;
                Fields::new(of("Items.Metadata."), &metadata, &mut error)
                    .string_map("Annotations", &mut annotations);
                keeps |= annotations.is_some_and(|all| all.contains_key("helm.sh/resource-policy"));
            }
            Some(other) => fields.refuse(&other, "Metadata", METADATA),
        }
    }
    match error {
        Some(error) => Err(failed(&format!("error unmarshaling JSON: while decoding JSON: {error}"))),
        None if keeps => Err(rules.lint.list_annotation.to_owned()),
        None => Ok(()),
    }
}

/// The world of a chart that is only checked: what gives up is noted, and goes on.
struct Checking<'a> {
    of: &'a dyn Services,
    rules: &'a Rules,
    logs: RefCell<Vec<Log>>,
}

impl Services for Checking<'_> {
    fn random(&self, buffer: &mut [u8]) {
        self.of.random(buffer);
    }

    fn keys(&self) -> Option<&dyn Keys> {
        self.of.keys()
    }

    fn now(&self) -> Option<Time> {
        self.of.now()
    }

    fn local(&self) -> Location {
        self.of.local()
    }

    fn zone(&self, name: &str) -> Option<Location> {
        self.of.zone(name)
    }

    fn stops(&self, reason: GaveUp<'_>) -> bool {
        self.logs.borrow_mut().push(Log::gave_up(reason, self.rules));
        false
    }
}
