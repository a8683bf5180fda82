//! What the machine tells a tracer. Nothing here is compiled into a machine without one.

use super::Vm;
use crate::code::Code;
use crate::node::NodeId;
use crate::trace::{Position, Tracer, Written};

/// The place at `offset` of the source of a template.
fn position(code: &Code, offset: u32) -> Position {
    let (line, column) = code.unit.line_column(offset);
    Position { source: code.file.clone(), template: code.name.clone(), offset: offset as usize, line, column }
}

pub(super) fn node(code: &Code, node: NodeId) -> Position {
    position(code, code.unit.node(node).pos)
}

impl<T: Tracer> Vm<'_, T> {
    /// Tells of the output from `start` on, written by what is at `offset` of the source.
    pub(super) fn tell(&mut self, code: &Code, offset: u32, start: usize) {
        if self.out.len() == start {
            return;
        }
        let mut calls = Vec::with_capacity(self.frames.len() + self.native.len());
        let mut native = self.native.iter().peekable();
        for (depth, frame) in self.frames.iter().enumerate() {
            while let Some((_, call)) = native.next_if(|(below, _)| *below <= depth) {
                calls.push(call.clone());
            }
            calls.push(node(&frame.code, frame.call_at));
        }
        calls.extend(native.map(|(_, call)| call.clone()));
        let range = start..self.out.len();
        let written =
            Written { bytes: &self.out[range.clone()], range, position: position(code, offset), calls };
        self.tracer.wrote(&written);
    }
}
