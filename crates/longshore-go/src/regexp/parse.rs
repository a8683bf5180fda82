//! Reading Go's syntax (RE2 with Perl's additions), with Go's errors.
//!
//! Source: <https://pkg.go.dev/regexp/syntax>.

use super::node::{MAX_DEPTH, Node, Repeat};
use crate::{Str, rune};

mod class;
mod escape;
mod group;

/// What is wrong with a pattern (`syntax.ErrorCode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RegexpFault {
    /// `[b-a]`, `[[:nope:]]`, `\p{Nope}`
    #[error("invalid character class range")]
    CharRange,
    /// `\q`
    #[error("invalid escape sequence")]
    Escape,
    /// `(?P<>x)`
    #[error("invalid named capture")]
    NamedCapture,
    /// `(?=x)`
    #[error("invalid or unsupported Perl syntax")]
    PerlOp,
    /// `a**`
    #[error("invalid nested repetition operator")]
    RepeatOp,
    /// `a{1001}`
    #[error("invalid repeat count")]
    RepeatSize,
    /// Bad bytes.
    #[error("invalid UTF-8")]
    Utf8,
    /// `[`
    #[error("missing closing ]")]
    Bracket,
    /// `(`
    #[error("missing closing )")]
    Paren,
    /// `*`
    #[error("missing argument to repetition operator")]
    RepeatArgument,
    /// A backslash at the end.
    #[error("trailing backslash at end of expression")]
    Backslash,
    /// `)`
    #[error("unexpected )")]
    UnexpectedParen,
    /// Too many groups within groups.
    #[error("expression nests too deeply")]
    Depth,
    /// Too much to compile.
    #[error("expression too large")]
    Large,
}

/// A pattern that is none, in Go's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("error parsing regexp: {fault}: `{part}`")]
pub struct RegexpError {
    /// What is wrong.
    pub fault: RegexpFault,
    /// The part of the pattern that is.
    pub part: Str,
}

impl RegexpError {
    pub(super) fn new(fault: RegexpFault, part: &[u8]) -> Self {
        Self { fault, part: part.into() }
    }
}

/// A pattern read.
pub(super) struct Parsed {
    pub(super) node: Node,
    /// Names of the groups, the whole first.
    pub(super) names: Vec<String>,
}

/// What `(?imsU)` sets.
#[derive(Debug, Clone, Copy, Default)]
struct Flags {
    fold: bool,
    multi_line: bool,
    dot_newline: bool,
    swap_greed: bool,
}

/// A group that is open.
struct Open {
    /// The flags to return to.
    flags: Flags,
    captures: bool,
    /// Alternatives that are complete.
    alternatives: Vec<Node>,
    /// The pieces of the present one.
    pieces: Vec<Node>,
}

impl Open {
    fn close(mut self) -> Node {
        let last = joined(self.pieces);
        if self.alternatives.is_empty() {
            return last;
        }
        self.alternatives.push(last);
        Node::Alternate(self.alternatives)
    }
}

fn joined(mut pieces: Vec<Node>) -> Node {
    match pieces.len() {
        0 => Node::Empty,
        1 => pieces.remove(0),
        _ => Node::Concat(pieces),
    }
}

type Step<T> = Result<T, RegexpError>;

struct Parser<'p> {
    whole: &'p [u8],
    rest: &'p [u8],
    flags: Flags,
    names: Vec<String>,
    open: Vec<Open>,
    /// Where the repetition just read began, if the last thing read was one.
    last_repeat: Option<&'p [u8]>,
}

pub(super) fn parse(pattern: &[u8]) -> Step<Parsed> {
    let mut parser = Parser {
        whole: pattern,
        rest: pattern,
        flags: Flags::default(),
        names: vec![String::new()],
        open: Vec::new(),
        last_repeat: None,
    };
    parser.begin(false);
    while !parser.rest.is_empty() {
        let before = parser.rest;
        let repeats = parser.piece()?;
        parser.last_repeat = repeats.then_some(before);
    }
    let Some(outermost) = parser.open.pop().filter(|_| parser.open.is_empty()) else {
        return Err(RegexpError::new(RegexpFault::Paren, pattern));
    };
    let node = outermost.close();
    if node.depth() > MAX_DEPTH {
        return Err(RegexpError::new(RegexpFault::Depth, pattern));
    }
    Ok(Parsed { node, names: parser.names })
}

impl<'p> Parser<'p> {
    fn begin(&mut self, captures: bool) {
        self.open.push(Open { flags: self.flags, captures, alternatives: Vec::new(), pieces: Vec::new() });
    }

    fn inner(&mut self) -> &mut Open {
        self.open.last_mut().expect("the whole pattern is open until its end")
    }

    fn push(&mut self, node: Node) {
        self.inner().pieces.push(node);
    }

    fn literal(&mut self, code: u32) {
        let fold = self.flags.fold;
        self.push(Node::Literal { code, fold });
    }

