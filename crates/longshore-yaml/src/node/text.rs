//! The text of a node: mostly a piece of the input that it was read from.
//!
//! Manifests are thousands of short texts. Copying each of them would be most of the work of reading, so
//! the input is kept once, shared by all that was read from it, and a text is a place in it.

use std::borrow::{Borrow, Cow};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// An immutable text that is cheap to clone.
///
/// What was read keeps the whole input alive; a text that is made with `from` stands on its own.
///
/// ```
/// use longshore_yaml::Text;
/// let text = Text::from("web");
/// assert_eq!(text.len(), 3);
/// assert_eq!(text, "web");
/// ```
#[derive(Clone)]
pub struct Text(Repr);

#[derive(Clone)]
enum Repr {
    Static(&'static str),
    Own(Arc<str>),
    Piece { input: Arc<String>, start: u32, len: u32 },
}

impl Text {
    /// A text that is part of the program.
    pub const fn from_static(text: &'static str) -> Self {
        Self(Repr::Static(text))
    }

    /// The text.
    #[inline]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Static(text) => text,
            Repr::Own(text) => text,
            Repr::Piece { input, start, len } => &input[*start as usize..][..*len as usize],
        }
    }

    /// How long the text is, in bytes.
    #[inline]
    pub fn len(&self) -> usize {
        match &self.0 {
            Repr::Static(text) => text.len(),
            Repr::Own(text) => text.len(),
            Repr::Piece { len, .. } => *len as usize,
        }
    }

    /// The text from here on, in bytes; it shares what this one shares.
    ///
    /// # Panics
    /// `start` is behind the end, or within a character, as in [`str::split_at`].
    #[must_use]
    pub fn from_byte(&self, start: usize) -> Self {
        self.part(start, self.len())
    }

    /// The text up to here, in bytes; it shares what this one shares.
    ///
    /// # Panics
    /// `end` is behind the end, or within a character, as in [`str::split_at`].
    #[must_use]
    pub fn up_to_byte(&self, end: usize) -> Self {
        self.part(0, end)
    }

    fn part(&self, from: usize, to: usize) -> Self {
        let part = &self.as_str()[from..to];
        Self(match &self.0 {
            Repr::Static(text) => Repr::Static(&text[from..to]),
            Repr::Own(_) => Repr::Own(part.into()),
            Repr::Piece { input, start, .. } => {
                Repr::Piece { input: Arc::clone(input), start: start + from as u32, len: part.len() as u32 }
            }
        })
    }

    /// Whether there is no text.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The input that texts are pieces of.
pub(crate) struct Shared<'a> {
    /// Where the pieces were cut from.
    source: &'a str,
    /// The same text again.
    input: Arc<String>,
}

impl<'a> Shared<'a> {
    pub(crate) fn new(source: &'a str) -> Self {
        Self { source, input: Arc::new(String::from(source)) }
    }

    /// The text, shared if it is a piece of the input; which are shorter than 4 GiB.
    #[inline]
    pub(crate) fn text(&self, text: Cow<'_, str>) -> Text {
        Text(match text {
            Cow::Borrowed("") => Repr::Static(""),
            Cow::Borrowed(text) => {
                match (text.as_ptr() as usize).checked_sub(self.source.as_ptr() as usize) {
                    Some(start) if start + text.len() <= self.source.len() => Repr::Piece {
                        input: Arc::clone(&self.input),
                        start: start as u32,
                        len: text.len() as u32,
                    },
                    _ => Repr::Own(text.into()),
                }
            }
            Cow::Owned(text) => Repr::Own(text.into()),
        })
    }
}

impl Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::from_static("")
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(Repr::Own(text.into()))
    }
}

impl From<&String> for Text {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(Repr::Own(text.into()))
    }
}

impl From<Cow<'_, str>> for Text {
    fn from(text: Cow<'_, str>) -> Self {
        Self(Repr::Own(text.into()))
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.as_str().to_owned()
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self == other.as_str()
    }
}

impl Eq for Text {}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialEq<str> for Text {
    #[inline]
    fn eq(&self, other: &str) -> bool {
        // Most keys that are not the one looked for are seen by their lengths, without going to where their text is.
        self.len() == other.len() && self.as_str() == other
    }
}

impl PartialEq<&str> for Text {
    #[inline]
    fn eq(&self, other: &&str) -> bool {
        self == *other
    }
}
