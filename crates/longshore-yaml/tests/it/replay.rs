//! The format of recorded cases, and our answers to the operations that `tools/oracle-yaml` knows.

use std::fmt::Write;

use longshore_go::time::{self, Location};
use longshore_go::{Duration, Map, Uint, UintKind, Value, encoding, json, strconv};
use longshore_yaml::{
    Dialect, EmitOptions, Error, Kind, Limits, Node, Style, emit, kio, marshal, parse, parse_first, sigs,
    to_json_value, unmarshal,
};

/// One recorded case.
#[derive(Debug)]
pub(crate) struct Case {
    operation: String,
    input: Vec<u8>,
    expected: Result<String, String>,
}

/// Reads cases: a line `OPERATION INPUT`, and one ` = OUTPUT` or ` ! ERROR` below it.
pub(crate) fn cases(text: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((i, line)) = lines.next() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (operation, input) = line.split_once(' ').expect("an operation and its input");
        let (_, answer) = lines.next().expect("an answer below");
        let expected = match answer.split_at(3) {
            (" = ", text) => Ok(unquote(text)),
            (" ! ", text) => Err(unquote(text)),
            _ => panic!("line {}: no answer", i + 2),
        };
        let input = unquote(input);
        let (operation, input) = match operation.strip_suffix('@') {
            Some(operation) => (operation, encoding::decode_base64(input.as_bytes()).expect("base64")),
            None => (operation, input.into_bytes()),
        };
        cases.push(Case { operation: operation.to_owned(), input, expected });
    }
    cases
}

impl Case {
    /// Our answer, if it is not the recorded one.
    pub(crate) fn difference(&self) -> Option<Result<String, String>> {
        let ours = answer(&self.operation, &self.input);
        (ours != self.expected).then_some(ours)
    }
}

fn unquote(text: &str) -> String {
    let value = json::parse(text.as_bytes()).expect("a JSON string");
    value.as_str().expect("a string").to_string()
}

/// Our answer to an operation.
pub(crate) fn answer(operation: &str, input: &[u8]) -> Result<String, String> {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    let (operation, indent) = operation.split_once(':').unwrap_or((operation, "2"));
    let indented = EmitOptions::v3().indent(indent.parse().expect("an indentation"));
    let nodes = || parse(input, Dialect::V3, &Limits::default());
    let value = || typed(&json::parse(input).expect("a value"));
    match operation {
        "value" => sigs::to_value(input).map(|value| as_json(&value)),
        "strict" => sigs::to_value_strict(input).map(|value| as_json(&value)),
        "json" => sigs::to_json_value(input).map(|value| as_json(&value)),
        "v3json" => {
            let direct = unmarshal(input, Dialect::V3, &Limits::default()).map(|value| as_json(&value));
            let by_node = parse_first(input, Dialect::V3, &Limits::default()).and_then(|first| match first {
                Some(document) => to_json_value(&document, Dialect::V3).map(|value| as_json(&value)),
                None => Ok(String::from("null")),
            });
            // Both ways must be the same.
            match (direct, by_node) {
                (Ok(direct), Ok(by_node)) if direct == by_node => Ok(direct),
                (Err(direct), Err(by_node)) if direct.to_string() == by_node.to_string() => Err(direct),
                (direct, by_node) => panic!("directly {direct:?}, by a node {by_node:?}"),
            }
        }
        "marshal" => sigs::marshal(&value()).map(text),
        "v2" => marshal(&value(), &EmitOptions::v2()).map(text),
        "v3" => marshal(&value(), &indented).map(text),
        "tree" => nodes().map(|documents| {
            let mut out = String::new();
            for document in &documents {
                dump(&mut out, document, 0, None, false);
            }
            out
        }),
        "emit" => nodes().map(|documents| text(emit(&documents, &indented))),
        "restyle" => nodes().map(|mut documents| {
            let mut seen = 0;
            for document in &mut documents {
                restyle(document, &mut seen);
            }
            text(emit(&documents, &indented))
        }),
        "kio" => objects(input, |object| kio::set_annotation(object, FILE, "c/templates/x.yaml")).map(text),
        "unkio" => match kio::read(input) {
            Ok(objects) if objects.iter().any(|object| kio::meta(object).is_none()) => {
                return Err(String::from("missing Resource metadata"));
            }
            _ => objects(input, |object| kio::clear_annotation(object, FILE)).map(text),
        },
        other => panic!("unknown operation {other}"),
    }
    .map_err(|error| match operation {
        // The original of this one is not wrapped.
        "json" => error.to_string().trim_start_matches("error converting YAML to JSON: ").to_owned(),
        _ => error.to_string(),
    })
}

/// The annotation that Helm 4 marks objects with on their way through post-renderers.
const FILE: &str = "postrenderer.helm.sh/postrender-filename";

