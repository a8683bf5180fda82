//! The parts of a path.

/// Splits a path with dots (`utils.SmarterPathSplitter`): `\.` is a dot in a name, and so is one in brackets, which stay
/// where they hold a condition.
///
/// ```
/// use longshore_kustomize::fieldpath::split;
/// assert_eq!(split(r"a.b\.c.[d.e].[f=g.h]"), ["a", "b.c", "d.e", "[f=g.h]"]);
/// ```
pub fn split(path: &str) -> Vec<String> {
    let mut parts = split_escaped(path, '.').into_iter();
    let mut result = Vec::new();
    while let Some(part) = parts.next() {
        if !part.starts_with('[') || part.ends_with(']') {
            result.push(part);
            continue;
        }
        let mut whole = part;
        for part in parts.by_ref() {
            whole.push('.');
            whole.push_str(&part);
            if part.ends_with(']') {
                break;
            }
        }
        let name = whole.trim_matches(['[', ']']);
        result.push(if whole.contains('=') { whole } else { name.to_owned() });
    }
    result
}

/// Splits a path (`utils.PathSplitter`): a backslash before the delimiter makes it part of a name, one delimiter at the
/// beginning does not count.
pub fn split_escaped(path: &str, delimiter: char) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let path = path.strip_prefix(delimiter).unwrap_or(path);
    for part in path.split(delimiter) {
        match names.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push(delimiter);
                last.push_str(part);
            }
            _ => names.push(part.to_owned()),
        }
    }
    names
}
