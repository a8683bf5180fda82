//! Texts that stand for what is known only when the platform is deployed: variables of the process.

use longshore_object::secrecy::{is_reference, is_sensitive};
use longshore_yaml::{Kind, Node};

use crate::names::name_of;
use crate::tree::map;

const START: &str = "${env.vars.";

/// What stands for a variable of the process.
pub(super) fn of(variable: &str) -> String {
    format!("{START}{variable}}}")
}

/// Whether a text is one of them and nothing else.
pub(super) fn is_one(text: &str) -> bool {
    text.starts_with(START) && text.ends_with('}') && text.matches("${").count() == 1
}

/// Whether a variable is named like a secret.
pub(super) fn is_secret(variable: &str) -> bool {
    is_sensitive(variable) && !is_reference(variable)
}

/// The variables in a text.
pub(super) fn names(text: &str) -> Vec<&str> {
    let starts = text.match_indices(START).map(|(place, start)| &text[place + start.len()..]);
    starts.filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect()
}

/// Whether a tree has any, or any `${` at all.
pub(super) fn stand_in(node: &Node) -> (bool, bool) {
    let text = node.value.as_str();
    let mut found =
        (!names(text).is_empty(), node.kind == Kind::Scalar && text.replace(START, "").contains("${"));
    for below in &node.content {
        let inner = stand_in(below);
        found = (found.0 | inner.0, found.1 | inner.1);
    }
    found
}

/// What was asked for, and how a project file has it.
#[derive(Default)]
pub(super) struct Asked {
    /// Variables of environments.
    pub(super) vars: std::collections::BTreeSet<String>,
    /// Secrets, and the variables of the process that they are read from.
    pub(super) secrets: std::collections::BTreeMap<String, String>,
}

/// A tree for `set` of a project file: markers are its variables, or its secrets where a key says so, and other `${` are
/// written so that they stay.
pub(super) fn for_set(node: &Node, asked: &mut Asked) -> Node {
    below(node, false, asked)
}

fn below(node: &Node, is_hidden: bool, asked: &mut Asked) -> Node {
    match node.kind {
        Kind::Mapping => map(node.entries().map(|(key, value)| {
            let key = key.value.as_str();
            (key, below(value, is_hidden || is_sensitive(key), asked))
        })),
        Kind::Sequence => {
            let mut list = Node::sequence();
            node.items().iter().for_each(|item| list.push(below(item, is_hidden, asked)));
            list.style = node.style;
            list
        }
        _ if node.value.as_str().contains("${") => {
            let mut text = node.value.as_str().replace("${", "$${");
            for name in names(node.value.as_str()) {
                let marker = format!("$${{env.vars.{name}}}");
                let stands = if is_hidden && is_secret(name) {
                    let secret = name_of(name, "secret");
                    asked.secrets.insert(secret.clone(), name.to_owned());
                    format!("${{secret.{secret}}}")
                } else {
                    asked.vars.insert(name.to_owned());
                    of(name)
                };
                text = text.replace(&marker, &stands);
            }
            Node::string(text)
        }
        _ => node.clone(),
    }
}
