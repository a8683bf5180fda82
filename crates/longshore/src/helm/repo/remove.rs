//! `helm repo remove`.

use std::fs;
use std::io::ErrorKind;

use anyhow::{anyhow, bail};

use super::super::locate::{quoted, reason};
use super::super::{Settings, print, repositories};
use crate::cobra::{Arguments, Command, Matches};

pub(super) fn command() -> Command<Settings> {
    Command {
        usage: "remove [REPO1 [REPO2 ...]]",
        aliases: &["rm"],
        short: "forget repositories",
        long: "Forgets repositories, and what is cached of them.",
        flags: Vec::new(),
        arguments: Arguments::AtLeast(1),
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    }
}

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let mut file = repositories::load(settings).unwrap_or_default();
    if file.repositories.is_empty() {
        bail!("no repositories configured");
    }
    for name in &matches.arguments {
        if !file.remove(name) {
            bail!("no repo named {} found", quoted(name));
        }
        repositories::save(settings, &file)?;
        forget(settings, name)?;
        print(&format!("{} has been removed from your repositories\n", quoted(name)))?;
    }
    Ok(())
}

/// Removes what is cached of a repository.
fn forget(settings: &Settings, name: &str) -> anyhow::Result<()> {
    let cache = &settings.repository_cache;
    let _ = fs::remove_file(repositories::charts_path(cache, name));
    let index = repositories::index_path(cache, name);
    match fs::remove_file(&index) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(anyhow!("remove {}: {}", index.display(), reason(&error)))
        }
        _ => Ok(()),
    }
}
