//! Go's `path`, and `path/filepath` as it is on Linux, where the two agree on all of this.

mod pattern;

pub use pattern::{BadPattern, matches, matches_file};

/// `path.Clean`: the shortest path that means the same, by its text alone.
///
/// ```
/// use longshore_go::path::clean;
/// assert_eq!(clean(b"a//b/../c/."), b"a/c");
/// assert_eq!(clean(b""), b".");
/// ```
pub fn clean(path: &[u8]) -> Vec<u8> {
    let rooted = path.first() == Some(&b'/');
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => match parts.last() {
                Some(&last) if last != b".." => {
                    parts.pop();
                }
                _ if rooted => {}
                _ => parts.push(part),
            },
            _ => parts.push(part),
        }
    }
    let joined = parts.join(&b'/');
    match (rooted, joined.is_empty()) {
        (true, _) => [b"/", &joined[..]].concat(),
        (false, true) => b".".to_vec(),
        (false, false) => joined,
    }
}

/// `path.Base`: the last element; `.` of an empty path, `/` of nothing but slashes.
pub fn base(path: &[u8]) -> &[u8] {
    if path.is_empty() {
        return b".";
    }
    let Some(end) = path.iter().rposition(|&byte| byte != b'/') else {
        return b"/";
    };
    let path = &path[..=end];
    match path.iter().rposition(|&byte| byte == b'/') {
        Some(slash) => &path[slash + 1..],
        None => path,
    }
}

/// `path.Dir`: all but the last element, cleaned.
pub fn dir(path: &[u8]) -> Vec<u8> {
    let end = path.iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
    clean(&path[..end])
}

/// `path.Ext`: from the last dot of the last element on, or nothing.
pub fn ext(path: &[u8]) -> &[u8] {
    let start = path.iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
    let name = &path[start..];
    name.iter().rposition(|&byte| byte == b'.').map_or(b"", |dot| &name[dot..])
}

/// `path.IsAbs`.
pub fn is_abs(path: &[u8]) -> bool {
    path.first() == Some(&b'/')
}

/// `path.Join`: the elements that are not empty with slashes between, cleaned; empty if all are.
pub fn join(elements: &[&[u8]]) -> Vec<u8> {
    let given: Vec<&[u8]> = elements.iter().copied().filter(|element| !element.is_empty()).collect();
    if given.is_empty() { Vec::new() } else { clean(&given.join(&b'/')) }
}

/// `filepath.Rel`: the path that leads from one folder to another; none if that cannot be told from their texts.
///
/// ```
/// use longshore_go::path::relative;
/// assert_eq!(relative(b"/a/b", b"/a/c/d").as_deref(), Some(&b"../c/d"[..]));
/// assert_eq!(relative(b"/a", b"/a").as_deref(), Some(&b"."[..]));
/// assert_eq!(relative(b"/a", b"b"), None);
/// ```
pub fn relative(from: &[u8], to: &[u8]) -> Option<Vec<u8>> {
    if is_abs(from) != is_abs(to) {
        return None;
    }
    let (from, to) = (clean(from), clean(to));
    let parts = |path: &[u8]| -> Vec<Vec<u8>> {
        path.split(|&byte| byte == b'/')
            .filter(|part| !matches!(*part, b"" | b"."))
            .map(<[u8]>::to_vec)
            .collect()
    };
    let (from, to) = (parts(&from), parts(&to));
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    if from[common..].iter().any(|part| part == b"..") {
        return None;
    }
    let up = std::iter::repeat_n(b"..".to_vec(), from.len() - common);
    let path = up.chain(to[common..].iter().cloned()).collect::<Vec<_>>().join(&b'/');
    Some(if path.is_empty() { b".".to_vec() } else { path })
}
