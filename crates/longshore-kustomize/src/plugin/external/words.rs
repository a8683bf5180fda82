//! A line of arguments as a shell takes it apart, without any of a shell's powers.
//!
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/internal/plugins/execplugin/shlex.go>.

use crate::error::Error;

/// The words of a line: quotes of both kinds, backslashes outside of single quotes, `#` begins a comment wherever it stands.
///
/// # Errors
/// A quote is not closed.
pub(super) fn split(line: &str) -> Result<Vec<String>, Error> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut is_escaped = false;
    for letter in line.chars() {
        match letter {
            _ if is_escaped => {
                word.push(letter);
                is_escaped = false;
            }
            '\\' if quote != Some('\'') => is_escaped = true,
            '\'' | '"' if quote.is_none() => quote = Some(letter),
            _ if quote == Some(letter) => quote = None,
            '#' if quote.is_none() => {
                words.extend(Some(word).filter(|word| !word.is_empty()));
                return Ok(words);
            }
            // Words that are empty are none, in quotes too.
            _ if quote.is_none() && letter.is_whitespace() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            _ => word.push(letter),
        }
    }
    if quote.is_some() {
        return Err(Error::new("unclosed quote in string"));
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, words: &[&str]) {
        assert_eq!(split(line).unwrap(), words, "{line}");
    }

    #[test]
    fn words_are_parted_as_by_a_shell() {
        check(" a  b\tc\n", &["a", "b", "c"]);
        check(r#"'a b' "c 'd'" e"f g"h"#, &["a b", "c 'd'", "ef gh"]);
        check(r#"a\ b '\n' "\"" \"#, &["a b", r"\n", "\""]);
        check("a#b c", &["a"]);
        check("'#' \"\" '' x # y", &["#", "x"]);
        assert_eq!(split("a 'b").unwrap_err().text(), "unclosed quote in string");
    }
}
