//! Documents of a YAML stream as Kubernetes' libraries part them, line by line and without reading YAML.
//!
//! Rules: <https://github.com/kubernetes/apimachinery/blob/v0.37.1/pkg/util/yaml/decoder.go>, `YAMLReader`.

use std::borrow::Cow;

use memchr::{memchr, memmem};

/// What a line that parts documents starts with.
const SEPARATOR: &[u8] = b"---";

/// The documents of a stream: split at lines that start with `---` and hold nothing else but a comment. A
/// separator before any text stays in the text. `\r\n` becomes `\n`, and each document ends in one.
///
/// Something else behind `---` is an error, and the end.
#[derive(Debug)]
pub(crate) struct Documents<'a> {
    rest: &'a [u8],
}

impl<'a> Documents<'a> {
    pub(crate) fn new(stream: &'a [u8]) -> Self {
        Self { rest: stream }
    }
}

impl<'a> Iterator for Documents<'a> {
    type Item = Result<Cow<'a, [u8]>, String>;

    fn next(&mut self) -> Option<Self::Item> {
        let stream = std::mem::take(&mut self.rest);
        let first = stream.starts_with(SEPARATOR).then_some(0);
        let later = memmem::find_iter(stream, b"\n---").map(|line_end| line_end + 1);
        for at in first.into_iter().chain(later) {
            let behind = &stream[at + SEPARATOR.len()..];
            let line_end = memchr(b'\n', behind).map_or(behind.len(), |end| end + 1);
            let (behind, rest) = behind.split_at(line_end);
            let behind = String::from_utf8_lossy(behind);
            let behind = behind.trim();
            if !behind.is_empty() && !behind.starts_with('#') {
                return Some(Err(format!("invalid Yaml document separator: {behind}")));
            }
            if at > 0 {
                self.rest = rest;
                return Some(Ok(whole_lines(&stream[..at])));
            }
        }
        (!stream.is_empty()).then(|| Ok(whole_lines(stream)))
    }
}

/// The lines of a document, each with `\n` at its end and nowhere `\r` before that. Nearly all are so already.
fn whole_lines(document: &[u8]) -> Cow<'_, [u8]> {
    if document.ends_with(b"\n") && memmem::find(document, b"\r\n").is_none() {
        return Cow::Borrowed(document);
    }
    let mut lines = Vec::with_capacity(document.len() + 1);
    for line in document.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        lines.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        lines.push(b'\n');
    }
    Cow::Owned(lines)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::Documents;

    fn all(stream: &[u8]) -> Vec<Result<String, String>> {
        let text = |bytes: Cow<'_, [u8]>| String::from_utf8(bytes.into_owned()).unwrap();
        Documents::new(stream).map(|document| document.map(text)).collect()
    }

    #[test]
    fn separators_part_documents() {
        assert_eq!(all(b"---\na: 1\n--- # b\nb: 1"), [Ok("---\na: 1\n".into()), Ok("b: 1\n".into())]);
        assert_eq!(
            all(b"a: 1\n---\n--- b\nc: 1\n"),
            [Ok("a: 1\n".into()), Err("invalid Yaml document separator: b".into())]
        );
        assert_eq!(all(b""), []);
    }

    #[test]
    fn line_ends_are_made_unix() {
        assert_eq!(all(b"a: |\r\n  x\r\n"), [Ok("a: |\n  x\n".into())]);
    }
}
