//! What looks like a mistake in a release and renders all the same: it is told, and nothing changes for it.
//!
//! All of it is told always, so each kind looks first whether there can be anything at all, in a way that costs nearly
//! nothing: only then files are read again with their positions, or the chart is rendered once more.

mod coerced;
mod repeated;
mod unread;

use longshore_chart::{Engine, RenderInput, Rendered};
use longshore_diag::Diagnostic;

use crate::charts::Opened;
use crate::project::ReleaseSpec;
use crate::selection::Selection;
use crate::source::named;
use unread::Unread;

/// What was found in one release.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// To be told in any case.
    told: Vec<Diagnostic>,
    /// Keys that this release does not read: another one with the same file may.
    unread: Vec<Unread>,
}

impl Found {
    /// Looks at a release that was rendered by `engine` from `input`.
    pub(crate) fn of(
        spec: &ReleaseSpec,
        opened: &Opened,
        rendered: &Rendered,
        engine: &Engine,
        input: &RenderInput<'_>,
    ) -> Self {
        let mut told = repeated::keys(opened);
        let helms = rendered.warnings.iter().map(|log| {
            let text = log.to_string();
            Diagnostic::warning("chart/values", text.strip_prefix("warning: ").unwrap_or(&text))
        });
        told.extend(helms);
        told.extend(coerced::numbers(spec, opened, rendered, engine, input));
        Self { unread: unread::keys(spec, opened, rendered, engine), ..Self::told(spec, told) }
    }

    /// What is to be told of a release in any case.
    pub(crate) fn told(spec: &ReleaseSpec, warnings: Vec<Diagnostic>) -> Self {
        let within = |warning: Diagnostic| named(warning, spec);
        Self { told: warnings.into_iter().map(within).collect(), unread: Vec::new() }
    }
}

/// The warnings about releases of a selection, each once.
pub(crate) fn told(selection: &Selection, found: Vec<(String, Found)>) -> Vec<Diagnostic> {
    let mut all: Vec<Diagnostic> = Vec::new();
    let mut add = |warning: Diagnostic| {
        // Releases share files; what is said of one need not be said of all.
        let same = |other: &Diagnostic| other.message == warning.message && other.place == warning.place;
        if !all.iter().any(same) {
            all.push(warning);
        }
    };
    let (mut releases, mut unread) = (Vec::new(), Vec::new());
    for (release, found) in found {
        found.told.into_iter().for_each(&mut add);
        unread.extend(found.unread);
        releases.push(release);
    }
    unread::of_all(selection, &releases, unread).into_iter().for_each(add);
    all
}
