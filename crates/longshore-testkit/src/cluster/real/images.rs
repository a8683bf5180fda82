//! Images into containerd.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tokio::process::Command;

use super::{inside, settings};
use crate::cluster::record::{Place, Record};
use crate::image::{Image, busybox};
use crate::tools::Tool;

/// Imports archives of images (see [`Image::archive`]) into a real cluster, where pods find them by their names, with
/// `imagePullPolicy: IfNotPresent` or `Never`.
pub async fn import(place: &Place, record: &Record, archives: &[PathBuf]) -> Result<()> {
    let program = Tool::named("ctr")?.built()?;
    for archive in archives {
        let enter = inside(record)?;
        let output = Command::new(&enter[0])
            .args(&enter[1..])
            .arg(&program)
            .args(["--address", &settings::socket(place), "--namespace", "k8s.io", "images", "import"])
            .args(["--local", "--snapshotter", "overlayfs"])
            .arg(archive)
            .output()
            .await
            .context("cannot run ctr")?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("cannot import {}: {}", archive.display(), said.trim());
        }
    }
    Ok(())
}

/// Imports what every real cluster has, once containerd answers.
pub(in crate::cluster) async fn import_basic(place: &Place, record: &Record) -> Result<()> {
    let archives = tokio::task::spawn_blocking(|| {
        let images = [of_tool("pause", settings::PAUSE)?, of_tool("coredns", super::dns::IMAGE)?, busybox()?];
        images.iter().map(Image::archive).collect::<Result<Vec<_>>>()
    })
    .await
    .context("images could not be waited for")??;
    let socket = place.file("containerd.sock");
    // It is there before everything behind it is ready: the first that is imported waits for that by itself.
    crate::eventually("containerd", super::PATIENCE, async || Ok(is_served(&socket).then_some(()))).await?;
    crate::eventually("the first images", super::PATIENCE, async || {
        import(place, record, &archives).await.map(Some)
    })
    .await
}

/// An image of one of the tools.
pub(super) fn of_tool(tool: &str, name: &str) -> Result<Image> {
    Image::of_program(name, &Tool::named(tool)?.built()?)
}

fn is_served(socket: &Path) -> bool {
    std::os::unix::net::UnixStream::connect(socket).is_ok()
}
