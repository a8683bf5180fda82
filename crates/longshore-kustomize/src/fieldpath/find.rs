//! All places that a path leads to.

use longshore_go::regexp::Regexp;
use longshore_yaml::{Dialect, Kind, Limits, Node, parse_first};

use super::{Place, condition, is_condition, number};
use crate::error::{Context, Error};
use crate::field;

/// What a path led to.
#[derive(Clone, Debug)]
pub enum Found {
    /// A place in the object.
    Here(Place),
    /// A node of a text that was read on the way. Nothing that is done to it shows.
    Elsewhere(Node),
}

/// Finds all places that a path leads to. With `create`, fields that are missing are made, the last one of that kind.
///
/// # Errors
/// The path does not fit the object, a regular expression is none, or an item is out of range; in kyaml's words.
pub fn find(root: &mut Node, path: &[String], create: Option<Kind>) -> Result<Vec<Found>, Error> {
    let mut finder = Finder { create, found: Vec::new() };
    finder.walk(root.root_mut(), path, &mut Place::new(), true)?;
    Ok(finder.found)
}

struct Finder {
    create: Option<Kind>,
    found: Vec<Found>,
}

impl Finder {
    /// Follows a path from a node. What is found in a node that is not `here` is kept as a copy.
    fn walk(&mut self, node: &mut Node, path: &[String], place: &mut Place, here: bool) -> Result<(), Error> {
        let Some((part, rest)) = path.split_first() else {
            self.found.push(if here { Found::Here(place.clone()) } else { Found::Elsewhere(node.clone()) });
            return Ok(());
        };
        if let Some(at) = number(part).and_then(|number| usize::try_from(number).ok()) {
            return self.item(node, at, part, rest, place, here);
        }
        if is_condition(part) {
            return self.matching(node, part, rest, place, here);
        }
        if part == "*" {
            field::expect(node, Kind::Sequence)?;
            for (at, item) in items_mut(node).iter_mut().enumerate() {
                self.walk_to(item, at, rest, place, here)?;
            }
            return Ok(());
        }
        self.field(node, part, rest, place, here)
    }

    /// The same from a child.
    fn walk_to(
        &mut self,
        child: &mut Node,
        at: usize,
        path: &[String],
        place: &mut Place,
        here: bool,
    ) -> Result<(), Error> {
        place.push(at);
        let result = self.walk(child, path, place, here);
        place.pop();
        result
    }

    fn item(
        &mut self,
        node: &mut Node,
        at: usize,
        part: &str,
        rest: &[String],
        place: &mut Place,
        here: bool,
    ) -> Result<(), Error> {
        field::expect(node, Kind::Sequence)?;
        let count = items_mut(node).len();
        if at == count
            && let Some(kind) = self.create
        {
            if field::is_null(node) {
                return self.walk(&mut Node::new(kind_before(rest, kind), ""), rest, place, false);
            }
            let made = Node::new(kind_before(rest, kind), "");
            append(node, made).context(|| format!("failed to append element for {part:?}"))?;
        }
        match items_mut(node).get_mut(at) {
            Some(item) => self.walk_to(item, at, rest, place, here),
            None => Err(Error::new(format!("index {at} specified but only {count} elements found"))),
        }
    }

    fn matching(
        &mut self,
        node: &mut Node,
        part: &str,
        rest: &[String],
        place: &mut Place,
        here: bool,
    ) -> Result<(), Error> {
        let (name, pattern) = condition(part)?;
        let before = self.found.len();
        self.matches(node, name, pattern, rest, place, here)?;
        if self.create.is_none() || self.found.len() > before {
            return Ok(());
        }
        let value = field::untyped(pattern);
        let made = if name.is_empty() {
            value
        } else {
            let mut made = Node::new(Kind::Mapping, "");
            made.content.extend([field::untyped(name), value]);
            made
        };
        append(node, made).context(|| format!("failed to create element for {part:?}"))?;
        self.matches(node, name, pattern, rest, place, here)?;
        if self.found.len() > before {
            return Ok(());
        }
        // Kustomize adds items until it runs out of memory.
        Err(Error::new(format!("the element that was created for {part:?} does not match it")))
    }

