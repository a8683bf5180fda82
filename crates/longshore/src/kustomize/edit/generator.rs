//! `kustomize edit add|set|remove configmap|secret`.

use anyhow::{Context, anyhow, bail};
use longshore_go::{Map, Value};
use longshore_kustomize::decode::Reader;
use longshore_kustomize::edit::text_of;
use longshore_kustomize::loader::Loader;
use longshore_kustomize::{Restriction, generate};
use longshore_source::KustomizationFiles;

use super::super::{Settings, glob, remotes};
use super::{File, leaf, log, same_namespace};
use crate::cobra::{Command, Flag, Kind, Matches};

/// What is generated.
#[derive(Debug, Clone, Copy)]
struct What {
    field: &'static str,
    name: &'static str,
    title: &'static str,
}

const CONFIG_MAP: What = What { field: "configMapGenerator", name: "configmap", title: "ConfigMap" };
const SECRET: What = What { field: "secretGenerator", name: "secret", title: "Secret" };

pub(super) fn add_config_map() -> Command<Settings> {
    let mut flags = sources();
    flags.push(Flag::new("behavior", Kind::Text, "create, merge or replace"));
    leaf("configmap NAME", "add to configMapGenerator", flags, |_, matches| add(CONFIG_MAP, matches))
}

pub(super) fn add_secret() -> Command<Settings> {
    let mut flags = sources();
    flags.push(Flag::new("type", Kind::Text, "type of the Secret").default("Opaque"));
    leaf("secret NAME", "add to secretGenerator", flags, |_, matches| add(SECRET, matches))
}

pub(super) fn set_config_map() -> Command<Settings> {
    leaf("configmap NAME", "set literals or the namespace", changes(), |_, matches| set(CONFIG_MAP, matches))
}

pub(super) fn set_secret() -> Command<Settings> {
    leaf("secret NAME", "set literals or the namespace", changes(), |_, matches| set(SECRET, matches))
}

pub(super) fn remove_config_map() -> Command<Settings> {
    let flags = vec![Flag::new("namespace", Kind::Text, "namespace of what is removed")];
    leaf("configmap NAME[,NAME]", "remove from configMapGenerator", flags, |_, matches| {
        remove(CONFIG_MAP, matches)
    })
}

pub(super) fn remove_secret() -> Command<Settings> {
    let flags = vec![Flag::new("namespace", Kind::Text, "namespace of what is removed")];
    leaf("secret NAME[,NAME]", "remove from secretGenerator", flags, |_, matches| remove(SECRET, matches))
}

fn sources() -> Vec<Flag> {
    vec![
        Flag::new("from-file", Kind::List, "files, each under its name or behind KEY="),
        Flag::new("from-literal", Kind::Texts, "KEY=VALUE"),
        Flag::new("from-env-file", Kind::Text, "file with a line KEY=VALUE for each"),
        Flag::new("disableNameSuffixHash", Kind::Bool, "add no hash to the name"),
        Flag::new("namespace", Kind::Text, "namespace of the object"),
    ]
}

fn changes() -> Vec<Flag> {
    vec![
        Flag::new("from-literal", Kind::Texts, "KEY=VALUE, for a key that is there"),
        Flag::new("namespace", Kind::Text, "namespace that it has"),
        Flag::new("new-namespace", Kind::Text, "namespace that it gets"),
    ]
}

fn add(what: What, matches: &Matches) -> anyhow::Result<()> {
    let files = expand(matches.all("from-file")).context("failed to expand file source")?;
    let name = checked(matches, &files).context("failed to validate flags")?;
    let mut file = open()?;
    let args = found(&file, what, name, matches.text("namespace")).unwrap_or_else(|| {
        let mut fields = vec![("name", name), ("namespace", matches.text("namespace"))];
        if what.field == SECRET.field {
            fields.push(("type", matches.text("type")));
        }
        let args: Map = fields.into_iter().map(|(key, text)| (key, Value::str(text))).collect();
        file.document.add(what.field, Value::Map(args.clone()));
        args
    });
    append(&args, "literals", matches.all("from-literal"));
    append(&args, "files", &files);
    append(&args, "envs", matches.all("from-env-file"));
    if matches.is_on("disableNameSuffixHash") {
        let options: Map = [("disableNameSuffixHash", Value::Bool(true))].into_iter().collect();
        args.insert("options", Value::Map(options));
    }
    if !matches.text("behavior").is_empty() {
        args.insert("behavior", Value::str(matches.text("behavior")));
    }
    generated(&file, what, &args).with_context(|| format!("failed to create {}", what.name))?;
    file.write().context("failed to write kustomization file")
}

