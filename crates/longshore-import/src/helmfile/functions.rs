//! The functions of helmfile's templates, beside those that charts have.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use longshore_chart::Services;
use longshore_chart::functions::{Calls, Library};
use longshore_diag::Place;
use longshore_go::{List, Map, Str, Value, types};
use longshore_template::{Executor, FuncDef, FuncError, FuncTable, Functions, Return};

use super::markers;
use crate::files::{Reader, join};
use crate::left::Left;

/// Those that are helmfile's own, or other there than in charts. The order is that of [`Calling::own`].
static OWN: [FuncDef; 22] = [
    FuncDef::new("env", &[&types::STRING]).returning(&types::STRING),
    FuncDef::new("requiredEnv", &[&types::STRING]).returning(&types::STRING),
    FuncDef::variadic("exec", &[&types::STRING, &types::ANY]).returning(&types::STRING),
    FuncDef::variadic("envExec", &[&types::ANY]).returning(&types::STRING),
    FuncDef::new("readFile", &[&types::STRING]).returning(&types::STRING),
    FuncDef::new("readDir", &[&types::STRING]),
    FuncDef::new("readDirEntries", &[&types::STRING]),
    FuncDef::new("isFile", &[&types::STRING]),
    FuncDef::new("isDir", &[&types::STRING]),
    FuncDef::variadic("get", &[&types::STRING, &types::ANY]),
    FuncDef::new("sprigGet", &[&types::ANY, &types::STRING]),
    FuncDef::new("getOrNil", &[&types::STRING, &types::ANY]),
    FuncDef::new("setValueAtPath", &[&types::STRING, &types::ANY, &types::ANY]),
    FuncDef::new("fetchSecretValue", &[&types::STRING]).returning(&types::STRING),
    FuncDef::new("expandSecretRefs", &[&types::ANY]),
    FuncDef::variadic("getArrayOfMaps", &[&types::ANY]),
    FuncDef::new("lookup", &[&types::STRING, &types::STRING, &types::STRING, &types::STRING]),
    FuncDef::variadic("default", &[&types::ANY, &types::ANY]),
    FuncDef::variadic("coalesce", &[&types::ANY]),
    FuncDef::new("empty", &[&types::ANY]),
    FuncDef::new("randAlphaNum", &[&types::INT]).returning(&types::STRING),
    FuncDef::new("randAlpha", &[&types::INT]).returning(&types::STRING),
];

/// All functions: what the parser needs.
pub(super) struct Table {
    library: Library,
    inherited: usize,
    parsed: std::sync::Arc<FuncTable>,
}

impl Table {
    pub(super) fn new() -> Self {
        let library = Library::new(|name| !OWN.iter().any(|own| own.name == name));
        let inherited = library.table().iter().count();
        let all: Vec<FuncDef> = library.table().iter().copied().chain(OWN).collect();
        Self { library, inherited, parsed: std::sync::Arc::new(FuncTable::new(all)) }
    }

    pub(super) fn table(&self) -> std::sync::Arc<FuncTable> {
        std::sync::Arc::clone(&self.parsed)
    }
}

/// Neither time nor randomness: a project file is the same each time.
struct Nothing;

impl Services for Nothing {
    fn random(&self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
}

/// The functions for one execution.
pub(super) struct Calling<'a> {
    table: &'a Table,
    reader: &'a Reader<'a>,
    folder: String,
    file: String,
    left: &'a RefCell<BTreeSet<Left>>,
    asked: Cell<usize>,
}

impl<'a> Calling<'a> {
    /// For a template of `file`, whose paths are relative to `folder`.
    pub(super) fn new(
        table: &'a Table,
        reader: &'a Reader<'a>,
        folder: &str,
        file: &str,
        left: &'a RefCell<BTreeSet<Left>>,
    ) -> Self {
        let (folder, file) = (folder.to_owned(), file.to_owned());
        Self { table, reader, folder, file, left, asked: Cell::new(0) }
    }

    fn say(&self, what: String, advice: &str) {
        self.left.borrow_mut().insert(Left::new(Place::file(&self.file), what, advice));
    }

    fn path(&self, text: &Str) -> String {
        join(&self.folder, &text.to_str_lossy())
    }

