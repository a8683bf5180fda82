//! Provenance: who made a chart's archive, and that nobody changed it since.
//!
//! Beside an archive `web-1.0.0.tgz` lies `web-1.0.0.tgz.prov`: the chart's metadata and the archive's SHA-256 as YAML,
//! signed with OpenPGP so that it stays readable. The format is Helm's: <https://helm.sh/docs/topics/provenance/>. Packets
//! and cryptography are `pgp`'s; which keys count, and the words for what is wrong, are those of Helm.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use longshore_source::provenance::{Formats, Keyring, verify};
//! let keyring = Keyring::open("pubring.gpg", Formats::All)?;
//! let archive = std::fs::read("web-1.0.0.tgz")?;
//! let statement = std::fs::read("web-1.0.0.tgz.prov")?;
//! let verified = verify(&archive, &statement, "web-1.0.0.tgz", &keyring, 1_795_000_000)?;
//! println!("{} by {}", verified.digest, verified.signer.fingerprint());
//! # Ok(()) }
//! ```

mod armor;
mod check;
mod cleartext;
mod entity;
mod facts;
mod fault;
mod keybox;
mod keyring;
mod packet;
mod signer;

use std::fs;
use std::io::Read as _;

use longshore_go::{Map, Value, strconv};
use longshore_yaml::sigs;

use crate::oci::sha256;
pub use entity::Entity;
pub use fault::Fault;
pub use keyring::Keyring;
pub use signer::Signer;

/// No keyring, archive or statement is larger, in bytes.
const LARGEST: u64 = 256 << 20;

/// Which forms of keyrings are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Formats {
    /// OpenPGP packets only, as up to Helm 4.2.
    Packets,
    /// Armour and GnuPG's keybox too.
    All,
}

/// What a good statement says.
#[derive(Debug)]
pub struct Verified<'k> {
    /// The key that it was signed with.
    pub signer: &'k Entity,
    /// The archive's SHA-256, behind `sha256:`.
    pub digest: String,
}

/// Checks an archive called `name` against the statement beside it, at a time in seconds since 1970.
///
/// # Errors
/// The statement is not signed by a key of the keyring that may do so, or is about another archive.
pub fn verify<'k>(
    archive: &[u8],
    statement: &[u8],
    name: &str,
    keyring: &'k Keyring,
    now: u64,
) -> Result<Verified<'k>, Fault> {
    let signed = cleartext::decode(statement).ok_or(Fault::Unsigned)?;
    let signer = check::signer(keyring, &signed.bytes, &signed.signatures?, now)?;
    let digest = sha256(archive);
    let quoted = |text: &str| strconv::quoted(text);
    match stated(&signed.text, name)? {
        None => {
            let name = quoted(name);
            Err(Fault::Other(format!("provenance does not contain a SHA for a file named {name}")))
        }
        Some(stated) if stated != digest => {
            let (stated, digest) = (quoted(&stated), quoted(&digest));
            Err(Fault::Other(format!("sha256 sum does not match for {name}: {stated} != {digest}")))
        }
        Some(_) => Ok(Verified { signer, digest }),
    }
}

/// The text that is signed about an archive called `name` of a chart with this metadata in YAML.
pub fn statement(metadata: &str, archive: &[u8], name: &str) -> String {
    let files: Map = [(name, Value::from(sha256(archive)))].into_iter().collect();
    let sums: Map = [("files", Value::Map(files))].into_iter().collect();
    let sums = sigs::marshal(&Value::Map(sums)).map(|yaml| String::from_utf8_lossy(&yaml).into_owned());
    // A line `---` would be escaped in signed text, so that the parts are kept apart by the mark for the end.
    format!("{metadata}\n...\n{}", sums.unwrap_or_default())
}

/// Reads a file that has to do with signatures.
///
/// # Errors
/// It cannot be read, in Go's words, or is larger than anything of the kind.
pub fn read(path: &str) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|error| Fault::file("open", path, &error))?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| Fault::file("read", path, &error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Fault::File(format!("read {path}: larger than {} MiB", LARGEST >> 20)));
    }
    Ok(bytes)
}

/// What a statement says of a file.
fn stated(text: &[u8], name: &str) -> Result<Option<String>, Fault> {
    const MARK: &[u8] = b"\n...\n";
    let Some(at) = text.windows(MARK.len()).position(|part| part == MARK) else {
        return Err(Fault::Other(String::from("message block must have at least two parts")));
    };
    let sums = &text[at + MARK.len()..];
    let end = sums.windows(MARK.len()).position(|part| part == MARK).unwrap_or(sums.len());
    let sums = sigs::to_value(&sums[..end]).map_err(|error| Fault::Other(error.to_string()))?;
    let files = sums.as_map().and_then(|sums| sums.get(b"files"));
    let sum = files.as_ref().and_then(|files| files.as_map()).and_then(|files| files.get(name.as_bytes()));
    Ok(sum.and_then(|sum| sum.as_str().map(ToString::to_string)))
}
