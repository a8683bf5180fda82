//! Programs that are generators, transformers or validators: the trait through which a build runs them.

use crate::error::Error;

/// What is to be run. No shell comes between.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// A path, seen from `folder` if it is relative, or a name without `/`, which is looked for in `PATH`.
    pub program: &'a str,
    /// The content of a file whose path is the first argument, if there is one; the file is gone afterwards.
    pub configuration: Option<&'a [u8]>,
    /// The other arguments.
    pub arguments: &'a [String],
    /// Names and values that are added to the environment of this process.
    pub variables: &'a [(String, String)],
    /// The folder that it is run in, absolute.
    pub folder: &'a str,
    /// What it may read.
    pub input: &'a [u8],
    /// What it says on standard error is shown as it comes; else it is kept.
    pub shows_errors: bool,
}

/// What a program left behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// What it printed.
    pub output: Vec<u8>,
    /// What it said on standard error, if that was kept.
    pub errors: Vec<u8>,
    /// Why it failed, if it did: `exit status 3`; also that it could not be started.
    pub failure: Option<String>,
    /// The path of the file with the configuration.
    pub configuration: String,
}

/// What a build needs to run programs.
pub trait Programs {
    /// A variable of the environment.
    fn variable(&self, name: &str) -> Option<String>;

    /// Whether what lies at a path may be executed; `None` if there is nothing.
    ///
    /// # Errors
    /// It cannot be told, in Go's words: `stat PATH: permission denied`.
    fn is_executable(&self, path: &str) -> Result<Option<bool>, Error>;

    /// Whether `PATH` leads to a program of that name.
    fn has_program(&self, name: &str) -> bool;

    /// Runs a program to its end. A program that fails, or cannot be started, is no error.
    ///
    /// # Errors
    /// The file for the configuration cannot be written, or the program prints more than is taken.
    fn run(&self, call: &Call<'_>) -> Result<Ended, Error>;
}
