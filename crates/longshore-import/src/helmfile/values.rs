//! The values of a release, in the order in which Helm is given them.

use longshore_chart::Level;
use longshore_chart::values::{Form, set, to_json};
use longshore_diag::{Diagnostic, Place};
use longshore_go::{Map, Value};
use longshore_yaml::Node;

use super::environments::folder;
use super::evaluate::{Engine, OfRelease, Scope};
use super::load::Settings;
use crate::files::join;
use crate::glob::{is_pattern, matching};
use crate::left::Left;
use crate::tree::{documents, plain, scalar, text, wrong};

/// Some values.
#[derive(Debug, Clone)]
pub(super) enum Item {
    /// A file that is there as it is.
    File(String),
    /// Written in the helmfile.
    Inline(Node),
    /// What a template has made, and the name of its file without endings.
    Made(String, Node),
}

impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::File(one), Self::File(two)) => one == two,
            (Self::Inline(one), Self::Inline(two)) | (Self::Made(_, one), Self::Made(_, two)) => {
                text(one) == text(two)
            }
            _ => false,
        }
    }
}

/// Reads `valuesTemplate`, `values`, `set` and `setString` of a release.
///
/// # Errors
/// A template fails, a file is no mapping, or what is set cannot be read.
pub(super) fn read(
    engine: &Engine<'_>,
    (file, home): (&str, &str),
    node: &Node,
    scope: &Scope,
    about: &OfRelease,
    place: &Place,
    settings: &Settings,
) -> Result<Vec<Item>, Diagnostic> {
    let mut all = Vec::new();
    let say = |what: String, advice: &str| {
        engine.left.borrow_mut().insert(Left::new(place.clone(), what, advice));
    };
    let handler =
        node.get("missingFileHandler").or_else(|| settings.defaults.as_ref()?.get("missingFileHandler"));
    let is_quiet = handler.and_then(scalar).is_some_and(|word| word != "Error");
    for key in ["valuesTemplate", "values"] {
        let Some(given) = node.get(key).filter(|given| !given.is_null()) else { continue };
        let items: Vec<&Node> =
            if given.is_sequence() { given.items().iter().collect() } else { vec![given] };
        for item in items {
            if item.is_mapping() {
                let item = if key == "valuesTemplate" {
                    let filled = engine.text(file, home, &text(&plain(item)), scope, Some(about));
                    documents(file, &filled.map_err(|error| error.or_at(place.clone()))?)?
                        .pop()
                        .unwrap_or_else(Node::mapping)
                } else {
                    item.clone()
                };
                all.push(Item::Inline(plain(&item)));
                continue;
            }
            let Some(path) = scalar(item) else { continue };
            let path = engine.text(file, home, path, scope, Some(about))?;
            if path.contains("://") || path.contains("::") || path.starts_with("ref+") {
                say(
                    format!("values {path} of release `{}`", about.name),
                    "not fetched; copy it into the repository, and name it under `values`",
                );
                continue;
            }
            let path = join(home, path.trim());
            if is_pattern(&path) {
                for found in matching(engine.reader, &path)? {
                    all.extend(one(engine, found, scope, about, place)?);
                }
            } else if engine.reader.has(&path) {
                all.extend(one(engine, path, scope, about, place)?);
            } else if !is_quiet {
                say(
                    format!("values {path} of release `{}`", about.name),
                    "the file is not there; it was left out",
                );
            }
        }
    }
    let map = Map::new();
    let mut is_set = false;
    for (key, is_text) in [("setTemplate", false), ("set", false), ("setString", true)] {
        for item in node.get(key).into_iter().flat_map(Node::items) {
            is_set |= put(engine, (file, home), item, is_text, scope, about, &map, place)?;
        }
    }
    if is_set {
        let json = to_json(&Value::Map(map)).to_string();
        all.extend(documents(file, &json)?.into_iter().map(|root| Item::Inline(plain(&root))));
    }
    Ok(all)
}

