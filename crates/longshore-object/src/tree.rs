//! The ordered tree of an object: JSON's data model, with the place of each part.

use indexmap::IndexMap;
use serde_json::Value as Json;

/// A part of an object with the place where it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    /// What it is.
    pub data: Data,
    /// 1-based line in the object's file; 0 where it came from elsewhere (JSON, a mutation).
    pub line: u32,
    /// 1-based column; 0 where unknown.
    pub column: u32,
}

/// JSON's data model, with integers apart from floats and keys in the order they were written.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number; whole numbers stay whole.
    Number(serde_json::Number),
    /// A string.
    String(String),
    /// A list.
    List(Vec<Tree>),
    /// A map, in the order of the document.
    Map(IndexMap<String, Tree>),
}

impl Tree {
    /// A tree without places, from JSON.
    pub fn from_json(json: Json) -> Self {
        let data = match json {
            Json::Null => Data::Null,
            Json::Bool(b) => Data::Bool(b),
            Json::Number(n) => Data::Number(n),
            Json::String(s) => Data::String(s),
            Json::Array(items) => Data::List(items.into_iter().map(Self::from_json).collect()),
            Json::Object(map) => {
                Data::Map(map.into_iter().map(|(key, value)| (key, Self::from_json(value))).collect())
            }
        };
        Self { data, line: 0, column: 0 }
    }

    /// The same data as JSON. Whole numbers stay whole.
    pub fn to_json(&self) -> Json {
        match &self.data {
            Data::Null => Json::Null,
            Data::Bool(b) => Json::Bool(*b),
            Data::Number(n) => Json::Number(n.clone()),
            Data::String(s) => Json::String(s.clone()),
            Data::List(items) => Json::Array(items.iter().map(Self::to_json).collect()),
            Data::Map(map) => {
                Json::Object(map.iter().map(|(key, value)| (key.clone(), value.to_json())).collect())
            }
        }
    }

    /// The part at a JSON pointer (RFC 6901): `/spec/containers/0/image`, `/metadata/annotations/helm.sh~1hook`.
    /// The empty pointer is the tree itself.
    pub fn get(&self, pointer: &str) -> Option<&Tree> {
        let (tree, rest) = self.nearest(pointer);
        rest.is_empty().then_some(tree)
    }

