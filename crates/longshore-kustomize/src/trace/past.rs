//! The past of the fields of an object: a tree beside its own, with what has set each leaf.

use std::collections::{BTreeMap, BTreeSet};

use longshore_yaml::{Kind, Node, Text};

use crate::field;

/// Items of a list that are compared with each other if they have no names.
const MOST_COMPARED: usize = 100;

/// Fields by which items of lists are told apart, as people do it.
const NAMES: [&str; 9] =
    ["name", "mountPath", "devicePath", "containerPort", "port", "key", "ip", "uid", "type"];

/// A value that a step gave to a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// The number of the step.
    pub(crate) step: u32,
    /// The value as text; none if the field was taken away.
    pub(crate) value: Option<Text>,
    /// The way to the field as it was then.
    pub(crate) path: Vec<String>,
}

/// A field that is not there any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gone {
    /// The way to it.
    pub(crate) path: Vec<String>,
    /// All that was done to it.
    pub(crate) changes: Vec<Change>,
}

/// What has been done to a field, and to those below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Past {
    /// What was done to it if it is a leaf: a scalar, or a collection without content.
    pub(crate) changes: Vec<Change>,
    /// The fields of a mapping, or the items of a list without names.
    below: Vec<(Text, Past)>,
}

impl Past {
    /// That of an object which a step has made.
    pub(super) fn new(node: &Node, step: u32) -> Self {
        Self::made(node, step, &mut Vec::new())
    }

    /// That of a field which a step has made; `path` leads there.
    fn made(node: &Node, step: u32, path: &mut Vec<String>) -> Self {
        let mut past = Self::default();
        if is_leaf(node) {
            past.changes.push(Change { step, value: Some(text(node)), path: path.clone() });
        }
        for (at, (name, child)) in children(node).enumerate() {
            path.push(part(node, at, name));
            past.below.push((name.clone(), Self::made(child, step, path)));
            path.pop();
        }
        past
    }

    /// That of a field.
    pub(crate) fn field(&self, name: &str) -> Option<&Self> {
        self.below.iter().find(|(own, _)| own == name).map(|(_, past)| past)
    }

    /// That of an item.
    pub(crate) fn item(&self, at: usize) -> Option<&Self> {
        self.below.get(at).map(|(_, past)| past)
    }

    /// Notes all leaves as taken away.
    fn end(self, step: u32, path: &mut Vec<String>, gone: &mut Vec<Gone>) {
        if !self.changes.is_empty() {
            let mut changes = self.changes;
            changes.push(Change { step, value: None, path: path.clone() });
            gone.push(Gone { path: path.clone(), changes });
        }
        for (at, (name, past)) in self.below.into_iter().enumerate() {
            path.push(if name.is_empty() { at.to_string() } else { name.to_string() });
            past.end(step, path, gone);
            path.pop();
        }
    }
}

/// Whether nothing is below it.
fn is_leaf(node: &Node) -> bool {
    node.kind == Kind::Scalar || node.content.is_empty()
}

/// A leaf as text.
fn text(node: &Node) -> Text {
    match node.kind {
        Kind::Mapping => "{}".into(),
        Kind::Sequence => "[]".into(),
        _ if field::is_null(node) && node.value.is_empty() => "null".into(),
        _ => node.value.clone(),
    }
}

/// Fields with their names, items without.
fn children(node: &Node) -> impl Iterator<Item = (&Text, &Node)> {
    static NONE: Text = Text::from_static("");
    let is_list = node.kind == Kind::Sequence;
    let count = if is_list { node.content.len() } else { node.content.len() / 2 };
    (0..count).map(move |at| {
        if is_list {
            (&NONE, &node.content[at])
        } else {
            (&node.content[2 * at].value, &node.content[2 * at + 1])
        }
    })
}

/// What is known of an object after a step; `past` was that of `old`.
pub(super) fn follow(old: &Node, past: Past, new: &Node, step: u32, gone: &mut Vec<Gone>) -> Past {
    Follower { step, path: Vec::new(), gone }.follow(old, past, new)
}

struct Follower<'g> {
    step: u32,
    path: Vec<String>,
    gone: &'g mut Vec<Gone>,
}

