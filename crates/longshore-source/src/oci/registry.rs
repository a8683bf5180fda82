//! A registry: sending requests, proving who one is, and what the registry knows of a repository.
//!
//! What is sent, and when a password is given away, is as in the library that Helm uses
//! (<https://github.com/oras-project/oras-go/blob/v2.6.2/registry/remote/auth/client.go>).

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use longshore_go::semver::{Constraint, Version};
use reqwest::{Method, StatusCode};
use secrecy::SecretString;

use super::credentials::{Credential, Store};
use super::error::{decode, quoted};
use super::reference::{self, ChartReference, Reference};
use super::transport::Call;
use super::{MAX_METADATA, OciError};
use crate::{Http, TlsFiles};

/// Who asks.
#[derive(Debug)]
pub enum Login {
    /// The same credentials for every host.
    Always(Credential),
    /// Credentials for one host only.
    Host(String, Credential),
    /// What the files of credentials say.
    Stored(Store),
}

/// How registries are spoken to.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Certificates.
    pub tls: TlsFiles,
    /// HTTP in place of HTTPS.
    pub plain_http: bool,
    /// Try HTTP with a registry that turns out not to speak HTTPS, as Helm 3 does.
    pub falls_back: bool,
    /// Try again after a while when a registry has trouble.
    pub retries: bool,
    /// Use the words of Helm 3.
    pub speaks_old: bool,
}

/// A client of registries.
#[derive(Debug)]
pub struct Registry<'h> {
    pub(super) http: &'h Http,
    pub(super) options: Options,
    pub(super) login: Login,
    /// Whether tokens are to be had with OAuth 2, also by name and password.
    pub(super) prefers_oauth: Cell<bool>,
    /// Whether a registry turned out not to speak HTTPS.
    pub(super) fell_back: Cell<bool>,
    /// Whether it is spoken to without TLS from the start.
    plain_http: Cell<bool>,
    /// Tokens by host and what they allow; a password that was asked for allows everything.
    pub(super) tokens: Tokens,
}

/// What registries gave to be shown with later requests: a client for each request can share it.
#[derive(Debug, Clone, Default)]
pub struct Tokens(pub(super) Rc<RefCell<BTreeMap<(String, String), SecretString>>>);

/// A version of a chart, found in a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// Its name in full, with `oci://`: by tag, or by digest.
    pub url: String,
    /// Its manifest's digest, if that is known already.
    pub digest: Option<String>,
}

impl<'h> Registry<'h> {
    /// A client that shares `tokens` with others of the same user. Nothing is asked yet.
    pub fn new(http: &'h Http, options: Options, login: Login, tokens: Tokens) -> Self {
        Self {
            http,
            plain_http: Cell::new(options.plain_http),
            options,
            login,
            prefers_oauth: Cell::new(false),
            fell_back: Cell::new(false),
            tokens,
        }
    }

    /// The address of something below a registry's root.
    pub(super) fn url(&self, host: &str, path: &str) -> String {
        let scheme = if self.plain_http.get() { "http" } else { "https" };
        format!("{scheme}://{host}/v2/{path}")
    }

    /// Asks whether the credentials are good.
    ///
    /// # Errors
    /// They are not, or there is no registry.
    pub fn ping(&self, host: &str) -> Result<(), OciError> {
        reference::check_registry(host)?;
        let real = if host == "docker.io" { "registry-1.docker.io" } else { host };
        let once = || {
            self.http.block_on(async {
                let answer = self.send(&Call::new(Method::GET, self.url(real, ""))).await?;
                match answer.status() {
                    StatusCode::OK => Ok(()),
                    StatusCode::NOT_FOUND => Err(OciError::Other(String::from("not found"))),
                    _ => Err(answer.refused().await),
                }
            })?
        };
        let both = || {
            self.prefers_oauth.set(true);
            let first = once();
            self.prefers_oauth.set(false);
            if first.is_ok() { first } else { once() }
        };
        let result = both();
        if result.is_err() && self.fell_back.get() && !self.plain_http.get() {
            // Nobody gives a password away without being told that the other side has no TLS; now it is known.
            self.plain_http.set(true);
            return both();
        }
        result
    }

