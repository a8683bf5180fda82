//! Files that [SOPS](https://getsops.io) encrypted: their keys are plain, their values are encrypted one by one.
//!
//! A file brings its own data key, sealed to the keys of those who may read it; of these, age recipients are known
//! here. Every value is sealed with AES-256-GCM to the path where it stands, and a MAC over all values in their order
//! says that none was taken out, added or moved. Nothing of a file is given away before its MAC has been compared.

mod cipher;
mod data_key;
mod error;
mod flat;
mod format;
mod ini;
mod json;
mod metadata;
mod path;
mod rule;
mod shamir;
mod tree;
mod walk;
mod yaml;

pub use error::SopsError;
pub use format::SopsFormat;

use zeroize::Zeroizing;

use crate::Identity;
use metadata::Metadata;
use tree::Tree;

/// The largest file that is read, in bytes.
pub const MAX_SOPS: u64 = 8 << 20;

/// A file that was decrypted and whose MAC is right. It cannot be printed.
pub struct Decrypted {
    documents: Vec<Tree>,
    format: SopsFormat,
}

/// Decrypts a file.
///
/// # Errors
/// It is no SOPS file, it is sealed to others or to keys of kinds that are not known, or it was changed. No error
/// has anything of a value in it.
pub fn decrypt(input: &[u8], format: SopsFormat, identities: &[Identity]) -> Result<Decrypted, SopsError> {
    let (mut documents, metadata) = read(input, format)?;
    let key = data_key::open(&metadata, identities)?;
    walk::decrypt(&mut documents, &metadata, &key)?;
    Ok(Decrypted { documents, format })
}

/// Says without any key whether a file is SOPS' and has something at `key`: what is wrong with it can be known before
/// anybody has to open it.
///
/// # Errors
/// It is no SOPS file, or has nothing at `key`.
pub fn examine(input: &[u8], format: SopsFormat, key: Option<&str>) -> Result<(), SopsError> {
    let (documents, _) = read(input, format)?;
    path::find(&documents, format, key).map(drop)
}

fn read(input: &[u8], format: SopsFormat) -> Result<(Vec<Tree>, Metadata), SopsError> {
    if input.len() as u64 > MAX_SOPS {
        return Err(SopsError::TooLarge);
    }
    let mut documents = match format {
        SopsFormat::Yaml => yaml::read(input)?,
        SopsFormat::Json | SopsFormat::Binary => vec![json::read(input)?],
        SopsFormat::Dotenv => vec![flat::read_dotenv(input)?],
        SopsFormat::Ini => vec![ini::read(input)?],
    };
    let metadata = match format {
        SopsFormat::Dotenv => flat::take_prefixed(&mut documents)?,
        SopsFormat::Ini => flat::unflatten(metadata::take(&mut documents)?, true)?,
        _ => metadata::take(&mut documents)?,
    };
    let metadata = Metadata::read(&metadata)?;
    Ok((documents, metadata))
}

impl Decrypted {
    /// The value at a path of keys with dots between them (`db.password`, `hosts.0`, `a\.b` for a key with a dot); of
    /// a binary file without one, its content.
    ///
    /// # Errors
    /// There is nothing, or no single value.
    pub fn value(&self, key: Option<&str>) -> Result<Zeroizing<Vec<u8>>, SopsError> {
        let leaf = path::find(&self.documents, self.format, key)?;
        Ok(if self.format == SopsFormat::Json { leaf.shown_of_json() } else { leaf.shown() })
    }
}

impl std::fmt::Debug for Decrypted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Decrypted")
    }
}
