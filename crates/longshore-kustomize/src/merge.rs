//! Strategic merge: a patch that looks like what it changes.
//!
//! Mappings merge key by key, null deletes, lists are replaced unless the [`Schemas`] say by which keys their items are
//! matched; `$patch` says otherwise where it stands. The rules are kyaml's, with what follows from them by accident: see
//! <https://github.com/kubernetes-sigs/kustomize/tree/kyaml/v0.21.1/kyaml/yaml/merge2> and `walk` beside it. Where kyaml
//! lets two trees share a node, the patch's is copied here, so that one patch serves any number of targets.

mod builtin;
mod comment;
mod directive;
mod list;
mod schema;
#[cfg(test)]
mod tests;

use longshore_yaml::{Kind, Node, Style};

use crate::error::Error;
use crate::field;
use directive::Directive;
use schema::Schema;
pub use schema::Schemas;

/// Merges a patch into an object; `None` if the patch says that the object is to be deleted. Where nodes stand in several
/// places, [`field::settle`] is to be called then.
///
/// # Errors
/// The patch has a mapping where the object has a list, or the like; or an unknown directive. In kyaml's words.
///
/// ```
/// use longshore_kustomize::merge::{Schemas, merge};
/// use longshore_yaml::{Dialect, EmitOptions, Limits, emit, parse_first};
/// let read = |text: &str| Ok::<_, longshore_yaml::Error>(
///     parse_first(text.as_bytes(), Dialect::V3, &Limits::default())?.expect("a document"),
/// );
/// let object = read("{apiVersion: v1, kind: Pod, spec: {containers: [{name: a, image: x}], nodeName: n}}")?;
/// let patch = read("spec: {containers: [{name: b}, {name: a, image: y}], nodeName: null}")?;
/// let merged = merge(object, &patch, &Schemas::default())?.expect("not deleted");
/// let text = emit([&merged], &EmitOptions::v3());
/// assert_eq!(text, b"{apiVersion: v1, kind: Pod, spec: {containers: [{name: b}, {name: a, image: y}]}}\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn merge(object: Node, patch: &Node, schemas: &Schemas) -> Result<Option<Node>, Error> {
    let walker = Walker { schemas };
    let mut patch = patch.root().clone();
    Ok(match walker.walk(Some(into_root(object)), Some(&mut patch), None)? {
        Outcome::Kept(node) => Some(node),
        // To replace a whole object is done, but nobody takes the result.
        Outcome::Other { left, .. } => left,
        Outcome::Null { .. } | Outcome::Gone { .. } => None,
    })
}

/// The content of a document, or the node itself.
fn into_root(mut node: Node) -> Node {
    match node.kind {
        Kind::Document if !node.content.is_empty() => node.content.swap_remove(0),
        _ => node,
    }
}

/// What came of merging two values.
enum Outcome {
    /// The first one, changed.
    Kept(Node),
    /// Another one; what is left of the first one is its style and, unless it is a list, what it was.
    Other { node: Node, left: Option<Node> },
    /// Nothing: the value is to be taken away.
    Gone { left: Option<Node> },
    /// A null that was written as such in the first one and stays.
    Null { node: Node, left: Node },
}

/// Walks over an object and a patch together.
struct Walker<'s> {
    schemas: &'s Schemas,
}

