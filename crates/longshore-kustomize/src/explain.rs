//! What has set each field of a resource: the file and line, or the field of which kustomization.
//!
//! The folder is built twice. The first build numbers the resources and tells which of them is meant, by its name as built
//! or as written; the second one is traced for that one (`trace.rs`). Where the lines are is looked up at the end
//! (`explain/locate.rs`).

mod locate;
mod query;

use longshore_diag::Place;
use longshore_yaml::{Dialect, Kind, Limits, Node, parse_first};

use crate::build::{Built, Options, run};
use crate::error::Error;
use crate::fieldpath;
use crate::files::Files;
use crate::lines::Lines;
use crate::output;
use crate::resource::Resource;
use crate::trace::{self, Known, Past, Trace, item_name};
use locate::Locator;

pub use query::{Query, Unmatched};

/// What stands in place of a Secret's values, as in plans.
pub const HIDDEN: &str = "(hidden)";

/// A resource with the past of its fields.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// `Deployment.apps/web`
    pub name: String,
    /// The object as it is printed, values of Secrets hidden.
    pub text: String,
    /// Its fields in the order of the text.
    pub fields: Vec<Field>,
    /// Fields that it had on the way.
    pub gone: Vec<Field>,
}

/// A field with all that was done to it.
#[derive(Clone, Debug)]
pub struct Field {
    /// The way to it, as `fieldPaths` of replacements have it: `spec.template.spec.containers.[name=web].image`.
    pub path: String,
    /// The parts of the way: for items of lists the name and the number.
    parts: Vec<(String, Option<usize>)>,
    /// Its line in the text, from 1; 0 if it is gone.
    pub line: u32,
    /// What it is now; nothing if it is gone.
    pub value: Option<Scalar>,
    /// All that was done to it, the first first.
    pub changes: Vec<Change>,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// As text; `{}` and `[]` for collections without content.
    pub text: String,
    /// The YAML tag: `!!str`, `!!int`, `!!float`, `!!bool`, `!!null`, `!!map`, `!!seq`.
    pub tag: String,
}

/// Something that was done to a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The value that it got; nothing if it was taken away.
    pub value: Option<String>,
    /// What did it: `namePrefix`, `patches[0]`, `resources`, `hash suffix`.
    pub by: String,
    /// Where that is said: in the kustomization, in the patch, in the file of the object.
    pub place: Option<Place>,
    /// The folder of the kustomization that asked for it.
    pub kustomization: Option<String>,
}

impl Explanation {
    /// What to say of a field that it has not, and never had.
    pub fn no_field(&self, path: &str) -> Unmatched {
        let message = format!("`{}` has no field `{path}`", self.name);
        // The way goes wrong somewhere: what is near is looked for among all ways and their beginnings.
        let mut known: Vec<&str> = Vec::new();
        for field in self.fields.iter().chain(&self.gone) {
            known.push(&field.path);
            known.extend(field.path.match_indices('.').map(|(at, _)| &field.path[..at]));
        }
        let hint = match longshore_diag::nearest(path, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("`longshore kustomize explain {}` shows all fields", self.name.to_lowercase()),
        };
        Unmatched { message, hint }
    }
}

/// Why nothing is explained.
#[derive(Debug)]
pub enum Failure {
    /// The build failed.
    Build(Error),
    /// None or several resources are meant.
    Unmatched(Unmatched),
}

/// Explains the resource that is meant. Besides, lines for standard error, as a build has them.
///
/// # Errors
/// The build fails, or the question fits no resource or several.
pub fn explain(
    files: &dyn Files,
    folder: &str,
    options: &Options,
    query: &Query,
) -> (Vec<String>, Result<Explanation, Failure>) {
    let (built, trace) = run(files, folder, options, Some(Trace::default()));
    let Built { warnings, resources, .. } = built;
    let explained = match (resources, trace) {
        (Err(error), _) => Err(Failure::Build(error)),
        (Ok(_), trace) => {
            let known = trace.map(|trace| trace.known).unwrap_or_default();
            match query.find(&known) {
                Ok(found) => of_one(files, folder, options, found),
                Err(unmatched) => Err(Failure::Unmatched(unmatched)),
            }
        }
    };
    (warnings, explained)
}

fn of_one(files: &dyn Files, folder: &str, options: &Options, known: &Known) -> Result<Explanation, Failure> {
    let (built, trace) = run(files, folder, options, Some(Trace::of(known.number)));
    let Built { resources, spots, .. } = built;
    let resources = resources.map_err(Failure::Build)?;
    let lost = || Failure::Build(Error::new("the resource is not the same in a second build"));
    let resource = resources.into_iter().find(|each| each.number() == known.number).ok_or_else(lost)?;
    let trace = trace.ok_or_else(lost)?;
    let lines = Lines::new(files);
    let locator = Locator::new(&lines, &trace, known, spots.get(resource.source()));
    describe(resource, known, &trace, &locator).map_err(Failure::Build)
}