    /// The deepest part on the way to `pointer` that exists, and what of the pointer is left.
    pub(crate) fn nearest<'a>(&self, pointer: &'a str) -> (&Tree, &'a str) {
        let mut tree = self;
        let mut rest = pointer;
        while let Some(tail) = rest.strip_prefix('/') {
            let (token, next) = match tail.find('/') {
                Some(end) => tail.split_at(end),
                None => (tail, ""),
            };
            let Some(child) = tree.child(&unescape(token)) else {
                break;
            };
            tree = child;
            rest = next;
        }
        (tree, rest)
    }

    /// The member called `key`, or the item with that index.
    pub fn child(&self, key: &str) -> Option<&Tree> {
        match &self.data {
            Data::Map(map) => map.get(key),
            Data::List(items) => items.get(key.parse::<usize>().ok()?),
            _ => None,
        }
    }

    /// The member called `key`, made an empty map if it is not a map yet.
    pub(crate) fn map_at(&mut self, key: &str) -> &mut IndexMap<String, Tree> {
        if !matches!(self.data, Data::Map(_)) {
            self.data = Data::Map(IndexMap::new());
        }
        let Data::Map(map) = &mut self.data else { unreachable!("it was made a map above") };
        let child = map.entry(key.to_owned()).or_insert_with(|| Self::from_json(Json::Null));
        if !matches!(child.data, Data::Map(_)) {
            child.data = Data::Map(IndexMap::new());
        }
        let Data::Map(map) = &mut child.data else { unreachable!("it was made a map above") };
        map
    }

    /// Sets a member of a map that exists; whether there is such a map.
    pub(crate) fn set(&mut self, pointer: &str, value: Json) -> bool {
        let Some((parent, last)) = pointer.rsplit_once('/') else {
            return false;
        };
        match self.get_mut(parent).map(|tree| &mut tree.data) {
            Some(Data::Map(map)) => {
                map.insert(unescape(last).into_owned(), Self::from_json(value));
                true
            }
            _ => false,
        }
    }

    /// The part at a JSON pointer, to be changed.
    fn get_mut(&mut self, pointer: &str) -> Option<&mut Self> {
        pointer.split('/').skip(1).try_fold(self, |tree, token| {
            let token = unescape(token);
            match &mut tree.data {
                Data::Map(map) => map.get_mut(&*token),
                Data::List(items) => token.parse::<usize>().ok().and_then(|i| items.get_mut(i)),
                _ => None,
            }
        })
    }

    /// Removes the part at a JSON pointer; whether it was there.
    pub(crate) fn remove(&mut self, pointer: &str) -> bool {
        let Some((parent, last)) = pointer.rsplit_once('/') else {
            return false;
        };
        let Some(tree) = self.get_mut(parent) else {
            return false;
        };
        let last = unescape(last);
        match &mut tree.data {
            Data::Map(map) => map.shift_remove(&*last).is_some(),
            Data::List(items) => match last.parse::<usize>() {
                Ok(index) if index < items.len() => {
                    items.remove(index);
                    true
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.data {
            Data::String(s) => Some(s),
            _ => None,
        }
    }

    /// The whole number, if it is one.
    pub fn as_i64(&self) -> Option<i64> {
        match &self.data {
            Data::Number(n) => n.as_i64(),
            _ => None,
        }
    }

    /// The bool, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match &self.data {
            Data::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// The members, if it is a map.
    pub fn as_map(&self) -> Option<&IndexMap<String, Tree>> {
        match &self.data {
            Data::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The items, if it is a list; nothing otherwise.
    pub fn items(&self) -> &[Tree] {
        match &self.data {
            Data::List(items) => items,
            _ => &[],
        }
    }

    /// What it is, in the words of an error message.
    pub fn kind_of(&self) -> &'static str {
        match &self.data {
            Data::Null => "null",
            Data::Bool(_) => "a bool",
            Data::Number(_) => "a number",
            Data::String(_) => "a string",
            Data::List(_) => "a list",
            Data::Map(_) => "a map",
        }
    }
}

/// `~1` is `/`, `~0` is `~`.
fn unescape(token: &str) -> std::borrow::Cow<'_, str> {
    if token.contains('~') { token.replace("~1", "/").replace("~0", "~").into() } else { token.into() }
}

/// Turns the API server's way of naming a field (`spec.containers[0].image`,
/// `metadata.annotations[helm.sh/hook]`) into a JSON pointer.
pub(crate) fn field_path_to_pointer(path: &str) -> String {
    let mut pointer = String::new();
    let mut token = String::new();
    let mut bracket = false;
    let push = |pointer: &mut String, token: &mut String| {
        let trimmed = token.trim_matches('"');
        if !trimmed.is_empty() {
            pointer.push('/');
            pointer.push_str(&trimmed.replace('~', "~0").replace('/', "~1"));
        }
        token.clear();
    };
    for c in path.chars() {
        match c {
            '[' if !bracket => {
                push(&mut pointer, &mut token);
                bracket = true;
            }
            ']' if bracket => {
                push(&mut pointer, &mut token);
                bracket = false;
            }
            '.' if !bracket => push(&mut pointer, &mut token),
            other => token.push(other),
        }
    }
    push(&mut pointer, &mut token);
    pointer
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Tree, field_path_to_pointer};

    #[test]
    fn pointers_and_field_paths_lead_to_the_same_part() {
        let tree = Tree::from_json(json!({"a": [{"b/c": 1}], "d": {"e.f": 2}}));
        assert_eq!(tree.get("/a/0/b~1c").unwrap().as_i64(), Some(1));
        assert_eq!(tree.get("").unwrap(), &tree);
        assert!(tree.get("/a/7").is_none());
        assert_eq!(field_path_to_pointer("a[0][b/c]"), "/a/0/b~1c");
        assert_eq!(field_path_to_pointer("d[e.f]"), "/d/e.f");
        assert_eq!(field_path_to_pointer(".spec.x[1].y"), "/spec/x/1/y");
        assert_eq!(field_path_to_pointer("d[\"e.f\"]"), "/d/e.f");
    }

    #[test]
    fn whole_numbers_survive_the_way_there_and_back() {
        let json = json!({"int": 9_007_199_254_740_993_i64, "float": 1.5, "big": u64::MAX});
        assert_eq!(Tree::from_json(json.clone()).to_json(), json);
    }
}
