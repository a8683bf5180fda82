//! Block sequences and mappings.

use super::{Parser, State};
use crate::error::{Error, ErrorKind};
use crate::event::EventKind;
use crate::token::TokenKind;

impl Parser<'_> {
    pub(super) fn block_sequence_entry(&mut self, first: bool) -> Result<(), Error> {
        if first {
            self.open_collection()?;
        }
        let kind = self.peek()?;
        let (start, width) = (self.start, self.width);
        match kind {
            TokenKind::BlockEntry => {
                let heads = self.comments.head_len();
                self.take()?;
                self.split_stem(heads);
                match self.peek()? {
                    TokenKind::BlockEntry | TokenKind::BlockEnd => {
                        self.state = State::BlockSequenceEntry;
                        self.empty_scalar(start.right(width))
                    }
                    _ => {
                        self.states.push(State::BlockSequenceEntry);
                        self.node(true, false)
                    }
                }
            }
            TokenKind::BlockEnd => {
                self.close_collection()?;
                self.done(EventKind::SequenceEnd, start)
            }
            _ => Err(self.fail_inside("did not find expected '-' indicator", start)),
        }
    }

    pub(super) fn indentless_sequence_entry(&mut self) -> Result<(), Error> {
        let kind = self.peek()?;
        let (start, width) = (self.start, self.width);
        if kind != TokenKind::BlockEntry {
            self.pop_state();
            return self.done(EventKind::SequenceEnd, start);
        }
        let heads = self.comments.head_len();
        self.take()?;
        self.split_stem(heads);
        match self.peek()? {
            TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                self.state = State::IndentlessSequenceEntry;
                self.empty_scalar(start.right(width))
            }
            _ => {
                self.states.push(State::IndentlessSequenceEntry);
                self.node(true, false)
            }
        }
    }

    /// A head comment of a sequence entry that is itself a collection belongs to the collection, not
    /// to its first entry.
    ///
    /// go-yaml overlooks that looking at the next token may fail here. It goes on, and reports the
    /// error after the event, unless it has met another one by then.
    fn split_stem(&mut self, heads: usize) {
        if heads == 0 {
            return;
        }
        match self.peek() {
            Ok(TokenKind::BlockSequenceStart | TokenKind::BlockMappingStart) => {
                self.comments.split_stem(heads);
            }
            Ok(_) => {}
            Err(error) => {
                if error.kind() == ErrorKind::Reader {
                    self.scanner.overlook_fence();
                }
                self.overlooked = Some(error);
            }
        }
    }

    pub(super) fn block_mapping_key(&mut self, first: bool) -> Result<(), Error> {
        if first {
            self.open_collection()?;
        }
        let kind = self.peek()?;
        let (start, width) = (self.start, self.width);
        match kind {
            TokenKind::Key => {
                self.take()?;
                match self.peek()? {
                    TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                        self.state = State::BlockMappingValue;
                        self.empty_scalar(start.right(width))
                    }
                    _ => {
                        self.states.push(State::BlockMappingValue);
                        self.node(true, true)
                    }
                }
            }
            TokenKind::BlockEnd => {
                let event = self.done_with_comments(EventKind::MappingEnd, start);
                self.close_collection()?;
                event
            }
            _ => Err(self.fail_inside("did not find expected key", start)),
        }
    }

    pub(super) fn block_mapping_value(&mut self) -> Result<(), Error> {
        let kind = self.peek()?;
        let (start, width) = (self.start, self.width);
        if kind != TokenKind::Value {
            self.state = State::BlockMappingKey;
            return self.empty_scalar(start);
        }
        self.take()?;
        match self.peek()? {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                self.state = State::BlockMappingKey;
                self.empty_scalar(start.right(width))
            }
            _ => {
                self.states.push(State::BlockMappingKey);
                self.node(true, true)
            }
        }
    }

    /// Takes the token that opens a collection and remembers where it was.
    pub(super) fn open_collection(&mut self) -> Result<(), Error> {
        self.peek()?;
        let start = self.start;
        self.marks.push(start);
        self.take()?;
        Ok(())
    }

    /// Takes the token that closes a collection.
    pub(super) fn close_collection(&mut self) -> Result<(), Error> {
        self.pop_state();
        self.marks.pop();
        self.take()?;
        Ok(())
    }
}
