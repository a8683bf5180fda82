//! A release's values in several environments as layers of a project file.

use longshore_yaml::Node;

use crate::draft::{DraftFile, DraftLayer, Origin};
use crate::helmfile::markers::{Asked, for_set, stand_in};
use crate::helmfile::values::Item;
use crate::names::name_of;
use crate::tree::text;

/// Most lines of values that stand in the project file itself.
const LINES: usize = 30;

/// What became of a release's values.
#[derive(Default)]
pub(super) struct Folded<'a> {
    /// The same everywhere.
    pub(super) common: DraftLayer,
    /// Over that, by environment.
    pub(super) special: Vec<(&'a str, DraftLayer)>,
    /// Values files that were made.
    pub(super) files: Vec<DraftFile>,
}

/// Values in their places, on the way to a layer.
enum Entry {
    /// A file by its path in the project file.
    File(String),
    /// What stands in the project file or a file of its own.
    Inline(Node),
}

/// Folds the lists of values of `release` in its environments. `number` is how many environments there are.
pub(super) fn fold<'a>(
    origin: &Origin,
    release: &str,
    lists: &[(&'a str, &[Item])],
    number: usize,
    asked: &mut Asked,
) -> Folded<'a> {
    let mut folded = Folded::default();
    let mut maker = Maker { release: name_of(release, "release"), files: Vec::new() };
    let shortest = lists.iter().map(|(_, items)| items.len()).min().unwrap_or(0);
    let mut common = Vec::new();
    let mut place = 0;
    while place < shortest {
        let here: Vec<(&str, &Item)> =
            lists.iter().map(|(environment, items)| (*environment, &items[place])).collect();
        match maker.same(origin, &here, number) {
            Some(entry) => common.push(entry),
            None => break,
        }
        place += 1;
    }
    folded.common = maker.layer(common, "", asked);
    for (environment, items) in lists {
        let rest = items[place..].iter().map(|item| maker.one(origin, item, environment)).collect();
        let layer = maker.layer(rest, &format!(".{environment}"), asked);
        if !layer.is_empty() {
            folded.special.push((environment, layer));
        }
    }
    folded.files = maker.files;
    folded
}

/// Makes values files.
struct Maker {
    release: String,
    files: Vec<DraftFile>,
}

impl Maker {
    /// What is one entry in all environments; none if it is not.
    fn same(&mut self, origin: &Origin, here: &[(&str, &Item)], number: usize) -> Option<Entry> {
        let (first_environment, first) = here.first()?;
        if here.iter().all(|(_, item)| item == first) {
            return Some(match first {
                Item::File(path) => Entry::File(origin.path(path)),
                Item::Inline(node) => Entry::Inline(node.clone()),
                Item::Made(stem, node) => self.made(stem, "", node),
            });
        }
        let pattern = |environment: &str, path: &str| path.replace(environment, "${env.name}");
        let all_files: Option<Vec<String>> = here
            .iter()
            .map(|(environment, item)| match item {
                Item::File(path) => Some(pattern(environment, path)),
                _ => None,
            })
            .collect();
        if let Some(all) = all_files {
            let is_pattern =
                all.iter().all(|path| *path == all[0]) && all[0].matches("${env.name}").count() >= 1;
            // Environments in which the release is not wanted never look for theirs.
            return is_pattern.then(|| Entry::File(origin.path(&all[0])));
        }
        let all_made = here.len() > 1
            && number == here.len()
            && here
                .iter()
                .all(|(_, item)| matches!(item, Item::Made(_, node) if stand_in(node) == (false, false)));
        if !all_made {
            return None;
        }
        let Item::Made(stem, _) = first else { return None };
        let _ = first_environment;
        for (environment, item) in here {
            if let Item::Made(_, node) = item {
                let path = self.path(stem, &format!(".{environment}"));
                self.write(&path, node);
            }
        }
        Some(Entry::File(self.path(stem, ".${env.name}")))
    }

    fn one(&mut self, origin: &Origin, item: &Item, environment: &str) -> Entry {
        match item {
            Item::File(path) => Entry::File(origin.path(path)),
            Item::Inline(node) => Entry::Inline(node.clone()),
            Item::Made(stem, node) => self.made(stem, &format!(".{environment}"), node),
        }
    }

    /// What a template has made: a file, unless variables stand in it, which only the project file replaces.
    fn made(&mut self, stem: &str, suffix: &str, node: &Node) -> Entry {
        if stand_in(node).0 {
            return Entry::Inline(node.clone());
        }
        let path = self.path(stem, suffix);
        let path = self.write(&path, node);
        Entry::File(path)
    }

    fn path(&self, stem: &str, suffix: &str) -> String {
        let stem = if stem.is_empty() || stem == self.release { String::new() } else { format!("-{stem}") };
        format!("longshore-values/{}{stem}{suffix}.yaml", self.release)
    }

    /// Writes a file under a name that no other has: that name.
    fn write(&mut self, path: &str, node: &Node) -> String {
        let text = text(node);
        let mut free = path.to_owned();
        let mut number = 2;
        while let Some(known) = self.files.iter().find(|file| file.path == free) {
            if known.text == text {
                return free;
            }
            free = path.replace(".yaml", &format!("-{number}.yaml"));
            number += 1;
        }
        self.files.push(DraftFile { path: free.clone(), text });
        free
    }

    /// A layer of entries in their order: files come first, and what is set over all of them.
    fn layer(&mut self, entries: Vec<Entry>, suffix: &str, asked: &mut Asked) -> DraftLayer {
        let mut layer = DraftLayer::default();
        let last = entries.iter().rposition(|entry| matches!(entry, Entry::File(_)));
        let mut set: Option<Node> = None;
        for (place, entry) in entries.into_iter().enumerate() {
            match entry {
                Entry::File(path) => layer.values.push(path),
                Entry::Inline(node) => {
                    let has_variables = stand_in(&node).0;
                    let is_before = last.is_some_and(|last| place < last);
                    let is_long = text(&node).lines().count() > LINES;
                    if (is_before || is_long && set.is_none()) && !has_variables {
                        let path = self.path("set", suffix);
                        layer.values.push(self.write(&path, &node));
                    } else {
                        let node = for_set(&node, asked);
                        match &mut set {
                            Some(known) => merge(known, &node),
                            None => set = Some(node),
                        }
                    }
                }
            }
        }
        layer.set = set.filter(|set| !set.content.is_empty());
        layer
    }
}

/// Puts `over` over `base` as Helm puts values files over one another.
fn merge(base: &mut Node, over: &Node) {
    for (key, value) in over.entries() {
        match base.get_mut(key.value.as_str()) {
            Some(below) if below.is_mapping() && value.is_mapping() => merge(below, value),
            _ => base.set(key.value.as_str(), value.clone()),
        }
    }
}
