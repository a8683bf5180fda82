//! Where something is: a file, a line, a column.

use std::fmt;

use serde::Serialize;

/// A position in a text that a person can open.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    /// The file as the user named it, or as a chart names its templates (`app/templates/x.yaml`).
    pub file: String,
    /// 1-based line; 0 where only the file is known.
    pub line: u32,
    /// 1-based column in characters; 0 where only the line is known.
    pub column: u32,
}

impl Place {
    /// A position in `file`.
    pub fn new(file: impl Into<String>, line: u32, column: u32) -> Self {
        Self { file: file.into(), line, column }
    }

    /// The file as a whole.
    pub fn file(file: impl Into<String>) -> Self {
        Self::new(file, 0, 0)
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
