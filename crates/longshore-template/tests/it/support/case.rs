//! Recorded cases: reading them, running them, telling what differs.

use longshore_go::{Str, Value};
use longshore_template::{Budget, MissingKey, Set};
use serde::{Deserialize, Deserializer};

use super::{data, functions};

/// One line of a case file; `tools/oracle-template/main.go` says what the fields mean.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) sources: Vec<Source>,
    #[serde(default)]
    pub(crate) source: String,
    pub(crate) execute: Option<String>,
    pub(crate) dataset: Option<String>,
    #[serde(default, deserialize_with = "given")]
    pub(crate) data: Option<serde_json::Value>,
    pub(crate) missingkey: Option<String>,
    pub(crate) output: Option<String>,
    pub(crate) output_hex: Option<String>,
    #[serde(default)]
    pub(crate) error: String,
    #[serde(default)]
    pub(crate) phase: String,
}

/// Tells `"data": null` from no data.
fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<serde_json::Value>, D::Error> {
    serde_json::Value::deserialize(from).map(Some)
}

/// A source and its name.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) hex: Option<String>,
}

/// What came of a case.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) output: String,
    pub(crate) error: String,
    pub(crate) phase: String,
}

/// The cases of a file of JSON lines, and the Go that recorded them.
pub(crate) fn read(text: &str) -> (String, Vec<Case>) {
    let mut lines = text.lines().filter(|line| !line.is_empty()).peekable();
    let version = lines.next_if(|line| line.contains("\"recorded_with\"")).unwrap_or_default();
    let cases = lines.map(|line| match serde_json::from_str(line) {
        Ok(case) => case,
        Err(error) => panic!("{error} in {line}"),
    });
    (version.to_owned(), cases.collect())
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        hex.bytes().filter_map(|byte| (byte as char).to_digit(16).map(|digit| digit as u8)).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

impl Case {
    /// What Go made of it.
    pub(crate) fn expected(&self) -> Outcome {
        let output = match &self.output_hex {
            Some(hex) => String::from_utf8_lossy(&bytes(hex)).into_owned(),
            None => self.output.clone().unwrap_or_default(),
        };
        Outcome { output, error: self.error.clone(), phase: self.phase.clone() }
    }

    /// The set that it executes, or the parse error.
    pub(crate) fn set(&self) -> Result<Set, String> {
        let missing_key = match self.missingkey.as_deref() {
            Some("zero") => MissingKey::Zero,
            Some("error") => MissingKey::Error,
            _ => MissingKey::Default,
        };
        let mut set = Set::new("root", functions::table()).with_missing_key(missing_key);
        for source in self.sources() {
            let text = match &source.hex {
                Some(hex) => bytes(hex),
                None => source.text.into_bytes(),
            };
            set.parse(&source.name, Str::from(text)).map_err(|error| error.to_string())?;
        }
        Ok(set)
    }

    fn sources(&self) -> Vec<Source> {
        if self.sources.is_empty() {
            return vec![Source { name: "t".to_owned(), text: self.source.clone(), hex: None }];
        }
        self.sources.clone()
    }

    /// The template to execute and its data.
    pub(crate) fn entry(&self) -> (String, Value) {
        let sources = self.sources();
        let name = self.execute.clone().unwrap_or_else(|| {
            let last = sources.last().expect("a case has a source");
            last.name.clone()
        });
        let data = match &self.data {
            Some(data) => data::value(data),
            None => data::dataset(self.dataset.as_deref().unwrap_or("std")),
        };
        (name, data)
    }

    /// What we make of it.
    pub(crate) fn run(&self) -> Outcome {
        let set = match self.set() {
            Ok(set) => set,
            Err(error) => {
                return Outcome { output: String::new(), error, phase: "parse".to_owned() };
            }
        };
        let (name, data) = self.entry();
        let mut out = Vec::new();
        let result = set.execute(name.as_bytes(), data, &functions::Mine, &Budget::default(), &mut out);
        Outcome {
            output: String::from_utf8_lossy(&out).into_owned(),
            phase: if result.is_err() { "execute" } else { "" }.to_owned(),
            error: result.err().map(|e| e.to_string()).unwrap_or_default(),
        }
    }
}
