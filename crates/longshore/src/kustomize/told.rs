//! What `longshore kustomize` says beyond Kustomize, always on standard error: where an error happened, and which entries
//! matched nothing. Under the name `kustomize` nothing of it is said.

use anyhow::anyhow;
use longshore_kustomize::diagnose::Teller;
use longshore_kustomize::{Error, Files, Finding, remote};

use super::Settings;
use crate::cobra::Explained;
use crate::printer::Printer;

/// An error of a build: its text, and behind it where it happened if that may be said.
pub(super) fn failed(error: &Error, files: &dyn Files, folder: &str, settings: &Settings) -> anyhow::Error {
    if !settings.explains {
        return anyhow!("{error}");
    }
    let teller = Teller::new(files);
    let folder = files.resolve(folder).map_or_else(|_| remote::told(folder), |found| found.folder);
    let diagnostic = teller.error(error, &folder);
    let printer = Printer::of_drop_in(false);
    let more = printer.shown(&diagnostic, &|file| teller.source(file));
    Explained { text: error.to_string(), more }.into()
}

/// Warns of entries that matched nothing. What a release should pin is no matter of a build.
pub(super) fn warn(findings: &[Finding], files: &dyn Files) {
    if findings.is_empty() {
        return;
    }
    let teller = Teller::new(files);
    let printer = Printer::of_drop_in(false);
    for finding in findings.iter().filter(|finding| finding.code() != remote::UNPINNED) {
        printer.to_stderr(&printer.shown(&teller.finding(finding), &|file| teller.source(file)));
    }
}