/// The name, if the flags go together.
fn checked<'m>(matches: &'m Matches, files: &[String]) -> anyhow::Result<&'m str> {
    let [name] = &matches.arguments[..] else { bail!("name must be specified once") };
    let others = !files.is_empty() || !matches.all("from-literal").is_empty();
    let env = !matches.text("from-env-file").is_empty();
    if !env && !others {
        bail!("at least from-env-file, or from-file or from-literal must be set");
    }
    if env && others {
        bail!("from-env-file cannot be combined with from-file or from-literal");
    }
    if !["", "create", "merge", "replace"].contains(&matches.text("behavior")) {
        bail!("invalid behavior: must be one of \"create\", \"merge\", or \"replace\"");
    }
    Ok(name)
}

fn set(what: What, matches: &Matches) -> anyhow::Result<()> {
    let (literals, new_namespace) = (matches.all("from-literal"), matches.text("new-namespace"));
    let [name] = &matches.arguments[..] else {
        bail!("failed to validate flags: name must be specified once")
    };
    if literals.is_empty() && new_namespace.is_empty() {
        bail!(
            "failed to validate flags: at least one of [--from-literal, --new-namespace] must be specified"
        );
    }
    let file = open()?;
    let change = || {
        let Some(args) = found(&file, what, name, matches.text("namespace")) else {
            bail!("could not set new {0} value: unable to find {0} with name \"{name}\"", what.title)
        };
        if !literals.is_empty() {
            replace(&args, literals).context("failed to update literal sources")?;
        }
        if !new_namespace.is_empty() {
            args.insert("namespace", Value::str(new_namespace));
        }
        generated(&file, what, &args).with_context(|| format!("failed to validate {} structure", what.title))
    };
    change().with_context(|| format!("failed to create {}", what.name))?;
    file.write().context("failed to write kustomization file")
}

/// Gives literals that are there new values. Their order is that of their keys, where the original has a random one.
fn replace(args: &Map, literals: &[String]) -> anyhow::Result<()> {
    let split = |literal: &str| match literal.split_once('=') {
        Some((key, value)) if !value.contains('=') => Ok((key.to_owned(), value.to_owned())),
        _ => {
            bail!(
                "failed to update resource: invalid format: literal values must be specified in the key=value format"
            )
        }
    };
    let there = texts(args, "literals");
    let mut all = there
        .iter()
        .map(|literal| split(literal))
        .collect::<anyhow::Result<std::collections::BTreeMap<_, _>>>()?;
    for literal in literals {
        let (key, value) = split(literal)?;
        match all.get_mut(&key) {
            Some(old) => *old = value,
            None => bail!("key '{key}' not found in resource"),
        }
    }
    let all = all.into_iter().map(|(key, value)| Value::str(format!("{key}={value}"))).collect();
    args.insert("literals", Value::list(all));
    Ok(())
}

