//! Root file systems out of Debian's packages.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::layout::digest_of;
use crate::cache::{self, Lock};
use crate::cluster::require_programs;

/// The release that they are of.
const SUITE: &str = "bookworm";

/// A tar file of Debian's packages and all that they depend on, unpacked and not set up: no script of a package runs, so
/// that there are no users but those that an image adds (by number: `user("1000:1000")`) and no settings but the
/// packages' own. It is made once and kept, in the versions of that day. Making one takes 10 to 30 s and Debian's mirror.
pub fn debian_root(packages: &[&str]) -> Result<PathBuf> {
    require_programs(&[("mmdebstrap", "mmdebstrap")], "a root file system of Debian's packages")?;
    let (folder, names) = (cache::root()?.join("roots"), names(packages));
    let path = place(packages)?;
    let _lock = Lock::take(&folder.join("lock"), || {})?;
    if path.is_file() {
        return Ok(path);
    }
    let unfinished = tempfile::tempdir_in(&folder).context("no place for a root file system")?;
    let tar = unfinished.path().join("root.tar");
    let output = Command::new("mmdebstrap")
        .args(["--variant=extract", "--quiet", &format!("--include={names}"), SUITE])
        .arg(&tar)
        .env("TMPDIR", unfinished.path())
        .output()
        .context("cannot run mmdebstrap")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("mmdebstrap cannot make a root file system of {names}: {}", said.trim());
    }
    fs::rename(&tar, &path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// Where it lies once it is made.
pub(super) fn place(packages: &[&str]) -> Result<PathBuf> {
    let names = names(packages);
    let key = digest_of(format!("1 {SUITE} {names}").as_bytes());
    let first = names.split(',').next().filter(|name| !name.is_empty()).unwrap_or("base");
    Ok(cache::root()?.join("roots").join(format!("{first}-{}.tar", &key[..12])))
}

fn names(packages: &[&str]) -> String {
    let mut packages = packages.to_vec();
    packages.sort_unstable();
    packages.join(",")
}
