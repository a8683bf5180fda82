//! Simple keys and indentation: what makes block structure out of columns.

use super::Scanner;
use crate::error::{Error, Mark};
use crate::token::{Token, TokenKind};

/// Something that may turn out to be a key once a `:` follows it on the same line.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SimpleKey {
    pub(super) possible: bool,
    /// It stands where the block mapping's next key must be: no `:` is an error.
    required: bool,
    /// Whether tokens wait for it. go-yaml forgets to, once an empty flow collection was closed: `[]: x`
    /// is no mapping to it.
    awaited: bool,
    /// Which token it is, counted from the start of the input.
    pub(super) token: usize,
    pub(super) mark: Mark,
}

impl<'a> Scanner<'a> {
    /// The simple key that waits at the head of the token queue.
    pub(super) fn key_at_head(&self) -> Option<usize> {
        // Token numbers never fall from outer to inner flow levels.
        let i = self.simple_keys.partition_point(|key| key.token < self.taken);
        self.simple_keys[i..]
            .iter()
            .take_while(|key| key.token == self.taken)
            .position(|key| key.possible && key.awaited)
            .map(|n| i + n)
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
                return Err(self.fail(key.mark, "could not find expected ':'"));
            }
            self.simple_keys[i].possible = false;
            return Ok(false);
        }
        Ok(true)
    }

    /// Notes that what starts here may be a key.
    pub(super) fn save_simple_key(&mut self) -> Result<(), Error> {
        if self.simple_key_allowed {
            let mark = self.mark();
            let key = SimpleKey {
                possible: true,
                awaited: true,
                required: self.flow_level == 0 && i64::from(self.indent) == i64::from(mark.column),
                token: self.taken + self.tokens.len(),
                mark,
            };
            self.remove_simple_key()?;
            *self.current_key() = key;
        }
        Ok(())
    }

    /// Gives up the possible key of the current flow level.
    pub(super) fn remove_simple_key(&mut self) -> Result<(), Error> {
        let key = *self.current_key();
        if key.possible {
            if key.required {
                return Err(self.fail(key.mark, "could not find expected ':'"));
            }
            self.current_key().possible = false;
        }
        Ok(())
    }

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
            let inner = self.simple_keys.pop();
            let outer = self.current_key();
            if inner.is_some_and(|inner| inner.token == outer.token) {
                outer.awaited = false;
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
        let start = Token::new(kind, mark, mark);
        self.insert(token, start);
        Ok(())
    }

    /// Puts a token before the one with the given number; at the end, if that is gone already.
    pub(super) fn insert(&mut self, number: Option<usize>, token: Token<'a>) {
        match number.and_then(|number| number.checked_sub(self.taken)) {
            Some(place) if place <= self.tokens.len() => self.tokens.insert(place, token),
            _ => self.tokens.push_back(token),
        }
    }

    /// Closes the block collections that lie deeper than `column`; `scan` is where the white space and
    /// comments before this place began.
    pub(super) fn unroll_indent(&mut self, column: i32, scan: Mark) {
        if self.flow_level > 0 {
            return;
        }
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
            self.tokens.push_back(Token::new(TokenKind::BlockEnd, mark, mark));
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    fn too_deep(&self, context: Mark) -> Error {
        let problem = format!("exceeded max depth of {}", self.depth);
        self.fail(context, &problem).limit()
    }
}
