//! Charts of releases that lie in repositories and registries: found and got as `helm pull` does it, with the user's
//! credentials, and without a word.
//!
//! What was got is kept by its digest among Helm's charts, so that a locked chart is fetched once. Registries on this
//! machine's loopback are spoken to without TLS, as container runtimes do.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use anyhow::anyhow;
use longshore_chart::Level;
use longshore_chart::repository::hex;
use longshore_diag::Diagnostic;
use longshore_platform::project::WantedChart;
use longshore_source::oci::{OciError, Part, image_name};
use longshore_source::{Access, TIMEOUT, TlsFiles};

use super::{Settings, download, registry, remote, repositories, root};
use crate::cobra::{self, Action};

/// What was got already in this process: every environment and every version of Kubernetes asks again.
static SEEN: LazyLock<Mutex<BTreeMap<WantedChart, Arc<Vec<u8>>>>> = LazyLock::new(Mutex::default);

/// The archive of a chart: of the newest version that is wanted, or of the one whose digest is known.
///
/// # Errors
/// There is none, or it cannot be got.
pub(crate) fn archive(
    wanted: &WantedChart,
    digest: Option<&str>,
    is_offline: bool,
) -> Result<Vec<u8>, Diagnostic> {
    let seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner).get(wanted).cloned();
    if let Some(bytes) = seen {
        return Ok(bytes.to_vec());
    }
    let WantedChart { repo, name, wanted: range } = wanted;
    let failed = |error: anyhow::Error| {
        Diagnostic::error("chart/fetch", format!("chart `{name}` {range} of {repo} cannot be got: {error:#}"))
    };
    let settings = settings(repo).map_err(failed)?;
    if let Some(bytes) = digest.and_then(|digest| download::kept(&settings, digest)) {
        return Ok(bytes);
    }
    if is_offline {
        let message =
            format!("chart `{name}` {range} of {repo} is not here, and no server is asked (offline)");
        return Err(Diagnostic::error("chart/offline", message).hint(
            "`longshore vendor` puts all locked charts into the project; or run the command once without LONGSHORE_OFFLINE",
        ));
    }
    let bytes = fetch(&settings, wanted).map_err(|error| {
        failed(error).hint("is the address right, and does the repository let you in? `longshore helm repo add` and `registry login` keep credentials")
    })?;
    // What cannot be kept is fetched again.
    let _ = download::keep_by_digest(&settings, &hex(&bytes), &bytes);
    let kept = Arc::new(bytes.clone());
    SEEN.lock().unwrap_or_else(PoisonError::into_inner).insert(wanted.clone(), kept);
    Ok(bytes)
}

/// The digest that an image's tag stands for now. Registries are asked as whoever has logged in with Docker or
/// `longshore helm registry login`.
///
/// # Errors
/// There is no such image, or its registry does not say.
pub(crate) fn image_digest(image: &str, is_offline: bool) -> Result<String, Diagnostic> {
    let failed = |code: &'static str, why: &dyn std::fmt::Display| {
        Diagnostic::error(code, format!("the digest of image `{image}` cannot be got: {why}"))
    };
    let named = image_name(image).map_err(|error| failed("image/name", &error))?;
    if is_offline {
        return Err(failed("image/unreachable", &"no server is asked (offline)"));
    }
    let asked = || -> anyhow::Result<_> {
        let repo = format!("oci://{}/{}", named.registry, named.repository);
        let settings = settings(&repo)?;
        Ok(registry::plain(&settings, &TlsFiles::default(), is_loopback(&repo))?.image_digest(&named))
    };
    match asked().map_err(|error| failed("image/unreachable", &format!("{error:#}")))? {
        Ok(digest) => Ok(digest),
        Err(error @ OciError::NotFound(_)) => Err(failed("image/missing", &error)
            .hint("is the tag right? A registry says so, too, of what it does not let you see")),
        Err(error @ OciError::NoAnswer { .. }) => Err(failed("image/unreachable", &error)),
        Err(error) => Err(failed("image/refused", &error)
            .hint("`longshore helm registry login` and `docker login` keep who is let in")),
    }
}

fn fetch(settings: &Settings, wanted: &WantedChart) -> anyhow::Result<Vec<u8>> {
    let WantedChart { repo, name, wanted: range } = wanted;
    if repo.starts_with("oci://") {
        let client = registry::client(settings)?;
        let located = client.locate(&format!("{repo}/{name}"), range)?;
        return Ok(client.pull(&located.url, Part::Archive)?.bytes);
    }
    let access = access(settings, repo)?;
    let address = download::find_in(settings, repo, name, range, &access)?;
    let request = remote::request(settings, &address, repo, &access, TIMEOUT);
    remote::get(settings, &request).map_err(|error| anyhow!(error))
}

/// With what the user has added the repository, if that is so. It is given to the repository's own host only.
fn access(settings: &Settings, repo: &str) -> anyhow::Result<Access> {
    let file = repositories::load_or_empty(settings)?;
    let entry = file.repositories.iter().find(|entry| repositories::same_url(&entry.url, repo));
    Ok(entry.map(remote::of_entry).unwrap_or_default())
}

/// What a command of Helm's has of the environment.
fn settings(repo: &str) -> anyhow::Result<Settings> {
    let mut words = vec![String::from("pull"), String::from("chart")];
    if is_loopback(repo) {
        words.push(String::from("--plain-http"));
    }
    let level = Level::default();
    match cobra::parse(&root(level), &words) {
        Ok(Action::Run(_, matches)) => Ok(Settings::new(level, &matches)),
        Ok(Action::Help(_)) => Err(anyhow!("no command: {}", words.join(" "))),
        Err(problem) => Err(anyhow!(problem)),
    }
}

/// Whether a registry is on this machine.
fn is_loopback(repo: &str) -> bool {
    let Some(rest) = repo.strip_prefix("oci://") else { return false };
    let host = rest.split('/').next().unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn only_registries_of_this_machine_are_spoken_to_without_tls() {
        for (repo, is) in [
            ("oci://127.0.0.1:5000/charts", true),
            ("oci://localhost/charts", true),
            ("oci://[::1]:5000/charts", true),
            ("oci://localhost.example.com/charts", false),
            ("oci://registry.example.com:5000/charts", false),
            ("https://127.0.0.1/charts", false),
        ] {
            assert_eq!(is_loopback(repo), is, "{repo}");
        }
    }
}
