//! Copies of git repositories that kustomizations build on, and files behind URLs.
//!
//! Kustomize calls the `git` program: an empty repository in a temporary folder, a shallow fetch of what is asked for, a
//! checkout, and submodules. Within one build the same address is fetched once. Words and limits are Kustomize's
//! (<https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/internal/git/cloner.go>).

use std::ffi::OsStr;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use longshore_kustomize::Error;
use longshore_kustomize::remote::Repository;
use tempfile::TempDir;
use tokio::process::Command;

/// Most bytes that are kept of what git says.
const MAX_SAID: u64 = 1 << 20;

/// The copies that were made, gone when this is dropped.
#[derive(Debug, Default)]
pub(super) struct Copies {
    made: Vec<(Repository, TempDir)>,
}

impl Copies {
    /// The folder with the copy of a repository.
    ///
    /// # Errors
    /// There is no git, or it fails or takes too long.
    pub(super) fn get(&mut self, repository: &Repository) -> Result<PathBuf, Error> {
        let is_same = |made: &Repository| {
            (&made.address, &made.reference, made.submodules)
                == (&repository.address, &repository.reference, repository.submodules)
        };
        if let Some((_, folder)) = self.made.iter().find(|(made, _)| is_same(made)) {
            return Ok(folder.path().to_owned());
        }
        let folder = copy(repository)?;
        let path = folder.path().to_owned();
        self.made.push((repository.clone(), folder));
        Ok(path)
    }
}

fn copy(repository: &Repository) -> Result<TempDir, Error> {
    let program = on_path("git").ok_or_else(|| {
        Error::new("no 'git' program on path: exec: \"git\": executable file not found in $PATH")
    })?;
    let folder = tempfile::Builder::new()
        .prefix("kustomize-")
        .tempdir()
        .map_err(|error| Error::new(format!("cannot create a folder: {error}")))?;
    let address = repository.address.as_str();
    let reference = if repository.reference.is_empty() { "HEAD" } else { &repository.reference };
    let git = |arguments: &[&str]| run(&program, arguments, folder.path(), repository);
    git(&["init"])?;
    git(&["remote", "add", "origin", address])?;
    git(&["fetch", "--depth=1", address, reference])?;
    git(&["checkout", "FETCH_HEAD"])?;
    if repository.submodules {
        git(&["submodule", "update", "--init", "--recursive"])?;
    }
    Ok(folder)
}

/// Calls git, within the time that the address allows for each call.
fn run(program: &Path, arguments: &[&str], folder: &Path, repository: &Repository) -> Result<(), Error> {
    let called = format!("{} {}", program.display(), arguments.join(" "));
    let broken = |error: std::io::Error| Error::new(format!("failed to run '{called}': : {error}"));
    // Both of its outputs are one, in the order in which it writes.
    let (mut said, pipe) = std::io::pipe().map_err(broken)?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(pipe.try_clone().map_err(broken)?)
        .stderr(pipe)
        .kill_on_drop(true);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(broken)?;
    let status = runtime.block_on(async {
        let mut child = command.spawn()?;
        // The pipe ends when nobody holds its other end any more.
        drop(command);
        let listener = tokio::task::spawn_blocking(move || {
            let mut text = Vec::new();
            said.by_ref().take(MAX_SAID).read_to_end(&mut text).map(|_| text)
        });
        match tokio::time::timeout(repository.timeout, child.wait()).await {
            Err(_) => {
                child.kill().await?;
                Ok(None)
            }
            Ok(status) => {
                let text = listener.await.map_err(std::io::Error::other)??;
                Ok(Some((status?, text)))
            }
        }
    });
    match status.map_err(broken)? {
        None => {
            let duration = longshore_go::Duration(repository.timeout.as_nanos() as i64);
            Err(Error::timeout(format!("hit {duration} timeout running '{called}'")))
        }
        Some((status, _)) if status.success() => Ok(()),
        Some((status, text)) => {
            let text = String::from_utf8_lossy(&text);
            Err(Error::new(format!("failed to run '{called}': {text}: {}", ended(status))))
        }
    }
}

/// How a process ended, as Go says it.
fn ended(status: ExitStatus) -> String {
    status.code().map_or_else(|| status.to_string(), |code| format!("exit status {code}"))
}

/// A program's path.
fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(OsStr::new(name))).find(|path| path.is_file())
}