/// Sets one entry of `set`; whether there was anything to set.
#[expect(clippy::too_many_arguments, reason = "what the templates of one release are evaluated with")]
fn put(
    engine: &Engine<'_>,
    (file, home): (&str, &str),
    item: &Node,
    is_text: bool,
    scope: &Scope,
    about: &OfRelease,
    map: &Map,
    place: &Place,
) -> Result<bool, Diagnostic> {
    let Some(name) = item.get("name").and_then(scalar) else { return Ok(false) };
    let fill = |text: &str| engine.text(file, home, text, scope, Some(about));
    // What stands there is one text or number, and no list of settings.
    let escaped = |text: &str| {
        let special = |c: char| ['\\', ',', '{', '}', '[', ']', '='].contains(&c);
        text.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c])).collect::<String>()
    };
    let value = if let Some(value) = item.get("value") {
        escaped(&fill(scalar(value).unwrap_or_default())?)
    } else if let Some(values) = item.get("values") {
        let all: Result<Vec<String>, Diagnostic> =
            values.items().iter().filter_map(scalar).map(|text| Ok(escaped(&fill(text)?))).collect();
        format!("{{{}}}", all?.join(","))
    } else if let Some(path) = item.get("file").and_then(scalar) {
        let path = join(home, &fill(path)?);
        let Some(text) = engine.reader.text(&path)? else {
            let advice = "the file is not there; it was left out";
            engine.left.borrow_mut().insert(Left::new(
                place.clone(),
                format!("`set` {name} of release `{}`: {path}", about.name),
                advice,
            ));
            return Ok(false);
        };
        escaped(&text)
    } else {
        return Ok(false);
    };
    let form = if is_text || item.get("file").is_some() { Form::Strings } else { Form::Typed };
    set(&format!("{name}={value}"), form, map, Level::default()).map_err(|error| {
        Diagnostic::error("import/set", format!("`set` {name} of release `{}`: {error}", about.name))
            .at(place.clone())
    })?;
    Ok(true)
}

/// A values file; what a template of it makes.
///
/// # Errors
/// It cannot be read, or is no mapping.
fn one(
    engine: &Engine<'_>,
    path: String,
    scope: &Scope,
    about: &OfRelease,
    place: &Place,
) -> Result<Option<Item>, Diagnostic> {
    let say = |place: Place, what: String, advice: String| {
        engine.left.borrow_mut().insert(Left::new(place, what, advice));
    };
    let read = engine.reader.text(&path)?.unwrap_or_default();
    if !path.ends_with(".gotmpl") {
        if read.contains("ref+") {
            let advice = "it has references to secrets elsewhere (`ref+…`), which stay as they are; name them under `secrets`";
            say(place.clone(), format!("values {path} of release `{}`", about.name), advice.to_owned());
        }
        return Ok(Some(Item::File(path)));
    }
    let made = match engine.text(&path, folder(&path), &read, scope, Some(about)) {
        Ok(made) => made,
        Err(error) => {
            // Often a value from a file that is not in the repository.
            let at = error.place.clone().unwrap_or_else(|| place.clone());
            let what = format!("values {path} of release `{}` in `{}`", about.name, scope.environment);
            say(at, what, format!("left out: {}", error.message));
            return Ok(None);
        }
    };
    // A text at the end of the file ends with its line, as helmfile reads it.
    let made = if made.ends_with('\n') { made } else { format!("{made}\n") };
    let root = documents(&path, &made)?.into_iter().next().unwrap_or_else(Node::null);
    if root.is_null() {
        return Ok(None);
    }
    if !root.is_mapping() {
        return Err(wrong(&path, &root, "a values file", "a mapping"));
    }
    let stem = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".gotmpl");
    let stem = stem.trim_end_matches(".yaml").trim_end_matches(".yml").to_owned();
    Ok(Some(Item::Made(stem, plain(&root))))
}
