//! Gzipped tar archives of any files, in memory and with caps: what plugins are shipped in.
//!
//! The words of refusals are those of Helm's extractor
//! (<https://github.com/helm/helm/blob/v4.3.1/internal/plugin/installer/extractor.go>). Charts have rules of their own, in
//! `longshore-chart`.

use std::io::{self, Read};

use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use tar::EntryType;

use crate::Limits;

/// A file or folder of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its path, with `/` between the parts and no `..` among them.
    pub path: String,
    /// Its permissions.
    pub mode: u32,
    /// The file's content; `None` for a folder.
    pub content: Option<Vec<u8>>,
}

/// Unpacks an archive.
///
/// # Errors
/// It is none, is larger than `limits`, a path leads out of it, or something in it is neither file nor folder.
///
/// ```
/// use longshore_source::{Limits, tarball::{self, Member}};
/// let members = [Member { path: "a/run".into(), mode: 0o755, content: Some(b"true".to_vec()) }];
/// assert_eq!(tarball::unpack(&tarball::pack(&members, 0)?, &Limits::default()).unwrap(), members);
/// # std::io::Result::Ok(())
/// ```
pub fn unpack(bytes: &[u8], limits: &Limits) -> Result<Vec<Member>, String> {
    /// Bytes of a gzip header without what is optional; Go reads them all before it looks at them.
    const HEADER: usize = 10;
    match bytes.len() {
        0 => return Err(String::from("EOF")),
        1..HEADER => return Err(String::from("unexpected EOF")),
        _ if !bytes.starts_with(b"\x1F\x8B") => return Err(String::from("gzip: invalid header")),
        _ => {}
    }
    let words = |error: io::Error| match error.to_string().as_str() {
        "incomplete deflate stream" => String::from("unexpected EOF"),
        text => text.to_owned(),
    };
    let too_large =
        || format!("the archive is larger than {} MiB or has too many files", limits.total_bytes >> 20);
    // Headers and long names count too.
    let unzipped = GzDecoder::new(bytes).take(limits.total_bytes.saturating_mul(2));
    let mut archive = tar::Archive::new(unzipped);
    let (mut members, mut left) = (Vec::new(), limits.total_bytes);
    for entry in archive.entries().map_err(words)? {
        let entry = entry.map_err(words)?;
        let kind = entry.header().entry_type();
        if kind.is_pax_global_extensions() || kind.is_pax_local_extensions() {
            continue;
        }
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let path = checked(&path)?;
        let mode = entry.header().mode().map_err(words)? & 0o777;
        let content = match kind {
            EntryType::Directory => None,
            EntryType::Regular | EntryType::Continuous => {
                let mut content = Vec::new();
                entry.take(left + 1).read_to_end(&mut content).map_err(words)?;
                left = left.checked_sub(content.len() as u64).ok_or_else(too_large)?;
                Some(content)
            }
            other => return Err(format!("unknown type: {:b} in {path}", other.as_byte())),
        };
        if members.len() >= limits.files {
            return Err(too_large());
        }
        members.push(Member { path, mode, content });
    }
    Ok(members)
}

/// A path that stays within the archive.
fn checked(path: &str) -> Result<String, String> {
    let refuse = |why: &str| Err(format!("path {why}, which is illegal"));
    if path.contains(':') {
        return refuse("contains ':'");
    }
    let path = path.replace('\\', "/");
    if path.split('/').any(|part| part == "..") {
        return refuse("contains '..'");
    }
    if path.starts_with('/') {
        return refuse("is absolute");
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    Ok(parts.join("/"))
}

/// Packs members in their order; `modified` is the age of all, in seconds of Unix time.
///
/// # Errors
/// A path is too long for an archive.
pub fn pack(members: &[Member], modified: u64) -> io::Result<Vec<u8>> {
    let gzip: GzEncoder<Vec<u8>> = GzBuilder::new().write(Vec::new(), Compression::default());
    let mut archive = tar::Builder::new(gzip);
    for member in members {
        let content = member.content.as_deref().unwrap_or_default();
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(if member.content.is_some() {
            EntryType::Regular
        } else {
            EntryType::Directory
        });
        header.set_mode(member.mode);
        header.set_mtime(modified);
        header.set_size(content.len() as u64);
        archive.append_data(&mut header, &member.path, content)?;
    }
    archive.into_inner()?.finish()
}

#[cfg(test)]
mod tests {
    use super::{Member, checked, pack, unpack};
    use crate::Limits;

    #[test]
    fn paths_stay_within_the_archive() {
        assert_eq!(checked("./a//b/").as_deref(), Ok("a/b"));
        for (path, why) in [
            ("a:b", "contains ':'"),
            ("a/../b", "contains '..'"),
            ("a\\..\\b", "contains '..'"),
            ("/a", "is absolute"),
        ] {
            assert_eq!(checked(path), Err(format!("path {why}, which is illegal")));
        }
    }

    #[test]
    fn a_bomb_is_refused() {
        let zeros = Member { path: "zeros".into(), mode: 0o644, content: Some(vec![0; 1 << 20]) };
        let archive = pack(&[zeros], 0).unwrap();
        assert!(archive.len() < 1 << 13);
        let limits = Limits { total_bytes: 1 << 16, ..Limits::default() };
        assert!(unpack(&archive, &limits).is_err());
        assert_eq!(unpack(&archive[..40], &Limits::default()).unwrap_err(), "unexpected EOF");
        assert_eq!(unpack(b"no archive", &Limits::default()).unwrap_err(), "gzip: invalid header");
    }
}
