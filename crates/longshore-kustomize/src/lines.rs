//! Lines of the files of kustomizations: read again when somebody asks where something is, and only then.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use longshore_diag::Place;
use longshore_yaml::{Dialect, Kind, Limits, Node, Style, parse};

use crate::field;
use crate::files::Files;
use crate::loader::{is_url, join};
use crate::spot::{Key, Spot};

/// Fields whose entries go on in an older field once those of the newer one are at their end.
const CONTINUED: [(&str, &str); 3] =
    [("resources", "bases"), ("images", "imageTags"), ("helmCharts", "helmChartInflationGenerator")];

/// The files that were asked for.
pub(crate) struct Lines<'f> {
    files: &'f dyn Files,
    /// The folder that the command was started in, if it can be told.
    here: Option<String>,
    read: RefCell<BTreeMap<String, Option<Rc<File>>>>,
    /// The paths by what they are called in places.
    names: RefCell<BTreeMap<String, String>>,
}

/// A file with its lines.
pub(crate) struct File {
    pub(crate) text: String,
    pub(crate) documents: Vec<Node>,
    /// Why there are no documents.
    pub(crate) wrong: Option<longshore_yaml::Error>,
}

impl File {
    fn of(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let (documents, wrong) = match parse(text.as_bytes(), Dialect::V3, &Limits::default()) {
            Ok(documents) => (documents, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        Self { text, documents, wrong }
    }

    /// The objects, those in lists too.
    pub(crate) fn objects(&self) -> Vec<&Node> {
        let mut found = Vec::new();
        for document in &self.documents {
            let object = document.root();
            match field::get(object, "items").filter(|_| field::text(object, "kind").ends_with("List")) {
                Some(items) => found.extend(&items.content),
                None => found.push(object),
            }
        }
        found
    }

    /// The object with this kind and name; in another namespace if there is none in this one.
    pub(crate) fn object(&self, kind: &str, name: &str) -> Option<&Node> {
        self.objects().into_iter().find(|object| {
            let metadata = field::get(object, "metadata");
            field::text(object, "kind") == kind
                && metadata.is_some_and(|metadata| field::text(metadata, "name") == name)
        })
    }
}

impl<'f> Lines<'f> {
    pub(crate) fn new(files: &'f dyn Files) -> Self {
        let here = files.resolve(".").ok().filter(|here| here.file.is_empty()).map(|here| here.folder);
        Self { files, here, read: RefCell::default(), names: RefCell::default() }
    }

    /// What a folder is called by a kustomization in another one.
    pub(crate) fn named_from(&self, from: &str, folder: &str) -> String {
        let is_elsewhere = self.files.called(from).is_some() != self.files.called(folder).is_some();
        if is_elsewhere { self.shown(folder) } else { relative(from, folder) }
    }

    /// The files themselves.
    pub(crate) fn files(&self) -> &'f dyn Files {
        self.files
    }

    /// A file by its path.
    pub(crate) fn file(&self, path: &str) -> Option<Rc<File>> {
        if let Some(file) = self.read.borrow().get(path) {
            return file.clone();
        }
        let bytes = if is_url(path) { None } else { self.files.read(path).ok() };
        let file = bytes.map(|bytes| Rc::new(File::of(&bytes)));
        self.read.borrow_mut().insert(path.to_owned(), file.clone());
        file
    }

    /// A path as seen from the root, as far as that can be told.
    pub(crate) fn absolute(&self, path: &str) -> String {
        match (&self.here, self.files.resolve(path)) {
            (_, Ok(found)) => join(&found.folder, &found.file),
            (Some(here), Err(_)) if !path.starts_with('/') => join(here, path),
            _ => path.to_owned(),
        }
    }

    /// What a file is called in places: seen from where the command was started.
    pub(crate) fn shown(&self, path: &str) -> String {
        let shown = match (self.files.called(path), &self.here) {
            (Some(called), _) => called,
            (None, Some(here)) if path.starts_with('/') => relative(here, path),
            (None, _) => path.to_owned(),
        };
        self.names.borrow_mut().insert(shown.clone(), path.to_owned());
        shown
    }

    /// The text of a file by what it is called in places; not of one with Secrets, of which no line may be shown.
    pub(crate) fn text(&self, shown: &str) -> Option<String> {
        let path = self.names.borrow().get(shown).cloned()?;
        let file = self.file(&path)?;
        (!mentions_secrets(&file.text)).then(|| file.text.clone())
    }

    /// The place of a spot; in the file that the entry names if that is where it is.
    pub(crate) fn place(&self, spot: &Spot) -> Place {
        if let Some(place) = self.in_named_file(spot) {
            return place;
        }
        // The line of a literal of a Secret is never shown.
        let is_secret = spot.field() == Some("secretGenerator");
        let literal = spot.path.iter().position(|key| *key == Key::Field("literals")).filter(|_| is_secret);
        let way = &spot.path[..literal.unwrap_or(spot.path.len())];
        let path = path_of(spot);
        let place = Place::file(self.shown(&path));
        let Some(file) = self.file(&path) else { return place };
        let root = file.documents.first();
        root.and_then(|root| last_of(root, way)).map_or(place, |node| self.at(&path, node))
    }

    /// The place of an item of a file, or of a text, that an entry holds or names.
    fn in_named_file(&self, spot: &Spot) -> Option<Place> {
        let found = |(at, key): (usize, &Key)| match (key, spot.path.get(at + 1)) {
            (Key::FileItem(_, item), _) => Some((at + 1, *item, &spot.path[at + 1..])),
            (Key::Field("patch"), Some(Key::Item(item))) => Some((at, *item, &[][..])),
            _ => None,
        };
        let (at, item, rest) = spot.path.iter().enumerate().find_map(found)?;
        let entry = Spot { path: spot.path[..at].to_vec(), ..spot.clone() };
        let field = |name: &str| {
            self.with_node(&entry, |node| Some(self::entry(node, name)?.1.clone()))
                .filter(|node| !node.value.is_empty())
        };
        if let Some(named) = field("path") {
            let path = path_from(&spot.folder, &named.value);
            let file = self.file(&path)?;
            let item = file
                .documents
                .first()?
                .items()
                .get(item)
                .or_else(|| file.documents.first().map(Node::root))?;
            return Some(self.at(&path, last_of(item, rest).unwrap_or(item)));
        }
        let text = field("patch")?;
        self.within(&path_of(spot), &text, |document| document.items().get(item).cloned())
    }

    /// The place of a node of the text that a scalar holds.
    pub(crate) fn within(
        &self,
        path: &str,
        scalar: &Node,
        find: impl FnOnce(&Node) -> Option<Node>,
    ) -> Option<Place> {
        let own = self.at(path, scalar);
        let document = longshore_yaml::parse_first(scalar.value.as_bytes(), Dialect::V3, &Limits::default());
        let (Ok(Some(document)), Style::Literal) = (document, scalar.style) else { return Some(own) };
        let Some(node) = find(&document) else { return Some(own) };
        let line = scalar.line + node.line;
        let file = self.file(path)?;
        let first = file.text.lines().nth(scalar.line as usize).unwrap_or_default();
        let indent = (first.len() - first.trim_start().len()) as u32;
        Some(Place { line, column: indent + node.column, ..self.at(path, &node) })
    }

    /// The node at a spot, given to `look`.
    pub(crate) fn with_node<T>(&self, spot: &Spot, look: impl FnOnce(&Node) -> Option<T>) -> Option<T> {
        let file = self.file(&path_of(spot))?;
        look(descend(file.documents.first()?.root(), &spot.path)?.1)
    }

    /// The place of a node in a file.
    pub(crate) fn at(&self, path: &str, node: &Node) -> Place {
        let is_word = node.kind == Kind::Scalar && !node.value.contains('\n');
        let length = match node.style {
            Style::Plain if is_word => node.value.chars().count(),
            Style::SingleQuoted | Style::DoubleQuoted if is_word => node.value.chars().count() + 2,
            _ => 0,
        };
        Place::new(self.shown(path), node.line, node.column).spanning(length)
    }
}

/// Whether a text may hold Secrets, so that no line of it is shown.
pub fn mentions_secrets(text: &str) -> bool {
    text.lines().any(|line| line.contains("kind") && line.contains("Secret"))
}

/// The path of the file that a spot is in.
pub(crate) fn path_of(spot: &Spot) -> String {
    path_from(&spot.folder, &spot.file)
}

/// A path as a kustomization in a folder names it, as one that can be opened.
pub(crate) fn path_from(folder: &str, file: &str) -> String {
    if file.starts_with('/') || is_url(file) { file.to_owned() } else { join(folder, file) }
}

/// Key and value at the end of a way; the key is the value itself if the way ends in a list.
pub(crate) fn descend<'n>(root: &'n Node, path: &[Key]) -> Option<(&'n Node, &'n Node)> {
    let mut found = (root, root);
    let mut rest = path;
    while let Some((key, behind)) = rest.split_first() {
        let node = found.1;
        found = match *key {
            Key::Field(name) => {
                let field = entry(node, name);
                if let (Some((_, list)), Some(Key::Item(at))) = (field, behind.first())
                    && list.content.get(*at).is_some()
                {
                    (list, list)
                } else if let (Some((_, older)), Some(Key::Item(at))) =
                    (CONTINUED.iter().find(|(newer, _)| *newer == name), behind.first())
                {
                    let before = field.map_or(0, |(_, list)| list.content.len());
                    let item = entry(node, older)?.1.content.get(at.checked_sub(before)?)?;
                    rest = &behind[1..];
                    found = (item, item);
                    continue;
                } else {
                    field?
                }
            }
            Key::Item(at) | Key::FileItem(at, _) => node.content.get(at).map(|item| (item, item))?,
        };
        rest = behind;
    }
    Some(found)
}

