//! What functions do with the values that they are given.

use std::collections::BTreeMap;

use longshore_go::strings;
use longshore_template::syntax::Operand;

use super::seen::Seen;
use super::walk::Walk;

impl Walk<'_> {
    /// What a function gives back. `operands` are its arguments as written, without the piped one, which is the last
    /// of `arguments`.
    pub(super) fn call(&mut self, name: &str, operands: &[Operand<'_>], arguments: Vec<Seen>) -> Seen {
        let argument = |at: usize| arguments.get(at).cloned().unwrap_or_default();
        if matches!(name, "printf" | "print" | "cat" | "join") {
            let texts = operands.iter().filter_map(|operand| match operand {
                Operand::Text(text) => Some(text),
                _ => None,
            });
            texts.for_each(|text| self.words.add_piece(text));
        }
        match name {
            "include" => {
                match operands.first() {
                    Some(Operand::Text(name)) => self.template(name, argument(1)),
                    other => self.any_template(&argument(1), other.is_some_and(is_file)),
                }
                Seen::default()
            }
            "tpl" => {
                self.escape(&argument(0));
                match operands.first() {
                    Some(Operand::Text(text)) if strings::contains(text, b"{{") => {
                        self.text(text, Some(&argument(1)));
                    }
                    Some(Operand::Text(_)) => {}
                    _ => self.any_text(argument(1)),
                }
                Seen::default()
            }
            "dict" => {
                let mut fields: BTreeMap<String, Seen> = BTreeMap::new();
                let mut rest = Seen::default();
                for (at, pair) in arguments.chunks(2).enumerate() {
                    let [_, value] = pair else { continue };
                    match key(operands.get(at * 2)) {
                        Some(key) => {
                            fields.insert(key, value.clone());
                        }
                        None => rest = rest.or(value.clone()),
                    }
                }
                Seen::dict(fields, rest)
            }
            "list" | "tuple" => {
                let numbered = arguments.into_iter().enumerate();
                Seen::dict(numbered.map(|(at, seen)| (at.to_string(), seen)).collect(), Seen::default())
            }
            "index" | "get" => self.path(
                argument(0),
                operands.get(1..).unwrap_or_default(),
                arguments.len().saturating_sub(1),
            ),
            "hasKey" => {
                self.path(
                    argument(0),
                    operands.get(1..).unwrap_or_default(),
                    arguments.len().saturating_sub(1),
                );
                Seen::default()
            }
            // Keys, then what is there instead, then the map.
            "dig" if arguments.len() >= 3 => {
                let keys = arguments.len() - 2;
                let found =
                    self.path(argument(arguments.len() - 1), operands.get(..keys).unwrap_or_default(), keys);
                found.or(argument(keys))
            }
            "pluck" => {
                let key = operands.get(..1).unwrap_or_default();
                let mut found = Seen::default();
                for map in arguments.into_iter().skip(1) {
                    found = found.or(self.path(map, key, 1));
                }
                Seen::dict(BTreeMap::new(), found)
            }
            "first" | "last" | "mustFirst" | "mustLast" => {
                let list = argument(0);
                if list.is_shared() {
                    self.escape(&list);
                }
                list.elements()
            }
            "default" | "ternary" | "coalesce" | "or" | "and" | "required" | "deepCopy" | "mustDeepCopy"
            | "fromPtr" => arguments.into_iter().fold(Seen::default(), Seen::or),
            "merge" | "mergeOverwrite" | "mustMerge" | "mustMergeOverwrite" => {
                // The first is changed: whoever has it by another name sees what it got.
                if !matches!(operands.first(), Some(Operand::Pipeline(_))) {
                    for other in arguments.iter().skip(1) {
                        self.escape(other);
                    }
                }
                arguments.into_iter().fold(Seen::default(), Seen::or)
            }
            "set" => {
                self.escape(&argument(2));
                argument(0)
            }
            "unset" => argument(0),
            "not" | "empty" | "kindIs" | "kindOf" | "typeOf" | "typeIs" | "typeIsLike" => Seen::default(),
            _ => {
                for argument in &arguments {
                    self.escape(argument);
                }
                Seen::default()
            }
        }
    }

    /// What is there below keys; all counts as read where a key is not known. `count` is how many there are.
    fn path(&mut self, seen: Seen, keys: &[Operand<'_>], count: usize) -> Seen {
        let known: Option<Vec<String>> = keys.iter().map(|operand| key(Some(operand))).collect();
        match known {
            Some(keys) if keys.len() == count => {
                // A number is an element of a list, of which all are alike.
                if seen.is_shared() && keys.iter().any(|key| key.parse::<u64>().is_ok()) {
                    self.escape(&seen);
                }
                self.fields(seen, &keys)
            }
            _ => {
                if keys.iter().any(names_release) {
                    self.escape(&seen);
                }
                seen.loosen(&self.contexts, &mut self.tree);
                (0..count).fold(seen, |seen, _| seen.elements())
            }
        }
    }
}

/// Whether a template's name is that of a file: `print $.Template.BasePath "/x.yaml"`.
fn is_file(name: &Operand<'_>) -> bool {
    let Operand::Pipeline(pipeline) = name else { return false };
    pipeline.commands().flatten().any(|operand| match operand {
        Operand::Field(path) | Operand::Variable(_, path) => path.ends_with(&["Template", "BasePath"]),
        _ => false,
    })
}

/// Whether a key is of the release, whose name stands in no template.
fn names_release(key: &Operand<'_>) -> bool {
    matches!(key, Operand::Field(path) | Operand::Variable(_, path) if path.contains(&"Release"))
}

/// A key that is written in the template.
fn key(operand: Option<&Operand<'_>>) -> Option<String> {
    match operand? {
        Operand::Text(text) => Some(text.to_str_lossy().into_owned()),
        Operand::Int(number) => Some(number.to_string()),
        _ => None,
    }
}
