//! The stand-in service as a static program, once per version, into the cache: what lies alone in an image must need no
//! library.
//!
//! Only the program itself is linked in that way: its dependencies are those that tests were built with, so that it costs
//! seconds where those are there.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use longshore_testkit::cache::{self, Lock};
use longshore_testkit::cluster::{self, Place};
use longshore_testkit::image::{Image, access_layer, b2connect, nest};
use longshore_testkit::tools::workspace_root;
use sha2::{Digest, Sha256};
use tokio::process::Command;

use crate::{say, step};

const PACKAGE: &str = "longshore-standin";
/// What only the program itself is built with.
const FLAGS: [&str; 4] = ["-C", "target-feature=+crt-static", "-C", "strip=symbols"];

/// Builds the program and, if a cluster is named, imports the images of the platforms into it.
pub(crate) async fn run(into: Option<&str>) -> Result<bool> {
    let program = build().await?;
    if let Some(name) = into {
        let place = Place::of(name)?;
        let record = place.read()?.with_context(|| format!("there is no cluster {name}"))?;
        say::note("the images of the platforms: some minutes the first time");
        let of = program.clone();
        let making = move || {
            let images = [access_layer(&of)?, nest(&of)?, b2connect(&of)?].concat();
            images.iter().map(Image::archive).collect::<Result<Vec<_>>>()
        };
        let archives =
            tokio::task::spawn_blocking(making).await.context("they could not be waited for")??;
        cluster::real::import(&place, &record, &archives).await?;
        say::note(&format!("{} images are in the cluster {name}", archives.len()));
    }
    say::answer(&program.display().to_string());
    Ok(true)
}

/// Builds the program if it is missing, and says where it lies.
pub(crate) async fn build() -> Result<PathBuf> {
    let root = workspace_root();
    let above = cache::root()?.join("standin");
    let path = above.join(key(root)?).join(PACKAGE);
    if path.is_file() {
        return Ok(path);
    }
    let lock = above.join("lock");
    let waiting = "another process builds the stand-in; waiting for it";
    let _lock = tokio::task::spawn_blocking(move || Lock::take(&lock, || say::note(waiting)))
        .await
        .context("the lock could not be waited for")??;
    if path.is_file() {
        return Ok(path);
    }
    say::note("the stand-in service: building, about a minute the first time on two cores");
    let start = Instant::now();
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args(["rustc", "--quiet", "--locked", "--package", PACKAGE, "--bin", PACKAGE, "--"])
        .args(FLAGS)
        .current_dir(root);
    step::run_quietly(&mut command).await.context("cannot build the stand-in")?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let built = target.join("debug").join(PACKAGE);
    check_static(&built)?;
    let folder = path.parent().context("the program lies in a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    // Beside its final place first: who sees it there sees all of it.
    let beside = folder.join("unfinished");
    fs::copy(&built, &beside).with_context(|| format!("cannot write {}", beside.display()))?;
    fs::rename(&beside, &path).with_context(|| format!("cannot write {}", path.display()))?;
    say::note(&format!("the stand-in service: built in {}", say::duration(start.elapsed())));
    Ok(path)
}

/// What the program is made of: its sources, everything that is pinned, and how it is built.
fn key(root: &Path) -> Result<String> {
    let mut files = vec![root.join("Cargo.toml"), root.join("Cargo.lock"), root.join("rust-toolchain.toml")];
    let mut folders = vec![root.join("crates").join(PACKAGE).join("src")];
    files.push(root.join("crates").join(PACKAGE).join("Cargo.toml"));
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
            let path = entry.with_context(|| format!("cannot list {}", folder.display()))?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    let mut digest = Sha256::new();
    for file in files {
        let text = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        digest.update(file.strip_prefix(root).unwrap_or(&file).as_os_str().as_encoded_bytes());
        digest.update((text.len() as u64).to_be_bytes());
        digest.update(text);
    }
    digest.update(FLAGS.join(" "));
    let key: String = digest.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    Ok(key)
}

/// A program that names an interpreter is not static.
fn check_static(program: &Path) -> Result<()> {
    let bytes = fs::read(program).with_context(|| format!("cannot read {}", program.display()))?;
    let interpreter = b"/lib64/ld-linux-x86-64.so.2\0";
    let is_dynamic = bytes.windows(interpreter.len()).any(|part| part == interpreter);
    ensure!(!is_dynamic, "{} is not static", program.display());
    Ok(())
}
