//! Recorded cases: reading them, running them, telling what differs.

use std::fmt;

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
    #[serde(default)]
    pub(crate) delims: Vec<String>,
    pub(crate) execute: Option<String>,
    pub(crate) dataset: Option<String>,
    #[serde(default, deserialize_with = "given")]
    pub(crate) data: Option<serde_json::Value>,
    pub(crate) missingkey: Option<String>,
    pub(crate) output: Option<String>,
    pub(crate) output_hex: Option<String>,
    pub(crate) output_sum: Option<String>,
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
    #[serde(default)]
    pub(crate) repeat: usize,
}

/// What came of a case.
#[derive(PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) output: Vec<u8>,
    pub(crate) error: String,
    pub(crate) phase: String,
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let output = String::from_utf8_lossy(&self.output);
        write!(f, "{output:?}, error {:?} {}", self.error, self.phase)
    }
}

/// Of an output of so many bytes only a sum is recorded.
const LONG: usize = 100_000;

/// The sum that the recorder makes of a long output: its length and its FNV-1a hash.
fn sum(output: &[u8]) -> String {
    let hash = output.iter().fold(0xcbf2_9ce4_8422_2325u64, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{} bytes, {hash:016x}", output.len())
}

/// The cases of a file of JSON lines, and the Go that recorded them.
pub(crate) fn read(text: &str) -> (String, Vec<Case>) {
    let mut lines = text.lines().filter(|line| !line.is_empty()).peekable();
    let version = lines.next_if(|line| line.contains("\"recorded_with\"")).unwrap_or_default();
    (version.to_owned(), lines.map(line).collect())
}

/// One line as a case.
pub(crate) fn line(line: &str) -> Case {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"))
}

pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        hex.bytes().filter_map(|byte| (byte as char).to_digit(16).map(|digit| digit as u8)).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

impl Case {
    /// What Go made of it.
    pub(crate) fn expected(&self) -> Outcome {
        let output = match (&self.output_hex, &self.output_sum) {
            (Some(hex), _) => bytes(hex),
            (None, Some(sum)) => sum.clone().into_bytes(),
            (None, None) => self.output.clone().unwrap_or_default().into_bytes(),
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
        if let [left, right] = &self.delims[..] {
            set = set.with_delimiters(left, right);
        }
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
            return vec![Source { name: "t".to_owned(), text: self.source.clone(), hex: None, repeat: 0 }];
        }
        let mut all = Vec::new();
        for source in &self.sources {
            if source.repeat == 0 {
                all.push(source.clone());
            }
            all.extend((0..source.repeat).map(|number| {
                let numbered = |text: &str| text.replace('#', &number.to_string());
                Source { name: numbered(&source.name), text: numbered(&source.text), ..source.clone() }
            }));
        }
        all
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

    /// What we make of it, if that is not what Go made of it.
    pub(crate) fn difference(&self) -> Option<Outcome> {
        let ours = self.run();
        (self.expected() != ours).then_some(ours)
    }

    /// What we make of it.
    pub(crate) fn run(&self) -> Outcome {
        let set = match self.set() {
            Ok(set) => set,
            Err(error) => {
                return Outcome { output: Vec::new(), error, phase: "parse".to_owned() };
            }
        };
        let (name, data) = self.entry();
        let mut out = Vec::new();
        let result = set.execute(name.as_bytes(), data, &functions::Mine, &Budget::default(), &mut out);
        Outcome {
            output: if out.len() >= LONG { sum(&out).into_bytes() } else { out },
            phase: if result.is_err() { "execute" } else { "" }.to_owned(),
            error: result.err().map(|e| e.to_string()).unwrap_or_default(),
        }
    }
}
