//! SOPS files in INI: sections of keys, in the quotes that SOPS' writer of INI uses.

use super::SopsError;
use super::tree::{Leaf, Tree};

const TRIPLE: &str = "\"\"\"";
/// Where keys stand that come before any section.
const DEFAULT: &str = "DEFAULT";

/// The sections.
pub(super) fn read(input: &[u8]) -> Result<Tree, SopsError> {
    let broken = |why: String| SopsError::Syntax { format: "INI", why };
    let text = std::str::from_utf8(input).map_err(|_| broken("it is not UTF-8".to_owned()))?;
    let mut sections: Vec<(String, Vec<(String, Tree)>)> = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let line = line.trim();
        let wrong = |why: &str| broken(format!("line {}: {why}", number + 1));
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(rest) = line.strip_prefix('[') {
            let name = rest.strip_suffix(']').ok_or_else(|| wrong("a section must end with `]`"))?;
            sections.push((name.trim().to_owned(), Vec::new()));
            continue;
        }
        let (key, rest) = key(line).ok_or_else(|| wrong("there is no `=`"))?;
        let mut value = rest.to_owned();
        // Only what is in three quotes or backquotes goes over several lines.
        let quote = [TRIPLE, "`"].into_iter().find(|quote| rest.starts_with(quote));
        if let Some(quote) = quote {
            while value[quote.len()..].find(quote).is_none() {
                let Some((_, next)) = lines.next() else { return Err(wrong("a quote is never closed")) };
                value.push('\n');
                value.push_str(next);
            }
        }
        let value =
            unquoted(&value).ok_or_else(|| wrong("the value goes on in a way that SOPS does not write"))?;
        if sections.is_empty() {
            sections.push((DEFAULT.to_owned(), Vec::new()));
        }
        if let Some((_, keys)) = sections.last_mut() {
            keys.push((key.to_owned(), Tree::Leaf(Leaf::text(&value))));
        }
    }
    let sections = sections
        .into_iter()
        .map(|(name, keys)| Ok((name, Tree::without_twins(keys, "INI")?)))
        .collect::<Result<_, SopsError>>()?;
    Tree::without_twins(sections, "INI")
}

/// The key of a line and what is behind its `=`; a key with a `=` in it stands in quotes.
fn key(line: &str) -> Option<(&str, &str)> {
    let quote = [TRIPLE, "`", "\""].into_iter().find(|quote| line.starts_with(quote));
    let (key, rest) = match quote {
        Some(quote) => line[quote.len()..].split_once(quote)?,
        None => line.split_at(line.find(['=', ':'])?),
    };
    let rest = rest.trim_start().strip_prefix(['=', ':'])?;
    Some((key.trim(), rest.trim()))
}

fn unquoted(value: &str) -> Option<String> {
    for quote in [TRIPLE, "`"] {
        if let Some(inner) = value.strip_prefix(quote) {
            let (inner, rest) = inner.split_once(quote)?;
            return rest.trim().is_empty().then(|| inner.to_owned());
        }
    }
    for quote in ['"', '\''] {
        let inner = value.strip_prefix(quote).and_then(|inner| inner.strip_suffix(quote));
        if let Some(inner) = inner.filter(|inner| !inner.contains(quote)) {
            return Some(inner.to_owned());
        }
    }
    // Comments behind a value and lines that go on are not SOPS' writing.
    let is_plain = !value.ends_with('\\') && !value.contains([';', '#']);
    is_plain.then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{key, unquoted};

    #[test]
    fn quotes_are_those_of_the_writer() {
        assert_eq!(key("a = b=c"), Some(("a", "b=c")));
        assert_eq!(key("`a=b` = c"), Some(("a=b", "c")));
        assert_eq!(key("nothing"), None);
        assert_eq!(unquoted("`a;b`").as_deref(), Some("a;b"));
        assert_eq!(unquoted("\"\"\"a\nb`c\"\"\"").as_deref(), Some("a\nb`c"));
        assert_eq!(unquoted("\" padded \"").as_deref(), Some(" padded "));
        assert_eq!(unquoted("a ; comment"), None);
        assert_eq!(unquoted("more\\"), None);
    }
}
