//! Targets of `longshore-kustomize`: what the files of a kustomization may hold.

use std::collections::BTreeMap;

use longshore_go::path;
use longshore_kustomize::fieldpath::{self, Found};
use longshore_kustomize::json6902::JsonPatch;
use longshore_kustomize::merge::{Schemas, merge};
use longshore_kustomize::{Error, Files, Options, Resolved, build};
use longshore_yaml::{Dialect, Kind, Limits, Node, parse_first};

use super::replay::Check;

/// All of them, by name.
pub const TARGETS: &[(&str, Check)] = &[
    ("kustomize_build", files),
    ("kustomize_merge", merged),
    ("kustomize_json_patch", patched),
    ("kustomize_replacement", replaced),
    ("kustomize_path", paths),
];

/// What stands between the parts of an input, with a name behind it where the parts are files.
const MARK: &str = "\n//-";

struct Tree(BTreeMap<String, String>);

impl Files for Tree {
    fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        let text = self.0.get(path).map(|text| text.as_bytes().to_vec());
        text.ok_or_else(|| Error::new(format!("open {path}: no such file or directory")))
    }

    fn resolve(&self, path: &str) -> Result<Resolved, Error> {
        let clean = String::from_utf8_lossy(&path::clean(path.as_bytes())).into_owned();
        let within = format!("{clean}/");
        if self.0.keys().any(|file| file.starts_with(&within)) {
            return Ok(Resolved { folder: clean, file: String::new() });
        }
        match clean.rsplit_once('/').filter(|_| self.0.contains_key(&clean)) {
            Some((folder, file)) => Ok(Resolved { folder: folder.to_owned(), file: file.to_owned() }),
            None => Err(Error::new(format!("lstat {clean}: no such file or directory"))),
        }
    }
}

/// Builds `/app`; what comes out can be read, and comes out again.
fn built(tree: BTreeMap<String, String>) {
    let tree = Tree(tree);
    let documents = || build(&tree, "/app", &Options::default()).documents();
    let first = documents();
    if let Ok(text) = &first {
        longshore_yaml::parse(text, Dialect::V2, &Limits::default()).expect("what a build prints is YAML");
    }
    assert_eq!(first, documents());
}

fn parts(input: &[u8]) -> Option<(&str, &str)> {
    std::str::from_utf8(input).ok()?.split_once(MARK)
}

fn document(text: &str) -> Option<Node> {
    parse_first(text.as_bytes(), Dialect::V3, &Limits::default()).ok()?
}

/// The files of a kustomization: the first is `kustomization.yaml`, the others begin with `//- NAME`.
pub fn files(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let mut texts = text.split(MARK);
    let first = texts.next().unwrap_or_default();
    let mut tree = BTreeMap::from([("/app/kustomization.yaml".to_owned(), first.to_owned())]);
    for file in texts {
        let (name, text) = file.split_once('\n').unwrap_or((file, ""));
        tree.insert(format!("/app/{}", name.trim()), text.to_owned());
    }
    built(tree);
}

/// An object and a strategic merge patch.
pub fn merged(input: &[u8]) {
    let Some((object, patch)) = parts(input) else { return };
    let (Some(object), Some(patch)) = (document(object), document(patch)) else { return };
    let schemas = Schemas::default();
    let once = merge(object.clone(), &patch, &schemas);
    assert_eq!(once, merge(object, &patch, &schemas));
}

/// An object and a JSON patch.
pub fn patched(input: &[u8]) {
    let Some((object, patch)) = parts(input) else { return };
    let (Some(object), Ok(patch)) = (document(object), JsonPatch::decode(patch)) else { return };
    let once = patch.apply(&object);
    assert_eq!(once, patch.apply(&object));
}

/// A replacement, and objects.
pub fn replaced(input: &[u8]) {
    let Some((replacement, objects)) = parts(input) else { return };
    let kustomization = "resources: [objects.yaml]\nreplacements: [{path: replacement.yaml}]\n";
    built(BTreeMap::from([
        ("/app/kustomization.yaml".to_owned(), kustomization.to_owned()),
        ("/app/replacement.yaml".to_owned(), replacement.to_owned()),
        ("/app/objects.yaml".to_owned(), objects.to_owned()),
    ]));
}

/// A path to fields, and an object: what is found is there.
pub fn paths(input: &[u8]) {
    let Some((path, object)) = parts(input) else { return };
    let Some(object) = document(object) else { return };
    let path = fieldpath::split(path);
    if let Ok(Some(place)) = fieldpath::lookup(&object, &path) {
        assert!(fieldpath::at(&object, &place).is_some());
    }
    for create in [None, Some(Kind::Scalar), Some(Kind::Mapping), Some(Kind::Sequence)] {
        let mut object = object.clone();
        let Ok(found) = fieldpath::find(&mut object, &path, create) else { continue };
        for found in found {
            if let Found::Here(place) = found {
                assert!(fieldpath::at(&object, &place).is_some());
            }
        }
    }
}
