//! Bytes that may not have been read yet.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::Str;

/// A Go `[]byte` that is not written to: shared, and read when it is looked at first where that was put off.
///
/// Most of a chart's folder is its documentation, which hardly a template looks into; a [`Bytes::later`] of such a file is
/// as good as its content.
///
/// ```
/// use longshore_go::Bytes;
/// let bytes = Bytes::later(5, || Ok("café".into()));
/// assert_eq!(bytes.len(), 5);
/// assert_eq!(bytes, Bytes::from("café"));
/// ```
#[derive(Clone)]
pub struct Bytes(Content);

#[derive(Clone)]
enum Content {
    Here(Str),
    Later(Arc<Later>),
}

/// How to read it, until that is done.
type Read = Box<dyn FnOnce() -> Result<Str, String> + Send>;

struct Later {
    length: usize,
    read: Mutex<Option<Read>>,
    /// The content, and why it could not be read.
    content: OnceLock<(Str, Option<String>)>,
}

impl Bytes {
    /// What `read` gives when it is asked, which happens once at most, and how many bytes that should be. If it fails the
    /// content is empty, and why is [`Bytes::failure`].
    pub fn later(length: usize, read: impl FnOnce() -> Result<Str, String> + Send + 'static) -> Self {
        let later = Later { length, read: Mutex::new(Some(Box::new(read))), content: OnceLock::new() };
        Self(Content::Later(Arc::new(later)))
    }

    /// Why the content could not be read, if somebody looked at it.
    pub fn failure(&self) -> Option<&str> {
        match &self.0 {
            Content::Here(_) => None,
            Content::Later(later) => later.content.get()?.1.as_deref(),
        }
    }

    /// Whether the content is there, or else would have to be read.
    pub fn is_here(&self) -> bool {
        match &self.0 {
            Content::Here(_) => true,
            Content::Later(later) => later.content.get().is_some(),
        }
    }

    /// How many bytes there are; of what is not read, how many there should be.
    pub fn len(&self) -> usize {
        match &self.0 {
            Content::Later(later) if !self.is_here() => later.length,
            _ => self.shared().len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The content, to be shared.
    pub fn shared(&self) -> &Str {
        match &self.0 {
            Content::Here(content) => content,
            Content::Later(later) => later.get(),
        }
    }

    /// The text with every invalid byte replaced by U+FFFD.
    pub fn to_str_lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.as_bytes())
    }

    /// The bytes as they are.
    pub fn as_bytes(&self) -> &[u8] {
        self.shared().as_bytes()
    }
}

impl Later {
    fn get(&self) -> &Str {
        let content = self.content.get_or_init(|| {
            let read = self.read.lock().unwrap_or_else(PoisonError::into_inner).take();
            let broken_off = || Err("reading it broke off".to_owned());
            match read.map_or_else(broken_off, |read| read()) {
                Ok(content) => (content, None),
                Err(why) => (Str::default(), Some(why)),
            }
        });
        &content.0
    }
}

impl Deref for Bytes {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl<T: Into<Str>> From<T> for Bytes {
    fn from(content: T) -> Self {
        Self(Content::Here(content.into()))
    }
}

impl Default for Bytes {
    fn default() -> Self {
        Self(Content::Here(Str::default()))
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Bytes {}

impl fmt::Debug for Bytes {
    /// Without reading what nobody looked at.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_here() { fmt::Debug::fmt(self.shared(), f) } else { f.write_str("(not read)") }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::Bytes;
    use crate::Value;

    #[test]
    fn what_is_put_off_is_read_once_and_only_when_it_is_looked_at() {
        let count = Arc::new(AtomicUsize::new(0));
        let reads = Arc::clone(&count);
        let bytes = Bytes::later(3, move || {
            reads.fetch_add(1, Ordering::Relaxed);
            Ok("abc".into())
        });
        let copy = bytes.clone();
        assert_eq!(format!("{bytes:?}"), "(not read)");
        assert!(copy.len() == 3 && !copy.is_here() && count.load(Ordering::Relaxed) == 0);
        assert_eq!(
            (&bytes[1..], copy.shared(), format!("{copy:?}")),
            (&b"bc"[..], &"abc".into(), "\"abc\"".into())
        );
        assert!(bytes.is_here() && count.load(Ordering::Relaxed) == 1);
    }

    #[test]
    fn what_cannot_be_read_is_empty_and_says_why() {
        let bytes = Bytes::later(9, || Err("gone".to_owned()));
        assert_eq!((bytes.len(), bytes.failure()), (9, None));
        assert_eq!((bytes.as_bytes(), bytes.shared(), bytes.failure()), (&b""[..], &"".into(), Some("gone")));
        assert!(bytes.is_empty());
    }

    #[test]
    fn a_value_is_no_larger_for_it() {
        assert_eq!(size_of::<Bytes>(), 16);
        assert_eq!(size_of::<Value>(), 24);
    }
}
