//! Flow sequences and mappings, and the one-pair mappings inside of flow sequences.

use super::{Parser, Peeked, State};
use crate::error::Error;
use crate::event::{Event, EventKind};

impl<'a> Parser<'a> {
    pub(super) fn flow_sequence_entry(&mut self, first: bool) -> Result<Event<'a>, Error> {
        if first {
            self.open_collection()?;
        }
        let (mut kind, mut start, _) = self.peek()?;
        if kind != Peeked::FlowSequenceEnd {
            if !first {
                if kind != Peeked::FlowEntry {
                    return Err(self.fail_inside("did not find expected ',' or ']'", start));
                }
                self.take()?;
                (kind, start, _) = self.peek()?;
            }
            if kind == Peeked::Key {
                self.state = State::FlowSequenceEntryMappingKey;
                self.take()?;
                return Ok(Event::new(EventKind::MappingStart { flow: true }, start));
            }
            if kind != Peeked::FlowSequenceEnd {
                self.states.push(State::FlowSequenceEntry);
                return self.node(false, false);
            }
        }
        let mut event = Event::new(EventKind::SequenceEnd, start);
        self.comments.attach(&mut event);
        self.close_collection()?;
        Ok(event)
    }

    pub(super) fn flow_sequence_entry_key(&mut self) -> Result<Event<'a>, Error> {
        let (kind, _, end) = self.peek()?;
        if !matches!(kind, Peeked::Value | Peeked::FlowEntry | Peeked::FlowSequenceEnd) {
            self.states.push(State::FlowSequenceEntryMappingValue);
            return self.node(false, false);
        }
        self.take()?;
        self.state = State::FlowSequenceEntryMappingValue;
        Ok(Self::empty_scalar(end))
    }

    pub(super) fn flow_sequence_entry_value(&mut self) -> Result<Event<'a>, Error> {
        let (kind, start, _) = self.peek()?;
        if kind == Peeked::Value {
            self.take()?;
            let (kind, _, _) = self.peek()?;
            if !matches!(kind, Peeked::FlowEntry | Peeked::FlowSequenceEnd) {
                self.states.push(State::FlowSequenceEntryMappingEnd);
                return self.node(false, false);
            }
        }
        self.state = State::FlowSequenceEntryMappingEnd;
        Ok(Self::empty_scalar(start))
    }

    pub(super) fn flow_sequence_entry_end(&mut self) -> Result<Event<'a>, Error> {
        let (_, start, _) = self.peek()?;
        self.state = State::FlowSequenceEntry;
        Ok(Event::new(EventKind::MappingEnd, start))
    }

    pub(super) fn flow_mapping_key(&mut self, first: bool) -> Result<Event<'a>, Error> {
        if first {
            self.open_collection()?;
        }
        let (mut kind, mut start, _) = self.peek()?;
        if kind != Peeked::FlowMappingEnd {
            if !first {
                if kind != Peeked::FlowEntry {
                    return Err(self.fail_inside("did not find expected ',' or '}'", start));
                }
                self.take()?;
                (kind, start, _) = self.peek()?;
            }
            if kind == Peeked::Key {
                self.take()?;
                let (kind, start, _) = self.peek()?;
                if matches!(kind, Peeked::Value | Peeked::FlowEntry | Peeked::FlowMappingEnd) {
                    self.state = State::FlowMappingValue;
                    return Ok(Self::empty_scalar(start));
                }
                self.states.push(State::FlowMappingValue);
                return self.node(false, false);
            }
            if kind != Peeked::FlowMappingEnd {
                self.states.push(State::FlowMappingEmptyValue);
                return self.node(false, false);
            }
        }
        let mut event = Event::new(EventKind::MappingEnd, start);
        self.comments.attach(&mut event);
        self.close_collection()?;
        Ok(event)
    }

    pub(super) fn flow_mapping_value(&mut self, empty: bool) -> Result<Event<'a>, Error> {
        let (kind, mut start, _) = self.peek()?;
        if !empty && kind == Peeked::Value {
            self.take()?;
            let (kind, next, _) = self.peek()?;
            if !matches!(kind, Peeked::FlowEntry | Peeked::FlowMappingEnd) {
                self.states.push(State::FlowMappingKey);
                return self.node(false, false);
            }
            start = next;
        }
        self.state = State::FlowMappingKey;
        Ok(Self::empty_scalar(start))
    }
}
