//! The hash of an object's content, which becomes part of a generated object's name.
//!
//! A change of content thus changes the name, and with it everybody who refers to the object.
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/hasher/hasher.go>.

use longshore_go::{Map, Value, json};
use longshore_yaml::{Kind, Node, Style};
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::field;
use crate::printed;
use crate::resource::{Resource, annotations};
use crate::scope::Scopes;

/// Adds the hash of its content to the name of each resource that shall have it.
///
/// # Errors
/// As [`of`].
pub fn add_to_names(resources: &mut [Resource], scopes: &Scopes) -> Result<(), Error> {
    for resource in resources.iter_mut().filter(|resource| resource.is_on(annotations::NEEDS_HASH)) {
        let hash = of(resource.node())?;
        resource.store_id(scopes);
        let name = format!("{}-{hash}", resource.name());
        resource.set_name(&name);
    }
    Ok(())
}

/// Ten characters that stand for the object's content. The name is no part of it: upstream looks it up in the wrong way.
///
/// # Errors
/// The data cannot be written as JSON.
pub fn of(object: &Node) -> Result<String, Error> {
    let text = match &*field::text(object, "kind") {
        "ConfigMap" => {
            let mut fields =
                vec![("kind", Value::from("ConfigMap")), ("name", Value::from("")), data(object, "data")?];
            fields.extend(Some(data(object, "binaryData")?).filter(|(_, value)| is_map(value)));
            to_json(&Map::from_iter(fields).into())?
        }
        "Secret" => {
            let mut fields = vec![("kind", Value::from("Secret")), ("name", Value::from(""))];
            fields.extend([data(object, "type")?, data(object, "data")?]);
            fields.extend(Some(data(object, "stringData")?).filter(|(_, value)| is_map(value)));
            to_json(&Map::from_iter(fields).into())?
        }
        _ => {
            let mut text = Vec::new();
            append_node(&mut text, object.root())?;
            text
        }
    };
    let digest = Sha256::digest(&text);
    // Letters that could make a word are others.
    let letter = |digit: u8| match digit {
        0 => 'g',
        1 => 'h',
        3 => 'k',
        0xa => 'm',
        0xe => 't',
        digit => char::from_digit(u32::from(digit), 16).unwrap_or('g'),
    };
    Ok(digest.iter().take(5).flat_map(|byte| [letter(byte >> 4), letter(byte & 15)]).collect())
}

/// A field as JSON has it: the text of a scalar, nothing as empty text; lists are null.
fn data(object: &Node, name: &'static str) -> Result<(&'static str, Value), Error> {
    let value = match field::get(object, name) {
        None => Value::from(""),
        Some(node) if node.kind == Kind::Scalar => Value::from(&*node.value),
        Some(node) if node.kind == Kind::Mapping => printed::value(node)?,
        Some(_) => Value::Nil,
    };
    Ok((name, value))
}

fn is_map(value: &Value) -> bool {
    matches!(value, Value::Map(_))
}

fn to_json(value: &Value) -> Result<Vec<u8>, Error> {
    let mut text = Vec::new();
    json::append(&mut text, value, json::EscapeHtml::Yes).map_err(|error| Error::new(error.to_string()))?;
    Ok(text)
}

/// The node as Go writes go-yaml's struct as JSON, which is what objects of other kinds are hashed by.
fn append_node(out: &mut Vec<u8>, node: &Node) -> Result<(), Error> {
    let kind = match node.kind {
        Kind::Document => 1,
        Kind::Sequence => 2,
        Kind::Mapping => 4,
        Kind::Scalar => 8,
        Kind::Alias => 16,
    };
    let style = match node.style {
        Style::Plain => 0,
        Style::DoubleQuoted => 2,
        Style::SingleQuoted => 4,
        Style::Literal => 8,
        Style::Folded => 16,
        Style::Flow => 32,
    };
    let style = style + u32::from(node.tagged);
    out.extend(format!(r#"{{"Kind":{kind},"Style":{style},"Tag":"#).bytes());
    out.extend(to_json(&Value::from(&*node.tag))?);
    out.extend(br#","Value":"#);
    out.extend(to_json(&Value::from(&*node.value))?);
    out.extend(br#","Anchor":"","Alias":null,"Content":"#);
    if node.content.is_empty() {
        out.extend(b"null");
    } else {
        for (at, child) in node.content.iter().enumerate() {
            out.push(if at == 0 { b'[' } else { b',' });
            append_node(out, child)?;
        }
        out.push(b']');
    }
    let none = longshore_yaml::Comments::default();
    let comments = node.comments.as_deref().unwrap_or(&none);
    let parts = [("Head", &comments.head), ("Line", &comments.line), ("Foot", &comments.foot)];
    for (name, comment) in parts {
        out.extend(format!(r#","{name}Comment":"#).bytes());
        out.extend(to_json(&Value::from(comment.as_str()))?);
    }
    out.extend(format!(r#","Line":{},"Column":{}}}"#, node.line, node.column).bytes());
    Ok(())
}
