//! Building the pinned tools with the Go toolchain, once per version, into the cache.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use longshore_testkit::cache::Lock;
use longshore_testkit::tools::{Group, Tool, go_environment};
use tokio::process::Command;

use crate::{say, step};

/// Builds what is missing of a group; with everything there it costs a moment.
pub(crate) async fn build(group: Group) -> Result<Vec<(&'static Tool, PathBuf)>> {
    let mut tools = Vec::new();
    for tool in Tool::of(group) {
        tools.push((tool, tool.path()?));
    }
    let missing: Vec<_> = tools.iter().filter(|(_, path)| !path.is_file()).map(|(tool, _)| *tool).collect();
    if !missing.is_empty() {
        let names: Vec<_> = missing.iter().map(|tool| tool.name).collect();
        let seconds = missing.iter().map(|tool| tool.seconds).sum();
        say::note(&format!(
            "building {} from source, once; usually takes about {} with an empty Go cache on two cores",
            names.join(", "),
            say::usually(seconds),
        ));
    }
    for tool in missing {
        one(tool).await?;
    }
    Ok(tools)
}

/// Builds one tool if it is missing.
pub(crate) async fn one(tool: &'static Tool) -> Result<PathBuf> {
    let path = tool.path()?;
    if path.is_file() {
        return Ok(path);
    }
    let folder = path.parent().context("a built tool lies in a folder")?.to_owned();
    let above = folder.parent().context("and that in another")?.to_owned();
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;

    let lock = above.join("lock");
    let waiting = format!("another process builds {}; waiting for it", tool.name);
    let _lock = tokio::task::spawn_blocking(move || Lock::take(&lock, || say::note(&waiting)))
        .await
        .context("the lock could not be waited for")??;
    if path.is_file() {
        return Ok(path);
    }

    say::note(&format!("{} {}: building, about {}", tool.name, tool.version, say::usually(tool.seconds)));
    let start = Instant::now();
    // Beside its final place, so that the last step is a rename; taken away if the build is interrupted.
    let unfinished =
        tempfile::tempdir_in(&above).with_context(|| format!("cannot write in {}", above.display()))?;
    let output = unfinished.path().join(tool.binary);
    let [first, rest @ ..] = &tool.build_arguments()[..] else { anyhow::bail!("a build has arguments") };
    let mut command = Command::new("go");
    command
        .arg(first)
        .arg("-o")
        .arg(&output)
        .args(rest)
        .envs(go_environment())
        .current_dir(tool.module_folder());
    let building = step::run_quietly(&mut command);
    told_now_and_then(tool, building).await.with_context(|| format!("cannot build {}", tool.name))?;
    fs::rename(&output, &path).with_context(|| format!("cannot write {}", path.display()))?;
    say::note(&format!("{} {}: built in {}", tool.name, tool.version, say::duration(start.elapsed())));
    Ok(path)
}

/// A build that says nothing for minutes looks like one that hangs.
async fn told_now_and_then<T>(tool: &Tool, building: impl Future<Output = T>) -> T {
    let start = Instant::now();
    let pause = Duration::from_secs(30);
    let mut tick = tokio::time::interval_at(tokio::time::Instant::now() + pause, pause);
    let mut building = std::pin::pin!(building);
    loop {
        tokio::select! {
            result = &mut building => return result,
            _ = tick.tick() => {
                let so_far = say::duration(start.elapsed());
                say::note(&format!("{} {}: still building after {so_far}", tool.name, tool.version));
            }
        }
    }
}
