//! Where a release's chart is: in the repository, or elsewhere.

use longshore_diag::Place;

use super::load::Repository;
use super::release::Release;
use crate::draft::{Origin, RemoteChart, Source};
use crate::files::{Reader, join};
use crate::left::Left;
use crate::names::name_of;

/// The source of a release as a project file has it, and what there is to do about it.
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
        return here(reader, origin, release, &local);
    }
    if let Some(mut remote) = remote(chart, repositories) {
        let told = release.version.is_none().then(|| {
            let advice = "it names no version: `*` is the newest one; `longshore update` locks it";
            Left::new(release.place.clone(), format!("chart of release `{}`", release.name), advice)
        });
        if let Some(version) = &release.version {
            version.clone_into(&mut remote.version);
        }
        return (Source::Remote(remote), told);
    }
    let version =
        release.version.as_ref().map(|version| format!(" --version '{version}'")).unwrap_or_default();
    let last = chart.trim_end_matches('/').rsplit('/').next().unwrap_or(chart);
    let last = last.split(['?', '@']).next().unwrap_or(last);
    let name = name_of(last, "chart");
    let left = Left::new(
        Place::file(&release.file),
        format!("chart `{chart}`{}", version.replace(" --version", "")),
        format!("fetch it: `longshore helm pull {chart}{version} --untar --untardir charts`"),
    );
    (Source::Chart(format!("{charts}/{name}")), Some(left))
}

/// A chart, a kustomization or manifests of the repository.
fn here(reader: &Reader<'_>, origin: &Origin, release: &Release, local: &str) -> (Source, Option<Left>) {
    let has = |name: &str| reader.has(&join(local, name));
    let path = origin.path(local);
    if has("Chart.yaml") || local.rsplit_once('.').is_some_and(|(_, end)| end == "tgz") {
        return (Source::Chart(path), None);
    }
    if has("kustomization.yaml") || has("kustomization.yml") || has("Kustomization") {
        return (Source::Kustomize(path, false), None);
    }
    if !reader.list(local).unwrap_or_default().is_empty() {
        return (Source::Manifests(vec![path]), None);
    }
    let what = format!("chart `{}` of release `{}`", release.chart, release.name);
    let left = Left::new(release.place.clone(), what, "there is no chart; put it there");
    (Source::Chart(path), Some(left))
}

/// A chart of a repository or a registry, of any version; none if it lies where Helm itself does not fetch from.
fn remote(chart: &str, repositories: &[Repository]) -> Option<RemoteChart> {
    let (repo, name) = if let Some(path) = chart.strip_prefix("oci://") {
        let (folder, name) = path.trim_end_matches('/').rsplit_once('/')?;
        (format!("oci://{folder}"), name)
    } else {
        let (first, rest) = chart.split_once('/')?;
        let known = repositories.iter().find(|known| known.name == first)?;
        let url = known.url.trim_end_matches('/');
        if known.is_oci {
            let url = url.strip_prefix("oci://").unwrap_or(url);
            match rest.rsplit_once('/') {
                Some((folder, name)) => (format!("oci://{url}/{folder}"), name),
                None => (format!("oci://{url}"), rest),
            }
        } else {
            (known.url.clone(), rest)
        }
    };
    // A password in the address would stand in the project file.
    let is_address = ["https://", "http://", "oci://"].iter().any(|scheme| {
        repo.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty() && !rest.contains(['@', ' ', '{']))
    });
    let is_name = !name.is_empty()
        && !name.starts_with('.')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let name = name.to_owned();
    (is_address && is_name).then(|| RemoteChart { repo, name, version: "*".to_owned() })
}

#[cfg(test)]
mod tests {
    use super::{Repository, remote};

    #[test]
    fn repositories_and_registries() {
        let known = |name: &str, url: &str| {
            let is_oci = name == "r";
            Repository { name: name.to_owned(), url: url.to_owned(), is_oci }
        };
        let all = [
            known("a", "https://c.example.com/charts/"),
            known("r", "r.example.com/x"),
            known("s", "s3://bucket"),
            known("p", "https://u:p@c.example.com"),
        ];
        let is = |chart: &str| remote(chart, &all).map(|remote| format!("{} {}", remote.repo, remote.name));
        for (chart, expected) in [
            ("a/web", Some("https://c.example.com/charts/ web")),
            ("r/web", Some("oci://r.example.com/x web")),
            ("r/y/web", Some("oci://r.example.com/x/y web")),
            ("oci://o.example.com/y/web", Some("oci://o.example.com/y web")),
            ("oci://web", None),
            ("s/web", None),
            ("p/web", None),
            ("a/b/web", None),
            ("unknown/web", None),
            ("https://c.example.com/web-1.0.0.tgz", None),
            ("git::https://c.example.com/x@charts/web?ref=main", None),
        ] {
            assert_eq!(is(chart).as_deref(), expected, "{chart}");
        }
    }
}
