//! Label selectors: `matchLabels` and `matchExpressions`.

use serde_json::Value as Json;

use super::Labels;

/// What labels must be like. Without requirements it matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selector {
    /// All of them must hold.
    pub requirements: Vec<Requirement>,
}

/// What one label must be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The label's key.
    pub key: String,
    /// How its value is compared.
    pub operator: Operator,
    /// With what; empty for `Exists` and `DoesNotExist`.
    pub values: Vec<String>,
}

/// How a label is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// The label is there, with one of the values.
    In,
    /// The label is not there, or has none of the values.
    NotIn,
    /// The label is there.
    Exists,
    /// The label is not there.
    DoesNotExist,
    /// An operator that the API does not have: it matches nothing.
    Unknown,
}

impl Selector {
    /// Reads a `LabelSelector`.
    pub fn read(json: &Json) -> Self {
        let labels = json.get("matchLabels").and_then(Json::as_object).into_iter().flatten();
        let equal = labels.map(|(key, value)| Requirement {
            key: key.clone(),
            operator: Operator::In,
            values: value.as_str().map(str::to_owned).into_iter().collect(),
        });
        let expressions = json.get("matchExpressions").and_then(Json::as_array).into_iter().flatten();
        Self { requirements: equal.chain(expressions.map(Requirement::read)).collect() }
    }

    /// Whether these labels are like that.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.requirements.iter().all(|requirement| requirement.holds(labels.get(&requirement.key)))
    }

    /// Whether they may be, where other labels than the known ones may be there too.
    pub(super) fn may_match(&self, known: &Labels) -> bool {
        self.requirements.iter().all(|requirement| match known.get(&requirement.key) {
            Some(value) => requirement.holds(Some(value)),
            None => requirement.operator != Operator::Unknown,
        })
    }
}

impl Requirement {
    fn read(json: &Json) -> Self {
        let text = |key: &str| json.get(key).and_then(Json::as_str).unwrap_or_default();
        let values = json.get("values").and_then(Json::as_array).into_iter().flatten();
        Self {
            key: text("key").to_owned(),
            operator: match text("operator") {
                "In" => Operator::In,
                "NotIn" => Operator::NotIn,
                "Exists" => Operator::Exists,
                "DoesNotExist" => Operator::DoesNotExist,
                _ => Operator::Unknown,
            },
            values: values.filter_map(Json::as_str).map(str::to_owned).collect(),
        }
    }

    fn holds(&self, value: Option<&String>) -> bool {
        match self.operator {
            Operator::In => value.is_some_and(|value| self.values.contains(value)),
            Operator::NotIn => value.is_none_or(|value| !self.values.contains(value)),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
            Operator::Unknown => false,
        }
    }
}
