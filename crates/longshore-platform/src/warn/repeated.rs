//! Keys that a file has twice: Helm takes the last one without a word.

use longshore_diag::{Diagnostic, Place};
use longshore_yaml::Node;

use crate::charts::Opened;
use crate::places::Source;

/// The repeated keys in the values files of a release, and in Chart.yaml and values.yaml of its chart. Not those of
/// subcharts: they are others' files.
pub(super) fn keys(opened: &Opened) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for file in &opened.files {
        of_file(&file.shown, &file.bytes, &mut found);
    }
    for file in opened.chart.raw().iter().filter(|file| matches!(&*file.name, "Chart.yaml" | "values.yaml")) {
        let mut place = Place::file(format!("{}/{}", opened.chart.name(), file.name));
        opened.openable(&mut place);
        of_file(&place.file, &file.data, &mut found);
    }
    found
}

fn of_file(name: &str, bytes: &[u8], found: &mut Vec<Diagnostic>) {
    if !may_repeat(bytes) {
        return;
    }
    for repeated in Source::new(name.to_owned(), bytes).documents.iter().flat_map(Node::duplicate_keys) {
        let place = |(line, column): (u32, u32)| {
            Place::new(name, line, column).spanning(repeated.key.chars().count())
        };
        let path = repeated.path.iter().chain([&repeated.key]).map(String::as_str).collect::<Vec<_>>();
        let message = format!("`{}` is there twice, and what stands here counts", path.join("."));
        let warning = Diagnostic::warning("values/repeated-key", message)
            .at(place(repeated.second))
            .within("the first one is here, and counts for nothing", Some(place(repeated.first)))
            .hint("make one of the two; what only the first one holds is lost");
        found.push(warning);
    }
}

/// Whether a file may have a key twice, from a look at its lines: where this says no, that is so for block mappings
/// with plain or quoted keys; flow mappings that hold anything are always a "maybe".
fn may_repeat(bytes: &[u8]) -> bool {
    // Each key with the mapping that it is in.
    let mut keys: Vec<(u32, &[u8])> = Vec::new();
    // The mappings that are open: their column and number.
    let mut open: Vec<(usize, u32)> = Vec::new();
    let mut mappings = 0;
    // The text of a block scalar is deeper than this.
    let mut scalar: Option<usize> = None;
    for line in bytes.split(|&byte| byte == b'\n') {
        let content = line.trim_ascii_start();
        let mut column = line.len() - content.len();
        if content.is_empty() || content[0] == b'#' {
            continue;
        }
        match scalar {
            Some(parent) if column > parent => continue,
            _ => scalar = None,
        }
        if line.starts_with(b"---") {
            open.clear();
            continue;
        }
        let mut content = content.trim_ascii_end();
        open.retain(|(other, _)| *other <= column);
        while let Some(rest) = content.strip_prefix(b"- ") {
            // Each item of a list begins something new.
            let inner = rest.trim_ascii_start();
            open.retain(|(other, _)| *other <= column);
            column += content.len() - inner.len();
            content = inner;
            open.retain(|(other, _)| *other < column);
        }
        if opens_flow(content) {
            return true;
        }
        let Some((key, value)) = key(content) else { continue };
        let mapping = match open.last() {
            Some((other, mapping)) if *other == column => *mapping,
            _ => {
                mappings += 1;
                open.push((column, mappings));
                mappings
            }
        };
        keys.push((mapping, key));
        if opens_flow(value) {
            return true;
        }
        if matches!(value.first(), Some(b'|' | b'>')) {
            scalar = Some(column);
        }
    }
    keys.sort_unstable();
    keys.array_windows().any(|[a, b]| a == b)
}

/// The key that a line begins with, without quotes, and what comes behind it.
fn key(content: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = match content.first()? {
        quote @ (b'"' | b'\'') => {
            let end = content[1..].iter().position(|byte| byte == quote)? + 1;
            return content[end + 1..]
                .strip_prefix(b":")
                .map(|rest| (&content[1..end], rest.trim_ascii_start()));
        }
        _ => content.iter().enumerate().position(|(at, &byte)| {
            byte == b':' && matches!(content.get(at + 1), None | Some(b' ' | b'\t'))
        })?,
    };
    Some((content[..colon].trim_ascii_end(), content[colon + 1..].trim_ascii_start()))
}

/// Whether there may be a flow mapping that holds something.
fn opens_flow(value: &[u8]) -> bool {
    matches!(value.first(), Some(b'{' | b'[' | b'&' | b'!' | b'?'))
        && value.windows(2).any(|pair| pair[0] == b'{' && pair[1] != b'}')
        || value.ends_with(b"{")
}

#[cfg(test)]
mod tests {
    use super::may_repeat;
    use crate::places::Source;

    #[test]
    fn a_look_at_the_lines_finds_what_a_parser_finds() {
        for (text, expected) in [
            ("a: 1\nb: 2\na: 3\n", true),
            ("a:\n  x: 1\nb:\n  x: 2\n", false),
            ("a:\n  x: 1\n  y:\n    x: 1\n  'x': 2\n", true),
            ("a:\n- x: 1\n  y: 2\n- x: 3\n", false),
            ("a:\n  - x: 1\n    y: 2\n    x: 3\n", true),
            ("- - a: 1\n  - a: 2\n- a: 3\n", false),
            ("a: |\n  x: 1\n  x: 2\nb: >-\n  x: 1\n\n  x: 1\n", false),
            ("a: 1\n---\na: 2\n", false),
            ("# a: 1\na: {}\nb: []\nc: '{{ x }}'\n", false),
            ("a: {x: 1, x: 2}\n", true),
            ("a: [{x: 1, x: 2}]\n", true),
            ("a:\n- {x: 1,\n   x: 2}\n", true),
            ("a: 'x: y'\nb: \"a: b\"\nhttp://a: 1\n", false),
            ("a: {\n  x: 1,\n  x: 2\n}\n", true),
            ("a:\n  b: 1\n\"a\":\n  c: 2\n", true),
        ] {
            let documents = Source::new(String::new(), text.as_bytes()).documents;
            let really = documents.iter().any(|node| !node.duplicate_keys().is_empty());
            assert_eq!((may_repeat(text.as_bytes()), really), (expected, expected), "{text}");
        }
    }
}
