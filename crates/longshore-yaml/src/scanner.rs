//! From text to tokens, as libyaml and go-yaml after it do.
//!
//! The scanner turns indentation into `BlockMappingStart` … `BlockEnd` tokens and finds out late that
//! something was a mapping key: at the `:`. So tokens wait in a queue as long as one of them may
//! still be a key, and the `Key` and `BlockMappingStart` tokens are put in front of it afterwards.
//! Where go-yaml's behaviour is visible (which of two errors comes first, on which line), the order
//! of the checks is the same here.
//!
//! Positions cost nothing on the way: the scanner keeps only its byte offset and the start of the
//! line, and works out columns in characters when a mark is taken.

mod block;
mod comments;
mod directive;
mod fetch;
mod keys;
mod plain;
mod queue;
mod quoted;

use std::borrow::Cow;
use std::collections::VecDeque;

use crate::chars::{self, at, continuation_bytes};
use crate::error::{Error, ErrorKind, Mark};
use crate::reader::Source;
use crate::token::{Piece, TagToken, Token};
pub(crate) use comments::Comment;
use keys::SimpleKey;
use queue::Queue;

/// A scanner error before it is put into words: go-yaml's two generations choose the line differently.
pub(crate) struct Failure {
    pub(crate) context: Mark,
    pub(crate) problem: Mark,
}

/// The scanner over one input.
#[derive(Debug)]
pub(crate) struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    /// The text that there is once the fence has been overlooked.
    to_bad_place: &'a str,
    ascii: bool,
    fence: Option<&'static str>,
    depth: usize,
    /// v3: keep comments, and look two tokens ahead for them.
    keep_comments: bool,
    /// How many tokens behind the next one are looked at before it is handed out: comments behind a token of v3
    /// are known with it.
    lookahead: usize,

    pos: usize,
    line: u32,
    line_start: usize,
    /// Bytes over characters so far, and up to the start of the line.
    extra: usize,
    line_extra: usize,

    tokens: Queue,
    /// The texts that are no pieces of the input, of tokens in the queue and of the last one taken.
    made: VecDeque<String>,
    /// Tokens already handed out.
    taken: usize,
    token_available: bool,
    started: bool,
    /// Looking for comments went as far as the fence: whoever asks for more gets its error.
    reached_fence: bool,

    indent: i32,
    indents: Vec<i32>,
    flow_level: usize,
    simple_key_allowed: bool,
    simple_keys: Vec<SimpleKey>,
    /// Numbers of tokens that may be simple keys, ascending, with the flow level of each.
    key_tokens: VecDeque<(usize, usize)>,
    comments: VecDeque<Comment>,
}

impl<'a> Scanner<'a> {
    /// A scanner at `place` of `source`, at the start of a line: bytes and lines before it. Collections nest `depth` deep
    /// at most.
    pub(crate) fn new(
        source: &'a Source<'_>,
        (pos, line): (usize, u32),
        depth: usize,
        keep_comments: bool,
    ) -> Self {
        let extra = if source.ascii { 0 } else { continuation_bytes(&source.text.as_bytes()[..pos]) };
        Self {
            text: &source.text[..source.clear],
            bytes: &source.text.as_bytes()[..source.clear],
            to_bad_place: &source.text,
            ascii: source.ascii,
            fence: source.fence,
            depth,
            keep_comments,
            lookahead: if keep_comments { 2 } else { 0 },
            pos,
            line,
            line_start: pos,
            extra,
            line_extra: extra,
            tokens: Queue::new(),
            made: VecDeque::new(),
            taken: 0,
            token_available: false,
            started: false,
            reached_fence: false,
            indent: -1,
            indents: Vec::new(),
            flow_level: 0,
            simple_key_allowed: true,
            simple_keys: vec![SimpleKey::default()],
            key_tokens: VecDeque::new(),
            comments: VecDeque::new(),
        }
    }

    /// The next token, without taking it.
    #[inline]
    pub(crate) fn peek(&mut self) -> Result<&Token, Error> {
        if !self.token_available {
            let certain = self.tokens.len() > self.lookahead
                && self.key_tokens.front().is_none_or(|&(token, _)| token > self.taken);
            if certain {
                self.token_available = true;
            } else {
                self.fetch_more_tokens()?;
            }
        }
        Ok(self.tokens.front().expect("fetching ends with a token"))
    }

    /// Takes the token that was peeked at.
    #[inline]
    pub(crate) fn skip_token(&mut self) -> Result<(), Error> {
        self.peek()?;
        self.token_available = false;
        self.taken += 1;
        self.tokens.pop();
        Ok(())
    }

