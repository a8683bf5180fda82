//! What a machine must have for a real node: Linux, root, and programs out of Debian's packages.

use std::path::Path;

use anyhow::{Result, bail};

use crate::process::search_path;

/// Programs that a node runs, and the packages that have them.
const NODE: &[(&str, &str)] = &[
    ("runc", "runc"),
    ("iptables", "iptables"),
    ("ip", "iproute2"),
    ("unshare", "util-linux"),
    ("nsenter", "util-linux"),
    ("mount", "mount"),
    // For the images of Debian's packages, of which busybox is in every cluster.
    ("mmdebstrap", "mmdebstrap"),
];

/// Whether a real node can run here; the error says what is missing and how to get it.
pub fn requirements() -> Result<()> {
    check(NODE, "a real node")
}

pub(crate) fn check(programs: &[(&str, &str)], what: &str) -> Result<()> {
    if !cfg!(target_os = "linux") {
        bail!("{what} needs Linux");
    }
    let mut packages: Vec<&str> =
        programs.iter().filter(|(program, _)| !is_there(program)).map(|(_, package)| *package).collect();
    packages.sort_unstable();
    packages.dedup();
    let root = rustix::process::geteuid().is_root();
    match (root, packages.is_empty()) {
        (true, true) => Ok(()),
        (false, true) => bail!("{what} needs root: run this as root"),
        (true, false) => bail!("{what} needs programs of Debian: apt-get install {}", packages.join(" ")),
        (false, false) => {
            bail!("{what} needs root, and programs of Debian: apt-get install {}", packages.join(" "))
        }
    }
}

fn is_there(program: &str) -> bool {
    search_path().split(':').any(|folder| Path::new(folder).join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_once() {
        let wanted = [("no-such-program", "one"), ("nor-this", "one"), ("sh", "dash")];
        let message = check(&wanted, "a test").unwrap_err().to_string();
        assert!(message.ends_with("apt-get install one"), "{message}");
    }
}
