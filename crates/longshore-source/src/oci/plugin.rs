//! Getting a Helm plugin from a registry.
//!
//! What is asked for, and the words for what is wrong, are as in
//! <https://github.com/helm/helm/blob/v4.3.1/pkg/registry/plugin.go>.

use super::OciError;
use super::error::decode;
use super::manifest::{Descriptor, MANIFEST, Manifest, sha256};
use super::reference::{ChartReference, Reference};
use super::registry::Registry;

/// The kind of a manifest that is a plugin's.
const PLUGIN: &str = "application/vnd.helm.plugin.v1+json";
/// The kinds of parts that are got; others are as if they were not there.
const PARTS: [&str; 2] =
    ["application/vnd.oci.image.layer.v1.tar", "application/vnd.oci.image.layer.v1.tar+gzip"];
/// The annotation with the name of a part.
const TITLE: &str = "org.opencontainers.image.title";

/// A plugin from a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plugin {
    /// Its archive.
    pub archive: Vec<u8>,
    /// The signed statement about it, if there is one.
    pub statement: Option<Vec<u8>>,
}

/// The name of the folder for the plugin at a name, with or without `oci://`.
///
/// # Errors
/// No registry can have such a thing.
///
/// ```
/// use longshore_source::oci::plugin_name;
/// assert_eq!(plugin_name("oci://localhost:5000/plugins/drift:1.0.0")?, "drift");
/// # Ok::<(), longshore_source::oci::OciError>(())
/// ```
pub fn plugin_name(name: &str) -> Result<String, OciError> {
    let repository = ChartReference::parse(name)?.named.repository;
    Ok(repository.rsplit('/').next().unwrap_or_default().to_owned())
}

impl Registry<'_> {
    /// Gets the plugin called `name`, with or without `oci://`. Its parts begin with the last part of the name's path.
    ///
    /// # Errors
    /// There is no such plugin, it is none, or it did not come as it was described.
    pub fn plugin(&self, name: &str) -> Result<Plugin, OciError> {
        let reference = ChartReference::parse(name)?.to_string();
        let named = Reference::parse(&reference)?;
        if named.reference.is_empty() {
            return Err(OciError::Other(String::from("invalid reference")).at_source("FetchReference"));
        }
        let last = name.rsplit('/').next().unwrap_or_default();
        let last = last.rsplit_once('@').or_else(|| last.rsplit_once(':')).map_or(last, |(last, _)| last);
        self.http.block_on(self.copy_plugin(&named, last))?
    }

    async fn copy_plugin(&self, named: &Reference, name: &str) -> Result<Plugin, OciError> {
        let (kind, stated, bytes) =
            self.manifest(named).await.map_err(|error| error.at_source("FetchReference"))?;
        let wanted = Some(&named.reference).filter(|_| named.is_digest());
        for stated in wanted.into_iter().chain(&stated) {
            let described = Descriptor { digest: stated.clone(), ..Descriptor::default() };
            if !described.is_of(&bytes) {
                return Err(OciError::Other(String::from("mismatched digest")).at_source("Successors"));
            }
        }
        let digest = sha256(&bytes);
        if kind != MANIFEST {
            return Err(OciError::Other(format!("unable to retrieve manifest: {digest}: {kind}: not found")));
        }
        let manifest: Manifest =
            decode(&bytes).map_err(|why| OciError::Other(why).at_source("Successors"))?;
        let config = &manifest.config.media_type;
        match manifest.artifact_type.as_str() {
            "" if config != PLUGIN => {
                return Err(OciError::Other(format!(
                    "expected config media type {PLUGIN} for legacy compatibility, got {config}"
                )));
            }
            "" | PLUGIN => {}
            other => return Err(OciError::Other(format!("expected artifact type {PLUGIN}, got {other}"))),
        }
        let part = |end: &str| {
            let is_it = |title: &String| title.starts_with(&format!("{name}-")) && title.ends_with(end);
            manifest.layers.iter().find(|layer| layer.annotations.get(TITLE).is_some_and(is_it))
        };
        let archive = part(".tgz").ok_or_else(|| {
            OciError::Other(format!(
                "required layer matching pattern {name}-VERSION.tgz not found in manifest"
            ))
        })?;
        let archive = self.plugin_part(named, archive, "plugin data").await?;
        let statement = match part(".tgz.prov") {
            Some(statement) => Some(self.plugin_part(named, statement, "provenance data").await?),
            None => None,
        };
        Ok(Plugin { archive, statement })
    }

    async fn plugin_part(
        &self,
        named: &Reference,
        part: &Descriptor,
        what: &str,
    ) -> Result<Vec<u8>, OciError> {
        if !PARTS.contains(&part.media_type.as_str()) {
            let Descriptor { digest, media_type, .. } = part;
            return Err(OciError::Other(format!(
                "unable to retrieve {what} with digest {digest}: {digest}: {media_type}: not found"
            )));
        }
        self.blob(named, part).await
    }
}