impl Walker<'_> {
    /// Merges two values, of which either may be missing.
    fn walk(
        &self,
        object: Option<Node>,
        mut patch: Option<&mut Node>,
        schema: Option<Schema<'_>>,
    ) -> Result<Outcome, Error> {
        let commented = [object.as_ref(), patch.as_deref()]
            .into_iter()
            .flatten()
            .filter(|node| !field::is_null(node))
            .find_map(comment::schema);
        let described = commented.as_ref().map(|described| self.schemas.resolved(described));
        let of_type = || {
            let of = |node: &Node| self.schema_of_object(node);
            object.as_ref().and_then(of).or_else(|| patch.as_deref().and_then(of))
        };
        let schema = described.or(schema).or_else(of_type);
        let first =
            [object.as_ref(), patch.as_deref()].into_iter().flatten().find(|node| !field::is_null(node));
        match first.map(|node| node.kind) {
            Some(kind @ (Kind::Mapping | Kind::Sequence | Kind::Scalar)) => {
                for node in [object.as_ref(), patch.as_deref()].into_iter().flatten() {
                    field::expect(node, kind)?;
                }
                match kind {
                    Kind::Mapping => self.mappings(object, patch, schema),
                    Kind::Sequence => self.lists(object, patch, schema),
                    _ => {
                        let mut object = object;
                        hand_down(object.as_mut(), patch.as_deref());
                        Ok(other_or_kept(object, patch.as_deref_mut()))
                    }
                }
            }
            Some(_) => Ok(Outcome::Gone { left: object }),
            None => self.mappings(object, patch, schema),
        }
    }

    /// The schema of an object that says of which type it is.
    fn schema_of_object(&self, node: &Node) -> Option<Schema<'_>> {
        let text = |name| field::filled(node, name).map(text_of);
        let (api_version, kind) = (text("apiVersion")?, text("kind")?);
        if api_version.is_empty() || kind.is_empty() {
            return None;
        }
        self.schemas.of_type(api_version, kind)
    }

    /// Merges mappings, or values that are null on both sides.
    fn mappings(
        &self,
        object: Option<Node>,
        patch: Option<&mut Node>,
        schema: Option<Schema<'_>>,
    ) -> Result<Outcome, Error> {
        let mut object = object;
        hand_down(object.as_mut(), patch.as_deref());
        let Some(mut own) = object.take_if(|object| !field::is_null(object)) else {
            let Some(patch) = patch else {
                // A null that is written out stays, one that is only meant goes.
                return Ok(match object {
                    Some(null) if !null.value.is_empty() => {
                        Outcome::Null { node: Node::scalar("!!null", null.value.clone()), left: null }
                    }
                    left => Outcome::Gone { left },
                });
            };
            // An unknown directive stays in what is added.
            if Directive::take(patch) == Ok(Directive::Delete) {
                return Ok(Outcome::Gone { left: object });
            }
            if field::is_null(patch) {
                return Ok(Outcome::Gone { left: object });
            }
            let mut node = patch.clone();
            self.settle_fields(&mut node, schema)?;
            return Ok(Outcome::Other { node, left: object });
        };
        let Some(patch) = patch else {
            self.merge_fields(&mut own, None, schema)?;
            return Ok(Outcome::Kept(own));
        };
        if field::is_null(patch) {
            return Ok(Outcome::Gone { left: Some(own) });
        }
        match Directive::take(patch)? {
            Directive::Delete => Ok(Outcome::Gone { left: Some(own) }),
            Directive::Replace => {
                let mut node = patch.clone();
                self.settle_fields(&mut node, schema)?;
                Ok(Outcome::Other { node, left: Some(own) })
            }
            Directive::Merge => {
                self.merge_fields(&mut own, Some(patch), schema)?;
                Ok(Outcome::Kept(own))
            }
        }
    }

    /// Merges all fields of two mappings, in the order of their names.
    fn merge_fields(
        &self,
        object: &mut Node,
        mut patch: Option<&mut Node>,
        schema: Option<Schema<'_>>,
    ) -> Result<(), Error> {
        for name in names(object, patch.as_deref()) {
            let own_at = field::position(object, &name);
            let patch_at = patch.as_deref().and_then(|patch| field::position(patch, &name));
            let patch_pair = patch.as_deref().zip(patch_at);
            let pairs = [
                own_at.map(|at| &object.content[at..at + 2]),
                patch_pair.map(|(p, at)| &p.content[at..at + 2]),
            ];
            let commented = pairs.into_iter().flatten().find_map(schema_beside);
            let described = commented.as_ref().map(|described| self.schemas.resolved(described));
            let schema = described.or_else(|| self.schemas.field(schema?, &name));
            let key_style = patch_pair.map_or(Style::Plain, |(patch, at)| patch.content[at].style);
            let own = own_at.map(|at| std::mem::replace(&mut object.content[at + 1], Node::null()));
            let from_patch = patch.as_deref_mut().zip(patch_at).map(|(patch, at)| &mut patch.content[at + 1]);
            let outcome = self.walk(own, from_patch, schema)?;
            put_back(object, own_at, outcome, &name, key_style);
        }
        Ok(())
    }

    /// Goes over the fields of a mapping that a patch brings along as if it were merged with itself: nulls and what has a
    /// directive to delete go, lists lose their doubles.
    fn settle_fields(&self, node: &mut Node, schema: Option<Schema<'_>>) -> Result<(), Error> {
        if node.kind != Kind::Mapping {
            return Ok(());
        }
        for name in names(node, None) {
            let Some(at) = field::position(node, &name) else { continue };
            let commented = schema_beside(&node.content[at..at + 2]);
            let described = commented.as_ref().map(|described| self.schemas.resolved(described));
            let schema = described.or_else(|| self.schemas.field(schema?, &name));
            let value = &mut node.content[at + 1];
            if self.settle(value, schema)? {
                field::quote_if_keyword(value);
            } else {
                node.content.drain(at..at + 2);
            }
        }
        Ok(())
    }

    /// Merges a value with itself; whether anything is left.
    fn settle(&self, node: &mut Node, schema: Option<Schema<'_>>) -> Result<bool, Error> {
        if field::is_null(node) {
            return Ok(false);
        }
        let commented = comment::schema(node);
        let described = commented.as_ref().map(|described| self.schemas.resolved(described));
        let schema = described.or(schema).or_else(|| self.schema_of_object(node));
        match node.kind {
            Kind::Mapping => {
                if Directive::take(node)? == Directive::Delete {
                    return Ok(false);
                }
                self.settle_fields(node, schema)?;
                Ok(true)
            }
            Kind::Sequence => {
                let Some(keys) = schema.and_then(Schema::merge_keys) else { return Ok(true) };
                if Directive::take(node)? == Directive::Delete {
                    return Ok(false);
                }
                self.settle_list(node, &keys, schema)?;
                Ok(true)
            }
            Kind::Scalar => Ok(true),
            Kind::Document | Kind::Alias => Ok(false),
        }
    }

    /// Merges two lists, of which one may be missing or null.
    fn lists(
        &self,
        mut object: Option<Node>,
        patch: Option<&mut Node>,
        schema: Option<Schema<'_>>,
    ) -> Result<Outcome, Error> {
        hand_down(object.as_mut(), patch.as_deref());
        let Some(keys) = schema.and_then(Schema::merge_keys) else {
            return Ok(other_or_kept(object, patch));
        };
        let Some(mut own) = object.take_if(|object| !field::is_null(object)) else {
            let Some(patch) = patch.filter(|patch| !field::is_null(patch)) else {
                return Ok(Outcome::Gone { left: object });
            };
            // A directive is no directive where there is nothing.
            let mut node = patch.clone();
            self.settle_list(&mut node, &keys, schema)?;
            return Ok(Outcome::Other { node, left: object });
        };
        let Some(patch) = patch else {
            let node = self.merge_lists(&mut own, None, &keys, schema)?;
            return Ok(Outcome::Other { node, left: Some(own) });
        };
        if field::is_null(patch) {
            return Ok(Outcome::Gone { left: Some(own) });
        }
        match Directive::take(patch)? {
            Directive::Delete => Ok(Outcome::Gone { left: Some(own) }),
            Directive::Replace => {
                let mut node = patch.clone();
                self.settle_list(&mut node, &keys, schema)?;
                Ok(Outcome::Other { node, left: Some(own) })
            }
            Directive::Merge => {
                let node = self.merge_lists(&mut own, Some(patch), &keys, schema)?;
                Ok(Outcome::Other { node, left: Some(own) })
            }
        }
    }
}

