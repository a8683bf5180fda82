//! Post-rendering as Helm 4 does it: rendered files go through a program as one stream of objects, hooks among them.
//!
//! Each object carries the name of its file as an annotation on the way, by which what comes back is sorted into files
//! again; what has none gets a file of its own. The bytes on both sides are kyaml's ([`longshore_yaml::kio`]).
//!
//! Rules: `annotateAndMerge` and `splitAndDeannotate` of
//! <https://github.com/helm/helm/blob/v4.3.1/pkg/action/action.go>.

use std::collections::BTreeMap;

use longshore_yaml::kio;

use crate::compat::Rules;
use crate::file::base;
use crate::manifest;

/// Changes the objects of a render: gets them as YAML, gives back YAML, or says why not.
pub type PostRender<'a> = dyn FnMut(&[u8]) -> Result<Vec<u8>, String> + 'a;

/// The annotation that says which file an object came from.
const FILE: &str = "postrenderer.helm.sh/postrender-filename";

/// The files that a post-renderer makes of the rendered ones.
///
/// # Errors
/// A file is no YAML, the post-renderer fails, or what it gives is no YAML; in Helm's words.
pub(super) fn run(
    files: &BTreeMap<String, String>,
    rules: &Rules,
    post_render: &mut PostRender<'_>,
) -> Result<BTreeMap<String, String>, String> {
    let merged = merge(files, rules).map_err(|reason| format!("error merging manifests: {reason}"))?;
    let output = post_render(&merged)
        .map_err(|reason| format!("error while running post render on files: {reason}"))?;
    part(&output).map_err(|reason| format!("error while parsing post rendered output: {reason}"))
}

/// One stream of all files, each object with the name of its file.
fn merge(files: &BTreeMap<String, String>, rules: &Rules) -> Result<Vec<u8>, String> {
    let mut all = Vec::new();
    for (name, text) in files {
        if base(name).starts_with('_') {
            continue;
        }
        for document in manifest::split(text, rules) {
            let objects = kio::read(document.as_bytes());
            for mut object in objects.map_err(|error| format!("parsing {name}: {error}"))? {
                kio::set_annotation(&mut object, FILE, name)
                    .map_err(|error| format!("annotating {name}: {error}"))?;
                all.push(object);
            }
        }
    }
    kio::write(&all).map_err(|error| format!("writing merged docs: {error}"))
}

/// The files of a stream.
fn part(stream: &[u8]) -> Result<BTreeMap<String, String>, String> {
    let objects = kio::read(stream).map_err(|error| format!("error parsing YAML: {error}"))?;
    let mut by_file: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for (i, mut object) in objects.into_iter().enumerate() {
        let meta =
            kio::meta(&object).ok_or_else(|| String::from("getting metadata: missing Resource metadata"))?;
        let name = meta.annotations.get(FILE).filter(|name| !name.is_empty());
        let name = name.cloned().unwrap_or_else(|| format!("generated-by-postrender-{i}.yaml"));
        kio::clear_annotation(&mut object, FILE)
            .map_err(|error| format!("clearing filename annotation: {error}"))?;
        by_file.entry(name).or_default().push(object);
    }
    let write = |(name, objects): (String, Vec<_>)| {
        let text = kio::write(&objects).map_err(|error| format!("re-writing {name}: {error}"))?;
        Ok((name, String::from_utf8_lossy(&text).into_owned()))
    };
    by_file.into_iter().map(write).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::run;
    use crate::Level;

    fn files(all: &[(&str, &str)]) -> BTreeMap<String, String> {
        all.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    fn through(
        all: &[(&str, &str)],
        post_render: impl Fn(&str) -> Result<String, String>,
    ) -> Result<BTreeMap<String, String>, String> {
        let mut on_bytes = |bytes: &[u8]| {
            let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
            post_render(&text).map(String::into_bytes)
        };
        run(&files(all), Level::V4_3.rules(), &mut on_bytes)
    }

    #[test]
    fn objects_come_back_to_their_files() {
        let all = [
            ("c/templates/_h.yaml", "not: read: at all"),
            ("c/templates/a.yaml", "# a\nkind: A\nlist:\n  - 1\n---\nkind: B\nmetadata: {name: b}\n"),
            ("c/templates/e.yaml", "\n# nothing\n"),
        ];
        let seen = "\
# a
kind: A
list:
- 1
metadata:
  annotations:
    postrenderer.helm.sh/postrender-filename: 'c/templates/a.yaml'
---
kind: B
metadata: {name: b, annotations: {postrenderer.helm.sh/postrender-filename: 'c/templates/a.yaml'}}
";
        let same = through(&all, |stream| {
            assert_eq!(stream, seen);
            Ok(stream.to_owned())
        });
        let expected = "# a\nkind: A\nlist:\n- 1\n---\nkind: B\nmetadata: {name: b}\n";
        assert_eq!(same, Ok(files(&[("c/templates/a.yaml", expected)])));
    }

    #[test]
    fn objects_without_a_file_get_one() {
        let made = through(&[], |_| Ok("kind: A\n---\nkind: B\nmetadata: {name: b}\n".into()));
        let expected = files(&[
            ("generated-by-postrender-0.yaml", "kind: A\n"),
            ("generated-by-postrender-1.yaml", "kind: B\nmetadata: {name: b}\n"),
        ]);
        assert_eq!(made, Ok(expected));
    }

    #[test]
    fn failures_are_told_in_helms_words() {
        let same = |stream: &str| Ok(stream.to_owned());
        assert_eq!(
            through(&[("c/templates/a.yaml", "a: b: c\n")], same).unwrap_err(),
            "error merging manifests: parsing c/templates/a.yaml: MalformedYAMLError: yaml: mapping values are not allowed in this context"
        );
        assert_eq!(
            through(&[], |_| Err("no".into())).unwrap_err(),
            "error while running post render on files: no"
        );
        assert_eq!(
            through(&[], |_| Ok("- a\n".into())).unwrap_err(),
            "error while parsing post rendered output: error parsing YAML: wrong node kind: expected MappingNode but got SequenceNode: node contents:\n- a\n"
        );
        assert_eq!(
            through(&[], |_| Ok("kind: List\nitems: [{a: 1}]\n".into())).unwrap_err(),
            "error while parsing post rendered output: getting metadata: missing Resource metadata"
        );
    }
}
