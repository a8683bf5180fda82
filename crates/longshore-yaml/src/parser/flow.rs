//! Flow sequences and mappings, and the one-pair mappings inside of flow sequences.

use super::{Parser, State};
use crate::error::Error;
use crate::event::EventKind;
use crate::token::TokenKind;

impl Parser<'_> {
    pub(super) fn flow_sequence_entry(&mut self, first: bool) -> Result<(), Error> {
        if first {
            self.open_collection()?;
        }
        let mut kind = self.peek()?;
        let mut start = self.start;
        if kind != TokenKind::FlowSequenceEnd {
            if !first {
                if kind != TokenKind::FlowEntry {
                    return Err(self.fail_inside("did not find expected ',' or ']'", start));
                }
                self.take()?;
                kind = self.peek()?;
                start = self.start;
            }
            if kind == TokenKind::Key {
                self.state = State::FlowSequenceEntryMappingKey;
                self.take()?;
                return self.done(EventKind::MappingStart { flow: true }, start);
            }
            if kind != TokenKind::FlowSequenceEnd {
                self.states.push(State::FlowSequenceEntry);
                return self.node(false, false);
            }
        }
        let event = self.done_with_comments(EventKind::SequenceEnd, start);
        self.close_collection()?;
        event
    }

    pub(super) fn flow_sequence_entry_key(&mut self) -> Result<(), Error> {
        let kind = self.peek()?;
        let (start, width) = (self.start, self.width);
        if !matches!(kind, TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
            self.states.push(State::FlowSequenceEntryMappingValue);
            return self.node(false, false);
        }
        self.take()?;
        self.state = State::FlowSequenceEntryMappingValue;
        self.empty_scalar(start.right(width))
    }

    pub(super) fn flow_sequence_entry_value(&mut self) -> Result<(), Error> {
        let kind = self.peek()?;
        let start = self.start;
        if kind == TokenKind::Value {
            self.take()?;
            let kind = self.peek()?;
            if !matches!(kind, TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
                self.states.push(State::FlowSequenceEntryMappingEnd);
                return self.node(false, false);
            }
        }
        self.state = State::FlowSequenceEntryMappingEnd;
        self.empty_scalar(start)
    }

    pub(super) fn flow_sequence_entry_end(&mut self) -> Result<(), Error> {
        self.peek()?;
        let start = self.start;
        self.state = State::FlowSequenceEntry;
        self.done(EventKind::MappingEnd, start)
    }

    pub(super) fn flow_mapping_key(&mut self, first: bool) -> Result<(), Error> {
        if first {
            self.open_collection()?;
        }
        let mut kind = self.peek()?;
        let mut start = self.start;
        if kind != TokenKind::FlowMappingEnd {
            if !first {
                if kind != TokenKind::FlowEntry {
                    return Err(self.fail_inside("did not find expected ',' or '}'", start));
                }
                self.take()?;
                kind = self.peek()?;
                start = self.start;
            }
            if kind == TokenKind::Key {
                self.take()?;
                let kind = self.peek()?;
                let start = self.start;
                if matches!(kind, TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
                    self.state = State::FlowMappingValue;
                    return self.empty_scalar(start);
                }
                self.states.push(State::FlowMappingValue);
                return self.node(false, false);
            }
            if kind != TokenKind::FlowMappingEnd {
                self.states.push(State::FlowMappingEmptyValue);
                return self.node(false, false);
            }
        }
        let event = self.done_with_comments(EventKind::MappingEnd, start);
        self.close_collection()?;
        event
    }

    pub(super) fn flow_mapping_value(&mut self, empty: bool) -> Result<(), Error> {
        let kind = self.peek()?;
        let mut start = self.start;
        if !empty && kind == TokenKind::Value {
            self.take()?;
            let kind = self.peek()?;
            let next = self.start;
            if !matches!(kind, TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
                self.states.push(State::FlowMappingKey);
                return self.node(false, false);
            }
            start = next;
        }
        self.state = State::FlowMappingKey;
        self.empty_scalar(start)
    }
}
