//! Where a secret value comes from: the environment, a file, a command, a file that is sealed with age.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::{Identity, SealError, open};

/// The longest secret that is read.
const MAX_SECRET: u64 = 1024 * 1024;

/// Where a secret value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A variable of the environment.
    Env(String),
    /// A file; one line break at its end is no part of the value.
    File(PathBuf),
    /// What a program prints, run without a shell in `folder`; one line break at the end is no part of the value.
    Command {
        /// The program and its arguments.
        words: Vec<String>,
        /// Where it runs.
        folder: PathBuf,
    },
    /// A file that is sealed with age.
    Age(PathBuf),
}

/// Why a secret cannot be had. What it may have been is in none of them.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The variable is not set.
    #[error("the variable `{0}` is not set")]
    NoVariable(String),
    /// The file cannot be read.
    #[error("`{}` cannot be read: {error}", file.display())]
    Unreadable {
        /// Which.
        file: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The program cannot be run.
    #[error("`{program}` cannot be run: {error}")]
    NotRun {
        /// Which.
        program: String,
        /// Why.
        error: std::io::Error,
    },
    /// The program failed.
    #[error("`{program}` failed ({status}); it says on standard error what is wrong")]
    Failed {
        /// Which.
        program: String,
        /// How it ended.
        status: std::process::ExitStatus,
    },
    /// The file cannot be opened.
    #[error("`{}` cannot be opened: {error}", file.display())]
    Sealed {
        /// Which.
        file: PathBuf,
        /// Why.
        error: SealError,
    },
    /// It is longer than a secret is.
    #[error("it is longer than 1 MiB")]
    TooLong,
    /// It is no text.
    #[error("it is not UTF-8 text")]
    NoText,
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
}

impl Source {
    /// The value.
    ///
    /// # Errors
    /// It is not there, cannot be read or opened, is empty, or no text.
    pub fn read(&self, identities: &[Identity]) -> Result<SecretString, SourceError> {
        let bytes = match self {
            Self::Env(name) => match std::env::var_os(name) {
                Some(value) => Zeroizing::new(value.into_encoded_bytes()),
                None => return Err(SourceError::NoVariable(name.clone())),
            },
            Self::File(file) => without_break(read(file)?),
            Self::Command { words, folder } => without_break(run(words, folder)?),
            Self::Age(file) => {
                let sealed = read(file)?;
                let opened = open(&sealed, identities)
                    .map_err(|error| SourceError::Sealed { file: file.clone(), error })?;
                without_break(opened)
            }
        };
        if bytes.is_empty() {
            return Err(SourceError::Empty);
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| SourceError::NoText)?;
        Ok(SecretString::from(text))
    }
}

fn read(file: &PathBuf) -> Result<Zeroizing<Vec<u8>>, SourceError> {
    let failed = |error| SourceError::Unreadable { file: file.clone(), error };
    if std::fs::metadata(file).map_err(failed)?.len() > MAX_SECRET {
        return Err(SourceError::TooLong);
    }
    std::fs::read(file).map(Zeroizing::new).map_err(failed)
}

fn run(words: &[String], folder: &PathBuf) -> Result<Zeroizing<Vec<u8>>, SourceError> {
    let (program, arguments) = words.split_first().ok_or(SourceError::Empty)?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output().map_err(|error| SourceError::NotRun { program: program.clone(), error })?;
    let printed = Zeroizing::new(output.stdout);
    if !output.status.success() {
        return Err(SourceError::Failed { program: program.clone(), status: output.status });
    }
    if printed.len() as u64 > MAX_SECRET {
        return Err(SourceError::TooLong);
    }
    Ok(printed)
}

/// Editors and programs end what they write with a line break that nobody means.
fn without_break(mut bytes: Zeroizing<Vec<u8>>) -> Zeroizing<Vec<u8>> {
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::Source;
    use crate::{Identity, seal};

    fn value(source: &Source, identities: &[Identity]) -> String {
        match source.read(identities) {
            Ok(secret) => secret.expose_secret().to_owned(),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn files_and_sealed_files_lose_one_line_break() {
        let folder = tempfile::tempdir().unwrap();
        let (plain, sealed) = (folder.path().join("plain"), folder.path().join("sealed.age"));
        std::fs::write(&plain, "hunter2\r\n").unwrap();
        assert_eq!(value(&Source::File(plain.clone()), &[]), "hunter2");
        let identity = Identity::generate();
        std::fs::write(&sealed, seal(b"two\nlines\n\n", &[identity.recipient()]).unwrap()).unwrap();
        assert_eq!(value(&Source::Age(sealed.clone()), &[identity]), "two\nlines\n");
        assert!(value(&Source::Age(sealed), &[]).contains("cannot be opened"));
        std::fs::write(&plain, "\n").unwrap();
        assert_eq!(value(&Source::File(plain), &[]), "error: it is empty");
    }

    #[test]
    fn a_program_is_run_without_a_shell() {
        let run = |words: &[&str]| {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            value(&Source::Command { words, folder: ".".into() }, &[])
        };
        assert_eq!(run(&["printf", "%s\n", "$HOME"]), "$HOME");
        assert!(run(&["false"]).starts_with("error: `false` failed (exit status: 1)"));
        assert!(run(&["no-such-program"]).starts_with("error: `no-such-program` cannot be run"));
    }

    #[test]
    fn a_variable_that_is_not_set_is_named() {
        assert_eq!(
            value(&Source::Env("LONGSHORE_NOT_SET".into()), &[]),
            "error: the variable `LONGSHORE_NOT_SET` is not set"
        );
        assert!(!value(&Source::Env("PATH".into()), &[]).is_empty());
    }
}