    /// The text of a token. Texts that were made are given away: each must be asked for once, and in the order of the
    /// tokens.
    #[inline]
    pub(crate) fn text(&mut self, piece: Piece) -> Cow<'a, str> {
        if piece == Piece::MADE {
            return Cow::Owned(self.made.pop_front().unwrap_or_default());
        }
        Cow::Borrowed(&self.text[piece.range()])
    }

    /// A text that is no piece of the input.
    fn make(&mut self, text: String) -> Piece {
        self.made.push_back(text);
        Piece::MADE
    }

    /// The tag or directive of the next token, to be taken with it.
    pub(crate) fn take_tag(&mut self) -> Option<Box<TagToken>> {
        self.tokens.front_mut()?.tag.take()
    }

    /// The reader's error, if looking for comments ran into it.
    pub(crate) fn error_ahead(&self) -> Result<(), Error> {
        match self.fence {
            Some(what) if self.reached_fence => Err(Source::fence_error(what)),
            _ => Ok(()),
        }
    }

    /// Goes on beyond the fence, as go-yaml does where it looks for comments and overlooks that it ran into it.
    pub(crate) fn overlook_fence(&mut self) {
        self.reached_fence = true;
        self.text = self.to_bad_place;
        self.bytes = self.text.as_bytes();
    }

    /// Comments waiting to be attached, oldest first (v3 only).
    #[inline]
    pub(crate) fn comments(&mut self) -> &mut VecDeque<Comment> {
        &mut self.comments
    }

    /// The byte at `offset` from here; NUL behind the end.
    #[inline]
    fn look(&self, offset: usize) -> u8 {
        at(self.bytes, self.pos + offset)
    }

    /// The place of a mark at the start of a line: bytes and lines before it. It is not known if characters are not bytes.
    pub(crate) fn place(&self, mark: Mark) -> Option<(usize, u32)> {
        (self.ascii && mark.column == 0).then_some((mark.index as usize, mark.line))
    }

    /// Where we are.
    #[inline]
    fn mark(&self) -> Mark {
        Mark { line: self.line, column: self.column(), index: (self.pos - self.extra) as u32 }
    }

    #[inline]
    fn column(&self) -> u32 {
        (self.pos - self.line_start - (self.extra - self.line_extra)) as u32
    }

    /// Goes on to byte `pos`, which is in the same line.
    #[inline]
    fn advance_to(&mut self, pos: usize) {
        if !self.ascii {
            self.extra += continuation_bytes(&self.bytes[self.pos..pos]);
        }
        self.pos = pos;
    }

    /// Goes on by `n` ASCII characters of the same line.
    #[inline]
    fn skip(&mut self, n: usize) {
        self.pos += n;
    }

    /// Goes over a line break, if there is one: what it stands for in a scalar.
    fn take_break(&mut self) -> &'static str {
        let (len, extra, meaning) = match self.look(0) {
            b'\n' => (1, 0, "\n"),
            b'\r' => (1 + usize::from(self.look(1) == b'\n'), 0, "\n"),
            0xC2 if self.look(1) == 0x85 => (2, 1, "\n"),
            0xE2 if self.look(1) == 0x80 && self.look(2) == 0xA8 => (3, 2, "\u{2028}"),
            0xE2 if self.look(1) == 0x80 && self.look(2) == 0xA9 => (3, 2, "\u{2029}"),
            _ => return "",
        };
        self.pos += len;
        self.extra += extra;
        self.line += 1;
        self.line_start = self.pos;
        self.line_extra = self.extra;
        meaning
    }

    /// Byte offset of the line break (or end) that ends the line at `from`.
    fn line_end(&self, from: usize) -> usize {
        let end = memchr::memchr2(b'\n', b'\r', &self.bytes[from..]).map_or(self.bytes.len(), |n| from + n);
        // The other line breaks are not ASCII, and rare.
        let others = memchr::memchr2_iter(chars::NEL_LEAD, chars::LS_PS_LEAD, &self.bytes[from..end]);
        others.map(|n| from + n).find(|&i| chars::is_breakz(self.bytes, i)).unwrap_or(end)
    }

    fn at_end(&self) -> bool {
        self.pos >= self.bytes.len()
    }

    /// Whether a `---` or `...` line starts here.
    fn at_document_indicator(&self) -> bool {
        self.pos == self.line_start
            && matches!(self.bytes.get(self.pos..self.pos + 3), Some(b"---" | b"..."))
            && chars::is_blankz(self.bytes, self.pos + 3)
    }

    /// The reader's complaint, if there are not `n` characters before the fence.
    #[inline]
    fn need(&self, n: usize) -> Result<(), Error> {
        match self.fence {
            Some(what) if self.text[self.pos..].chars().take(n).count() < n => Err(Source::fence_error(what)),
            _ => Ok(()),
        }
    }

    /// A scanner error here, about something that began at `context`.
    fn fail(&self, context: Mark, problem: &str) -> Error {
        // Input that ends at the fence is not really finished: the reader's complaint comes first.
        if let Some(what) = self.fence
            && self.at_end()
        {
            return Source::fence_error(what);
        }
        self.fail_here(context, problem)
    }

    /// A scanner error here, found without looking at what follows.
    fn fail_here(&self, context: Mark, problem: &str) -> Error {
        let failure = Failure { context, problem: self.mark() };
        failure.into_error(ErrorKind::Scanner, self.keep_comments, problem)
    }
}

impl Failure {
    /// The error in Go's words: v2 prefers the problem's line and v3 the context's; neither counts
    /// lines of parser errors from 1, and v2 does not for contexts.
    pub(crate) fn into_error(self, kind: ErrorKind, v3: bool, problem: &str) -> Error {
        let scanner = u32::from(kind == ErrorKind::Scanner);
        let line = if v3 {
            match (self.context.line, self.problem.line) {
                (0, 0) => 0,
                (0, line) | (line, _) => line + scanner,
            }
        } else {
            match (self.problem.line, self.context.line) {
                (0, line) => line,
                (line, _) => line + scanner,
            }
        };
        let text =
            if line == 0 { format!("yaml: {problem}") } else { format!("yaml: line {line}: {problem}") };
        Error::new(kind, text).at(self.problem).remembered(line.saturating_sub(scanner))
    }
}
