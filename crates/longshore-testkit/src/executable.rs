//! Files that tests write and then run.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

/// Makes a file that a test wrote a program: what is at `path` afterwards has the same content and may be run by all.
///
/// To set the bits of the file itself is not enough in a process of several threads. A process that another thread
/// starts while the file is written holds it open for writing too, until it has become its own program, and the kernel
/// refuses to run such a file (`ETXTBSY`, see execve(2)). The file is therefore replaced by a copy that another process
/// makes, of a single thread, and which this one never had open.
///
/// # Errors
/// Tells what cannot be copied.
///
/// ```
/// let folder = tempfile::tempdir()?;
/// let hello = folder.path().join("hello");
/// std::fs::write(&hello, "#!/bin/sh\necho hello\n")?;
/// longshore_testkit::make_executable(&hello)?;
/// assert_eq!(std::process::Command::new(hello).output()?.stdout, b"hello\n");
/// # anyhow::Ok(())
/// ```
pub fn make_executable(path: &Path) -> Result<()> {
    let copy = r#"cp "$1" "$1.new" && chmod 755 "$1.new" && mv "$1.new" "$1""#;
    let output = Command::new("sh").args(["-c", copy, "sh"]).arg(path).output();
    let output = output.with_context(|| format!("cannot copy {}", path.display()))?;
    if !output.status.success() {
        bail!("cannot copy {}: {}", path.display(), String::from_utf8_lossy(&output.stderr).trim_end());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_runs_that_another_process_holds_open() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("three");
        std::fs::write(&path, "#!/bin/sh\nexit 3\n").unwrap();
        let held = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
        let mut holder = Command::new("sleep").arg("60").stdout(held).spawn().unwrap();
        make_executable(&path).unwrap();
        let ran = Command::new(&path).status();
        holder.kill().unwrap();
        holder.wait().unwrap();
        assert_eq!(ran.unwrap().code(), Some(3));
    }

    #[test]
    fn what_is_not_there_is_told() {
        let error = make_executable(Path::new("/no/such")).unwrap_err().to_string();
        assert!(error.starts_with("cannot copy /no/such: "), "{error}");
    }
}
