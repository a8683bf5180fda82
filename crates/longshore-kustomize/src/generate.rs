//! ConfigMaps and Secrets made of literals and files.
//!
//! Rules: <https://github.com/kubernetes-sigs/kustomize/tree/kustomize/v5.8.1/api/internal/generators>.

mod pairs;

pub(crate) use pairs::of_file as file_source;

use std::collections::BTreeMap;

use longshore_go::encoding::encode_base64;
use longshore_yaml::{Kind, Node, Style};

use crate::error::{Context, Error};
use crate::field;
use crate::kustomization::{ConfigMapArgs, GeneratorOptions, KeyValueSources, SecretArgs};
use crate::loader::Loader;
use crate::resource::{Behavior, Resource, annotations};

/// Makes a ConfigMap.
///
/// # Errors
/// It has no name, a file cannot be read, a literal has no key, or a key is there twice.
pub fn config_map(args: &ConfigMapArgs, loader: &Loader<'_>) -> Result<Resource, Error> {
    let mut node = base("ConfigMap", args)?;
    for (key, value) in data(&args.name, &args.sources, loader)? {
        let (name, text) = match String::from_utf8(value) {
            Ok(text) => ("data", text),
            Err(error) => ("binaryData", in_lines(error.as_bytes())),
        };
        set_in_map(&mut node, name, &key, field::string(text))?;
    }
    finish(node, args)
}

/// Makes a Secret; all its data are in Base64.
///
/// # Errors
/// As [`config_map`].
pub fn secret(args: &SecretArgs, loader: &Loader<'_>) -> Result<Resource, Error> {
    let mut node = base("Secret", &args.base)?;
    let secret_type = if args.secret_type.is_empty() { "Opaque" } else { &args.secret_type };
    field::set(&mut node, "type", field::string(secret_type))?;
    let data = data(&args.base.name, &args.base.sources, loader)?;
    field::get_or_create(&mut node, "data", Kind::Mapping)?;
    for (key, value) in data {
        set_in_map(&mut node, "data", &key, field::string(in_lines(&value)))?;
    }
    finish(node, &args.base)
}

/// Adds the data of an older object that a generated one takes the place of; what both have is the new one's.
pub fn merge_data(new: &mut Resource, old: &Resource) {
    for name in ["data", "binaryData"] {
        let texts = |resource: &Resource| -> BTreeMap<String, String> {
            let text =
                |node: &Node| if field::is_null(node) { String::new() } else { node.value.to_string() };
            let map = field::get(resource.node(), name);
            map.into_iter().flat_map(Node::entries).map(|(key, value)| (text(key), text(value))).collect()
        };
        let mut merged = texts(old);
        merged.extend(texts(new));
        let node = new.node_mut();
        // The object was just made: it is a mapping.
        let _ = field::clear(node, name);
        for (key, value) in merged {
            // Binary data stay what they are, and never get to the other field: they are Base64.
            let _ = set_in_map(node, name, &key, field::string(value));
        }
    }
}

fn base(kind: &'static str, args: &ConfigMapArgs) -> Result<Node, Error> {
    if args.name.is_empty() {
        return Err(Error::new("a configmap must have a name"));
    }
    let mut metadata = Node::mapping();
    field::set(&mut metadata, "name", field::string(args.name.as_str()))?;
    if !args.namespace.is_empty() {
        field::set(&mut metadata, "namespace", field::string(args.namespace.as_str()))?;
    }
    Ok(Node::from_iter([
        ("apiVersion", Node::string("v1")),
        ("kind", Node::string(kind)),
        ("metadata", metadata),
    ]))
}

/// The pairs, sorted by key.
fn data(
    name: &str,
    sources: &KeyValueSources,
    loader: &Loader<'_>,
) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    let mut data = BTreeMap::new();
    for (key, value) in pairs::load(sources, loader).context(|| String::from("loading KV pairs"))? {
        if data.contains_key(&key) {
            return Err(Error::new(format!("configmap {name} illegally repeats the key `{key}`")));
        }
        data.insert(key, value);
    }
    Ok(data)
}

fn set_in_map(node: &mut Node, map: &str, key: &str, value: Node) -> Result<(), Error> {
    match field::get_or_create(node, map, Kind::Mapping)? {
        Some(map) => field::set(map, key, value),
        None => Ok(()),
    }
}

/// Labels, annotations, and what the build must know of it.
fn finish(mut node: Node, args: &ConfigMapArgs) -> Result<Resource, Error> {
    let quoted = |text: &String| {
        let mut node = Node::string(text.as_str());
        node.style = Style::SingleQuoted;
        node
    };
    let none = GeneratorOptions::default();
    let options = args.options.as_ref().unwrap_or(&none);
    if let Some(metadata) = field::get_mut(&mut node, "metadata") {
        for (map, pairs) in [("labels", &options.labels), ("annotations", &options.annotations)] {
            for (key, value) in pairs {
                set_in_map(metadata, map, key, quoted(value))?;
            }
        }
    }
    if options.immutable {
        field::set(&mut node, "immutable", Node::bool(true))?;
    }
    let mut resource = Resource::new(node);
    if !options.disable_name_suffix_hash {
        resource.switch_on(annotations::NEEDS_HASH);
    }
    resource.set_behavior(Behavior::of(&args.behavior));
    Ok(resource)
}

/// Base64, in lines of 70 characters if it does not fit into one.
fn in_lines(data: &[u8]) -> String {
    const LINE: usize = 70;
    let text = encode_base64(data);
    if text.len() < LINE {
        return text;
    }
    // A text of just one line gets a line break too.
    let mut lines = String::with_capacity(text.len() + text.len() / LINE + 1);
    for (at, c) in text.chars().enumerate() {
        if at > 0 && at % LINE == 0 {
            lines.push('\n');
        }
        lines.push(c);
    }
    lines.push('\n');
    lines
}
