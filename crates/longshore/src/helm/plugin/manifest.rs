//! What a plugin says of itself in its `plugin.yaml`.
//!
//! There are two forms: the one that Helm always had (4.x calls it legacy), and from 4.x on API version `v1`, in which a
//! plugin has a type and a runtime. Rules: <https://github.com/helm/helm/tree/v4.3.1/internal/plugin>.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use longshore_chart::Level;
use longshore_go::semver::Version;
use longshore_go::{Map, Value, strconv};
use longshore_yaml::{Dialect, Limits, sigs, unmarshal};

use super::getter::Download;
use super::platform::PlatformCommand;
use crate::helm::locate::{quoted, reason};

/// The name of the file.
pub(super) const FILE: &str = "plugin.yaml";

/// A plugin in its folder.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plugin {
    pub(super) dir: PathBuf,
    pub(super) name: String,
    pub(super) version: String,
    /// `cli/v1`, `getter/v1` or `postrenderer/v1`.
    pub(super) kind: String,
    /// `legacy` or `v1`.
    pub(super) api_version: String,
    pub(super) source: String,
    /// The command's name and arguments, where it is not called as the plugin is.
    pub(super) usage: String,
    /// One line for lists.
    pub(super) short: String,
    pub(super) long: String,
    /// Whether it is called without arguments.
    pub(super) ignore_flags: bool,
    pub(super) commands: Vec<PlatformCommand>,
    /// Schemes of addresses that it gets files from.
    pub(super) protocols: Vec<String>,
    pub(super) downloads: Vec<Download>,
    /// By the event: `install`, `update` or `delete`.
    pub(super) hooks: BTreeMap<String, Vec<PlatformCommand>>,
    /// Whether variables in the arguments of hooks are filled in; a shell does it by itself.
    pub(super) expands_hooks: bool,
}

impl Plugin {
    /// The name of its command.
    pub(super) fn command(&self) -> &str {
        self.usage.split(' ').next().filter(|word| !word.is_empty()).unwrap_or(&self.name)
    }
}

/// Reads the plugin in a folder.
///
/// # Errors
/// It is none, in the level's words.
pub(super) fn load(dir: &Path, level: Level) -> Result<Plugin, String> {
    let file = dir.join(FILE);
    let shown = quoted(file.display().to_string());
    let bytes = std::fs::read(&file).map_err(|error| {
        format!("failed to read plugin at {shown}: open {}: {}", file.display(), reason(&error))
    })?;
    let is_old = level.rules().major == 3;
    let plugin = read(&bytes, level).map_err(|problem| match problem {
        Problem::Name if is_old => format!("invalid plugin name at {shown}"),
        Problem::Text(text) if is_old => format!("failed to load plugin at {shown}: {text}"),
        problem => format!("failed to load plugin {}: {problem}", quoted(dir.display().to_string())),
    })?;
    Ok(Plugin { dir: dir.to_owned(), ..plugin })
}