    /// The versions in a repository, newest first. Tags that are no versions are passed over.
    ///
    /// # Errors
    /// The registry does not say.
    pub fn versions(&self, name: &str) -> Result<Vec<String>, OciError> {
        let reference = Reference::parse(name)?;
        let tags = self.http.block_on(self.tags(&reference))??;
        let mut versions: Vec<Version> = tags
            .iter()
            .filter_map(|tag| Version::parse_strict(tag.replace('_', "+").as_bytes()).ok())
            .collect();
        versions.sort_by(|a, b| b.cmp(a));
        Ok(versions.iter().map(ToString::to_string).collect())
    }

    async fn tags(&self, reference: &Reference) -> Result<Vec<String>, OciError> {
        #[derive(serde::Deserialize)]
        struct Page {
            #[serde(default)]
            tags: Option<Vec<String>>,
        }
        const PAGES: usize = 10_000;
        let mut all = Vec::new();
        let mut url = self.url(reference.host(), &format!("{}/tags/list", reference.repository));
        for _ in 0..PAGES {
            let call = Call::new(Method::GET, url.clone()).allowed(reference, "pull");
            let answer = self.send(&call).await?;
            if answer.status() != StatusCode::OK {
                return Err(answer.refused().await);
            }
            let next = next_page(answer.header("link"), answer.url())?;
            let shown = answer.url().to_owned();
            let body = answer.body(MAX_METADATA).await?;
            let page: Page = decode(&body).map_err(|why| {
                OciError::Other(format!("GET {}: failed to decode response: {why}", quoted(&shown)))
            })?;
            all.extend(page.tags.unwrap_or_default());
            match next {
                Some(next) => url = next,
                None => return Ok(all),
            }
        }
        Err(OciError::Other(format!("tag listing exceeded {PAGES} pages: too many pages")))
    }

    /// Finds the version of a chart that is meant: one that is named, or the newest that a constraint allows.
    ///
    /// # Errors
    /// There is none.
    pub fn locate(&self, url: &str, version: &str) -> Result<Located, OciError> {
        let name = url.strip_prefix("oci://").unwrap_or(url);
        let chart = ChartReference::parse(name)?;
        let tag = chart.named.reference.as_str();
        let version = if version.is_empty() { tag } else { version };
        if !tag.is_empty() && version != tag {
            return Err(OciError::Other(format!(
                "chart reference and version mismatch: {version} is not {tag}"
            )));
        }
        let base = format!("{}/{}", chart.named.registry, chart.named.repository);
        if !chart.digest.is_empty() {
            if version.is_empty() {
                return Ok(Located { url: url.to_owned(), digest: None });
            }
            let located = format!("oci://{base}@{}", chart.digest);
            // What is meant by digest need not have a tag.
            let digest = self.digest(&format!("{base}:{version}")).ok();
            if let Some(digest) = digest.as_ref().filter(|digest| **digest != chart.digest) {
                let wanted = &chart.digest;
                return Err(OciError::Other(format!(
                    "chart reference digest mismatch: {digest} is not {wanted}"
                )));
            }
            return Ok(Located { url: located, digest });
        }
        if Version::parse(version.as_bytes()).is_ok() {
            return Ok(Located { url: format!("oci://{base}:{version}"), digest: None });
        }
        let old = self.options.speaks_old;
        let versions = self.versions(name)?;
        if versions.is_empty() {
            let start = if old { "Unable" } else { "unable" };
            return Err(OciError::Other(format!(
                "{start} to locate any tags in provided repository: oci://{name}"
            )));
        }
        let found = newest(&versions, version)?.ok_or_else(|| {
            let start = if old { "Could" } else { "could" };
            OciError::Other(format!(
                "{start} not locate a version matching provided version string {version}"
            ))
        })?;
        Ok(Located { url: format!("oci://{base}:{found}"), digest: None })
    }

