//! `longshore version`: what this program is, and what it does as which Helm.

use longshore_chart::Level;
use serde::Serialize;

use crate::exit::ExitStatus;
use crate::printer::Printer;

/// What is told.
#[derive(Debug, Serialize)]
struct Version {
    version: &'static str,
    helm: Vec<&'static str>,
}

pub(crate) fn run(printer: &Printer) -> anyhow::Result<ExitStatus> {
    let helm = Level::ALL.iter().rev().map(|level| level.rules().helm_version).collect();
    let version = Version { version: env!("CARGO_PKG_VERSION"), helm };
    printer.result(&version, || {
        format!("longshore {}\ncharts as of Helm {}\n", version.version, version.helm.join(", "))
    })?;
    Ok(ExitStatus::Success)
}
