//! JSON paths, as far as readiness rules want them: the part of kubectl's that names values.
//!
//! `.status.phase`, `{.status.conditions[?(@.type=="Ready")].status}`, `.status.nodes[*].state`,
//! `.metadata.labels['app.kubernetes.io/name']`. Braces and a leading `$` may stand around it, as in
//! <https://kubernetes.io/docs/reference/kubectl/jsonpath/>; ranges, slices and functions are refused.

use std::fmt;
use std::str::FromStr;

use serde_json::Value as Json;

use super::custom::words_of;

/// A path into an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonPath {
    text: String,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Field(String),
    Index(i64),
    All,
    Where(Vec<Step>, String),
}

/// Why a text is no path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathError {
    /// The character at which it goes wrong, from 1.
    pub column: usize,
    /// What was expected there.
    pub expected: &'static str,
    /// The text.
    pub text: String,
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no JSON path: {} expected at character {}", self.text, self.expected, self.column)
    }
}

impl std::error::Error for PathError {}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl JsonPath {
    /// Every value that the path names; none if a part of it is not there.
    ///
    /// ```
    /// use longshore_object::readiness::JsonPath;
    /// let path: JsonPath = ".status.conditions[?(@.type=='Ready')].status".parse().unwrap();
    /// let live = serde_json::json!({"status": {"conditions": [{"type": "Ready", "status": "True"}]}});
    /// assert_eq!(path.find(&live), ["True"]);
    /// ```
    pub fn find<'a>(&self, json: &'a Json) -> Vec<&'a Json> {
        walk(json, &self.steps)
    }
}

fn walk<'a>(json: &'a Json, steps: &[Step]) -> Vec<&'a Json> {
    let mut at = vec![json];
    for step in steps {
        at = at.into_iter().flat_map(|json| children(json, step)).collect();
    }
    at
}

fn children<'a>(json: &'a Json, step: &Step) -> Vec<&'a Json> {
    match (step, json) {
        (Step::Field(name), Json::Object(map)) => map.get(name).into_iter().collect(),
        (Step::Index(index), Json::Array(items)) => {
            let from_end =
                |back: i64| usize::try_from(-back).ok().and_then(|back| items.len().checked_sub(back));
            let index = if *index < 0 { from_end(*index) } else { usize::try_from(*index).ok() };
            index.and_then(|index| items.get(index)).into_iter().collect()
        }
        (Step::All, Json::Array(items)) => items.iter().collect(),
        (Step::All, Json::Object(map)) => map.values().collect(),
        (Step::Where(path, wanted), Json::Array(items)) => items
            .iter()
            .filter(|item| walk(item, path).iter().any(|found| words_of(found) == *wanted))
            .collect(),
        _ => Vec::new(),
    }
}

impl FromStr for JsonPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let mut reader = Reader { text, chars: text.chars().collect(), at: 0 };
        let braced = reader.take('{');
        reader.take('$');
        let mut steps = reader.steps()?;
        // `status.phase`, as one is tempted to write it.
        if steps.is_empty() && reader.peek().is_some_and(|c| c.is_alphabetic() || c == '_') {
            steps.push(Step::Field(reader.name()?));
            steps.extend(reader.steps()?);
        }
        if braced {
            reader.expect('}', "`}`")?;
        }
        if steps.is_empty() || reader.peek().is_some() {
            return Err(reader.wants("`.field` or `[…]`"));
        }
        Ok(Self { text: text.to_owned(), steps })
    }
}

