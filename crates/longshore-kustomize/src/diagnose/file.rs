//! Files that are not what they should be: no YAML, no objects, unknown fields of a kustomization.

use longshore_diag::{Diagnostic, Place, nearest};
use longshore_yaml::{Node, Style};

use super::Teller;
use crate::error::Error;
use crate::kustomization::{FILE_NAMES, schema};
use crate::lines::{File, entry, path_of};
use crate::spot::Spot;
use crate::{field, resource};

impl Teller<'_> {
    /// An error of a file as a whole; `named` is the entry that names it.
    pub(super) fn of_file(&self, error: &Error, spot: &Spot, named: Option<&Spot>) -> Diagnostic {
        let path = path_of(spot);
        let shown = self.lines.shown(&path);
        let is_own =
            FILE_NAMES.contains(&&*spot.file) && named.is_none_or(|named| named.folder != spot.folder);
        let Some(file) = self.lines.file(&path) else {
            return Diagnostic::error("kustomize/file", format!("`{shown}` cannot be used"))
                .at(Place::file(shown));
        };
        if let Some(wrong) = &file.wrong {
            let place = Place::new(shown, wrong.line().unwrap_or(0), wrong.column().unwrap_or(0));
            return of_yaml(wrong, &file).at(place);
        }
        let diagnostic = if is_own {
            self.of_kustomization(error, &path, &file)
        } else {
            self.of_objects(error, &path, &file)
        };
        diagnostic.unwrap_or_else(|| {
            let object = file.objects().into_iter().next();
            match object.filter(|_| !is_own) {
                Some(object) => {
                    let known = super::entry::TABLE.iter().find(|(words, ..)| error.text().contains(words));
                    let kind = field::text(object, "kind");
                    match known {
                        Some((_, code, what)) => {
                            Diagnostic::error(code, what.replace("{}", &format!("`{shown}`")))
                        }
                        None => {
                            Diagnostic::error("kustomize/build", format!("the {kind} of this file fails"))
                        }
                    }
                    .at(Place { length: 0, ..self.lines.at(&path, object) })
                }
                None => Diagnostic::error("kustomize/file", "the file is not what it should be")
                    .at(Place::file(shown)),
            }
        })
    }

    /// What is wrong with a file of objects.
    fn of_objects(&self, error: &Error, path: &str, file: &File) -> Option<Diagnostic> {
        let text = error.text();
        if text.contains("already registered id") {
            return Some(
                Diagnostic::error("kustomize/twice", "an object is there twice").at(Place::file(self.lines.shown(path))).hint(
                    "give one of them another name or namespace, or make the second one a patch; a base that two others build on comes in twice",
                ),
            );
        }
        if text.contains("already defined at line") {
            return file.documents.iter().find_map(|document| self.repeated(path, document.root()));
        }
        let wrong = file.objects().into_iter().find(|object| resource::check(object).is_err())?;
        let place = Place { length: 0, ..self.lines.at(path, wrong) };
        let kind = field::text(wrong, "kind");
        let (what, hint) = if kind == "Kustomization" || kind == "Component" {
            let folder = path.rsplit_once('/').map_or(".", |(folder, _)| folder);
            let base = folder.rsplit('/').next().unwrap_or(folder);
            (
                String::from("a kustomization is no resource"),
                format!("name its folder (`{base}`), not the file"),
            )
        } else if kind.is_empty() {
            (
                String::from("this is no object: it has no `kind`"),
                String::from(
                    "resources are Kubernetes objects; values, patches and settings have fields of their own",
                ),
            )
        } else {
            (format!("this {kind} has no `metadata.name`"), String::from("give it a name"))
        };
        Some(Diagnostic::error("kustomize/object", what).at(place).hint(hint))
    }

    /// What is wrong with the file of a kustomization.
    fn of_kustomization(&self, error: &Error, path: &str, file: &File) -> Option<Diagnostic> {
        let text = error.text();
        if text.contains("kustomization.yaml is empty") {
            let place = Place::file(self.lines.shown(path));
            return Some(
                Diagnostic::error("kustomize/empty", "the kustomization says nothing").at(place).hint(
                    "name something under `resources`; `longshore kustomize edit add resource FILE` does it",
                ),
            );
        }
        let root = file.documents.first()?.root();
        if text.contains("into Go value of type types.Kustomization") {
            let what = "a kustomization is a mapping of fields";
            return Some(
                Diagnostic::error("kustomize/type", what)
                    .at(Place { length: 0, ..self.lines.at(path, root) }),
            );
        }
        if let Some(name) = between(text, "unknown field \"", "\"") {
            let (keys, key) = find_key(root, name, &mut Vec::new())?;
            let known = schema::names_at(&keys);
            let whose = match keys.last() {
                None => String::from("a kustomization"),
                Some(field) => format!("an entry of `{field}`"),
            };
            let mut diagnostic =
                Diagnostic::error("kustomize/unknown-field", format!("{whose} has no field `{name}`"))
                    .at(self.lines.at(path, key));
            diagnostic.hint = Some(match nearest(name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if keys.is_empty() => String::from(
                    "https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/ names all fields",
                ),
                None => format!(
                    "it has {}",
                    crate::finding::list(&known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>())
                ),
            });
            return Some(diagnostic);
        }
        if let Some(place) = text.split("Go struct field ").nth(1) {
            let (names, wanted) = place.split_once(" of type ")?;
            // The text may go on, or stand in quotes.
            let end = wanted
                .find(|c: char| !(c.is_alphanumeric() || "[]._*{}".contains(c)))
                .unwrap_or(wanted.len());
            let wanted = &wanted[..end];
            let found = between(text, "cannot unmarshal ", " into").unwrap_or("that");
            // Types that a field is embedded through stand among the names.
            let names: Vec<&str> = names.split('.').skip(1).collect();
            let is_one = !wanted.starts_with(['[', 'm']);
            let (name, key) = wrong_field(root, &names, is_one)?;
            let what = format!("`{name}` should be {}, not {}", wanted_type(wanted), found_type(found));
            let mut diagnostic = Diagnostic::error("kustomize/type", what).at(self.lines.at(path, key));
            diagnostic.hint = match wanted {
                "string" => Some(String::from("put the value in quotes")),
                wanted if wanted.starts_with("[]") && found != "array" => {
                    Some(format!("write each of `{name}` on a line of its own behind `- `"))
                }
                _ => None,
            };
            return Some(diagnostic);
        }
        for (words, name) in [("kind should be", "kind"), ("apiVersion for", "apiVersion")] {
            // The text may stand in quotes.
            let Some(at) = text.find(words) else { continue };
            let line = text[at..].split(['\n', '\\', '"']).next().unwrap_or_default();
            if let Some((_, value)) = entry(root, name) {
                let place = self.lines.at(path, value);
                return Some(Diagnostic::error("kustomize/type", line).at(place));
            }
        }
        None
    }
}

