//! Where the keys are that open what is sealed: of Longshore's own variable, and where SOPS looks.

use std::path::{Path, PathBuf};

use longshore_diag::{Diagnostic, Place};
use longshore_platform::Opens;
use longshore_secrets::{Identity, SealError, identities, sops_identities};
use zeroize::Zeroizing;

/// The file with the key that opens sealed plans and files, or the key.
const IDENTITY_VARIABLE: &str = "LONGSHORE_IDENTITY";

/// Keys themselves, as SOPS takes them.
const SOPS_KEY_VARIABLE: &str = "SOPS_AGE_KEY";
/// A file of keys, as SOPS takes it.
const SOPS_FILE_VARIABLE: &str = "SOPS_AGE_KEY_FILE";
/// Where SOPS looks in a person's folder of settings.
const SOPS_FILE: &str = "sops/age/keys.txt";

/// The keys for a kind of sealed file.
///
/// # Errors
/// A file that was named cannot be read, or holds something else.
pub(crate) fn found(opens: Opens) -> Result<Vec<Identity>, Diagnostic> {
    let mut found = of_plans(&[])?;
    if opens == Opens::Sops {
        found.extend(of_sops()?);
    }
    Ok(found)
}

/// The keys that open a sealed plan: of the files that were named, or of `LONGSHORE_IDENTITY`, which names one or
/// holds the key itself.
///
/// # Errors
/// As of [`found`].
pub(crate) fn of_plans(files: &[PathBuf]) -> Result<Vec<Identity>, Diagnostic> {
    let texts = match (files, variable(IDENTITY_VARIABLE)) {
        ([], None) => Vec::new(),
        ([], Some(key)) if key.starts_with("AGE-SECRET-KEY-") => {
            vec![(IDENTITY_VARIABLE.to_owned(), Zeroizing::new(key))]
        }
        ([], Some(file)) => vec![content(Path::new(&file))?],
        (files, _) => files.iter().map(|file| content(file)).collect::<Result<_, _>>()?,
    };
    read(texts, identities)
}

/// All keys that SOPS would find, but those that a command prints or that are SSH keys.
fn of_sops() -> Result<Vec<Identity>, Diagnostic> {
    let mut texts = Vec::new();
    if let Some(keys) = variable(SOPS_KEY_VARIABLE) {
        texts.push((SOPS_KEY_VARIABLE.to_owned(), Zeroizing::new(keys)));
    }
    if let Some(file) = variable(SOPS_FILE_VARIABLE) {
        texts.push(content(Path::new(&file))?);
    }
    if let Some(file) = settings_folder().map(|folder| folder.join(SOPS_FILE)).filter(|file| file.exists()) {
        texts.push(content(&file)?);
    }
    read(texts, sops_identities)
}

/// The folder of a person's settings, as Go's `os.UserConfigDir` has it; on macOS SOPS asks `XDG_CONFIG_HOME` too.
fn settings_folder() -> Option<PathBuf> {
    let own = if cfg!(target_os = "macos") { "Library/Application Support" } else { ".config" };
    let chosen = variable("XDG_CONFIG_HOME").map(PathBuf::from);
    chosen.or_else(|| Some(PathBuf::from(variable("HOME")?).join(own)))
}

fn read(
    texts: Vec<(String, Zeroizing<String>)>,
    read: fn(&str) -> Result<Vec<Identity>, SealError>,
) -> Result<Vec<Identity>, Diagnostic> {
    let mut found = Vec::new();
    for (name, text) in texts {
        found.extend(read(&text).map_err(|error| {
            Diagnostic::error("cli/identity", error.to_string())
                .at(Place::file(name))
                .hint("`age-keygen -o FILE` writes such a file")
        })?);
    }
    Ok(found)
}

fn content(file: &Path) -> Result<(String, Zeroizing<String>), Diagnostic> {
    let name = file.display().to_string();
    match std::fs::read_to_string(file) {
        Ok(text) => Ok((name, Zeroizing::new(text))),
        Err(error) => {
            Err(Diagnostic::error("cli/identity", format!("cannot be read: {error}")).at(Place::file(name)))
        }
    }
}

/// A variable that is set to something.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
