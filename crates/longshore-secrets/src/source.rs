//! Where a secret value comes from: the environment, a file, a command, a file that is sealed with age or SOPS.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::sops::{self, MAX_SOPS, SopsError, SopsFormat};
use crate::{Identity, SealError, command, open};

/// The longest secret that is read.
pub(crate) const MAX_SECRET: u64 = 1024 * 1024;

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
        /// How long it may take.
        limit: Duration,
    },
    /// A file that is sealed with age.
    Age(PathBuf),
    /// A value of a file that SOPS encrypted.
    Sops {
        /// Which file; its name says its format.
        file: PathBuf,
        /// The keys on the way to the value, with dots between them; none for the content of a binary file.
        key: Option<String>,
    },
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
    /// The program is not done.
    #[error("`{program}` is not done within {limit:?} and was killed")]
    TooSlow {
        /// Which.
        program: String,
        /// How long it was given.
        limit: Duration,
    },
    /// The SOPS file cannot be read, or has not what is wanted.
    #[error("`{}`: {error}", file.display())]
    Sops {
        /// Which.
        file: PathBuf,
        /// Why.
        error: SopsError,
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
            Self::File(file) => without_break(read(file, MAX_SECRET)?),
            Self::Command { words, folder, limit } => without_break(command::output(words, folder, *limit)?),
            Self::Sops { file, key } => {
                let input = read_sops(file)?;
                let failed = |error| SourceError::Sops { file: file.clone(), error };
                let opened = sops::decrypt(&input, SopsFormat::of(file), identities).map_err(failed)?;
                let value = opened.value(key.as_deref()).map_err(failed)?;
                // A value of a structure is what it is; a file has the line break that its editor put there.
                if key.is_none() { without_break(value) } else { value }
            }
            Self::Age(file) => {
                let sealed = read(file, MAX_SECRET)?;
                let opened = open(&sealed, identities)
                    .map_err(|error| SourceError::Sealed { file: file.clone(), error })?;
                without_break(opened)
            }
        };
        if bytes.is_empty() {
            return Err(SourceError::Empty);
        }
        if bytes.len() as u64 > MAX_SECRET {
            return Err(SourceError::TooLong);
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| SourceError::NoText)?;
        Ok(SecretString::from(text))
    }
}

/// Says without any key whether a file is SOPS' and has something at `key`.
///
/// # Errors
/// It cannot be read, is no SOPS file, or has nothing there.
pub fn examine_sops(file: &Path, key: Option<&str>) -> Result<(), SourceError> {
    let input = read_sops(file)?;
    let examined = sops::examine(&input, SopsFormat::of(file), key);
    examined.map_err(|error| SourceError::Sops { file: file.to_path_buf(), error })
}

fn read_sops(file: &Path) -> Result<Zeroizing<Vec<u8>>, SourceError> {
    read(file, MAX_SOPS).map_err(|error| match error {
        SourceError::TooLong => SourceError::Sops { file: file.to_path_buf(), error: SopsError::TooLarge },
        other => other,
    })
}

fn read(file: &Path, most: u64) -> Result<Zeroizing<Vec<u8>>, SourceError> {
    let failed = |error| SourceError::Unreadable { file: file.to_path_buf(), error };
    let open = File::open(file).map_err(failed)?;
    let told = open.metadata().map_err(failed)?.len();
    if told > most {
        return Err(SourceError::TooLong);
    }
    // What is no plain file tells no length, and may have no end. Room for all of it leaves no copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(told).unwrap_or_default() + 1));
    open.take(most + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > most { Err(SourceError::TooLong) } else { Ok(bytes) }
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
    use std::time::Duration;

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
        // A device has no length and no end.
        assert_eq!(value(&Source::File("/dev/zero".into()), &[]), "error: it is longer than 1 MiB");
    }

    #[test]
    fn a_program_is_run_without_a_shell() {
        let run = |words: &[&str]| {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            value(&Source::Command { words, folder: ".".into(), limit: Duration::from_mins(5) }, &[])
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