/// The key with a name, wherever it is, with the fields that lead there.
fn find_key<'n>(node: &'n Node, name: &str, above: &mut Vec<&'n str>) -> Option<(Vec<&'n str>, &'n Node)> {
    // A name is unknown where it is not known: the same name elsewhere may be right.
    let is_wrong = |above: &[&str]| {
        let known = schema::names_at(above);
        !known.is_empty() && !known.iter().any(|known| known.eq_ignore_ascii_case(name))
    };
    for (key, value) in node.entries() {
        if key.value == name && is_wrong(above) {
            return Some((above.clone(), key));
        }
        above.push(&key.value);
        let inner = std::iter::once(value).chain(value.items());
        let found = inner.into_iter().find_map(|value| find_key(value, name, above));
        above.pop();
        if found.is_some() {
            return found;
        }
    }
    None
}

/// The field that names lead to, with the key of what is wrong in it: of several entries the one that has something wrong, if
/// one thing is wanted there and no list or mapping.
fn wrong_field<'n>(root: &'n Node, names: &[&'n str], is_one: bool) -> Option<(&'n str, &'n Node)> {
    let mut found: Vec<(&'n str, &'n Node, &'n Node)> = vec![("", root, root)];
    for name in names {
        let below = |(_, _, node): &(&'n str, &'n Node, &'n Node)| -> Vec<(&'n str, &'n Node, &'n Node)> {
            let node: &'n Node = node;
            let holders = std::iter::once(node).chain(node.items());
            holders.filter_map(|holder| entry(holder, name)).map(|(key, value)| (*name, key, value)).collect()
        };
        let next: Vec<_> = found.iter().flat_map(below).collect();
        // Types that a field is embedded through are no fields.
        if !next.is_empty() {
            found = next;
        }
    }
    let first = found.first().filter(|(name, ..)| !name.is_empty()).map(|(name, key, _)| (*name, *key));
    if !is_one {
        return first;
    }
    let wrong = found.iter().filter(|(name, ..)| !name.is_empty()).find_map(|(name, key, value)| {
        if value.content.is_empty() {
            return is_no_text(value).then_some((*name, *key));
        }
        // An item, or the value of a key that may be any.
        let inner = value.entries().find(|(_, value)| is_no_text(value)).map(|(key, _)| (&*key.value, key));
        inner.or_else(|| value.items().iter().find(|item| is_no_text(item)).map(|item| (*name, item)))
    });
    wrong.or(first)
}

/// Whether Kustomize, which reads its own files by older rules, takes it for something else than text.
fn is_no_text(node: &Node) -> bool {
    let is_old_bool = || {
        let text = node.value.to_ascii_lowercase();
        node.style == Style::Plain && ["y", "n", "yes", "no", "on", "off"].contains(&text.as_str())
    };
    node.tag != "!!str" || is_old_bool()
}

/// The text between two others.
pub(super) fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    let rest = &text[text.find(before)? + before.len()..];
    rest.find(after).map(|end| &rest[..end])
}

