//! The loop over operations.

use std::rc::Rc;
use std::{iter, mem};

use longshore_go::{Kind, Object, Str, TypeInfo, Value, fmt, rune, types};

use super::trace::node;
use super::{Body, Capture, Failure, Frame, State, Var, Vm};
use crate::builtin::pointed_to;
use crate::code::{Code, Op};
use crate::error::Problem;
use crate::node::NodeId;
use crate::trace::Tracer;

/// A value that Go would still see in its interface.
#[derive(Debug)]
struct Interface(#[expect(dead_code, reason = "shown when debugging")] Value);

impl Object for Interface {
    fn type_info(&self) -> &'static TypeInfo {
        &types::ANY
    }

    fn field(&self, _: &str) -> Option<Value> {
        None
    }

    fn field_names(&self) -> &'static [&'static str] {
        &[]
    }
}

impl<'s, T: Tracer> Vm<'s, T> {
    /// Runs until the frame `floor` returns.
    pub(super) fn steps(&mut self, mut body: Body<'s>, floor: usize) -> Result<(), Failure> {
        let mut pc = 0;
        let mut code: &Code = &body;
        loop {
            let op = code.ops[pc];
            pc += 1;
            if self.budget.steps == 0 {
                return Err(self.out_of_steps(code, op));
            }
            self.budget.steps -= 1;
            match op {
                Op::Text(text) => {
                    let start = self.out.len();
                    self.out.extend_from_slice(code.unit.text(text));
                    if T::ON {
                        self.tell(code, text.start, start);
                    }
                    if self.out.len() > self.budget.output {
                        return Err(self.too_much(code, 0));
                    }
                }
                Op::Dot => {
                    let dot = self.dot();
                    let (value, interface) = (dot.value.clone(), dot.interface());
                    self.interface = interface;
                    self.stack.push(value);
                }
                Op::Var(slot) => self.push_var(slot),
                Op::VarOf { list, node } => {
                    let Some(slot) = self.candidate(code, list) else {
                        return Err(self.undefined(code, node, list));
                    };
                    self.push_var(slot);
                }
                Op::Missing => self.stack.push(Value::Missing),
                Op::Bool(value) => self.stack.push(Value::Bool(value)),
                Op::Int(value) => self.stack.push(Value::int(value)),
                Op::Float(value) => self.stack.push(Value::Float(value)),
                Op::Str(index) => {
                    let text = code.strings[index as usize].clone();
                    self.stack.push(Value::Str(text));
                }
                Op::Const(index) => self.stack.push(code.consts[index as usize].value()),
                Op::Field(site) => self.field(code, site)?,
                Op::Method(site) => {
                    if let Some(after) = self.method(code, site)? {
                        pc = after;
                    }
                }
                Op::Literal { node, arg } => self.method_literal(code, node, arg)?,
                Op::CheckArg { node, arg } => {
                    if let Some(ty) = self.method_param(arg as usize) {
                        self.check(code, node, ty)?;
                    }
                }
                Op::Invoke(site) => self.invoke(code, site)?,
                Op::Call(site) => {
                    if let Some((name, data)) = self.call(code, site)? {
                        let callee = self.wanted(code, site, &name)?;
                        let call_at = code.calls[site as usize].call_at;
                        let capture = Capture { start: self.out.len(), call: site, name };
                        self.push_frame(mem::replace(&mut body, callee), pc, call_at, Some(capture));
                        if T::ON {
                            self.tracer.capturing();
                        }
                        self.enter(data);
                        (code, pc) = (&body, 0);
                    }
                }
                Op::Builtin(site) => self.builtin(code, site)?,
                Op::Check { ty, node } => self.check(code, node, code.types[ty as usize])?,
                Op::Wrap { always } => {
                    if always || self.interface.is_some() || matches!(self.stack.last(), Some(Value::Nil)) {
                        let value = self.pop();
                        self.stack.push(Value::Object(Rc::new(Interface(value))));
                    }
                }
                Op::Dig => self.dig(),
                Op::Short { or, under, target } => self.short(&mut pc, or, under, target),
                Op::SetAt(node) => self.at = node,
                Op::Fill(count) => {
                    let undeclared = Var { value: Value::Missing, state: State::Undeclared };
                    let height = self.base + count as usize;
                    if self.vars.len() < height {
                        self.vars.resize(height, undeclared);
                    }
                }
                Op::Drop(count) => self.vars.truncate(self.base + count as usize),
                Op::Declare { keep } => {
                    let value = self.take(keep);
                    self.vars.push(Var::plain(value));
                }
                Op::Assign { slot, keep } => {
                    let value = self.take(keep);
                    self.set_var(slot, Var::plain(value));
                }
                Op::AssignOf { list, keep, node } => {
                    let value = self.take(keep);
                    let Some(slot) = self.candidate(code, list) else {
                        return Err(self.undefined(code, node, list));
                    };
                    self.set_var(slot, Var::plain(value));
                }
                Op::Print(node) => {
                    let value = self.pop();
                    let start = self.out.len();
                    self.print(code, node, value)?;
                    if T::ON {
                        self.tell(code, code.unit.node(node).pos, start);
                    }
                }
                Op::PrintField { site, node } => {
                    let start = self.out.len();
                    if let Some(value) = self.field_to_print(code, site)? {
                        self.print(code, node, value)?;
                    } else if self.out.len() > self.budget.output {
                        return Err(self.too_much(code, node));
                    }
                    if T::ON {
                        self.tell(code, code.unit.node(node).pos, start);
                    }
                }
                Op::PrintDot(node) => self.print_var(code, node, None)?,
                Op::PrintVar { slot, node } => self.print_var(code, node, Some(slot))?,
                Op::Jump(target) => pc = target as usize,
                Op::JumpFalse(target) => {
                    if !self.pop().truth() {
                        pc = target as usize;
                    }
                }
                Op::With(target) => {
                    let value = self.pop();
                    if value.truth() {
                        self.dots.push(Var::plain(value));
                    } else {
                        pc = target as usize;
                    }
                }
                Op::EndWith => {
                    self.dots.pop();
                }
                Op::Range { site, or_else } => {
                    if !self.range(code, site)? {
                        pc = or_else as usize;
                    }
                }
                Op::Next { exit } => {
                    if !self.next_round(code) {
                        pc = exit as usize;
                    }
                }
                Op::Break(exit) => {
                    self.end_loop();
                    pc = exit as usize;
                }
                Op::Find { name, node } => {
                    let name = code.unit.name(name);
                    let Some(callee) = self.find(name) else {
                        return Err(self.not_defined(code, node, name));
                    };
                    self.callees.push(callee);
                    if self.frames.len() >= self.budget.depth {
                        return Err(self.too_deep(code, node));
                    }
                }
                Op::Template(call_at) => {
                    let Some(callee) = self.callees.pop() else {
                        continue; // not reached: `Find` left one
                    };
                    let data = self.pop();
                    self.push_frame(mem::replace(&mut body, callee), pc, call_at, None);
                    self.enter(data);
                    (code, pc) = (&body, 0);
                }
                Op::Fail { message, node } => {
                    let message = code.messages[message as usize].clone();
                    return Err(self.refuse(code, node, message));
                }
                Op::Return => {
                    self.vars.truncate(self.base);
                    self.dots.pop();
                    if self.frames.len() == floor {
                        return Ok(());
                    }
                    let Some(frame) = self.frames.pop() else {
                        return Ok(());
                    };
                    body = frame.code;
                    (code, pc) = (&body, frame.pc);
                    self.base = frame.base;
                    self.at = frame.at;
                    if let Some(capture) = frame.capture {
                        let text = Str::from(&self.out[capture.start..]);
                        if T::ON {
                            let call = node(code, frame.call_at);
                            self.tracer.captured(capture.start, &text, &call);
                        }
                        self.out.truncate(capture.start);
                        self.stack.push(Value::Str(text));
                    }
                }
            }
        }
    }

