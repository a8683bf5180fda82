//! Where something is: a file, a line, a column, and how much of the line.

use std::fmt;

use serde::Serialize;

/// A position in a text that a person can open.
///
/// As JSON it has the keys `file`, `line`, `column` and `length`, each number only where it is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    /// The file as the user named it, or as a chart names its templates (`app/templates/x.yaml`).
    pub file: String,
    /// 1-based line; 0 where only the file is known.
    #[serde(skip_serializing_if = "is_unknown")]
    pub line: u32,
    /// 1-based column in characters; 0 where only the line is known.
    #[serde(skip_serializing_if = "is_unknown")]
    pub column: u32,
    /// Characters from the column on; 0 where only the beginning is known. What is longer than its line ends
    /// with the line.
    #[serde(skip_serializing_if = "is_unknown")]
    pub length: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_unknown(number: &u32) -> bool {
    *number == 0
}

impl Place {
    /// A position in `file`.
    pub fn new(file: impl Into<String>, line: u32, column: u32) -> Self {
        Self { file: file.into(), line, column, length: 0 }
    }

    /// The file as a whole.
    pub fn file(file: impl Into<String>) -> Self {
        Self::new(file, 0, 0)
    }

    /// The same position, and so many characters from there on.
    ///
    /// ```
    /// use longshore_diag::Place;
    /// let key = "need";
    /// let place = Place::new("longshore.yaml", 7, 5).spanning(key.chars().count());
    /// assert_eq!((place.length, place.to_string()), (4, "longshore.yaml:7:5".to_owned()));
    /// ```
    pub fn spanning(mut self, characters: usize) -> Self {
        self.length = u32::try_from(characters).unwrap_or(u32::MAX);
        self
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
            if self.column > 0 {
                write!(f, ":{}", self.column)?;
            }
        }
        Ok(())
    }
}
