//! Paths with `*`, `?` and `**` in them.

use longshore_diag::Diagnostic;

use crate::files::{Reader, join};

/// Whether a path is a pattern.
pub(crate) fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?'])
}

/// The files that a pattern matches, in the order of their paths; a path without one is that file, if it is there.
///
/// # Errors
/// A folder cannot be read, or there is more to look through than the budget allows.
pub(crate) fn matching(reader: &Reader<'_>, pattern: &str) -> Result<Vec<String>, Diagnostic> {
    let mut found = Vec::new();
    let parts: Vec<&str> = pattern.split('/').collect();
    walk(reader, "", &parts, &mut found)?;
    found.sort();
    found.dedup();
    Ok(found)
}

fn walk(
    reader: &Reader<'_>,
    folder: &str,
    parts: &[&str],
    found: &mut Vec<String>,
) -> Result<(), Diagnostic> {
    let Some((first, rest)) = parts.split_first() else { return Ok(()) };
    if !is_pattern(first) {
        let path = join(folder, first);
        if !rest.is_empty() {
            return walk(reader, &path, rest, found);
        }
        if reader.has(&path) {
            found.push(path);
        }
        return Ok(());
    }
    if *first == "**" {
        walk(reader, folder, rest, found)?;
    }
    for entry in reader.list(folder)? {
        let path = join(folder, &entry.name);
        if *first == "**" {
            if entry.is_folder {
                walk(reader, &path, parts, found)?;
            }
        } else if fits(first.as_bytes(), entry.name.as_bytes()) {
            match (rest.is_empty(), entry.is_folder) {
                (true, false) => found.push(path),
                (false, true) => walk(reader, &path, rest, found)?,
                _ => {}
            }
        }
    }
    Ok(())
}

/// Whether a name is what a pattern of `*` and `?` describes.
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    // Where the last `*` is, and how much of the name it has taken so far.
    let (mut at, mut seen, mut star) = (0, 0, None);
    while seen < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, seen));
                at += 1;
            }
            Some(c) if *c == b'?' || *c == name[seen] => {
                at += 1;
                seen += 1;
            }
            _ => match star {
                Some((place, taken)) => {
                    star = Some((place, taken + 1));
                    at = place + 1;
                    seen = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|c| *c == b'*')
}

#[cfg(test)]
mod tests {
    use super::{fits, matching};
    use crate::{Memory, Reader};

    #[test]
    fn patterns_find_files() {
        let all = ["a/x.yaml", "a/y.yml", "a/b/x.yaml", "a/b/c/x.yaml", "x.yaml"];
        let files: Memory = all.iter().map(|path| (*path, "")).collect();
        let found = |pattern| matching(&Reader::new(&files), pattern).unwrap().join(" ");
        assert_eq!(found("a/*.yaml"), "a/x.yaml");
        assert_eq!(found("a/**/x.yaml"), "a/b/c/x.yaml a/b/x.yaml a/x.yaml");
        assert_eq!(found("*/?.y*ml"), "a/x.yaml a/y.yml");
        assert_eq!(found("a/b/x.yaml"), "a/b/x.yaml");
        assert_eq!(found("a/z*"), "");
    }

    #[test]
    fn names_fit_patterns() {
        for (pattern, name) in [("*", ""), ("a*b*c", "a-b-b-c"), ("?", "x"), ("*.yaml", ".yaml")] {
            assert!(fits(pattern.as_bytes(), name.as_bytes()), "{pattern} {name}");
        }
        for (pattern, name) in [("a", ""), ("a*b", "a-b-c"), ("?", ""), ("*.yaml", "yaml")] {
            assert!(!fits(pattern.as_bytes(), name.as_bytes()), "{pattern} {name}");
        }
    }
}
