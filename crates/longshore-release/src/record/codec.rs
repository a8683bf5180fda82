//! From a record to the text in the Secret, and back.

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use super::Release;

/// The first bytes of a gzip stream: records older than Helm 2.2 have none.
const GZIP_MAGIC: [u8; 3] = [0x1f, 0x8b, 0x08];

/// A record may not unpack to more than this. The Secret's own limit is 1 MiB, so an honest one is far
/// below; a gzip bomb is not.
const MAX_RECORD_BYTES: u64 = 256 << 20;

/// Why a record could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// The `release` key does not hold base64.
    #[error("the record is not base64")]
    Base64(#[from] base64::DecodeError),
    /// The bytes below are not gzip, or are cut short.
    #[error("the record cannot be decompressed")]
    Gzip(#[source] std::io::Error),
    /// It unpacks to more than any record may hold.
    #[error("the record unpacks to more than {} MiB", MAX_RECORD_BYTES >> 20)]
    TooLarge,
    /// The JSON is not a release.
    #[error("the record is not a release")]
    Json(#[from] serde_json::Error),
}

/// The text for the Secret's `release` key (which Kubernetes encodes once more).
pub fn encode(release: &Release) -> Result<String, CodecError> {
    let json = serde_json::to_vec(release)?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&json).map_err(CodecError::Gzip)?;
    Ok(STANDARD.encode(gzip.finish().map_err(CodecError::Gzip)?))
}

/// The record in the text of a Secret's `release` key.
pub fn decode(text: &str) -> Result<Release, CodecError> {
    let bytes = STANDARD.decode(text.trim())?;
    if !bytes.starts_with(&GZIP_MAGIC) {
        return Ok(serde_json::from_slice(&bytes)?);
    }
    let mut json = Vec::new();
    GzDecoder::new(bytes.as_slice())
        .take(MAX_RECORD_BYTES + 1)
        .read_to_end(&mut json)
        .map_err(CodecError::Gzip)?;
    if json.len() as u64 > MAX_RECORD_BYTES {
        return Err(CodecError::TooLarge);
    }
    Ok(serde_json::from_slice(&json)?)
}
