//! Where objects lay before a function got them, which must be known of them again afterwards.
//!
//! Path, place and id stand in two annotations each, an old one and a new one. A function may know only one of them: if it
//! changes one, the other follows; if the objects had only one of them before, they have only that one afterwards.
//!
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kyaml/v0.21.1/kyaml/kio/kio.go>.

use std::collections::BTreeMap;

use super::{ID, INDEX, PATH, clear_annotation, meta, set_annotation};
use crate::error::{Error, ErrorKind};
use crate::node::Node;

/// The number by which an object is known again.
const NUMBER: &str = "internal.config.kubernetes.io/annotations-migration-resource-id";

/// Which annotations are internal, besides the old ones of path, place and id.
const INTERNAL: &str = "internal.config.kubernetes.io/";

/// What the annotations were that tell where objects lay, by the number that each object got.
#[derive(Debug)]
pub struct Places(BTreeMap<String, BTreeMap<String, String>>);

impl Places {
    /// Numbers objects, and gives them both annotations where they have one.
    ///
    /// # Errors
    /// An object is no mapping, or its two annotations contradict each other.
    pub fn note(objects: &mut [Node]) -> Result<Self, Error> {
        let mut all = BTreeMap::new();
        for (at, object) in objects.iter_mut().enumerate() {
            let number = at.to_string();
            set_annotation(object, NUMBER, &number)?;
            let mut annotations = meta(object).unwrap_or_default().annotations;
            annotations.retain(|name, _| {
                name.starts_with(INTERNAL) || [PATH, INDEX, ID].iter().any(|[_, old]| old == name)
            });
            all.insert(number, annotations);
            for names in [PATH, INDEX, ID] {
                meta::share_annotation(object, names)?;
            }
            check(object)?;
        }
        Ok(Self(all))
    }

    /// Makes the annotations of what became of the objects agree again, and takes the numbers away.
    ///
    /// # Errors
    /// The function changed both annotations, in different ways; or some of the objects had only the old ones before, and
    /// some only the new ones.
    pub fn settle(&self, objects: &mut [Node]) -> Result<(), Error> {
        let [is_new, is_old] = self.forms()?;
        for object in objects {
            for names in [PATH, INDEX, ID] {
                meta::share_annotation(object, names)?;
            }
            self.follow_changes(object)?;
            for [new, old] in [ID, PATH, INDEX] {
                if !is_new {
                    clear_annotation(object, new)?;
                }
                if !is_old {
                    clear_annotation(object, old)?;
                }
            }
            check(object)?;
            clear_annotation(object, NUMBER)?;
        }
        Ok(())
    }

    /// Whether the objects had the new annotations, and whether they had the old ones.
    fn forms(&self) -> Result<[bool; 2], Error> {
        if self.0.is_empty() {
            return Ok([true, true]);
        }
        let mut found = None;
        for annotations in self.0.values() {
            let has =
                |which: usize| [PATH, INDEX, ID].iter().any(|names| annotations.contains_key(names[which]));
            let forms = [has(0), has(1)];
            if forms == [false, false] {
                continue;
            }
            if *found.get_or_insert(forms) != forms {
                return Err(error("the annotation formatting in the input resources is not consistent"));
            }
        }
        Ok(found.unwrap_or_default())
    }

    /// What was changed in one annotation is changed in the other.
    fn follow_changes(&self, object: &mut Node) -> Result<(), Error> {
        let annotations = meta(object).unwrap_or_default().annotations;
        let text = |name: &str| annotations.get(name).cloned().unwrap_or_default();
        let Some(before) = self.0.get(&text(NUMBER)) else { return Ok(()) };
        for (what, [new, old]) in [("path", PATH), ("index", INDEX)] {
            let original = before.get(new).or_else(|| before.get(old)).cloned().unwrap_or_default();
            let (by_new, by_old) = (text(new), text(old));
            if original.is_empty() {
                continue;
            }
            if original != by_new && original != by_old && by_new != by_old {
                return Err(contradiction(what));
            }
            if original != by_new {
                set_annotation(object, old, &by_new)?;
            } else if original != by_old {
                set_annotation(object, new, &by_old)?;
            }
        }
        Ok(())
    }
}

