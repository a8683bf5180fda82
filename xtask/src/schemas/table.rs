//! One table for all versions: each type once, each field with the versions that have it.
//!
//! The text has a line for each thing, its parts separated by tabs. Sets of versions are bits, the lowest for the first
//! version, in hexadecimal; all versions are written as nothing.
//!
//! | line | parts |
//! |---|---|
//! | `V` | first and last minor version |
//! | `E` | values of an enumeration; numbered from 0 in the order of the lines |
//! | `T` | name of a type; numbered likewise. Its fields follow |
//! | `F` | field, what it holds, versions that have it, versions that require it (nothing: none) |
//! | `K` | API version, kind, number of its type, versions |
//!
//! What a field holds is `s` (string), `i` and `l` (whole numbers of 32 and 64 bits), `n` (number), `b` (bool), `y`
//! (base64), `t` (time), `x` (number or string), `q` (quantity), `o` (any map), `*` (anything), `eN` (a value of an
//! enumeration), `@N` (a type), `[` or `{` with what items or values are.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::enums::{Enums, end_of};
use super::swagger::Api;

/// Versions that have a field, and that require it.
#[derive(Debug, Default, Clone, Copy)]
struct Spans {
    has: u32,
    requires: u32,
}

/// All versions that were added.
#[derive(Debug, Default)]
pub(super) struct Table {
    first: Option<u32>,
    last: u32,
    /// Versions of which values of enumerations are known.
    with_enums: u32,
    types: BTreeMap<String, BTreeMap<(String, String), Spans>>,
    kinds: BTreeMap<(String, String, String), u32>,
}

impl Table {
    /// Adds a version; they come in their order, without gaps.
    pub(super) fn add(&mut self, minor: u32, api: &Api, enums: Option<&Enums>) {
        let first = *self.first.get_or_insert(minor);
        let bit = 1 << (minor - first);
        self.last = minor;
        if enums.is_some() {
            self.with_enums |= bit;
        }
        for (name, fields) in &api.types {
            let end = end_of(name);
            let known = self.types.entry(name.clone()).or_default();
            for (field, about) in fields {
                let values = enums.and_then(|enums| enums.get(&(end.clone(), field.clone())));
                let holds = match values {
                    Some(values) if about.holds.ends_with('s') => {
                        format!("{}e{}", about.holds.trim_end_matches('s'), values.join(" "))
                    }
                    _ => about.holds.clone(),
                };
                let spans = known.entry((field.clone(), holds)).or_default();
                spans.has |= bit;
                spans.requires |= if about.required { bit } else { 0 };
            }
        }
        for kind in &api.kinds {
            *self.kinds.entry(kind.clone()).or_default() |= bit;
        }
    }

    /// Gives fields of versions without known values those of the first version that has them: enumerations grow.
    fn spread_enums(&mut self) {
        for fields in self.types.values_mut() {
            let known: Vec<((String, String), Spans)> =
                fields.iter().map(|(key, spans)| (key.clone(), *spans)).collect();
            for ((field, holds), spans) in &known {
                let of_field = known.iter().filter(|((name, holds), _)| name == field && is_enum(holds));
                let earliest = of_field.min_by_key(|(_, spans)| spans.has.trailing_zeros());
                let moved = spans.has & !self.with_enums;
                let Some((key, _)) = earliest.filter(|_| holds.ends_with('s') && moved > 0) else { continue };
                let requires = spans.requires & moved;
                let to = fields.entry(key.clone()).or_default();
                to.has |= moved;
                to.requires |= requires;
                let from = fields.entry((field.clone(), holds.clone())).or_default();
                from.has &= !moved;
                from.requires &= !moved;
            }
            fields.retain(|_, spans| spans.has > 0);
        }
    }

    /// The table as text.
    pub(super) fn text(mut self) -> String {
        self.spread_enums();
        let first = self.first.unwrap_or_default();
        let all = if self.first.is_some() { (1 << (self.last - first + 1)) - 1 } else { 0 };
        let mut enums: Vec<String> = Vec::new();
        let numbers: BTreeMap<String, usize> =
            self.types.keys().enumerate().map(|(number, name)| (name.clone(), number)).collect();
        let mut lines = String::new();
        let bits = |bits: u32| if bits == all { String::new() } else { format!("{bits:x}") };
        for (name, fields) in &self.types {
            let _ = writeln!(lines, "T\t{}", end_of(name));
            for ((field, holds), spans) in fields {
                let holds = numbered(holds, &numbers, &mut enums);
                let requires = match spans.requires {
                    0 => String::new(),
                    bits => format!("\t{bits:x}"),
                };
                let _ = writeln!(lines, "F\t{field}\t{holds}\t{}{requires}", bits(spans.has));
            }
        }
        for ((version, kind, name), has) in &self.kinds {
            let _ = writeln!(lines, "K\t{version}\t{kind}\t{}\t{}", numbers[name], bits(*has));
        }
        let mut text = format!("V\t{first}\t{}\n", self.last);
        for values in &enums {
            let _ = writeln!(text, "E\t{values}");
        }
        text + &lines
    }
}

fn is_enum(holds: &str) -> bool {
    holds.trim_start_matches(['[', '{']).starts_with('e')
}

/// Names of types and values of enumerations as numbers.
fn numbered(holds: &str, types: &BTreeMap<String, usize>, enums: &mut Vec<String>) -> String {
    if let Some((before, name)) = holds.split_once('<') {
        return format!("{before}@{}", types[name.trim_end_matches('>')]);
    }
    let Some((before, values)) = holds.split_once('e') else { return holds.to_owned() };
    let number = enums.iter().position(|known| known == values).unwrap_or_else(|| {
        enums.push(values.to_owned());
        enums.len() - 1
    });
    format!("{before}e{number}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::enums::Enums;
    use super::super::swagger::{Api, Field};
    use super::Table;

    fn api(fields: &[(&str, &str, bool)]) -> Api {
        let fields = fields.iter().map(|(name, holds, required)| {
            ((*name).to_owned(), Field { holds: (*holds).to_owned(), required: *required })
        });
        Api {
            types: BTreeMap::from([("io.core.v1.Pod".to_owned(), fields.collect())]),
            kinds: [("v1".to_owned(), "Pod".to_owned(), "io.core.v1.Pod".to_owned())].into(),
        }
    }

    #[test]
    fn versions_are_merged_and_values_reach_back() {
        let mut table = Table::default();
        let enums = Enums::from([(
            ("core.v1.Pod".to_owned(), "policy".to_owned()),
            vec!["A".to_owned(), "B".to_owned()],
        )]);
        table.add(19, &api(&[("policy", "s", true), ("old", "i", false)]), None);
        table.add(20, &api(&[("policy", "s", false), ("self", "[<io.core.v1.Pod>", false)]), Some(&enums));
        assert_eq!(
            table.text(),
            "V\t19\t20\nE\tA B\nT\tcore.v1.Pod\nF\told\ti\t1\nF\tpolicy\te0\t\t1\nF\tself\t[@0\t2\nK\tv1\tPod\t0\t\n"
        );
    }
}
