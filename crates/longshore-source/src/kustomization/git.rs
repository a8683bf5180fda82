//! The `git` program, called within the time that an address allows for each call.

use std::ffi::OsStr;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use longshore_kustomize::Error;
use longshore_kustomize::remote::Repository;
use tokio::process::Command;

/// Most bytes that are kept of what git says.
const MAX_SAID: u64 = 1 << 20;

/// The program, for one repository.
pub(super) struct Git<'r> {
    program: PathBuf,
    repository: &'r Repository,
}

impl<'r> Git<'r> {
    /// Finds the program.
    ///
    /// # Errors
    /// It is not there.
    pub(super) fn new(repository: &'r Repository) -> Result<Self, Error> {
        let program = on_path("git").ok_or_else(|| {
            Error::new("no 'git' program on path: exec: \"git\": executable file not found in $PATH")
        })?;
        Ok(Self { program, repository })
    }

    /// The commit that a reference of the repository means now; none if that cannot be told.
    pub(super) fn commit_of(&self, reference: &str) -> Option<String> {
        let reference = if reference.is_empty() { "HEAD" } else { reference };
        let peeled = format!("{reference}^{{}}");
        let arguments = ["ls-remote", "--quiet", &self.repository.address, reference, &peeled];
        let said = self.run(&arguments, &std::env::temp_dir()).ok()?;
        let said = String::from_utf8_lossy(&said).into_owned();
        let of = |name: &str| {
            let mut lines = said.lines().filter_map(|line| line.split_once('\t'));
            lines.find(|(_, other)| *other == name).map(|(commit, _)| commit.to_owned())
        };
        // The first of these that there is is what a fetch takes; of an annotated tag the commit counts.
        let folders = ["", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/"];
        folders.iter().find_map(|folder| {
            let name = format!("{folder}{reference}");
            of(&format!("{name}^{{}}")).or_else(|| of(&name))
        })
    }

    /// Calls git, and gives back what it said.
    ///
    /// # Errors
    /// It fails, or takes too long.
    pub(super) fn run(&self, arguments: &[&str], folder: &Path) -> Result<Vec<u8>, Error> {
        let hidden = |text: &str| without_password(text, &self.repository.address);
        let called = hidden(&format!("{} {}", self.program.display(), arguments.join(" ")));
        let broken = |error: std::io::Error| Error::new(format!("failed to run '{called}': : {error}"));
        // Both of its outputs are one, in the order in which it writes.
        let (mut said, pipe) = std::io::pipe().map_err(broken)?;
        let mut command = Command::new(&self.program);
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
            match tokio::time::timeout(self.repository.timeout, child.wait()).await {
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
                let duration = longshore_go::Duration(self.repository.timeout.as_nanos() as i64);
                Err(Error::timeout(format!("hit {duration} timeout running '{called}'")))
            }
            Some((status, text)) if status.success() => Ok(text),
            Some((status, text)) => {
                let text = hidden(&String::from_utf8_lossy(&text));
                Err(Error::new(format!("failed to run '{called}': {text}: {}", ended(status))))
            }
        }
    }
}

/// A text without the password of an address, which the original repeats.
fn without_password(text: &str, address: &str) -> String {
    let authority = address.split_once("://").map_or("", |(_, rest)| rest);
    let authority = authority.split('/').next().unwrap_or_default();
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    match user.split_once(':') {
        Some((name, password)) if !password.is_empty() => {
            text.replace(&format!("{user}@"), &format!("{name}:***@"))
        }
        _ => text.to_owned(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_repeated() {
        let check = |address: &str, expected: &str| {
            assert_eq!(
                without_password(&format!("git fetch {address}"), address),
                format!("git fetch {expected}")
            );
        };
        check("https://me:secret@x.example/o/r", "https://me:***@x.example/o/r");
        check("https://me@x.example/o/r", "https://me@x.example/o/r");
        check("git@x.example:o/r", "git@x.example:o/r");
    }
}
