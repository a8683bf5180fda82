//! Which lines are shown.

use regex_automata::meta::Regex;

/// Regular expressions: of `include` one must match, of `exclude` none may.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    include: Vec<Regex>,
    exclude: Vec<Regex>,
}

impl Filter {
    /// Reads the expressions.
    ///
    /// # Errors
    /// One that is none, with what is wrong with it.
    pub fn new(include: &[String], exclude: &[String]) -> Result<Self, String> {
        let read = |texts: &[String]| {
            texts
                .iter()
                .map(|text| {
                    Regex::new(text)
                        .map_err(|error| format!("`{text}` is no regular expression: {}", why(&error)))
                })
                .collect::<Result<_, _>>()
        };
        Ok(Self { include: read(include)?, exclude: read(exclude)? })
    }

    /// Whether these bytes are shown.
    pub fn allows(&self, bytes: &[u8]) -> bool {
        (self.include.is_empty() || self.include.iter().any(|regex| regex.is_match(bytes)))
            && !self.exclude.iter().any(|regex| regex.is_match(bytes))
    }
}

/// The last line of what the parser says: what is wrong, without its drawing.
fn why(error: &regex_automata::meta::BuildError) -> String {
    let text = match error.syntax_error() {
        Some(error) => error.to_string(),
        None => error.to_string(),
    };
    let last = text.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

#[cfg(test)]
mod tests {
    use super::Filter;

    #[test]
    fn one_must_match_and_none_may() {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let filter = Filter::new(&texts(&["ERROR", "warn"]), &texts(&["health"])).unwrap();
        for (line, shown) in
            [("an ERROR", true), ("a warning", true), ("info", false), ("ERROR in /health", false)]
        {
            assert_eq!(filter.allows(line.as_bytes()), shown, "{line}");
        }
        assert!(Filter::default().allows(b"\xff"));
        assert_eq!(
            Filter::new(&texts(&["a("]), &[]).unwrap_err(),
            "`a(` is no regular expression: unclosed group"
        );
    }
}