impl Follower<'_> {
    fn follow(&mut self, old: &Node, mut past: Past, new: &Node) -> Past {
        match (is_leaf(old), is_leaf(new)) {
            (true, true) => {
                if old.kind != new.kind || text(old) != text(new) {
                    past.changes.push(Change {
                        step: self.step,
                        value: Some(text(new)),
                        path: self.path.clone(),
                    });
                }
                past
            }
            (false, false) if old.kind == new.kind => {
                let pairs = match old.kind {
                    Kind::Sequence => items(old, new),
                    _ => fields(old, new),
                };
                let mut old_below: Vec<Option<(Text, Past)>> = past.below.into_iter().map(Some).collect();
                let old_children: Vec<&Node> = children(old).map(|(_, child)| child).collect();
                let mut below = Vec::with_capacity(pairs.len());
                for (at, ((name, child), pair)) in children(new).zip(pairs).enumerate() {
                    let before = pair.and_then(|pair| Some((old_children[pair], old_below[pair].take()?.1)));
                    self.path.push(part(new, at, name));
                    let past = match before {
                        Some((old, past)) => self.follow(old, past, child),
                        None => Past::made(child, self.step, &mut self.path),
                    };
                    self.path.pop();
                    below.push((name.clone(), past));
                }
                for (at, left) in old_below.into_iter().enumerate() {
                    if let Some((name, past)) = left {
                        self.path.push(part(old, at, &name));
                        past.end(self.step, &mut self.path, self.gone);
                        self.path.pop();
                    }
                }
                Past { changes: Vec::new(), below }
            }
            _ => {
                past.end(self.step, &mut self.path, self.gone);
                Past::made(new, self.step, &mut self.path)
            }
        }
    }
}

/// How a field or an item is called in a path.
fn part(parent: &Node, at: usize, name: &Text) -> String {
    if parent.kind == Kind::Sequence {
        return item_name(parent, at).unwrap_or_else(|| at.to_string());
    }
    name.to_string()
}

/// An item as paths name it: `[name=web]`; none if the items have nothing that tells them apart.
pub(crate) fn item_name(list: &Node, at: usize) -> Option<String> {
    let (field, names) = names(list)?;
    names.get(at).map(|name| format!("[{field}={name}]"))
}

/// The field that tells all items of a list apart, and what it says.
fn names(list: &Node) -> Option<(&'static str, Vec<&Text>)> {
    if list.content.is_empty() {
        return None;
    }
    NAMES.iter().find_map(|name| {
        let named = |item: &'_ Node| -> bool {
            field::get(item, name).is_some_and(|value| value.kind == Kind::Scalar && !field::is_null(value))
        };
        if !list.content.iter().all(named) {
            return None;
        }
        let texts: Vec<&Text> =
            list.content.iter().filter_map(|item| field::get(item, name)).map(|value| &value.value).collect();
        let different: BTreeSet<&str> = texts.iter().map(|text| &***text).collect();
        (different.len() == texts.len()).then_some((*name, texts))
    })
}

/// Whether two say the same, however they are written.
fn is_same(a: &Node, b: &Node) -> bool {
    let is_alike = a.kind == b.kind && a.content.len() == b.content.len();
    is_alike
        && match a.kind {
            Kind::Mapping => a
                .entries()
                .all(|(key, own)| field::get(b, &key.value).is_some_and(|other| is_same(own, other))),
            Kind::Sequence => a.content.iter().zip(&b.content).all(|(a, b)| is_same(a, b)),
            _ => a.value == b.value,
        }
}

/// Which old field each new one was.
fn fields(old: &Node, new: &Node) -> Vec<Option<usize>> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, (name, _)) in children(old).enumerate() {
        places.entry(name).or_insert(at);
    }
    children(new).map(|(name, _)| places.get(&**name).copied()).collect()
}

/// Which old item each new one was: that of its name, else one that is equal, else the one that stood there.
fn items(old: &Node, new: &Node) -> Vec<Option<usize>> {
    if let (Some((field, names_of_old)), Some((other, names_of_new))) = (names(old), names(new))
        && field == other
    {
        let places: BTreeMap<&str, usize> =
            names_of_old.iter().enumerate().map(|(at, name)| (&***name, at)).collect();
        let mut found: Vec<_> = names_of_new.iter().map(|name| places.get(&***name).copied()).collect();
        let taken: BTreeSet<usize> = found.iter().flatten().copied().collect();
        for (at, place) in found.iter_mut().enumerate() {
            // One that got another name.
            if place.is_none() && at < old.content.len() && !taken.contains(&at) {
                *place = Some(at);
            }
        }
        return found;
    }
    let mut is_taken = vec![false; old.content.len()];
    let mut found: Vec<Option<usize>> = Vec::with_capacity(new.content.len());
    for (at, item) in new.content.iter().enumerate() {
        let is_free = |place: &usize| !is_taken[*place] && is_same(&old.content[*place], item);
        let here = Some(at).filter(|at| *at < old.content.len()).filter(is_free);
        let equal = here.or_else(|| (0..old.content.len().min(MOST_COMPARED)).find(is_free));
        if let Some(place) = equal {
            is_taken[place] = true;
        }
        found.push(equal);
    }
    for (at, place) in found.iter_mut().enumerate() {
        if place.is_none() && is_taken.get(at) == Some(&false) {
            is_taken[at] = true;
            *place = Some(at);
        }
    }
    found
}
