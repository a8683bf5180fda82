//! The list of what a chart in a registry is made of
//! (<https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md>).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use aws_lc_rs::digest;

/// What a manifest is.
pub(super) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// What a list of manifests is.
pub(super) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// What Docker's older manifests are, which are made alike.
pub(super) const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
/// All that a registry may give for a name.
pub(super) const ACCEPTED: &str = "application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, application/vnd.oci.artifact.manifest.v1+json";
/// All that an image may be: for one platform, or an index of several.
pub(super) const IMAGES: &str = "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";
/// A chart's metadata.
pub(super) const CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
/// A chart's archive.
pub(super) const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
/// A chart's archive, as it was called before.
pub(super) const OLD_CHART: &str = "application/tar+gzip";
/// A chart's signed statement.
pub(super) const PROVENANCE: &str = "application/vnd.cncf.helm.chart.provenance.v1.prov";

/// One part: its kind, its digest, its size in bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Descriptor {
    #[serde(rename = "mediaType", default)]
    pub(super) media_type: String,
    #[serde(default)]
    pub(super) digest: String,
    #[serde(default)]
    pub(super) size: u64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) annotations: BTreeMap<String, String>,
}

/// The list itself, with its fields in the order in which they are written.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct Manifest {
    #[serde(rename = "schemaVersion", default)]
    pub(super) schema_version: u32,
    #[serde(rename = "artifactType", default, skip_serializing_if = "String::is_empty")]
    pub(super) artifact_type: String,
    pub(super) config: Descriptor,
    #[serde(default)]
    pub(super) layers: Vec<Descriptor>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) annotations: BTreeMap<String, String>,
}

impl Descriptor {
    /// What describes these bytes.
    pub(super) fn of(media_type: &str, bytes: &[u8]) -> Self {
        Self {
            media_type: media_type.to_owned(),
            digest: sha256(bytes),
            size: bytes.len() as u64,
            ..Self::default()
        }
    }

    /// Whether these are its bytes.
    pub(super) fn is_of(&self, bytes: &[u8]) -> bool {
        digest_like(&self.digest, bytes).as_ref() == Some(&self.digest)
    }
}

/// The SHA-256 of something in hexadecimal digits, behind `sha256:`.
pub fn sha256(bytes: &[u8]) -> String {
    digest_like("sha256:", bytes).expect("the algorithm is known")
}

/// The digest by the same algorithm as another one; nothing if nobody knows that.
fn digest_like(other: &str, bytes: &[u8]) -> Option<String> {
    let (name, _) = other.split_once(':')?;
    let algorithm = match name {
        "sha256" => &digest::SHA256,
        "sha384" => &digest::SHA384,
        "sha512" => &digest::SHA512,
        _ => return None,
    };
    let digits: String =
        digest::digest(algorithm, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("{name}:{digits}"))
}

/// JSON as Go writes it, which hides what HTML could stumble over.
pub(super) fn to_json(manifest: &Manifest) -> Vec<u8> {
    let text = serde_json::to_string(manifest).expect("texts and numbers have a JSON form");
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(escaped, "\\u{:04x}", u32::from(letter));
            }
            other => escaped.push(other),
        }
    }
    escaped.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::{Descriptor, Manifest, to_json};

    #[test]
    fn a_manifest_is_written_as_go_writes_it() {
        let config = Descriptor::of("c", b"{}");
        let digest = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        assert!(config.is_of(b"{}") && !config.is_of(b"{ }"));
        let annotations = [(String::from("a"), String::from("<&>"))].into_iter().collect();
        let artifact_type = String::new();
        let manifest = Manifest { schema_version: 2, artifact_type, config, layers: Vec::new(), annotations };
        assert_eq!(
            String::from_utf8(to_json(&manifest)).unwrap(),
            format!(
                "{{\"schemaVersion\":2,\"config\":{{\"mediaType\":\"c\",\"digest\":\"{digest}\",\"size\":2}},\"layers\":[],\"annotations\":{{\"a\":\"\\u003c\\u0026\\u003e\"}}}}"
            )
        );
    }
}
