//! One odd chart with values and flags, as a line of JSON, and what each level of Helm makes of it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value as Json, json};

/// A chart, values and flags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Case {
    /// The chart's files.
    pub(crate) files: Vec<(String, Vec<u8>)>,
    /// The chart, packed; then there are no files.
    pub(crate) archive: Option<Vec<u8>>,
    /// Values files, called `v0.yaml` and so on.
    pub(crate) values: Vec<Vec<u8>>,
    /// Names of flags (`set`, `set-json`, …) and their values.
    pub(crate) flags: Vec<(String, String)>,
}

/// What begins a text that is not UTF-8.
const PACKED: &str = "base64:";

fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.starts_with(PACKED) => text.to_owned(),
        _ => PACKED.to_owned() + &BASE64_STANDARD.encode(bytes),
    }
}

fn bytes(text: &str) -> Vec<u8> {
    match text.strip_prefix(PACKED) {
        Some(packed) => BASE64_STANDARD.decode(packed).expect("it was written so"),
        None => text.as_bytes().to_owned(),
    }
}

impl Case {
    /// The case as JSON; what is empty is left out.
    pub(crate) fn to_json(&self) -> Map<String, Json> {
        let mut map = Map::new();
        if !self.files.is_empty() {
            let files = self.files.iter().map(|(name, content)| json!([name, text(content)]));
            map.insert("files".to_owned(), files.collect());
        }
        if let Some(archive) = &self.archive {
            map.insert("archive".to_owned(), BASE64_STANDARD.encode(archive).into());
        }
        if !self.values.is_empty() {
            map.insert("values".to_owned(), self.values.iter().map(|file| text(file)).collect());
        }
        if !self.flags.is_empty() {
            map.insert(
                "flags".to_owned(),
                self.flags.iter().map(|(name, text)| json!([name, text])).collect(),
            );
        }
        map
    }

    /// The case of a line.
    pub(crate) fn of_json(map: &Json) -> Self {
        let list = |name: &str| map[name].as_array().cloned().unwrap_or_default();
        let word = |value: &Json| value.as_str().expect("it is text").to_owned();
        Self {
            files: list("files").iter().map(|file| (word(&file[0]), bytes(&word(&file[1])))).collect(),
            archive: map["archive"].as_str().map(|text| BASE64_STANDARD.decode(text).expect("base64")),
            values: list("values").iter().map(|file| bytes(&word(file))).collect(),
            flags: list("flags").iter().map(|flag| (word(&flag[0]), word(&flag[1]))).collect(),
        }
    }
}

/// An answer as it is compared: bytes that are no UTF-8 are shown by one sign, however many they are, and an address is
/// none in particular.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let digits = rest.strip_prefix("0x").map_or(0, |hex| {
            hex.bytes().take_while(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')).count()
        });
        if digits >= 9 {
            plain.push_str("0xADDRESS");
            rest = &rest[2 + digits..];
            continue;
        }
        if c != '\u{FFFD}' || !plain.ends_with('\u{FFFD}') {
            plain.push(c);
        }
        rest = &rest[c.len_utf8()..];
    }
    plain
}
