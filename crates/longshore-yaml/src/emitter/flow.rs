//! Flow sequences and mappings.

use super::{Emitter, Event, Item, State};

impl Emitter {
    pub(super) fn flow_sequence_item(&mut self, event: &Event<'_>, first: bool, trail: bool) {
        if first {
            self.indicator(b"[", true, true, false);
            self.increase_indent(true, false, false);
            self.flow_level += 1;
        }
        if matches!(event.item, Item::SequenceEnd) {
            self.flow_level -= 1;
            self.decrease_indent();
            if self.v3 && self.column == 0 {
                self.write_indent();
            }
            self.indicator(b"]", false, false, false);
            self.line_comment();
            self.foot_comment();
            self.pop_state();
            return;
        }
        self.flow_item_start(first, trail);
        let trailing = self.has_trailing_comment();
        self.states.push(if trailing { State::FlowSequenceTrailItem } else { State::FlowSequenceItem });
        self.node(event, false, false);
        self.flow_item_end();
    }

    pub(super) fn flow_mapping_key(&mut self, event: &Event<'_>, first: bool, trail: bool) {
        if first {
            self.indicator(b"{", true, true, false);
            self.increase_indent(true, false, false);
            self.flow_level += 1;
        }
        if matches!(event.item, Item::MappingEnd) {
            let pending = &self.pending;
            let commented = !(pending.head.is_empty() && pending.foot.is_empty() && pending.tail.is_empty());
            if commented && !first && !trail {
                self.indicator(b",", false, false, false);
            }
            self.head_comment();
            self.flow_level -= 1;
            self.decrease_indent();
            self.indicator(b"}", false, false, false);
            self.line_comment();
            self.foot_comment();
            self.pop_state();
            return;
        }
        self.flow_item_start(first, trail);
        if self.is_simple_key(event) {
            self.states.push(State::FlowMappingSimpleValue);
            self.node(event, true, true);
        } else {
            self.indicator(b"?", true, false, false);
            self.states.push(State::FlowMappingValue);
            self.node(event, true, false);
        }
    }

    pub(super) fn flow_mapping_value(&mut self, event: &Event<'_>, simple: bool) {
        if simple {
            self.indicator(b":", false, false, false);
        } else {
            if self.column > self.best_width {
                self.write_indent();
            }
            self.indicator(b":", true, false, false);
        }
        let trailing = self.has_trailing_comment();
        self.states.push(if trailing { State::FlowMappingTrailKey } else { State::FlowMappingKey });
        self.node(event, true, false);
        self.flow_item_end();
    }

    /// The comma, comments and line break before an item.
    fn flow_item_start(&mut self, first: bool, trail: bool) {
        if !first && !trail {
            self.indicator(b",", false, false, false);
        }
        if self.v3 {
            self.head_comment();
            if self.column == 0 {
                self.write_indent();
            }
        }
        if self.column > self.best_width {
            self.write_indent();
        }
    }

    /// Comments behind an item come behind its comma.
    fn flow_item_end(&mut self) {
        if self.has_trailing_comment() {
            self.indicator(b",", false, false, false);
        }
        self.line_comment();
        self.foot_comment();
    }

    fn has_trailing_comment(&self) -> bool {
        let pending = &self.pending;
        !(pending.line.is_empty() && pending.foot.is_empty() && pending.tail.is_empty())
    }
}
