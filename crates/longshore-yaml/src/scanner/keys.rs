//! Simple keys and indentation: what makes block structure out of columns.

use super::Scanner;
use crate::chars::is_blankz;
use crate::error::{Error, Mark};
use crate::token::{Piece, ScalarStyle, TokenKind};

/// Something that may turn out to be a key once a `:` follows it on the same line.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SimpleKey {
    pub(super) possible: bool,
    /// It stands where the block mapping's next key must be: no `:` is an error.
    required: bool,
    /// Which token it is, counted from the start of the input.
    pub(super) token: usize,
    pub(super) mark: Mark,
}

impl Scanner<'_> {
    /// The flow level whose simple key the head of the token queue is, or once was.
    pub(super) fn key_at_head(&mut self) -> Option<usize> {
        while self.key_tokens.front().is_some_and(|&(token, _)| token < self.taken) {
            self.key_tokens.pop_front();
        }
        let (token, level) = *self.key_tokens.front()?;
        (token == self.taken && level < self.simple_keys.len()).then_some(level)
    }

    /// Forgets which flow level a token is the simple key of.
    ///
    /// Where go-yaml forgets is visible: an empty flow collection that is closed takes along the entry of what it
    /// began with, so that `[]: x` is no mapping; and a key that a new line has made impossible keeps its entry, so
    /// that its token waits for the key that has taken its place.
    pub(super) fn forget_key_token(&mut self, token: usize) {
        // It is nearly always the last one.
        if let Some(i) = self.key_tokens.iter().rposition(|&(known, _)| known == token) {
            self.key_tokens.remove(i);
        }
    }

    /// Whether the simple key is still one: same line, and not more than 1024 characters ago.
    pub(super) fn key_is_valid(&mut self, i: usize) -> Result<bool, Error> {
        let key = self.simple_keys[i];
        if !key.possible {
            return Ok(false);
        }
        let here = self.mark();
        if key.mark.line < here.line || key.mark.index + 1024 < here.index {
            if key.required {
                // That this is not the end, but the fence, is not known yet.
                return Err(self.fail_here(key.mark, "could not find expected ':'"));
            }
            self.simple_keys[i].possible = false;
            return Ok(false);
        }
        Ok(true)
    }

    /// Notes that what starts here may be a key.
    pub(super) fn save_simple_key(&mut self) -> Result<(), Error> {
        if self.simple_key_allowed {
            let key = self.key_at(self.mark());
            self.remove_simple_key()?;
            *self.current_key() = key;
            self.key_tokens.push_back((key.token, self.simple_keys.len() - 1));
        }
        Ok(())
    }

    /// As [`Scanner::save_simple_key`], of what starts at `mark` and has taken the place of the key before it.
    pub(super) fn save_key_at(&mut self, mark: Mark) {
        let key = self.key_at(mark);
        *self.current_key() = key;
        self.key_tokens.push_back((key.token, self.simple_keys.len() - 1));
    }

    /// The key that the next token is, which starts at `mark`.
    #[inline]
    fn key_at(&self, mark: Mark) -> SimpleKey {
        SimpleKey {
            possible: true,
            required: self.flow_level == 0 && i64::from(self.indent) == i64::from(mark.column),
            token: self.taken + self.tokens.len(),
            mark,
        }
    }

    /// Puts a scalar into the queue, which may be a key or not.
    ///
    /// Nearly all keys have their `:` right behind them. These need not wait in the queue until it is found,
    /// and what stands before them need not be squeezed in.
    #[inline]
    pub(super) fn push_scalar(&mut self, style: ScalarStyle, start: Mark, text: Piece, may_be_key: bool) {
        let scalar = TokenKind::Scalar(style);
        if !may_be_key {
            self.tokens.push_text(scalar, start, text);
            return;
        }
        let key = self.key_at(start);
        let here = self.mark();
        let certain = self.look(0) == b':'
            && (self.flow_level > 0 || is_blankz(self.bytes, self.pos + 1))
            && key.mark.line == here.line
            && key.mark.index + 1024 >= here.index
            // What goes wrong at the `:` is the business of the long way.
            && self.fence.is_none()
            && self.indents.len() < self.depth;
        *self.current_key() = SimpleKey { possible: !certain, ..key };
        if !certain {
            self.key_tokens.push_back((key.token, self.simple_keys.len() - 1));
            self.tokens.push_text(scalar, start, text);
            return;
        }
        let column = key.mark.column as i32;
        if self.flow_level == 0 && self.indent < column {
            self.indents.push(self.indent);
            self.indent = column;
            self.tokens.push(TokenKind::BlockMappingStart, start, 0);
        }
        self.tokens.push(TokenKind::Key, start, 0);
        self.tokens.push_text(scalar, start, text);
        self.tokens.push(TokenKind::Value, here, 1);
        self.skip(1);
    }

    /// Gives up the possible key of the current flow level.
    pub(super) fn remove_simple_key(&mut self) -> Result<(), Error> {
        if self.current_key().possible {
            let key = *self.current_key();
            if key.required {
                return Err(self.fail(key.mark, "could not find expected ':'"));
            }
            self.current_key().possible = false;
            self.forget_key_token(key.token);
        }
        Ok(())
    }

    #[inline]
    pub(super) fn current_key(&mut self) -> &mut SimpleKey {
        self.simple_keys.last_mut().expect("there is one key per flow level, and one outside")
    }

    pub(super) fn increase_flow_level(&mut self) -> Result<(), Error> {
        let key =
            SimpleKey { token: self.taken + self.tokens.len(), mark: self.mark(), ..SimpleKey::default() };
        self.simple_keys.push(key);
        self.flow_level += 1;
        if self.flow_level > self.depth {
            return Err(self.too_deep(key.mark));
        }
        Ok(())
    }

    pub(super) fn decrease_flow_level(&mut self) {
        if self.flow_level > 0 {
            self.flow_level -= 1;
            if let Some(inner) = self.simple_keys.pop() {
                self.forget_key_token(inner.token);
            }
        }
    }

    /// Opens a block collection if the column lies deeper than the current one; `token` says before
    /// which token of the queue it starts, if not at its end.
    pub(super) fn roll_indent(
        &mut self,
        column: u32,
        token: Option<usize>,
        kind: TokenKind,
        mark: Mark,
    ) -> Result<(), Error> {
        let column = column as i32;
        if self.flow_level > 0 || self.indent >= column {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column;
        if self.indents.len() > self.depth {
            let context = self.current_key().mark;
            return Err(self.too_deep(context));
        }
        self.insert(token, kind, mark);
        Ok(())
    }

    /// Puts a token before the one with the given number; at the end, if that is gone already.
    pub(super) fn insert(&mut self, number: Option<usize>, kind: TokenKind, mark: Mark) {
        let place = number.and_then(|number| number.checked_sub(self.taken));
        self.tokens.insert(place, kind, mark);
    }

    /// Closes the block collections that lie deeper than `column`; `scan` is where the white space and
    /// comments before this place began.
    #[inline]
    pub(super) fn unroll_indent(&mut self, column: i32, scan: Mark) {
        if self.flow_level == 0 && self.indent > column {
            self.close_blocks(column, scan);
        }
    }

    fn close_blocks(&mut self, column: i32, scan: Mark) {
        let mut mark = self.mark();
        if self.keep_comments {
            // The ends lie before the comments, so that these belong to what encloses.
            mark = scan;
            mark.index = mark.index.saturating_sub(1);
        }
        while self.indent > column {
            if self.keep_comments {
                mark = self.block_end_mark(mark);
            }
            self.tokens.push(TokenKind::BlockEnd, mark, 0);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    fn too_deep(&self, context: Mark) -> Error {
        let problem = format!("exceeded max depth of {}", self.depth);
        self.fail(context, &problem).limit()
    }
}