struct Reader<'a> {
    text: &'a str,
    chars: Vec<char>,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, wanted: char, words: &'static str) -> Result<(), PathError> {
        if self.take(wanted) { Ok(()) } else { Err(self.wants(words)) }
    }

    fn wants(&self, expected: &'static str) -> PathError {
        PathError { column: self.at + 1, expected, text: self.text.to_owned() }
    }

    fn steps(&mut self) -> Result<Vec<Step>, PathError> {
        let mut steps = Vec::new();
        loop {
            if self.take('.') {
                let all = self.take('*');
                steps.push(if all { Step::All } else { Step::Field(self.name()?) });
            } else if self.take('[') {
                steps.push(self.bracket()?);
                self.expect(']', "`]`")?;
            } else {
                return Ok(steps);
            }
        }
    }

    /// A field's name; `\.` stands for a dot in it.
    fn name(&mut self) -> Result<String, PathError> {
        let mut name = String::new();
        while let Some(c) = self.peek() {
            match c {
                '\\' => {
                    self.at += 1;
                    name.push(self.peek().ok_or_else(|| self.wants("a character behind `\\`"))?);
                }
                '.' | '[' | ']' | '{' | '}' | '=' | ')' | ' ' => break,
                c => name.push(c),
            }
            self.at += 1;
        }
        if name.is_empty() { Err(self.wants("the name of a field")) } else { Ok(name) }
    }

    fn bracket(&mut self) -> Result<Step, PathError> {
        match self.peek() {
            Some('*') => {
                self.at += 1;
                Ok(Step::All)
            }
            Some('\'' | '"') => self.quoted().map(Step::Field),
            Some('?') => {
                self.at += 1;
                self.expect('(', "`(`")?;
                self.expect('@', "`@`")?;
                let path = self.steps()?;
                while self.take(' ') {}
                self.expect('=', "`==`")?;
                self.expect('=', "`==`")?;
                while self.take(' ') {}
                let wanted = match self.peek() {
                    Some('\'' | '"') => self.quoted()?,
                    _ => self.name()?,
                };
                self.expect(')', "`)`")?;
                Ok(Step::Where(path, wanted))
            }
            _ => {
                let digits: String =
                    self.chars[self.at..].iter().take_while(|c| c.is_ascii_digit() || **c == '-').collect();
                let index = digits.parse().map_err(|_| self.wants("a number, `*`, `'name'` or `?(…)`"))?;
                self.at += digits.len();
                Ok(Step::Index(index))
            }
        }
    }

    fn quoted(&mut self) -> Result<String, PathError> {
        let quote = self.peek().unwrap_or_default();
        self.at += 1;
        let mut text = String::new();
        loop {
            match self.peek() {
                None => return Err(self.wants("the closing quote")),
                Some(c) if c == quote => break,
                Some(c) => text.push(c),
            }
            self.at += 1;
        }
        self.at += 1;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::JsonPath;

    #[test]
    fn values_are_found() {
        let live = json!({"metadata": {"labels": {"a.b/c": "x"}}, "status": {"phase": "Up", "n": 3, "ok": true,
            "nodes": [{"name": "a", "state": "in"}, {"name": "b", "state": "out"}]}});
        for (path, found) in [
            (".status.phase", json!(["Up"])),
            ("{.status.phase}", json!(["Up"])),
            ("$.status.phase", json!(["Up"])),
            ("status.phase", json!(["Up"])),
            (".status.nodes[*].state", json!(["in", "out"])),
            (".status.nodes[0].state", json!(["in"])),
            (".status.nodes[-1].state", json!(["out"])),
            (".status.nodes[-3].state", json!([])),
            (".status.nodes[?(@.name==\"b\")].state", json!(["out"])),
            (".status.nodes[?(@.name == 'a')].state", json!(["in"])),
            (".metadata.labels['a.b/c']", json!(["x"])),
            (".metadata.labels.a\\.b/c", json!(["x"])),
            (".status.missing.deeper", json!([])),
            (".status.n", json!([3])),
        ] {
            let parsed: JsonPath = path.parse().unwrap();
            assert_eq!(json!(parsed.find(&live)), found, "{path}");
        }
    }

    #[test]
    fn what_is_no_path_says_where() {
        for (path, column, expected) in [
            ("", 1, "`.field` or `[…]`"),
            (".", 2, "the name of a field"),
            ("{.status", 9, "`}`"),
            (".a[", 4, "a number, `*`, `'name'` or `?(…)`"),
            (".a[0", 5, "`]`"),
            (".a['b]", 7, "the closing quote"),
            (".a[?(@.b=c)]", 10, "`==`"),
            (".a b", 3, "`.field` or `[…]`"),
        ] {
            let error = path.parse::<JsonPath>().unwrap_err();
            assert_eq!((error.column, error.expected), (column, expected), "{path}");
        }
    }
}
