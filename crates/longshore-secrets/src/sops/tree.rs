//! What is in a SOPS file: keys in their order, and values.

use longshore_go::strconv::format_float;
use zeroize::Zeroizing;

use super::SopsError;

/// The deepest nesting that is read.
pub(super) const MAX_DEPTH: usize = 100;

/// A value, or several under keys or in a list.
pub(super) enum Tree {
    Map(Vec<(String, Tree)>),
    List(Vec<Tree>),
    Leaf(Leaf),
}

/// A single value.
pub(super) enum Leaf {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Zeroizing<Vec<u8>>),
}

impl Leaf {
    pub(super) fn text(text: &str) -> Self {
        Self::Text(Zeroizing::new(text.as_bytes().to_vec()))
    }

    /// What SOPS hashes of it; nothing of a null.
    pub(super) fn hashed(&self) -> Option<Zeroizing<Vec<u8>>> {
        Some(match self {
            Self::Null => return None,
            Self::Bool(value) => Zeroizing::new(if *value { "True" } else { "False" }.into()),
            Self::Float(value) => Zeroizing::new(format_float(*value, b'f', None).into_bytes()),
            other => other.shown(),
        })
    }

    /// Its text, as SOPS prints it of a JSON file: large numbers have an exponent later than in YAML.
    pub(super) fn shown_of_json(&self) -> Zeroizing<Vec<u8>> {
        match self {
            Self::Float(value) if *value == 0.0 || (1e-6..1e21).contains(&value.abs()) => {
                Zeroizing::new(format_float(*value, b'f', None).into_bytes())
            }
            other => other.shown(),
        }
    }

    /// Its text, as SOPS prints it.
    pub(super) fn shown(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(match self {
            Self::Null => Vec::new(),
            Self::Bool(value) => value.to_string().into_bytes(),
            Self::Int(value) => value.to_string().into_bytes(),
            Self::Float(value) => format_float(*value, b'g', None).into_bytes(),
            Self::Text(text) => return text.clone(),
        })
    }
}

impl Tree {
    /// The value of a key of a mapping.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Its text, if it is one.
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Leaf(Leaf::Text(text)) => std::str::from_utf8(text).ok(),
            _ => None,
        }
    }

    /// What it is, for messages; keys are no secret.
    pub(super) fn described(&self) -> String {
        match self {
            Self::Map(entries) => {
                let names: Vec<String> =
                    entries.iter().take(8).map(|(name, _)| format!("`{name}`")).collect();
                let more = if entries.len() > 8 { ", …" } else { "" };
                format!(
                    "a mapping with {}{more}",
                    if names.is_empty() { "nothing in it".to_owned() } else { names.join(", ") }
                )
            }
            Self::List(items) => format!("a list of {}", items.len()),
            Self::Leaf(Leaf::Null) => "null".to_owned(),
            Self::Leaf(_) => "a value".to_owned(),
        }
    }

    /// Refuses keys that stand twice: which of them counts would depend on who reads.
    pub(super) fn without_twins(
        entries: Vec<(String, Self)>,
        format: &'static str,
    ) -> Result<Self, SopsError> {
        let mut names: Vec<&str> = entries.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(SopsError::Syntax { format, why: format!("`{}` stands in it twice", pair[0]) }),
            None => Ok(Self::Map(entries)),
        }
    }
}