    fn own(&self, index: usize, args: &mut [Value]) -> Result<Value, FuncError> {
        let text = |args: &[Value], place: usize| match args.get(place) {
            Some(Value::Str(text)) => text.clone(),
            _ => Str::from(""),
        };
        self.asked.set(self.asked.get() + 1);
        let value = match OWN[index].name {
            name @ ("env" | "requiredEnv") => {
                let variable = text(args, 0).to_str_lossy().into_owned();
                let advice = if markers::is_secret(&variable) {
                    "read from the environment of the process: now a secret of the project, where a key says that it is one"
                } else if name == "env" {
                    "read from the environment of the process: now a variable in `vars` of each environment; write its value there, or the default that the template has"
                } else {
                    "read from the environment of the process: now a variable in `vars` of each environment; write its value there"
                };
                self.say(format!("`{name} \"{variable}\"`"), advice);
                Value::str(markers::of(&variable))
            }
            name @ ("exec" | "envExec") => {
                let program = text(args, 0).to_str_lossy().into_owned();
                self.say(
                    format!("`{name} \"{program}\"`"),
                    "it is not run: what it prints is empty here; write the value where it belongs",
                );
                Value::str("")
            }
            name @ ("randAlphaNum" | "randAlpha") => {
                self.say(format!("`{name}`"), "drawn anew each time by helmfile: empty here; name a secret, or let the release generate one");
                Value::str("")
            }
            "readFile" => {
                let path = self.path(&text(args, 0));
                let found = self.reader.text(&path).map_err(|error| FuncError::new(error.to_string()))?;
                let found =
                    found.ok_or_else(|| FuncError::new(format!("open {path}: no such file or directory")))?;
                Value::str(found)
            }
            "readDir" | "readDirEntries" => {
                let folder = self.path(&text(args, 0));
                let entries = self.reader.list(&folder).map_err(|error| FuncError::new(error.to_string()))?;
                let is_rich = OWN[index].name == "readDirEntries";
                let items = entries.into_iter().filter(|entry| is_rich || !entry.is_folder).map(|entry| {
                    if is_rich {
                        let map: Map =
                            [("Name", Value::str(entry.name)), ("IsDir", Value::Bool(entry.is_folder))]
                                .into_iter()
                                .collect();
                        Value::Map(map)
                    } else {
                        Value::str(join(&text(args, 0).to_str_lossy(), &entry.name))
                    }
                });
                Value::list(items.collect())
            }
            "isFile" => Value::Bool(self.reader.has(&self.path(&text(args, 0)))),
            "isDir" => {
                let entries = self.reader.list(&self.path(&text(args, 0)));
                Value::Bool(entries.is_ok_and(|entries| !entries.is_empty()))
            }
            "get" => {
                let (path, usual) = (text(args, 0), if args.len() > 2 { args.get(1).cloned() } else { None });
                let from = args.last().cloned().unwrap_or(Value::Nil);
                match (walk(&from, &path.to_str_lossy()), usual) {
                    (Some(found), _) => found,
                    (None, Some(usual)) => usual,
                    (None, None) => {
                        return Err(FuncError::new(format!(
                            "no value exist for key \"{}\"",
                            path.to_str_lossy()
                        )));
                    }
                }
            }
            "sprigGet" => {
                let map = args.first().and_then(Value::as_map);
                map.and_then(|map| map.get(text(args, 1).as_bytes())).unwrap_or_else(|| Value::str(""))
            }
            "getOrNil" => {
                walk(args.get(1).unwrap_or(&Value::Nil), &text(args, 0).to_str_lossy()).unwrap_or(Value::Nil)
            }
            "setValueAtPath" => {
                let path = text(args, 0).to_str_lossy().into_owned();
                let (value, into) =
                    (args.get(1).cloned().unwrap_or(Value::Nil), args.get(2).cloned().unwrap_or(Value::Nil));
                put(&into, &path, value);
                into
            }
            "fetchSecretValue" => {
                let reference = text(args, 0).to_str_lossy().into_owned();
                self.say(
                    format!("`fetchSecretValue \"{reference}\"`"),
                    "it is not fetched: empty here; name it under `secrets` (`command: [vals, get, …]`)",
                );
                Value::str("")
            }
            "expandSecretRefs" => args.first().cloned().unwrap_or(Value::Nil),
            "default" => {
                let usual = args.first().cloned().unwrap_or(Value::Nil);
                match args.get(1) {
                    Some(given) if given.truth() && !is_marker(given) => given.clone(),
                    // What the process may set is what the template falls back to, as in a shell without it.
                    _ => usual,
                }
            }
            "coalesce" => {
                args.iter().find(|value| value.truth() && !is_marker(value)).cloned().unwrap_or(Value::Nil)
            }
            "empty" => Value::Bool(!args.first().is_some_and(|value| value.truth() && !is_marker(value))),
            _ => Value::Map(Map::new()),
        };
        Ok(value)
    }
}

impl Functions for Calling<'_> {
    fn call(
        &self,
        exec: &mut dyn Executor,
        index: usize,
        args: &mut Vec<Value>,
    ) -> Result<Return, FuncError> {
        if let Some(own) = index.checked_sub(self.table.inherited) {
            exec.charge(10)?;
            Ok(Return::Value(self.own(own, args)?))
        } else {
            let calls: Calls<'_> = self.table.library.with(&Nothing);
            calls.call(exec, index, args)
        }
    }
}

fn is_marker(value: &Value) -> bool {
    value.as_str().is_some_and(|text| markers::is_one(&text.to_str_lossy()))
}

/// What is at a path of keys with dots; `a[0]` is an item.
fn walk(from: &Value, path: &str) -> Option<Value> {
    let mut here = from.clone();
    for key in path.split('.').filter(|key| !key.is_empty()) {
        let (name, item) = match key.split_once('[') {
            Some((name, rest)) => {
                (name, rest.strip_suffix(']').and_then(|number| number.parse::<usize>().ok()))
            }
            None => (key, None),
        };
        here = here.as_map()?.get(name.as_bytes())?;
        if let Some(item) = item {
            let list: &List = here.as_list()?;
            here = list.get(item)?.clone();
        }
    }
    Some(here)
}

fn put(into: &Value, path: &str, value: Value) {
    let Some(map) = into.as_map() else { return };
    match path.split_once('.') {
        None => drop(map.insert(path, value)),
        Some((first, rest)) => {
            let below = match map.get(first.as_bytes()) {
                Some(below) if below.as_map().is_some() => below,
                _ => {
                    let below = Value::Map(Map::new());
                    map.insert(first, below.clone());
                    below
                }
            };
            put(&below, rest, value);
        }
    }
}
