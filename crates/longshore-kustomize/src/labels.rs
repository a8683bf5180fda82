//! Label selectors: `app=web,tier in (a, b),!canary`.
//!
//! Kubernetes' language, by which patches and replacements choose objects, for annotations too.
//! Rules: <https://github.com/kubernetes/apimachinery/blob/v0.19.8/pkg/labels/selector.go>.

mod parse;
#[cfg(test)]
mod tests;
mod valid;

use std::collections::BTreeSet;

use crate::error::Error;

/// What labels must be like.
///
/// ```
/// use longshore_kustomize::labels::LabelSelector;
/// let selector = LabelSelector::parse("app=web, tier notin (db), !canary")?;
/// let labels = [("app", "web"), ("tier", "front")];
/// assert!(selector.matches(|key| labels.iter().find(|label| label.0 == key).map(|label| label.1)));
/// # Ok::<(), longshore_kustomize::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct LabelSelector {
    requirements: Vec<Requirement>,
}

/// What one label must be like.
#[derive(Clone, Debug)]
struct Requirement {
    key: String,
    test: Test,
    values: BTreeSet<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Test {
    In,
    NotIn,
    Exists,
    Missing,
    Greater,
    Less,
}

impl LabelSelector {
    /// Reads a selector; an empty one chooses everything.
    ///
    /// # Errors
    /// In Kubernetes' words: `unable to parse requirement: found '', expected: identifier`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Ok(Self { requirements: parse::requirements(text)? })
    }

    /// Whether labels are as they must be; `value` gives that of a key.
    pub fn matches<'l>(&self, value: impl Fn(&str) -> Option<&'l str>) -> bool {
        self.requirements.iter().all(|requirement| requirement.matches(value(&requirement.key)))
    }

    /// Whether it chooses everything.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }
}

impl Requirement {
    fn matches(&self, value: Option<&str>) -> bool {
        match (self.test, value) {
            (Test::Exists, value) => value.is_some(),
            (Test::Missing, value) => value.is_none(),
            (Test::In, Some(value)) => self.values.contains(value),
            (Test::NotIn, Some(value)) => !self.values.contains(value),
            (Test::NotIn, None) => true,
            (Test::In | Test::Greater | Test::Less, None) => false,
            (Test::Greater | Test::Less, Some(value)) => {
                let limit = self.values.first().and_then(|limit| limit.parse::<i64>().ok());
                match (value.parse::<i64>().ok(), limit) {
                    (Some(value), Some(limit)) if self.test == Test::Greater => value > limit,
                    (Some(value), Some(limit)) => value < limit,
                    _ => false,
                }
            }
        }
    }
}
