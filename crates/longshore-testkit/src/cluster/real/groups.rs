//! The control groups of a real cluster: one below the root of each hierarchy, in which the kubelet puts its pods.
//!
//! The kubelet wants its root to be there, and nobody takes groups away that are left when it is killed.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

/// The name of a cluster's group, as the kubelet's `cgroupRoot` wants it.
pub(super) fn root(cluster: &str) -> String {
    format!("/longshore-{cluster}")
}

/// Makes the groups.
pub(in crate::cluster) fn make(cluster: &str) -> Result<()> {
    for folder in folders(cluster)? {
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        // A set of processors or memory that names none takes no process.
        for file in ["cpuset.cpus", "cpuset.mems"] {
            let above = folder.parent().map(|above| above.join(file));
            if let Some(Ok(text)) = above.map(fs::read_to_string) {
                let _ = fs::write(folder.join(file), text);
            }
        }
    }
    Ok(())
}

/// Removes the groups, which is possible once no process is left in them.
pub(in crate::cluster) async fn remove(cluster: &str) -> Result<()> {
    for folder in folders(cluster)? {
        crate::eventually(&format!("the end of {}", folder.display()), Duration::from_secs(10), async || {
            remove_tree(&folder).map(Some)
        })
        .await?;
    }
    Ok(())
}

/// One folder in each hierarchy.
fn folders(cluster: &str) -> Result<Vec<PathBuf>> {
    let mounts = fs::read_to_string("/proc/self/mounts").context("cannot read /proc/self/mounts")?;
    Ok(hierarchies(&mounts).into_iter().map(|mount| mount.join(&root(cluster)[1..])).collect())
}

fn hierarchies(mounts: &str) -> Vec<PathBuf> {
    let mounts = mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    mounts
        .filter(|words| words.len() > 2 && (words[2] == "cgroup" || words[2] == "cgroup2"))
        .map(|words| PathBuf::from(words[1]))
        .collect()
}

/// Groups are removed from the leaves up; their files go with them.
fn remove_tree(folder: &Path) -> Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| format!("cannot list {}", folder.display())),
    };
    for entry in entries.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_tree(&entry.path())?;
        }
    }
    match fs::remove_dir(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hierarchy_is_found() {
        let mounts = "tmpfs /sys/fs/cgroup tmpfs rw 0 0\ncgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\n\
                      cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n";
        assert_eq!(
            hierarchies(mounts),
            [PathBuf::from("/sys/fs/cgroup/cpu"), "/sys/fs/cgroup/unified".into()]
        );
    }
}