/// What overrides as a whole: the patch, if there is one.
fn other_or_kept(object: Option<Node>, patch: Option<&mut Node>) -> Outcome {
    match (object, patch) {
        (left, Some(patch)) if field::is_null(patch) => Outcome::Gone { left },
        (left, Some(patch)) => Outcome::Other { node: patch.clone(), left },
        (Some(node), None) => Outcome::Kept(node),
        (None, None) => Outcome::Gone { left: None },
    }
}

/// The node's own text; none of what is null.
fn text_of(node: &Node) -> &str {
    if field::is_null(node) { "" } else { &node.value }
}

/// The names of all fields, sorted.
fn names(object: &Node, patch: Option<&Node>) -> Vec<longshore_yaml::Text> {
    let own = object.entries().map(|(key, _)| key.value.clone());
    let mut names: Vec<_> =
        own.chain(patch.into_iter().flat_map(Node::entries).map(|(key, _)| key.value.clone())).collect();
    names.sort_by(|a, b| a.as_bytes().cmp(b.as_bytes()));
    names.dedup();
    names
}

/// The schema in the comments of a value, else of its key.
fn schema_beside(pair: &[Node]) -> Option<schema::Described> {
    comment::schema(&pair[1]).or_else(|| comment::schema(&pair[0]))
}

/// Puts what came of a field in its place. What is new there takes the style of what was there; a new key has its own.
fn put_back(object: &mut Node, at: Option<usize>, outcome: Outcome, name: &str, key_style: Style) {
    let (mut value, old) = match outcome {
        Outcome::Kept(node) => (node, None),
        Outcome::Other { node, left } => (node, left),
        Outcome::Null { node, left } => (node, Some(left)),
        Outcome::Gone { .. } => {
            if let Some(at) = at {
                object.content.drain(at..at + 2);
            }
            return;
        }
    };
    field::quote_if_keyword(&mut value);
    if let Some(mut old) = old {
        (value.style, value.tagged) = (old.style, old.tagged);
        field::overwrite(&mut old, value);
        value = old;
    }
    if let Some(at) = at {
        object.content[at + 1] = value;
    } else {
        let mut key = field::untyped(name);
        key.style = key_style;
        object.content.extend([key, value]);
    }
}

/// The patch's comments replace those of the object; an empty collection takes the patch's style.
fn hand_down(object: Option<&mut Node>, patch: Option<&Node>) {
    let (Some(object), Some(patch)) = (object, patch) else { return };
    if let Some(comments) = patch.comments.as_deref().filter(|comments| !comments.is_empty()) {
        let own = object.comments_mut();
        for (own, new) in [
            (&mut own.head, &comments.head),
            (&mut own.line, &comments.line),
            (&mut own.foot, &comments.foot),
        ] {
            if !new.is_empty() {
                own.clone_from(new);
            }
        }
    }
    if object.kind != Kind::Scalar && object.content.is_empty() {
        (object.style, object.tagged) = (patch.style, patch.tagged);
    }
}