fn describe(
    mut resource: Resource,
    known: &Known,
    trace: &Trace,
    locator: &Locator<'_>,
) -> Result<Explanation, Error> {
    let is_secret = known.kind == "Secret" && known.group.is_empty();
    if is_secret {
        hide(resource.node_mut());
    }
    let text = output::document(&resource)?;
    let document = parse_first(&text, Dialect::V2, &Limits::default())?;
    let mut walker = Walker { locator, is_secret, parts: Vec::new(), fields: Vec::new() };
    if let Some(document) = &document {
        walker.walk(document.root(), trace.state.as_ref().map(|(_, past)| past));
    }
    let fields = walker.fields;
    let gone = trace.gone.iter().map(|gone| {
        let parts: Vec<_> = gone.path.iter().map(|part| (part.clone(), part.parse().ok())).collect();
        let changes = changes(locator, &gone.path, &gone.changes, is_secret);
        Field { path: path_text(&parts), parts, line: 0, value: None, changes }
    });
    let mut gone: Vec<Field> = gone.collect();
    // What was taken away and came again is there.
    gone.retain(|gone| fields.iter().all(|field: &Field| field.path != gone.path));
    let dot = if known.group.is_empty() { "" } else { "." };
    let name = format!("{}{dot}{}/{}", known.kind, known.group, resource.name());
    Ok(Explanation { name, text: String::from_utf8_lossy(&text).into_owned(), fields, gone })
}

/// Hides the values of a Secret.
fn hide(object: &mut Node) {
    for name in SECRET {
        let Some(data) = crate::field::get_mut(object, name) else { continue };
        for pair in data.content.chunks_exact_mut(2) {
            pair[1] = Node::string(HIDDEN);
        }
    }
}

/// The fields of a Secret that are secret.
const SECRET: [&str; 2] = ["data", "stringData"];

struct Walker<'l> {
    locator: &'l Locator<'l>,
    is_secret: bool,
    parts: Vec<(String, Option<usize>)>,
    fields: Vec<Field>,
}

impl Walker<'_> {
    fn walk(&mut self, node: &Node, past: Option<&Past>) {
        if node.kind == Kind::Scalar || node.content.is_empty() {
            let names: Vec<String> = self.parts.iter().map(|(name, _)| name.clone()).collect();
            let done = past.map(|past| past.changes.as_slice()).unwrap_or_default();
            let text = match node.kind {
                Kind::Mapping => "{}",
                Kind::Sequence => "[]",
                _ => &node.value,
            };
            self.fields.push(Field {
                path: path_text(&self.parts),
                parts: self.parts.clone(),
                line: node.line,
                value: Some(Scalar { text: text.to_owned(), tag: node.tag.to_string() }),
                changes: changes(self.locator, &names, done, self.is_secret),
            });
        } else if node.kind == Kind::Sequence {
            for (at, item) in node.content.iter().enumerate() {
                let name = item_name(node, at).unwrap_or_else(|| at.to_string());
                self.parts.push((name, Some(at)));
                self.walk(item, past.and_then(|past| past.item(at)));
                self.parts.pop();
            }
        } else {
            for (key, value) in node.entries() {
                self.parts.push((key.value.to_string(), None));
                self.walk(value, past.and_then(|past| past.field(&key.value)));
                self.parts.pop();
            }
        }
    }
}

/// What was done to a field, told with its places.
fn changes(
    locator: &Locator<'_>,
    path: &[String],
    changes: &[trace::Change],
    is_secret: bool,
) -> Vec<Change> {
    let is_hidden = is_secret && path.first().is_some_and(|first| SECRET.contains(&first.as_str()));
    let change = |(at, change): (usize, &trace::Change)| {
        let before = at.checked_sub(1).and_then(|at| changes[at].value.as_deref());
        let mut told = locator.tell(change, before);
        told.value =
            change.value.as_ref().map(|value| if is_hidden { HIDDEN.to_owned() } else { value.to_string() });
        told
    };
    changes.iter().enumerate().map(change).collect()
}

/// The way to a field as it is typed.
fn path_text(parts: &[(String, Option<usize>)]) -> String {
    let part = |(name, at): &(String, Option<usize>)| {
        if at.is_some() || name.starts_with('[') { name.clone() } else { name.replace('.', "\\.") }
    };
    parts.iter().map(part).collect::<Vec<_>>().join(".")
}

impl Field {
    /// Whether it is the field that a path means, or is below that. Items of lists may be told by what they are called or
    /// by their number, a bracket may stand without a dot before it.
    pub fn is_within(&self, path: &str) -> bool {
        let wanted = fieldpath::split(&path.replace(".[", "[").replace('[', ".["));
        let fits = |(wanted, (name, at)): (&String, &(String, Option<usize>))| {
            wanted == name
                || at.is_some_and(|at| {
                    let number = wanted.trim_start_matches('[').trim_end_matches(']');
                    number.parse() == Ok(at)
                })
        };
        wanted.len() <= self.parts.len() && wanted.iter().zip(&self.parts).all(fits)
    }
}