    fn matches(
        &mut self,
        node: &mut Node,
        name: &str,
        pattern: &str,
        rest: &[String],
        place: &mut Place,
        here: bool,
    ) -> Result<(), Error> {
        field::expect(node, Kind::Sequence)?;
        for (at, item) in items_mut(node).iter_mut().enumerate() {
            let text = if name.is_empty() {
                Some(field::print(item))
            } else {
                field::get(item, name).map(field::print)
            };
            let Some(text) = text else { continue };
            let regexp = Regexp::cached(pattern.as_bytes()).map_err(|error| Error::new(error.to_string()))?;
            if !regexp.is_match(text.trim().as_bytes()) {
                continue;
            }
            // What follows a plain item is not looked at.
            let rest = if name.is_empty() { &[] } else { rest };
            self.walk_to(item, at, rest, place, here)?;
        }
        Ok(())
    }

    fn field(
        &mut self,
        node: &mut Node,
        name: &str,
        rest: &[String],
        place: &mut Place,
        here: bool,
    ) -> Result<(), Error> {
        if name.is_empty() {
            // kyaml takes it for the value of a scalar.
            field::expect(node, Kind::Scalar)?;
            if field::is_null(node) || !node.value.is_empty() {
                return Ok(());
            }
            return self.walk(node, rest, place, here);
        }
        field::expect(node, Kind::Mapping)?;
        if field::is_null(node) {
            // What is added to null does not show.
            let Some(kind) = self.create else { return Ok(()) };
            return self.step_into(&mut Node::new(kind_before(rest, kind), ""), rest, place, false);
        }
        let known = field::position(node, name);
        if known.is_none() {
            let Some(kind) = self.create else { return Ok(()) };
            node.content.extend([field::untyped(name), Node::new(kind_before(rest, kind), "")]);
        }
        let at = known.unwrap_or(node.content.len() - 2) + 1;
        place.push(at);
        let result = self.step_into(&mut node.content[at], rest, place, here);
        place.pop();
        result
    }

    /// Follows a path from the value of a field: a text is read as YAML of its own.
    fn step_into(
        &mut self,
        value: &mut Node,
        rest: &[String],
        place: &mut Place,
        here: bool,
    ) -> Result<(), Error> {
        if value.kind != Kind::Scalar || rest.is_empty() {
            return self.walk(value, rest, place, here);
        }
        let inner = parse_first(value.value.as_bytes(), Dialect::V3, &Limits::default())?;
        let Some(mut document) = inner else {
            // An empty text has no kind at all, and is printed as null.
            let wanted = match &*rest[0] {
                "" => "ScalarNode",
                part if part == "*" || kind_before(rest, Kind::Mapping) == Kind::Sequence => "SequenceNode",
                _ => "MappingNode",
            };
            let text = format!("wrong node kind: expected {wanted} but got : node contents:\nnull\n");
            return Err(Error::new(text));
        };
        self.walk(document.root_mut(), rest, place, false)
    }
}

/// The items of a list; none of null.
fn items_mut(node: &mut Node) -> &mut [Node] {
    if node.kind == Kind::Sequence { &mut node.content } else { &mut [] }
}

fn append(node: &mut Node, item: Node) -> Result<(), Error> {
    field::expect(node, Kind::Sequence)?;
    if node.kind == Kind::Sequence {
        node.content.push(item);
    }
    Ok(())
}

/// The kind of a node that the rest of a path begins at.
fn kind_before(rest: &[String], last: Kind) -> Kind {
    match rest.first() {
        None => last,
        Some(next) if next.is_empty() => last,
        Some(next) if is_condition(next) || number(next).is_some_and(|number| number >= 0) => Kind::Sequence,
        Some(_) => Kind::Mapping,
    }
}
