//! Walking over an object with its type.

use longshore_diag::nearest;
use longshore_object::{Data, Tree};

use super::table::{Field, Holds, Table};
use super::{Problem, required, scalar};
use crate::path;

/// What is wrong with an object of the type with that number, in the version with that bit.
pub(crate) fn object(table: &Table, of: usize, bit: u32, tree: &Tree) -> Vec<Problem> {
    let mut walk = Walk { table, bit, found: Vec::new() };
    walk.members(of, tree, "");
    walk.found
}

struct Walk<'a> {
    table: &'a Table,
    bit: u32,
    found: Vec<Problem>,
}

impl Walk<'_> {
    fn members(&mut self, of: usize, tree: &Tree, pointer: &str) {
        let table = self.table;
        let Some(members) = tree.as_map() else {
            return self.wrong(pointer, "a map", tree);
        };
        let of = &table.types[of];
        for (key, value) in members {
            let inner = format!("{pointer}/{}", path::token(key));
            let rows = of.rows(key);
            match rows.iter().find(|row| row.has & self.bit > 0) {
                Some(row) => self.value(&row.holds, value, &inner),
                None => self.unknown(&of.fields, rows, of.name, key, &inner),
            }
        }
        // What controllers write is not asked of people.
        if pointer == "/status" || pointer.starts_with("/status/") {
            return;
        }
        for row in of.fields.iter().filter(|row| row.has & row.requires & self.bit > 0) {
            let is_there = members.get(row.name).is_some_and(|value| value.data != Data::Null);
            // What the API stopped calling required never was: its server did without before, too.
            let newest = of
                .rows(row.name)
                .iter()
                .fold((0, 0), |(has, requires), row| (has | row.has, requires | row.requires));
            let is_dropped = newest.0.leading_zeros() < newest.1.leading_zeros();
            if is_there || is_dropped || required::is_lenient(of.name, row.name) {
                continue;
            }
            let field = path::shown(&format!("{pointer}/{}", row.name));
            let mut problem = Problem::new(pointer, "schema/missing-field", format!("`{field}` is missing"));
            problem.is_certain = required::is_proved(of.name, row.name);
            self.found.push(problem);
        }
    }

    fn value(&mut self, holds: &Holds, value: &Tree, pointer: &str) {
        // A null is as good as nothing.
        if value.data == Data::Null {
            return;
        }
        match holds {
            Holds::Type(of) => self.members(*of, value, pointer),
            Holds::List(inner) => match &value.data {
                Data::List(items) => {
                    for (index, item) in items.iter().enumerate() {
                        self.value(inner, item, &format!("{pointer}/{index}"));
                    }
                }
                _ => self.wrong(pointer, "a list", value),
            },
            Holds::Values(inner) => match value.as_map() {
                Some(members) => {
                    for (key, value) in members {
                        self.value(inner, value, &format!("{pointer}/{}", path::token(key)));
                    }
                }
                None => self.wrong(pointer, "a map", value),
            },
            Holds::OneOf(number) => self.one_of(&self.table.enums[*number], value, pointer),
            scalar => {
                if let Some(expected) = scalar::mistake(scalar, value) {
                    self.wrong(pointer, expected, value);
                }
            }
        }
    }

    /// Empty texts are passed over: most fields take them for nothing.
    fn one_of(&mut self, known: &[&str], value: &Tree, pointer: &str) {
        let Some(text) = value.as_str() else { return self.wrong(pointer, "a string", value) };
        let in_status = pointer.starts_with("/status/");
        if text.is_empty() || in_status || known.contains(&text) {
            return;
        }
        let message = format!("`{}` may not be `{}`", path::shown(pointer), scalar::short(text));
        let hint = match nearest(text, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it is one of {}", known.join(", ")),
        };
        self.found.push(Problem::new(pointer, "schema/unknown-value", message).hint(Some(hint)));
    }

    fn wrong(&mut self, pointer: &str, expected: &str, value: &Tree) {
        let what = match &value.data {
            Data::String(_) if expected.starts_with("a string") || !scalar::is_plain(expected) => {
                String::new()
            }
            _ => format!(", not {}", value.kind_of()),
        };
        let message = format!("`{}` must be {expected}{what}", path::shown(pointer));
        let hint = match (&value.data, expected) {
            (Data::Bool(_) | Data::Number(_), "a string") => Some("put it into quotes".to_owned()),
            (Data::String(_), "a whole number" | "true or false" | "a number") => {
                Some("write it without quotes".to_owned())
            }
            _ => None,
        };
        self.found.push(Problem::new(pointer, "schema/wrong-type", message).hint(hint));
    }

    fn unknown(&mut self, all: &[Field], rows: &[Field], of: &str, key: &str, pointer: &str) {
        let field = path::shown(pointer);
        let bits = rows.iter().fold(0, |bits, row| bits | row.has);
        let problem = if bits == 0 {
            let known = all.iter().filter(|row| row.has & self.bit > 0).map(|row| row.name);
            let hint = nearest(key, known).map(|near| format!("did you mean `{near}`?"));
            let message = format!("unknown field `{field}` ({of} has none of that name)");
            Problem::new(pointer, "schema/unknown-field", message).hint(hint)
        } else if bits.trailing_zeros() > self.bit.trailing_zeros() {
            let message =
                format!("field `{field}` is there from Kubernetes 1.{} on", self.table.first_of(bits));
            Problem::new(pointer, "schema/unknown-field", message)
        } else {
            let message =
                format!("field `{field}` is gone since Kubernetes 1.{}", self.table.last_of(bits) + 1);
            Problem::new(pointer, "schema/unknown-field", message)
        };
        self.found.push(problem);
    }
}