    fn push_var(&mut self, slot: u32) {
        let (value, interface) = match self.var(slot) {
            Some(var) => (var.value.clone(), var.interface()),
            None => (Value::Missing, None),
        };
        self.interface = interface;
        self.stack.push(value);
    }

    fn push_frame(&mut self, code: Body<'s>, pc: usize, call_at: NodeId, capture: Option<Capture>) {
        let (base, at) = (self.base, self.at);
        // Made in its place: `push` would make it elsewhere and read it back before it is written.
        self.frames.extend(iter::once_with(|| Frame { code, pc, base, at, call_at, capture }));
    }

    /// The template whose output a function wants as its result.
    fn wanted(&self, code: &Code, site: u32, name: &Str) -> Result<Body<'s>, Failure> {
        let Some(callee) = self.find(name) else {
            let error = self.set.unknown(name).into();
            return Err(self.call_failure(code, site, error));
        };
        if self.frames.len() >= self.budget.depth {
            return Err(self.too_deep(code, code.calls[site as usize].call_at));
        }
        Ok(callee)
    }

    /// For `and` and `or`.
    fn short(&mut self, pc: &mut usize, or: bool, under: bool, target: u32) {
        let decided = self.stack.last().is_some_and(|top| top.truth() == or);
        if !decided {
            self.stack.pop();
            return;
        }
        *pc = target as usize;
        if under {
            let value = self.pop();
            self.stack.pop();
            self.stack.push(value);
        }
    }

    fn take(&mut self, keep: bool) -> Value {
        if keep { self.stack.last().cloned().unwrap_or(Value::Missing) } else { self.pop() }
    }

    /// Writes a variable, or dot, from where it is: moving what was just written costs more than printing it.
    fn print_var(&mut self, code: &Code, node: NodeId, slot: Option<u32>) -> Result<(), Failure> {
        let var = match slot {
            Some(slot) => self.vars.get(self.base + slot as usize),
            None => self.dots.last(),
        };
        let start = self.out.len();
        match var.map_or(&Value::Missing, |var| &var.value) {
            value @ (Value::Missing | Value::Nil | Value::Func(_) | Value::Object(_)) => {
                let value = value.clone();
                self.print(code, node, value)?;
            }
            value => fmt::append_value(&mut self.out, value),
        }
        self.check_output(code, node, start)?;
        if T::ON {
            self.tell(code, code.unit.node(node).pos, start);
        }
        Ok(())
    }

    /// Refuses more output than may be, and a value so large that printing it, from `start` on, may have ended before
    /// its end.
    fn check_output(&self, code: &Code, node: NodeId, start: usize) -> Result<(), Failure> {
        if self.out.len() > self.budget.output {
            return Err(self.too_much(code, node));
        }
        if self.out.len() - start > fmt::MAX_OUTPUT {
            return Err(self.too_large(code, node));
        }
        Ok(())
    }

    fn print(&mut self, code: &Code, node: NodeId, value: Value) -> Result<(), Failure> {
        let start = self.out.len();
        match value {
            Value::Str(text) => self.out.extend_from_slice(&text),
            Value::Missing | Value::Nil => self.out.extend_from_slice(b"<no value>"),
            value => {
                if value.kind() == Kind::Func {
                    let shown = rune::to_text(&code.unit.print(node));
                    let ty = value.type_info().name;
                    let message = format!("can't print {shown} of type {ty}");
                    return Err(self.refuse(code, node, message));
                }
                let printed = match &value {
                    Value::Object(object) => object.pointer_string(),
                    _ => None,
                };
                match printed {
                    Some(text) => self.out.extend_from_slice(text.as_bytes()),
                    None => fmt::append_value(&mut self.out, &pointed_to(value)),
                }
            }
        }
        self.check_output(code, node, start)
    }

    #[cold]
    fn not_defined(&self, code: &Code, node: NodeId, name: &Str) -> Failure {
        let name = longshore_go::strconv::quote(name);
        let name = rune::to_text(&name);
        self.refuse(code, node, format!("template {name} not defined"))
    }

    #[cold]
    fn undefined(&self, code: &Code, node: NodeId, list: u32) -> Failure {
        let shown = code.unit.print(code.candidates[list as usize].node);
        let shown = rune::to_text(&shown);
        let name = shown.split('.').next().unwrap_or_default();
        self.refuse(code, node, format!("undefined variable: {name}"))
    }

    #[cold]
    fn too_deep(&self, code: &Code, node: NodeId) -> Failure {
        let limit = self.budget.depth;
        let message = format!("exceeded maximum template depth ({limit})");
        self.failure(code, node, Problem::Budget(message))
    }

    #[cold]
    fn too_much(&self, code: &Code, node: NodeId) -> Failure {
        let message = self.over_output().unwrap_or_default();
        self.failure(code, node, Problem::Budget(message))
    }

    #[cold]
    fn out_of_steps(&self, code: &Code, op: Op) -> Failure {
        let node = match op {
            Op::Print(node)
            | Op::PrintField { node, .. }
            | Op::PrintDot(node)
            | Op::PrintVar { node, .. }
            | Op::Find { node, .. } => node,
            Op::Field(site) => code.fields[site as usize].at,
            Op::Call(site) | Op::Builtin(site) => code.calls[site as usize].call_at,
            _ => 0,
        };
        let message = "exceeded maximum number of template steps".to_owned();
        self.failure(code, node, Problem::Budget(message))
    }
}
