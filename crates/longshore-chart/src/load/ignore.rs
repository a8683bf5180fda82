//! `.helmignore`: which files of a folder belong to the chart.
//!
//! The language is Helm's own, not git's
//! (<https://github.com/helm/helm/blob/v4.3.1/pkg/ignore/rules.go>): no `**`, the first rule that speaks
//! decides, and `!x` ignores everything that is *not* `x`.

use longshore_go::path;

use crate::file::base;
use crate::{Error, ErrorKind};

/// The rules of one `.helmignore`, with Helm's built-in one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ignore {
    rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    pattern: String,
    negated: bool,
    only_folders: bool,
    form: Form,
    /// Without a slash a pattern is held against the last part of the path.
    base_name: bool,
}

/// How a pattern is held against a name, the quick ways first: there are many names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Nothing in it means anything but itself.
    Literal,
    /// `*` and an ending, held against the last part of a path.
    Ending,
    /// Any other; its first bytes, this many, mean themselves.
    Glob(usize),
}

impl Rule {
    fn matches(&self, name: &str) -> bool {
        let pattern = self.pattern.as_str();
        match self.form {
            Form::Literal => pattern == name,
            Form::Ending => name.ends_with(&pattern[1..]),
            Form::Glob(start) => {
                name.as_bytes().starts_with(&pattern.as_bytes()[..start])
                    && path::matches_file(pattern.as_bytes(), name.as_bytes()).unwrap_or(false)
            }
        }
    }
}

impl Ignore {
    /// Reads the content of a `.helmignore` (nothing, if there is none) and adds the rule that hidden
    /// files in `templates/` are ignored.
    ///
    /// ```
    /// use longshore_chart::load::Ignore;
    /// let ignore = Ignore::parse(b"*.md\n/secret/\n")?;
    /// assert!(ignore.is_ignored("docs/x.md", false));
    /// assert!(ignore.is_ignored("templates/.hidden", false));
    /// assert!(!ignore.is_ignored("values.yaml", false));
    /// # Ok::<(), longshore_chart::Error>(())
    /// ```
    ///
    /// # Errors
    /// Helm's text: `double-star (**) syntax is not supported`, `syntax error in pattern`.
    pub fn parse(text: &[u8]) -> Result<Self, Error> {
        let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
        let mut ignore = Self::default();
        for line in String::from_utf8_lossy(text).lines() {
            ignore.add(line)?;
        }
        ignore.add("templates/.?*")?;
        Ok(ignore)
    }

    fn add(&mut self, line: &str) -> Result<(), Error> {
        let rule = line.trim();
        if rule.is_empty() || rule.starts_with('#') {
            return Ok(());
        }
        let refuse = |text: &str| Err(Error::new(ErrorKind::Load, text));
        if rule.contains("**") {
            return refuse("double-star (**) syntax is not supported");
        }
        if path::matches_file(rule.as_bytes(), b"abc").is_err() {
            return refuse("syntax error in pattern");
        }
        let (rule, negated) = rule.strip_prefix('!').map_or((rule, false), |rest| (rest, true));
        let (rule, only_folders) = rule.strip_suffix('/').map_or((rule, false), |rest| (rest, true));
        let (pattern, base_name) = match rule.strip_prefix('/') {
            Some(rest) => (rest, false),
            None => (rule, !rule.contains('/')),
        };
        let special = |text: &str| text.find(['*', '?', '[', '\\']);
        let form = match special(pattern) {
            None => Form::Literal,
            Some(0) if base_name && pattern.starts_with('*') && special(&pattern[1..]).is_none() => {
                Form::Ending
            }
            Some(start) => Form::Glob(start),
        };
        self.rules.push(Rule { pattern: pattern.to_owned(), negated, only_folders, form, base_name });
        Ok(())
    }

    /// Whether the file or folder at `path` (below the chart, with `/`) is left out. An ignored folder is
    /// not looked into.
    pub fn is_ignored(&self, path: &str, is_folder: bool) -> bool {
        if matches!(path, "" | "." | "./") {
            return false;
        }
        let base = base(path);
        for rule in &self.rules {
            let name = if rule.base_name { base } else { path };
            if rule.only_folders && !is_folder && !rule.negated {
                continue;
            }
            let matched = rule.matches(name);
            if rule.negated {
                if !matched || (rule.only_folders && !is_folder) {
                    return true;
                }
            } else if matched {
                return true;
            }
        }
        false
    }
}

impl Ignore {
    /// Whether a file is left out, or any of the folders that it lies in.
    pub fn hides(&self, file: &str) -> bool {
        let mut folders = file.match_indices('/').map(|(end, _)| &file[..end]);
        self.is_ignored(file, false) || folders.any(|folder| self.is_ignored(folder, true))
    }
}

#[cfg(test)]
mod tests {
    use super::Ignore;

    #[test]
    fn rules_match_as_helms_do() {
        for (rule, path, folder, expected) in [
            ("a.txt", "a.txt", false, true),
            ("*.txt", "d/a.txt", false, true),
            ("*.txt", "d.txt/a", false, false),
            ("/*.txt", "d/a.txt", false, false),
            ("/*.txt", "a.txt", false, true),
            ("*", "d/a", false, true),
            ("*.t*t", "d/a.txt", false, true),
            ("\\*.txt", "a.txt", false, false),
            ("d/*.txt", "d/a.txt", false, true),
            ("d/*.txt", "e/a.txt", false, false),
            ("ru[c-e]?er", "rudder", false, true),
            (".*", "a/.git", true, true),
            (".*", ".", true, false),
            ("d/", "d", true, true),
            ("d/", "d", false, false),
            ("/a.txt", "a.txt", false, true),
            ("/a.txt", "d/a.txt", false, false),
            ("!keep", "keep", false, false),
            ("!keep", "other", false, true),
            ("!d/", "f", false, true),
            ("# a", "# a", false, false),
            ("x", "templates/.x", false, true),
            ("x", "templates/x.yaml", false, false),
        ] {
            let ignore = Ignore::parse(rule.as_bytes()).unwrap();
            assert_eq!(ignore.is_ignored(path, folder), expected, "{rule} on {path}");
        }
        assert_eq!(
            Ignore::parse(b"a/**/b").unwrap_err().to_string(),
            "double-star (**) syntax is not supported"
        );
        assert_eq!(Ignore::parse(b"[z-").unwrap_err().to_string(), "syntax error in pattern");
    }
}
