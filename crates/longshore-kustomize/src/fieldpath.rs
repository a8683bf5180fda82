//! Paths to fields: `spec.template.spec.containers.[name=web].image`.
//!
//! There are two ways to follow one. [`lookup`] finds one place, as sources of replacements and variables do; an item of a
//! list is told by its number, by `-` for the last, or by what it says. [`find`] finds all places, as targets of
//! replacements do: the text in brackets is a regular expression there, `*` is every item, what is missing can be made, and
//! a text that is on the way is read as YAML of its own.
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kyaml/v0.21.1/kyaml/yaml/fns.go> (`PathGetter`) and `match.go`
//! beside it (`PathMatcher`).

mod find;
mod split;
#[cfg(test)]
mod tests;

use longshore_go::strconv;
use longshore_yaml::{Kind, Node};

use crate::error::Error;
use crate::field;
pub use find::{Found, find};
pub use split::{split, split_escaped};

/// Where a node lies below another one: places in contents, the outermost first.
pub type Place = Vec<usize>;

/// The node at a place.
pub fn at<'n>(root: &'n Node, place: &[usize]) -> Option<&'n Node> {
    place.iter().try_fold(root.root(), |node, &at| node.content.get(at))
}

/// The node at a place, to be changed.
pub fn at_mut<'n>(root: &'n mut Node, place: &[usize]) -> Option<&'n mut Node> {
    place.iter().try_fold(root.root_mut(), |node, &at| node.content.get_mut(at))
}

/// Where the field of a path is; none if it is not there.
///
/// # Errors
/// The path wants a list where there is none, or the like; in kyaml's words.
///
/// ```
/// use longshore_kustomize::fieldpath::{at, lookup, split};
/// use longshore_yaml::{Dialect, Limits, parse_first};
/// let object = parse_first(b"a: {b: [{n: x}, {n: y, v: 1}]}", Dialect::V3, &Limits::default())?.expect("a document");
/// let place = lookup(&object, &split("a.b.[n=y].v"))?.expect("it is there");
/// assert_eq!(at(&object, &place).and_then(|node| node.text()), Some("1"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn lookup(root: &Node, path: &[String]) -> Result<Option<Place>, Error> {
    let mut place = Place::new();
    let mut node = root.root();
    for part in path.iter().map(|part| part.trim()).filter(|part| !part.is_empty()) {
        let Some(next) = step(node, part)? else { return Ok(None) };
        place.push(next);
        node = &node.content[next];
    }
    Ok(Some(place))
}

/// Where one part of a path leads to.
fn step(node: &Node, part: &str) -> Result<Option<usize>, Error> {
    if let Some(number) = number(part) {
        if number < 0 {
            return Err(Error::new(format!("array index {number} cannot be negative")));
        }
        field::expect(node, Kind::Sequence)?;
        return Ok(usize::try_from(number).ok().filter(|&at| at < node.content.len()));
    }
    match part {
        "-" => {
            field::expect(node, Kind::Sequence)?;
            // Kustomize crashes.
            let last = node.content.len().checked_sub(1);
            last.map(Some).ok_or_else(|| Error::new("the list has no last item"))
        }
        "*" => Err(Error::new("wildcard is not supported in PathGetter")),
        _ if is_condition(part) => {
            let (name, value) = condition(part)?;
            field::expect(node, Kind::Sequence)?;
            Ok(node.content.iter().position(|item| {
                if name.is_empty() {
                    return item.value == value;
                }
                !field::is_null(item) && field::get(item, name).is_some_and(|field| field.value == value)
            }))
        }
        name => {
            if field::is_null(node) {
                return Ok(None);
            }
            field::expect(node, Kind::Mapping)?;
            Ok(field::position(node, name).map(|at| at + 1))
        }
    }
}

/// A part that is a number.
fn number(part: &str) -> Option<i64> {
    strconv::atoi(part.as_bytes()).ok()
}

/// Whether it is in brackets.
fn is_condition(part: &str) -> bool {
    part.starts_with('[') && part.ends_with(']')
}

/// Name and value of a condition in brackets.
fn condition(part: &str) -> Result<(&str, &str), Error> {
    let inner = part.strip_suffix(']').unwrap_or(part);
    let inner = inner.strip_prefix('[').unwrap_or(inner);
    inner
        .split_once('=')
        .ok_or_else(|| Error::new("list path element must contain fieldName=fieldValue for element to match"))
}