/// The node to point at for a way: a key, an item, or the nearest above that is there.
fn last_of<'n>(root: &'n Node, path: &[Key]) -> Option<&'n Node> {
    (1..=path.len()).rev().find_map(|end| descend(root.root(), &path[..end])).map(|(key, _)| key)
}

/// A field of a mapping whatever the case of its name.
pub(crate) fn entry<'n>(node: &'n Node, name: &str) -> Option<(&'n Node, &'n Node)> {
    node.entries().find(|(key, _)| key.value.eq_ignore_ascii_case(name))
}

/// A path seen from a folder, both absolute and clean.
pub(crate) fn relative(from: &str, to: &str) -> String {
    let parts = |path: &'_ str| -> Vec<String> {
        path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let (from, to) = (parts(from), parts(to));
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    if common == 0 {
        return format!("/{}", to.join("/"));
    }
    let up = std::iter::repeat_n("..", from.len() - common);
    let shown: Vec<&str> = up.chain(to[common..].iter().map(String::as_str)).collect();
    if shown.is_empty() { String::from(".") } else { shown.join("/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_a_folder() {
        let check = |from, to, expected| assert_eq!(relative(from, to), expected, "{to} from {from}");
        check("/shop", "/shop/base/web.yaml", "base/web.yaml");
        check("/shop/overlays/dev", "/shop/base/web.yaml", "../../base/web.yaml");
        check("/shop", "/shop", ".");
        check("/", "/shop", "/shop");
        check("/home", "/tmp/a", "/tmp/a");
    }

    #[test]
    fn entries_of_older_fields_come_behind_those_of_newer_ones() {
        let root = parse(b"RESOURCES: [a]\nbases: [b, c]\n", Dialect::V3, &Limits::default()).unwrap();
        let at = |number| {
            let found = descend(root[0].root(), &[Key::Field("resources"), Key::Item(number)]);
            found.map(|(_, node)| node.value.to_string())
        };
        assert_eq!((at(0).as_deref(), at(2).as_deref(), at(3)), (Some("a"), Some("c"), None));
    }
}
