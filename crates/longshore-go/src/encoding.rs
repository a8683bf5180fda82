//! `encoding/base64` and `encoding/base32` with their standard alphabets, and Go's words for bad input.
//!
//! Decoding skips line breaks wherever they stand, and an error names the byte at which Go's decoder
//! gives up; charts print that text (`b64dec` returns it in place of the data).

mod base32;
mod base64;

pub use base32::{decode_base32, encode_base32};
pub use base64::{decode_base64, encode_base64};

/// Input that is not of the encoding, from the named byte on (`CorruptInputError`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("illegal {encoding} data at input byte {at}")]
pub struct CorruptInput {
    /// `base64` or `base32`.
    pub encoding: &'static str,
    /// Offset in bytes, as Go counts it.
    pub at: usize,
}
