//! Reading Go's syntax (RE2 with Perl's additions), with Go's errors.
//!
//! Source: <https://pkg.go.dev/regexp/syntax>.

use super::node::{Kind, Look, Node, Repeat};
use crate::{Str, rune};

mod build;
mod class;
mod escape;
mod factor;
mod group;

use build::Builder;

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
    /// How many groups are remembered, the whole match not counted.
    pub(super) groups: u32,
    /// The groups that have a name, in their order.
    pub(super) names: Vec<(u32, String)>,
}

/// What `(?imsU)` sets.
#[derive(Debug, Clone, Copy, Default)]
struct Flags {
    fold: bool,
    multi_line: bool,
    dot_newline: bool,
    swap_greed: bool,
}

type Step<T> = Result<T, RegexpError>;

struct Parser<'p> {
    whole: &'p [u8],
    rest: &'p [u8],
    flags: Flags,
    groups: u32,
    names: Vec<(u32, String)>,
    tree: Builder,
    classes: class::Known,
    /// Where the repetition just read began, if the last thing read was one.
    last_repeat: Option<&'p [u8]>,
    /// Whether no `:]` is left, so that it need not be looked for again.
    no_posix_end: bool,
}

pub(super) fn parse(pattern: &[u8]) -> Step<Parsed> {
    let mut parser = Parser {
        whole: pattern,
        rest: pattern,
        flags: Flags::default(),
        groups: 0,
        names: Vec::new(),
        tree: Builder::default(),
        classes: class::Known::default(),
        last_repeat: None,
        no_posix_end: false,
    };
    while !parser.rest.is_empty() {
        let before = parser.rest;
        let repeats = parser.piece()?;
        parser.last_repeat = repeats.then_some(before);
    }
    let whole = parser.tree.finish().map_err(|fault| RegexpError::new(fault, pattern))?;
    let node = whole.ok_or_else(|| RegexpError::new(RegexpFault::Paren, pattern))?;
    Ok(Parsed { node, groups: parser.groups, names: parser.names })
}

impl<'p> Parser<'p> {
    /// Limits show the whole pattern.
    fn push(&mut self, kind: Kind) -> Step<()> {
        self.tree.push(kind.into()).map_err(|fault| RegexpError::new(fault, self.whole))
    }

    fn literal(&mut self, code: u32) -> Step<()> {
        self.push(Kind::Literal { text: vec![code], fold: self.flags.fold })
    }

    fn open(&mut self, captures: bool) {
        self.groups += u32::from(captures);
        self.tree.open(self.flags, captures.then_some(self.groups));
    }

    /// Reads one piece; true if it was a repetition of the one before.
    fn piece(&mut self) -> Step<bool> {
        let rest = self.rest;
        let limit = |fault| RegexpError::new(fault, self.whole);
        match rest[0] {
            b'(' if rest.get(1) == Some(&b'?') => self.perl_group()?,
            b'(' => {
                self.open(true);
                self.rest = &rest[1..];
            }
            b'|' => {
                self.tree.bar().map_err(limit)?;
                self.rest = &rest[1..];
            }
            b')' => {
                let flags = self.tree.close().map_err(limit)?;
                self.flags = flags.ok_or_else(|| limit(RegexpFault::UnexpectedParen))?;
                self.rest = &rest[1..];
            }
            b'^' => self.look(1, if self.flags.multi_line { Look::BeginLine } else { Look::BeginText })?,
            b'$' => self.look(1, if self.flags.multi_line { Look::EndLine } else { Look::EndText })?,
            b'.' => {
                self.rest = &rest[1..];
                self.push(if self.flags.dot_newline { Kind::AnyChar } else { Kind::AnyCharNotNewline })?;
            }
            b'[' => self.class()?,
            b'*' => return self.repeat(0, None, &rest[1..], false),
            b'+' => return self.repeat(1, None, &rest[1..], false),
            b'?' => return self.repeat(0, Some(1), &rest[1..], false),
            b'{' => return self.counted_repeat(),
            b'\\' => self.backslash()?,
            _ => {
                let c = self.next_rune()?;
                self.literal(c as u32)?;
            }
        }
        Ok(false)
    }

    fn look(&mut self, size: usize, look: Look) -> Step<()> {
        self.rest = &self.rest[size..];
        self.push(Kind::Look(look))
    }

    fn next_rune(&mut self) -> Step<char> {
        let (c, size) = rune::decode(self.rest);
        if c == rune::ERROR && size == 1 {
            return Err(RegexpError::new(RegexpFault::Utf8, self.rest));
        }
        self.rest = &self.rest[size..];
        Ok(c)
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
        let Some(node) = self.tree.take_last() else {
            return Err(RegexpError::new(RegexpFault::RepeatArgument, written(before)));
        };
        let repeat = Repeat { node: Box::new(node), min, max, greedy, counted };
        let node = self.tree.put_back(Kind::Repeat(repeat).into());
        let node = node.map_err(|fault| RegexpError::new(fault, self.whole))?;
        if counted && (min >= 2 || max.is_some_and(|max| max >= 2)) && !node.repeats_fit() {
            return Err(RegexpError::new(RegexpFault::RepeatSize, written(before)));
        }
        self.rest = after;
        Ok(true)
    }

    /// `{2}`, `{2,}`, `{2,3}`; anything else in braces is literal.
    fn counted_repeat(&mut self) -> Step<bool> {
        let before = self.rest;
        let Some((min, max, after)) = counts(before) else {
            self.rest = &before[1..];
            self.literal(u32::from(b'{'))?;
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
