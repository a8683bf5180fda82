//! A copy of a git repository, kept up to date by the `git` program.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::System;

/// What went wrong; the text is the one that Helm's users know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VcsError {
    /// Nobody knows the system of an address.
    #[error("Cannot detect VCS")]
    Unknown,
    /// The folder is a copy of something else.
    #[error("Wrong VCS detected")]
    OtherSystem,
    /// The folder is a copy of another repository.
    #[error("The Remote does not match the VCS endpoint")]
    OtherRepository,
    /// A system that is not git.
    #[error("repositories of {} are not supported, only those of git", .0.program())]
    Unsupported(System),
    /// The program is not there.
    #[error("git is not installed")]
    NotInstalled,
    /// The program failed.
    #[error("{what}: {why}")]
    Failed {
        /// What it was to do.
        what: &'static str,
        /// Its exit status, and for the first copy what it said.
        why: String,
    },
}

/// A repository and the folder with its copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    remote: String,
    folder: PathBuf,
}

impl Repository {
    /// The repository at `remote`, of which `folder` is or shall be the copy; with an empty `remote`, the one that the
    /// copy was made of.
    ///
    /// # Errors
    /// It is not one of git, or the folder is a copy of something else.
    pub fn new(remote: &str, folder: &Path) -> Result<Self, VcsError> {
        let found = System::of_folder(folder);
        match System::of_address(remote).or(found).ok_or(VcsError::Unknown)? {
            System::Git => {}
            other => return Err(VcsError::Unsupported(other)),
        }
        if Command::new("git").arg("--version").stdin(Stdio::null()).output().is_err() {
            return Err(VcsError::NotInstalled);
        }
        let mut repository = Self { remote: remote.to_owned(), folder: folder.to_owned() };
        match found {
            None => return Ok(repository),
            Some(System::Git) => {}
            Some(_) => return Err(VcsError::OtherSystem),
        }
        let told = repository
            .run("Unable to retrieve local repo information", &["config", "--get", "remote.origin.url"])?;
        let told = String::from_utf8_lossy(&told.stdout).trim().to_owned();
        if remote.is_empty() {
            repository.remote = told;
        } else if told != remote {
            return Err(VcsError::OtherRepository);
        }
        Ok(repository)
    }

    /// Where it is copied from.
    pub fn remote(&self) -> &str {
        &self.remote
    }

    /// Where its copy is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes the copy, or brings it up to date.
    ///
    /// # Errors
    /// There is no such repository.
    pub fn sync(&self) -> Result<(), VcsError> {
        if self.folder.exists() {
            return self.update();
        }
        let what = "Unable to get repository";
        let mut clone = Command::new("git");
        clone.args(["clone", "--recursive", "--", &self.remote]).arg(&self.folder).stdin(Stdio::null());
        let output = clone.output().map_err(|error| VcsError::Failed { what, why: error.to_string() })?;
        if output.status.success() {
            return Ok(());
        }
        // What it says goes to standard error, all of it.
        let (said, printed) =
            (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
        Err(VcsError::Failed { what, why: format!("{printed}{said}: {}", ended(&output)) })
    }

    /// Brings the copy up to date, unless it is at a version of its own.
    ///
    /// # Errors
    /// The repository cannot be reached, or what was changed here is in the way.
    pub fn update(&self) -> Result<(), VcsError> {
        let what = "Unable to update repository";
        self.run(what, &["fetch", "--tags", "--", "origin"])?;
        let head = std::fs::read_to_string(self.folder.join(".git").join("HEAD"))
            .map_err(|error| VcsError::Failed { what, why: error.to_string() })?;
        if !head.trim_start().starts_with("ref: ") {
            return Ok(());
        }
        self.run(what, &["pull"])?;
        self.clean()
    }

    /// Whether tracked files were changed.
    pub fn is_changed(&self) -> bool {
        self.run("", &["diff"]).map_or(true, |output| !output.stdout.is_empty())
    }

    /// Whether a text names a commit, a branch or a tag.
    pub fn is_reference(&self, name: &str) -> bool {
        self.run("", &["rev-parse", "--verify", name]).is_ok() || self.run("", &["show-ref", name]).is_ok()
    }

    /// The names of all tags.
    ///
    /// # Errors
    /// The program fails.
    pub fn tags(&self) -> Result<Vec<String>, VcsError> {
        let output = self.run("Unable to retrieve tags", &["show-ref"])?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(text.lines().filter_map(|line| line.split_once("tags/")).map(|(_, tag)| tag.to_owned()).collect())
    }

    /// Puts the copy to a commit, branch or tag.
    ///
    /// # Errors
    /// There is no such one.
    pub fn check_out(&self, reference: &str) -> Result<(), VcsError> {
        self.run("Unable to update checked out version", &["checkout", reference])?;
        self.clean()
    }

    /// Brings the repositories within to their versions, and removes what is not theirs.
    fn clean(&self) -> Result<(), VcsError> {
        self.run(
            "Unexpected error while defensively updating submodules",
            &["submodule", "update", "--init", "--recursive"],
        )?;
        self.run(
            "Unexpected error while defensively cleaning up after possible derelict submodule directories",
            &["clean", "-x", "-d", "-f", "-f"],
        )?;
        self.run(
            "Unexpected error while defensively cleaning up after possible derelict nested submodule directories",
            &["submodule", "foreach", "--recursive", "git clean -x -d -f -f"],
        )?;
        Ok(())
    }

    fn run(&self, what: &'static str, arguments: &[&str]) -> Result<Output, VcsError> {
        let mut git = Command::new("git");
        git.args(arguments).current_dir(&self.folder).env("PWD", &self.folder).stdin(Stdio::null());
        let output = git.output().map_err(|error| VcsError::Failed { what, why: error.to_string() })?;
        if output.status.success() { Ok(output) } else { Err(VcsError::Failed { what, why: ended(&output) }) }
    }
}

/// Go's words for how a program ended.
fn ended(output: &Output) -> String {
    output.status.code().map_or_else(|| output.status.to_string(), |code| format!("exit status {code}"))
}