/// A YAML error without Go's head.
fn said(text: &str) -> String {
    let text = text.strip_prefix("yaml: ").unwrap_or(text);
    match text.strip_prefix("line ").and_then(|rest| rest.split_once(": ")) {
        Some((_, said)) => said.to_owned(),
        None => text.to_owned(),
    }
}

/// YAML that does not parse, still without its place.
pub(super) fn of_yaml(wrong: &longshore_yaml::Error, file: &File) -> Diagnostic {
    let mut diagnostic = Diagnostic::error("kustomize/yaml", said(&wrong.to_string()));
    diagnostic.hint = yaml_hint(&diagnostic.message, &file.text, wrong.line().unwrap_or(0));
    diagnostic
}

/// The next thing to do about it.
fn yaml_hint(message: &str, text: &str, line: u32) -> Option<String> {
    let line = text.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default();
    let table = [
        (
            "mapping values are not allowed",
            "a colon within a text wants quotes; else the line is indented too far",
        ),
        ("did not find expected key", "look at the indentation of this line and of the one before"),
        ("did not find expected '-' indicator", "look at the indentation of this line and of the one before"),
        ("could not find expected ':'", "a key wants a colon and a space behind it"),
        ("unknown anchor", "`*` begins a reference to an anchor: put the text in quotes"),
        ("unexpected end of stream", "a quote is not closed"),
    ];
    if line.trim_start_matches(' ').starts_with('\t') {
        return Some(String::from("YAML is indented with spaces, never with tabs"));
    }
    table.iter().find(|(words, _)| message.contains(words)).map(|(_, hint)| (*hint).to_owned())
}

fn wanted_type(go: &str) -> String {
    match go {
        "string" => "a text".to_owned(),
        "bool" => "`true` or `false`".to_owned(),
        "int" | "int64" => "a whole number".to_owned(),
        "map[string]string" => "a mapping of texts".to_owned(),
        "[]string" => "a list of texts".to_owned(),
        list if list.starts_with("[]") => "a list of mappings".to_owned(),
        _ => "a mapping".to_owned(),
    }
}

fn found_type(go: &str) -> String {
    match go {
        "string" => "a text".to_owned(),
        "bool" => "`true` or `false`".to_owned(),
        "array" => "a list".to_owned(),
        "object" => "a mapping".to_owned(),
        number if number.starts_with("number") => "a number".to_owned(),
        other => other.to_owned(),
    }
}
