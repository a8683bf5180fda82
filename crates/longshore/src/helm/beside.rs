//! Writing files so that nobody ever finds half of one.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{Result, Write as _};
use std::path::Path;

/// The permissions of files for everybody to read, and of those with secrets.
const PUBLIC: u32 = 0o644;
pub(super) const SECRET: u32 = 0o600;

/// Writes a file beside its place and moves it there when it is whole. A link stays a link, and a file that was there
/// before keeps its permissions.
///
/// # Errors
/// It cannot be written; then nothing is left behind.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    write_as(path, bytes, PUBLIC)
}

/// The same for a file that only its owner may read.
pub(super) fn write_secret(path: &Path, bytes: &[u8]) -> Result<()> {
    write_as(path, bytes, SECRET)
}

fn write_as(path: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let before = fs::metadata(&target).ok().map(|metadata| metadata.permissions());
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(format!(".{}", std::process::id()));
    let part = target.with_file_name(name);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(mode);
    }
    #[cfg(not(unix))]
    let _ = mode;
    let written = options.open(&part).and_then(|mut file| {
        file.write_all(bytes)?;
        if let Some(permissions) = before {
            file.set_permissions(permissions)?;
        }
        fs::rename(&part, &target)
    });
    written.inspect_err(|_| {
        let _ = fs::remove_file(&part);
    })
}
