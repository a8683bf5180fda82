//! Where one document ends and the next begins, without reading YAML.

use crate::compat::Rules;

/// The documents of a rendered file, empty ones left out.
///
/// Up to 3.x and 4.1 a separator swallows the white space around it, and documents are trimmed; from
/// 4.2.4 on `---` at the start of a line splits whatever follows it, and a document keeps its end.
///
/// ```
/// use longshore_chart::{Level, manifest::split};
/// let text = "a: 1\n\n---b: 2\n";
/// assert_eq!(split(text, Level::V4_3.rules()), ["a: 1\n\n", "b: 2\n"]);
/// assert_eq!(split(text, Level::V3_22.rules()), ["a: 1", "b: 2"]);
/// ```
pub fn split<'a>(text: &'a str, rules: &Rules) -> Vec<&'a str> {
    if rules.keeps_document_tails { split_keeping(text) } else { split_trimming(text) }
}

/// `(?m)^---[ \t]*`, from the first text on.
fn split_keeping(text: &str) -> Vec<&str> {
    let text = text.trim_start();
    let mut documents = Vec::new();
    let mut start = 0;
    let mut separator = if text.starts_with("---") { Some(0) } else { find(text, 0) };
    while let Some(line) = separator {
        documents.push(&text[start..line]);
        let rest = text[line + 3..].trim_start_matches([' ', '\t']);
        start = text.len() - rest.len();
        separator = find(text, start);
    }
    documents.push(&text[start..]);
    documents.into_iter().map(str::trim_start).filter(|document| !document.is_empty()).collect()
}

/// The next line from `from` on that starts with `---`, but for one that starts there.
fn find(text: &str, from: usize) -> Option<usize> {
    memchr::memmem::find(&text.as_bytes()[from..], b"\n---").map(|line_end| from + line_end + 1)
}

/// `(?:^|\s*\n)---\s*`, over the trimmed text.
fn split_trimming(text: &str) -> Vec<&str> {
    let text = text.trim();
    let mut documents = Vec::new();
    let mut start = 0;
    let mut from = 0;
    loop {
        let found = if from == 0 && text.starts_with("---") {
            Some((0, 3))
        } else {
            find(text, from).map(|line| {
                let newline = line - 1;
                // White space before the line end belongs to the separator.
                let end = start + text[start..newline].trim_end_matches(is_re_space).len();
                (end, newline + 4)
            })
        };
        let Some((end, after)) = found else { break };
        documents.push(&text[start..end]);
        let rest = text[after..].trim_start_matches(is_re_space);
        start = text.len() - rest.len();
        from = start;
    }
    documents.push(&text[start..]);
    documents.into_iter().map(str::trim).filter(|document| !document.is_empty()).collect()
}

/// RE2's `\s`.
fn is_re_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c')
}
