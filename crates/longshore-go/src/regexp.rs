//! Go's `regexp` on top of the engines of the `regex` crate.
//!
//! Both match in linear time and prefer the leftmost match, then the first alternative, so that the
//! crate's engines can do the matching. What differs is above them: the syntax and its limits (read by a
//! parser of our own, with Go's errors), what characters a class holds and how case is folded (Go's
//! Unicode), the walk over successive matches, and replacement templates. Bad bytes count as U+FFFD each,
//! as in Go.
//!
//! Building those engines takes long beside what most patterns are used for, so that a pattern runs on a
//! plain engine until it has seen some text. There stay those too large or too deep for the fast ones.
//!
//! Known difference: a pattern of more than 400,000 pieces or a million instructions is too large here,
//! one of three million in Go.

mod class;
mod find;
mod machine;
mod node;
mod parse;
mod replace;
#[cfg(test)]
mod tests;
mod translate;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use regex_automata::Input;
use regex_automata::meta;
use regex_automata::util::primitives::NonMaxUsize;

use crate::strconv;
use machine::Program;
use node::Node;
pub use parse::{RegexpError, RegexpFault};
use translate::translate;

/// How many patterns a thread keeps compiled.
const CACHE_SIZE: usize = 256;

/// How many bytes the plain engine looks at before a fast one is built: that takes about as long.
const PATIENCE: usize = 2000;

/// What a call counts beside its bytes.
const CALL: usize = 8;

/// The most that the automaton of one pattern may take, in bytes. Beyond it the plain engine has its turn.
const MAX_AUTOMATON: usize = 10 << 20;

/// The most instructions, as Go counts them, and levels that are worth trying with an automaton.
const MAX_FAST: (u64, u32) = (20_000, 100);

/// The most instructions that the plain engine takes.
const MAX_PLAIN: usize = 1 << 20;

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
    plain: Program,
    /// Built once it pays; `None` in it for patterns that it is not for.
    fast: OnceLock<Option<meta::Regex>>,
    /// What `fast` is built of.
    node: Option<Node>,
    /// How many bytes the plain engine has looked at.
    seen: AtomicUsize,
    groups: u32,
    /// The groups that have a name, in their order.
    names: Vec<(u32, String)>,
    /// Whether the pattern was empty, which `Split` asks.
    is_empty: bool,
}

impl Regexp {
    /// `regexp.Compile`.
    pub fn compile(pattern: &[u8]) -> Result<Self, RegexpError> {
        let parse::Parsed { node, groups, names } = parse::parse(pattern)?;
        let (size, height) = MAX_FAST;
        let plain = Program::new(&node, MAX_PLAIN);
        Ok(Self {
            plain: plain.ok_or_else(|| RegexpError::new(RegexpFault::Large, pattern))?,
            fast: OnceLock::new(),
            node: (node.size <= size && node.height <= height).then_some(node),
            seen: AtomicUsize::new(0),
            groups,
            names,
            is_empty: pattern.is_empty(),
        })
    }

    /// The fast engine, if so much text makes it worth while and the pattern can have it.
    fn fast(&self, bytes: usize) -> Option<&meta::Regex> {
        if self.fast.get().is_none() {
            let seen = self.seen.fetch_add(bytes.saturating_add(CALL), Ordering::Relaxed);
            if seen.saturating_add(bytes) < PATIENCE {
                return None;
            }
        }
        let build = || {
            let config = meta::Config::new().nfa_size_limit(Some(MAX_AUTOMATON));
            let tree = translate(self.node.as_ref()?, self.groups + 1);
            meta::Builder::new().configure(config).build_from_hir(&tree).ok()
        };
        self.fast.get_or_init(build).as_ref()
    }

    /// The leftmost match from `at` on: the places of the first groups, as many as there is room for.
    fn search(&self, text: &str, at: usize, places: &mut [Option<usize>]) -> bool {
        let Some(fast) = self.fast(text.len() - at) else {
            return self.plain.search(text, at, places);
        };
        let input = Input::new(text).range(at..);
        match places {
            [] => fast.is_match(input),
            [start, end] => {
                let Some(found) = fast.search(&input) else {
                    return false;
                };
                (*start, *end) = (Some(found.start()), Some(found.end()));
                true
            }
            _ => {
                let mut slots = vec![None; places.len()];
                let found = fast.search_slots(&input, &mut slots).is_some();
                for (place, slot) in places.iter_mut().zip(slots) {
                    *place = slot.map(NonMaxUsize::get);
                }
                found
            }
        }
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