    /// Reads one piece; true if it was a repetition of the one before.
    fn piece(&mut self) -> Step<bool> {
        let rest = self.rest;
        match rest[0] {
            b'(' if rest.get(1) == Some(&b'?') => self.perl_group()?,
            b'(' => {
                self.names.push(String::new());
                self.begin(true);
                self.check_depth()?;
                self.rest = &rest[1..];
            }
            b'|' => {
                self.rest = &rest[1..];
                let inner = self.inner();
                let done = joined(std::mem::take(&mut inner.pieces));
                inner.alternatives.push(done);
            }
            b')' => self.close()?,
            b'^' => self.take(1, if self.flags.multi_line { Node::BeginLine } else { Node::BeginText }),
            b'$' => self.take(1, if self.flags.multi_line { Node::EndLine } else { Node::EndText }),
            b'.' => {
                self.take(1, if self.flags.dot_newline { Node::AnyChar } else { Node::AnyCharNotNewline });
            }
            b'[' => self.class()?,
            b'*' => return self.repeat(0, None, &rest[1..], false),
            b'+' => return self.repeat(1, None, &rest[1..], false),
            b'?' => return self.repeat(0, Some(1), &rest[1..], false),
            b'{' => return self.counted_repeat(),
            b'\\' => self.backslash()?,
            _ => {
                let c = self.next_rune()?;
                self.literal(c as u32);
            }
        }
        Ok(false)
    }

    fn take(&mut self, size: usize, node: Node) {
        self.rest = &self.rest[size..];
        self.push(node);
    }

    fn next_rune(&mut self) -> Step<char> {
        let (c, size) = rune::decode(self.rest);
        if c == rune::ERROR && size == 1 {
            return Err(RegexpError::new(RegexpFault::Utf8, self.rest));
        }
        self.rest = &self.rest[size..];
        Ok(c)
    }

    fn check_depth(&self) -> Step<()> {
        if self.open.len() > MAX_DEPTH {
            return Err(RegexpError::new(RegexpFault::Depth, self.whole));
        }
        Ok(())
    }

    fn close(&mut self) -> Step<()> {
        if self.open.len() < 2 {
            return Err(RegexpError::new(RegexpFault::UnexpectedParen, self.whole));
        }
        let group = self.open.pop().expect("there are two");
        self.flags = group.flags;
        let captures = group.captures;
        let node = group.close();
        self.rest = &self.rest[1..];
        self.push(if captures { Node::Capture(Box::new(node)) } else { node });
        Ok(())
    }

    /// Repeats the last piece; `after` is what follows the operator.
    fn repeat(&mut self, min: u32, max: Option<u32>, after: &'p [u8], counted: bool) -> Step<bool> {
        let before = self.rest;
        let lazy = after.first() == Some(&b'?');
        let after = &after[usize::from(lazy)..];
        let written = |from: &'p [u8]| &from[..from.len() - after.len()];
        if let Some(last) = self.last_repeat {
            return Err(RegexpError::new(RegexpFault::RepeatOp, written(last)));
        }
        let greedy = lazy == self.flags.swap_greed;
        let Some(node) = self.inner().pieces.pop() else {
            return Err(RegexpError::new(RegexpFault::RepeatArgument, written(before)));
        };
        let node = Node::Repeat(Repeat { node: Box::new(node), min, max, greedy, counted });
        if node.depth() > MAX_DEPTH {
            return Err(RegexpError::new(RegexpFault::Depth, self.whole));
        }
        if counted && (min >= 2 || max.is_some_and(|max| max >= 2)) && !node.repeats_fit() {
            return Err(RegexpError::new(RegexpFault::RepeatSize, written(before)));
        }
        self.push(node);
        self.rest = after;
        Ok(true)
    }

    /// `{2}`, `{2,}`, `{2,3}`; anything else in braces is literal.
    fn counted_repeat(&mut self) -> Step<bool> {
        let before = self.rest;
        let Some((min, max, after)) = counts(before) else {
            self.rest = &before[1..];
            self.literal(u32::from(b'{'));
            return Ok(false);
        };
        let fits = |count: u32| count <= 1000;
        if !fits(min) || !max.is_none_or(|max| fits(max) && min <= max) {
            let written = &before[..before.len() - after.len()];
            return Err(RegexpError::new(RegexpFault::RepeatSize, written));
        }
        self.repeat(min, max, after, true)
    }
}

/// The numbers of a counted repetition, and what follows its brace. Too large a number is `u32::MAX`.
fn counts(text: &[u8]) -> Option<(u32, Option<u32>, &[u8])> {
    let (min, rest) = count(&text[1..])?;
    let (max, rest) = match rest {
        [b',', b'}', ..] => (None, &rest[1..]),
        [b',', more @ ..] => {
            let (max, rest) = count(more)?;
            (Some(max), rest)
        }
        _ => (Some(min), rest),
    };
    Some((min, max, rest.strip_prefix(b"}")?))
}

/// A number without leading zeros.
fn count(text: &[u8]) -> Option<(u32, &[u8])> {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let digits = &text[..end];
    if digits.is_empty() || digits.len() > 1 && digits[0] == b'0' {
        return None;
    }
    let number = digits
        .iter()
        .try_fold(0u32, |number, digit| number.checked_mul(10)?.checked_add(u32::from(digit - b'0')));
    Some((number.unwrap_or(u32::MAX), &text[end..]))
}
