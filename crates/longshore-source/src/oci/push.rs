//! Bringing a chart to a registry: its parts first, then the list of them under its name, so that who asks for the
//! chart meanwhile gets all of it or nothing.

use std::collections::BTreeMap;

use bytes::Bytes;
use longshore_go::url::query_escape;
use reqwest::{Method, StatusCode};

use super::OciError;
use super::error::quoted;
use super::manifest::{ACCEPTED, CHART, CONFIG, Descriptor, MANIFEST, Manifest, PROVENANCE, to_json};
use super::reference::{ChartReference, Reference};
use super::registry::Registry;
use super::transport::{Answer, Call, origin, parse};

/// What a chart in a registry is made of.
#[derive(Debug, Clone)]
pub struct Chart {
    /// Its archive.
    pub archive: Vec<u8>,
    /// Its metadata as JSON.
    pub config: Vec<u8>,
    /// The signed statement about its archive.
    pub provenance: Option<Vec<u8>>,
    /// What is said about it, by the names of
    /// <https://github.com/opencontainers/image-spec/blob/v1.1.1/annotations.md>.
    pub annotations: BTreeMap<String, String>,
}

/// What was brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// Its name.
    pub reference: String,
    /// The manifest's digest.
    pub digest: String,
}

impl Registry<'_> {
    /// Brings a chart to a registry under a name.
    ///
    /// # Errors
    /// The name is none, or the registry does not take it.
    pub fn push(&self, name: &str, chart: &Chart) -> Result<Pushed, OciError> {
        let reference = ChartReference::parse(name)?;
        let described = |kind, bytes: &Vec<u8>| (Descriptor::of(kind, bytes), Bytes::from(bytes.clone()));
        let config = described(CONFIG, &chart.config);
        let mut layers = vec![described(CHART, &chart.archive)];
        layers.extend(chart.provenance.as_ref().map(|bytes| described(PROVENANCE, bytes)));
        layers.sort_by(|(a, _), (b, _)| a.digest.cmp(&b.digest));
        let manifest = to_json(&Manifest {
            artifact_type: String::new(),
            schema_version: 2,
            config: config.0.clone(),
            layers: layers.iter().map(|(descriptor, _)| descriptor.clone()).collect(),
            annotations: chart.annotations.clone(),
        });
        let root = Descriptor::of(MANIFEST, &manifest);
        let digest = root.digest.clone();
        layers.insert(0, config);
        self.http.block_on(self.store(&reference.named, &layers, &root, manifest.into()))??;
        Ok(Pushed { reference: reference.to_string(), digest })
    }

    async fn store(
        &self,
        named: &Reference,
        parts: &[(Descriptor, Bytes)],
        root: &Descriptor,
        manifest: Bytes,
    ) -> Result<(), OciError> {
        let path =
            |kind: &str, name: &str| self.url(named.host(), &format!("{}/{kind}/{name}", named.repository));
        if !self.exists(named, path("manifests", &root.digest)).await? {
            for (descriptor, bytes) in parts {
                if !self.exists(named, path("blobs", &descriptor.digest)).await? {
                    self.upload(named, descriptor, bytes)
                        .await
                        .map_err(|error| error.at_destination("Push"))?;
                }
            }
            let kept = self.put(named, path("manifests", &root.digest), root, manifest.clone()).await;
            kept.map_err(|error| error.at_destination("Push"))?;
        }
        let kept = self.put(named, path("manifests", &named.reference), root, manifest).await;
        kept.map_err(|error| error.at_destination("Tag"))
    }

    async fn exists(&self, named: &Reference, url: String) -> Result<bool, OciError> {
        let unknown = |error: OciError| error.at_destination("Exists");
        let call = Call::new(Method::HEAD, url).allowed(named, "pull,push").accepting(ACCEPTED);
        let answer = self.send(&call).await.map_err(unknown)?;
        match answer.status() {
            StatusCode::OK => Ok(true),
            StatusCode::NOT_FOUND => Ok(false),
            _ => Err(unknown(answer.refused().await)),
        }
    }

    /// Brings a part, in one piece.
    async fn upload(&self, named: &Reference, wanted: &Descriptor, bytes: &Bytes) -> Result<(), OciError> {
        let url = self.url(named.host(), &format!("{}/blobs/uploads/", named.repository));
        let answer = self.send(&Call::new(Method::POST, url).allowed(named, "pull,push")).await?;
        if answer.status() != StatusCode::ACCEPTED {
            return Err(answer.refused().await);
        }
        let place = upload_place(&answer)?;
        let joint = if place.contains('?') { '&' } else { '?' };
        let digest = query_escape(wanted.digest.as_bytes());
        let url = format!("{place}{joint}digest={}", String::from_utf8_lossy(&digest));
        let call = Call::new(Method::PUT, url)
            .allowed(named, "pull,push")
            .sending("application/octet-stream", bytes.clone());
        let answer = self.send(&call).await?;
        if answer.status() == StatusCode::CREATED { Ok(()) } else { Err(answer.refused().await) }
    }

    /// Brings a manifest.
    async fn put(
        &self,
        named: &Reference,
        url: String,
        root: &Descriptor,
        bytes: Bytes,
    ) -> Result<(), OciError> {
        let call = Call::new(Method::PUT, url).allowed(named, "pull,push").sending(&root.media_type, bytes);
        let answer = self.send(&call).await?;
        if answer.status() != StatusCode::CREATED {
            return Err(answer.refused().await);
        }
        match answer.header("docker-content-digest") {
            Some(stated) if stated != root.digest => Err(OciError::Other(format!(
                "PUT {}: invalid response; digest mismatch in Docker-Content-Digest: received {} when expecting {}",
                quoted(answer.url()),
                quoted(stated),
                quoted(&root.digest)
            ))),
            _ => Ok(()),
        }
    }
}

/// Where the registry wants a part, which must be the registry itself.
fn upload_place(answer: &Answer) -> Result<String, OciError> {
    let other = |text: String| OciError::Other(text);
    let place = answer.header("location").unwrap_or_default();
    if place.is_empty() {
        return Err(other(String::from("http: no Location header in response")));
    }
    let here = reqwest::Url::parse(answer.url()).map_err(|error| other(error.to_string()))?;
    let place = here.join(place).map_err(|error| other(error.to_string()))?.to_string();
    let (from, to) = (parse(answer.url())?, parse(&place)?);
    let host = |url: &longshore_go::url::Url| quoted(&url.host);
    let ((scheme, name, port), (to_scheme, to_name, to_port)) = (origin(&from), origin(&to));
    // Some registries forget their port.
    let is_same = name == to_name && (port == to_port || to.port().is_none() && port == b"443");
    if !is_same {
        let (to, from) = (host(&to), host(&from));
        return Err(other(format!(
            "blob upload Location {to} is on a different host than the registry {from}"
        )));
    }
    if scheme == b"https" && to_scheme != b"https" {
        return Err(other(format!("blob upload Location {} downgrades scheme from https", host(&to))));
    }
    Ok(place)
}
