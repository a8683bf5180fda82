//! A helmfile's parts: documents that are evaluated one after another, each with what those before have set.

/// A part, and the line on which it begins, from 0.
pub(super) struct Part<'a> {
    pub(super) text: &'a str,
    pub(super) line: usize,
}

/// The parts of a text, between lines of `---`.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut all = Vec::new();
    let (mut start, mut begins, mut place) = (0, 0, 0);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if line.trim_end() == "---" {
            all.push(Part { text: &text[start..place], line: begins });
            start = place + line.len();
            begins = number + 1;
        }
        place += line.len();
    }
    all.push(Part { text: &text[start..], line: begins });
    all.retain(|part| !part.text.trim().is_empty());
    all
}

/// The lines of a part that belong to some of its keys: what has to be known before the rest can be evaluated.
pub(super) fn only(text: &str, keys: &[&str]) -> String {
    let mut out = String::new();
    let mut is_in = false;
    for line in text.split_inclusive('\n') {
        let is_top = line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '"');
        if is_top {
            is_in = keys
                .iter()
                .any(|key| line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':')));
        }
        out.push_str(if is_in { line } else { "\n" });
    }
    if out.trim().is_empty() { String::new() } else { out }
}

#[cfg(test)]
mod tests {
    use super::{only, parts};

    #[test]
    fn a_text_is_taken_apart() {
        let all = parts("---\na: 1\n---\nb: 2\n--- \nc: |\n  ---\n");
        let all: Vec<(&str, usize)> = all.iter().map(|part| (part.text, part.line)).collect();
        assert_eq!(all, [("a: 1\n", 1), ("b: 2\n", 3), ("c: |\n  ---\n", 5)]);
    }

    #[test]
    fn keys_are_taken_out_with_their_lines_in_place() {
        let text = "a: 1\nenvironments:\n  dev:\n{{ if .x }}\n  b:\n{{ end }}\nreleases: []\n";
        assert_eq!(
            only(text, &["environments"]),
            "\nenvironments:\n  dev:\n{{ if .x }}\n  b:\n{{ end }}\n\n"
        );
        assert_eq!(only(text, &["bases"]), "");
    }
}
