//! Kubernetes objects as kyaml's `kio` package reads and writes them, which Kustomize is made with and through which
//! Helm 4 passes what goes to post-renderers and comes from them.
//!
//! Objects are nodes of go-yaml v3, so that comments, order and styles survive; how they are indented does not. Reading
//! leaves annotations on each object, writing takes them off, and with them whatever is empty then: both change the
//! bytes of an object that nobody touched.
//!
//! Rules: <https://github.com/kubernetes-sigs/kustomize/tree/kyaml/v0.21.2/kyaml/kio>.

mod anchor;
mod field;
mod follow;
mod meta;
mod places;

use std::borrow::Cow;

use longshore_go::json;

use crate::dialect::{Dialect, Limits};
use crate::encode::{EmitOptions, emit, emit_each};
use crate::error::{Error, ErrorKind};
use crate::node::{Kind, Node, parse_first};
use crate::unmarshal;
pub use follow::follow;
pub use meta::{Meta, clear_annotation, meta, set_annotation};
pub use places::{Places, path, set_default_paths};

/// Where an object lay in its stream: the annotation's name today and before.
const INDEX: [&str; 2] = ["internal.config.kubernetes.io/index", "config.kubernetes.io/index"];

/// Which file an object came from.
const PATH: [&str; 2] = ["internal.config.kubernetes.io/path", "config.kubernetes.io/path"];

/// What a function knows an object by: the annotation's name today and before.
pub const ID: [&str; 2] = ["internal.config.kubernetes.io/id", "config.k8s.io/id"];

/// How sequences are indented: beyond their key if it says `wide`.
const INDENT: &str = "internal.config.kubernetes.io/seqindent";

/// The key under which a document that is a sequence is carried.
const BARE_SEQUENCE: &str = "bareSeqNodeWrappingKey";

/// How kyaml writes nodes.
const OPTIONS: EmitOptions =
    EmitOptions { dialect: Dialect::V3, indent: 2, width: None, compact_sequences: true };

/// Reads the objects of a stream (`kio.ParseAll`), each with its place among them as an annotation. Empty documents are
/// left out; if the only document is a `List` or a `ResourceList`, its items are the objects.
///
/// # Errors
/// A document is no YAML, is no mapping, or stands behind `--- text`; in kyaml's words.
///
/// ```
/// use longshore_yaml::kio;
/// let objects = kio::read(b"# top\nkind: A\nmetadata: {}\nargs:\n  - 1\n---\n---\nkind: B\n")?;
/// assert_eq!(kio::write(&objects)?, b"# top\nkind: A\nargs:\n- 1\n---\nkind: B\n");
/// # Ok::<(), longshore_yaml::Error>(())
/// ```
pub fn read(stream: &[u8]) -> Result<Vec<Node>, Error> {
    read_each(stream, |object, index| {
        for names in [PATH, INDEX, ID] {
            meta::share_annotation(object, names)?;
        }
        for name in [INDEX[1], INDEX[0]] {
            set_annotation(object, name, &index.to_string())?;
        }
        Ok(())
    })
}

/// Reads the objects of a stream as Kustomize does (`kio.FromBytes`): like [`read`], but nothing is noted on them, and
/// aliases and merge keys are replaced by what they stand for.
///
/// # Errors
/// As [`read`]; also merge keys whose values are no mappings, and more nodes than [`Limits`] allow.
///
/// ```
/// use longshore_yaml::kio;
/// let objects = kio::read_inlined(b"base: &b {a: 1}\nuse: {<<: *b, c: 2}\n")?;
/// assert_eq!(kio::write(&objects)?, b"base: {a: 1}\nuse: {c: 2, a: 1}\n");
/// # Ok::<(), longshore_yaml::Error>(())
/// ```
pub fn read_inlined(stream: &[u8]) -> Result<Vec<Node>, Error> {
    read_each(stream, |object, _| anchor::inline(object, &Limits::default()))
}

/// Reads the objects of a stream as they stand there (`kio.ByteReader` that notes nothing): like [`read`], but documents may
/// be anything.
///
/// # Errors
/// As [`read`], but for what is no mapping.
pub fn read_untouched(stream: &[u8]) -> Result<Vec<Node>, Error> {
    read_each(stream, |_, _| Ok(()))
}

/// Reads the objects of a stream, and does to each, before lists are taken apart, what `prepare` does, which is told how
/// many came before.
fn read_each(
    stream: &[u8],
    prepare: impl Fn(&mut Node, usize) -> Result<(), Error>,
) -> Result<Vec<Node>, Error> {
    let stream = unix_lines(stream);
    let documents = split(&stream)?;
    let is_alone = documents.len() == 1;
    let mut objects = Vec::new();
    let mut index = 0;
    for text in documents {
        let found = parse_first(text, Dialect::V3, &Limits::default());
        let found = found.map_err(|error| error.wrapped("MalformedYAMLError: "))?;
        let Some(mut object) = found.filter(|object| !field::is_null(object)) else { continue };
        prepare(&mut object, index)?;
        let kind = meta(&object).map(|meta| meta.kind).unwrap_or_default();
        let has = |name| field::get(&object, name).is_some();
        if is_alone && (kind == "List" || kind == "ResourceList") && (has("items") || has("functionConfig")) {
            objects.extend(field::get(&object, "items").into_iter().flat_map(|items| items.content.clone()));
            continue;
        }
        objects.push(object);
        index += 1;
    }
    Ok(objects)
}