fn remove(what: What, matches: &Matches) -> anyhow::Result<()> {
    let names: Vec<&str> = match &matches.arguments[..] {
        [] => bail!("at least one {} name must be specified", what.name),
        [names] => names.split(',').collect(),
        more => bail!(
            "too many arguments: [{1}]; to provide multiple {0}s to remove, please separate {0} names by commas",
            what.name,
            more.join(" ")
        ),
    };
    let path = File::path().context("could not read kustomization file")?;
    let mut file = File::read_at(path).context("could not read kustomization file contents")?;
    let (mut rest, mut gone) = (Vec::new(), Vec::new());
    for item in file.document.items(what.field) {
        let (name, namespace) =
            item.as_map().map(|args| (text_of(args, "name"), text_of(args, "namespace"))).unwrap_or_default();
        if names.contains(&&*name) && same_namespace(&namespace, matches.text("namespace")) {
            gone.push(name);
        } else {
            rest.push(item);
        }
    }
    if gone.is_empty() {
        bail!("no specified {}(s) were found in the kustomization.yaml file", what.name);
    }
    for name in names.iter().filter(|name| !gone.iter().any(|gone| gone == *name)) {
        log(&format!("{} {name} doesn't exist in kustomization file", what.name));
    }
    file.document.set(what.field, Value::list(rest));
    file.write().context("failed to write kustomization file")
}

fn open() -> anyhow::Result<File> {
    let path = File::path().context("failed to load kustomization file")?;
    File::read_at(path).context("failed to read kustomization file")
}

/// The generator of this name and namespace.
fn found(file: &File, what: What, name: &str, namespace: &str) -> Option<Map> {
    let fits =
        |args: &&Map| text_of(args, "name") == name && same_namespace(&text_of(args, "namespace"), namespace);
    file.document.items(what.field).iter().filter_map(Value::as_map).find(fits).cloned()
}

/// Tries what would be generated, and notes the options that all generators share with those of this one.
fn generated(file: &File, what: What, args: &Map) -> anyhow::Result<()> {
    if let Some(Value::Map(shared)) = file.document.get("generatorOptions") {
        let options = match args.get(b"options") {
            Some(Value::Map(options)) => options,
            _ => Map::new(),
        };
        for (key, value) in shared.snapshot() {
            match (options.get(key.as_bytes()), value) {
                (Some(Value::Map(own)), Value::Map(shared)) => {
                    for (key, value) in
                        shared.snapshot().into_iter().filter(|(key, _)| !own.contains_key(key.as_bytes()))
                    {
                        own.insert(key, value);
                    }
                }
                (_, Value::Map(shared)) => {
                    options.insert(key, Value::Map(shared.snapshot().into_iter().collect()));
                }
                (_, value) if value.truth() => {
                    options.insert(key, value);
                }
                _ => {}
            }
        }
        args.insert("options", Value::Map(options));
    }
    let files = KustomizationFiles::new(remotes::from_environment());
    let loader = Loader::new(&files, ".", Restriction::RootOnly).map_err(|error| anyhow!("{error}"))?;
    let value = Value::Map(args.clone());
    let made = if what.field == CONFIG_MAP.field {
        Reader::strict().read(&value).and_then(|args| generate::config_map(&args, &loader))
    } else {
        Reader::strict().read(&value).and_then(|args| generate::secret(&args, &loader))
    };
    made.map(drop).map_err(|error| anyhow!("{error}"))
}

fn texts(args: &Map, key: &str) -> Vec<String> {
    let Some(Value::List(list)) = args.get(key.as_bytes()) else { return Vec::new() };
    list.iter().filter_map(Value::as_str).map(|text| text.to_str_lossy().into_owned()).collect()
}

fn append(args: &Map, key: &'static str, more: &[String]) {
    let more: Vec<&String> = more.iter().filter(|text| !text.is_empty()).collect();
    if more.is_empty() {
        return;
    }
    let mut all = texts(args, key);
    all.extend(more.into_iter().cloned());
    args.insert(key, Value::list(all.into_iter().map(Value::str).collect()));
}

/// Files that patterns fit, behind their keys.
fn expand(sources: &[String]) -> anyhow::Result<Vec<String>> {
    let mut all = Vec::new();
    for source in sources {
        let parts: Vec<&str> = source.split('=').collect();
        let (key, pattern) = if let [key, pattern] = parts[..] { (key, pattern) } else { ("", parts[0]) };
        let found = glob::files(&[pattern.to_owned()])?;
        match (key, &found[..]) {
            ("", _) => all.extend(found),
            (key, [file]) => all.push(format!("{key}={file}")),
            _ => bail!("'pattern '{source}' catches files [{}], should catch only one", found.join(" ")),
        }
    }
    Ok(all)
}
