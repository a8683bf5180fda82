//! Go's `regexp` on top of the `regex` crate.
//!
//! Both match in linear time and prefer the leftmost match, then the first alternative, so that the
//! crate can do the matching. What differs is above it: the syntax (ours is read by a parser of our own,
//! with Go's errors, and written anew in the crate's), ASCII classes and word boundaries, the walk over
//! successive matches, and replacement templates. Bad bytes count as U+FFFD each, as in Go.
//!
//! Known differences: classes by Unicode property and case folding know the crate's newer Unicode, and
//! a pattern nested more than 250 deep is refused (Go: 1000).

mod classes;
mod emit;
mod find;
mod node;
mod parse;
mod replace;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

pub use parse::{RegexpError, RegexpFault};

use crate::strconv;

/// How many patterns a thread keeps compiled.
const CACHE_SIZE: usize = 256;

/// The most that one compiled pattern may take, in bytes.
const MAX_COMPILED: usize = 32 << 20;

/// A compiled pattern (`regexp.Regexp`).
///
/// ```
/// use longshore_go::regexp::Regexp;
/// let pattern = Regexp::compile(b"a(x*)b").unwrap();
/// assert_eq!(pattern.replace_all(b"-ab-axxb-", b"${1}W"), b"-W-xxW-");
/// assert_eq!(
///     Regexp::compile(b"(").unwrap_err().to_string(),
///     "error parsing regexp: missing closing ): `(`"
/// );
/// ```
#[derive(Debug)]
pub struct Regexp {
    compiled: regex::Regex,
    /// Names of the groups, that of the whole match first; empty for those without.
    names: Vec<String>,
    /// Whether the pattern was empty, which `Split` asks.
    is_empty: bool,
}

impl Regexp {
    /// `regexp.Compile`.
    pub fn compile(pattern: &[u8]) -> Result<Self, RegexpError> {
        let parsed = parse::parse(pattern)?;
        let too_large = || RegexpError::new(RegexpFault::Large, pattern);
        let compiled = regex::RegexBuilder::new(&emit::emit(&parsed.node))
            .nest_limit(4 * node::MAX_DEPTH as u32)
            .size_limit(MAX_COMPILED)
            .build()
            .map_err(|_| too_large())?;
        Ok(Self { compiled, names: parsed.names, is_empty: pattern.is_empty() })
    }

    /// As [`Regexp::compile`], from a store of the thread's own: templates use the same few patterns over
    /// and over, and compiling costs far more than matching.
    pub fn cached(pattern: &[u8]) -> Result<Rc<Self>, RegexpError> {
        thread_local! {
            static CACHE: RefCell<BTreeMap<Vec<u8>, Rc<Regexp>>> = const { RefCell::new(BTreeMap::new()) };
        }
        CACHE.with_borrow_mut(|cache| {
            if let Some(found) = cache.get(pattern) {
                return Ok(Rc::clone(found));
            }
            let compiled = Rc::new(Self::compile(pattern)?);
            if cache.len() >= CACHE_SIZE {
                cache.clear();
            }
            cache.insert(pattern.to_vec(), Rc::clone(&compiled));
            Ok(compiled)
        })
    }

    /// The text of the panic with which `regexp.MustCompile` would end.
    pub fn panic_text(pattern: &[u8], error: &RegexpError) -> String {
        let quoted = if strconv::can_backquote(pattern) {
            [b"`", pattern, b"`"].concat()
        } else {
            strconv::quote(pattern)
        };
        format!("regexp: Compile({}): {error}", String::from_utf8_lossy(&quoted))
    }
}

/// `regexp.QuoteMeta`: the text as a pattern that matches just it.
pub fn quote_meta(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        if br"\.+*?()|[]{}^$".contains(&byte) {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out
}
