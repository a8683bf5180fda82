//! Where a release's chart is, or how it is fetched.

use longshore_diag::Place;

use super::load::Repository;
use super::release::Release;
use crate::draft::{Origin, Source};
use crate::files::{Reader, join};
use crate::left::Left;
use crate::names::name_of;

/// The source of a release as a project file has it, and how it is got there if it is elsewhere.
pub(super) fn source(
    reader: &Reader<'_>,
    origin: &Origin,
    release: &Release,
    repositories: &[Repository],
    charts: &str,
) -> (Source, Option<Left>) {
    let chart = &release.chart;
    let local = join(&release.home, chart);
    let is_local = chart.starts_with("./")
        || chart.starts_with("../")
        || !chart.contains("://") && !reader.list(&local).unwrap_or_default().is_empty();
    if is_local {
        let has = |name: &str| reader.has(&join(&local, name));
        let path = origin.path(&local);
        if has("Chart.yaml") || local.rsplit_once('.').is_some_and(|(_, end)| end == "tgz") {
            return (Source::Chart(path), None);
        }
        if has("kustomization.yaml") || has("kustomization.yml") || has("Kustomization") {
            return (Source::Kustomize(path, false), None);
        }
        if !reader.list(&local).unwrap_or_default().is_empty() {
            return (Source::Manifests(vec![path]), None);
        }
        let advice = "there is no chart; put it there";
        return (
            Source::Chart(path),
            Some(Left::new(
                release.place.clone(),
                format!("chart `{chart}` of release `{}`", release.name),
                advice,
            )),
        );
    }
    let version =
        release.version.as_ref().map(|version| format!(" --version '{version}'")).unwrap_or_default();
    let last = chart.trim_end_matches('/').rsplit('/').next().unwrap_or(chart);
    let last = last.split(['?', '@']).next().unwrap_or(last);
    let name = name_of(last, "chart");
    let repository = chart
        .split_once('/')
        .and_then(|(first, rest)| Some((repositories.iter().find(|known| known.name == first)?, rest)));
    let command = match repository {
        Some((repository, rest)) if repository.is_oci => {
            let url = repository.url.trim_start_matches("oci://").trim_end_matches('/');
            format!("longshore helm pull oci://{url}/{rest}{version}")
        }
        Some((repository, rest)) => format!("longshore helm pull {rest} --repo {}{version}", repository.url),
        None => format!("longshore helm pull {chart}{version}"),
    };
    let advice = format!("fetch it: `{command} --untar --untardir charts`");
    let left = Left::new(
        Place::file(&release.file),
        format!("chart `{chart}`{}", version.replace(" --version", "")),
        advice,
    );
    (Source::Chart(format!("{charts}/{name}")), Some(left))
}
