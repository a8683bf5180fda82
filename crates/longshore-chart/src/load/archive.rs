//! Reading a packed chart (`.tgz`) from its bytes.
//!
//! The rules, and the texts of refusals, are Helm's
//! (<https://github.com/helm/helm/blob/v4.3.1/pkg/chart/loader/archive/archive.go>). Nothing is
//! written anywhere; a path that leads out of the chart is refused all the same.

use longshore_go::strconv::quoted;
use std::io::Read;

use flate2::read::MultiGzDecoder;
use longshore_go::path as go_path;

use super::tar;
use crate::compat::Level;
use crate::file::without_mark;
use crate::{Error, ErrorKind, File};

/// Most bytes that a chart may have unpacked.
pub const MAX_CHART_BYTES: u64 = 100 << 20;
/// Most files that a chart may have. Helm has no such limit; no chart comes near it.
const MAX_FILES: usize = 100_000;

/// What is said of bytes that are no gzip.
pub(crate) const NO_GZIP: &str = "gzip: invalid header";

/// Bytes of a gzip header without what is optional.
const GZIP_HEADER: usize = 10;
/// Where in it its flags are, and those that there are.
const FLAGS: usize = 3;
const KNOWN_FLAGS: u8 = 0x1F;

/// Least that the whole stream may unpack to, headers included.
const MIN_STREAM: u64 = 1 << 20;

/// A reader that fails when it has given more than it may: long names and extended headers count too.
struct Capped<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
            std::io::Error::other(format!(
                "decompressed chart is larger than the maximum size {MAX_CHART_BYTES}"
            ))
        })?;
        Ok(read)
    }
}

/// Unpacks a gzipped tar of a chart into its files, in the archive's order, the top folder taken off.
///
/// # Errors
/// Broken archives, paths that lead out, more than `budget` bytes (at most [`MAX_CHART_BYTES`]), at 3.22 also files of
/// more than 5 MiB.
pub fn unpack(bytes: &[u8], budget: u64, level: Level) -> Result<Vec<File>, Error> {
    let budget = budget.min(MAX_CHART_BYTES);
    let rules = level.rules();
    let refuse = |text: String| Error::new(ErrorKind::Load, text);
    // Go reads a whole header before it looks at it.
    match bytes.len() {
        0 => return Err(refuse("EOF".to_owned())),
        1..GZIP_HEADER => return Err(refuse("unexpected EOF".to_owned())),
        _ if !bytes.starts_with(b"\x1F\x8B\x08") => return Err(refuse(NO_GZIP.to_owned())),
        _ => {}
    }
    // Flags that mean nothing are passed over by Go.
    let known;
    let bytes = if bytes[FLAGS] & !KNOWN_FLAGS == 0 {
        bytes
    } else {
        let mut own = bytes.to_vec();
        own[FLAGS] &= KNOWN_FLAGS;
        known = own;
        &known
    };
    let too_large = || {
        let limit = rules.archive_limit;
        refuse(format!("decompressed chart is larger than the maximum {limit} {MAX_CHART_BYTES}"))
    };
    let unzipped =
        Capped { inner: MultiGzDecoder::new(bytes), left: budget.saturating_mul(2).max(MIN_STREAM) };
    let mut archive = tar::Reader::new(unzipped);
    let mut files = Vec::new();
    let mut left = budget;
    while let Some(entry) = archive.next().map_err(refuse)? {
        if entry.is_folder() || entry.is_about_others() {
            continue;
        }
        let name = place_below(&entry.name)?;
        let size = u64::try_from(entry.size).unwrap_or_default();
        if size > left || files.len() >= MAX_FILES {
            return Err(too_large());
        }
        if let Some(most) = rules.max_file_bytes.filter(|most| size > *most) {
            let name = quoted(&entry.name);
            let text = format!("decompressed chart file {name} is larger than the maximum file size {most}");
            return Err(refuse(text));
        }
        let data = archive.content(left).map_err(refuse)?;
        let read = data.len() as u64;
        left -= read;
        if read < size || left == 0 {
            return Err(too_large());
        }
        files.push(File::new(name, without_mark(data.into())));
    }
    if files.is_empty() {
        return Err(refuse("no files in chart archive".to_owned()));
    }
    Ok(files)
}

