//! Block sequences and mappings.

use super::{Emitter, Event, Item, State};

impl Emitter {
    pub(super) fn block_sequence_item(&mut self, event: &Event<'_>, first: bool) {
        if first {
            if self.v3 {
                let compact =
                    self.mapping_context && (self.column == 0 || !self.indention) && self.compact_sequences;
                self.increase_indent(false, false, compact);
            } else {
                self.increase_indent(false, self.mapping_context && !self.indention, false);
            }
        }
        if matches!(event.item, Item::SequenceEnd) {
            self.decrease_indent();
            self.pop_state();
            return;
        }
        self.head_comment();
        self.write_indent();
        self.indicator(b"-", true, false, true);
        self.states.push(State::BlockSequenceItem);
        self.node(event, false, false);
        self.line_comment();
        self.foot_comment();
    }

    pub(super) fn block_mapping_key(&mut self, event: &Event<'_>, first: bool) {
        if first {
            self.increase_indent(false, false, false);
        }
        self.head_comment();
        if matches!(event.item, Item::MappingEnd) {
            self.decrease_indent();
            self.pop_state();
            return;
        }
        self.write_indent();
        if !self.pending.line.is_empty() {
            // The scanner gives line comments to values; one at the key is written with the value.
            self.pending.key_line = std::mem::take(&mut self.pending.line);
        }
        if self.is_simple_key(event) {
            self.states.push(State::BlockMappingSimpleValue);
            self.node(event, true, true);
        } else {
            self.indicator(b"?", true, false, true);
            self.states.push(State::BlockMappingValue);
            self.node(event, true, false);
        }
    }

    pub(super) fn block_mapping_value(&mut self, event: &Event<'_>, simple: bool) {
        if simple {
            self.indicator(b":", false, false, false);
        } else {
            self.write_indent();
            self.indicator(b":", true, false, true);
        }
        if !self.pending.key_line.is_empty() {
            match event.item {
                // A value with a comment of its own loses the key's.
                Item::Scalar { .. } if self.pending.line.is_empty() => {
                    self.pending.line = std::mem::take(&mut self.pending.key_line);
                }
                Item::MappingStart { flow: false, .. } | Item::SequenceStart { flow: false, .. } => {
                    std::mem::swap(&mut self.pending.line, &mut self.pending.key_line);
                    self.line_comment();
                    std::mem::swap(&mut self.pending.line, &mut self.pending.key_line);
                }
                _ => {}
            }
        }
        self.states.push(State::BlockMappingKey);
        self.node(event, true, false);
        self.line_comment();
        self.foot_comment();
    }

    /// Whether the key can stand before a `:` on its line: no line breaks, 128 bytes at most.
    pub(super) fn is_simple_key(&self, event: &Event<'_>) -> bool {
        let length = match event.item {
            Item::Scalar { .. } if self.analysis.multiline => return false,
            Item::Scalar { value, .. } => value.len(),
            Item::SequenceStart { empty, .. } | Item::MappingStart { empty, .. } => {
                if !empty {
                    return false;
                }
                0
            }
            Item::Alias => 0,
            _ => return false,
        };
        let tag = match event.tag.strip_prefix("tag:yaml.org,2002:") {
            Some(rest) => rest.len() + 2,
            None => event.tag.len(),
        };
        length + event.anchor.len() + tag <= 128
    }
}
