//! `secrets` of the project file and of its environments: where secret values come from.

use std::time::Duration;

use longshore_diag::Diagnostic;
use longshore_yaml::Kind;

use super::fields::{Fields, expected};
use super::waiting::duration;
use super::{Placed, names};

/// Where a secret value comes from, as it is written; texts may have variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretSpec {
    /// Its name, for `${secret.NAME}`.
    pub name: Placed<String>,
    /// Where it comes from.
    pub from: SecretFrom,
}

/// The kinds of sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretFrom {
    /// A variable of the environment that Longshore runs in.
    Env(Placed<String>),
    /// A file, relative to the project file.
    File(Placed<String>),
    /// A program, run in the project file's folder.
    Command {
        /// It and its arguments.
        words: Vec<Placed<String>>,
        /// How long it may take.
        limit: Duration,
    },
    /// A file that is sealed with age, relative to the project file.
    Age(Placed<String>),
    /// A file that SOPS encrypted, relative to the project file.
    Sops {
        /// Which.
        file: Placed<String>,
        /// The path of the value in it; none for the content of a binary file.
        key: Option<Placed<String>>,
    },
}

const SOURCES: [&str; 5] = ["env", "file", "command", "age", "sops"];
const KEYS: [&str; 6] = ["env", "file", "command", "age", "sops", "timeout"];
const SOPS_KEYS: [&str; 2] = ["file", "key"];

/// How long a command may take if nobody says: long enough for a vault across the world and for a person who is asked.
const LIMIT: Duration = Duration::from_mins(1);

/// Reads `secrets`.
///
/// # Errors
/// A secret has no source, or several.
pub(super) fn secrets(file: &str, fields: &Fields<'_>) -> Result<Vec<SecretSpec>, Diagnostic> {
    let Some(node) = fields.get("secrets") else { return Ok(Vec::new()) };
    Fields::any(file, fields.path("secrets"), node)?
        .entries()
        .map(|(name, at, node)| {
            names::KEY.check("a secret", &name, &at)?;
            let what = format!("secret `{name}`");
            if node.kind != Kind::Mapping {
                return Err(expected(&what, "a mapping with its source", node, file)
                    .hint("as in `{env: DB_PASSWORD}`, `{file: …}`, `{command: [pass, show, db]}`, `{age: db.age}` or `{sops: {file: …, key: db.password}}`"));
            }
            let fields = Fields::read(file, &*what, node, &KEYS)?;
            let given: Vec<&str> = SOURCES.into_iter().filter(|key| fields.given(key).is_some()).collect();
            let from = match given[..] {
                ["env"] => SecretFrom::Env(fields.required_string("env")?),
                ["file"] => SecretFrom::File(fields.required_string("file")?),
                ["age"] => SecretFrom::Age(fields.required_string("age")?),
                ["command"] => {
                    let words = fields.command("command", "no shell takes it apart: `[pass, show, db]`")?;
                    let words = words.unwrap_or_default();
                    SecretFrom::Command { words, limit: limit(&fields)?.unwrap_or(LIMIT) }
                }
                ["sops"] => sops(file, &what, &fields)?,
                _ => {
                    let message = format!("{what} must have one source of {}", SOURCES.map(|key| format!("`{key}`")).join(", "));
                    return Err(Diagnostic::error("project/secret", message).at(at));
                }
            };
            if let (Some(at), false) = (fields.place_of("timeout"), given == ["command"]) {
                let message = format!("`timeout` of {what} is for a `command`, and it has none");
                return Err(Diagnostic::error("project/secret", message).at(at));
            }
            Ok(SecretSpec { name: Placed { value: name, place: at }, from })
        })
        .collect()
}

/// `sops: {file: …, key: …}`, or a binary file alone.
fn sops(file: &str, what: &str, fields: &Fields<'_>) -> Result<SecretFrom, Diagnostic> {
    match fields.get("sops") {
        Some(node) if node.kind == Kind::Mapping => {
            let fields = Fields::read(file, format!("`sops` of {what}"), node, &SOPS_KEYS)?;
            Ok(SecretFrom::Sops { file: fields.required_string("file")?, key: fields.string("key")? })
        }
        _ => Ok(SecretFrom::Sops { file: fields.required_string("sops")?, key: None }),
    }
}

fn limit(fields: &Fields<'_>) -> Result<Option<Duration>, Diagnostic> {
    let Some(text) = fields.string("timeout")? else { return Ok(None) };
    let read = duration(&text.value);
    read.map(Some).map_err(|message| Diagnostic::error("project/duration", message).at(text.place))
}

/// Takes what is not set from `base`.
pub(super) fn inherit(secrets: &mut Vec<SecretSpec>, base: &[SecretSpec]) {
    for secret in base {
        if secrets.iter().all(|own| own.name.value != secret.name.value) {
            secrets.push(secret.clone());
        }
    }
}
