//! Getting a chart from a registry.
//!
//! What is asked for, and the words for what is wrong, are as in
//! <https://github.com/helm/helm/blob/v4.3.1/pkg/registry/client.go>.

use reqwest::{Method, StatusCode};

use super::error::{decode, quoted};
use super::manifest::{
    ACCEPTED, CHART, CONFIG, DOCKER_MANIFEST, Descriptor, INDEX, MANIFEST, Manifest, OLD_CHART, PROVENANCE,
    sha256,
};
use super::reference::{ChartReference, Reference, check_digest};
use super::registry::Registry;
use super::transport::Call;
use super::{MAX_METADATA, OciError};
use crate::MAX_BODY;

/// What of a chart is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Its archive.
    Archive,
    /// The signed statement about its archive.
    Provenance,
}

/// What came.
#[derive(Debug)]
pub struct Pulled {
    /// The name that it was asked for by.
    pub reference: String,
    /// The manifest's digest.
    pub digest: String,
    /// The archive, or the statement.
    pub bytes: Vec<u8>,
    /// Whether the archive is of a kind that is no longer to be used.
    pub is_old: bool,
}

impl Pulled {
    /// The kind that is no longer to be used.
    pub const OLD_KIND: &'static str = OLD_CHART;
}

impl Registry<'_> {
    /// Gets a part of the chart called `name`, with or without `oci://`.
    ///
    /// # Errors
    /// There is no such chart, it is none, or it did not come as it was described.
    pub fn pull(&self, name: &str, part: Part) -> Result<Pulled, OciError> {
        let reference = ChartReference::parse(name)?.to_string();
        let named = Reference::parse(&reference)?;
        if named.reference.is_empty() {
            return Err(OciError::Other(String::from("invalid reference")).at_source("FetchReference"));
        }
        self.http.block_on(self.copy(reference, &named, part))?
    }

    async fn copy(&self, reference: String, named: &Reference, part: Part) -> Result<Pulled, OciError> {
        let (kind, stated, bytes) =
            self.manifest(named).await.map_err(|error| error.at_source("FetchReference"))?;
        let digest = sha256(&bytes);
        let wanted = Some(&named.reference).filter(|_| named.is_digest());
        for stated in wanted.into_iter().chain(&stated) {
            let described = Descriptor { digest: stated.clone(), ..Descriptor::default() };
            if !described.is_of(&bytes) {
                return Err(OciError::Other(String::from("mismatched digest")).at_source("Successors"));
            }
        }
        let mut parts = Vec::new();
        let mut found = 0;
        if matches!(kind.as_str(), MANIFEST | DOCKER_MANIFEST) {
            let manifest: Manifest =
                decode(&bytes).map_err(|why| OciError::Other(why).at_source("Successors"))?;
            parts.push(manifest.config);
            parts.extend(manifest.layers);
        }
        found += usize::from(matches!(kind.as_str(), MANIFEST | INDEX));
        parts.retain(|descriptor| {
            let kind = descriptor.media_type.as_str();
            kind == CONFIG
                || part == Part::Archive && matches!(kind, CHART | OLD_CHART)
                || part == Part::Provenance && kind == PROVENANCE
        });
        let mut blobs = Vec::new();
        for descriptor in &parts {
            blobs.push(self.blob(named, descriptor).await?);
        }
        found += parts.len();
        if found < 2 {
            return Err(OciError::Other(format!(
                "manifest does not contain minimum number of descriptors (2), descriptors found: {found}"
            )));
        }
        let last =
            |is: &dyn Fn(&str) -> bool| parts.iter().rposition(|descriptor| is(&descriptor.media_type));
        if last(&|kind| kind == CONFIG).is_none() {
            return Err(OciError::Other(format!("could not load config with mediatype {CONFIG}")));
        }
        let (wanted, at) = match part {
            Part::Archive => (CHART, last(&|kind| kind != CONFIG)),
            Part::Provenance => (PROVENANCE, last(&|kind| kind == PROVENANCE)),
        };
        let at = at.ok_or_else(|| {
            OciError::Other(format!("manifest does not contain a layer with mediatype {wanted}"))
        })?;
        let is_old = parts.iter().any(|descriptor| descriptor.media_type == OLD_CHART);
        if kind == DOCKER_MANIFEST {
            return Err(OciError::Other(format!(
                "unable to retrieve blob with digest {digest}: {digest}: {kind}: not found"
            )));
        }
        Ok(Pulled { reference, digest, bytes: blobs.swap_remove(at), is_old })
    }

    /// A manifest's kind, its digest as the registry states it, and its bytes.
    pub(super) async fn manifest(
        &self,
        named: &Reference,
    ) -> Result<(String, Option<String>, Vec<u8>), OciError> {
        let path = format!("{}/manifests/{}", named.repository, named.reference);
        let call =
            Call::new(Method::GET, self.url(named.host(), &path)).allowed(named, "pull").accepting(ACCEPTED);
        let answer = self.send(&call).await?;
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Err(OciError::NotFound(named.to_string())),
            _ => return Err(answer.refused().await),
        }
        let kind = answer.header("content-type").unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let stated = answer.header("docker-content-digest").map(str::to_owned);
        if kind.is_empty() {
            let url = quoted(answer.url());
            let why = "invalid response `Content-Type` header; mime: no media type";
            return Err(OciError::Other(format!("GET {url}: {why}")));
        }
        Ok((kind, stated, answer.body(MAX_METADATA).await?))
    }

    /// The bytes that a descriptor describes.
    pub(super) async fn blob(&self, named: &Reference, wanted: &Descriptor) -> Result<Vec<u8>, OciError> {
        let not_fetched = |error: OciError| error.at_source("Fetch");
        let path = format!("{}/blobs/{}", named.repository, wanted.digest);
        let call = Call::new(Method::GET, self.url(named.host(), &path)).allowed(named, "pull");
        let answer = self.send(&call).await.map_err(not_fetched)?;
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Err(not_fetched(OciError::NotFound(wanted.digest.clone()))),
            _ => return Err(not_fetched(answer.refused().await)),
        }
        if answer.length().is_some_and(|length| length != wanted.size) {
            let url = quoted(answer.url());
            return Err(not_fetched(OciError::Other(format!("GET {url}: mismatch Content-Length"))));
        }
        if wanted.size > MAX_BODY {
            let most = MAX_BODY >> 20;
            return Err(not_fetched(OciError::Other(format!("{} is larger than {most} MiB", wanted.digest))));
        }
        let not_kept = |why: String| OciError::Other(why).at_destination("Push");
        let Descriptor { digest, size, .. } = wanted;
        check_digest(digest)
            .map_err(|why| not_kept(format!("read failed: failed to validate {digest}: {why}")))?;
        let (bytes, problem) = answer.some_body(MAX_BODY).await;
        let length = bytes.len() as u64;
        if let Some(problem) = problem {
            return Err(not_kept(format!(
                "read failed: expected content size of {size}, got {length}, for digest {digest}: {problem}"
            )));
        }
        match length.cmp(size) {
            std::cmp::Ordering::Less => Err(not_kept(format!(
                "read failed: expected content size of {size}, got {length}, for digest {digest}: unexpected EOF"
            ))),
            std::cmp::Ordering::Greater => Err(not_kept(String::from("trailing data"))),
            std::cmp::Ordering::Equal if wanted.is_of(&bytes) => Ok(bytes),
            std::cmp::Ordering::Equal => Err(not_kept(String::from("mismatched digest"))),
        }
    }
}