/// Reads Kubernetes objects, changes each, and writes them again.
fn objects(input: &[u8], change: fn(&mut Node) -> Result<(), Error>) -> Result<Vec<u8>, Error> {
    let mut objects = kio::read(input)?;
    objects.iter_mut().try_for_each(change)?;
    kio::write(&objects)
}

/// Gives every node another style, and every other one a comment, by the rule of `tools/oracle-yaml`.
fn restyle(node: &mut Node, seen: &mut usize) {
    let i = *seen;
    *seen += 1;
    if node.kind == Kind::Scalar || i.is_multiple_of(3) {
        node.style = [
            Style::Plain,
            Style::Flow,
            Style::DoubleQuoted,
            Style::Literal,
            Style::Plain,
            Style::SingleQuoted,
            Style::Folded,
        ][(i + node.value.len()) % 7];
    }
    let comments = node.comments.get_or_insert_default();
    match i % 8 {
        1 => comments.head = format!("# head {i}"),
        3 => comments.line = format!("line {i}"),
        5 => comments.foot = format!("# foot {i}\n# more"),
        7 => node.comments = None,
        _ => {}
    }
    for child in &mut node.content {
        restyle(child, seen);
    }
}

fn as_json(value: &Value) -> String {
    let mut out = Vec::new();
    json::append(&mut out, value, json::EscapeHtml::Yes).expect("decoded values are valid JSON");
    String::from_utf8(out).expect("JSON is UTF-8")
}

/// JSON in which an object with a single key `$…` stands for a Go type.
fn typed(value: &Value) -> Value {
    match value {
        Value::List(list) => Value::list(list.iter().map(typed).collect()),
        Value::Map(map) => {
            let entries = map.snapshot();
            if let [(key, Value::Str(text))] = &*entries
                && let Some(special) = special(&key.to_string(), &text.to_string())
            {
                return special;
            }
            let entries = entries.into_iter().map(|(key, value)| (key, typed(&value)));
            entries.collect::<Map>().into()
        }
        other => other.clone(),
    }
}

fn special(kind: &str, text: &str) -> Option<Value> {
    let bytes = || encoding::decode_base64(text.as_bytes()).expect("base64");
    Some(match kind {
        "$int" => Value::int64(text.parse().expect("an integer")),
        "$uint" => Value::Uint(Uint { kind: UintKind::Uint64, value: text.parse().expect("an integer") }),
        "$float" => Value::Float(text.trim_start_matches('+').parse().expect("a float")),
        "$str" => Value::Str(bytes().into()),
        "$bytes" => Value::Bytes(bytes().into()),
        "$time" => {
            let layout = b"2006-01-02T15:04:05.999999999Z07:00";
            time::parse(layout, text.as_bytes(), &Location::Utc).expect("a time").into_value()
        }
        "$duration" => Value::Duration(Duration(text.parse().expect("nanoseconds"))),
        _ => return None,
    })
}

/// Prints a node and what it holds. The place of an `absent` value is none: that of `[a: ]` Go reads through a
/// pointer to what no longer is there.
fn dump(out: &mut String, node: &Node, depth: usize, parent: Option<Kind>, absent: bool) {
    let kind = match node.kind {
        Kind::Document => "document",
        Kind::Mapping => "mapping",
        Kind::Sequence => "sequence",
        Kind::Scalar => "scalar",
        Kind::Alias => "alias",
    };
    let style = match node.style {
        Style::Plain => "",
        Style::SingleQuoted => " single",
        Style::DoubleQuoted => " double",
        Style::Literal => " literal",
        Style::Folded => " folded",
        Style::Flow => " flow",
    };
    let tagged = if node.tagged { " tagged" } else { "" };
    let comments = node.comments.clone().unwrap_or_default();
    let place = if absent { String::from("-") } else { format!("{}:{}", node.line, node.column) };
    write!(out, "{}{place} {kind}{style}{tagged}", " ".repeat(depth)).expect("memory");
    for text in [
        &*node.tag,
        &node.value,
        node.anchor.as_deref().unwrap_or_default(),
        &comments.head,
        &comments.line,
        &comments.foot,
    ] {
        let quoted = strconv::quote(text.as_bytes());
        write!(out, " {}", String::from_utf8_lossy(&quoted)).expect("memory");
    }
    out.push('\n');
    let pair = node.kind == Kind::Mapping && node.style == Style::Flow && parent == Some(Kind::Sequence);
    for child in &node.content {
        let absent = pair
            && child.kind == Kind::Scalar
            && !child.tagged
            && child.style == Style::Plain
            && child.value.is_empty();
        dump(out, child, depth + 1, Some(node.kind), absent);
    }
}