/// The path below the chart of an entry's path: its first part is the chart's folder.
fn place_below(written: &[u8]) -> Result<String, Error> {
    let path = String::from_utf8_lossy(written);
    let refuse = |text: &str| Err(Error::new(ErrorKind::Load, text));
    let delimiter = if path.contains('\\') { '\\' } else { '/' };
    let mut parts = path.split(delimiter);
    let top = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    let rest = rest.join("/");
    if rest.starts_with('/') {
        return refuse("chart illegally contains absolute paths");
    }
    let name = String::from_utf8_lossy(&go_path::clean(rest.as_bytes())).into_owned();
    if name == "." {
        let path = quoted(written);
        return refuse(&format!("chart illegally contains content outside the base directory: {path}"));
    }
    if name.starts_with("..") {
        return refuse("chart illegally references parent directory");
    }
    let bytes = name.as_bytes();
    if bytes.len() > 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':' && bytes[2] == b'/' {
        return refuse("chart contains illegally named files");
    }
    if top == "Chart.yaml" {
        return refuse("chart yaml not in base directory");
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::{place_below, unpack};
    use crate::compat::Level;
    use crate::load::archive::MAX_CHART_BYTES;

    #[test]
    fn paths_stay_below_the_chart() {
        for (path, expected) in [
            ("c/Chart.yaml", "Chart.yaml"),
            ("c/templates/./x.yaml", "templates/x.yaml"),
            ("c\\templates\\x.yaml", "templates/x.yaml"),
            ("c/a/../b", "b"),
            ("../../x", "chart illegally references parent directory"),
            ("/foo/../../x", "chart illegally references parent directory"),
            ("./.", "chart illegally contains content outside the base directory: \"./.\""),
            ("x", "chart illegally contains content outside the base directory: \"x\""),
            ("//foo", "chart illegally contains absolute paths"),
            ("/./c://foo", "chart contains illegally named files"),
            ("Chart.yaml/x", "chart yaml not in base directory"),
        ] {
            let got = place_below(path.as_bytes()).unwrap_or_else(|error| error.to_string());
            assert_eq!(got, expected, "{path}");
        }
    }

    fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
        let gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let mut tar = ::tar::Builder::new(gzip);
        for (name, data) in files {
            let mut header = ::tar::Header::new_gnu();
            header.set_size(data.len() as u64);
            header.set_mode(0o644);
            tar.append_data(&mut header, name, *data).unwrap();
        }
        tar.into_inner().unwrap().finish().unwrap()
    }

    #[test]
    fn files_come_out_without_the_top_folder_and_the_mark() {
        let files =
            unpack(&packed(&[("c/Chart.yaml", b"\xEF\xBB\xBFname: c")]), MAX_CHART_BYTES, Level::V4_3)
                .unwrap();
        assert_eq!((files[0].name.as_str(), files[0].data.as_bytes()), ("Chart.yaml", &b"name: c"[..]));
        assert_eq!(
            unpack(&packed(&[]), 10, Level::V4_3).unwrap_err().to_string(),
            "no files in chart archive"
        );
        for (bytes, problem) in
            [(&b"PK and more"[..], "gzip: invalid header"), (b"PK", "unexpected EOF"), (b"", "EOF")]
        {
            assert_eq!(unpack(bytes, 10, Level::V4_3).unwrap_err().to_string(), problem);
        }
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_unpacked() {
        let bomb = packed(&[("c/zeros", &vec![0; 3 << 20])]);
        assert!(bomb.len() < 100_000);
        let error = unpack(&bomb, 1 << 20, Level::V4_3).unwrap_err();
        assert_eq!(error.to_string(), "decompressed chart is larger than the maximum size 104857600");
    }
}
