//! Rules about the custom resource definitions in `crds/`.

use super::documents::Documents;
use super::{Entry, Folder, Report, Severity, load, walked};
use crate::compat::Rules;
use crate::{Chart, File};

const FOLDER: &str = "crds/";

pub(super) fn check(folder: &Folder, rules: &Rules, report: &mut Report) {
    match folder.crds {
        Entry::Missing => return,
        Entry::File => {
            report.rule(Severity::Error, FOLDER, Err(String::from("not a directory")));
            return;
        }
        Entry::Folder => {}
    }
    let chart = match load(folder, report) {
        Ok(chart) => chart,
        Err(problem) => {
            report.rule(Severity::Error, FOLDER, Err(problem));
            return;
        }
    };
    let mut files = Vec::new();
    collect(chart, &mut files);
    for file in files {
        let text = file.data.to_str_lossy();
        for object in Documents::new(&text, Some(&file.data), rules) {
            let object = match object {
                Ok(object) => object,
                Err(problem) => {
                    // It is said once, and nothing behind it is looked at.
                    report.rule(Severity::Error, &file.name, Err(format!("unable to parse YAML: {problem}")));
                    return;
                }
            };
            let Some(object) = object else { continue };
            let is_extension = object.api_version.starts_with("apiextensions.k8s.io");
            report.rule(
                Severity::Error,
                &file.name,
                demand(is_extension, "apiVersion is not in 'apiextensions.k8s.io'"),
            );
            let is_definition = object.kind == "CustomResourceDefinition";
            report.rule(
                Severity::Error,
                &file.name,
                demand(is_definition, "object kind is not 'CustomResourceDefinition'"),
            );
        }
    }
}

/// The definitions of a chart and of those that it brings; their names do not say whose they are.
fn collect<'c>(chart: &'c Chart, files: &mut Vec<&'c File>) {
    files.extend(walked(chart.files().iter().filter(|file| file.is_definition())));
    for child in chart.dependencies() {
        collect(child, files);
    }
}

fn demand(holds: bool, otherwise: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise.to_owned()) }
}