/// Writes objects as a stream (`kio.StringAll`), without the annotations that [`read`] left. A single object whose path
/// ends in `.json` is written as JSON.
///
/// # Errors
/// The metadata of an object is not what it should be; in kyaml's words.
pub fn write(objects: &[Node]) -> Result<Vec<u8>, Error> {
    let mut objects = objects.to_vec();
    let is_json =
        objects.len() == 1 && file_of(&objects[0]).is_some_and(|path| path.strip_suffix(".json").is_some());
    let mut is_wide = Vec::new();
    for object in &mut objects {
        is_wide.push(meta::annotation(object, INDENT).as_deref() == Some("wide"));
        for name in [INDEX[0], INDEX[1], INDENT] {
            clear_annotation(object, name)?;
        }
        meta::clear_empty(object)?;
    }
    if is_json {
        return to_json(&objects[0]);
    }
    let documents = objects.iter().zip(is_wide).map(|(object, is_wide)| {
        let sequence = field::get(object, BARE_SEQUENCE).filter(|sequence| !field::is_empty(sequence));
        (sequence.unwrap_or(object), !is_wide)
    });
    Ok(emit_each(documents, &OPTIONS))
}

/// Writes objects and a configuration as the `ResourceList` that functions read. What [`read`] noted stays.
///
/// # Errors
/// The metadata of an object is not what it should be; in kyaml's words.
///
/// ```
/// use longshore_yaml::kio;
/// let objects = kio::read_inlined(b"kind: A\n---\nkind: B\nmetadata: {}\n")?;
/// let list = kio::write_list(&objects, &objects[0])?;
/// let head = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n";
/// assert_eq!(list, format!("{head}items:\n- kind: A\n- kind: B\nfunctionConfig:\n  kind: A\n").as_bytes());
/// # Ok::<(), longshore_yaml::Error>(())
/// ```
pub fn write_list(objects: &[Node], configuration: &Node) -> Result<Vec<u8>, Error> {
    let mut items = Node::new(Kind::Sequence, "");
    for object in objects {
        let mut object = object.root().clone();
        meta::clear_empty(&mut object)?;
        items.content.push(object);
    }
    let untyped = |text: &'static str| Node::scalar("", text);
    let mut list = Node::new(Kind::Mapping, "");
    list.content = vec![
        untyped("apiVersion"),
        untyped("config.kubernetes.io/v1"),
        untyped("kind"),
        untyped("ResourceList"),
        untyped("items"),
        items,
        untyped("functionConfig"),
        configuration.root().clone(),
    ];
    Ok(emit([&list], &OPTIONS))
}

/// The file that an object came from.
fn file_of(object: &Node) -> Option<String> {
    PATH.iter().find_map(|name| meta::annotation(object, name))
}

fn to_json(object: &Node) -> Result<Vec<u8>, Error> {
    let failed = |reason: String| {
        let text = format!("json: error calling MarshalJSON for type *yaml.RNode: {reason}");
        Error::new(ErrorKind::Encode, text)
    };
    let value = unmarshal(&emit([object], &OPTIONS), Dialect::V3, &Limits::default());
    let value = value.map_err(|error| failed(error.to_string()))?;
    let mut out = Vec::new();
    json::append_indented(&mut out, &value, "  ").map_err(|error| failed(error.to_string()))?;
    out.push(b'\n');
    Ok(out)
}

/// `\r\n` becomes `\n`.
fn unix_lines(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.windows(2).any(|pair| pair == b"\r\n") {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    for (i, &byte) in text.iter().enumerate() {
        if byte != b'\r' || text.get(i + 1) != Some(&b'\n') {
            out.push(byte);
        }
    }
    Cow::Owned(out)
}

/// The documents between lines that begin with `---` and hold nothing else but a comment; each keeps its last line end.
/// A separator in the first line, or right behind another one, stays in the text.
fn split(stream: &[u8]) -> Result<Vec<&[u8]>, Error> {
    let mut documents = Vec::new();
    if stream.is_empty() {
        return Ok(documents);
    }
    let mut start = 0;
    let mut from = 0;
    while let Some(at) = find(&stream[from..], b"\n---") {
        let line = from + at + 1;
        // The last line is none without a line end.
        let Some(length) = find(&stream[line..], b"\n") else { break };
        let separator = String::from_utf8_lossy(&stream[line..line + length]);
        let behind = separator[3..].trim();
        if !behind.is_empty() && !behind.starts_with('#') {
            let text = format!("invalid document separator: {}", separator.trim());
            return Err(Error::new(ErrorKind::Parser, text));
        }
        documents.push(&stream[start..line]);
        start = line + length + 1;
        from = start;
    }
    documents.push(&stream[start..]);
    Ok(documents)
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

/// What kyaml says of a node of another kind than the wanted one.
fn wrong_kind(node: &Node, wanted: Kind) -> Error {
    let name = |kind| match kind {
        Kind::Document => "DocumentNode",
        Kind::Mapping => "MappingNode",
        Kind::Sequence => "SequenceNode",
        Kind::Scalar => "ScalarNode",
        Kind::Alias => "AliasNode",
    };
    let content = emit([node], &OPTIONS);
    let text = format!(
        "wrong node kind: expected {} but got {}: node contents:\n{}",
        name(wanted),
        name(node.kind),
        String::from_utf8_lossy(&content)
    );
    Error::new(ErrorKind::Decode, text).at_line(node.line, node.column)
}
