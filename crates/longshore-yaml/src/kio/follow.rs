//! What a function made of an object is brought into the object's order again.
//!
//! Functions are written in languages that keep neither the order of fields nor comments. Of what a build hands to one no
//! comment is left, so that only the order is taken over here; what stands in the place of a field must be of its kind.
//!
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kyaml/v0.21.1/kyaml/order/syncorder.go> and
//! <https://github.com/kubernetes-sigs/kustomize/blob/kyaml/v0.21.1/kyaml/comments/comments.go>.

use std::collections::BTreeMap;

use super::{field, wrong_kind};
use crate::error::{Error, ErrorKind};
use crate::node::{Kind, Node, Style, Text};

/// Orders the fields of an object as those of the original; fields that it does not have come behind the others.
///
/// # Errors
/// A field has become one of another kind.
///
/// ```
/// use longshore_yaml::kio;
/// let original = &kio::read_inlined(b"a: {b: 1, c: 2}\nd: 3\n")?[0];
/// let mut objects = kio::read_inlined(b"e: 6\nd: 5\na: {c: 4, b: 1}\n")?;
/// kio::follow(&mut objects[0], original)?;
/// assert_eq!(kio::write(&objects)?, b"a: {b: 1, c: 4}\nd: 5\ne: 6\n");
/// # Ok::<(), longshore_yaml::Error>(())
/// ```
pub fn follow(object: &mut Node, original: &Node) -> Result<(), Error> {
    compare(Some(original.root()), Some(object.root_mut()))?;
    order(object.root_mut(), original.root()).map_err(|error| {
        let quoted = longshore_go::strconv::quote(error.to_string().as_bytes());
        let quoted = String::from_utf8_lossy(&quoted);
        Error::new(ErrorKind::Decode, format!("failed to sync field order: {quoted}"))
    })?;
    lift_comments(object.root_mut());
    Ok(())
}

/// Refuses what is of another kind than it was. Folded texts become quoted ones.
fn compare(before: Option<&Node>, now: Option<&mut Node>) -> Result<(), Error> {
    let kind_of = |node: Option<&Node>| node.filter(|node| !field::is_null(node)).map(|node| node.kind);
    let Some(kind) = kind_of(before).or_else(|| kind_of(now.as_deref())) else { return Ok(()) };
    if !matches!(kind, Kind::Mapping | Kind::Sequence | Kind::Scalar) {
        return Ok(());
    }
    for node in [before, now.as_deref()].into_iter().flatten() {
        if !field::is_null(node) && node.kind != kind {
            return Err(wrong_kind(node, kind));
        }
    }
    let Some(now) = now else { return Ok(()) };
    match (kind, before) {
        (Kind::Scalar, _) => unfold(now),
        (_, None) => {}
        (Kind::Mapping, Some(before)) => {
            let (known, places) = (places(before), places(now));
            for (name, at) in places {
                unfold(&mut now.content[at]);
                let before = known.get(&name).map(|at| &before.content[at + 1]);
                compare(before, Some(&mut now.content[at + 1]))?;
            }
        }
        (_, Some(before)) => {
            let pairs = before.content.iter().zip(&mut now.content);
            for (before, now) in pairs.filter(|(before, now)| before.value == now.value) {
                compare(Some(before), Some(now))?;
            }
        }
    }
    Ok(())
}

fn unfold(node: &mut Node) {
    if node.style == Style::Folded {
        node.style = Style::DoubleQuoted;
    }
}

/// Where the first key of each text is in the content of a mapping.
fn places(node: &Node) -> BTreeMap<Text, usize> {
    let mut places = BTreeMap::new();
    if node.kind == Kind::Mapping {
        for (at, pair) in node.content.chunks_exact(2).enumerate() {
            places.entry(pair[0].value.clone()).or_insert(2 * at);
        }
    }
    places
}

fn order(now: &mut Node, before: &Node) -> Result<(), Error> {
    if field::is_empty(before) || field::is_empty(now) {
        return Ok(());
    }
    match before.kind {
        Kind::Mapping if now.kind == Kind::Mapping => {
            let known = places(before);
            let mut pairs: Vec<[Node; 2]> = Vec::with_capacity(now.content.len() / 2);
            let mut content = std::mem::take(&mut now.content).into_iter();
            while let (Some(key), Some(value)) = (content.next(), content.next()) {
                pairs.push([key, value]);
            }
            pairs.sort_by_key(|[key, _]| known.get(&key.value).copied().unwrap_or(usize::MAX));
            for [key, mut value] in pairs {
                if let Some(at) = known.get(&key.value) {
                    order(&mut value, &before.content[at + 1])?;
                }
                now.content.extend([key, value]);
            }
        }
        Kind::Sequence if now.kind == Kind::Sequence => {
            for (now, before) in now.content.iter_mut().zip(&before.content) {
                order(now, before)?;
            }
        }
        Kind::Sequence => return Err(wrong_kind(now, Kind::Sequence)),
        _ => {}
    }
    Ok(())
}

/// A comment above the first field of an item belongs to the item, now that another field may be the first.
fn lift_comments(node: &mut Node) {
    match node.kind {
        Kind::Document | Kind::Mapping => node.content.iter_mut().for_each(lift_comments),
        Kind::Sequence => {
            for item in &mut node.content {
                let Some(first) = item.content.first_mut().filter(|first| first.kind == Kind::Scalar) else {
                    continue;
                };
                let Some(above) = first.comments.as_mut().filter(|comments| !comments.head.is_empty()) else {
                    continue;
                };
                let text = above.head.clone();
                let is_first = item.comments.as_ref().is_none_or(|comments| comments.head.is_empty());
                if is_first {
                    item.comments_mut().head = text;
                } else {
                    above.head = String::new();
                    let head = &mut item.comments_mut().head;
                    head.push('\n');
                    head.push_str(&text);
                }
            }
        }
        Kind::Scalar | Kind::Alias => {}
    }
}