/// Refuses an object whose annotations contradict each other.
fn check(object: &Node) -> Result<(), Error> {
    let annotations = meta(object).unwrap_or_default().annotations;
    for (what, [new, old]) in [("path", PATH), ("index", INDEX), ("id", ID)] {
        let filled = |name| annotations.get(name).filter(|text| !text.is_empty());
        if let (Some(new), Some(old)) = (filled(new), filled(old))
            && new != old
        {
            return Err(contradiction(what));
        }
    }
    Ok(())
}

fn contradiction(what: &str) -> Error {
    error(&format!("resource input to function has mismatched legacy and internal {what} annotations"))
}

fn error(text: &str) -> Error {
    Error::new(ErrorKind::Decode, text)
}

/// The file that an object came from, if it says so.
pub fn path(object: &Node) -> Option<String> {
    let mut annotations = meta(object)?.annotations;
    PATH.iter().find_map(|name| annotations.remove(*name))
}

/// Gives objects without a path one of their type and name in that folder.
///
/// # Errors
/// An object is no mapping.
pub fn set_default_paths(folder: &str, objects: &mut [Node]) -> Result<(), Error> {
    for object in objects {
        for names in [PATH, INDEX, ID] {
            meta::share_annotation(object, names)?;
        }
        let Some(meta) = meta(object) else { return Err(error("missing Resource metadata")) };
        if meta.annotations.contains_key(PATH[0]) {
            continue;
        }
        let name = format!("{}_{}.yaml", meta.kind.to_lowercase(), meta.name);
        let path = longshore_go::path::join(&[folder.as_bytes(), meta.namespace.as_bytes(), name.as_bytes()]);
        let path = String::from_utf8_lossy(&path);
        for name in PATH {
            set_annotation(object, name, &path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kio;

    /// What becomes of the annotations if `change` is what the function does to the text of one.
    fn through(object: &str, change: [&str; 2]) -> Result<String, Error> {
        let mut objects = kio::read(object.as_bytes())?;
        let places = Places::note(&mut objects)?;
        let text = String::from_utf8(kio::write_list(&objects, &Node::mapping())?).unwrap();
        let mut objects = kio::read(text.replace(change[0], change[1]).as_bytes())?;
        places.settle(&mut objects)?;
        Ok(String::from_utf8(kio::write(&objects)?).unwrap())
    }

    #[test]
    fn what_a_function_changes_in_one_annotation_changes_in_the_other() {
        let object = "kind: A\nmetadata:\n  annotations:\n    config.kubernetes.io/path: a.yaml\n";
        let out =
            through(object, [" config.kubernetes.io/path: a", " config.kubernetes.io/path: b"]).unwrap();
        let both = "    config.kubernetes.io/path: b.yaml\n    internal.config.kubernetes.io/path: b.yaml\n";
        assert_eq!(out.replace('\'', ""), format!("kind: A\nmetadata:\n  annotations:\n{both}"));
    }

    #[test]
    fn contradictions_are_refused() {
        let both = "{config.kubernetes.io/path: a, internal.config.kubernetes.io/path: b}";
        let object = format!("kind: A\nmetadata: {{annotations: {both}}}\n");
        let error = through(&object, ["-", "-"]).unwrap_err().to_string();
        assert_eq!(error, "resource input to function has mismatched legacy and internal path annotations");
    }

    #[test]
    fn objects_without_a_path_get_one_of_their_name() {
        let mut objects = kio::read_inlined(b"kind: A\nmetadata: {name: n, namespace: s}\n").unwrap();
        set_default_paths("d", &mut objects).unwrap();
        assert_eq!(path(&objects[0]).as_deref(), Some("d/s/a_n.yaml"));
    }
}