    /// The digest of a manifest.
    fn digest(&self, name: &str) -> Result<String, OciError> {
        let chart = ChartReference::parse(name)?.named;
        let path = format!("{}/manifests/{}", chart.repository, chart.reference);
        let call = Call::new(Method::HEAD, self.url(chart.host(), &path))
            .allowed(&chart, "pull")
            .accepting(super::manifest::ACCEPTED);
        let answer = self.http.block_on(self.send(&call))??;
        match answer.header("docker-content-digest") {
            Some(digest) if answer.status() == StatusCode::OK => Ok(digest.to_owned()),
            _ => Err(OciError::NotFound(chart.to_string())),
        }
    }
}

/// The newest version that a constraint allows; a version that is there as it stands comes first.
fn newest(versions: &[String], wanted: &str) -> Result<Option<String>, OciError> {
    if let Some(same) = versions.iter().find(|version| *version == wanted) {
        return Ok(Some(same.clone()));
    }
    let wanted = if wanted.is_empty() { "*" } else { wanted };
    let constraint =
        Constraint::parse(wanted.as_bytes()).map_err(|error| OciError::Other(error.to_string()))?;
    let is_allowed =
        |version: &&String| Version::parse(version.as_bytes()).is_ok_and(|v| constraint.check(&v));
    Ok(versions.iter().find(is_allowed).cloned())
}

/// The address of the next page, which must be the same registry's.
fn next_page(link: Option<&str>, here: &str) -> Result<Option<String>, OciError> {
    let Some(link) = link.filter(|link| !link.is_empty()) else { return Ok(None) };
    let wrong = |link: &str, why: &str| OciError::Other(format!("invalid next link {}: {why}", quoted(link)));
    let rest = link.strip_prefix('<').ok_or_else(|| wrong(link, "missing '<'"))?;
    let (next, _) = rest.split_once('>').ok_or_else(|| wrong(link, "missing '>'"))?;
    let here = reqwest::Url::parse(here).map_err(|error| OciError::Other(error.to_string()))?;
    let joined = here.join(next).map_err(|error| OciError::Other(error.to_string()))?;
    if joined.origin() == here.origin() {
        Ok(Some(joined.to_string()))
    } else {
        Err(wrong(next, &format!("not the same origin as {}", quoted(here.as_str()))))
    }
}

#[cfg(test)]
mod tests {
    use super::{newest, next_page};

    #[test]
    fn constraints_choose_the_newest_version() {
        let versions = ["2.0.0-rc.1", "1.1.0+b", "1.1.0", "1.0.0"].map(String::from);
        let find = |wanted| newest(&versions, wanted).unwrap();
        assert_eq!(find("").as_deref(), Some("1.1.0+b"));
        assert_eq!(find("^1").as_deref(), Some("1.1.0+b"));
        assert_eq!(find("1.1.0").as_deref(), Some("1.1.0"));
        assert_eq!(find(">0-0").as_deref(), Some("2.0.0-rc.1"));
        assert_eq!(find("^3"), None);
        assert_eq!(newest(&versions, "a/b").unwrap_err().to_string(), "improper constraint: \"a/b\"");
    }

    #[test]
    fn the_next_page_is_the_same_registrys() {
        let here = "https://r.example.com/v2/c/tags/list";
        assert_eq!(next_page(None, here).unwrap(), None);
        assert_eq!(
            next_page(Some("</v2/c/tags/list?last=a&n=1>; rel=\"next\""), here).unwrap().as_deref(),
            Some("https://r.example.com/v2/c/tags/list?last=a&n=1")
        );
        for (link, problem) in [
            ("x", "invalid next link \"x\": missing '<'"),
            ("<x", "invalid next link \"<x\": missing '>'"),
            (
                "<http://r.example.com/x>",
                "invalid next link \"http://r.example.com/x\": not the same origin as \"https://r.example.com/v2/c/tags/list\"",
            ),
        ] {
            assert_eq!(next_page(Some(link), here).unwrap_err().to_string(), problem);
        }
    }
}
