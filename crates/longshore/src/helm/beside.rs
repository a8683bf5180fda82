//! Writing files so that nobody ever finds half of one.

use std::ffi::OsString;
use std::io::{Result, Write};
use std::path::Path;

/// Writes a file beside its place and moves it there when it is whole.
///
/// # Errors
/// It cannot be written; then nothing is left behind.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}", std::process::id()));
    let part = path.with_file_name(name);
    let written = std::fs::File::create(&part)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| std::fs::rename(&part, path));
    written.inspect_err(|_| {
        let _ = std::fs::remove_file(&part);
    })
}
