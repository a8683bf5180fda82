//! The order of releases: what each needs comes first.

use std::collections::BTreeSet;

use longshore_diag::Diagnostic;

use super::{ReleaseSpec, suggest};

/// Groups releases into waves: those of one wave need only releases of earlier waves and may be
/// deployed side by side. Within a wave the file's order is kept.
///
/// # Errors
/// A release needs one that is not there, or a circle: the message walks round it, with the line of
/// each `needs`.
pub fn waves(releases: &[ReleaseSpec]) -> Result<Vec<Vec<&ReleaseSpec>>, Diagnostic> {
    let names: Vec<&str> = releases.iter().map(|release| release.name.as_str()).collect();
    for release in releases {
        for (at, need) in release.needs.iter().enumerate() {
            if let Some(first) = release.needs[..at].iter().find(|first| first.value == need.value) {
                let message = format!("`needs` of release `{}` names `{}` twice", release.name, need.value);
                return Err(Diagnostic::error("project/needs-twice", message)
                    .at(need.place.clone())
                    .within("the first one is here", Some(first.place.clone())));
            }
            if !names.contains(&need.value.as_str()) {
                let message =
                    format!("release `{}` needs `{}`, which is not in the project", release.name, need.value);
                let error = Diagnostic::error("project/unknown-need", message).at(need.place.clone());
                let others: Vec<&str> = names.iter().copied().filter(|name| *name != release.name).collect();
                return Err(suggest(error, &need.value, &others));
            }
        }
    }
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut waves = Vec::new();
    while done.len() < releases.len() {
        let wave: Vec<&ReleaseSpec> = releases
            .iter()
            .filter(|release| !done.contains(release.name.as_str()))
            .filter(|release| release.needs.iter().all(|need| done.contains(need.value.as_str())))
            .collect();
        if wave.is_empty() {
            return Err(cycle(releases, &done));
        }
        done.extend(wave.iter().map(|release| release.name.as_str()));
        waves.push(wave);
    }
    Ok(waves)
}

/// Walks from any release that is left along unmet needs until a name comes again.
fn cycle(releases: &[ReleaseSpec], done: &BTreeSet<&str>) -> Diagnostic {
    let left = |name: &str| releases.iter().find(|r| r.name == name && !done.contains(name));
    let mut path = Vec::new();
    let mut at = releases.iter().find(|release| !done.contains(release.name.as_str()));
    while let Some(release) = at {
        if let Some(start) = path.iter().position(|(name, _)| *name == release.name) {
            path.drain(..start);
            break;
        }
        let Some(need) = release.needs.iter().find(|need| left(&need.value).is_some()) else { break };
        path.push((release.name.clone(), need));
        at = left(&need.value);
    }
    let first = path.first().map(|(name, _)| name.clone()).unwrap_or_default();
    let round = path.iter().map(|(_, need)| need.value.as_str()).collect::<Vec<_>>().join(" → ");
    let mut error = Diagnostic::error(
        "project/needs-cycle",
        format!("releases need one another in a circle: {first} → {round}"),
    );
    for (index, (name, need)) in path.iter().enumerate() {
        if index == 0 {
            error = error.at(need.place.clone());
        } else {
            error = error.within(format!("`{name}` needs `{}`", need.value), Some(need.place.clone()));
        }
    }
    error.hint("take one of these needs out")
}