/// Why a text is no plugin's.
#[derive(Debug)]
pub(super) enum Problem {
    Name,
    Text(String),
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name => f.write_str("invalid plugin `name`"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl From<String> for Problem {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// Reads the content of a `plugin.yaml`.
pub(super) fn read(bytes: &[u8], level: Level) -> Result<Plugin, Problem> {
    if level.rules().major == 3 {
        let map = match sigs::to_value_strict(bytes).map_err(|error| error.to_string())? {
            Value::Map(map) => map,
            Value::Nil => Map::new(),
            _ => {
                return Err(
                    String::from("error unmarshaling JSON: while decoding JSON: it is no object").into()
                );
            }
        };
        known(&map, &OLD).map_err(|key| {
            format!("error unmarshaling JSON: while decoding JSON: json: unknown field {}", quoted(&key))
        })?;
        let plugin = legacy(&map)?;
        return if is_name(&plugin.name) { Ok(plugin) } else { Err(Problem::Name) };
    }
    let map = match unmarshal(bytes, Dialect::V3, &Limits::default()) {
        Ok(Value::Map(map)) => map,
        Ok(Value::Nil) => return Err(format!("failed to peek {FILE} API version: EOF").into()),
        Ok(_) => return Err(format!("failed to peek {FILE} API version: it is no mapping").into()),
        Err(error) => return Err(format!("failed to peek {FILE} API version: {error}").into()),
    };
    match text(&map, "apiVersion")?.as_str() {
        "" => checked_legacy(&map),
        "v1" => v1(&map, &String::from_utf8_lossy(bytes)),
        other => Err(format!("invalid plugin apiVersion: {}", quoted(other)).into()),
    }
}

const OLD: [&str; 11] = [
    "name",
    "version",
    "usage",
    "description",
    "platformCommand",
    "command",
    "ignoreFlags",
    "platformHooks",
    "hooks",
    "downloaders",
    "useTunnel",
];

/// The old form, as it is.
fn legacy(map: &Map) -> Result<Plugin, String> {
    let command = text(map, "command")?;
    let mut commands = PlatformCommand::list(map, "platformCommand")?;
    if commands.is_empty() && !command.is_empty() {
        commands.push(PlatformCommand { command, ..PlatformCommand::default() });
    }
    let mut hooks = hooks(map, "platformHooks")?;
    let mut expands_hooks = true;
    if hooks.is_empty() {
        for (event, script) in table(map, "hooks")?.snapshot() {
            let args = vec![String::from("-c"), shown(&script)?];
            let shell = PlatformCommand { command: String::from("sh"), args, ..PlatformCommand::default() };
            hooks.insert(event.to_string(), vec![shell]);
            expands_hooks = false;
        }
    }
    let downloads = Download::old(map)?;
    Ok(Plugin {
        name: text(map, "name")?,
        version: text(map, "version")?,
        kind: String::from(if downloads.is_empty() { "cli/v1" } else { "getter/v1" }),
        api_version: String::from("legacy"),
        short: printable(&text(map, "usage")?),
        long: text(map, "description")?,
        ignore_flags: switch(map, "ignoreFlags"),
        commands,
        protocols: downloads.iter().flat_map(|one| one.protocols.clone()).collect(),
        downloads,
        hooks,
        expands_hooks,
        ..Plugin::default()
    })
}

/// The old form as 4.x checks it.
fn checked_legacy(map: &Map) -> Result<Plugin, Problem> {
    let plugin = legacy(map)?;
    if !is_name(&plugin.name) {
        let name = quoted(&plugin.name);
        return Err(format!("invalid plugin name {name}: must contain only a-z, A-Z, 0-9, _ and -").into());
    }
    if !plugin.version.is_empty() && Version::parse_strict(plugin.version.as_bytes()).is_err() {
        return Err(
            format!("invalid plugin version {}: must be valid semver", quoted(&plugin.version)).into()
        );
    }
    let is_set = |key: &str| match map.get(key.as_bytes()) {
        Some(Value::Str(text)) => !text.is_empty(),
        Some(Value::List(all)) => !all.is_empty(),
        Some(Value::Map(all)) => !all.is_empty(),
        _ => false,
    };
    for (one, other) in [("platformCommand", "command"), ("platformHooks", "hooks")] {
        if is_set(one) && is_set(other) {
            return Err(format!("both {one} and {other} are set").into());
        }
    }
    for (i, one) in plugin.downloads.iter().enumerate() {
        if one.commands.iter().all(|one| one.command.is_empty()) {
            return Err(format!("downloader {i} has empty command").into());
        }
        if one.protocols.is_empty() {
            return Err(format!("downloader {i} has no protocols").into());
        }
        if let Some(at) = one.protocols.iter().position(String::is_empty) {
            return Err(format!("downloader {i} has empty protocol at index {at}").into());
        }
    }
    Ok(plugin)
}

/// API version `v1`.
fn v1(map: &Map, content: &str) -> Result<Plugin, Problem> {
    const FIELDS: [&str; 8] =
        ["apiVersion", "name", "type", "runtime", "version", "sourceURL", "config", "runtimeConfig"];
    known(map, &FIELDS).map_err(|key| {
        let is_key = |line: &&str| line.strip_prefix(key.as_str()).is_some_and(|rest| rest.starts_with(':'));
        let line = content.lines().position(|line| is_key(&line)).map_or(1, |at| at + 1);
        unknown(line, &key, "plugin.MetadataV1")
    })?;
    let (name, version) = (text(map, "name")?, text(map, "version")?);
    let (kind, runtime) = (text(map, "type")?, text(map, "runtime")?);
    if !is_name(&name) {
        return Err(Problem::Name);
    }
    if version.is_empty() {
        return Err(String::from("plugin `version` is required").into());
    }
    if Version::parse_strict(version.as_bytes()).is_err() {
        return Err(format!("invalid plugin `version` {}: must be valid semver", quoted(&version)).into());
    }
    for (field, value) in [("type", &kind), ("runtime", &runtime)] {
        if value.is_empty() {
            return Err(format!("`{field}` missing").into());
        }
    }
    let failed = |text: String| Problem::Text(format!("failed to convert MetadataV1 to Metadata: {text}"));
    let config = table(map, "config")?;
    let (fields, of): (&[&str], _) = match kind.as_str() {
        "cli/v1" => (&["usage", "shortHelp", "longHelp", "ignoreFlags"], "schema.ConfigCLIV1"),
        "getter/v1" => (&["protocols"], "schema.ConfigGetterV1"),
        "postrenderer/v1" => (&[], "schema.ConfigPostRendererV1"),
        other => return Err(failed(format!("unknown plugin type {}", quoted(other)))),
    };
    known(&config, fields).map_err(|key| {
        // Helm writes it anew, by name, before it reads it; a list has a line for each of its texts.
        let lines = |value: &Value| 1 + value.as_list().map_or(0, |all| all.iter().count());
        let all = config.snapshot();
        let before = all.iter().take_while(|(other, _)| **other != *key.as_bytes());
        let line = 1 + before.map(|(_, value)| lines(value)).sum::<usize>();
        failed(unknown(line, &key, of))
    })?;
    let protocols = texts(&config, "protocols")?;
    let run = table(map, "runtimeConfig")?;
    match runtime.as_str() {
        "subprocess" => {}
        "extism/v1" => {
            return Err(String::from("plugins that are WebAssembly (extism/v1) are not supported").into());
        }
        other => return Err(failed(format!("unsupported plugin runtime type: {}", quoted(other)))),
    }
    if kind == "getter/v1" {
        let problem = match protocols.iter().position(String::is_empty) {
            None if protocols.is_empty() => String::from("getter has no protocols"),
            None => String::new(),
            Some(at) => format!("getter has empty protocol at index {at}"),
        };
        if !problem.is_empty() {
            return Err(format!("config validation failed: {problem}").into());
        }
    }
    Ok(Plugin {
        name,
        version,
        kind,
        api_version: String::from("v1"),
        source: text(map, "sourceURL")?,
        usage: text(&config, "usage")?,
        short: text(&config, "shortHelp")?,
        long: text(&config, "longHelp")?,
        ignore_flags: switch(&config, "ignoreFlags"),
        commands: PlatformCommand::list(&run, "platformCommand")?,
        protocols,
        downloads: Download::new(&run)?,
        hooks: hooks(&run, "platformHooks")?,
        // Helm fills the arguments of hooks in for the old form only.
        expands_hooks: false,
        ..Plugin::default()
    })
}

fn hooks(map: &Map, key: &str) -> Result<BTreeMap<String, Vec<PlatformCommand>>, String> {
    let all = table(map, key)?;
    let events = all.snapshot().into_iter().map(|(event, _)| event.to_string());
    events.map(|event| Ok((event.clone(), PlatformCommand::list(&all, &event)?))).collect()
}

/// go-yaml's words for a field that is not there.
fn unknown(line: usize, key: &str, of: &str) -> String {
    format!("yaml: unmarshal errors:\n  line {line}: field {key} not found in type {of}")
}

/// The first key, by name, that is none of these.
fn known(map: &Map, fields: &[&str]) -> Result<(), String> {
    let keys = map.snapshot().into_iter().map(|(key, _)| key.to_string());
    match keys.into_iter().find(|key| !fields.contains(&key.as_str())) {
        Some(key) => Err(key),
        None => Ok(()),
    }
}

/// Letters, digits, `_` and `-`.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// White space becomes a space, what cannot be printed goes.
fn printable(text: &str) -> String {
    text.chars()
        .filter_map(|c| if c.is_whitespace() { Some(' ') } else { strconv::is_print(c).then_some(c) })
        .collect()
}

fn switch(map: &Map, key: &str) -> bool {
    matches!(map.get(key.as_bytes()), Some(Value::Bool(true)))
}

fn table(map: &Map, key: &str) -> Result<Map, String> {
    match map.get(key.as_bytes()) {
        None | Some(Value::Nil) => Ok(Map::new()),
        Some(Value::Map(map)) => Ok(map),
        Some(_) => Err(format!("`{key}` must be a mapping")),
    }
}

pub(super) fn text(map: &Map, key: &str) -> Result<String, String> {
    map.get(key.as_bytes()).map_or_else(|| Ok(String::new()), |value| shown(&value))
}

pub(super) fn texts(map: &Map, key: &str) -> Result<Vec<String>, String> {
    match map.get(key.as_bytes()) {
        None | Some(Value::Nil) => Ok(Vec::new()),
        Some(Value::List(all)) => all.iter().map(shown).collect(),
        Some(_) => Err(format!("`{key}` must be a list of texts")),
    }
}

fn shown(value: &Value) -> Result<String, String> {
    match value {
        Value::Nil | Value::Missing => Ok(String::new()),
        Value::Str(text) => Ok(text.to_string()),
        Value::Map(_) | Value::List(_) => Err(String::from("a text was expected")),
        other => {
            let mut out = Vec::new();
            longshore_go::fmt::append_value(&mut out, other);
            Ok(String::from_utf8_lossy(&out).into_owned())
        }
    }
}
