//! `kustomize edit`: changes to the kustomization file of the folder that it is started in.
//!
//! The file is read and written by [`longshore_kustomize::edit`]; what each command changes is in [`add`], [`set`],
//! [`remove`], [`generator`] (ConfigMaps and Secrets, for all three) and [`fix`].

mod add;
mod fix;
mod generator;
mod patch;
mod remove;
mod set;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use longshore_go::{Map, Value};
use longshore_kustomize::edit::Document;
use longshore_kustomize::kustomization::FILE_NAMES;
use longshore_kustomize::plugin::builtin_kinds;

use super::{Settings, log, print};
use crate::cobra::{Arguments, Command, Flag, Matches, Run};

/// What `buildMetadata` may list.
const BUILD_METADATA: &[&str] = &["originAnnotations", "transformerAnnotations", "managedByLabel"];

pub(super) fn command() -> Command<Settings> {
    group(
        "edit",
        "change the kustomization file of this folder",
        vec![
            add::command(),
            leaf("alpha-list-builtin-plugin", "list what is built in", vec![], list_builtins),
            fix::command(),
            remove::command(),
            set::command(),
        ],
    )
}

fn list_builtins(_: &Settings, _: &Matches) -> anyhow::Result<()> {
    let kinds: String = builtin_kinds().map(|kind| format!(" * {kind}\n")).collect();
    print(&format!("Builtin plugins:\n\n{kinds}"))
}

/// A command that only has others below it.
fn group(usage: &'static str, short: &'static str, children: Vec<Command<Settings>>) -> Command<Settings> {
    Command {
        usage,
        aliases: &[],
        short,
        long: short,
        flags: vec![],
        arguments: Arguments::AtLeast(0),
        exclusive: &[],
        children,
        run: None,
    }
}

/// A command that changes the file.
fn leaf(usage: &'static str, short: &'static str, flags: Vec<Flag>, run: Run<Settings>) -> Command<Settings> {
    Command { flags, run: Some(run), ..group(usage, short, vec![]) }
}

/// The kustomization file of this folder.
#[derive(Debug)]
pub(super) struct File {
    path: &'static str,
    pub(super) document: Document,
}

impl File {
    /// Finds it.
    pub(super) fn path() -> anyhow::Result<&'static str> {
        let found: Vec<&str> = FILE_NAMES.into_iter().filter(|name| Path::new(name).exists()).collect();
        match found[..] {
            [] => bail!("Missing kustomization file '{}'.\n", FILE_NAMES[0]),
            [path] if Path::new(path).is_dir() => bail!("{path} should be a file"),
            [path] => Ok(path),
            _ => bail!("Found multiple kustomization file: [{}]\n", found.join(" ")),
        }
    }

    /// Finds and reads it.
    pub(super) fn read() -> anyhow::Result<Self> {
        let path = Self::path()?;
        Self::read_at(path)
    }

    /// Reads it.
    pub(super) fn read_at(path: &'static str) -> anyhow::Result<Self> {
        let text = fs::read(path).with_context(|| format!("cannot read {path}"))?;
        let document = Document::read(&text).map_err(|error| anyhow!("{error}"))?;
        Ok(Self { path, document })
    }

    /// Writes it.
    pub(super) fn write(&self) -> anyhow::Result<()> {
        let text = self.document.write().map_err(|error| anyhow!("{error}"))?;
        fs::write(self.path, text).with_context(|| format!("cannot write {}", self.path))
    }

    /// Adds to a list of paths what it does not have yet, and says what it has.
    fn add_paths(&mut self, list: &'static str, what: &str, paths: &[String]) {
        let mut all = self.document.items(list);
        let mut there: BTreeSet<String> = self.document.texts(list).into_iter().collect();
        for path in paths {
            if there.insert(path.clone()) {
                all.push(Value::str(path.as_str()));
            } else {
                log(&format!("{what} {path} already in kustomization file"));
            }
        }
        self.document.set(list, Value::list(all));
    }
}

/// `key:value` for each argument; the value may be quoted, and is empty without a colon.
pub(super) fn pairs<'w>(
    words: impl IntoIterator<Item = &'w str>,
    kind: &str,
) -> anyhow::Result<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    for word in words {
        let (key, value) = match word.split_once(':') {
            Some(("", _)) => bail!("invalid {kind}: '{word}' (need k:v pair where v may be quoted)"),
            Some((key, value)) => (key, value),
            None => (word, ""),
        };
        let unquoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
        pairs.push((key.to_owned(), unquoted.to_owned()));
    }
    Ok(pairs)
}

/// Writes pairs into an object.
pub(super) fn put(object: &Map, pairs: &[(String, String)]) {
    for (key, value) in pairs {
        object.insert(key.as_str(), Value::str(value.as_str()));
    }
}

/// What is asked of `buildMetadata`.
fn build_metadata(arguments: &[String]) -> anyhow::Result<Vec<&str>> {
    let given = match arguments {
        [] => bail!("must specify a buildMetadata option"),
        [given] => given,
        more => bail!(
            "too many arguments: [{}]; to provide multiple buildMetadata options, please separate options by comma",
            more.join(" ")
        ),
    };
    let options: Vec<&str> = given.split(',').collect();
    if let Some(unknown) = options.iter().find(|option| !BUILD_METADATA.contains(option)) {
        bail!("invalid buildMetadata option: {unknown}");
    }
    Ok(options)
}

/// Whether two namespaces are the same, none being `default`.
fn same_namespace(one: &str, other: &str) -> bool {
    let named =
        |namespace: &str| if namespace.is_empty() { "default".to_owned() } else { namespace.to_owned() };
    named(one) == named(other)
}
