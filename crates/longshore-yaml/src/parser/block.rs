//! Block sequences and mappings.

use super::{Parser, Peeked, State};
use crate::error::Error;
use crate::event::{Event, EventKind};

impl<'a> Parser<'a> {
    pub(super) fn block_sequence_entry(&mut self, first: bool) -> Result<Event<'a>, Error> {
        if first {
            self.open_collection()?;
        }
        let (kind, start, end) = self.peek()?;
        match kind {
            Peeked::BlockEntry => {
                let heads = self.comments.head_len();
                self.take()?;
                self.split_stem(heads);
                match self.peek()?.0 {
                    Peeked::BlockEntry | Peeked::BlockEnd => {
                        self.state = State::BlockSequenceEntry;
                        Ok(Self::empty_scalar(end))
                    }
                    _ => {
                        self.states.push(State::BlockSequenceEntry);
                        self.node(true, false)
                    }
                }
            }
            Peeked::BlockEnd => {
                self.close_collection()?;
                Ok(Event::new(EventKind::SequenceEnd, start))
            }
            _ => Err(self.fail_inside("did not find expected '-' indicator", start)),
        }
    }

    pub(super) fn indentless_sequence_entry(&mut self) -> Result<Event<'a>, Error> {
        let (kind, start, end) = self.peek()?;
        if kind != Peeked::BlockEntry {
            self.pop_state();
            return Ok(Event::new(EventKind::SequenceEnd, start));
        }
        let heads = self.comments.head_len();
        self.take()?;
        self.split_stem(heads);
        match self.peek()?.0 {
            Peeked::BlockEntry | Peeked::Key | Peeked::Value | Peeked::BlockEnd => {
                self.state = State::IndentlessSequenceEntry;
                Ok(Self::empty_scalar(end))
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
            Ok((Peeked::BlockSequenceStart | Peeked::BlockMappingStart, ..)) => {
                self.comments.split_stem(heads);
            }
            Ok(_) => {}
            Err(error) => self.overlooked = Some(error),
        }
    }

    pub(super) fn block_mapping_key(&mut self, first: bool) -> Result<Event<'a>, Error> {
        if first {
            self.open_collection()?;
        }
        let (kind, start, end) = self.peek()?;
        match kind {
            Peeked::Key => {
                self.take()?;
                match self.peek()?.0 {
                    Peeked::Key | Peeked::Value | Peeked::BlockEnd => {
                        self.state = State::BlockMappingValue;
                        Ok(Self::empty_scalar(end))
                    }
                    _ => {
                        self.states.push(State::BlockMappingValue);
                        self.node(true, true)
                    }
                }
            }
            Peeked::BlockEnd => {
                let mut event = Event::new(EventKind::MappingEnd, start);
                self.comments.attach(&mut event);
                self.close_collection()?;
                Ok(event)
            }
            _ => Err(self.fail_inside("did not find expected key", start)),
        }
    }

    pub(super) fn block_mapping_value(&mut self) -> Result<Event<'a>, Error> {
        let (kind, start, end) = self.peek()?;
        if kind != Peeked::Value {
            self.state = State::BlockMappingKey;
            return Ok(Self::empty_scalar(start));
        }
        self.take()?;
        match self.peek()?.0 {
            Peeked::Key | Peeked::Value | Peeked::BlockEnd => {
                self.state = State::BlockMappingKey;
                Ok(Self::empty_scalar(end))
            }
            _ => {
                self.states.push(State::BlockMappingKey);
                self.node(true, true)
            }
        }
    }

    /// Takes the token that opens a collection and remembers where it was.
    pub(super) fn open_collection(&mut self) -> Result<(), Error> {
        let (_, start, _) = self.peek()?;
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
