//! `helm repo update`.

use anyhow::bail;
use longshore_chart::Level;
use longshore_chart::repository::RepositoryEntry;

use super::super::locate::quoted;
use super::super::repositories::{self, NoFile};
use super::super::{Settings, duration, print};
use super::add::check_url;
use crate::cobra::{Arguments, Command, Flag, Kind, Matches};

pub(super) fn command(level: Level) -> Command<Settings> {
    let mut flags =
        vec![Flag::new("timeout", Kind::Duration, "time for the download of an index").default("2m0s")];
    if level.rules().major == 3 {
        flags.push(Flag::new(
            "fail-on-repo-update-fail",
            Kind::Bool,
            "fail if a repository cannot be updated",
        ));
    }
    Command {
        usage: "update [REPO1 [REPO2 ...]]",
        aliases: &["up"],
        short: "fetch the indexes of repositories anew",
        long: "Fetches the indexes of the repositories with these names anew; without a name, of all.",
        flags,
        arguments: Arguments::AtLeast(0),
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    }
}

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let file = match repositories::load(settings) {
        Ok(file) => file,
        Err(NoFile::Missing(_)) => bail!("no repositories found. You must add one before updating"),
        Err(NoFile::Broken(text)) => {
            bail!("failed loading file: {}: {text}", settings.repository_config.display())
        }
    };
    if file.repositories.is_empty() {
        bail!("no repositories found. You must add one before updating");
    }
    let names = &matches.arguments;
    if let Some(name) = names.iter().find(|name| file.get(name).is_none()) {
        bail!("no repositories found matching '{name}'.  Nothing will be updated");
    }
    let wanted = |entry: &&RepositoryEntry| names.is_empty() || names.contains(&entry.name);
    let entries: Vec<&RepositoryEntry> = file.repositories.iter().filter(wanted).collect();
    entries.iter().try_for_each(|entry| check_url(settings, &entry.url))?;
    print("Hang tight while we grab the latest from your chart repositories...\n")?;
    let mut failed: Vec<&str> = Vec::new();
    let updated =
        repositories::update(settings, &entries, &settings.repository_cache, duration(matches, "timeout"));
    for (entry, updated) in entries.iter().zip(updated) {
        let name = quoted(&entry.name);
        match updated {
            Ok(_) => print(&format!("...Successfully got an update from the {name} chart repository\n"))?,
            Err(error) => {
                let url = &entry.url;
                print(&format!(
                    "...Unable to get an update from the {name} chart repository ({url}):\n\t{error}\n"
                ))?;
                failed.push(url);
            }
        }
    }
    if !failed.is_empty() {
        let urls = failed.join(" ");
        if settings.level.rules().major > 3 {
            bail!("failed to update the following repositories: [{urls}]");
        }
        if matches.is_on("fail-on-repo-update-fail") {
            bail!("Failed to update the following repositories: [{urls}]");
        }
    }
    print("Update Complete. ⎈Happy Helming!⎈\n")
}
