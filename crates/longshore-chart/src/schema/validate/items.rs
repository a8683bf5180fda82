//! Keywords of lists.

use std::collections::BTreeMap;

use super::scalar::{equal, same_text};
use super::{Check, Step};
use crate::schema::compile::{Additional, ArrayRules};
use crate::schema::draft::Draft;
use crate::schema::json::Json;
use crate::schema::words::count;

/// Lists up to this length are searched for equal items pair by pair.
const FEW: usize = 20;

/// The first item that is equal to an earlier one, behind that.
fn duplicates(items: &[Json]) -> Option<(usize, usize)> {
    if items.len() <= FEW {
        let earlier = |at: usize| (0..at).find(|other| equal(&items[at], &items[*other]));
        return (1..items.len()).find_map(|at| Some((earlier(at)?, at)));
    }
    let mut seen = BTreeMap::new();
    items.iter().enumerate().find_map(|(at, item)| {
        let mut text = String::new();
        same_text(item, &mut text);
        seen.insert(text, at).map(|first| (first, at))
    })
}

impl<'v> Check<'_, 'v> {
    pub(super) fn array(&mut self, items: &'v [Json]) {
        let Some(rules) = self.schema.schema().array.as_deref() else { return };
        self.size(("minItems", rules.least), ("maxItems", rules.most), items.len());
        if rules.unique
            && let Some((first, second)) = duplicates(items)
        {
            self.add(|| format!("items at {} and {} are equal", count(first), count(second)));
        }
        for (at, item) in items.iter().enumerate() {
            let index = match (rules.first.get(at), rules.rest) {
                (Some(index), _) => *index,
                (None, Some(Additional::Schema(index))) => index,
                _ => break,
            };
            let cause = self.part(index, item, Step::Index(at));
            self.causes.extend(cause);
        }
        let more = items.len().saturating_sub(rules.first.len());
        if matches!(rules.rest, Some(Additional::Bool(false))) && more > 0 {
            self.add(|| format!("last {} additionalItem(s) not allowed", count(more)));
        }
        if let Some(index) = rules.contains {
            self.contains(index, rules, items);
        }
    }

    fn contains(&mut self, index: usize, rules: &ArrayRules, items: &'v [Json]) {
        let (mut causes, mut matched) = (Vec::new(), Vec::new());
        for (at, item) in items.iter().enumerate() {
            if let Some(cause) = self.part(index, item, Step::Index(at)) {
                causes.push(cause);
                continue;
            }
            matched.push(at.to_string());
            if self.schema.schema().draft >= Draft::V2020 {
                self.unevaluated.items.remove(&at);
            }
        }
        match rules.least_contained {
            Some(want) if matched.len() < want => {
                let text = || {
                    let text = format!("min {} items required to match contains schema, but ", count(want));
                    if matched.is_empty() {
                        return text + "none matched";
                    }
                    format!("{text}matched {} items at {}", count(matched.len()), matched.join(" "))
                };
                self.add_with(text, causes);
            }
            None if matched.is_empty() => {
                self.add_with(|| "no items match contains schema".to_owned(), causes);
            }
            _ => {}
        }
        if let Some(want) = rules.most_contained.filter(|want| matched.len() > *want) {
            self.add(|| {
                format!(
                    "max {} items required to match contains schema, but matched {} items at {}",
                    count(want),
                    count(matched.len()),
                    matched.join(" ")
                )
            });
        }
    }
}
