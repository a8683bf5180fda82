//! The values of a selection's secrets: read when first asked for, and once.

use std::collections::BTreeMap;
use std::fmt;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use longshore_diag::{Diagnostic, Place};
use longshore_secrets::{Identity, Source, SourceError};
use longshore_source::near;
use secrecy::{ExposeSecret, SecretString};

use crate::project::{Placed, SecretFrom, SecretSpec};

/// What keys are wanted for: programs that write such files look for them in places of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opens {
    /// A file that is sealed with age.
    Age,
    /// A file that SOPS encrypted.
    Sops,
}

/// Gives the keys that open sealed files, when one is to be opened.
#[derive(Clone, Default)]
pub struct Identities(Option<Arc<Gives>>);

type Gives = dyn Fn(Opens) -> Result<Vec<Identity>, Diagnostic> + Send + Sync;

impl Identities {
    /// Keys that are looked for only where they are needed.
    pub fn new(gives: impl Fn(Opens) -> Result<Vec<Identity>, Diagnostic> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(gives)))
    }

    fn get(&self, opens: Opens) -> Result<Vec<Identity>, Diagnostic> {
        self.0.as_ref().map_or_else(|| Ok(Vec::new()), |gives| gives(opens))
    }
}

impl fmt::Debug for Identities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identities")
    }
}

/// The secrets of a selection.
#[derive(Debug, Clone, Default)]
pub(crate) struct Secrets {
    identities: Identities,
    known: Arc<Mutex<BTreeMap<String, SecretString>>>,
    /// Whether nothing is read: what has no value then stands in for all of them.
    are_assumed: bool,
}

/// What stands in for secrets that are not read, before the name of each: charts may refuse two that are the same.
const ASSUMED: &str = "a-secret-that-was-not-read";

impl Secrets {
    pub(crate) fn new(identities: Identities) -> Self {
        Self { identities, ..Self::default() }
    }

    /// Secrets that nobody has to have, and for which no program is run.
    pub(crate) fn assumed() -> Self {
        Self { are_assumed: true, ..Self::default() }
    }

    /// The values that were read so far: what must stand in no log.
    pub(crate) fn read_so_far(&self) -> Vec<String> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.values().map(|value| value.expose_secret().to_owned()).collect()
    }

    /// The value of a secret. `fill` replaces variables in where it comes from; paths are relative to `root`.
    ///
    /// # Errors
    /// It cannot be had; the error names the secret and where it was to come from.
    pub(crate) fn value(
        &self,
        spec: &SecretSpec,
        root: &Path,
        fill: impl Fn(&Placed<String>) -> Result<String, Diagnostic>,
    ) -> Result<SecretString, Diagnostic> {
        let name = &spec.name.value;
        if self.are_assumed {
            // A file of SOPS lies beside the project file, and whether it has the key is seen without opening it.
            if let SecretFrom::Sops { file, key } = &spec.from {
                let key = key.as_ref().map(&fill).transpose()?;
                let examined = longshore_secrets::examine_sops(&root.join(fill(file)?), key.as_deref());
                examined.map_err(|error| unavailable(name, &spec.name.place, &error))?;
            }
            return Ok(format!("{ASSUMED}-{name}").into());
        }
        if let Some(known) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Ok(known.clone());
        }
        let source = match &spec.from {
            SecretFrom::Env(variable) => Source::Env(fill(variable)?),
            SecretFrom::File(file) => Source::File(root.join(fill(file)?)),
            SecretFrom::Age(file) => Source::Age(root.join(fill(file)?)),
            SecretFrom::Sops { file, key } => {
                Source::Sops { file: root.join(fill(file)?), key: key.as_ref().map(&fill).transpose()? }
            }
            SecretFrom::Command { words, limit } => Source::Command {
                words: words.iter().map(&fill).collect::<Result<_, _>>()?,
                folder: root.to_path_buf(),
                limit: *limit,
            },
        };
        let identities = match &source {
            Source::Age(_) => self.identities.get(Opens::Age)?,
            Source::Sops { .. } => self.identities.get(Opens::Sops)?,
            _ => Vec::new(),
        };
        let value = source.read(&identities).map_err(|error| unavailable(name, &spec.name.place, &error))?;
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone(), value.clone());
        Ok(value)
    }
}

/// What helps where nothing better is known.
const ELSEWHERE: &str = "mend where it comes from, or name another source under `secrets:`";

fn unavailable(name: &str, place: &Place, error: &SourceError) -> Diagnostic {
    let hint = match error {
        SourceError::NoVariable(variable) => format!("set it, as in `export {variable}=…`"),
        SourceError::Sealed { .. } => {
            "name the file with the secret key in LONGSHORE_IDENTITY; `age -r RECIPIENT` seals".to_owned()
        }
        SourceError::Sops { error, .. } => match error.hint() {
            Some(hint) => hint.to_owned(),
            None => ELSEWHERE.to_owned(),
        },
        SourceError::TooSlow { .. } => {
            "give it longer with `timeout: 5m` beside `command`, or find out what it waits for: it has no input".to_owned()
        }
        SourceError::Unreadable { file, .. } if !file.exists() => match near(file) {
            Some(meant) => format!("did you mean `{}`?", meant.display()),
            None => ELSEWHERE.to_owned(),
        },
        SourceError::NotRun { program, error } if error.kind() == ErrorKind::NotFound => {
            format!("is `{program}` installed, and in a folder of $PATH? No shell is asked")
        }
        _ => ELSEWHERE.to_owned(),
    };
    Diagnostic::error("secrets/unavailable", format!("secret `{name}` cannot be had: {error}"))
        .at(place.clone())
        .hint(hint)
}
