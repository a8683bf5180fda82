//! The chart that `install` and `upgrade` are to deploy, with the user's values.

use std::mem::ManuallyDrop;

use anyhow::{anyhow, bail};
use longshore_chart::{Chart, Engine, dependencies, load};
use longshore_go::Map;

use super::modified::Times;
use super::registry::Out;
use super::{Settings, locate, versioned};
use crate::cobra::Matches;

/// What for it is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    Install,
    Upgrade,
}

/// A chart with the user's values.
pub(super) struct Requested {
    pub(super) chart: ManuallyDrop<Chart>,
    pub(super) values: Map,
    /// When its files were changed.
    pub(super) times: Times,
}

/// Finds and opens the chart that an argument means, and reads the values of all flags.
///
/// # Errors
/// What is wrong with one of them, in Helm's words.
pub(super) fn requested(
    name: &str,
    settings: &Settings,
    matches: &Matches,
    engine: &Engine,
    for_what: For,
) -> anyhow::Result<Requested> {
    let rules = settings.level.rules();
    let path = locate::locate_telling(name, settings, matches, Out::of(settings))?;
    if for_what == For::Install {
        let shown = std::path::absolute(&path)?.display().to_string();
        settings.debug(
            "Chart path",
            &[("path", &shown)],
            ("install.go:242", &format!("CHART PATH: {shown}\n")),
        );
    }
    let values = locate::user_values(settings, matches)?;
    let mut chart = versioned::open(&path, engine)?;
    let warn = |chart: &Chart| {
        if chart.metadata().deprecated {
            settings.log("WARN", rules.deprecation);
        }
    };
    if for_what == For::Install {
        dependencies::check_kind(&chart).map_err(|error| anyhow!("{error}"))?;
        warn(&chart);
    }
    if load::is_next(&chart, rules) {
        versioned::check_listed(&chart, &path, settings, matches, engine)?;
        load::check_api(&chart, rules).map_err(|error| anyhow!("{error}"))?;
    }
    let missing = dependencies::missing(&chart).join(", ");
    if !missing.is_empty() {
        if !matches.is_on("dependency-update") {
            bail!(
                "{}: found in Chart.yaml, but missing in charts/ directory: {missing}",
                rules.missing_charts_advice
            );
        }
        chart = versioned::updated(&path, settings, matches, engine)?;
    }
    if for_what == For::Upgrade {
        warn(&chart);
    }
    // The process ends with this command: to take it apart piece by piece would cost time for nothing.
    Ok(Requested { chart: ManuallyDrop::new(chart), values, times: Times::of(&path) })
}
